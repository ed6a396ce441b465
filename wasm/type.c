// SPDX-License-Identifier: Apache-2.0
// Value, table, memory and global types.
#include "decode.h"

/*@ assigns \nothing; */
static bool is_reference(uint8_t byte)
{
    return byte == WASM_FUNCREF || byte == WASM_EXTERNREF;
}

/*@ assigns \nothing; */
static bool is_number(uint8_t byte)
{
    return byte == WASM_I32 || byte == WASM_I64 || byte == WASM_F32 || byte == WASM_F64;
}

enum wasm_status wasm_read_value_type(struct wasm_reader *reader, uint8_t *type)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status != WASM_OK) {
        return status;
    }
    if (!is_number(byte) && !is_reference(byte)) {
        return wasm_reader_reject(reader, start, byte == WASM_V128 ? WASM_SIMD : WASM_VALUE_TYPE);
    }
    *type = byte;
    return WASM_OK;
}

enum wasm_status wasm_read_reference_type(struct wasm_reader *reader, uint8_t *type)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status == WASM_OK && !is_reference(byte)) {
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

/*@ requires wasm_reader_valid(reader) && \valid(limits);
    requires \separated(reader, limits, reader->bytes + (0 .. reader->end - 1));
    assigns *limits, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
static enum wasm_status limits_read(struct wasm_reader *reader, uint32_t range, enum wasm_status beyond,
                                    struct limits *limits)
{
    uint32_t start = reader->position;
    uint8_t flags = 0;
    enum wasm_status status = wasm_read_byte(reader, &flags);
    if (status != WASM_OK) {
        return status;
    }
    if (flags > 1) {
        bool is_shared = flags == 2 || flags == 3;
        return wasm_reader_reject(reader, start, is_shared ? WASM_THREADS : WASM_LIMITS_FLAGS);
    }
    limits->has_max = flags == 1;
    limits->max = range;
    status = wasm_read_u32(reader, &limits->min);
    if (status != WASM_OK) {
        return status;
    }
    if (limits->has_max) {
        status = wasm_read_u32(reader, &limits->max);
    }
    if (status != WASM_OK) {
        return status;
    }
    //@ assert start < reader->position;
    if (limits->min > range || limits->max > range) {
        return wasm_reader_reject(reader, start, beyond);
    }
    if (limits->min > limits->max) {
        return wasm_reader_reject(reader, start, WASM_LIMITS_ORDER);
    }
    return WASM_OK;
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
