# SPDX-License-Identifier: Apache-2.0
"""Modules from outside: a good one runs, bad ones are refused with the place and the reason, and leave nothing behind."""
import re
import subprocess

import pytest

GOOD = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "from outside\\n")
  (data (i32.const 0) "\\10\\00\\00\\00\\0d\\00\\00\\00")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 42))))
"""
IMPORT = """
(module
  (import "env" "launch_missiles" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
"""
SIMD = """
(module (memory (export "memory") 1)
  (func (export "_start") (drop (v128.load (i32.const 0)))))
"""


FLOOD = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "flood\\1b[2Jflood\\n")
  (data (i32.const 0) "\\10\\00\\00\\00\\0f\\00\\00\\00")
  (func (export "_start")
    (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br 0))))
"""


def assemble(folder, name, text):
    source = folder / f"{name}.wat"
    module = folder / f"{name}.wasm"
    source.write_text(text)
    subprocess.run(["wat2wasm", "--enable-all", source, "-o", module], check=True)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("modules")


@pytest.fixture(scope="module")
def files(folder):
    good = assemble(folder, "mine", GOOD)
    code = good.read_bytes()
    made = [good, assemble(folder, "import", IMPORT), assemble(folder, "simd", SIMD),
            assemble(folder, "flood", FLOOD)]
    for name, data in {
        "empty": b"",
        "text": b"this is not a module at all\n",
        "truncated": code[: len(code) // 2],
        "corrupt": code.replace(b"\x10\x00", b"\x27\x00", 1),
    }.items():
        path = folder / f"{name}.wasm"
        path.write_bytes(data)
        made.append(path)
    return made


@pytest.fixture
def console(boot, files):
    with boot(files=files) as console:
        console.wait_prompt()
        yield console


def free_bytes(console):
    return int(re.search(r"free (\d+),", console.run("mstats")).group(1))


def test_modules_from_outside(console):
    before = free_bytes(console)
    assert "mine: installed" in console.run("install mine")
    for form in ["process", "capsule"]:
        output = console.run(f"start mine --{form} --wait")
        assert "from outside\n" in output and "mine: exited with code 42\n" in output
    console.run("uninstall mine")
    assert free_bytes(console) == before

    refusals = {
        "empty": r"byte 0: (unexpected end|magic header not detected)",
        "text": r"byte 0: magic header not detected",
        "truncated": r"byte \d+: ",
        "corrupt": r"byte \d+(, in function \d+)?: ",
        "import": r"byte \d+: unknown import: env\.launch_missiles",
        "simd": r"byte \d+(, in function \d+)?: SIMD is not supported",
    }
    for name, reason in refusals.items():
        output = console.run(f"install {name}")
        assert re.search(rf"^install {name}: the module is not valid or not supported: {reason}", output, re.M), output
        assert free_bytes(console) == before
    assert "mine: installed" in console.run("install mine"), "the compiler goes on"


def test_a_flood_of_output_keeps_nobody_from_the_shell(console):
    before = free_bytes(console)
    console.run("install flood")
    for form in ["process", "capsule"]:
        console.run(f"start flood --{form}")
        console.wait("flood\\?\\[2Jflood\n")  # what could play with the terminal is taken out
        assert re.search(r"^  flood +\S+ +64 ", console.run("ps"), re.M)
        assert "flood: stopped\n" in console.run("stop flood")
    console.run("uninstall flood")
    assert free_bytes(console) == before


def test_every_cut_of_a_module_is_refused(boot, files, folder):
    code = files[0].read_bytes()
    cuts = []
    for length in range(1, len(code), 9):
        path = folder / f"cut{length}.wasm"
        path.write_bytes(code[:length])
        cuts.append(path)
    cuts = cuts[:30]
    with boot(files=cuts) as console:
        console.wait_prompt()
        before = free_bytes(console)
        for path in cuts:
            assert re.search(rf"^install {path.stem}: .*byte \d+: ", console.run(f"install {path.stem}"), re.M)
        assert free_bytes(console) == before
