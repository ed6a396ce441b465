// SPDX-License-Identifier: Apache-2.0
// wasm-check FILE...: decodes and validates WebAssembly modules, one line each:
//
//   FILE: ok
//   FILE: byte OFFSET: REASON
//
// Without arguments it takes one path a line from standard input and answers at once, for test drivers. With -v it also
// says what a module holds and how much memory that takes. Ends with status 1 if a module was refused.
#include "wasm/module.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES_MIN 0x100000u

// The whole file; NULL, with a line on standard output, if it cannot be read.
static uint8_t *file_read(const char *path, uint32_t *size)
{
    FILE *file = fopen(path, "rb");
    long length = -1;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        length = ftell(file);
    }
    uint8_t *bytes = length < 0 || length > WASM_MODULE_BYTES_MAX ? NULL : malloc(length ? (size_t)length : 1);
    if (bytes) {
        rewind(file);
        if (fread(bytes, 1, (size_t)length, file) != (size_t)length) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file) {
        fclose(file);
    }
    if (!bytes) {
        printf("%s: cannot be read\n", path);
        return NULL;
    }
    *size = (uint32_t)length;
    return bytes;
}

static void module_describe(const struct wasm_module *module, const struct wasm_arena *arena)
{
    const struct wasm_counts *count = &module->count;
    printf("  %u types, %u imports, %u functions, %u tables, %u memories, %u globals, %u exports\n", count->types,
           count->imports, count->functions, count->tables, count->memories, count->globals, count->exports);
    printf("  %u element segments with %u elements, %u data segments\n", count->element_segments, count->elements,
           count->data_segments);
    printf("  name \"%.*s\", %u bytes of module, %llu bytes of memory\n", (int)module->name.length,
           (const char *)module->bytes + module->name.offset, module->size, (unsigned long long)arena->used);
}

static bool check(const char *path, bool is_verbose)
{
    uint32_t size = 0;
    uint8_t *bytes = file_read(path, &size);
    if (!bytes) {
        return false;
    }
    struct wasm_module module;
    struct wasm_error error = {0, WASM_OK};
    struct wasm_arena arena = {NULL, ARENA_BYTES_MIN, 0};
    bool is_valid = false;
    do { // the engine takes what it is given; this tool gives as much as it takes
        free(arena.bytes);
        arena.size *= 2;
        arena.bytes = malloc(arena.size);
        is_valid = arena.bytes && wasm_module_load(&module, bytes, size, &arena, &error);
    } while (arena.bytes && !is_valid && error.status == WASM_NO_MEMORY);
    if (!arena.bytes) {
        printf("%s: not enough memory\n", path);
    } else if (is_valid) {
        printf("%s: ok\n", path);
        if (is_verbose) {
            module_describe(&module, &arena);
        }
    } else {
        printf("%s: byte %u: %s\n", path, error.offset, wasm_status_text(error.status));
    }
    free(arena.bytes);
    free(bytes);
    return is_valid;
}

static bool check_listed(void)
{
    char path[4096];
    bool is_valid = true;
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = 0;
        is_valid = check(path, false) && is_valid;
        fflush(stdout);
    }
    return is_valid;
}

int main(int count, char **arguments)
{
    bool is_verbose = count > 1 && strcmp(arguments[1], "-v") == 0;
    bool is_valid = true;
    if (count < 2) {
        return check_listed() ? 0 : 1;
    }
    for (int i = is_verbose ? 2 : 1; i < count; i++) {
        is_valid = check(arguments[i], is_verbose) && is_valid;
    }
    return is_valid ? 0 : 1;
}
