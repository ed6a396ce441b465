// SPDX-License-Identifier: Apache-2.0
#include "test/host/wasm_build.h"
#include "wasm/instruction.h"

static struct wasm_instruction decoded;
static uint32_t consumed;

// Decodes from a copy that is exactly as large.
static enum wasm_status decode(const char *bytes, uint32_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    struct wasm_reader reader = {copy, 0, length};
    enum wasm_status status = wasm_instruction_next(&reader, &decoded);
    consumed = reader.position;
    free(copy);
    return status;
}

#define DECODE(text) decode(text, sizeof(text) - 1)

TEST(immediates_are_decoded)
{
    CHECK_EQUAL(DECODE("\x6a\x00"), WASM_OK);
    CHECK_EQUAL(decoded.opcode, WASM_OP_I32_ADD);
    CHECK_EQUAL(consumed, 1);
    CHECK_EQUAL(DECODE("\x28\x02\x90\x80\x80\x80\x08"), WASM_OK);
    CHECK_EQUAL(decoded.index, 2);
    CHECK_EQUAL(decoded.value, 0x80000010u);
    CHECK_EQUAL(DECODE("\x41\x7f"), WASM_OK);
    CHECK_EQUAL(decoded.value, 0xffffffffu);
    CHECK_EQUAL(DECODE("\x42\x7f"), WASM_OK);
    CHECK_EQUAL(decoded.value, UINT64_MAX);
    CHECK_EQUAL(DECODE("\x43\x00\x00\xc0\x7f"), WASM_OK);
    CHECK_EQUAL(decoded.value, 0x7fc00000u);
    CHECK_EQUAL(DECODE("\x11\x03\x81\x80\x80\x80\x00"), WASM_OK);
    CHECK_EQUAL(decoded.index, 3);
    CHECK_EQUAL(decoded.second, 1);
    CHECK_EQUAL(DECODE("\xfc\x8b\x80\x80\x80\x00\x00"), WASM_OK);
    CHECK_EQUAL(decoded.opcode, WASM_OP_MEMORY_FILL);
    CHECK_EQUAL(consumed, 7);
    CHECK_EQUAL(DECODE("\x1c\x01\x70"), WASM_OK);
    CHECK_EQUAL(decoded.count, 1);
    CHECK_EQUAL(decoded.type, WASM_FUNCREF);
}

TEST(block_types_are_decoded)
{
    CHECK_EQUAL(DECODE("\x02\x40"), WASM_OK);
    CHECK(decoded.type == 0 && decoded.index == WASM_NONE);
    CHECK_EQUAL(DECODE("\x03\x7c"), WASM_OK);
    CHECK(decoded.type == WASM_F64 && decoded.index == WASM_NONE);
    CHECK_EQUAL(DECODE("\x04\x80\x01"), WASM_OK);
    CHECK(decoded.type == 0 && decoded.index == 128);
    CHECK_EQUAL(DECODE("\x02\x41"), WASM_VALUE_TYPE);
    CHECK_EQUAL(DECODE("\x02\x7b"), WASM_SIMD);
    CHECK_EQUAL(DECODE("\x02\xff\x7f"), WASM_UNKNOWN_TYPE);             // i32 in two bytes
    CHECK_EQUAL(DECODE("\x02\xff\xff\xff\xff\x0f"), WASM_UNKNOWN_TYPE); // would be WASM_NONE
    CHECK_EQUAL(consumed, 1);
}

TEST(labels_are_counted_then_read_again)
{
    static const char bytes[] = "\x0e\x02\x05\x86\x00\x07";
    CHECK_EQUAL(DECODE("\x0e\x02\x05\x86\x00\x07"), WASM_OK);
    CHECK_EQUAL(decoded.count, 2);
    CHECK_EQUAL(consumed, 6);
    struct wasm_reader body = {(const uint8_t *)bytes, 6, 6};
    struct wasm_reader labels = wasm_reader_at_labels(&body, &decoded);
    for (uint32_t expected = 5; expected <= 7; expected++) {
        uint32_t label = 0;
        CHECK_EQUAL(wasm_read_u32(&labels, &label), WASM_OK);
        CHECK_EQUAL(label, expected);
    }
    CHECK_EQUAL(DECODE("\x0e\x02\x05\x06"), WASM_UNEXPECTED_END);
    CHECK_EQUAL(DECODE("\x0e\xff\xff\xff\xff\x0f\x00"), WASM_LENGTH_BOUNDS);
}

TEST(what_is_not_supported_says_so)
{
    CHECK_EQUAL(DECODE("\xfd\x0c"), WASM_SIMD);
    CHECK_EQUAL(DECODE("\xfe\x00"), WASM_THREADS);
    CHECK_EQUAL(DECODE("\x06"), WASM_OPCODE);
    CHECK_EQUAL(DECODE("\xff"), WASM_OPCODE);
    CHECK_EQUAL(DECODE("\xfc\x12"), WASM_OPCODE);
    CHECK_EQUAL(consumed, 0);
    CHECK_EQUAL(DECODE("\x28\x20\x00"), WASM_MEMORY_FLAGS);
    CHECK_EQUAL(DECODE("\x40\x01"), WASM_ZERO_BYTE);
    CHECK_EQUAL(DECODE(""), WASM_UNEXPECTED_END);
}

// No opcode reads beyond its end: each with each length of zeros behind it.
TEST(no_opcode_reads_too_far)
{
    for (uint32_t opcode = 0; opcode < 0x112; opcode++) {
        char bytes[12] = {0};
        uint32_t head = opcode < 0x100 ? 1 : 2;
        bytes[0] = opcode < 0x100 ? (char)opcode : (char)WASM_OPCODE_PREFIX;
        bytes[1] = opcode < 0x100 ? 0 : (char)(opcode - 0x100);
        for (uint32_t length = head; length <= sizeof bytes; length++) {
            enum wasm_status status = decode(bytes, length);
            bool is_prefix = opcode == WASM_OPCODE_PREFIX; // a number follows: 0, i32.trunc_sat_f32_s
            bool is_known = is_prefix ? length > 1 : wasm_opcodes[opcode].text != NULL;
            CHECK(status != WASM_OK || is_known);
            CHECK(consumed <= length);
            CHECK(status != WASM_OK || is_prefix || decoded.opcode == opcode);
        }
    }
}

// The table against itself: every entry can be reached, loads and stores alone have a width.
TEST(the_table_is_sound)
{
    uint32_t known = 0;
    for (uint32_t opcode = 0; opcode < WASM_OP_COUNT; opcode++) {
        const struct wasm_opcode_info *info = &wasm_opcodes[opcode];
        known += info->text != NULL;
        if (info->text) {
            CHECK(info->signature[0] == '-' || strchr(info->signature, ':') != NULL);
            CHECK_EQUAL(strspn(info->signature, "iIfF:-"), strlen(info->signature));
            CHECK_EQUAL(info->access_bytes != 0, info->immediates == WASM_IMMEDIATE_ACCESS);
        }
    }
    CHECK_EQUAL(known, 201); // 172 at first, then 5 sign extensions, 8 saturating, 7 bulk, 9 for references
}
