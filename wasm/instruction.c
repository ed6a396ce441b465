// SPDX-License-Identifier: Apache-2.0
#include "instruction.h"
#include "decode.h"

const struct wasm_opcode_info wasm_opcodes[WASM_OP_COUNT] = {
#define X(name, number, text, immediates, signature, access)                                                           \
    [WASM_OP_##name] = {text, signature, WASM_IMMEDIATE_##immediates, access},
    WASM_OPCODE_LIST(X)
#undef X
};

/*@ requires wasm_reader_valid(reader) && \valid(opcode);
    requires \separated(reader, opcode, reader->bytes + (0 .. reader->end - 1));
    assigns *opcode, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position) && *opcode < WASM_OP_COUNT; */
static enum wasm_status opcode_read(struct wasm_reader *reader, uint16_t *opcode)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    uint32_t number = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status != WASM_OK) {
        return status;
    }
    if (byte == WASM_OPCODE_PREFIX_SIMD || byte == WASM_OPCODE_PREFIX_THREADS) {
        return wasm_reader_reject(reader, start, byte == WASM_OPCODE_PREFIX_SIMD ? WASM_SIMD : WASM_THREADS);
    }
    if (byte != WASM_OPCODE_PREFIX) {
        *opcode = byte;
        return WASM_OK;
    }
    status = wasm_read_u32(reader, &number);
    if (status != WASM_OK) {
        return status;
    }
    if (number >= WASM_OP_COUNT - WASM_OPCODE_PREFIXED) {
        return wasm_reader_reject(reader, start, WASM_OPCODE);
    }
    *opcode = (uint16_t)(WASM_OPCODE_PREFIXED + number);
    return WASM_OK;
}

// Empty and value types are single bytes that would read as negative numbers; type indices are not negative.
/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status block_type_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    uint32_t start = reader->position;
    if (start < reader->end && (reader->bytes[start] & 0xc0) == 0x40) {
        if (reader->bytes[start] == 0x40) {
            reader->position++;
            return WASM_OK;
        }
        return wasm_read_value_type(reader, &instruction->type);
    }
    uint64_t index = 0;
    enum wasm_status status = wasm_read_s33(reader, &index);
    if (status != WASM_OK) {
        return status;
    }
    if (index >= WASM_NONE) { // negative numbers among them
        return wasm_reader_reject(reader, start, WASM_UNKNOWN_TYPE);
    }
    instruction->index = (uint32_t)index;
    return WASM_OK;
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status labels_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    enum wasm_status status = wasm_read_count(reader, &instruction->count);
    if (status != WASM_OK) {
        return status;
    }
    instruction->vector = reader->position;
    //@ assert instruction->count < 0xffffffff;
    /*@ loop invariant 0 <= i <= instruction->count + 1;
        loop invariant wasm_reader_valid(reader) && reader->position >= \at(reader->position, Pre);
        loop assigns i, status, reader->position;
        loop variant instruction->count + 1 - i; */
    for (uint32_t i = 0; status == WASM_OK && i <= instruction->count; i++) {
        uint32_t label = 0;
        status = wasm_read_u32(reader, &label);
    }
    return status;
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status types_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    enum wasm_status status = wasm_read_count(reader, &instruction->count);
    instruction->vector = reader->position;
    /*@ loop invariant 0 <= i <= instruction->count;
        loop invariant wasm_reader_valid(reader) && reader->position >= \at(reader->position, Pre);
        loop assigns i, status, reader->position, instruction->type;
        loop variant instruction->count - i; */
    for (uint32_t i = 0; status == WASM_OK && i < instruction->count; i++) {
        uint8_t type = 0;
        status = wasm_read_value_type(reader, &type);
        if (i == 0) {
            instruction->type = type;
        }
    }
    return status;
}

