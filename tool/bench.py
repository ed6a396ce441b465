# SPDX-License-Identifier: Apache-2.0
"""./nj bench: measures, and prints one figure a line: NAME VALUE UNIT.

Instruction counts are exact: with QEMU's -icount shift=0 every instruction takes one virtual nanosecond.
A boot archive bench-GROUP (tool/build/archive.mk) is a group of its own: its machine prints `bench NAME VALUE UNIT`.
So is test/bench/GROUP.console: lines typed at the system's prompt, whose output holds such figures.
`harts` is what the machine of `kernel` measures when it has a further hart, and vector registers.
"""
import argparse
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile

from console import Console, ConsoleError, drive
from machine import DEFAULT_BOARD, ROOT, Machine, Trouble, out

FIGURE = re.compile(r"^bench (\S+) (-?\d+(?:\.\d+)?) (\S+)$", re.MULTILINE)
ENTRY_TO_USER = re.compile(r"kernel entry to user (\d+) ns")
MACHINE_MEMORY = re.compile(r"^machine (\d+) bytes, firmware (\d+), kernel (\d+) \(text (\d+)\)", re.MULTILINE)
FREE_MEMORY = re.compile(r"^memory \d+ bytes, free (\d+)", re.MULTILINE)
COMPONENT_MEMORY = re.compile(r"^  (\S+) +(\d+) bytes", re.MULTILINE)
WALL_RUNS = 5
TIMEOUT_S = 600
# abi/component.h
COMPONENT_HEAD = struct.Struct("<8I")
COMPONENT_MAGIC = 0x31434A4E


def number(text):
    return float(text) if "." in text else int(text)


def figures_in(text, source):
    found = [(name, number(value), unit) for name, value, unit in FIGURE.findall(text)]
    if not found:
        raise Trouble(f"{source} printed no figure; its console ends with:\n" + "\n".join(text.splitlines()[-15:]))
    return found


def boot(machine, steps):
    """Builds and boots a machine, hands its console to steps(), returns what that returns."""
    machine.build()
    try:
        with Console(machine.command("-monitor", "none", "-serial", "stdio"), TIMEOUT_S) as console:
            return steps(console)
    finally:
        machine.close()


def archive_group(name, harts=1):
    """Boots the archive bench-NAME, which measures and powers off by itself."""

    def steps(console):
        status = console.wait_off()
        if status != 0:
            raise Trouble(f"the machine of '{name}' ended with status {status}")
        return figures_in(console.text, f"the machine of '{name}'")

    return lambda: boot(Machine(exact=True, archive=f"bench-{name}", typed=False, harts=harts), steps)


def console_group(name):
    """Types test/bench/NAME.console at the prompt of the system."""

    def steps(console):
        with open(ROOT / "test" / "bench" / f"{name}.console", "rb") as script:
            drive(console, script.fileno())
        return figures_in(console.text, f"test/bench/{name}.console")

    return lambda: boot(Machine(exact=True), steps)


def power_off(console):
    if console.power_off() != 0:
        raise Trouble("the system does not power off cleanly")


def boot_group():
    """From kernel entry to user space and to the prompt (instructions), and what a user waits (time)."""

    def exact(console):
        console.wait_prompt()
        entry = ENTRY_TO_USER.search(console.text)
        figures = figures_in(console.text, "the booting system")
        return figures + ([("boot.kernel_entry_to_user", int(entry.group(1)), "instructions")] if entry else [])

    def wall(console):
        console.wait_prompt()
        took = console.prompted - console.started
        power_off(console)
        return took

    with tempfile.NamedTemporaryFile() as empty:
        found = boot(Machine(exact=True, files=[("bench-boot", empty.name)], typed=False), exact)
    times = [boot(Machine(), wall) for _ in range(WALL_RUNS)]
    return found + [("boot.wall_ms", round(statistics.median(times) * 1000, 1), "ms")]


def section_bytes(elf, section):
    listing = subprocess.run(["riscv64-unknown-elf-size", "-A", str(elf)], check=True, stdout=subprocess.PIPE,
                             text=True)
    for words in map(str.split, listing.stdout.splitlines()):
        if words[:1] == [section]:
            return int(words[1])
    raise Trouble(f"{elf} has no section {section}")


def component_sizes(path):
    """Text (with read-only data, in whole pages) and initialised and zeroed data, from a native component's header."""
    data = path.read_bytes()
    magic, text, _, _, initial, zeroed, _, _ = COMPONENT_HEAD.unpack_from(data)
    if magic != COMPONENT_MAGIC:
        raise Trouble(f"{path} is no native component")
    name = path.stem
    return [(f"size.{name}.text", text, "bytes"), (f"size.{name}.data", initial + zeroed, "bytes")]


def memory_sizes(text):
    """What the shell's mstats says at the first prompt."""
    machine = MACHINE_MEMORY.search(text)
    free = FREE_MEMORY.search(text)
    if not machine or not free:
        raise Trouble(f"mstats no longer says what it did:\n{text}")
    total, firmware, kernel, kernel_text = map(int, machine.groups())
    used = total - firmware - int(free.group(1))
    return [("size.kernel_text", kernel_text, "bytes"), ("size.kernel_ram", kernel, "bytes"),
            ("size.ram_at_prompt", used, "bytes"),
            *((f"size.{name}.ram", int(value), "bytes") for name, value in COMPONENT_MEMORY.findall(text))]


def size_group():
    """Files and memory. Boot text is given back; RAM is without the firmware's, and holds the boot archive too."""

    def steps(console):
        console.wait_prompt()
        text = console.run("mstats")
        power_off(console)
        return memory_sizes(text)

    running = boot(Machine(), steps)
    folder = out(DEFAULT_BOARD)
    found = [("size.kernel_boot_text", section_bytes(folder / "kernel.elf", ".init.text"), "bytes"),
             ("size.archive", (folder / "archive.img").stat().st_size, "bytes")]
    for pair in (folder / "archive.list").read_text().split():
        path = ROOT / pair.split("=", 1)[1]
        if path.suffix == ".bin" and path.parent.name == "component":
            found += component_sizes(path)
    return found + running


def groups():
    listed = subprocess.run(["make", "-C", str(ROOT), "-s", "list-archives"], check=True, stdout=subprocess.PIPE,
                            text=True)
    known = {"boot": boot_group, "size": size_group, "harts": archive_group("kernel", harts=2)}
    known.update({name[6:]: archive_group(name[6:]) for name in listed.stdout.split() if name.startswith("bench-")})
    known.update({path.stem: console_group(path.stem) for path in (ROOT / "test" / "bench").glob("*.console")})
    return known


def show(figure, as_json):
    name, value, unit = figure
    if as_json:
        print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)
    else:
        print(f"{name:40} {value:>14} {unit}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./nj bench", description="print measured figures, one a line")
    parser.add_argument("group", nargs="*")
    parser.add_argument("--json", action="store_true", help='JSON lines: {"name": ..., "value": ..., "unit": ...}')
    parser.add_argument("--list", action="store_true", help="name the groups")
    given = parser.parse_args()
    known = groups()
    if given.list:
        print("\n".join(sorted(known)))
        return 0
    unknown = [name for name in given.group if name not in known]
    if unknown:
        raise Trouble(f"no such group: {', '.join(unknown)}; the groups are: {', '.join(sorted(known))}")
    status = 0
    for name in given.group or sorted(known):
        try:
            for figure in known[name]():
                show(figure, given.json)
        except (Trouble, ConsoleError) as error:
            print(f"nj bench {name}: {error}", file=sys.stderr, flush=True)
            status = 1
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except Trouble as error:
        sys.exit(f"nj bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
