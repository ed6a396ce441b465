# SPDX-License-Identifier: Apache-2.0
"""The console driver against scripted machines: small Python programs in place of QEMU."""
import os
import subprocess
import sys
import time

import pytest

from console import Console, ConsoleError, MachineOff, drive
from machine import ROOT

# Answers each line with `you said`, ends with its number on `exit N`, and knows how to misbehave.
SCRIPT = r"""
import sys, time
def say(text):
    sys.stdout.write(text); sys.stdout.flush()
say("booting\r\n\x1b[1mready\x1b[0m nj> not a prompt\r\n")
while True:
    say("nj> ")
    line = sys.stdin.readline()
    if not line: time.sleep(100)
    line = line.rstrip("\n")
    say(line + "\r\n")
    word = line.split() + ["", ""]
    if word[0] == "poweroff": sys.exit(0)
    if word[0] == "exit": sys.exit(int(word[1]))
    if word[0] == "hang": time.sleep(100)
    if word[0] == "slow": time.sleep(0.5)
    if word[0] == "panic": say("KERNEL PANIC: on purpose\r\n  pc 1234\r\n"); time.sleep(100)
    if word[0] == "die":
        print("qemu: terminating on signal 15", file=sys.stderr); sys.exit(0)
    if word[0] == "utf8":
        sys.stdout.buffer.write(b"\xc3"); sys.stdout.flush(); time.sleep(0.2)
        sys.stdout.buffer.write(b"\xa4\x1b["); sys.stdout.flush(); time.sleep(0.2)
        sys.stdout.buffer.write(b"0m!\r\n"); sys.stdout.flush()
    else:
        say("you said " + line + "\r\n")
"""


@pytest.fixture
def machine():
    consoles = []

    def start(timeout=10, echo=None, script=SCRIPT):
        consoles.append(Console([sys.executable, "-c", script], timeout, echo))
        return consoles[-1]

    yield start
    for console in consoles:
        console.close()


def driven(console, text):
    """Feeds text as standard input."""
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    try:
        return drive(console, read)
    finally:
        os.close(read)


def test_types_each_line_at_its_own_prompt(machine):
    console = machine()
    driven(console, "slow\nhello world\npoweroff\n")
    assert console.text == ("booting\nready nj> not a prompt\nnj> slow\nyou said slow\n"
                            "nj> hello world\nyou said hello world\nnj> poweroff\n")


def test_last_line_needs_no_line_end(machine):
    driven(machine(), "poweroff")


def test_echo_is_plain_text_and_complete(machine):
    pieces = []
    console = machine(echo=pieces.append)
    driven(console, "utf8\npoweroff\n")
    assert "".join(pieces) == console.text
    assert "nj> utf8\nä!\nnj> " in console.text and "\x1b" not in console.text


def test_end_of_input_is_not_a_clean_end(machine):
    with pytest.raises(ConsoleError, match="^input ended without poweroff$"):
        driven(machine(), "hello\n")


def test_empty_input(machine):
    console = machine()
    with pytest.raises(ConsoleError, match="^input ended without poweroff$"):
        driven(console, "")
    assert console.text.endswith("\nnj> ")


def test_panic_is_reported_with_its_last_words(machine):
    console = machine()
    with pytest.raises(ConsoleError, match="^KERNEL PANIC: on purpose$"):
        driven(console, "panic\npoweroff\n")
    assert console.text.endswith("  pc 1234\n")


def test_failure_status_is_reported(machine):
    with pytest.raises(MachineOff, match="^the machine stopped with status 7$") as caught:
        driven(machine(), "exit 7\n")
    assert caught.value.status == 7


def test_end_by_a_signal_from_outside_is_no_clean_end(machine):
    with pytest.raises(MachineOff, match="terminating on signal"):
        driven(machine(), "die\n")


def test_hang_is_reported(machine):
    with pytest.raises(ConsoleError, match="^no prompt within 1 seconds$"):
        driven(machine(timeout=1), "hang\npoweroff\n")


def test_run_returns_the_output_of_the_line(machine):
    console = machine()
    console.wait_prompt()
    assert console.run("one two") == "you said one two\n"
    assert console.run("three") == "you said three\n"
    assert console.power_off() == 0


def test_machine_dies_with_its_driver(tmp_path):
    code = ("import sys, os; sys.path.insert(0, 'tool'); from console import Console; "
            "c = Console([sys.executable, '-c', 'import time; time.sleep(100)']); print(c.process.pid, flush=True); "
            "os.kill(os.getpid(), 9)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    pid = int(done.stdout)
    for _ in range(100):
        try:
            state = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the machine outlived its driver")
