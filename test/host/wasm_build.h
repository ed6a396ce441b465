// SPDX-License-Identifier: Apache-2.0
// Modules by hand: a section's content is written as a literal, its size is put in front of it. For unit tests.
#pragma once
#include "test/host/test.h"
#include "wasm/instruction.h"
#include <stdlib.h>
#include <string.h>

#define BUILD_BYTES_MAX 4096
#define BUILD_ARENA_BYTES 0x100000

struct build {
    uint8_t bytes[BUILD_BYTES_MAX];
    uint32_t size;
    uint8_t *copy; // of the bytes, exactly as large, while the module lives
    uint8_t *memory;
    struct wasm_arena arena;
    struct wasm_module module;
    struct wasm_error error;
};

static inline void build_bytes(struct build *build, const char *bytes, size_t length)
{
    if (length > BUILD_BYTES_MAX - build->size) {
        abort();
    }
    memcpy(build->bytes + build->size, bytes, length);
    build->size += (uint32_t)length;
}

static inline void build_begin(struct build *build)
{
    memset(build, 0, sizeof *build);
    build_bytes(build, "\0asm\1\0\0\0", 8);
}

static inline void build_section(struct build *build, char id, const char *content, size_t length)
{
    const char head[] = {id, (char)((length & 0x7f) | 0x80), (char)(length >> 7)};
    build_bytes(build, head, sizeof head);
    build_bytes(build, content, length);
}

#define SECTION(build, id, content) build_section((build), (id), (content), sizeof(content) - 1)

// The code section with one body: no locals but those of its type, and an END behind the instructions.
static inline void build_code(struct build *build, const char *instructions, size_t length)
{
    char content[BUILD_BYTES_MAX];
    if (length > sizeof content - 5) {
        abort();
    }
    content[0] = 1;
    content[1] = (char)(((length + 2) & 0x7f) | 0x80);
    content[2] = (char)((length + 2) >> 7);
    content[3] = 0;
    memcpy(content + 4, instructions, length);
    content[4 + length] = 0x0b;
    build_section(build, 10, content, length + 5);
}

#define CODE(build, instructions) build_code((build), (instructions), sizeof(instructions) - 1)

static inline void build_end(struct build *build)
{
    free(build->copy);
    free(build->memory);
    build->copy = NULL;
    build->memory = NULL;
}

// Loads the first `size` bytes with `arena_bytes` of memory. The module is the build's until build_end().
static inline bool build_load_part(struct build *build, uint32_t size, uint32_t arena_bytes)
{
    build_end(build);
    build->copy = malloc(size ? size : 1);
    build->memory = aligned_alloc(16, arena_bytes ? arena_bytes : 16);
    memcpy(build->copy, build->bytes, size);
    build->arena = (struct wasm_arena){build->memory, arena_bytes, 0};
    build->error = (struct wasm_error){0, WASM_OK};
    return wasm_module_load(&build->module, build->copy, size, &build->arena, &build->error);
}

static inline bool build_load(struct build *build)
{
    return build_load_part(build, build->size, BUILD_ARENA_BYTES);
}
