# SPDX-License-Identifier: Apache-2.0
"""./nj run: builds the system, boots it, and gives its console to the terminal or types standard input."""
import argparse
import os
import signal
import subprocess
import sys

from console import DEFAULT_TIMEOUT_S, Console, ConsoleError, drive
from machine import BOARDS, DEFAULT_BOARD, Machine, Trouble


def arguments():
    parser = argparse.ArgumentParser(prog="./nj run", description=__doc__.split(": ", 1)[1])
    parser.add_argument("--board", default=DEFAULT_BOARD, help=f"one of: {', '.join(BOARDS)}")
    parser.add_argument("--with", dest="files", action="append", default=[], metavar="FILE",
                        help="put FILE into the boot archive as package/FILE; may be repeated")
    parser.add_argument("--memory", default="128M", metavar="SIZE", help="of the machine")
    parser.add_argument("--exact", action="store_true",
                        help="each instruction takes one virtual nanosecond; idle time passes as it is")
    parser.add_argument("--harts", type=int, default=1, metavar="N",
                        help="harts of the machine; if more than one, with vector registers")
    parser.add_argument("--sv39", action="store_true",
                        help="use three-level page tables, as on harts that have no others")
    parser.add_argument("--timeout", type=float, default=DEFAULT_TIMEOUT_S, metavar="S",
                        help="seconds without a prompt that count as a hang; 0 for ever")
    return parser.parse_args()


def run_on_terminal(machine):
    print("nj: Ctrl-A X ends the machine", file=sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(machine.command("-serial", "mon:stdio"))


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def run_from_input(machine, timeout):
    with Console(machine.command("-monitor", "none", "-serial", "stdio"), timeout, say) as console:
        try:
            drive(console, sys.stdin.fileno())
        finally:
            if not console.text.endswith("\n"):
                say("\n")
    return 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the machine is taken along
    given = arguments()
    files = []
    for path in given.files:
        if not os.path.isfile(path):
            raise Trouble(f"--with {path}: there is no such file")
        files.append((f"package/{os.path.basename(path)}", path))
    machine = Machine(given.board, given.memory, given.exact, given.sv39, files=files,
                      harts=given.harts)
    machine.build()
    try:
        if sys.stdin.isatty():
            return run_on_terminal(machine)
        return run_from_input(machine, given.timeout)
    finally:
        machine.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit("nj run: nobody reads the console")
    except (Trouble, ConsoleError) as error:
        sys.exit(f"nj run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
