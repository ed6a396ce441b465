// SPDX-License-Identifier: Apache-2.0
// Reads images (abi/image.h). Whoever made one, its bytes are not trusted: nothing is read that was not checked here.
//
//   image_check_header()   the header alone, before the rest is copied in
//   image_drop_code()      the code goes into a code object of the kernel; the rest is kept without it
//   image_check_tables()   everything the tables say; afterwards the accessors below cannot leave the bytes
#pragma once
#include "abi/image.h"
#include <stdbool.h>
#include <stdint.h>

#define IMAGE_BYTES_MAX 0x4000000         // 64 MiB
#define IMAGE_NAME_MAX 256                // a name in the strings, NUL included; longer ones are refused
#define IMAGE_TABLE_ELEMENTS_MAX 0x100000 // elements of one table

#define IMAGE_ERROR_LIST(X)                                                                                            \
    X(OK, "no error")                                                                                                  \
    X(SIZE, "the image is cut off or its size field is wrong")                                                         \
    X(MAGIC, "this is not an image")                                                                                   \
    X(CHECKER_VERSION, "the image was made for another version of the checker's rules")                                \
    X(ENTRY_VERSION, "the image was made for another version of the entry page")                                       \
    X(WINDOW, "the code window is outside its range")                                                                  \
    X(CODE, "the code is empty, misaligned or larger than its window")                                                 \
    X(ENTRY, "the entry point is outside the code")                                                                    \
    X(STACK, "the stack size is outside its range")                                                                    \
    X(STATE, "the state area is outside its range")                                                                    \
    X(MEMORY, "the linear memory is outside its range")                                                                \
    X(TABLE, "a table lies outside the image")                                                                         \
    X(OVERLAP, "a table overlaps the code")                                                                            \
    X(STRINGS, "the strings do not end in a NUL")                                                                      \
    X(SEGMENT, "a data segment lies outside the image or the linear memory")                                           \
    X(TRAP, "the trap table is not in order")                                                                          \
    X(FUNCTION, "the function table is not in order")                                                                  \
    X(NAME, "a name lies outside the strings")

enum image_error {
#define X(name, text) IMAGE_##name,
    IMAGE_ERROR_LIST(X)
#undef X
};

// Never fails.
const char *image_error_text(enum image_error error);

// An image whose tables were checked. Life: in the bundle that owns the bytes.
struct image {
    struct nj_image header; // offsets are those in `bytes`; code.offset is where the code was, code.count its size
    const uint8_t *bytes;   // without the code
    uint32_t size;
};

// `header` is a copy nobody else can change; `bytes` is what the image is said to have in all.
/*@ requires \valid_read(header);
    assigns \nothing; */
enum image_error image_check_header(const struct nj_image *header, uint32_t bytes);

// Bytes of the image without its code, given a checked header: [0, code.offset) and [code.offset + code.count, bytes).
/*@ requires \valid_read(header);
    assigns \nothing; */
uint32_t image_rest_bytes(const struct nj_image *header);

/*@ predicate image_valid(struct image *i) = \valid_read(i) && \valid_read(i->bytes + (0 .. i->size - 1)); */

// Makes a view of the rest. The header must have been checked.
/*@ requires \valid_read(header) && \valid(image) && \separated(header, image);
    assigns *image;
    ensures image->bytes == rest; */
void image_drop_code(const struct nj_image *header, const uint8_t *rest, struct image *image);

/*@ requires image_valid(image);
    assigns \nothing; */
enum image_error image_check_tables(const struct image *image);

// Segment `index` (below header.segments.count); its offset is in image->bytes.
/*@ requires image_valid(image);
    assigns \nothing; */
struct nj_image_segment image_segment(const struct image *image, uint32_t index);

// The trap at exactly this code offset; 0 if the table has none.
/*@ requires image_valid(image);
    assigns \nothing; */
uint32_t image_find_trap(const struct image *image, uint32_t code_offset);

// The function a code offset lies in; false if it lies before all of them. `function->name` is checked.
/*@ requires image_valid(image) && \valid(function) && \separated(function, image, image->bytes + (0 .. image->size - 1));
    assigns *function; */
bool image_find_function(const struct image *image, uint32_t code_offset, struct nj_image_function *function);

// Copies the text at an offset of the strings, cut at size - 1 characters. Names come from the module: what is not plain
// text, and could play with a terminal, becomes '?'.
/*@ requires image_valid(image) && size > 0 && \valid(text + (0 .. size - 1));
    requires \separated(text + (0 .. size - 1), image, image->bytes + (0 .. image->size - 1));
    assigns text[0 .. size - 1]; */
void image_copy_text(const struct image *image, uint32_t offset, char *text, uint32_t size);
