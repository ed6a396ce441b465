;; SPDX-License-Identifier: Apache-2.0
;; Two loops that differ in one host call. `sleep` is a message to whoever stands for the SDK: the time between two of
;; them is what the loop in between took.
(module
  (import "nightjar" "time_now" (func $time (result i64)))
  (import "nightjar" "sleep" (func $sleep (param i64) (result i32)))
  (memory (export "memory") 1)
  (func $with (param $n i32)
    (loop $again
      (drop (call $time))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $without (param $n i32)
    (loop $again
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "_start")
    (drop (call $sleep (i64.const 0)))
    (call $with (i32.const 10000))
    (drop (call $sleep (i64.const 1)))
    (call $without (i32.const 10000))
    (drop (call $sleep (i64.const 2)))))
