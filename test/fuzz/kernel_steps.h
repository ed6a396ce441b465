// SPDX-License-Identifier: Apache-2.0
// One step of a world made by kernel_setting.h: a system call, a fault, an interrupt, a timer event, a vector instruction, or a
// write to memory that programs may write. A script chooses: bytes of a fuzzer, or a generator.
#pragma once
#include "test/fuzz/kernel_calls.h"

struct step_counts {
    uint64_t calls, faults, interrupts, timers, writes, vectors;
    uint64_t succeeded; // calls answered with OK
};
extern struct step_counts step_counts;

// The thread that runs next. NIL and nothing due: no step changes anything any more but interrupts.
uint32_t step(struct script *script, uint32_t thread);