// A memory index, which is a reserved byte while there is one memory.
/*@ requires wasm_reader_valid(reader) && \valid(index);
    requires \separated(reader, index, reader->bytes + (0 .. reader->end - 1));
    assigns *index, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status zero_read(struct wasm_reader *reader, uint32_t *index)
{
    uint32_t start = reader->position;
    uint8_t byte = 0;
    enum wasm_status status = wasm_read_byte(reader, &byte);
    if (status == WASM_OK && byte != 0) {
        return wasm_reader_reject(reader, start, WASM_ZERO_BYTE);
    }
    *index = 0;
    return status;
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status pair_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    enum wasm_status status = wasm_read_u32(reader, &instruction->index);
    if (status != WASM_OK) {
        return status;
    }
    return wasm_read_u32(reader, &instruction->second);
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status zeros_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    enum wasm_status status = zero_read(reader, &instruction->index);
    if (status != WASM_OK) {
        return status;
    }
    return zero_read(reader, &instruction->second);
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status index_zero_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    enum wasm_status status = wasm_read_u32(reader, &instruction->index);
    if (status != WASM_OK) {
        return status;
    }
    return zero_read(reader, &instruction->second);
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status access_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    uint32_t start = reader->position;
    uint32_t offset = 0;
    enum wasm_status status = wasm_read_u32(reader, &instruction->index);
    if (status == WASM_OK && instruction->index >= 32) {
        return wasm_reader_reject(reader, start, WASM_MEMORY_FLAGS);
    }
    status = status ? status : wasm_read_u32(reader, &offset);
    instruction->value = offset;
    return status;
}

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status bits32_read(struct wasm_reader *reader, bool is_integer, uint64_t *value)
{
    uint32_t bits = 0;
    enum wasm_status status = is_integer ? wasm_read_s32(reader, &bits) : wasm_read_fixed32(reader, &bits);
    *value = bits;
    return status;
}

/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    requires instruction->opcode < WASM_OP_COUNT;
    assigns instruction->type, instruction->index, instruction->second, instruction->count, instruction->vector,
            instruction->value, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
static enum wasm_status immediates_read(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    switch ((enum wasm_immediates)wasm_opcodes[instruction->opcode].immediates) {
    case WASM_IMMEDIATE_NONE:
        return WASM_OK;
    case WASM_IMMEDIATE_BLOCK:
        return block_type_read(reader, instruction);
    case WASM_IMMEDIATE_LABELS:
        return labels_read(reader, instruction);
    case WASM_IMMEDIATE_LABEL:
    case WASM_IMMEDIATE_FUNCTION:
    case WASM_IMMEDIATE_LOCAL:
    case WASM_IMMEDIATE_GLOBAL:
    case WASM_IMMEDIATE_TABLE:
    case WASM_IMMEDIATE_ELEMENT:
    case WASM_IMMEDIATE_DATA:
        return wasm_read_u32(reader, &instruction->index);
    case WASM_IMMEDIATE_INDIRECT:
    case WASM_IMMEDIATE_TABLES:
    case WASM_IMMEDIATE_ELEMENT_TABLE:
        return pair_read(reader, instruction);
    case WASM_IMMEDIATE_MEMORY:
        return zero_read(reader, &instruction->index);
    case WASM_IMMEDIATE_MEMORIES:
        return zeros_read(reader, instruction);
    case WASM_IMMEDIATE_DATA_MEMORY:
        return index_zero_read(reader, instruction);
    case WASM_IMMEDIATE_ACCESS:
        return access_read(reader, instruction);
    case WASM_IMMEDIATE_I32:
        return bits32_read(reader, true, &instruction->value);
    case WASM_IMMEDIATE_F32:
        return bits32_read(reader, false, &instruction->value);
    case WASM_IMMEDIATE_I64:
        return wasm_read_s64(reader, &instruction->value);
    case WASM_IMMEDIATE_F64:
        return wasm_read_fixed64(reader, &instruction->value);
    case WASM_IMMEDIATE_TYPES:
        return types_read(reader, instruction);
    case WASM_IMMEDIATE_REFERENCE:
        return wasm_read_reference_type(reader, &instruction->type);
    }
    return WASM_OPCODE;
}

enum wasm_status wasm_instruction_next(struct wasm_reader *reader, struct wasm_instruction *instruction)
{
    uint32_t start = reader->position;
    uint16_t opcode = 0;
    enum wasm_status status = opcode_read(reader, &opcode);
    if (status != WASM_OK) {
        return status;
    }
    if (!wasm_opcodes[opcode].text) {
        return wasm_reader_reject(reader, start, WASM_OPCODE);
    }
    *instruction =
        (struct wasm_instruction){.offset = start, .opcode = opcode, .index = WASM_NONE, .second = WASM_NONE};
    return immediates_read(reader, instruction);
}
