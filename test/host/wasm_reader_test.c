// SPDX-License-Identifier: Apache-2.0
#include "test/host/test.h"
#include "wasm/reader.h"
#include "wasm/utf8.h"
#include <stdlib.h>
#include <string.h>

// Reads from a copy that is exactly as large, so that the sanitizer sees a step too far.
static struct wasm_reader reader_make(const char *bytes, uint32_t length)
{
    static uint8_t *copy;
    free(copy);
    copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    struct wasm_reader reader = {copy, 0, length};
    return reader;
}

#define READER(text) reader_make(text, sizeof(text) - 1)

// A value that is accepted, and everything of it consumed.
#define ACCEPTS(function, type, text, expected)                                                                        \
    do {                                                                                                               \
        struct wasm_reader reader = READER(text);                                                                      \
        type value = 0;                                                                                                \
        CHECK_EQUAL(function(&reader, &value), WASM_OK);                                                               \
        CHECK_EQUAL(value, (expected));                                                                                \
        CHECK_EQUAL(reader.position, sizeof(text) - 1);                                                                \
    } while (0)

// A value that is refused, and nothing touched.
#define REFUSES(function, type, text, expected)                                                                        \
    do {                                                                                                               \
        struct wasm_reader reader = READER(text);                                                                      \
        type value = 0x5a;                                                                                             \
        CHECK_EQUAL(function(&reader, &value), (expected));                                                            \
        CHECK_EQUAL(value, 0x5a);                                                                                      \
        CHECK_EQUAL(reader.position, 0);                                                                               \
    } while (0)

TEST(unsigned_integers)
{
    ACCEPTS(wasm_read_u32, uint32_t, "\x00", 0);
    ACCEPTS(wasm_read_u32, uint32_t, "\x7f", 127);
    ACCEPTS(wasm_read_u32, uint32_t, "\x80\x01", 128);
    ACCEPTS(wasm_read_u32, uint32_t, "\xe5\x8e\x26", 624485);
    ACCEPTS(wasm_read_u32, uint32_t, "\xff\xff\xff\xff\x0f", UINT32_MAX);
    ACCEPTS(wasm_read_u32, uint32_t, "\x80\x80\x80\x80\x00", 0);
    REFUSES(wasm_read_u32, uint32_t, "\xff\xff\xff\xff\x1f", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_u32, uint32_t, "\x80\x80\x80\x80\x10", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_u32, uint32_t, "\x80\x80\x80\x80\x80\x00", WASM_INTEGER_LENGTH);
    REFUSES(wasm_read_u32, uint32_t, "", WASM_UNEXPECTED_END);
    REFUSES(wasm_read_u32, uint32_t, "\x80\x80", WASM_UNEXPECTED_END);
}

TEST(signed_integers)
{
    ACCEPTS(wasm_read_s32, uint32_t, "\x7f", UINT32_MAX);
    ACCEPTS(wasm_read_s32, uint32_t, "\x3f", 63);
    ACCEPTS(wasm_read_s32, uint32_t, "\x40", (uint32_t)-64);
    ACCEPTS(wasm_read_s32, uint32_t, "\xc0\xbb\x78", (uint32_t)-123456);
    ACCEPTS(wasm_read_s32, uint32_t, "\x80\x80\x80\x80\x78", 0x80000000u);
    ACCEPTS(wasm_read_s32, uint32_t, "\xff\xff\xff\xff\x07", 0x7fffffffu);
    REFUSES(wasm_read_s32, uint32_t, "\xff\xff\xff\xff\x0f", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_s32, uint32_t, "\x80\x80\x80\x80\x70", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_s32, uint32_t, "\xff\xff\xff\xff\xff\x7f", WASM_INTEGER_LENGTH);
    ACCEPTS(wasm_read_s33, uint64_t, "\x40", (uint64_t)-64);
    ACCEPTS(wasm_read_s33, uint64_t, "\xff\xff\xff\xff\x0f", UINT32_MAX);
    REFUSES(wasm_read_s33, uint64_t, "\xff\xff\xff\xff\x1f", WASM_INTEGER_RANGE);
}

