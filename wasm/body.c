// SPDX-License-Identifier: Apache-2.0
// What a walk over a body needs from the module: signatures of blocks, where to begin, the locals.
#include "decode.h"
#include "instruction.h"
#include <string.h>

struct wasm_signature wasm_block_signature(const struct wasm_module *module, const struct wasm_instruction *instruction)
{
    struct wasm_signature empty = {0};
    if (instruction->type != 0) {
        return wasm_module_single(module, instruction->type);
    }
    return instruction->index == WASM_NONE ? empty : module->types[instruction->index];
}

struct wasm_reader wasm_reader_at_labels(const struct wasm_reader *body, const struct wasm_instruction *instruction)
{
    struct wasm_reader reader = {body->bytes, instruction->vector, body->end};
    return reader;
}

struct wasm_reader wasm_reader_at_code(const struct wasm_module *module, const struct wasm_function *function)
{
    struct wasm_reader reader = {module->bytes, function->code, function->body.offset + function->body.length};
    return reader;
}

enum wasm_status wasm_locals_read(const struct wasm_module *module, const struct wasm_function *function,
                                  struct wasm_reader *body, uint8_t *types, uint32_t *count)
{
    const struct wasm_signature *signature = &module->types[function->type];
    uint32_t total = 0;
    for (uint32_t i = 0; i < signature->param_count; i++) { // at most WASM_PARAMETERS_MAX
        types[total] = module->values[signature->params + i];
        total++;
    }
    uint32_t groups = 0;
    enum wasm_status status = wasm_read_count(body, &groups);
    for (uint32_t group = 0; status == WASM_OK && group < groups; group++) {
        uint32_t start = body->position;
        uint32_t repeat = 0;
        uint8_t type = 0;
        status = wasm_read_u32(body, &repeat);
        if (status == WASM_OK && repeat > WASM_LOCALS_MAX - total) {
            return wasm_reader_reject(body, start, WASM_TOO_MANY_LOCALS);
        }
        status = status ? status : wasm_read_value_type(body, &type);
        if (status == WASM_OK) {
            memset(types + total, type, repeat); // many small bodies may each declare thousands
            total += repeat;
        }
    }
    *count = total;
    return status;
}
