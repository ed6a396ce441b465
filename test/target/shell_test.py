# SPDX-License-Identifier: Apache-2.0
"""The shell over a serial line: editing, history, typing ahead, giving up, and what it tells about the system."""
import re
import subprocess
import time

COMPONENTS = {"timer", "uart", "log", "supervisor", "memory", "process", "console", "sdk", "compiler"}
COMMANDS = {"help", "packages", "install", "uninstall", "bundles", "start", "stop", "status", "ps", "mstats", "capscan",
            "log", "loglevel", "sleep", "source", "poweroff", "reboot"}


def press(console, keys):
    console.process.stdin.write(keys)


def test_help_names_every_command(system):
    assert set(re.findall(r"^  (\w+) ", system.run("help"), re.M)) == COMMANDS


def test_editing_and_history(system):
    press(system, b"lolevel\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[1~\x1b[C\x1b[Cg\x1b[4~\r")
    system.wait(r"\nloglevel info\n")
    system.wait_prompt()
    press(system, b"nonsense\x15\x1b[A\x1b[A\x1b[B\r")  # kill the line, then back and forth in the history
    system.wait(r"\nloglevel info\n")
    system.wait_prompt()
    press(system, b"loglevel x\x7f\x7f\x1b[Hnot\x17\x1b[3~\x1b[3~\x01lo\r\n")
    system.wait(r"\nloglevel info\n")
    system.wait_prompt()
    assert "loglevel info" in system.run("loglevel"), "the LF behind CR is not a line of its own"


def test_typing_ahead(system):
    press(system, b"sleep 0.2\nloglevel debug\nloglevel\nloglevel info\n")
    for _ in range(4):
        system.wait_prompt()
    assert "nj> loglevel\nloglevel debug\nnj> loglevel info\n" in system.text


def test_giving_up(system):
    before = time.monotonic()
    system.type("sleep 1000")
    time.sleep(0.3)
    press(system, b"\x03")
    system.wait_prompt()
    assert time.monotonic() - before < 20
    press(system, b"half a line\x03")
    system.wait_prompt()
    assert "loglevel info" in system.run("loglevel")


def test_sleep_takes_its_time(system):
    before = time.monotonic()
    system.run("sleep 0.5")
    assert time.monotonic() - before > 0.4


def test_ps_shows_all_components(system):
    rows = re.findall(r"^  (\S+) +(process|capsule) +\d+ +\S+ +\d+ +(\d+)$", system.run("ps"), re.M)
    assert {name for name, _, _ in rows} == COMPONENTS
    assert all(faults == "0" for _, _, faults in rows)


def test_mstats_adds_up(system):
    output = system.run("mstats")
    total, free = map(int, re.search(r"^memory (\d+) bytes, free (\d+),", output, re.M).groups())
    machine, firmware, kernel = map(int, re.search(r"^machine (\d+) bytes, firmware (\d+), kernel (\d+) ", output,
                                                   re.M).groups())
    components = [int(size) for size in re.findall(r"^  \S+ +(\d+) bytes, \d+ of \d+ pages used$", output, re.M)]
    assert total == free, "nothing is installed"
    assert len(components) == len(COMPONENTS)
    assert total + firmware + kernel + sum(components) <= machine


def test_capscan_shows_what_a_component_holds(system):
    scan = system.run("capscan console")
    assert re.search(r"^ +2 space +srgpx$", scan, re.M)
    endpoints = re.findall(r"^ +\d+ endpoint +s-gp-  badge 0x[0-9a-f]+$", scan, re.M)
    assert len(endpoints) == 6, "uart process memory supervisor log timer, and no more"
    assert "untyped" not in scan


def test_log_keeps_lines_that_were_not_printed(system):
    assert re.search(r"^\[ +\d+\.\d{6}\] memory: root: returned \d+ bytes", system.run("log"), re.M)


def test_reboot_and_poweroff(boot):
    with boot() as console:
        console.wait_prompt()
        console.type("reboot")
        console.wait("OpenSBI")
        console.wait("nightjar: ready\n")
        console.wait_prompt()
        assert console.power_off() == 0



LOGS = """
(module
  (import "nightjar" "sleep" (func $sleep (param i64) (result i32)))
  (import "nightjar" "log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "good night")
  (func (export "_start")
    (drop (call $sleep (i64.const 500000000)))
    (drop (call $log (i32.const 2) (i32.const 0) (i32.const 10)))
    (drop (call $sleep (i64.const 500000000)))))
"""


def test_a_line_of_the_log_gives_the_typed_text_back(boot, tmp_path):
    source = tmp_path / "logs.wat"
    source.write_text(LOGS)
    subprocess.run(["wat2wasm", source, "-o", tmp_path / "logs.wasm"], check=True)
    with boot(files=[tmp_path / "logs.wasm"]) as console:
        console.wait_prompt()
        console.run("install logs")
        console.run("start logs")
        press(console, b"loglev")
        console.wait("loglev")
        console.wait(r"\] sdk: logs: good night\n")
        console.wait(r"nj> loglev$")  # drawn anew
        press(console, b"el\n")
        console.wait(r"\nloglevel info\n")
        console.wait(r"logs: exited with code 0\n")
