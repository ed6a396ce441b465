# SPDX-License-Identifier: Apache-2.0
"""./nj test: runs the test groups and adds up what they report.

A group is an executable test/GROUP/run whose last line is "N passed, N failed[, N skipped]". One that ends without it,
or with a failure status but no failure, counts as one failed test.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import threading
import time

from machine import ROOT

CLOSING = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*")
GROUP_TIMEOUT_S = 1500
# The group of the host unit tests is called after what it holds.
FOLDERS = {"unit": "host"}


def groups():
    names = {path.parent.name for path in (ROOT / "test").glob("*/run") if os.access(path, os.X_OK)}
    renamed = {folder: name for name, folder in FOLDERS.items()}
    first = ["unit", "tool"]
    return sorted((renamed.get(name, name) for name in names), key=lambda name: (name not in first, name))


def run_group(name):
    """Runs one group, its output passing through. Returns (passed, failed, skipped, note)."""
    path = ROOT / "test" / FOLDERS.get(name, name) / "run"
    process = subprocess.Popen([str(path)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               start_new_session=True, text=True, errors="replace")
    hung = threading.Event()

    def end():
        hung.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(GROUP_TIMEOUT_S, end)
    timer.start()
    last = ""
    try:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line if line.strip() else last
        status = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    match = CLOSING.fullmatch(last)
    if hung.is_set():
        return 0, 1, 0, f"did not end within {GROUP_TIMEOUT_S} seconds"
    if not match:
        return 0, 1, 0, f"ended with status {status} and no closing line"
    passed, failed, skipped = (int(number or 0) for number in match.groups())
    if status != 0 and failed == 0:
        return passed, 1, skipped, f"reported no failure, but ended with status {status}"
    return passed, failed, skipped, ""


def closing_line(passed, failed, skipped):
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def main():
    parser = argparse.ArgumentParser(prog="./nj test", description="run all test groups, or the named ones")
    parser.add_argument("group", nargs="*")
    parser.add_argument("--list", action="store_true", help="name the groups")
    given = parser.parse_args()
    known = groups()
    if given.list:
        print("\n".join(known))
        return 0
    unknown = [name for name in given.group if name not in known]
    if unknown:
        print(f"nj test: no such group: {', '.join(unknown)}; the groups are: {', '.join(known)}", file=sys.stderr)
        return 2
    total = [0, 0, 0]
    results = []
    for name in given.group or known:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        *counts, note = run_group(name)
        total = [a + b for a, b in zip(total, counts)]
        results.append(f"{name:10} {closing_line(*counts)} ({time.monotonic() - start:.0f} s)" + (note and f": {note}"))
    print("== results")
    print("\n".join(results))
    print(closing_line(*total), flush=True)
    return 1 if total[1] or not results else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
