// SPDX-License-Identifier: Apache-2.0
// Reading the primitive values of the binary format. Every function consumes bytes only on success: after a failure
// `position` is where the offending value begins, and the output is unchanged. Signed integers come as two's complement.
#pragma once
#include "error.h"
#include <stdint.h>

struct wasm_reader {
    const uint8_t *bytes; // the whole module
    uint32_t position;    // offset in the module
    uint32_t end;         // of what may be read: a section, a body, or the module; position <= end
};

/*@ predicate wasm_reader_valid(struct wasm_reader *r) =
        \valid(r) && r->position <= r->end && \valid_read(r->bytes + (0 .. r->end - 1)) &&
        \separated(r, r->bytes + (0 .. r->end - 1)); */

// A run of bytes in the module: a name, or the content of a data segment.
struct wasm_span {
    uint32_t offset;
    uint32_t length;
};

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> reader->position == \old(reader->position) + 1;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_byte(struct wasm_reader *reader, uint8_t *value);

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_u32(struct wasm_reader *reader, uint32_t *value);

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_s32(struct wasm_reader *reader, uint32_t *value);

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_s33(struct wasm_reader *reader, uint64_t *value); // block types

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_s64(struct wasm_reader *reader, uint64_t *value);

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> reader->position == \old(reader->position) + 4;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_fixed32(struct wasm_reader *reader, uint32_t *value); // bits of an f32

/*@ requires wasm_reader_valid(reader) && \valid(value);
    requires \separated(reader, value, reader->bytes + (0 .. reader->end - 1));
    assigns *value, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> reader->position == \old(reader->position) + 8;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *value == \old(*value); */
WASM_MUST_CHECK enum wasm_status wasm_read_fixed64(struct wasm_reader *reader, uint64_t *value); // bits of an f64

// An index below `count`; else `unknown`.
/*@ requires wasm_reader_valid(reader) && \valid(index);
    requires \separated(reader, index, reader->bytes + (0 .. reader->end - 1));
    requires unknown != WASM_OK;
    assigns *index, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position && *index < count;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *index == \old(*index); */
WASM_MUST_CHECK enum wasm_status wasm_read_index(struct wasm_reader *reader, uint32_t count, enum wasm_status unknown,
                                                 uint32_t *index);

// The number of elements of a vector whose elements take at least one byte each: LENGTH_BOUNDS if they cannot fit.
/*@ requires wasm_reader_valid(reader) && \valid(count);
    requires \separated(reader, count, reader->bytes + (0 .. reader->end - 1));
    assigns *count, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < reader->position &&
            *count <= reader->end - reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *count == \old(*count); */
WASM_MUST_CHECK enum wasm_status wasm_read_count(struct wasm_reader *reader, uint32_t *count);

// `length` bytes as they are, which may be none.
/*@ requires wasm_reader_valid(reader) && \valid(span);
    requires \separated(reader, span, reader->bytes + (0 .. reader->end - 1));
    assigns *span, reader->position;
    ensures wasm_reader_valid(reader);
    ensures length <= \old(reader->end - reader->position) <==> \result == WASM_OK;
    ensures \result == WASM_OK ==> span->offset == \old(reader->position) && span->length == length &&
            reader->position == \old(reader->position) + length;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position) && *span == \old(*span); */
WASM_MUST_CHECK enum wasm_status wasm_read_span(struct wasm_reader *reader, uint32_t length, struct wasm_span *span);

// A name: length and UTF-8.
/*@ requires wasm_reader_valid(reader) && \valid(name);
    requires \separated(reader, name, reader->bytes + (0 .. reader->end - 1));
    assigns *name, reader->position;
    ensures wasm_reader_valid(reader);
    ensures \result == WASM_OK ==> \old(reader->position) < name->offset &&
            name->offset + name->length == reader->position;
    ensures \result != WASM_OK ==> reader->position == \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_name(struct wasm_reader *reader, struct wasm_span *name);

// Refuses what was read from `position` on: puts the reader back there and returns the status.
/*@ requires wasm_reader_valid(reader) && position <= reader->position;
    assigns reader->position;
    ensures wasm_reader_valid(reader) && reader->position == position && \result == status; */
enum wasm_status wasm_reader_reject(struct wasm_reader *reader, uint32_t position, enum wasm_status status);
