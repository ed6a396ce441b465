# SPDX-License-Identifier: Apache-2.0
"""Runs WebAssembly test scripts (.wast, and single modules, .wat): our own in this folder, and the official suite.

    test/wasm/run [-v] [SCRIPT...]     default: all scripts of both

Our own scripts insist on the reason for which a module is refused; where the suite's reason is worded differently, that
is counted only.

wabt's wast2json turns a script into modules and a list of commands; each command goes to the handler of its type below,
and counts as passed, failed or skipped. The official suite is looked for in $NJ_WASM_TESTSUITE, then in
../shared/data/wasm-testsuite; without it, only our own scripts run.
"""
import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "wasm-scripts"
CONVERT_TIMEOUT_S = 60
SIMD_REFUSAL = "SIMD is not supported"


def suite_folder():
    named = os.environ.get("NJ_WASM_TESTSUITE")
    folder = pathlib.Path(named) if named else ROOT.parent / "shared" / "data" / "wasm-testsuite"
    return folder if folder.is_dir() else None


class Skip(Exception):
    """This command cannot be judged here; the text says why."""


class Checker:
    """The decoder and validator, a module at a time."""

    def __init__(self):
        self.process = subprocess.Popen([str(ROOT / "build/host/wasm-check")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def refusal(self, path):
        """Why the module is refused, or None if it is valid."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line.endswith("\n"):
            raise RuntimeError(f"wasm-check ended at {path}")
        answer = line[len(str(path)) + 2:].strip()
        if answer == "ok":
            return None
        place, _, reason = answer.partition(": ")
        if not place.startswith("byte ") or not reason:
            raise RuntimeError(f"wasm-check: {line.strip()}")
        return reason

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


class Script:
    """The commands of one .wast file. A handler returns None, or what is wrong."""

    def __init__(self, path, checker):
        self.path = path
        self.checker = checker
        self.folder = BUILD / path.stem
        self.is_simd = path.name.startswith("simd_")
        self.other_words = collections.Counter()

    def commands(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        listing = self.folder / "commands.json"
        subprocess.run(["wast2json", str(self.path), "-o", str(listing)], check=True, timeout=CONVERT_TIMEOUT_S,
                       capture_output=True, text=True)
        return json.loads(listing.read_text(encoding="utf-8"))["commands"]

    def run(self, command):
        handler = getattr(self, command["type"], None)
        if handler is None:
            raise Skip(f"{command['type']}: execution is not part of this run")
        return handler(command)

    def refusal(self, command):
        return self.checker.refusal(self.folder / command["filename"])

    def module(self, command):
        reason = self.refusal(command)
        if self.is_simd and reason == SIMD_REFUSAL:
            return None
        return reason and f"valid module refused: {reason}"

    # These decode and validate; what they are about comes later.
    assert_unlinkable = module
    assert_uninstantiable = module

    def assert_malformed(self, command):
        if command["module_type"] == "text":
            raise Skip("about the text format, which the engine does not read")
        reason = self.refusal(command)
        if reason is None:
            return f"accepted, but: {command['text']}"
        if not command["text"].startswith(reason) and not (self.is_simd and reason == SIMD_REFUSAL):
            if self.path.parent == HERE:
                return f"refused for another reason: {reason}, instead of: {command['text']}"
            self.other_words[command["text"], reason] += 1
        return None

    assert_invalid = assert_malformed


def run_script(path, checker, totals, other_words, is_verbose):
    script = Script(path, checker)
    try:
        commands = script.commands()
    except (subprocess.SubprocessError, OSError) as error:
        print(f"{path.name}: wast2json failed: {getattr(error, 'stderr', '') or error}")
        totals["script"]["failed"] += 1
        return
    for command in commands:
        kind = ("simd " if script.is_simd else "") + command["type"]
        try:
            problem = script.run(command)
            totals[kind]["failed" if problem else "passed"] += 1
            if problem:
                print(f"{path.name}:{command['line']}: {command['type']}: {problem}")
        except Skip as reason:
            totals[kind]["skipped"] += 1
            if is_verbose:
                print(f"{path.name}:{command['line']}: skipped: {reason}")
    other_words.update(script.other_words)


def main():
    parser = argparse.ArgumentParser(prog="test/wasm/run")
    parser.add_argument("-v", dest="is_verbose", action="store_true", help="say what is skipped and worded differently")
    parser.add_argument("script", nargs="*", type=pathlib.Path)
    given = parser.parse_args()
    if not shutil.which("wast2json"):
        print("wast2json is missing: install the package wabt")
        print("0 passed, 1 failed")
        return 1
    scripts = [path.resolve() for path in given.script] or sorted(HERE.glob("*.wa[st]*"))
    suite = suite_folder()
    if not given.script and suite:
        scripts += sorted(suite.glob("*.wast"))
    checker = Checker()
    totals = collections.defaultdict(collections.Counter)
    other_words = collections.Counter()
    for path in scripts:
        run_script(path, checker, totals, other_words, given.is_verbose)
    checker.close()
    if given.is_verbose:
        for (theirs, ours), count in sorted(other_words.items()):
            print(f"worded differently: {count} x \"{theirs}\": \"{ours}\"")
    for kind, counts in sorted(totals.items()):
        print(f"{kind:28} {counts['passed']:6} passed {counts['failed']:6} failed {counts['skipped']:6} skipped")
    print(f"{sum(other_words.values())} refusals are worded differently from the suite")
    if not given.script and not suite:
        print("the official test suite is not there ($NJ_WASM_TESTSUITE): only the scripts of this repository ran")
    passed, failed, skipped = (sum(counts[key] for counts in totals.values()) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
