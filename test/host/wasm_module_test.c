// SPDX-License-Identifier: Apache-2.0
#include "test/host/wasm_build.h"
#include "wasm/module.h"

// (module $demo
//   (type (func (param i32 i64) (result f32))) (type (func)) (type (func (param i32 i64) (result f32)))
//   (import "env" "log" (func $log (type 0))) (import "env" "base" (global i32))
//   (func $go (type 1) (local i32 i32 f64) nop)
//   (table 2 5 funcref) (memory 1)
//   (global (mut i64) (i64.const -2)) (global funcref (ref.func 1))
//   (export "run" (func 1)) (export "" (memory 0)) (export "ru" (global 1))
//   (start 1)
//   (elem (i32.const 1) func 1) (elem funcref (ref.null func) (ref.func 0))
//   (data (global.get 0) "hi") (data "x"))
static void demo_build(struct build *build)
{
    build_begin(build);
    SECTION(build, 1, "\x03\x60\x02\x7f\x7e\x01\x7d\x60\x00\x00\x60\x02\x7f\x7e\x01\x7d");
    SECTION(build, 2,
            "\x02\x03"
            "env\x03"
            "log\x00\x00"
            "\x03"
            "env\x04"
            "base\x03\x7f\x00");
    SECTION(build, 3, "\x01\x01");
    SECTION(build, 4, "\x01\x70\x01\x02\x05");
    SECTION(build, 5, "\x01\x00\x01");
    SECTION(build, 6, "\x02\x7e\x01\x42\x7e\x0b\x70\x00\xd2\x01\x0b");
    SECTION(build, 7, "\x03\x03run\x00\x01\x00\x02\x00\x02ru\x03\x01");
    SECTION(build, 8, "\x01");
    SECTION(build, 9, "\x02\x00\x41\x01\x0b\x01\x01\x05\x70\x02\xd0\x70\x0b\xd2\x00\x0b");
    SECTION(build, 12, "\x02");
    SECTION(build, 10, "\x01\x07\x02\x02\x7f\x01\x7c\x01\x0b");
    SECTION(build, 11, "\x02\x00\x23\x00\x0b\x02hi\x01\x01x");
    SECTION(build, 0,
            "\x04name\x00\x05\x04"
            "demo\x01\x0a\x02\x00\x03log\x01\x02go");
}

static bool span_is(const struct wasm_module *module, const struct wasm_span *span, const char *text)
{
    return span->length == strlen(text) && memcmp(module->bytes + span->offset, text, span->length) == 0;
}

TEST(declarations_are_found)
{
    static struct build build;
    demo_build(&build);
    REQUIRE(build_load(&build));
    const struct wasm_module *module = &build.module;
    CHECK_EQUAL(module->count.types, 3);
    CHECK(wasm_signature_equal(module, &module->types[0], &module->types[2]));
    CHECK(!wasm_signature_equal(module, &module->types[0], &module->types[1]));
    CHECK_EQUAL(module->types[0].param_count, 2);
    CHECK_EQUAL(module->values[module->types[0].params + 1], WASM_I64);
    CHECK_EQUAL(module->values[module->types[0].results], WASM_F32);
    CHECK_EQUAL(module->count.imports, 2);
    CHECK(span_is(module, &module->imports[1].module, "env") && span_is(module, &module->imports[1].name, "base"));
    CHECK_EQUAL(module->imports[1].kind, WASM_KIND_GLOBAL);
    CHECK_EQUAL(module->imports[1].index, 0);
    CHECK_EQUAL(module->imported.functions, 1);
    CHECK_EQUAL(module->count.functions, 2);
    CHECK_EQUAL(module->functions[0].import, 0);
    CHECK_EQUAL(module->functions[1].import, WASM_NONE);
    CHECK_EQUAL(module->functions[1].type, 1);
    CHECK_EQUAL(module->start, 1);
    CHECK(module->tables[0].has_max);
    CHECK_EQUAL(module->tables[0].min, 2);
    CHECK_EQUAL(module->tables[0].max, 5);
    CHECK_EQUAL(module->memories[0].max, 65536);
    CHECK_EQUAL(module->count.globals, 3);
    CHECK(module->globals[1].is_mutable);
    CHECK_EQUAL(module->globals[1].init.value, (uint64_t)-2);
    CHECK_EQUAL(module->globals[2].init.kind, WASM_CONSTANT_FUNCTION);
    build_end(&build);
}

