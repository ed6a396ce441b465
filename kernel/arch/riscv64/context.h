// SPDX-License-Identifier: Apache-2.0
// Registers of a thread that is not running. Assembly relies on the offsets (offsets.h).
#pragma once
#include <stdint.h>

#include "kernel/arch/riscv64/offsets.h"

struct context {
    uint64_t reg[32]; // x1-x31 at their number; reg[0] is scratch for a store-conditional
    uint64_t pc;
    uint64_t status;     // sstatus to run with: user or supervisor mode, floating point on or off
    uint64_t root;       // satp of its space, ready to write
    uint64_t table;      // address of the capability that names its capability table (hidden in its space)
    uint64_t self;       // index of the thread, in both halves
    uint32_t is_capsule; // runs in supervisor mode
    uint32_t number;     // of the last system call that took the complete path; NUMBER_CROSSED, _REPEATS
    uint64_t fp[32];
    uint64_t fcsr;
    uint64_t home; // `table` as its own space has it: another one while it is inside a gate
};

#define NUMBER_CROSSED 0xffffffffu // its registers are those of another space than the one that called
#define NUMBER_REPEATS 0xfffffffeu // it calls anew

// Message registers, by the names of abi/syscall.h.
#define REG_BADGE 5  // t0: in capability, out badge
#define REG_TAG 6    // t1
#define REG_NUMBER 7 // t2: call number of a process
#define REG_WORD 10  // a0-a7: message words
#define REG_REPLY 28 // t3
