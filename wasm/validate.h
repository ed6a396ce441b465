// SPDX-License-Identifier: Apache-2.0
// Validation of function bodies, as the specification's appendix does it: one pass with a stack of operand types and a
// stack of open blocks. All else in a module is checked where it is decoded.
#pragma once
#include "instruction.h"

// An open block. Types of the label (what a branch to it takes) and of the results follow from opcode and signature.
struct wasm_block {
    struct wasm_signature signature;
    uint32_t height;     // of the operand stack at its start, parameters not counted
    uint16_t opcode;     // block, loop, if, else; WASM_OP_BLOCK for the body itself
    bool is_unreachable; // the rest of the block is dead code
};

// Room for validation, for any function of the module.
struct wasm_validator {
    struct wasm_module *module;
    uint8_t *locals;
    uint8_t *operands; // enum wasm_type, or 0: unknown, in dead code
    struct wasm_block *blocks;
    uint32_t local_capacity;
    uint32_t operand_capacity;
    uint32_t block_capacity;
    uint32_t local_count;
    uint32_t operand_count;
    uint32_t block_count;
    uint32_t operand_max; // greatest so far
    uint32_t block_max;
};

// Takes the room from the arena, bounded by the largest body. False if the arena is too small.
WASM_MUST_CHECK bool wasm_validator_create(struct wasm_validator *validator, struct wasm_module *module,
                                           struct wasm_arena *arena);

// One function that has a body; fills what struct wasm_function says validation sets.
WASM_MUST_CHECK bool wasm_function_validate(struct wasm_validator *validator, uint32_t index, struct wasm_error *error);
