// SPDX-License-Identifier: Apache-2.0
// Inside the validator. Statuses are OK or the reason why the instruction is not valid where it stands.
#pragma once
#include "validate.h"

// validate.c: the operand stack. Lists of types are runs of module->values; the last one is on top.
WASM_MUST_CHECK enum wasm_status validator_push(struct wasm_validator *v, uint8_t type);
WASM_MUST_CHECK enum wasm_status validator_pop(struct wasm_validator *v, uint8_t type);
WASM_MUST_CHECK enum wasm_status validator_pop_any(struct wasm_validator *v, uint8_t *type); // 0: unknown, in dead code
WASM_MUST_CHECK enum wasm_status validator_push_list(struct wasm_validator *v, uint32_t first, uint32_t count);
WASM_MUST_CHECK enum wasm_status validator_pop_list(struct wasm_validator *v, uint32_t first, uint32_t count);

// validate_control.c: blocks and branches, calls. The body is itself a block, opened first.
bool validator_is_control(uint16_t opcode);
WASM_MUST_CHECK enum wasm_status validator_open_body(struct wasm_validator *v, const struct wasm_signature *signature);
WASM_MUST_CHECK enum wasm_status validator_control(struct wasm_validator *v, const struct wasm_reader *body,
                                                   const struct wasm_instruction *instruction);

// validate_special.c: all others whose types the opcode table cannot say.
WASM_MUST_CHECK enum wasm_status validator_special(struct wasm_validator *v,
                                                   const struct wasm_instruction *instruction);