TEST(signed_integers_of_64_bits)
{
    ACCEPTS(wasm_read_s64, uint64_t, "\x7f", UINT64_MAX);
    ACCEPTS(wasm_read_s64, uint64_t, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 0x8000000000000000u);
    ACCEPTS(wasm_read_s64, uint64_t, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", INT64_MAX);
    REFUSES(wasm_read_s64, uint64_t, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_s64, uint64_t, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7e", WASM_INTEGER_RANGE);
    REFUSES(wasm_read_s64, uint64_t, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", WASM_INTEGER_LENGTH);
}

TEST(fixed_widths)
{
    ACCEPTS(wasm_read_byte, uint8_t, "\xfe", 0xfe);
    ACCEPTS(wasm_read_fixed32, uint32_t, "\x01\x02\x03\x84", 0x84030201u);
    ACCEPTS(wasm_read_fixed64, uint64_t, "\x01\x02\x03\x04\x05\x06\x07\x88", 0x8807060504030201u);
    REFUSES(wasm_read_byte, uint8_t, "", WASM_UNEXPECTED_END);
    REFUSES(wasm_read_fixed32, uint32_t, "\x01\x02\x03", WASM_UNEXPECTED_END);
    REFUSES(wasm_read_fixed64, uint64_t, "\x01\x02\x03\x04\x05\x06\x07", WASM_UNEXPECTED_END);
}

TEST(counts_fit_what_is_left)
{
    ACCEPTS(wasm_read_count, uint32_t, "\x00", 0);
    REFUSES(wasm_read_count, uint32_t, "\x02z", WASM_LENGTH_BOUNDS);
    REFUSES(wasm_read_count, uint32_t, "\xff\xff\xff\xff\x0fz", WASM_LENGTH_BOUNDS);
    struct wasm_reader reader = READER("\x02zz");
    uint32_t count = 0;
    CHECK_EQUAL(wasm_read_count(&reader, &count), WASM_OK);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(reader.position, 1);
}

TEST(indices_are_below_their_count)
{
    struct wasm_reader reader = READER("\x02\x03");
    uint32_t index = 77;
    CHECK_EQUAL(wasm_read_index(&reader, 3, WASM_UNKNOWN_LOCAL, &index), WASM_OK);
    CHECK_EQUAL(index, 2);
    CHECK_EQUAL(wasm_read_index(&reader, 3, WASM_UNKNOWN_LOCAL, &index), WASM_UNKNOWN_LOCAL);
    CHECK_EQUAL(index, 2);
    CHECK_EQUAL(reader.position, 1);
}

TEST(names_are_spans_of_utf8)
{
    struct wasm_span name = {9, 9};
    struct wasm_reader reader = READER("\x03\xe2\x82\xac!");
    CHECK_EQUAL(wasm_read_name(&reader, &name), WASM_OK);
    CHECK_EQUAL(name.offset, 1);
    CHECK_EQUAL(name.length, 3);
    CHECK_EQUAL(reader.position, 4);
    reader = READER("\x02\xe2\x82\xac");
    CHECK_EQUAL(wasm_read_name(&reader, &name), WASM_UTF8);
    CHECK_EQUAL(reader.position, 0);
    reader = READER("\x04"
                    "abc");
    CHECK_EQUAL(wasm_read_name(&reader, &name), WASM_LENGTH_BOUNDS);
    CHECK_EQUAL(name.offset, 1);
}

// Against a decoder that works another way: whatever has one of the 2^24 values of three bytes.
static bool utf8_reference(const uint8_t *bytes, uint32_t length)
{
    uint32_t at = 0;
    while (at < length) {
        uint32_t lead = bytes[at];
        uint32_t extra = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : 9;
        if (extra == 9 || at + extra >= length) {
            return false;
        }
        uint32_t point = extra == 0 ? lead : lead & (0x3fu >> extra);
        for (uint32_t i = 1; i <= extra; i++) {
            if (bytes[at + i] >> 6 != 2) {
                return false;
            }
            point = point << 6 | (bytes[at + i] & 0x3fu);
        }
        static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
        if (point < smallest[extra] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
            return false;
        }
        at += extra + 1;
    }
    return true;
}

TEST(utf8_agrees_with_its_definition)
{
    uint32_t differences = 0;
    for (uint32_t value = 0; value < 0x1000000; value++) {
        uint8_t bytes[4] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value, 0x9a};
        differences += utf8_is_valid(bytes, 3) != utf8_reference(bytes, 3);
        if (bytes[0] >= 0xe0) {
            differences += utf8_is_valid(bytes, 4) != utf8_reference(bytes, 4);
        }
    }
    CHECK_EQUAL(differences, 0);
    CHECK(utf8_is_valid((const uint8_t *)"", 0));
}
