// SPDX-License-Identifier: Apache-2.0
// Sums of two 32-bit fields are made in 64 bits, so no check can be passed by wrapping around.
#include "service/process/image.h"
#include "abi/capsule.h"
#include <stddef.h>
#include <string.h>

#define PAGE_BYTES 4096
#define SEGMENT_WORDS 3
#define TRAP_WORDS 2
#define FUNCTION_WORDS 3
#define EXPORT_WORDS 4

_Static_assert(sizeof(struct nj_image_segment) == 4 * SEGMENT_WORDS, "layout is part of the ABI");
_Static_assert(sizeof(struct nj_image_trap) == 4 * TRAP_WORDS, "layout is part of the ABI");
_Static_assert(sizeof(struct nj_image_function) == 4 * FUNCTION_WORDS, "layout is part of the ABI");
_Static_assert(sizeof(struct nj_image_export) == 4 * EXPORT_WORDS, "layout is part of the ABI");

const char *image_error_text(enum image_error error)
{
    switch (error) {
#define X(name, text)                                                                                                  \
    case IMAGE_##name:                                                                                                 \
        return text;
        IMAGE_ERROR_LIST(X)
#undef X
    }
    return "unknown error";
}

/*@ requires (size_t)offset + 4 <= size && \valid_read(bytes + (0 .. size - 1));
  @ assigns \nothing;
  @*/
static uint32_t word_read(const uint8_t *bytes, uint32_t size, uint32_t offset)
{
    if (size < 4 || offset > size - 4) {
        return 0; // cannot happen after the checks; costs one comparison to be sure
    }
    return (uint32_t)bytes[offset] | (uint32_t)bytes[offset + 1] << 8 | (uint32_t)bytes[offset + 2] << 16 |
           (uint32_t)bytes[offset + 3] << 24;
}

static bool is_page_size(uint32_t bytes, uint32_t most)
{
    return bytes >= PAGE_BYTES && bytes <= most && bytes % PAGE_BYTES == 0;
}

static bool range_fits(uint32_t offset, uint64_t bytes, uint32_t size)
{
    return offset <= size && bytes <= size - offset;
}

static bool ranges_overlap(uint32_t a, uint64_t a_bytes, uint32_t b, uint64_t b_bytes)
{
    return a_bytes > 0 && b_bytes > 0 && a < b + b_bytes && b < a + a_bytes;
}

static enum image_error table_check(const struct nj_image *header, struct nj_image_table table, uint32_t element_bytes)
{
    uint64_t bytes = (uint64_t)table.count * element_bytes;
    if (table.count == 0) {
        return IMAGE_OK;
    }
    if (table.offset % 4 != 0 || table.offset < sizeof(*header) || !range_fits(table.offset, bytes, header->bytes) ||
        (element_bytes > 1 && table.count > IMAGE_TABLE_ELEMENTS_MAX)) {
        return IMAGE_TABLE;
    }
    return ranges_overlap(table.offset, bytes, header->code.offset, header->code.count) ? IMAGE_OVERLAP : IMAGE_OK;
}

static enum image_error sizes_check(const struct nj_image *header)
{
    uint32_t log2 = header->code_window_log2;
    if (log2 < NJ_CODE_WINDOW_LOG2_MIN || log2 > NJ_CODE_WINDOW_LOG2_MAX) {
        return IMAGE_WINDOW;
    }
    struct nj_image_table code = header->code;
    if (code.count == 0 || code.count % 4 != 0 || code.count > 1u << log2 || code.offset % 4 != 0 ||
        code.offset < sizeof(*header) || !range_fits(code.offset, code.count, header->bytes)) {
        return IMAGE_CODE;
    }
    if (header->entry >= code.count || header->entry % 4 != 0) {
        return IMAGE_ENTRY;
    }
    if (!is_page_size(header->stack_bytes, NJ_STACK_BYTES_MAX)) {
        return IMAGE_STACK;
    }
    if (!is_page_size(header->state_bytes, NJ_STATE_BYTES_MAX) || header->state.count > header->state_bytes) {
        return IMAGE_STATE;
    }
    if (header->memory_pages > header->memory_pages_max || header->memory_pages_max > 65536) {
        return IMAGE_MEMORY;
    }
    return IMAGE_OK;
}

enum image_error image_check_header(const struct nj_image *header, uint32_t bytes)
{
    if (bytes < sizeof(*header) || bytes > IMAGE_BYTES_MAX) {
        return IMAGE_SIZE;
    }
    if (header->magic != NJ_IMAGE_MAGIC) {
        return IMAGE_MAGIC;
    }
    if (header->bytes != bytes) {
        return IMAGE_SIZE;
    }
    if (header->checker_version != NJ_CHECKER_VERSION) {
        return IMAGE_CHECKER_VERSION;
    }
    if (header->entry_version != NJ_ENTRY_VERSION) {
        return IMAGE_ENTRY_VERSION;
    }
    enum image_error error = sizes_check(header);
    const struct {
        struct nj_image_table table;
        uint32_t element_bytes;
    } tables[] = {
        {header->state, 1},
        {header->segments, sizeof(struct nj_image_segment)},
        {header->traps, sizeof(struct nj_image_trap)},
        {header->functions, sizeof(struct nj_image_function)},
        {header->exports, sizeof(struct nj_image_export)},
        {header->strings, 1},
    };
    for (uint32_t i = 0; i < sizeof tables / sizeof tables[0] && error == IMAGE_OK; i++) {
        error = table_check(header, tables[i].table, tables[i].element_bytes);
    }
    return error;
}

uint32_t image_rest_bytes(const struct nj_image *header)
{
    return header->bytes - header->code.count;
}

