# SPDX-License-Identifier: Apache-2.0
"""Commands that ./nj debug adds to gdb. Components are all linked to the same address, so their symbols overlap:
with all of them loaded a breakpoint by name is right, and `component NAME` keeps one, for stepping and backtraces."""
import os

import gdb

_folder = ""
_loaded = []


def _names():
    return sorted(name[:-4] for name in os.listdir(_folder) if name.endswith(".elf"))


def _load(names):
    for path in _loaded:
        gdb.execute(f"remove-symbol-file -a {path[1]}", to_string=True)
    _loaded.clear()
    for name in names:
        path = os.path.join(_folder, f"{name}.elf")
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        _loaded.append((path, 0x10000))


class Components(gdb.Command):
    """components FOLDER: load the symbols of all native components in FOLDER; without it, name them."""

    def __init__(self):
        super().__init__("components", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        global _folder
        if argument:
            _folder = argument
            if os.path.isdir(_folder):
                _load(_names())
        elif _folder and os.path.isdir(_folder):
            print(" ".join(_names()))


class Component(gdb.Command):
    """component NAME: keep only the symbols of this component beside the kernel's."""

    def __init__(self):
        super().__init__("component", gdb.COMMAND_FILES)

    def complete(self, text, word):
        return [name for name in _names() if name.startswith(word)]

    def invoke(self, argument, from_tty):
        if argument not in _names():
            raise gdb.GdbError(f"there is no component '{argument}': {' '.join(_names())}")
        _load([argument])


Components()
Component()
