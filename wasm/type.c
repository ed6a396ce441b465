// SPDX-License-Identifier: Apache-2.0
// Value, function, table, memory and global types.
#include "decode.h"

enum wasm_status wasm_read_value_type(struct wasm_reader *reader, uint8_t *type)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status != WASM_OK) {
        return status;
    }
    switch (byte) {
    case WASM_I32:
    case WASM_I64:
    case WASM_F32:
    case WASM_F64:
    case WASM_FUNCREF:
    case WASM_EXTERNREF:
        *type = byte;
        return WASM_OK;
    case WASM_V128:
        return wasm_reader_reject(reader, start, WASM_SIMD);
    default:
        return wasm_reader_reject(reader, start, WASM_VALUE_TYPE);
    }
}

enum wasm_status wasm_read_reference_type(struct wasm_reader *reader, uint8_t *type)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status == WASM_OK && byte != WASM_FUNCREF && byte != WASM_EXTERNREF) {
        return wasm_reader_reject(reader, start, WASM_REFERENCE_TYPE);
    }
    *type = byte;
    return status;
}

struct limits {
    bool has_max;
    uint32_t min;
    uint32_t max; // `range` if none is given
};

static enum wasm_status limits_read(struct wasm_reader *reader, uint32_t range, enum wasm_status beyond,
                                    struct limits *limits)
{
    uint32_t start = reader->position;
    uint8_t flags = 0;
    enum wasm_status status = wasm_read_byte(reader, &flags);
    if (status == WASM_OK && flags > 1) {
        bool is_shared = flags == 2 || flags == 3;
        return wasm_reader_reject(reader, start, is_shared ? WASM_THREADS : WASM_LIMITS_FLAGS);
    }
    limits->has_max = flags == 1;
    limits->max = range;
    status = status ? status : wasm_read_u32(reader, &limits->min);
    if (status == WASM_OK && limits->has_max) {
        status = wasm_read_u32(reader, &limits->max);
    }
    if (status == WASM_OK && (limits->min > range || limits->max > range)) {
        return wasm_reader_reject(reader, start, beyond);
    }
    if (status == WASM_OK && limits->min > limits->max) {
        return wasm_reader_reject(reader, start, WASM_LIMITS_ORDER);
    }
    return status;
}

enum wasm_status wasm_read_table_type(struct wasm_reader *reader, struct wasm_table *table)
{
    struct limits limits = {0};
    enum wasm_status status = wasm_read_reference_type(reader, &table->type);
    status = status ? status : limits_read(reader, UINT32_MAX, WASM_LIMITS_ORDER, &limits);
    table->has_max = limits.has_max;
    table->min = limits.min;
    table->max = limits.max;
    table->import = WASM_NONE;
    return status;
}

enum wasm_status wasm_read_memory_type(struct wasm_reader *reader, struct wasm_memory *memory)
{
    struct limits limits = {0};
    enum wasm_status status = limits_read(reader, WASM_MEMORY_PAGES_MAX, WASM_MEMORY_SIZE, &limits);
    memory->has_max = limits.has_max;
    memory->min = limits.min;
    memory->max = limits.max;
    memory->import = WASM_NONE;
    return status;
}

enum wasm_status wasm_read_global_type(struct wasm_reader *reader, struct wasm_global *global)
{
    uint8_t mutability = 0;
    enum wasm_status status = wasm_read_value_type(reader, &global->type);
    uint32_t start = reader->position;
    status = status ? status : wasm_read_byte(reader, &mutability);
    if (status == WASM_OK && mutability > 1) {
        return wasm_reader_reject(reader, start, WASM_MUTABILITY);
    }
    global->is_mutable = mutability == 1;
    global->import = WASM_NONE;
    return status;
}

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
