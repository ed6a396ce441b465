// SPDX-License-Identifier: Apache-2.0
// What the files of this architecture share with each other. Interrupts off.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "kernel/arch/context.h"

// panic.c
extern uint64_t finisher_address; // of the mapped device, 0: none
void console_text(const char *text);
void console_hex(uint64_t value);
_Noreturn void kernel_trapped(const struct context *context, uint64_t cause, uint64_t value);

// context.c: makes what a fast path did not save of a capsule's registers its own.
void context_complete(struct context *context);

// fp.c. Floating-point registers belong to one thread at a time and move when another one uses them.
extern bool has_fp;
// The thread met an instruction that it may not run: true if that was for want of the registers, which it has now.
bool fp_take(uint32_t thread, uint32_t instruction);

// vector.c. The same for vector registers, of processes.
extern bool has_vector;
// The thread met an instruction that it may not run, for whatever reason: moves the registers, or raises the fault. Answers
// the thread to run next.
uint32_t vector_trap(uint32_t thread, uint32_t instruction);

// trap.c, called by trap.S
uint32_t trap_handle(struct context *context, uint64_t cause, uint64_t value);
uint32_t trap_call(struct context *context, uint64_t number);
uint32_t trap_idle(void);
