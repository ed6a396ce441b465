// SPDX-License-Identifier: Apache-2.0
// The image reader against a good image and against every single-field corruption of it that must be refused.
#include "abi/capsule.h"
#include "service/process/image.h"
#include "test/host/test.h"
#include <stdlib.h>
#include <string.h>

#define CODE_OFFSET 128
#define CODE_BYTES 64
#define SIZE 512

static uint8_t bytes[SIZE];
static struct nj_image header;
static uint8_t rest[SIZE - CODE_BYTES];
static struct image image;

static void put(uint32_t offset, const void *data, size_t count)
{
    memcpy(bytes + offset, data, count);
}

// Header, code, then everything else: one table before the code, the others behind it.
static void build(void)
{
    memset(bytes, 0, sizeof bytes);
    struct nj_image_segment segments[2] = {{16, 320, 4}, {65532, 324, 4}};
    struct nj_image_trap traps[2] = {{8, NJ_TRAP_UNREACHABLE}, {40, NJ_TRAP_DIVIDE_BY_ZERO}};
    struct nj_image_function functions[2] = {{4, 3, 0}, {32, 4, 1}};
    header = (struct nj_image){
        .magic = NJ_IMAGE_MAGIC,
        .bytes = SIZE,
        .checker_version = NJ_CHECKER_VERSION,
        .entry_version = NJ_ENTRY_VERSION,
        .code_window_log2 = 16,
        .code = {CODE_OFFSET, CODE_BYTES},
        .entry = 4,
        .stack_bytes = 4096,
        .state_bytes = 4096,
        .state = {116, 8},
        .memory_pages = 1,
        .memory_pages_max = 10,
        .segments = {200, 2},
        .traps = {232, 2},
        .functions = {256, 2},
        .strings = {288, 6},
    };
    put(200, segments, sizeof segments);
    put(232, traps, sizeof traps);
    put(256, functions, sizeof functions);
    put(288, "\0main", 6);
    put(320, "datamore", 8);
}

static enum image_error open(void)
{
    enum image_error error = image_check_header(&header, SIZE);
    if (error != IMAGE_OK) {
        return error;
    }
    memcpy(rest, bytes, CODE_OFFSET);
    memcpy(rest + CODE_OFFSET, bytes + CODE_OFFSET + CODE_BYTES, SIZE - CODE_OFFSET - CODE_BYTES);
    image_drop_code(&header, rest, &image);
    return image_check_tables(&image);
}

static const char *text_of(uint32_t name)
{
    static char text[IMAGE_NAME_MAX];
    image_copy_text(&image, name, text, sizeof text);
    return text;
}

TEST(image_reads_what_was_written)
{
    build();
    REQUIRE(sizeof header <= 116);
    REQUIRE(open() == IMAGE_OK);
    CHECK_EQUAL(image.header.state.offset, 116);
    CHECK_BYTES(image.bytes + image_segment(&image, 0).offset, "data", 4);
    CHECK_BYTES(image.bytes + image_segment(&image, 1).offset, "more", 4);
    CHECK_EQUAL(image_segment(&image, 1).address, 65532);
    CHECK_EQUAL(image_find_trap(&image, 8), NJ_TRAP_UNREACHABLE);
    CHECK_EQUAL(image_find_trap(&image, 40), NJ_TRAP_DIVIDE_BY_ZERO);
    CHECK_EQUAL(image_find_trap(&image, 12), 0);
    CHECK_EQUAL(image_find_trap(&image, 0), 0);
    struct nj_image_function function;
    CHECK(!image_find_function(&image, 0, &function));
    REQUIRE(image_find_function(&image, 28, &function));
    CHECK_EQUAL(function.index, 3);
    CHECK_TEXT(text_of(function.name), "");
    REQUIRE(image_find_function(&image, 60, &function));
    CHECK_EQUAL(function.code_offset, 32);
    CHECK_TEXT(text_of(function.name), "main");
}

#define REFUSES(field, value, error)                                                                                   \
    do {                                                                                                               \
        build();                                                                                                       \
        header.field = (value);                                                                                        \
        CHECK_EQUAL(open(), error);                                                                                    \
    } while (0)