TEST(segments_are_found)
{
    static struct build build;
    demo_build(&build);
    REQUIRE(build_load(&build));
    const struct wasm_module *module = &build.module;
    CHECK_EQUAL(module->count.element_segments, 2);
    CHECK_EQUAL(module->element_segments[0].mode, WASM_SEGMENT_ACTIVE);
    CHECK_EQUAL(module->element_segments[0].start.value, 1);
    CHECK_EQUAL(module->element_segments[1].mode, WASM_SEGMENT_PASSIVE);
    CHECK_EQUAL(module->element_segments[1].first, 1);
    CHECK_EQUAL(module->element_segments[1].count, 2);
    CHECK_EQUAL(module->elements[1].kind, WASM_CONSTANT_NULL);
    CHECK_EQUAL(module->elements[2].kind, WASM_CONSTANT_FUNCTION);
    CHECK_EQUAL(module->elements[2].index, 0);
    CHECK(module->functions[0].is_referable && module->functions[1].is_referable);
    CHECK_EQUAL(module->count.data_segments, 2);
    CHECK_EQUAL(module->data_segments[0].start.kind, WASM_CONSTANT_GLOBAL);
    CHECK(span_is(module, &module->data_segments[0].bytes, "hi"));
    CHECK_EQUAL(module->data_segments[1].mode, WASM_SEGMENT_PASSIVE);
    build_end(&build);
}

TEST(names_are_read)
{
    static struct build build;
    demo_build(&build);
    REQUIRE(build_load(&build));
    CHECK(span_is(&build.module, &build.module.name, "demo"));
    CHECK(span_is(&build.module, &build.module.functions[0].name, "log"));
    CHECK(span_is(&build.module, &build.module.functions[1].name, "go"));
    build_end(&build);
}

TEST(exports_are_found_by_name)
{
    static struct build build;
    demo_build(&build);
    REQUIRE(build_load(&build));
    CHECK_EQUAL(wasm_export_find(&build.module, (const uint8_t *)"run", 3), 0);
    CHECK_EQUAL(wasm_export_find(&build.module, (const uint8_t *)"", 0), 1);
    CHECK_EQUAL(wasm_export_find(&build.module, (const uint8_t *)"ru", 2), 2);
    CHECK_EQUAL(wasm_export_find(&build.module, (const uint8_t *)"r", 1), WASM_NONE);
    CHECK_EQUAL(wasm_export_find(&build.module, (const uint8_t *)"runs", 4), WASM_NONE);
    build_end(&build);
}

TEST(every_cut_is_refused_within_the_bytes)
{
    static struct build build;
    demo_build(&build);
    uint32_t accepted = 0;
    for (uint32_t size = 0; size < build.size; size++) {
        if (build_load_part(&build, size, BUILD_ARENA_BYTES)) {
            accepted++;
        } else {
            CHECK(build.error.offset <= size && build.error.status != WASM_OK);
            CHECK_EQUAL(build.arena.used, 0);
        }
    }
    CHECK_EQUAL(accepted, 4); // behind the header, the types, the imports, and without the name section
    build_end(&build);
}

TEST(too_little_memory_is_an_error)
{
    static struct build build;
    demo_build(&build);
    REQUIRE(build_load(&build));
    uint32_t needed = (uint32_t)build.arena.used;
    CHECK(needed > 0 && needed < 4096);
    uint32_t enough = 0;
    for (uint32_t bytes = 0; bytes < BUILD_ARENA_BYTES && enough == 0; bytes += 16) {
        if (build_load_part(&build, build.size, bytes)) {
            enough = bytes;
        } else {
            REQUIRE(build.error.status == WASM_NO_MEMORY && build.arena.used == 0);
        }
    }
    CHECK(enough > needed); // validation takes some, and gives it back
    CHECK_EQUAL(build.arena.used, needed);
    build_end(&build);
}

