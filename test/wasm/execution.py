# SPDX-License-Identifier: Apache-2.0
"""Executes WebAssembly test scripts: compiles each module with njc, which holds the code against the checker, and runs it
under qemu-riscv64 with test/wasm/execute.

    /usr/bin/python3 test/wasm/execution.py [-v] [SCRIPT...]     default: our own scripts and the official suite

Images know no imports but those of abi/sdk.h. So functions, tables and memories that the suite imports from "spectest"
are replaced by definitions of the same, and so are the five functions of its module "a". Modules that import anything
else, each other above all, are skipped with all that uses them, and counted.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import conformance

ROOT = conformance.ROOT
QEMU = ["qemu-riscv64", "-cpu", "rv64,zba=true,zbb=true,zbs=true"]
ANSWER_TIMEOUT_S = 60
IMPORT_REFUSALS = ("unknown import", "only functions can be imported", "incompatible import type")
NAN = {"f32": (0x7F800000, 0x007FFFFF, 0x00400000), "f64": (0x7FF << 52, (1 << 52) - 1, 1 << 51)}


# About imports themselves, or modules that share things.
LINKING_SCRIPTS = ("imports.wast", "linking.wast")
STAND_INS = (
    (r'\(import "a" "ef(\d)" \(func \(result i32\)\)\)', r"(func (result i32) (i32.const \1))"),
    (r'\(import "spectest" "print\w*" \(func((?: \$\w+)?(?: \(param[^)]*\))?)\)\)', r"(func\1)"),
    (r'\(func( \$\w+)? \(import "spectest" "print\w*"\)', r"(func\1"),
    (r'\(import "spectest" "table" \(table( \$\w+)? [\d ]+ funcref\)\)', r"(table\1 10 20 funcref)"),
    (r'\(import "spectest" "memory" \(memory( \$\w+)? [\d ]+\)\)', r"(memory\1 1 2)"),
)


def commands_of(script):
    """The commands of a script, with stand-ins for imports as far as the text stays well formed."""
    if script.path.name in LINKING_SCRIPTS:
        return script.commands()
    text = script.path.read_text(encoding="utf-8")
    for pattern, replacement in STAND_INS:
        text = re.sub(pattern, replacement, text)
    script.folder.mkdir(parents=True, exist_ok=True)
    copy = script.folder / script.path.name
    copy.write_text(text, encoding="utf-8")
    listing = script.folder / "commands.json"
    converted = subprocess.run(["wast2json", str(copy), "-o", str(listing)], check=False, capture_output=True,
                               timeout=conformance.CONVERT_TIMEOUT_S)
    if converted.returncode != 0:
        return script.commands()
    return json.loads(listing.read_text(encoding="utf-8"))["commands"]


class Service:
    """A program that answers each line with a line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.endswith("\n"):
            raise RuntimeError(f"no answer to: {line}")
        return answer.strip()

    def close(self):
        self.process.kill()
        self.process.wait()


def value_matches(expected, actual):
    kind, value = expected["type"], expected.get("value")
    if kind in NAN and value in ("nan:canonical", "nan:arithmetic"):
        exponent, fraction, quiet = NAN[kind]
        bits = int(actual)
        is_nan = bits & exponent == exponent and bits & fraction
        return is_nan and (bits & fraction == quiet if value == "nan:canonical" else bits & quiet)
    if kind == "funcref" and value is None:
        return actual == "function"
    return actual == value


