// SPDX-License-Identifier: Apache-2.0
#include "abi/image.h"
#include "kernel/check/check.h"
#include "test/host/wasm_build.h"
#include "wasm/compile.h"

#define IMAGE_WORDS 0x4000
#define STACK_BYTES 0x4000

static uint32_t words[IMAGE_WORDS];

struct result {
    bool is_compiled;
    uint32_t bytes;
    struct wasm_compile_error error;
    struct nj_image header;
};

static struct result compile(struct build *build, uint32_t stack_bytes, uint32_t capacity)
{
    struct result result = {.bytes = 0};
    result.is_compiled =
        wasm_compile(&build->module, stack_bytes, &build->arena, words, capacity, &result.bytes, &result.error);
    if (result.is_compiled) {
        memcpy(&result.header, words, sizeof result.header);
    }
    return result;
}

static const char *text(const struct result *result, uint32_t offset)
{
    return (const char *)words + result->header.strings.offset + offset;
}

// (module (type (func (param i32 i64) (result f32))) (func $divide (type 0) f32.const 1 unreachable) (memory 1 9)
//   (export "go" (func 0)) (export "memory" (memory 0)) (data (i32.const 65534) "ab"))
static void demo_build(struct build *build, const char *address)
{
    build_begin(build);
    SECTION(build, 1, "\x01\x60\x02\x7f\x7e\x01\x7d");
    SECTION(build, 3, "\x01\x00");
    SECTION(build, 5, "\x01\x01\x01\x09");
    SECTION(build, 7, "\x02\x02go\x00\x00\x06memory\x02\x00");
    build_code(build, "\x00", 1);
    char data[] = "\x01\x00\x41\x00\x00\x00\x0b\x02"
                  "ab";
    memcpy(data + 3, address, 3);
    build_section(build, 11, data, sizeof data - 1);
    SECTION(build, 0,
            "\x04name\x01\x09\x01\x00\x06"
            "divide");
}

#define ADDRESS_LAST "\xfe\xff\x03"   // 65534
#define ADDRESS_BEYOND "\xff\xff\x03" // 65535

TEST(compile_writes_what_a_loader_needs)
{
    struct build build;
    demo_build(&build, ADDRESS_LAST);
    REQUIRE(build_load(&build));
    uint64_t used = build.arena.used;
    struct result result = compile(&build, STACK_BYTES, IMAGE_WORDS);
    REQUIRE(result.is_compiled);
    const struct nj_image *header = &result.header;
    CHECK_EQUAL(build.arena.used, used);
    CHECK_EQUAL(header->bytes, result.bytes);
    CHECK_EQUAL(header->stack_bytes, STACK_BYTES);
    CHECK_EQUAL(header->state_bytes, 4096);
    CHECK_EQUAL(header->memory_pages, 1);
    CHECK_EQUAL(header->memory_pages_max, 9);
    CHECK_EQUAL(header->code_window_log2, 16);
    const uint8_t *image = (const uint8_t *)words;
    const struct nj_image_segment *segments = (const void *)(image + header->segments.offset);
    REQUIRE(header->segments.count == 1);
    CHECK_EQUAL(segments[0].address, 65534);
    CHECK_BYTES(image + segments[0].offset, "ab", 2);
    const struct nj_image_function *functions = (const void *)(image + header->functions.offset);
    REQUIRE(header->functions.count == 1);
    CHECK_TEXT(text(&result, functions[0].name), "divide");
    const struct nj_image_export *exports = (const void *)(image + header->exports.offset);
    REQUIRE(header->exports.count == 2);
    CHECK_TEXT(text(&result, exports[0].name), "go");
    CHECK_TEXT(text(&result, exports[0].type), "iI:f");
    CHECK_EQUAL(exports[0].value, functions[0].code_offset);
    CHECK_EQUAL(exports[1].kind, NJ_EXPORT_MEMORY);
    const struct nj_image_trap *traps = (const void *)(image + header->traps.offset);
    REQUIRE(header->traps.count == 3); // two of the start code
    CHECK_EQUAL(traps[2].trap, NJ_TRAP_UNREACHABLE);
    const uint32_t *code = words + header->code.offset / 4;
    CHECK_EQUAL(code[traps[2].code_offset / 4], 0xc0001073);
    uint32_t count = header->code.count / 4;
    for (uint32_t i = 0; i + 1 < count; i++) {
        CHECK_EQUAL(check_instruction(code[i], code[i + 1], i, count), NJ_CHECK_OK);
    }
    build_end(&build);
}

TEST(compile_refuses_segments_that_do_not_fit)
{
    struct build build;
    demo_build(&build, ADDRESS_BEYOND);
    REQUIRE(build_load(&build));
    struct result result = compile(&build, STACK_BYTES, IMAGE_WORDS);
    CHECK(!result.is_compiled);
    CHECK_EQUAL(result.error.status, WASM_COMPILE_DATA_BOUNDS);
    build_end(&build);
}