static void refused(struct build *build, enum wasm_status status, uint32_t offset)
{
    CHECK(!build_load(build));
    CHECK_TEXT(wasm_status_text(build->error.status), wasm_status_text(status));
    CHECK_EQUAL(build->error.offset, offset);
    build_end(build);
}

TEST(errors_name_the_byte)
{
    static struct build build;
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x01\x7f\x01\x55");
    refused(&build, WASM_VALUE_TYPE, 16);
    build_begin(&build);
    SECTION(&build, 1, "\x01\x60\x01\x7b\x00");
    refused(&build, WASM_SIMD, 14);
    build_begin(&build);
    SECTION(&build, 5, "\x01\x03\x01\x02");
    refused(&build, WASM_THREADS, 12);
    build_begin(&build);
    SECTION(&build, 2,
            "\x01\x01"
            "a\x01"
            "b\x00\x00");
    refused(&build, WASM_UNKNOWN_TYPE, 17);
    build_begin(&build);
    SECTION(&build, 5, "\x01\x00\x01");
    SECTION(&build, 7,
            "\x03\x01"
            "a\x02\x00\x01"
            "b\x02\x00\x01"
            "a\x02\x00");
    refused(&build, WASM_DUPLICATE_EXPORT, 27);
    build_begin(&build);
    SECTION(&build, 0,
            "\x01"
            "a");
    SECTION(&build, 3, "\x00");
    SECTION(&build, 1, "\x00");
    refused(&build, WASM_SECTION_ORDER, 17);
}

TEST(a_count_is_no_reason_to_allocate)
{
    static struct build build;
    build_begin(&build);
    SECTION(&build, 7, "\xff\xff\xff\x7f\x00\x00");
    refused(&build, WASM_LENGTH_BOUNDS, 11);
    build_begin(&build);
    SECTION(&build, 9, "\x01\x01\x00\xff\xff\xff\xff\x0f");
    refused(&build, WASM_LENGTH_BOUNDS, 14);
}

TEST(a_section_twice_is_refused)
{
    for (char id = 1; id < 12; id++) {
        static struct build build;
        build_begin(&build);
        build_section(&build, id, id == 8 ? "" : "\0", id == 8 ? 0 : 1);
        build_section(&build, id, "\0", 1);
        CHECK(!build_load(&build));
        CHECK_EQUAL(build.error.status, id == 8 ? WASM_UNEXPECTED_END : WASM_SECTION_ORDER);
        build_end(&build);
    }
}

// Names in an order that is bad for many sorts, and as many as fit.
TEST(many_exports_are_sorted)
{
    static struct build build;
    static char content[BUILD_BYTES_MAX];
    uint32_t count = 400;
    uint32_t at = 0;
    build_begin(&build);
    SECTION(&build, 5, "\x01\x00\x01");
    content[at++] = (char)(0x80 | (count & 0x7f));
    content[at++] = (char)(count >> 7);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = i % 2 ? count - i : i;
        content[at++] = 3;
        content[at++] = (char)('a' + number / 100);
        content[at++] = (char)('0' + number / 10 % 10);
        content[at++] = (char)('0' + number % 10);
        content[at++] = WASM_KIND_MEMORY;
        content[at++] = 0;
    }
    build_section(&build, 7, content, at);
    REQUIRE(build_load(&build));
    for (uint32_t i = 0; i < count; i++) {
        const struct wasm_span *name = &build.module.exports[i].name;
        CHECK_EQUAL(wasm_export_find(&build.module, build.module.bytes + name->offset, name->length), i);
    }
    build_end(&build);
}