class Execution:
    """One script: its modules by name, and the one at hand."""

    def __init__(self, path, compiler):
        self.path = path
        self.compiler = compiler
        self.script = conformance.Script(path, None)
        self.folder = self.script.folder
        self.machine = Service([*QEMU, str(ROOT / "build/wasm/execute")])
        self.named = {}
        self.is_loaded = False
        self.at_hand = self.machine

    def close(self):
        for service in {self.machine, self.at_hand, *self.named.values()} - {None}:
            service.close()

    def compile(self, command):
        module = self.folder / command["filename"]
        image = module.with_suffix(".njimage")
        answer = self.compiler.ask(f"{module} {image}")
        if answer.startswith("ok"):
            return image, None
        return None, answer.partition(": ")[2] if ": " in answer else answer

    def instantiate(self, command, service):
        """None if it runs, else why not."""
        image, reason = self.compile(command)
        if reason:
            return reason
        answer = service.ask(f"load {image}")
        if answer == "ok":
            answer = service.ask("start")
        return None if answer == "ok" else answer.removeprefix("trap ")

    def module(self, command):
        self.is_loaded = False
        service = self.machine
        if self.path.name in LINKING_SCRIPTS:
            raise conformance.Skip("about modules that share things")
        if "name" in command:
            service = Service([*QEMU, str(ROOT / "build/wasm/execute")])
            self.named[command["name"]] = service
        reason = self.instantiate(command, service)
        if reason and reason.startswith(IMPORT_REFUSALS):
            raise conformance.Skip(reason)
        if reason:
            return f"does not run: {reason}"
        self.at_hand = service
        self.is_loaded = True
        return None

    def assert_uninstantiable(self, command):
        service = Service([*QEMU, str(ROOT / "build/wasm/execute")])
        reason = self.instantiate(command, service)
        service.close()
        if reason and reason.startswith(IMPORT_REFUSALS):
            raise conformance.Skip(reason)
        return None if reason and command["text"].startswith(reason) else f"{reason} instead of: {command['text']}"

    def act(self, action):
        service = self.named.get(action["module"]) if "module" in action else self.at_hand
        if not self.is_loaded or service is None:
            raise conformance.Skip("its module was skipped")
        name = action["field"].encode("utf-8", "surrogateescape").hex()
        if "\0" in action["field"]:
            raise conformance.Skip("texts of an image end at a NUL byte")
        if not name:
            name = "-"
        if action["type"] == "get":
            return service.ask(f"get {name}")
        return service.ask(" ".join(["call", name, *(str(a.get("value")) for a in action["args"])]))

    def action(self, command):
        answer = self.act(command["action"])
        return None if answer.startswith("returns") else answer

    def assert_return(self, command):
        answer = self.act(command["action"])
        words = answer.split()
        expected = command["expected"]
        if words[0] != "returns" or len(words) - 1 != len(expected):
            return f"{answer}, expected {expected}"
        if not all(value_matches(e, a) for e, a in zip(expected, words[1:])):
            return f"{answer}, expected {expected}"
        return None

    def assert_trap(self, command):
        answer = self.act(command["action"])
        reason = answer.removeprefix("trap ")
        if answer.startswith("trap ") and (command["text"].startswith(reason) or reason.startswith(command["text"])):
            return None
        return f"{answer}, expected a trap: {command['text']}"

    assert_exhaustion = assert_trap

    def run(self, command):
        handler = getattr(self, command["type"], None)
        if handler is None:
            return False, None
        return True, handler(command)


def run_script(path, compiler, totals, skips, is_verbose):
    try:
        commands = commands_of(conformance.Script(path, None))
    except (subprocess.SubprocessError, OSError) as error:
        print(f"{path.name}: wast2json failed: {getattr(error, 'stderr', '') or error}")
        totals["script"]["failed"] += 1
        return
    execution = Execution(path, compiler)
    for command in commands:
        kind = command["type"]
        try:
            is_judged, problem = execution.run(command)
            if is_judged:
                totals[kind]["failed" if problem else "passed"] += 1
            if problem:
                print(f"{path.name}:{command['line']}: {kind}: {problem}", flush=True)
        except conformance.Skip as reason:
            totals[kind]["skipped"] += 1
            skips[str(reason)] += 1
            if is_verbose:
                print(f"{path.name}:{command['line']}: skipped: {reason}")
        except (RuntimeError, BrokenPipeError) as error:
            print(f"{path.name}:{command['line']}: {kind}: {error}")
            totals[kind]["failed"] += 1
            break
    execution.close()


def main():
    parser = argparse.ArgumentParser(prog="test/wasm/execution.py")
    parser.add_argument("-v", dest="is_verbose", action="store_true", help="say what is skipped")
    parser.add_argument("script", nargs="*", type=pathlib.Path)
    given = parser.parse_args()
    subprocess.run(["make", "-s", "build/host/njc", "build/wasm/execute"], cwd=ROOT, check=True)
    scripts = [path.resolve() for path in given.script] or sorted(conformance.HERE.glob("*.wast"))
    suite = conformance.suite_folder()
    if not given.script and suite:
        scripts += [path for path in sorted(suite.glob("*.wast")) if not path.name.startswith("simd_")]
    compiler = Service([str(ROOT / "build/host/njc")])
    totals = collections.defaultdict(collections.Counter)
    skips = collections.Counter()
    for path in scripts:
        run_script(path, compiler, totals, skips, given.is_verbose)
    compiler.close()
    for kind, counts in sorted(totals.items()):
        print(f"{kind:28} {counts['passed']:6} passed {counts['failed']:6} failed {counts['skipped']:6} skipped")
    for reason, count in skips.most_common(8):
        print(f"skipped {count:5} x {reason}")
    if not given.script and not suite:
        print("the official test suite is not there ($NJ_WASM_TESTSUITE): only the scripts of this repository ran")
    passed, failed, skipped = (sum(counts[key] for counts in totals.values()) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
