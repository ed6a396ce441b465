// SPDX-License-Identifier: Apache-2.0
// Constant expressions: the initial values of globals and table elements, and the offsets of segments.
#include "decode.h"
#include "instruction.h"

static enum wasm_status global_get(const struct wasm_module *module, const struct wasm_instruction *instruction,
                                   struct wasm_constant *constant)
{
    if (instruction->index >= module->imported.globals) {
        return WASM_UNKNOWN_GLOBAL;
    }
    const struct wasm_global *global = &module->globals[instruction->index];
    if (global->is_mutable) {
        return WASM_CONSTANT_REQUIRED;
    }
    constant->kind = WASM_CONSTANT_GLOBAL;
    constant->type = global->type;
    constant->value = instruction->index;
    return WASM_OK;
}

static enum wasm_status ref_func(struct wasm_module *module, const struct wasm_instruction *instruction,
                                 struct wasm_constant *constant)
{
    if (instruction->index >= module->count.functions) {
        return WASM_UNKNOWN_FUNCTION;
    }
    module->functions[instruction->index].is_referable = true;
    constant->kind = WASM_CONSTANT_FUNCTION;
    constant->type = WASM_FUNCREF;
    constant->value = instruction->index;
    return WASM_OK;
}

static enum wasm_status constant_instruction(struct wasm_module *module, const struct wasm_instruction *instruction,
                                             struct wasm_constant *constant)
{
    constant->kind = WASM_CONSTANT_VALUE;
    constant->value = instruction->value;
    switch (instruction->opcode) {
    case WASM_OP_I32_CONST:
        constant->type = WASM_I32;
        return WASM_OK;
    case WASM_OP_I64_CONST:
        constant->type = WASM_I64;
        return WASM_OK;
    case WASM_OP_F32_CONST:
        constant->type = WASM_F32;
        return WASM_OK;
    case WASM_OP_F64_CONST:
        constant->type = WASM_F64;
        return WASM_OK;
    case WASM_OP_REF_NULL:
        constant->kind = WASM_CONSTANT_NULL;
        constant->type = instruction->type;
        return WASM_OK;
    case WASM_OP_REF_FUNC:
        return ref_func(module, instruction, constant);
    case WASM_OP_GLOBAL_GET:
        return global_get(module, instruction, constant);
    default:
        return WASM_CONSTANT_REQUIRED;
    }
}

enum wasm_status wasm_constant_decode(struct wasm_module *module, struct wasm_reader *reader, uint8_t type,
                                      struct wasm_constant *constant)
{
    struct wasm_instruction instruction = {0};
    uint32_t start = reader->position;
    uint32_t values = 0;
    while (true) { // an instruction takes at least a byte
        enum wasm_status status = wasm_instruction_next(reader, &instruction);
        if (status != WASM_OK) {
            return status;
        }
        if (instruction.opcode == WASM_OP_END) {
            break;
        }
        status = constant_instruction(module, &instruction, constant);
        if (status != WASM_OK) {
            return wasm_reader_reject(reader, instruction.offset, status);
        }
        values++;
    }
    constant->offset = start;
    if (values != 1 || constant->type != type) {
        return wasm_reader_reject(reader, start, WASM_TYPE_MISMATCH);
    }
    return WASM_OK;
}
