// SPDX-License-Identifier: Apache-2.0
// Function types, and comparing them.
#include "decode.h"

// The value types in the order in which they begin module->values.
static const uint8_t singles[WASM_SINGLES] = {WASM_I32, WASM_I64, WASM_F32, WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};

void wasm_singles_create(struct wasm_module *module)
{
    for (uint32_t i = 0; i < WASM_SINGLES; i++) {
        module->values[i] = singles[i];
    }
    module->count.values = WASM_SINGLES;
}

struct wasm_signature wasm_module_single(const struct wasm_module *module, uint8_t type)
{
    struct wasm_signature signature = {0, 0, 0, 1};
    for (uint32_t i = 0; i < WASM_SINGLES; i++) {
        if (module->values[i] == type) {
            signature.results = i;
        }
    }
    return signature;
}

bool wasm_values_equal(const struct wasm_module *module, uint32_t a, uint32_t b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (module->values[a + i] != module->values[b + i]) {
            return false;
        }
    }
    return true;
}

bool wasm_signature_equal(const struct wasm_module *module, const struct wasm_signature *a,
                          const struct wasm_signature *b)
{
    return a->param_count == b->param_count && a->result_count == b->result_count &&
           wasm_values_equal(module, a->params, b->params, a->param_count) &&
           wasm_values_equal(module, a->results, b->results, a->result_count);
}

// A list of types at the end of module->values, which has room for as many values as the section has bytes.
static enum wasm_status values_decode(struct wasm_module *module, struct wasm_reader *reader, uint32_t *first,
                                      uint32_t *count)
{
    uint32_t start = reader->position;
    enum wasm_status status = wasm_read_count(reader, count);
    *first = module->count.values;
    if (status == WASM_OK && *count > WASM_PARAMETERS_MAX) {
        return wasm_reader_reject(reader, start, WASM_TOO_MANY_PARAMETERS);
    }
    for (uint32_t i = 0; status == WASM_OK && i < *count; i++) {
        if (module->count.values == module->capacity.values) {
            return WASM_NO_MEMORY;
        }
        status = wasm_read_value_type(reader, &module->values[module->count.values]);
        module->count.values += status == WASM_OK;
    }
    return status;
}

enum wasm_status wasm_types_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        if (module->count.types == module->capacity.types) {
            return WASM_NO_MEMORY;
        }
        uint32_t start = reader->position;
        uint8_t form = 0;
        status = wasm_read_byte(reader, &form);
        if (status == WASM_OK && form != 0x60) {
            return wasm_reader_reject(reader, start, WASM_TYPE_FORM);
        }
        struct wasm_signature *type = &module->types[module->count.types];
        status = status ? status : values_decode(module, reader, &type->params, &type->param_count);
        status = status ? status : values_decode(module, reader, &type->results, &type->result_count);
        module->count.types += status == WASM_OK;
    }
    return status;
}
