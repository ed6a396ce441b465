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

// A run of bytes in the module: a name, or the content of a data segment.
struct wasm_span {
    uint32_t offset;
    uint32_t length;
};

WASM_MUST_CHECK enum wasm_status wasm_read_byte(struct wasm_reader *reader, uint8_t *value);
WASM_MUST_CHECK enum wasm_status wasm_read_u32(struct wasm_reader *reader, uint32_t *value);
WASM_MUST_CHECK enum wasm_status wasm_read_s32(struct wasm_reader *reader, uint32_t *value);
WASM_MUST_CHECK enum wasm_status wasm_read_s33(struct wasm_reader *reader, uint64_t *value); // block types
WASM_MUST_CHECK enum wasm_status wasm_read_s64(struct wasm_reader *reader, uint64_t *value);
WASM_MUST_CHECK enum wasm_status wasm_read_fixed32(struct wasm_reader *reader, uint32_t *value); // bits of an f32
WASM_MUST_CHECK enum wasm_status wasm_read_fixed64(struct wasm_reader *reader, uint64_t *value); // bits of an f64

// An index below `count`; else `unknown`.
WASM_MUST_CHECK enum wasm_status wasm_read_index(struct wasm_reader *reader, uint32_t count, enum wasm_status unknown,
                                                 uint32_t *index);

// The number of elements of a vector whose elements take at least one byte each: LENGTH_BOUNDS if they cannot fit.
WASM_MUST_CHECK enum wasm_status wasm_read_count(struct wasm_reader *reader, uint32_t *count);

// `length` bytes as they are, which may be none.
WASM_MUST_CHECK enum wasm_status wasm_read_span(struct wasm_reader *reader, uint32_t length, struct wasm_span *span);

// A name: length and UTF-8.
WASM_MUST_CHECK enum wasm_status wasm_read_name(struct wasm_reader *reader, struct wasm_span *name);

// Refuses what was read from `position` on: puts the reader back there and returns the status.
enum wasm_status wasm_reader_reject(struct wasm_reader *reader, uint32_t position, enum wasm_status status);
