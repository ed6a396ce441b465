// SPDX-License-Identifier: Apache-2.0
// What the scripts of test/wasm cannot say: results for the compiler, the byte of an error, the engine's limits.
#include "test/host/wasm_build.h"
#include "wasm/validate.h"

// A module with one function of the type () -> ().
static void function_build(struct build *build, const char *instructions, size_t length)
{
    build_begin(build);
    SECTION(build, 1, "\x01\x60\x00\x00");
    SECTION(build, 3, "\x01\x00");
    build_code(build, instructions, length);
}

#define FUNCTION(build, instructions) function_build((build), (instructions), sizeof(instructions) - 1)

static void refused(struct build *build, enum wasm_status status, uint32_t code_offset)
{
    CHECK(!build_load(build));
    CHECK_TEXT(wasm_status_text(build->error.status), wasm_status_text(status));
    CHECK_EQUAL(build->error.offset, 8 + 7 + 5 + 7 + code_offset); // header, types, functions, up to the body's code
    build_end(build);
}

TEST(a_function_tells_what_the_compiler_needs)
{
    static struct build build;
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x02\x7f\x7e\x00");
    SECTION(&build, 3, "\x01\x00");
    // 2 x f64, 1 x f32; i32.const 1 i32.const 2 i32.add block drop... end
    SECTION(&build, 10, "\x01\x15\x02\x02\x7c\x01\x7d\x41\x01\x41\x02\x41\x03\x6a\x6a\x1a\x02\x40\x03\x40\x0b\x0b\x0b");
    REQUIRE(build_load(&build));
    const struct wasm_function *function = &build.module.functions[0];
    CHECK_EQUAL(function->local_count, 5);
    CHECK_EQUAL(function->operand_max, 3);
    CHECK_EQUAL(function->block_max, 3);
    CHECK_EQUAL(function->code, function->body.offset + 5);
    uint8_t types[5] = {0};
    static uint8_t all[WASM_LOCALS_MAX];
    uint32_t count = 0;
    struct wasm_reader body = {build.copy, function->body.offset, function->body.offset + function->body.length};
    CHECK_EQUAL(wasm_locals_read(&build.module, function, &body, all, &count), WASM_OK);
    CHECK_EQUAL(count, 5);
    CHECK_EQUAL(body.position, function->code);
    memcpy(types, all, sizeof types);
    static const uint8_t expected[] = {WASM_I32, WASM_I64, WASM_F64, WASM_F64, WASM_F32};
    CHECK_BYTES(types, expected, sizeof expected);
    build_end(&build);
}

TEST(errors_name_the_instruction)
{
    static struct build build;
    FUNCTION(&build, "\x41\x00\x42\x00\x6a\x1a"); // i32.add of an i32 and an i64
    refused(&build, WASM_TYPE_MISMATCH, 4);
    FUNCTION(&build, "\x01\x01\x05"); // else without if
    refused(&build, WASM_OPCODE, 2);
    FUNCTION(&build, "\x01\x0c\x01"); // br 1
    refused(&build, WASM_UNKNOWN_LABEL, 1);
    FUNCTION(&build, "\x01\x41\x80\x80\x80\x80\x10\x1a"); // a constant too large
    refused(&build, WASM_INTEGER_RANGE, 2);
    FUNCTION(&build, "\x01\xfd\x0c"); // v128.const
    refused(&build, WASM_SIMD, 1);
    FUNCTION(&build, "\x41\x01"); // a value left behind: the END says so
    refused(&build, WASM_TYPE_MISMATCH, 2);
    FUNCTION(&build, "\x0b\x01"); // code behind the end
    refused(&build, WASM_END_EXPECTED, 1);
}

TEST(dead_targets_may_differ)
{
    static struct build build;
    // block (result f32) block (result f64) unreachable i32.const 0 br_table 0 1 end drop f32.const 0 end drop
    FUNCTION(&build, "\x02\x7d\x02\x7c\x00\x41\x00\x0e\x01\x00\x01\x0b\x1a\x43\x00\x00\x00\x00\x0b\x1a");
    CHECK(build_load(&build));
    build_end(&build);
    // the same with an operand that is known
    FUNCTION(&build,
             "\x02\x7d\x02\x7c\x00\x43\x00\x00\x00\x00\x41\x00\x0e\x01\x00\x01\x0b\x1a\x43\x00\x00\x00\x00\x0b\x1a");
    refused(&build, WASM_TYPE_MISMATCH, 12);
}

