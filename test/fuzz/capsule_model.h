// SPDX-License-Identifier: Apache-2.0
// A hart that runs checked code in a modelled capsule and watches it. It knows the layout and the register map of
// abi/capsule.h, decodes for itself (rv64.h), and reports whatever leaves the sandbox: an access out of the region or past
// the guards of the stack, a jump elsewhere than into the code window or to an entry slot, a reserved register without
// its invariant, an instruction that no capsule may execute.
#pragma once
#include "test/fuzz/rv64.h"
#include <stddef.h>

#define MODEL_STACK_BYTES 4096
#define MODEL_STATE_BYTES 4096
#define MODEL_MEMORY_BYTES 65536
#define MODEL_FAR_PAGES 4 // single mapped pages far up in the window, so that large addresses are not all faults
#define MODEL_PAGE 4096

enum model_result {
    MODEL_RUNS,
    MODEL_FAULT,     // the capsule would be faulted: what a sandbox is for
    MODEL_VIOLATION, // it broke out: what must never happen
};

struct capsule_model {
    const uint32_t *code;
    uint32_t count;
    uint64_t code_base, window, stack_low, stack_high, data_base;
    uint64_t x[32], f[32], pc;
    uint64_t reservation; // address of an outstanding load-reserved, 0 for none
    uint64_t random;
    uint64_t instructions, accesses, faults, calls; // since the program was attached first
    const char *violation;
    uint8_t stack[MODEL_STACK_BYTES];
    uint8_t state[MODEL_STATE_BYTES];
    uint8_t memory[MODEL_MEMORY_BYTES];
    uint8_t far[MODEL_FAR_PAGES][MODEL_PAGE];
};

// Lays out a program. The code stays the caller's and must outlive the runs.
void model_attach(struct capsule_model *model, const uint32_t *code, uint32_t count, uint32_t window_log2);

// The registers of a thread that starts at word number `word`: abi/capsule.h, last paragraph.
void model_start(struct capsule_model *model, uint32_t word);

// Other values in every register, as if any code that keeps the rules had run before.
void model_scramble(struct capsule_model *model);

// What a supervisor may do with a faulted thread: go on at another word, with sp back in the stack.
void model_resume(struct capsule_model *model, uint32_t word);

// One instruction, or one call of the kernel.
enum model_result model_step(struct capsule_model *model);
