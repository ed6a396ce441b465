// SPDX-License-Identifier: Apache-2.0
// The code checker: decides whether a word of riscv64 machine code may run in ring 0. doc/capsule.md argues why a program
// made of permitted words cannot leave its sandbox (abi/capsule.h), and table.h lists what is permitted.
//
// A pure function of four numbers: no state, no memory but one constant table, time bounded by the table. The kernel calls
// it once for every word of a code object, in steps as small as it likes and in any order.
#pragma once
#include "abi/check.h"
#include <stdint.h>

// Whether `word`, the instruction at word number `index` of a program of `count` words, may run. `next_word` is the word
// after it; for the last word it is not looked at. A program may run if every one of its words is NJ_CHECK_OK, it starts at
// a code base and fits in the code window (both the caller's duty), and `index` < `count` holds for each call; every
// other input is answered too, with some rule.
enum nj_check_rule check_instruction(uint32_t word, uint32_t next_word, uint32_t index, uint32_t count);
