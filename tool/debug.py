# SPDX-License-Identifier: Apache-2.0
"""./nj debug: boots halted with gdb attached. The build that ships is the build that is debugged.

The console is on a socket: `./nj debug --console` in a second terminal joins it, and console.log keeps all of it.
"""
import argparse
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import time
import tty

from console import die_with_parent
from machine import BOARDS, DEFAULT_BOARD, ROOT, Machine, Trouble, out

# Relative to ROOT, where everything here runs: the path of a socket may have 108 bytes only.
FOLDER = "build/debug"
GDB_SOCKET = f"{FOLDER}/gdb"
CONSOLE_SOCKET = f"{FOLDER}/console"
CONSOLE_LOG = f"{FOLDER}/console.log"


def arguments():
    parser = argparse.ArgumentParser(prog="./nj debug", description="boot halted, with gdb attached")
    parser.add_argument("--board", default=DEFAULT_BOARD)
    parser.add_argument("--archive", default="archive", help="boot archive of the build, by name")
    parser.add_argument("--batch", metavar="CMDS", help='gdb commands, separated by ";", instead of a session')
    parser.add_argument("--timeout", type=float, default=120, metavar="S", help="seconds that --batch may take")
    parser.add_argument("--console", action="store_true", help="join the console of the machine being debugged")
    parser.add_argument("--exact", action="store_true", help="count instructions: one virtual nanosecond each")
    return parser.parse_args()


def start(machine):
    os.makedirs(FOLDER, exist_ok=True)
    for path in (GDB_SOCKET, CONSOLE_SOCKET):
        if os.path.exists(path):
            os.unlink(path)
    console = f"socket,id=console,path={CONSOLE_SOCKET},server=on,wait=off,logfile={CONSOLE_LOG},logappend=off"
    gdb = f"socket,id=gdb,path={GDB_SOCKET},server=on,wait=off"
    command = machine.command("-monitor", "none", "-chardev", console, "-serial", "chardev:console",
                              "-chardev", gdb, "-gdb", "chardev:gdb", "-S")
    # A session of its own: Ctrl-C in gdb must not end the machine.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with_parent)
    deadline = time.monotonic() + 10
    while not os.path.exists(GDB_SOCKET):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise Trouble("QEMU did not start")
        time.sleep(0.02)
    return process


def gdb_command(board, batch):
    command = ["gdb-multiarch", "-q", "-nx", "-iex", "set confirm off", "-iex", "set pagination off",
               "-iex", "set architecture riscv:rv64", str(out(board) / "kernel.elf"),
               "-ex", f"target remote {GDB_SOCKET}", "-x", "tool/gdb.py", "-ex", f"components {out(board)}/component"]
    if batch is None:
        return command
    lines = [part.strip() for part in batch.split(";") if part.strip()]
    return command + ["-batch"] + [word for line in lines for word in ("-ex", line)]


def join_console():
    """This terminal becomes the console; Ctrl-] leaves it."""
    peer = socket.socket(socket.AF_UNIX)
    try:
        peer.connect(CONSOLE_SOCKET)
    except OSError as error:
        raise Trouble(f"no machine is being debugged: {error}")
    if not sys.stdin.isatty():
        raise Trouble("--console needs a terminal")
    print("nj: Ctrl-] leaves the console", file=sys.stderr)
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        while True:
            ready, _, _ = select.select([0, peer], [], [])
            if peer in ready:
                data = peer.recv(65536)
                if not data:
                    return 0
                os.write(1, data)
            if 0 in ready:
                typed = os.read(0, 1024)
                if b"\x1d" in typed or not typed:
                    return 0
                peer.sendall(typed)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def main():
    given = arguments()
    os.chdir(ROOT)
    if given.console:
        return join_console()
    if given.board not in BOARDS:
        raise Trouble(f"there is no board '{given.board}'")
    machine = Machine(given.board, exact=given.exact, archive=given.archive)
    machine.build()
    process = start(machine)
    try:
        command = gdb_command(given.board, given.batch)
        if given.batch is not None:
            return subprocess.call(command, stdin=subprocess.DEVNULL, timeout=given.timeout)
        print(f"nj: the console is in {CONSOLE_LOG}; './nj debug --console' in another terminal joins it")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is gdb's: it stops the machine
        return subprocess.call(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    finally:
        process.kill()
        process.wait()
        machine.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as error:
        sys.exit(f"nj debug: {error}")
    except subprocess.TimeoutExpired as error:
        sys.exit(f"nj debug: gdb did not end within {error.timeout:g} seconds")
