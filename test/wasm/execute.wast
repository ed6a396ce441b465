;; SPDX-License-Identifier: Apache-2.0
;; What compiled code does, one function for each way of compiling something.

(module
  (memory 1 3)
  (data (i32.const 8) "\01\02\03\04\05\06\07\88")
  (data $passive "passive")
  (table $t 4 8 funcref)
  (elem (i32.const 1) $seven $add)
  (elem $spare func $add $seven)
  (type $none_i32 (func (result i32)))
  (type $same (func (result i32)))
  (global $g (mut i64) (i64.const -5))
  (global $r (mut externref) (ref.null extern))

  (func $seven (result i32) (i32.const 7))
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))

  ;; Offsets: held by the instruction, split, rounded up past 32 bits, constant addresses.
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "load_far") (param i32) (result i32) (i32.load8_u offset=65535 (local.get 0)))
  (func (export "load_last") (param i32) (result i32) (i32.load8_u offset=4294967295 (local.get 0)))
  (func (export "load_split") (param i32) (result i32) (i32.load8_u offset=4294965249 (local.get 0)))
  (func (export "store_last") (i32.store16 offset=4294967295 (i32.const 0) (i32.const 5)))
  (func (export "load_constant") (result i64) (i64.load (i32.const 8)))
  (func (export "load_beyond") (result i32) (i32.load8_u offset=1 (i32.const -1)))

  ;; Operands that survive a call, a change of their local, a block.
  (func (export "survive") (param i32) (result i32)
    local.get 0
    local.get 0 i32.const 3 i32.mul
    call $seven
    local.get 0 i32.const 100 i32.add local.set 0
    block (param i32) (result i32)
      local.get 0 i32.const 105 i32.gt_s br_if 0
      i32.const 1000 i32.add
    end
    i32.add i32.add)

  (func $many (export "many") (param i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 f32 f64) (result f64 i32 i64 i32)
    local.get 11 local.get 10 f64.promote_f32 f64.add
    local.get 9 local.get 8 i32.sub
    local.get 1
    local.get 0)
  (func (export "call_many") (result i32)
    i32.const 1 i64.const 2 i32.const 3 i32.const 4 i32.const 5 i32.const 6 i32.const 7 i32.const 8 i32.const 9 i32.const 10
    f32.const 0.5 f64.const 2.5
    call $many
    i64.extend_i32_s i64.add i32.wrap_i64 i32.add
    i32.const 0 i32.add
    global.set $sum
    drop
    global.get $sum)
  (global $sum (mut i32) (i32.const 0))

  (func (export "indirect") (param i32) (result i32) (call_indirect (type $same) (local.get 0)))
  (func (export "fill_table") (param i32 i32) (result i32)
    (table.grow $t (ref.func $seven) (local.get 0)) drop
    (table.init $t $spare (local.get 1) (i32.const 0) (i32.const 2))
    (table.copy $t $t (i32.const 0) (local.get 1) (i32.const 2))
    (table.size $t))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32) (memory.init $passive (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $passive))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "keep") (param externref) (result externref i32)
    (global.set $r (local.get 0)) (global.get $r) (ref.is_null (global.get $r)))

  (func (export "switch") (param i32) (result i32)
    (block $d (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $d (local.get 0)))
      (return (i32.const 10))) (return (i32.const 11))) (return (i32.const 12))) (return (i32.const 13)))
      (return (i32.const 14))) (return (i32.const 15)))
    (i32.const 99))

  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
      (else (i32.const 0))))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "minimum") (param f32 f32) (result f32) (f32.min (local.get 0) (local.get 1)))
  (func (export "nearest") (param f64) (result f64) (f64.nearest (local.get 0)))
)
(assert_return (invoke "load" (i32.const 8)) (i32.const 0x04030201))
(assert_return (invoke "load" (i32.const 65532)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "load" (i32.const -1)) "out of bounds memory access")
(assert_return (invoke "load_far" (i32.const 0)) (i32.const 0))
(assert_trap (invoke "load_far" (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "load_last" (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "load_last" (i32.const -1)) "out of bounds memory access")
(assert_trap (invoke "load_split" (i32.const 9)) "out of bounds memory access")
(assert_return (invoke "load_constant") (i64.const 0x8807060504030201))
(assert_trap (invoke "store_last") "out of bounds memory access")
(assert_trap (invoke "load_beyond") "out of bounds memory access")
(assert_return (invoke "survive" (i32.const 2)) (i32.const 1015))
(assert_return (invoke "survive" (i32.const 50)) (i32.const 207))
(assert_return (invoke "call_many") (i32.const 4))
(assert_return
  (invoke "many" (i32.const 1) (i64.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7)
    (i32.const 8) (i32.const 30) (i32.const 70) (f32.const 0.5) (f64.const 2.5))
  (f64.const 3) (i32.const 40) (i64.const 2) (i32.const 1))
(assert_return (invoke "indirect" (i32.const 1)) (i32.const 7))
(assert_trap (invoke "indirect" (i32.const 0)) "uninitialized element")
(assert_trap (invoke "indirect" (i32.const 2)) "indirect call type mismatch")
(assert_trap (invoke "indirect" (i32.const 4)) "undefined element")
(assert_trap (invoke "indirect" (i32.const -1)) "undefined element")
(assert_return (invoke "fill_table" (i32.const 4) (i32.const 6)) (i32.const 8))
(assert_return (invoke "indirect" (i32.const 7)) (i32.const 7))
(assert_return (invoke "indirect" (i32.const 1)) (i32.const 7))
(assert_return (invoke "indirect" (i32.const 4)) (i32.const 7))
(assert_trap (invoke "fill_table" (i32.const 1) (i32.const 7)) "out of bounds table access")
(assert_return (invoke "copy" (i32.const 9) (i32.const 8) (i32.const 8)))
(assert_return (invoke "load" (i32.const 8)) (i32.const 0x03020101))
(assert_return (invoke "copy" (i32.const 8) (i32.const 9) (i32.const 8)))
(assert_return (invoke "load_constant") (i64.const 0x8807060504030201))
(assert_trap (invoke "copy" (i32.const 65530) (i32.const 0) (i32.const 7)) "out of bounds memory access")
(assert_return (invoke "fill" (i32.const 100) (i32.const 0x1ab) (i32.const 43)))
(assert_return (invoke "load" (i32.const 139)) (i32.const 0xabababab))
(assert_return (invoke "load" (i32.const 140)) (i32.const 0x00ababab))
(assert_trap (invoke "fill" (i32.const -1) (i32.const 0) (i32.const 2)) "out of bounds memory access")
(assert_return (invoke "init" (i32.const 200) (i32.const 1) (i32.const 6)))
(assert_return (invoke "load" (i32.const 200)) (i32.const 0x69737361))
(assert_trap (invoke "init" (i32.const 200) (i32.const 2) (i32.const 6)) "out of bounds memory access")
(assert_return (invoke "drop"))
(assert_trap (invoke "init" (i32.const 200) (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_return (invoke "grow" (i32.const 3)) (i32.const -1))
(assert_return (invoke "grow" (i32.const 1)) (i32.const 1))
(assert_return (invoke "size") (i32.const 2))
(assert_return (invoke "load" (i32.const 131068)) (i32.const 0))
(assert_trap (invoke "load" (i32.const 131070)) "out of bounds memory access")
(assert_return (invoke "keep" (ref.extern 3)) (ref.extern 3) (i32.const 0))
(assert_return (invoke "keep" (ref.null extern)) (ref.null extern) (i32.const 1))
(assert_return (invoke "switch" (i32.const 0)) (i32.const 10))
(assert_return (invoke "switch" (i32.const 5)) (i32.const 15))
(assert_return (invoke "switch" (i32.const 6)) (i32.const 99))
(assert_return (invoke "switch" (i32.const -1)) (i32.const 99))
(assert_return (invoke "down" (i32.const 1000)) (i32.const 1000))
(assert_exhaustion (invoke "down" (i32.const 100000000)) "call stack exhausted")
(assert_return (invoke "down" (i32.const 1000)) (i32.const 1000))
(assert_return (invoke "divide" (i32.const -7) (i32.const 2)) (i32.const -3))
(assert_trap (invoke "divide" (i32.const 1) (i32.const 0)) "integer divide by zero")
(assert_trap (invoke "divide" (i32.const 0x80000000) (i32.const -1)) "integer overflow")
(assert_return (invoke "truncate" (f64.const -2147483648.9)) (i32.const 0x80000000))
(assert_trap (invoke "truncate" (f64.const 2147483648)) "integer overflow")
(assert_trap (invoke "truncate" (f64.const nan)) "invalid conversion to integer")
(assert_return (invoke "minimum" (f32.const -0) (f32.const 0)) (f32.const -0))
(assert_return (invoke "minimum" (f32.const nan:0x200001) (f32.const 0)) (f32.const nan:arithmetic))
(assert_return (invoke "nearest" (f64.const -0.5)) (f64.const -0))
(assert_return (invoke "nearest" (f64.const 4503599627370497.5)) (f64.const 4503599627370498))

;; Nothing starts that does not fit.
(assert_trap (module (memory 1) (data (i32.const 65535) "ab")) "out of bounds memory access")
(assert_trap (module (table 1 funcref) (func $f) (elem (i32.const 1) $f)) "out of bounds table access")
(assert_trap (module (func $main (unreachable)) (start $main)) "unreachable")

;; The import and the instruction are the same thing.
(module
  (import "nightjar" "memory_grow" (func $grow (param i32) (result i32)))
  (memory 1 4)
  (func (export "grow") (param i32) (result i32) (call $grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x20000))))
(assert_trap (invoke "fill") "out of bounds memory access")
(assert_return (invoke "grow" (i32.const 1)) (i32.const 1))
(assert_return (invoke "size") (i32.const 2))
(assert_return (invoke "fill"))
(assert_return (invoke "grow" (i32.const 3)) (i32.const -1))