TEST(compile_refuses_stacks_out_of_range)
{
    static const uint32_t sizes[] = {0, 1, 4095, 4097, 0x1001000, 0xfffff000};
    struct build build;
    demo_build(&build, ADDRESS_LAST);
    REQUIRE(build_load(&build));
    for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct result result = compile(&build, sizes[i], IMAGE_WORDS);
        CHECK(!result.is_compiled);
        CHECK_EQUAL(result.error.status, WASM_COMPILE_OPTION);
    }
    build_end(&build);
}

TEST(compile_ends_where_memory_does)
{
    struct build build;
    demo_build(&build, ADDRESS_LAST);
    REQUIRE(build_load(&build));
    uint64_t used = build.arena.used;
    uint32_t refusals = 0;
    for (uint64_t size = used;; size += 16) {
        build.arena.size = size;
        struct result result = compile(&build, STACK_BYTES, IMAGE_WORDS);
        CHECK_EQUAL(build.arena.used, used);
        if (result.is_compiled) {
            break;
        }
        refusals++;
        REQUIRE(result.error.status == WASM_COMPILE_NO_MEMORY);
    }
    CHECK(refusals > 10);
    build_end(&build);
}

TEST(compile_ends_where_the_image_does)
{
    struct build build;
    demo_build(&build, ADDRESS_LAST);
    REQUIRE(build_load(&build));
    uint32_t needed = compile(&build, STACK_BYTES, IMAGE_WORDS).bytes / 4 + 1;
    for (uint32_t capacity = 0; capacity < needed - 1; capacity++) {
        words[capacity] = 0x5a5a5a5a;
        struct result result = compile(&build, STACK_BYTES, capacity);
        REQUIRE(!result.is_compiled);
        REQUIRE(result.error.status == WASM_COMPILE_IMAGE_SIZE);
        REQUIRE(words[capacity] == 0x5a5a5a5a);
    }
    CHECK(compile(&build, STACK_BYTES, needed).is_compiled);
    build_end(&build);
}

// (module (type (func (param i32))) (import MODULE NAME (func (type 0)))); both names of 4 bytes.
static struct result import_compile(struct build *build, const char *module, const char *name, char kind)
{
    char content[] = "\x01\x04....\x04....\x00\x00\x01";
    memcpy(content + 2, module, 4);
    memcpy(content + 7, name, 4);
    content[11] = kind;
    build_begin(build);
    SECTION(build, 1, "\x01\x60\x01\x7f\x00");
    build_section(build, 2, content, kind == 0 ? 13 : 14);
    if (!build_load(build)) {
        test_fail(__FILE__, __LINE__, "the module is not valid");
        return (struct result){.bytes = 0};
    }
    return compile(build, STACK_BYTES, IMAGE_WORDS);
}

TEST(compile_refuses_unknown_imports)
{
    struct build build;
    struct result result = import_compile(&build, "nice", "exit", 0);
    CHECK(!result.is_compiled);
    CHECK_EQUAL(result.error.status, WASM_COMPILE_IMPORT_UNKNOWN);
    CHECK_EQUAL(result.error.import, 0);
    build_end(&build);
    result = import_compile(&build, "nice", "data", 2); // a memory
    CHECK(!result.is_compiled);
    CHECK_EQUAL(result.error.status, WASM_COMPILE_IMPORT_KIND);
    build_end(&build);
}

// (module (type (func (param i64))) (import "nightjar" "exit" (func (type 0))))
TEST(compile_refuses_imports_of_another_type)
{
    struct build build;
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x01\x7e\x00");
    SECTION(&build, 2,
            "\x01\x08nightjar\x04"
            "exit\x00\x00");
    REQUIRE(build_load(&build));
    struct result result = compile(&build, STACK_BYTES, IMAGE_WORDS);
    CHECK(!result.is_compiled);
    CHECK_EQUAL(result.error.status, WASM_COMPILE_IMPORT_TYPE);
    build_end(&build);
}

// 12,000 locals of which 800 are used: only those take room in the frame, which would be too large otherwise.
TEST(compile_gives_no_room_to_unused_locals)
{
    static char content[BUILD_BYTES_MAX];
    const char head[] = "\x01\x00\x00\x01\xe0\x5d\x7e"; // one body, its size to come; locals of type i64
    struct build build;
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x00\x00");
    SECTION(&build, 3, "\x01\x00");
    uint32_t size = sizeof head - 1;
    memcpy(content, head, size);
    for (uint32_t index = 0; index < 12000; index += 15) {
        const char get[] = {0x20, (char)((index & 0x7f) | 0x80), (char)(index >> 7), 0x1a}; // local.get, drop
        memcpy(content + size, get, sizeof get);
        size += sizeof get;
    }
    content[size++] = 0x0b;
    content[1] = (char)(((size - 3) & 0x7f) | 0x80);
    content[2] = (char)((size - 3) >> 7);
    build_section(&build, 10, content, size);
    REQUIRE(build_load(&build));
    CHECK(compile(&build, STACK_BYTES, IMAGE_WORDS).is_compiled);
    build_end(&build);
}
