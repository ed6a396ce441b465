# SPDX-License-Identifier: Apache-2.0
"""Drives the console of a machine in QEMU: waits for prompts, types lines, notices crashes and hangs."""
import codecs
import ctypes
import os
import re
import select
import signal
import subprocess
import tempfile
import time

PROMPT = re.compile(r"(?:^|(?<=\n))nj> ")
PANIC = re.compile(r"(?:^|(?<=\n))KERNEL PANIC[^\n]*")
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])")
NEVER = re.compile(r"(?!)")
DEFAULT_TIMEOUT_S = 60
# Lines may come late after the machine says it is in trouble; then it is over.
LAST_WORDS_S = 2


class ConsoleError(Exception):
    """The machine did not do what was waited for; the text says what happened instead."""


class MachineOff(ConsoleError):
    """The machine ended. status 0: a clean power-off."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


def die_with_parent():
    """In a new process: the machine must not outlive its driver, however that ends."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Console:
    """One running machine. `text` is all it has said, as plain text; `echo` gets each piece as it comes."""

    def __init__(self, command, timeout=DEFAULT_TIMEOUT_S, echo=None):
        self.text = ""
        self.timeout = timeout
        self._echo = echo
        self._position = 0  # in text: what has been waited for already
        self._pending = ""  # the start of an escape sequence that is not all here yet
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._closed = False
        self._errors = tempfile.TemporaryFile()
        self.started = self.prompted = time.monotonic()  # the machine; the last prompt that was waited for
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                                        bufsize=0, preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the machine, however it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass

    # What the machine says.

    def _take(self, data):
        text = self._pending + self._decode(data)
        self._pending = ""
        cut = text.rfind("\x1b")
        if cut >= 0 and not ESCAPE.match(text, cut) and len(text) - cut < 16:
            text, self._pending = text[:cut], text[cut:]
        text = ESCAPE.sub("", text).replace("\r", "").replace("\0", "")
        self.text += text
        if self._echo and text:
            self._echo(text)

    def pump(self, seconds, also=None):
        """Takes what the machine says for up to `seconds` or until something came. True if `also` is readable."""
        sources = ([] if self._closed else [self.process.stdout]) + ([also] if also is not None else [])
        ready, _, _ = select.select(sources, [], [], max(0, seconds))
        if self.process.stdout in ready:
            data = os.read(self.process.stdout.fileno(), 65536)
            if data:
                self._take(data)
            else:
                self._closed = True
        return also is not None and also in ready

    def _check(self):
        """Raises when the machine panicked or ended."""
        panic = PANIC.search(self.text)
        if panic:
            deadline = time.monotonic() + LAST_WORDS_S
            while not self._closed and time.monotonic() < deadline:
                self.pump(deadline - time.monotonic())
            raise ConsoleError(PANIC.search(self.text).group(0))
        if self._closed:
            status = self.process.wait()
            self._errors.seek(0)
            errors = self._errors.read().decode("utf-8", "replace").strip()
            if status == 0 and "terminating on signal" not in errors:
                raise MachineOff(0, "the machine is off")
            reason = f"the machine stopped with status {status}"
            raise MachineOff(status or 1, reason + (f": {errors}" if errors else ""))

    def wait(self, pattern, timeout=None):
        """Waits for a pattern (text or compiled) in what has not been waited for yet; returns the match."""
        pattern = re.compile(pattern) if isinstance(pattern, str) else pattern
        timeout = self.timeout if timeout is None else timeout
        deadline = time.monotonic() + timeout if timeout else None
        while True:
            match = pattern.search(self.text, self._position)
            if match:
                self._position = match.end()
                return match
            self._check()
            left = 1.0 if deadline is None else deadline - time.monotonic()
            if left <= 0:
                what = {PROMPT: "no prompt", NEVER: "no power-off"}.get(pattern) or f"no '{pattern.pattern}'"
                raise ConsoleError(f"{what} within {timeout:g} seconds")
            self.pump(min(left, 1.0))

    def wait_prompt(self, timeout=None):
        match = self.wait(PROMPT, timeout)
        self.prompted = time.monotonic()
        return match

    def wait_off(self, timeout=None):
        """Waits for the end of the machine; returns its status, 0 for a clean power-off."""
        try:
            self.wait(NEVER, timeout)
        except MachineOff as off:
            return off.status

    # What is typed.

    def type(self, line):
        """Types one line. Call it after wait_prompt: what is typed earlier may be lost."""
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            pass  # the machine ended; the next wait says so

    def run(self, line, timeout=None):
        """Types one line and waits for the next prompt; returns what was printed in between, without the echo."""
        self.type(line)
        start = self._position
        end = self.wait_prompt(timeout).start()
        output = self.text[start:end]
        return output[len(line):].lstrip("\n") if output.startswith(line) else output

    def power_off(self, timeout=None):
        """Types poweroff; returns the status of the machine, 0 for a clean end."""
        self.type("poweroff")
        return self.wait_off(timeout)


class LineSource:
    """Lines of a file descriptor, read while the machine goes on talking."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._data = b""
        self._ended = False

    def next(self, console):
        """The next line without its end, or None. Raises as Console.wait when the machine ends meanwhile."""
        while b"\n" not in self._data and not self._ended:
            console._check()
            if console.pump(1.0, also=self._descriptor):
                data = os.read(self._descriptor, 65536)
                self._ended = not data
                self._data += data
        if not self._data:
            return None
        line, _, self._data = self._data.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


def drive(console, descriptor):
    """Types every line of the file descriptor at a prompt of its own. Returns after a clean power-off."""
    source = LineSource(descriptor)
    has_prompted = False
    try:
        while True:
            console.wait_prompt()
            has_prompted = True
            line = source.next(console)
            if line is None:
                raise ConsoleError("input ended without poweroff")
            console.type(line)
    except MachineOff as off:
        if off.status != 0:
            raise
        if not has_prompted:  # boot refused the machine, before it could say so by its exit code
            raise ConsoleError("the machine switched itself off before the first prompt") from off