// Where a byte of the image lies once the code is gone. Nothing that is asked for lies in the code.
static uint32_t offset_without_code(const struct nj_image *header, uint32_t offset)
{
    return offset > header->code.offset ? offset - header->code.count : offset;
}

void image_drop_code(const struct nj_image *header, const uint8_t *rest, struct image *image)
{
    *image = (struct image){.header = *header, .bytes = rest, .size = image_rest_bytes(header)};
    struct nj_image_table *tables[] = {&image->header.state,     &image->header.segments, &image->header.traps,
                                       &image->header.functions, &image->header.exports,  &image->header.strings};
    for (uint32_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        tables[i]->offset = tables[i]->count == 0 ? 0 : offset_without_code(header, tables[i]->offset);
    }
}

static uint32_t element_word(const struct image *image, struct nj_image_table table, uint32_t words, uint32_t index,
                             uint32_t word)
{
    return word_read(image->bytes, image->size, table.offset + 4 * (words * index + word));
}

static enum image_error segments_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint64_t memory_bytes = (uint64_t)header->memory_pages * 65536;
    uint64_t total = 0; // each has its own bytes: the work of copying them is bounded by the image
    for (uint32_t i = 0; i < header->segments.count; i++) {
        uint32_t address = element_word(image, header->segments, SEGMENT_WORDS, i, 0);
        uint32_t offset = element_word(image, header->segments, SEGMENT_WORDS, i, 1);
        uint32_t bytes = element_word(image, header->segments, SEGMENT_WORDS, i, 2);
        total += bytes;
        if (total > header->bytes || (uint64_t)address + bytes > memory_bytes ||
            !range_fits(offset, bytes, header->bytes) ||
            ranges_overlap(offset, bytes, header->code.offset, header->code.count)) {
            return IMAGE_SEGMENT;
        }
    }
    return IMAGE_OK;
}

static enum image_error traps_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint32_t least = 0;
    for (uint32_t i = 0; i < header->traps.count; i++) {
        uint32_t offset = element_word(image, header->traps, TRAP_WORDS, i, 0);
        if (offset < least || offset >= header->code.count) {
            return IMAGE_TRAP;
        }
        least = offset + 1;
    }
    return IMAGE_OK;
}

static bool is_name(const struct image *image, uint32_t name)
{
    uint32_t count = image->header.strings.count;
    if (name >= count) {
        return false;
    }
    uint32_t most = count - name < IMAGE_NAME_MAX ? count - name : IMAGE_NAME_MAX;
    return memchr(image->bytes + image->header.strings.offset + name, 0, most) != NULL;
}

static enum image_error functions_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint32_t least = 0;
    for (uint32_t i = 0; i < header->functions.count; i++) {
        uint32_t offset = element_word(image, header->functions, FUNCTION_WORDS, i, 0);
        if (offset < least || offset >= header->code.count) {
            return IMAGE_FUNCTION;
        }
        if (!is_name(image, element_word(image, header->functions, FUNCTION_WORDS, i, 2))) {
            return IMAGE_NAME;
        }
        least = offset;
    }
    return IMAGE_OK;
}

enum image_error image_check_tables(const struct image *image)
{
    struct nj_image_table strings = image->header.strings;
    if (strings.count > 0 && image->bytes[strings.offset + strings.count - 1] != 0) {
        return IMAGE_STRINGS;
    }
    enum image_error error = segments_check(image);
    if (error == IMAGE_OK) {
        error = traps_check(image);
    }
    return error == IMAGE_OK ? functions_check(image) : error;
}

struct nj_image_segment image_segment(const struct image *image, uint32_t index)
{
    struct nj_image_table segments = image->header.segments;
    uint32_t bytes = element_word(image, segments, SEGMENT_WORDS, index, 2);
    uint32_t offset = element_word(image, segments, SEGMENT_WORDS, index, 1);
    return (struct nj_image_segment){
        .address = element_word(image, segments, SEGMENT_WORDS, index, 0),
        .offset = bytes == 0 ? 0 : offset_without_code(&image->header, offset),
        .bytes = bytes,
    };
}

// Index of the last element whose first word is at most `code_offset`, plus one; 0 if there is none.
static uint32_t table_search(const struct image *image, struct nj_image_table table, uint32_t words,
                             uint32_t code_offset)
{
    uint32_t low = 0;
    uint32_t high = table.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (element_word(image, table, words, middle, 0) <= code_offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t image_find_trap(const struct image *image, uint32_t code_offset)
{
    struct nj_image_table traps = image->header.traps;
    uint32_t found = table_search(image, traps, TRAP_WORDS, code_offset);
    if (found == 0 || element_word(image, traps, TRAP_WORDS, found - 1, 0) != code_offset) {
        return 0;
    }
    return element_word(image, traps, TRAP_WORDS, found - 1, 1);
}

bool image_find_function(const struct image *image, uint32_t code_offset, struct nj_image_function *function)
{
    struct nj_image_table functions = image->header.functions;
    uint32_t found = table_search(image, functions, FUNCTION_WORDS, code_offset);
    if (found == 0) {
        return false;
    }
    function->code_offset = element_word(image, functions, FUNCTION_WORDS, found - 1, 0);
    function->index = element_word(image, functions, FUNCTION_WORDS, found - 1, 1);
    function->name = element_word(image, functions, FUNCTION_WORDS, found - 1, 2);
    return true;
}

const char *image_text(const struct image *image, uint32_t offset)
{
    return offset < image->header.strings.count ? (const char *)image->bytes + image->header.strings.offset + offset
                                                : "";
}
