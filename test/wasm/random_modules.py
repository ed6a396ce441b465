# SPDX-License-Identifier: Apache-2.0
"""Random valid modules, run compiled and by wabt's interpreter, which must agree.

    /usr/bin/python3 test/wasm/random_modules.py [-n MODULES] [-s SEED]

Every module has functions of many shapes, and exports that take no parameters and call them. A global holds fuel, so that
all of them end. Bits of NaN never become visible: engines may differ in them.
"""
import argparse
import pathlib
import random
import struct
import subprocess
import sys

import conformance
import execution

FOLDER = conformance.ROOT / "build" / "wasm-random"
INTERPRET_TIMEOUT_S = 60
FUEL = 3000
INTEGERS = ("i32", "i64")
TYPES = ("i32", "i64", "f32", "f64")
BINARY = {
    "i32": "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split(),
    "f32": "add sub mul div min max copysign".split(),
}
BINARY["i64"], BINARY["f64"] = BINARY["i32"], BINARY["f32"]
UNARY = {
    "i32": "clz ctz popcnt extend8_s extend16_s".split(),
    "i64": "clz ctz popcnt extend8_s extend16_s extend32_s".split(),
    "f32": "abs neg ceil floor trunc nearest sqrt".split(),
}
UNARY["f64"] = UNARY["f32"]
COMPARE = {
    "i32": "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(),
    "f32": "eq ne lt gt le ge".split(),
}
COMPARE["i64"], COMPARE["f64"] = COMPARE["i32"], COMPARE["f32"]
CONVERT = {
    "i32": ["i64 i32.wrap_i64", "f32 i32.trunc_f32_s", "f64 i32.trunc_f64_u", "f32 i32.trunc_sat_f32_u",
            "f64 i32.trunc_sat_f64_s"],
    "i64": ["i32 i64.extend_i32_s", "i32 i64.extend_i32_u", "f32 i64.trunc_f32_u", "f64 i64.trunc_f64_s",
            "f32 i64.trunc_sat_f32_s", "f64 i64.trunc_sat_f64_u"],
    "f32": ["i32 f32.convert_i32_s", "i32 f32.convert_i32_u", "i64 f32.convert_i64_s", "i64 f32.convert_i64_u",
            "f64 f32.demote_f64"],
    "f64": ["i32 f64.convert_i32_s", "i32 f64.convert_i32_u", "i64 f64.convert_i64_s", "i64 f64.convert_i64_u",
            "f32 f64.promote_f32"],
}
LOAD = {"i32": ["load", "load8_s", "load8_u", "load16_s", "load16_u"],
        "i64": ["load", "load8_u", "load16_s", "load32_s", "load32_u"]}
STORE = {"i32": ["store", "store8", "store16"], "i64": ["store", "store8", "store16", "store32"]}
EDGES = {"i32": (0, 1, -1, 2047, 2048, -2048, -2049, 65535, 65536, 0x7FFFFFFF, -0x80000000, 255),
         "i64": (0, 1, -1, 2047, -2049, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, -0x8000000000000000, 0x80000000, 1 << 40)}
FLOAT_EDGES = ("0", "-0", "1", "-1", "0.5", "1e10", "-3.75", "inf", "nan", "2147483648", "4294967295.5", "-1e19")


CHECKSUM = """  (func (export "memory") (result i64) (local i32 i64)
    loop
      local.get 1 i64.const 0x100000001b3 i64.mul local.get 0 i64.load i64.xor local.set 1
      local.get 0 i32.const 8 i32.add local.tee 0 i32.const 0x20000 i32.lt_u br_if 0
    end
    local.get 1)
"""


class Function:
    def __init__(self, index, params, results):
        self.index, self.params, self.results = index, params, results