TEST(locals_are_limited)
{
    static struct build build;
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x01\x7f\x00");
    SECTION(&build, 3, "\x01\x00");
    struct build begun = build;
    SECTION(&build, 10, "\x01\x06\x01\xcf\x86\x03\x7f\x0b"); // 49999 and the parameter
    CHECK(build_load(&build));
    CHECK_EQUAL(build.module.functions[0].local_count, WASM_LOCALS_MAX);
    build_end(&build);
    build = begun;
    SECTION(&build, 10, "\x01\x06\x01\xd0\x86\x03\x7f\x0b");
    CHECK(!build_load(&build));
    CHECK_EQUAL(build.error.status, WASM_TOO_MANY_LOCALS);
    build_end(&build);
}

// A module of its own size: type 0 is () -> (), type 1 leaves 1000 values; one body of `head` times `repeat`, then `tail`.
static enum wasm_status long_body(const char *head, uint32_t repeat, const char *tail, uint32_t tail_repeat)
{
    uint32_t length = (uint32_t)(strlen(head) * repeat + strlen(tail) * tail_repeat) + 2;
    uint8_t *bytes = malloc(length + 2000);
    static const uint8_t start[] = "\0asm\1\0\0\0\x01\xf0\x07\x02\x60\x00\x00\x60\x00\xe8\x07";
    uint32_t at = sizeof start - 1;
    memcpy(bytes, start, at);
    memset(bytes + at, WASM_I32, 1000);
    at += 1000;
    memcpy(bytes + at, "\x03\x02\x01\x00\x0a\x80\x80\x80\x00\x01\x80\x80\x80\x00\x00", 15);
    uint32_t sizes[] = {length + 4 + 1, length};
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t place = at + (i == 0 ? 5 : 10);
        for (uint32_t j = 0; j < 4; j++) {
            bytes[place + j] = (uint8_t)((sizes[i] >> (7 * j) & 0x7f) | (j < 3 ? 0x80 : 0));
        }
    }
    at += 15;
    for (uint32_t i = 0; i < repeat; i++, at += (uint32_t)strlen(head)) {
        memcpy(bytes + at, head, strlen(head));
    }
    for (uint32_t i = 0; i < tail_repeat; i++, at += (uint32_t)strlen(tail)) {
        memcpy(bytes + at, tail, strlen(tail));
    }
    bytes[at++] = 0x0b;
    struct wasm_arena arena = {aligned_alloc(16, 0x200000), 0x200000, 0};
    struct wasm_module module;
    struct wasm_error error = {0, WASM_OK};
    bool is_valid = wasm_module_load(&module, bytes, at, &arena, &error);
    free(arena.bytes);
    free(bytes);
    return is_valid ? WASM_OK : error.status;
}

TEST(nesting_is_limited)
{
    CHECK_EQUAL(long_body("\x02\x40", WASM_BLOCKS_MAX - 1, "\x0b", WASM_BLOCKS_MAX - 1), WASM_OK);
    CHECK_EQUAL(long_body("\x02\x40", WASM_BLOCKS_MAX, "\x0b", WASM_BLOCKS_MAX), WASM_TOO_DEEP);
}

TEST(operands_are_limited)
{
    CHECK_EQUAL(long_body("\x41\x01", WASM_OPERANDS_MAX, "\x1a", WASM_OPERANDS_MAX), WASM_OK);
    CHECK_EQUAL(long_body("\x41\x01", WASM_OPERANDS_MAX + 1, "\x1a", WASM_OPERANDS_MAX + 1), WASM_TOO_MANY_OPERANDS);
    CHECK_EQUAL(long_body("\x02\x01\x0f\x0b", 65, "\x1a", 65000), WASM_OK); // blocks of type 1, in dead code
    CHECK_EQUAL(long_body("\x02\x01\x0f\x0b", 66, "\x1a", 66000), WASM_TOO_MANY_OPERANDS);
}