TEST(image_refuses_a_bad_header)
{
    REFUSES(magic, 7, IMAGE_MAGIC);
    REFUSES(bytes, SIZE + 4, IMAGE_SIZE);
    REFUSES(bytes, SIZE - 4, IMAGE_SIZE);
    REFUSES(checker_version, NJ_CHECKER_VERSION + 1, IMAGE_CHECKER_VERSION);
    REFUSES(entry_version, NJ_ENTRY_VERSION + 1, IMAGE_ENTRY_VERSION);
    REFUSES(code_window_log2, NJ_CODE_WINDOW_LOG2_MIN - 1, IMAGE_WINDOW);
    REFUSES(code_window_log2, NJ_CODE_WINDOW_LOG2_MAX + 1, IMAGE_WINDOW);
    REFUSES(code_window_log2, 0x80000010, IMAGE_WINDOW);
    REFUSES(code.count, 0, IMAGE_CODE);
    REFUSES(code.count, 62, IMAGE_CODE);
    REFUSES(code.count, 0xfffffffc, IMAGE_CODE);
    REFUSES(code.offset, 0, IMAGE_CODE);
    REFUSES(code.offset, SIZE - 60, IMAGE_CODE);
    REFUSES(entry, CODE_BYTES, IMAGE_ENTRY);
    REFUSES(entry, 2, IMAGE_ENTRY);
    REFUSES(stack_bytes, 0, IMAGE_STACK);
    REFUSES(stack_bytes, 4097, IMAGE_STACK);
    REFUSES(stack_bytes, NJ_STACK_BYTES_MAX + 4096, IMAGE_STACK);
    REFUSES(state_bytes, 0, IMAGE_STATE);
    REFUSES(state_bytes, NJ_STATE_BYTES_MAX + 4096, IMAGE_STATE);
    REFUSES(state.count, 4097, IMAGE_STATE);
    REFUSES(memory_pages, 11, IMAGE_MEMORY);
    REFUSES(memory_pages_max, 65537, IMAGE_MEMORY);
}

TEST(image_refuses_tables_outside)
{
    REFUSES(state.offset, 0, IMAGE_TABLE); // in the header
    REFUSES(state.offset, 120, IMAGE_OK);
    REFUSES(state.offset, 124, IMAGE_OVERLAP);
    REFUSES(segments.offset, SIZE - 20, IMAGE_TABLE);
    REFUSES(segments.offset, 201, IMAGE_TABLE);
    REFUSES(segments.offset, 0xfffffff0, IMAGE_TABLE);
    REFUSES(segments.count, 0x15555556, IMAGE_TABLE); // times 12 wraps around 32 bits to 8
    REFUSES(segments.offset, 188, IMAGE_OVERLAP);
    REFUSES(traps.count, 0x20000001, IMAGE_TABLE);
    REFUSES(functions.count, SIZE, IMAGE_TABLE);
    REFUSES(strings.offset, SIZE, IMAGE_TABLE);
    REFUSES(strings.count, 5, IMAGE_STRINGS);
    REFUSES(strings.count, 0, IMAGE_NAME);
    REFUSES(exports, ((struct nj_image_table){SIZE, 1}), IMAGE_TABLE);
}

#define REFUSES_WORD(offset, value, error)                                                                             \
    do {                                                                                                               \
        build();                                                                                                       \
        uint32_t word = (value);                                                                                       \
        put(offset, &word, 4);                                                                                         \
        CHECK_EQUAL(open(), error);                                                                                    \
    } while (0)

TEST(image_refuses_bad_elements)
{
    REFUSES_WORD(200, 65533, IMAGE_SEGMENT);      // address: one byte too far
    REFUSES_WORD(200, 0xfffffffe, IMAGE_SEGMENT); // wraps around
    REFUSES_WORD(204, CODE_OFFSET, IMAGE_SEGMENT);
    REFUSES_WORD(204, SIZE - 3, IMAGE_SEGMENT);
    REFUSES_WORD(208, 0xffffffff, IMAGE_SEGMENT);
    build();
    struct nj_image_segment greedy[2] = {{0, 200, SIZE - 200}, {0, 200, SIZE - 200}}; // the same bytes twice
    put(200, greedy, sizeof greedy);
    CHECK_EQUAL(open(), IMAGE_SEGMENT);
    REFUSES_WORD(232, 40, IMAGE_TRAP);         // twice the same
    REFUSES_WORD(240, CODE_BYTES, IMAGE_TRAP); // outside the code
    REFUSES_WORD(256, 36, IMAGE_FUNCTION);
    REFUSES_WORD(268, CODE_BYTES, IMAGE_FUNCTION);
    REFUSES_WORD(264, 6, IMAGE_NAME);
    REFUSES_WORD(264, 0xffffffff, IMAGE_NAME);
}

TEST(image_survives_every_flipped_bit)
{
    for (uint32_t bit = 0; bit < sizeof header * 8; bit++) {
        build();
        uint8_t raw[sizeof header];
        memcpy(raw, &header, sizeof header);
        raw[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memcpy(&header, raw, sizeof header);
        if (image_check_header(&header, SIZE) != IMAGE_OK) {
            continue;
        }
        uint32_t code_end = header.code.offset + header.code.count;
        uint8_t *exact = malloc(image_rest_bytes(&header));
        REQUIRE(exact != NULL);
        memcpy(exact, bytes, header.code.offset);
        memcpy(exact + header.code.offset, bytes + code_end, SIZE - code_end);
        image_drop_code(&header, exact, &image);
        if (image_check_tables(&image) == IMAGE_OK) {
            for (uint32_t offset = 0; offset < header.code.count; offset += 4) {
                struct nj_image_function function;
                (void)image_find_trap(&image, offset);
                CHECK(!image_find_function(&image, offset, &function) || text_of(function.name) != NULL);
            }
        }
        free(exact);
    }
}
