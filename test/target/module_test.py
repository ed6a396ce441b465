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


# Calls the SDK runtime in every way but the right one: sends without waiting, every operation with wild arguments.
RUDE = """
(module
  (import "nightjar" "send" (func $send (param i32 i32 i32) (result i32)))
  (import "nightjar" "try_send" (func $try_send (param i32 i32 i32) (result i32)))
  (import "nightjar" "call" (func $call (param i32 i32 i32) (result i32)))
  (import "nightjar" "recv" (func $recv (param i32 i32) (result i32)))
  (import "nightjar" "reply_recv" (func $reply_recv (param i32 i32 i32) (result i32)))
  (import "nightjar" "signal" (func $signal (param i32) (result i32)))
  (memory (export "memory") 1)
  (func $fill (param $operation i32) (param $seed i32)
    (local $i i32)
    (i64.store (i32.const 64) (i64.extend_i32_u (local.get $operation)))
    (local.set $i (i32.const 8))
    (loop
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (i64.store (i32.add (i32.const 64) (local.get $i))
        (i64.shr_s (i64.mul (i64.extend_i32_s (local.get $seed)) (i64.const 0x100000001))
                   (i64.extend_i32_u (i32.and (local.get $seed) (i32.const 63)))))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 64)))))
  (func (export "_start")
    (local $operation i32) (local $round i32)
    (loop $rounds
      (local.set $operation (i32.const 0))
      (loop $operations
        (if (i32.and (i32.and (i32.ne (local.get $operation) (i32.const 3)) (i32.ne (local.get $operation) (i32.const 48)))
              (i32.and (i32.ne (local.get $operation) (i32.const 2)) (i32.ne (local.get $operation) (i32.const 5))))
          (then
            (call $fill (local.get $operation) (local.get $round))
            (drop (call $send (i32.const 1) (i32.const 64) (i32.const 8)))
            (call $fill (local.get $operation) (local.get $round))
            (drop (call $try_send (i32.const 1) (i32.const 64) (i32.and (local.get $round) (i32.const 7))))
            (if (i32.ne (local.get $operation) (i32.const 47)) (then
              (call $fill (local.get $operation) (local.get $round))
              (drop (call $call (i32.const 1) (i32.const 64) (i32.and (local.get $round) (i32.const 7))))))))
        (br_if $operations (i32.lt_u (local.tee $operation (i32.add (local.get $operation) (i32.const 1))) (i32.const 60))))
      (call $fill (i32.const 2) (i32.const 0))
      (drop (call $send (i32.const 1) (i32.const 64) (i32.const 2)))
      (br_if $rounds (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 200))))
    (drop (call $recv (i32.const 1) (i32.const 64)))
    (drop (call $recv (i32.const 2) (i32.const 64)))
    (drop (call $reply_recv (i32.const 2) (i32.const 64) (i32.const 3)))
    (drop (call $signal (i32.const 1)))
    (call $fill (i32.const 3) (i32.const 0))
    (drop (call $call (i32.const 1) (i32.const 64) (i32.const 2)))))
"""


def test_a_rude_client_harms_nobody(boot, folder):
    with boot(files=[assemble(folder, "rude", RUDE)]) as console:
        console.wait_prompt()
        console.run("install hello")
        console.run("loglevel error")
        before = free_bytes(console)
        assert "rude: installed" in console.run("install rude")
        for form in ["process", "capsule"]:
            assert re.search(r"rude: (exited|crashed)", console.run(f"start rude --{form} --wait"))
            assert "Hello, world" in console.run("start hello --wait")
        console.run("uninstall rude")
        assert free_bytes(console) == before
        assert not re.search(r"^  (sdk|console|process) .* [1-9]\d*$", console.run("ps"), re.M), "no component faulted"
