// SPDX-License-Identifier: Apache-2.0
// Sums of two 32-bit fields are made in 64 bits, so no check can be passed by wrapping around.
#include "service/process/image.h"
#include "abi/capsule.h"

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

// Outside of the bytes there are zeros: the accessors need no other argument to be safe than that they end here.
/*@ requires \valid_read(bytes + (0 .. size - 1));
    assigns \nothing; */
static uint8_t byte_read(const uint8_t *bytes, uint32_t size, uint32_t offset)
{
    return offset < size ? bytes[offset] : 0;
}

/*@ requires \valid_read(bytes + (0 .. size - 1));
    assigns \nothing; */
static uint32_t word_read(const uint8_t *bytes, uint32_t size, uint32_t offset)
{
    if (size < 4 || offset > size - 4) {
        return 0;
    }
    return (uint32_t)bytes[offset] | (uint32_t)bytes[offset + 1] << 8 | (uint32_t)bytes[offset + 2] << 16 |
           (uint32_t)bytes[offset + 3] << 24;
}

/*@ assigns \nothing; */
static bool is_page_size(uint32_t bytes, uint32_t most)
{
    return bytes >= PAGE_BYTES && bytes <= most && bytes % PAGE_BYTES == 0;
}

/*@ assigns \nothing; */
static bool range_fits(uint32_t offset, uint64_t bytes, uint32_t size)
{
    return offset <= size && bytes <= size - offset;
}

/*@ assigns \nothing; */
static bool ranges_overlap(uint32_t a, uint64_t a_bytes, uint32_t b, uint64_t b_bytes)
{
    return a_bytes > 0 && b_bytes > 0 && a < b + b_bytes && b < a + a_bytes;
}

/*@ requires \valid_read(header);
    assigns \nothing; */
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

/*@ requires \valid_read(header);
    assigns \nothing; */
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
    error = error ? error : table_check(header, header->state, 1);
    error = error ? error : table_check(header, header->segments, sizeof(struct nj_image_segment));
    error = error ? error : table_check(header, header->traps, sizeof(struct nj_image_trap));
    error = error ? error : table_check(header, header->functions, sizeof(struct nj_image_function));
    error = error ? error : table_check(header, header->exports, sizeof(struct nj_image_export));
    return error ? error : table_check(header, header->strings, 1);
}

uint32_t image_rest_bytes(const struct nj_image *header)
{
    return header->bytes - header->code.count;
}

// Where a byte of the image lies once the code is gone. Nothing that is asked for lies in the code.
/*@ requires \valid_read(header);
    assigns \nothing; */
static uint32_t offset_without_code(const struct nj_image *header, uint32_t offset)
{
    return offset > header->code.offset ? offset - header->code.count : offset;
}

/*@ requires \valid_read(header);
    assigns \nothing; */
static uint32_t table_offset(const struct nj_image *header, struct nj_image_table table)
{
    return table.count == 0 ? 0 : offset_without_code(header, table.offset);
}

void image_drop_code(const struct nj_image *header, const uint8_t *rest, struct image *image)
{
    image->header = *header;
    image->bytes = rest;
    image->size = image_rest_bytes(header);
    image->header.state.offset = table_offset(header, header->state);
    image->header.segments.offset = table_offset(header, header->segments);
    image->header.traps.offset = table_offset(header, header->traps);
    image->header.functions.offset = table_offset(header, header->functions);
    image->header.exports.offset = table_offset(header, header->exports);
    image->header.strings.offset = table_offset(header, header->strings);
}

/*@ requires image_valid(image);
    assigns \nothing; */
static uint32_t element_word(const struct image *image, struct nj_image_table table, uint32_t words, uint32_t index,
                             uint32_t word)
{
    return word_read(image->bytes, image->size, table.offset + 4 * (words * index + word));
}

/*@ requires image_valid(image);
    assigns \nothing; */
static enum image_error segments_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint64_t memory_bytes = (uint64_t)header->memory_pages * 65536;
    uint64_t total = 0; // each has its own bytes: the work of copying them is bounded by the image
    /*@ loop assigns i, total;
        loop variant header->segments.count - i; */
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

/*@ requires image_valid(image);
    assigns \nothing; */
static enum image_error traps_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint32_t least = 0;
    /*@ loop assigns i, least;
        loop variant header->traps.count - i; */
    for (uint32_t i = 0; i < header->traps.count; i++) {
        uint32_t offset = element_word(image, header->traps, TRAP_WORDS, i, 0);
        if (offset < least || offset >= header->code.count) {
            return IMAGE_TRAP;
        }
        least = offset + 1;
    }
    return IMAGE_OK;
}

/*@ requires image_valid(image);
    assigns \nothing; */
static uint8_t text_byte(const struct image *image, uint32_t offset)
{
    struct nj_image_table strings = image->header.strings;
    return offset < strings.count ? byte_read(image->bytes, image->size, strings.offset + offset) : 0;
}

/*@ requires image_valid(image);
    assigns \nothing; */
static bool is_name(const struct image *image, uint32_t name)
{
    if (name >= image->header.strings.count) {
        return false;
    }
    uint32_t most = image->header.strings.count - name;
    most = most < IMAGE_NAME_MAX ? most : IMAGE_NAME_MAX;
    /*@ loop assigns i;
        loop variant most - i; */
    for (uint32_t i = 0; i < most; i++) {
        if (text_byte(image, name + i) == 0) {
            return true;
        }
    }
    return false;
}

/*@ requires image_valid(image);
    assigns \nothing; */
static enum image_error functions_check(const struct image *image)
{
    const struct nj_image *header = &image->header;
    uint32_t least = 0;
    /*@ loop assigns i, least;
        loop variant header->functions.count - i; */
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
    if (strings.count > 0 && text_byte(image, strings.count - 1) != 0) {
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
/*@ requires image_valid(image);
    assigns \nothing; */
static uint32_t table_search(const struct image *image, struct nj_image_table table, uint32_t words,
                             uint32_t code_offset)
{
    uint32_t low = 0;
    uint32_t high = table.count;
    /*@ loop invariant low <= high <= table.count;
        loop assigns low, high;
        loop variant high - low; */
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

void image_copy_text(const struct image *image, uint32_t offset, char *text, uint32_t size)
{
    uint32_t length = 0;
    /*@ loop invariant length <= size - 1;
        loop assigns length, text[0 .. size - 1];
        loop variant size - 1 - length; */
    for (; length < size - 1; length++) {
        uint8_t byte = text_byte(image, offset + length);
        if (byte == 0) {
            break;
        }
        text[length] = '?';
        if (byte >= ' ' && byte < 127) {
            text[length] = (char)byte;
        }
    }
    text[length] = 0;
}
