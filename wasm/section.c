// SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#define HEADER_MAGIC 0x6d736100u // "\0asm"
#define HEADER_VERSION 1u

enum wasm_status wasm_header_read(struct wasm_reader *reader)
{
    uint32_t start = reader->position;
    uint32_t word = 0;
    enum wasm_status status = wasm_read_fixed32(reader, &word);
    if (status == WASM_OK && word != HEADER_MAGIC) {
        return wasm_reader_reject(reader, start, WASM_MAGIC);
    }
    start = reader->position;
    status = status ? status : wasm_read_fixed32(reader, &word);
    if (status == WASM_OK && word != HEADER_VERSION) {
        return wasm_reader_reject(reader, start, WASM_VERSION);
    }
    return status;
}

enum wasm_status wasm_section_next(struct wasm_reader *reader, struct wasm_section *section)
{
    uint32_t start = reader->position;
    uint32_t length = 0;
    enum wasm_status status = wasm_read_byte(reader, &section->id);
    if (status == WASM_OK && section->id >= WASM_SECTION_COUNT) {
        return wasm_reader_reject(reader, start, WASM_SECTION_ID);
    }
    status = status ? status : wasm_read_count(reader, &length);
    if (status == WASM_OK) {
        section->content.bytes = reader->bytes;
        section->content.position = reader->position;
        section->content.end = reader->position + length;
        reader->position += length;
    }
    return status;
}