class Body:
    """The text of one function's instructions, as it grows."""

    def __init__(self, rng, functions, function):
        self.rng = rng
        self.functions = functions
        self.function = function
        self.locals = list(function.params)
        self.counters = 0
        self.lines = []
        self.labels = []  # result types of each open label, innermost last
        self.room = rng.choice((30, 120, 400))

    def emit(self, text):
        self.lines.append(text)
        self.room -= 1

    def pick_local(self, kind):
        found = [i for i, other in enumerate(self.locals) if other == kind]
        return self.rng.choice(found) if found else None

    def constant(self, kind):
        rng = self.rng
        if kind in EDGES:
            value = rng.choice(EDGES[kind]) if rng.random() < 0.5 else rng.randrange(-100, 5000)
        else:
            value = rng.choice(FLOAT_EDGES)
        self.emit(f"{kind}.const {value}")

    def values(self, kinds, depth):
        for kind in kinds:
            self.value(kind, depth)

    def value(self, kind, depth):
        """Instructions that push one value."""
        rng = self.rng
        local = self.pick_local(kind)
        if depth <= 0 or self.room < 0:
            if local is not None and rng.random() < 0.7:
                self.emit(f"local.get {local}")
            else:
                self.constant(kind)
            return
        choice = rng.choice(("binary", "binary", "binary", "unary", "convert", "compare", "local", "local", "constant",
                             "load", "select", "block", "if", "call", "tee", "global", "indirect", "eqz", "branch"))
        getattr(self, f"value_{choice}")(kind, depth - 1, local)

    def value_constant(self, kind, _depth, _local):
        self.constant(kind)

    def value_local(self, kind, _depth, local):
        if local is None:
            self.constant(kind)
        else:
            self.emit(f"local.get {local}")

    def value_binary(self, kind, depth, _local):
        self.values((kind, kind), depth)
        name = self.rng.choice(BINARY[kind])
        if name[:3] in ("div", "rem") and kind in INTEGERS and self.rng.random() < 0.95: # most should not trap
            self.emit(f"{kind}.const {self.rng.choice((1, 6, 255))}")
            self.emit(f"{kind}.or")
        self.emit(f"{kind}.{name}")

    def value_unary(self, kind, depth, _local):
        self.value(kind, depth)
        self.emit(f"{kind}.{self.rng.choice(UNARY[kind])}")

    def value_convert(self, kind, depth, _local):
        source, name = self.rng.choice(CONVERT[kind]).split()
        self.value(source, depth)
        self.emit(name)

    def condition(self, depth):
        kind = self.rng.choice(TYPES)
        self.values((kind, kind), depth)
        self.emit(f"{kind}.{self.rng.choice(COMPARE[kind])}")

    def value_compare(self, kind, depth, local):
        if kind != "i32":
            self.value_binary(kind, depth, local)
        else:
            self.condition(depth)

    def value_eqz(self, kind, depth, local):
        if kind != "i32":
            self.value_unary(kind, depth, local)
            return
        operand = self.rng.choice(INTEGERS)
        self.value(operand, depth)
        self.emit(f"{operand}.eqz")

    def address(self, depth):
        if self.rng.random() < 0.03:
            self.value("i32", depth)
            return
        self.value("i32", depth)
        self.emit("i32.const 0xfff8")
        self.emit("i32.and")

    def offset(self):
        return self.rng.choice((0, 0, 4, 8, 2047, 2048, 5000, 70000, 4294967295 if self.rng.random() < 0.02 else 12))

    def value_load(self, kind, depth, local):
        if kind not in LOAD:
            self.value_local(kind, depth, local)
            return
        self.address(depth)
        self.emit(f"{kind}.{self.rng.choice(LOAD[kind])} offset={self.offset()}")

    def value_select(self, kind, depth, _local):
        self.values((kind, kind), depth)
        if self.rng.random() < 0.5:
            self.condition(depth)
        else:
            self.value("i32", depth)
        self.emit("select")

    def value_block(self, kind, depth, _local):
        extra = [self.rng.choice(TYPES) for _ in range(self.rng.choice((0, 0, 0, 1, 2)))]
        params = [self.rng.choice(TYPES) for _ in range(self.rng.choice((0, 0, 0, 1, 2)))]
        self.values(params, depth)
        results = [kind, *extra]
        self.emit(f"block (param {' '.join(params)}) (result {' '.join(results)})")
        self.labels.append(results)
        for _ in params:
            self.emit("drop")
        self.statements(self.rng.randrange(2), depth)
        self.values(results, depth)
        self.labels.pop()
        self.emit("end")
        for _ in extra:
            self.emit("drop")

    def value_if(self, kind, depth, _local):
        results = [kind] + ([self.rng.choice(TYPES)] if self.rng.random() < 0.2 else [])
        self.condition(depth)
        self.emit(f"if (result {' '.join(results)})")
        for arm in (0, 1):
            self.labels.append(results)
            self.statements(self.rng.randrange(2), depth)
            self.values(results, depth)
            self.labels.pop()
            self.emit("end" if arm else "else")
        for _ in results[1:]:
            self.emit("drop")

    def value_tee(self, kind, depth, local):
        self.value(kind, depth)
        if local is not None:
            self.emit(f"local.tee {local}")

    def value_global(self, kind, _depth, _local):
        self.emit(f"global.get ${kind}{self.rng.randrange(3)}")

    def call_of(self, function, depth, is_indirect):
        self.values(function.params, depth - 1)
        if is_indirect:
            self.emit(f"i32.const {function.index if self.rng.random() < 0.97 else self.rng.randrange(100)}")
            self.emit(f"call_indirect (type $t{function.index})")
        else:
            self.emit(f"call {function.index}")

    def callee(self, kind):
        later = [f for f in self.functions[self.function.index + 1:] if kind in f.results or kind is None]
        return self.rng.choice(later) if later else None

    def value_call(self, kind, depth, local, is_indirect=False):
        function = self.callee(kind)
        if function is None:
            self.value_local(kind, depth, local)
            return
        self.call_of(function, depth, is_indirect)
        while function.results[-1] != kind:
            self.emit("drop")
            function = Function(0, (), function.results[:-1])
        keep = function.results[:-1]
        if keep:
            self.locals_set_then(kind, keep)

    def locals_set_then(self, kind, below):
        """Drops what lies below the value on top."""
        self.emit(f"global.set ${kind}0")
        for _ in below:
            self.emit("drop")
        self.emit(f"global.get ${kind}0")

    def value_indirect(self, kind, depth, local):
        self.value_call(kind, depth, local, True)

    def value_branch(self, kind, depth, local):
        """A conditional branch that carries values, in the middle of an expression."""
        targets = [d for d, results in enumerate(reversed(self.labels)) if results and results[-1] == kind]
        if not targets:
            self.value_local(kind, depth, local)
            return
        target = self.rng.choice(targets)
        results = self.labels[-1 - target]
        self.values(results, depth)
        self.condition(depth)
        self.emit(f"br_if {target}")
        if len(results) > 1:
            self.locals_set_then(kind, results[:-1])

    def statements(self, count, depth):
        for _ in range(count):
            if self.room < 0:
                return
            choice = self.rng.choice(("set", "set", "set", "store", "store", "global", "if", "loop", "block", "branch",
                                      "table", "call", "drop", "bulk", "return"))
            getattr(self, f"statement_{choice}")(depth - 1)

    def statement_set(self, depth):
        if self.locals:
            local = self.rng.randrange(len(self.locals))
            self.value(self.locals[local], depth)
            self.emit(f"local.set {local}")

    def statement_store(self, depth):
        kind = self.rng.choice(INTEGERS)
        self.address(depth)
        self.value(kind, depth)
        self.emit(f"{kind}.{self.rng.choice(STORE[kind])} offset={self.offset()}")

    def statement_global(self, depth):
        kind = self.rng.choice(TYPES)
        self.value(kind, depth)
        self.emit(f"global.set ${kind}{self.rng.randrange(3)}")

    def statement_if(self, depth):
        self.condition(depth)
        self.emit("if")
        self.labels.append([])
        self.statements(self.rng.randrange(1, 4), depth)
        if self.rng.random() < 0.5:
            self.emit("else")
            self.statements(self.rng.randrange(1, 3), depth)
        self.labels.pop()
        self.emit("end")

    def statement_loop(self, depth):
        self.emit("loop")
        self.labels.append([])
        self.burn()
        self.statements(self.rng.randrange(1, 4), depth)
        self.condition(depth)
        self.emit("br_if 0")
        self.labels.pop()
        self.emit("end")

    def statement_block(self, depth):
        self.emit("block")
        self.labels.append([])
        self.statements(self.rng.randrange(1, 4), depth)
        self.labels.pop()
        self.emit("end")

    def statement_branch(self, depth):
        target = self.rng.randrange(len(self.labels))
        results = self.labels[-1 - target]
        if results:
            self.condition(depth)
            self.emit("if")
            self.labels.append([])
            self.values(results, depth)
            self.labels.pop()
            self.emit(f"br {target + 1}")
            self.emit("end")
            return
        self.condition(depth)
        self.emit(f"br_if {target}")

    def statement_table(self, depth):
        targets = [d for d, results in enumerate(reversed(self.labels)) if not results]
        if not targets:
            return
        self.emit("block")
        count = self.rng.choice((1, 3, 5, 12))
        self.labels.append([])
        self.value("i32", depth)
        self.labels.pop()
        self.emit("i32.const 15")
        self.emit("i32.and")
        chosen = " ".join(str(self.rng.choice(targets) + 1) if self.rng.random() < 0.4 else "0" for _ in range(count))
        self.emit(f"br_table {chosen}")
        self.emit("end")

    def statement_call(self, depth):
        function = self.callee(None)
        if function:
            self.call_of(function, depth, self.rng.random() < 0.3)
            for _ in function.results:
                self.emit("drop")

    def statement_drop(self, depth):
        self.value(self.rng.choice(TYPES), depth)
        self.emit("drop")

    def statement_bulk(self, depth):
        self.address(depth)
        self.address(depth)
        self.emit(f"i32.const {self.rng.choice((0, 1, 7, 8, 33, 100, 1000))}")
        self.emit(self.rng.choice(("memory.copy", "memory.fill", "memory.copy")))

    def statement_return(self, depth):
        self.condition(depth)
        self.emit("if")
        self.labels.append([])
        self.values(self.function.results, depth)
        self.labels.pop()
        self.emit("return")
        self.emit("end")

    def burn(self):
        self.emit("global.get $fuel i32.eqz if unreachable end global.get $fuel i32.const 1 i32.sub global.set $fuel")

    def text(self):
        declared = [self.rng.choice(TYPES) for _ in range(self.rng.choice((0, 2, 6, 20, 40)))]
        self.locals += declared
        self.labels.append(list(self.function.results))
        self.burn()
        self.statements(self.rng.randrange(1, 8), 4)
        self.values(self.function.results, 4)
        params = " ".join(self.function.params)
        results = " ".join(self.function.results)
        body = "\n    ".join(self.lines)
        return f"  (func (param {params}) (result {results}) (local {' '.join(declared)})\n    {body})\n"


