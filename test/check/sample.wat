;; SPDX-License-Identifier: Apache-2.0
;; What compiled code looks like, for the attack on the checker: stack frames, calls through tables, loops, large offsets,
;; globals, both kinds of numbers, traps.
(module
  (type $binary (func (param i32 i32) (result i32)))
  (memory (export "memory") 1 4)
  (data (i32.const 64) "a string that is copied and summed\00")
  (table 4 funcref)
  (elem (i32.const 0) $add $multiply $fibonacci2)
  (global $count (mut i64) (i64.const 0))
  (global $scale (mut f64) (f64.const 1.5))

  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $multiply (type $binary) (i32.mul (local.get 0) (i32.rotl (local.get 1) (i32.const 3))))
  (func $fibonacci2 (type $binary) (call $fibonacci (i32.and (i32.add (local.get 0) (local.get 1)) (i32.const 15))))

  (func $fibonacci (export "fibonacci") (param i32) (result i32)
    (global.set $count (i64.add (global.get $count) (i64.const 1)))
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fibonacci (i32.sub (local.get 0) (i32.const 1)))
                     (call $fibonacci (i32.sub (local.get 0) (i32.const 2)))))))

  (func $apply (export "apply") (param $which i32) (param $a i32) (param $b i32) (result i32)
    (call_indirect (type $binary) (local.get $a) (local.get $b) (local.get $which)))

  (func $copy (export "copy") (param $to i32) (param $from i32) (param $bytes i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $bytes)))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
        (br $next))))

  (func $far (export "far") (param i32) (result i64)
    (i64.store offset=0x7ffffff0 (local.get 0) (i64.const -1))
    (i64.store offset=3000 (local.get 0) (i64.load offset=0xfffffff8 (local.get 0)))
    (i64.load32_s offset=4096 (local.get 0)))

  (func $mean (export "mean") (param $at i32) (param $count i32) (result f64)
    (local $sum f64) (local $n i32)
    (loop $next
      (local.set $sum (f64.add (local.get $sum)
        (f64.mul (global.get $scale)
                 (f64.load (i32.add (local.get $at) (i32.shl (local.get $n) (i32.const 3)))))))
      (br_if $next (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get $count))))
    (f64.div (local.get $sum) (f64.convert_i32_u (local.get $count))))

  (func $numbers (export "numbers") (param i64 f32) (result i64)
    (i64.xor
      (i64.div_s (local.get 0) (i64.trunc_f32_s (f32.sqrt (local.get 1))))
      (i64.extend_i32_u (i32.popcnt (i32.wrap_i64 (i64.rem_u (local.get 0) (i64.const 1000003)))))))

  (func $switch (export "switch") (param i32) (result i32)
    (block $c (block $b (block $a (br_table $a $b $c (local.get 0)))
        (return (i32.const 10))) (return (i32.const 20)))
    (if (i32.gt_s (local.get 0) (i32.const 100)) (then (unreachable)))
    (memory.grow (i32.const 1)))

  (func $start (export "_start")
    (drop (call $fibonacci (i32.const 9)))
    (drop (call $apply (i32.const 1) (i32.const 6) (i32.const 7)))
    (call $copy (i32.const 256) (i32.const 64) (i32.const 35))
    (drop (call $mean (i32.const 256) (i32.const 4)))
    (drop (call $numbers (i64.const 123456789) (f32.const 2.25)))
    (drop (call $switch (i32.const 1)))))
