// SPDX-License-Identifier: Apache-2.0
// Any bytes as a module; or, if they do not begin like one, as a function's body in a module that has something of each
// kind. What the decoder accepts is compiled, with enough memory or, as the last byte says, with too little; every word
// of the result must pass the checker, every table must lie inside the image.
// Linked without wasm/arena.c: here each array is an allocation of its own, so that the sanitizer sees every step outside.
#include "abi/image.h"
#include "kernel/check/check.h"
#include "wasm/compile.h"
#include <stdlib.h>
#include <string.h>

#define ALLOCATIONS_MAX 20000
#define ALLOCATION_BYTES_MAX 0x4000000u
#define IMAGE_WORDS 0x40000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *allocations[ALLOCATIONS_MAX];
static uint32_t allocation_count;

void *wasm_arena_allocate(struct wasm_arena *arena, uint64_t count, uint32_t element_bytes)
{
    uint64_t bytes = count * element_bytes;
    if (allocation_count == ALLOCATIONS_MAX || bytes > ALLOCATION_BYTES_MAX || bytes > arena->size - arena->used)
        return 0;
    arena->used += bytes;
    allocations[allocation_count] = calloc(1, bytes);
    return allocations[allocation_count++];
}

static void promise(bool is_kept)
{
    if (!is_kept)
        abort();
}

static void table_check(const struct nj_image *header, struct nj_image_table table, uint32_t element_bytes)
{
    promise(table.offset % 4 == 0 && table.offset <= header->bytes);
    promise(table.count <= (header->bytes - table.offset) / element_bytes);
}

static void image_check(const uint32_t *words, uint32_t bytes)
{
    struct nj_image header;
    memcpy(&header, words, sizeof header);
    promise(header.magic == NJ_IMAGE_MAGIC && header.bytes == bytes);
    table_check(&header, header.code, 1);
    table_check(&header, header.state, 1);
    table_check(&header, header.segments, sizeof(struct nj_image_segment));
    table_check(&header, header.traps, sizeof(struct nj_image_trap));
    table_check(&header, header.functions, sizeof(struct nj_image_function));
    table_check(&header, header.exports, sizeof(struct nj_image_export));
    table_check(&header, header.strings, 1);
    promise(header.state.count <= header.state_bytes && header.entry < header.code.count);
    uint32_t count = header.code.count / 4;
    const uint32_t *code = words + header.code.offset / 4;
    for (uint32_t i = 0; i < count; i++)
        promise(check_instruction(code[i], i + 1 < count ? code[i + 1] : 0, i, count) == NJ_CHECK_OK);
    const struct nj_image_trap *traps = (const void *)((const uint8_t *)words + header.traps.offset);
    for (uint32_t i = 0; i < header.traps.count; i++) {
        promise(i == 0 || traps[i].code_offset > traps[i - 1].code_offset);
        promise(traps[i].code_offset / 4 < count && code[traps[i].code_offset / 4] == 0xc0001073);
    }
}

// What lies around a body, whose section and own size are put in four bytes each. Types: () -> (), (i32) -> (i32),
// (i32 i64 f32 f64) -> (f32 f64 i64). Function 0, the body, is of type 2; 1 and 2 are of type 1 and 0.
static const uint8_t before[] = "\0asm\1\0\0\0"
                                "\x01\x13\x03\x60\x00\x00\x60\x01\x7f\x01\x7f\x60\x04\x7f\x7e\x7d\x7c\x03\x7d\x7c\x7e"
                                "\x03\x04\x03\x02\x01\x00"
                                "\x04\x08\x02\x70\x00\x02\x6f\x01\x01\x03" // a funcref and an externref table
                                "\x05\x03\x01\x00\x01"
                                "\x06\x0b\x02\x7f\x01\x41\x07\x0b\x7e\x01\x42\x07\x0b" // i32 and i64, mutable
                                "\x09\x05\x01\x01\x00\x01\x01"                         // a passive segment: function 1
                                "\x0c\x01\x01"
                                "\x0a";
static const uint8_t after[] = "\x03\x00\x00\x0b\x02\x00\x0b" // bodies 1 and 2
                               "\x0b\x03\x01\x01\x00";        // a passive data segment

static void size_put(uint8_t *at, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (7 * i) & 0x7f) | (i < 3 ? 0x80 : 0);
}

static uint8_t *module_make(const uint8_t *data, uint32_t size, uint32_t *module_size)
{
    const uint32_t head = sizeof before - 1;
    const uint32_t tail = sizeof after - 1;
    const uint32_t frame = 9; // two sizes and the count of bodies
    bool is_module = size >= 4 && memcmp(data, "\0asm", 4) == 0;
    *module_size = is_module ? size : head + frame + size + tail;
    uint8_t *bytes = malloc(*module_size ? *module_size : 1);
    if (is_module) {
        memcpy(bytes, data, size);
        return bytes;
    }
    memcpy(bytes, before, head);
    size_put(bytes + head, 1 + 4 + size + 7);
    bytes[head + 4] = 3;
    size_put(bytes + head + 5, size);
    memcpy(bytes + head + frame, data, size);
    memcpy(bytes + head + frame + size, after, tail);
    return bytes;
}

// Returns whether the module was valid.
static bool module_compile(const uint8_t *data, size_t data_size)
{
    struct wasm_module module;
    struct wasm_error error = {0, WASM_OK};
    struct wasm_arena arena = {0, 0x10000000, 0};
    uint32_t size = 0;
    uint8_t *bytes = module_make(data, (uint32_t)data_size, &size);
    allocation_count = 0;
    bool is_valid = wasm_module_load(&module, bytes, size, &arena, &error);
    if (is_valid) {
        uint8_t scarce = data[data_size - 1]; // END, unless something lies behind the last section
        bool has_plenty = scarce == 0x0b || (scarce & 0x40);
        uint32_t capacity = has_plenty ? IMAGE_WORDS : scarce * 64u;
        uint32_t *words = malloc(capacity * sizeof *words + 1);
        uint32_t image_bytes = 0;
        struct wasm_compile_error compile_error;
        if (!has_plenty && (scarce & 1))
            arena.size = arena.used + scarce * 256u;
        bool is_compiled = wasm_compile(&module, 0x4000, &arena, words, capacity, &image_bytes, &compile_error);
        if (is_compiled)
            image_check(words, image_bytes);
        else
            promise(compile_error.status != WASM_COMPILE_OK && compile_error.status != WASM_COMPILE_UNSUPPORTED);
        free(words);
    }
    for (uint32_t i = 0; i < allocation_count; i++)
        free(allocations[i]);
    free(bytes);
    return is_valid;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    if (!is_started) { // what surrounds a body must be right, or no body is ever seen
        promise(module_compile((const uint8_t *)"\x00\x00\x0b", 3));
        is_started = true;
    }
    if (size > 0)
        module_compile(data, size);
    return 0;
}