def module_text(rng):
    functions = []
    for index in range(rng.randrange(2, 8)):
        params = [rng.choice(TYPES) for _ in range(rng.choice((0, 1, 2, 3, 5, 11, 20)))]
        results = [rng.choice(TYPES) for _ in range(rng.choice((0, 1, 1, 1, 2, 4, 19)))]
        functions.append(Function(index, params, results))
    text = "(module\n  (memory 2 3)\n  (global $fuel (mut i32) (i32.const 0))\n"
    for kind in TYPES:
        for number in range(3):
            text += f"  (global ${kind}{number} (mut {kind}) ({kind}.const {number}))\n"
    for f in functions:
        text += f"  (type $t{f.index} (func (param {' '.join(f.params)}) (result {' '.join(f.results)})))\n"
    text += f"  (table funcref (elem {' '.join(str(f.index) for f in functions)}))\n"
    for f in functions:
        text += Body(rng, functions, f).text()
    for f in functions:
        for number in range(2):
            body = Body(rng, functions, Function(f.index, (), ()))
            body.values(f.params, 0)
            kept = f.results[:1]
            lines = "\n    ".join([f"i32.const {FUEL} global.set $fuel", *body.lines, f"call {f.index}",
                                   *["drop"] * (len(f.results) - len(kept))])
            text += f'  (func (export "e{f.index}_{number}") (result {" ".join(kept)})\n    {lines})\n'
    for kind in TYPES:
        text += f'  (func (export "g_{kind}") (result {kind}) global.get ${kind}1)\n'
    return text + CHECKSUM + ")\n"


