# SPDX-License-Identifier: Apache-2.0
"""Modules that reach what small ones do not: code of several jump ranges, frames of many steps, branches over tens of
kilobytes, wide jump tables, many globals. Run compiled and by wabt's interpreter, which must agree.

    /usr/bin/python3 test/wasm/large_modules.py
"""
import random
import subprocess
import sys

import conformance
import execution
import random_modules


def far_calls(rng):
    """Some 6 MiB of code; every function calls earlier and later ones, near and far."""
    count = 2600
    text = '(module (memory 1) (global $fuel (mut i32) (i32.const 0))\n'
    for i in range(count):
        lines = []
        for _ in range(120):
            lines.append(f"local.get 0 i32.const {rng.randrange(1 << 31)} i32.xor i32.const {rng.randrange(1, 31)} i32.rotl"
                         " i32.const 40 i32.mul local.set 0")
        calls = " ".join(f"local.get 0 call {rng.randrange(count)} local.set 0" for _ in range(2))
        text += (f"(func (param i32) (result i32) global.get $fuel i32.eqz if local.get 0 return end "
                 f"global.get $fuel i32.const 1 i32.sub global.set $fuel {' '.join(lines)} {calls} local.get 0)\n")
    for i in range(0, count, 500):
        text += f'(func (export "e{i}") (result i32) i32.const 500 global.set $fuel i32.const {i} call {i})\n'
    return text + ")"


def many_locals(rng):
    """A frame of some 28 KB, in many steps, with arguments on the stack; recursive."""
    count = 3500
    sets = "\n".join(f"local.get {rng.randrange(count)} local.get {rng.randrange(count)} i64.add i64.const {i} i64.xor"
                     f" local.set {i}" for i in range(20, count))
    total = " ".join(f"local.get {i} i64.add" for i in range(0, count, 3))
    twenty = " ".join(["i64"] * 20)
    arguments = " ".join(f"local.get {i * 7}" for i in range(19))
    return (f'(module (func $f (param {twenty}) (result i64) (local {" ".join(["i64"] * (count - 20))})\n{sets}\n'
            f"local.get 19 i64.eqz i32.eqz if (result i64) {arguments} local.get 19 i64.const 1 i64.sub call $f else"
            f' i64.const 1 end {total})\n(func (export "e") (result i64) '
            f'{" ".join(f"i64.const {i * 1001}" for i in range(19))} i64.const 3 call $f))')


def long_branches(rng):
    """Blocks, arms and loops of up to some 100 KB, and a jump table of 3000 entries out of all of them."""
    filler = lambda count: "\n".join(f"local.get 0 i32.const {rng.randrange(1 << 31)} i32.add local.set 0"
                                     for _ in range(count))
    text = '(module (func $f (param i32 i32) (result i32) (local i32)\n'
    depth = 12
    for level in range(depth):
        text += f"block (result i32) local.get 0 local.get 0 i32.const {1 << level} i32.and br_if 0 drop\n{filler(40)}\n"
    labels = " ".join(str(rng.randrange(depth)) for _ in range(3000))
    text += f"local.get 0 local.get 1 i32.const 4095 i32.and br_table {labels}\n"
    for level in range(depth):
        text += (f"end local.get 0 i32.xor local.set 0 {filler(30 << level // 2)} local.get 0 i32.const 3 i32.and "
                 f"if {filler(60)} else {filler(400)} end local.get 0\n")
    text += "drop local.get 0)\n"
    text += ('(func $g (param i32) (result i32) (local i32) loop (result i32) ' + filler(3000) +
             " local.get 1 i32.const 1 i32.add local.tee 1 i32.const 5 i32.lt_s br_if 0 local.get 0 end)\n")
    for i in range(40):
        text += (f'(func (export "e{i}") (result i32) i32.const {rng.randrange(1 << 31)} i32.const {rng.randrange(4096)}'
                 " call $f call $g)\n")
    return text + ")"


def many_globals(rng):
    """More globals and constants than gp reaches."""
    count = 700
    text = "(module (table 100 1000 funcref)\n"
    for i in range(count):
        text += f"(global (mut i64) (i64.const {i}))\n(global (mut f64) (f64.const {i}))\n"
    body = " ".join(f"global.get {2 * rng.randrange(count)} i64.const {rng.randrange(1 << 62)} i64.add "
                    f"global.set {2 * rng.randrange(count)} f64.const {rng.random()} global.set {2 * i + 1}"
                    for i in range(count))
    text += f'(func (export "e") {body})\n'
    for i in range(0, count, 100):
        text += f'(func (export "g{i}") (result i64) global.get {2 * i})(func (export "h{i}") (result f64) global.get {2 * i + 1})\n'
    return text + '(func (export "grow") (result i32) ref.null func i32.const 900 table.grow 0)(func (export "size") (result i32) table.size 0))'


def deep_operands(rng):
    """Thousands of operands on the stack at once, some of them locals that change meanwhile."""
    count = 3000
    pushes = " ".join(f"local.get {i % 5}" if i % 3 else f"local.get {i % 5} i64.const {i} i64.mul local.tee {(i + 1) % 5}"
                      for i in range(count))
    call = "local.get 0 call $g i64.add "
    return (f'(module (func $g (param i64) (result i64) local.get 0 i64.const 3 i64.rotl)\n'
            f'(func $f (param i64 i64 i64 i64 i64) (result i64) {pushes} {call} {"i64.xor " * (count - 1)})\n'
            '(func (export "e") (result i64) i64.const 1 i64.const 2 i64.const 3 i64.const 4 i64.const 5 call $f))')


def main():
    subprocess.run(["make", "-s", "build/host/njc", "build/wasm/execute"], cwd=conformance.ROOT, check=True)
    random_modules.FOLDER.mkdir(parents=True, exist_ok=True)
    compiler = execution.Service([str(conformance.ROOT / "build/host/njc")])
    machine = execution.Service([*execution.QEMU, str(conformance.ROOT / "build/wasm/execute")])
    failed = 0
    shapes = (far_calls, many_locals, long_branches, many_globals, deep_operands)
    for shape in shapes:
        problems = random_modules.run_text(shape.__name__, shape(random.Random(1)), compiler, machine)
        failed += bool(problems)
        for problem in problems[:5]:
            print(f"{shape.__name__}: {problem}")
    compiler.close()
    machine.close()
    print(f"{len(shapes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
