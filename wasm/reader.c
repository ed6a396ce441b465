// SPDX-License-Identifier: Apache-2.0
#include "reader.h"
#include "utf8.h"
#include <stdbool.h>

enum wasm_status wasm_read_byte(struct wasm_reader *reader, uint8_t *value)
{
    if (reader->position == reader->end) {
        return WASM_UNEXPECTED_END;
    }
    *value = reader->bytes[reader->position];
    reader->position++;
    return WASM_OK;
}

// Whether the seven bits of the last byte that an integer can have keep to the `left` bits that remain: the others are
// zero, or copies of the sign.
/*@ requires 1 <= left <= 7 && payload <= 0x7f;
    assigns \nothing; */
static bool last_byte_fits(uint32_t payload, uint32_t left, bool is_signed)
{
    if (!is_signed) {
        return (payload >> left) == 0;
    }
    uint32_t sign = payload >> (left - 1);
    return sign == 0 || sign == (0x7fu >> (left - 1));
}

// An integer of `bits` bits; signed ones come out sign-extended to 64.
/*@ requires wasm_reader_valid(reader);
    requires \valid(value) && \separated(reader, value) && \separated(reader->bytes + (0 .. reader->end - 1), value);
    requires 1 <= bits <= 64;
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
static enum wasm_status leb128_read(struct wasm_reader *reader, uint32_t bits, bool is_signed, uint64_t *value)
{
    uint64_t result = 0;
    uint32_t position = reader->position;
    uint32_t shift = 0;
    /*@ loop invariant 0 <= shift <= bits + 6 && shift <= 70;
        loop invariant reader->position <= position <= reader->end;
        loop invariant shift > 0 ==> reader->position < position;
        loop assigns shift, position, result;
        loop variant bits + 6 - shift; */
    while (shift < bits) {
        if (position == reader->end) {
            return WASM_UNEXPECTED_END;
        }
        uint8_t byte = reader->bytes[position];
        position++;
        uint32_t left = bits - shift;
        uint32_t payload = byte & 0x7fu;
        if (left <= 7 && !last_byte_fits(payload, left, is_signed)) {
            return WASM_INTEGER_RANGE;
        }
        result |= (uint64_t)payload << shift;
        shift += 7;
        if ((byte & 0x80u) == 0) {
            if (is_signed && (byte & 0x40u) != 0 && shift < 64) {
                result |= ~(uint64_t)0 << shift;
            }
            *value = result;
            reader->position = position;
            return WASM_OK;
        }
    }
    return WASM_INTEGER_LENGTH;
}

enum wasm_status wasm_read_u32(struct wasm_reader *reader, uint32_t *value)
{
    uint64_t wide = 0;
    enum wasm_status status = leb128_read(reader, 32, false, &wide);
    if (status == WASM_OK) {
        *value = (uint32_t)wide;
    }
    return status;
}

enum wasm_status wasm_read_s32(struct wasm_reader *reader, uint32_t *value)
{
    uint64_t wide = 0;
    enum wasm_status status = leb128_read(reader, 32, true, &wide);
    if (status == WASM_OK) {
        *value = (uint32_t)(wide & 0xffffffffu);
    }
    return status;
}

enum wasm_status wasm_read_s33(struct wasm_reader *reader, uint64_t *value)
{
    return leb128_read(reader, 33, true, value);
}

enum wasm_status wasm_read_s64(struct wasm_reader *reader, uint64_t *value)
{
    return leb128_read(reader, 64, true, value);
}

enum wasm_status wasm_read_fixed32(struct wasm_reader *reader, uint32_t *value)
{
    if (reader->end - reader->position < 4) {
        return WASM_UNEXPECTED_END;
    }
    uint32_t at = reader->position;
    *value = (uint32_t)reader->bytes[at] | (uint32_t)reader->bytes[at + 1] << 8 |
             (uint32_t)reader->bytes[at + 2] << 16 | (uint32_t)reader->bytes[at + 3] << 24;
    reader->position = at + 4;
    return WASM_OK;
}

enum wasm_status wasm_read_fixed64(struct wasm_reader *reader, uint64_t *value)
{
    if (reader->end - reader->position < 8) {
        return WASM_UNEXPECTED_END;
    }
    uint32_t at = reader->position;
    uint64_t low = (uint64_t)reader->bytes[at] | (uint64_t)reader->bytes[at + 1] << 8 |
                   (uint64_t)reader->bytes[at + 2] << 16 | (uint64_t)reader->bytes[at + 3] << 24;
    uint64_t high = (uint64_t)reader->bytes[at + 4] | (uint64_t)reader->bytes[at + 5] << 8 |
                    (uint64_t)reader->bytes[at + 6] << 16 | (uint64_t)reader->bytes[at + 7] << 24;
    *value = low | high << 32;
    reader->position = at + 8;
    return WASM_OK;
}

enum wasm_status wasm_read_index(struct wasm_reader *reader, uint32_t count, enum wasm_status unknown, uint32_t *index)
{
    uint32_t start = reader->position;
    uint32_t value = 0;
    enum wasm_status status = wasm_read_u32(reader, &value);
    if (status != WASM_OK) {
        return status;
    }
    if (value >= count) {
        return wasm_reader_reject(reader, start, unknown);
    }
    *index = value;
    return WASM_OK;
}

enum wasm_status wasm_read_count(struct wasm_reader *reader, uint32_t *count)
{
    uint32_t start = reader->position;
    uint32_t value = 0;
    enum wasm_status status = wasm_read_u32(reader, &value);
    if (status != WASM_OK) {
        return status;
    }
    if (value > reader->end - reader->position) {
        return wasm_reader_reject(reader, start, WASM_LENGTH_BOUNDS);
    }
    *count = value;
    return WASM_OK;
}

enum wasm_status wasm_read_span(struct wasm_reader *reader, uint32_t length, struct wasm_span *span)
{
    if (length > reader->end - reader->position) {
        return WASM_LENGTH_BOUNDS;
    }
    span->offset = reader->position;
    span->length = length;
    reader->position += length;
    return WASM_OK;
}

enum wasm_status wasm_read_name(struct wasm_reader *reader, struct wasm_span *name)
{
    uint32_t start = reader->position;
    uint32_t length = 0;
    enum wasm_status status = wasm_read_count(reader, &length);
    if (status != WASM_OK) {
        return status;
    }
    if (!utf8_is_valid(reader->bytes + reader->position, length)) {
        return wasm_reader_reject(reader, start, WASM_UTF8);
    }
    return wasm_read_span(reader, length, name);
}

enum wasm_status wasm_reader_reject(struct wasm_reader *reader, uint32_t position, enum wasm_status status)
{
    reader->position = position;
    return status;
}