def interpreted(path):
    run = subprocess.run(["wasm-interp", "--run-all-exports", str(path)], capture_output=True, text=True, check=False,
                         timeout=INTERPRET_TIMEOUT_S)
    answers = {}
    for line in run.stdout.splitlines():
        name, _, answer = line.partition("() =>")
        answers[name] = answer.strip()
    return answers


def float_text(kind, value):
    number = struct.unpack("<f" if kind == "f32" else "<d", int(value).to_bytes(4 if kind == "f32" else 8, "little"))[0]
    return "nan" if number != number else f"{number:f}"


def agrees(wanted, answer):
    if wanted.startswith("error:"):
        reason = wanted.removeprefix("error:").strip()
        trap = answer.removeprefix("trap ")
        return answer.startswith("trap ") and (reason.startswith(trap) or trap.split()[0] in reason)
    words = answer.split()
    if words[:1] != ["returns"]:
        return False
    if not wanted:
        return len(words) == 1
    kind, _, value = wanted.partition(":")
    if kind in INTEGERS:
        return words[1] == value
    return float_text(kind, words[1]) == value.lstrip("-") if "nan" in value else float_text(kind, words[1]) == value


def run_text(name, module, compiler, machine):
    """What differs; the files of a module that fails are kept."""
    text = FOLDER / f"{name}.wat"
    text.write_text(module, encoding="utf-8")
    binary = text.with_suffix(".wasm")
    subprocess.run(["wat2wasm", str(text), "-o", str(binary)], check=True, timeout=INTERPRET_TIMEOUT_S)
    image = text.with_suffix(".njimage")
    answer = compiler.ask(f"{binary} {image}")
    if not answer.startswith("ok"):
        return [f"njc: {answer}"]
    machine.ask(f"load {image}")
    problems = []
    wanted = interpreted(binary)
    if not wanted:
        return ["the interpreter gave no results"]
    for export, value in wanted.items():
        answer = machine.ask(f"call {export.encode().hex()}")
        if not agrees(value, answer):
            problems.append(f"{export}: {answer}, expected {value}")
    for path in (text, binary, image):
        if not problems:
            path.unlink()
    return problems


def main():
    parser = argparse.ArgumentParser(prog="test/wasm/random_modules.py")
    parser.add_argument("-n", dest="count", type=int, default=200)
    parser.add_argument("-s", dest="seed", type=int, default=1)
    given = parser.parse_args()
    subprocess.run(["make", "-s", "build/host/njc", "build/wasm/execute"], cwd=conformance.ROOT, check=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    compiler = execution.Service([str(conformance.ROOT / "build/host/njc")])
    machine = execution.Service([*execution.QEMU, str(conformance.ROOT / "build/wasm/execute")])
    failed = 0
    for seed in range(given.seed, given.seed + given.count):
        problems = run_text(seed, module_text(random.Random(seed)), compiler, machine)
        failed += bool(problems)
        for problem in problems[:3]:
            print(f"module {seed}: {problem}", flush=True)
    compiler.close()
    machine.close()
    print(f"{given.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
