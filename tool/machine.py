# SPDX-License-Identifier: Apache-2.0
"""The machine a command boots: what to build for it, its boot archive, its QEMU command line."""
import fcntl
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
BOARDS = {"virt-riscv64": ["qemu-system-riscv64", "-M", "virt"]}
DEFAULT_BOARD = "virt-riscv64"


class Trouble(Exception):
    """Something a user can act on; the text says what."""


def out(board=DEFAULT_BOARD):
    return BUILD / board


def make(*targets, board=DEFAULT_BOARD):
    """Builds; one build at a time in this tree. What make says goes to standard error: stdout is the console's."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        jobs = f"-j{os.cpu_count() or 1}"
        done = subprocess.run(["make", "-C", str(ROOT), "-s", jobs, f"BOARD={board}", "PROGRESS=1", *targets],
                              stdin=subprocess.DEVNULL, stdout=2)
    if done.returncode != 0:
        raise Trouble("the build failed")


class Machine:
    """What to boot. `archive` names a boot archive of the build: "archive" is the system itself."""

    def __init__(self, board=DEFAULT_BOARD, memory="128M", exact=False, sv39=False, archive="archive", files=(),
                 typed=True, harts=1):
        if board not in BOARDS:
            raise Trouble(f"there is no board '{board}'; the boards are: {', '.join(BOARDS)}")
        self.board = board
        self.memory = memory
        self.exact = exact
        self.sv39 = sv39
        self.archive = archive
        self.files = list(files)  # (name in the archive, path)
        self.harts = harts
        self.typed = typed  # lines will be typed at its console
        self._scratch = None

    def build(self):
        make("kernel", f"build/{self.board}/{self.archive}.img", board=self.board)

    def close(self):
        if self._scratch:
            self._scratch.cleanup()
            self._scratch = None

    def command(self, *serial):
        """The QEMU command line. Additional files make a private archive, which lives until close()."""
        folder = out(self.board)
        # QEMU's default network would run timers of its own.
        command = BOARDS[self.board] + ["-m", self.memory, "-display", "none", "-nic", "none", *serial]
        if self.exact:
            # With sleep=off an idle machine leaps to its next timer, and with none set to the end of time: right for
            # one that works until it is off, death to one that waits for somebody to type.
            command += ["-icount", f"shift=0,sleep={'on' if self.typed else 'off'}"]
        if self.harts != 1:
            command += ["-smp", str(self.harts), "-cpu", "rv64,v=true,vlen=256,vext_spec=v1.0"]
        if self.sv39:
            # Every rv64 hart of QEMU 7.2 takes Sv39 to Sv57 and no switch forbids one: the kernel is told.
            command += ["-append", "sv39"]
        return command + ["-kernel", str(folder / "kernel.elf"), "-initrd", self._archive(folder)]

    def _scratch_path(self, name):
        if not self._scratch:
            self._scratch = tempfile.TemporaryDirectory(prefix="run.", dir=BUILD)
        return os.path.join(self._scratch.name, name)

    def _archive(self, folder):
        if not self.files:
            return str(folder / f"{self.archive}.img")
        path = self._scratch_path("archive.img")
        listed = (folder / f"{self.archive}.list").read_text().split()
        added = [f"{name}={pathlib.Path(file).resolve()}" for name, file in self.files]
        done = subprocess.run([str(BUILD / "host" / "archive"), path, *listed, *added], cwd=ROOT)
        if done.returncode != 0:
            raise Trouble("the boot archive could not be made")
        return path
