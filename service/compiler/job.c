// SPDX-License-Identifier: Apache-2.0
#include "service/compiler/job.h"
#include "service/compiler/workspace.h"
#include "wasm/compile.h"
#include <stdio.h>
#include <string.h>

#define NAME_SHOWN_MAX 48u // of an import's names in a message

// Names come from outside: what is not plain text is shown as '?'.
static void name_copy(struct wasm_span span, const uint8_t *module, char text[NAME_SHOWN_MAX + 1])
{
    uint32_t count = span.length < NAME_SHOWN_MAX ? span.length : NAME_SHOWN_MAX;
    for (uint32_t i = 0; i < count; i++) {
        char c = (char)module[span.offset + i];
        text[i] = c >= ' ' && c < 127 ? c : '?';
    }
    text[count] = 0;
}

static void compile_error_describe(const struct wasm_module *module, const uint8_t *bytes,
                                   const struct wasm_compile_error *error, char *text, size_t size)
{
    const char *what = wasm_compile_status_text(error->status);
    if (error->import != WASM_NONE && error->import < module->count.imports) {
        char module_name[NAME_SHOWN_MAX + 1];
        char name[NAME_SHOWN_MAX + 1];
        const struct wasm_import *import = &module->imports[error->import];
        name_copy(import->module, bytes, module_name);
        name_copy(import->name, bytes, name);
        snprintf(text, size, "byte %lu: %s: %s.%s", (unsigned long)error->offset, what, module_name, name);
    } else if (error->function != WASM_NONE) {
        snprintf(text, size, "byte %lu, in function %lu: %s", (unsigned long)error->offset,
                 (unsigned long)error->function, what);
    } else {
        snprintf(text, size, "byte %lu: %s", (unsigned long)error->offset, what);
    }
}

// The first half of the workspace is the engine's arena, the second takes the image.
enum job_outcome job_compile(const uint8_t *module_bytes, uint32_t bytes, uint64_t workspace_bytes,
                             struct compiler_result *result)
{
    static struct wasm_module module;
    struct wasm_arena arena = {.bytes = (uint8_t *)(uintptr_t)WORKSPACE_ADDRESS, .size = workspace_bytes / 2};
    struct wasm_error error;
    memset(&module, 0, sizeof module);
    if (!wasm_module_load(&module, module_bytes, bytes, &arena, &error)) {
        snprintf(result->text, sizeof result->text, "byte %lu: %s", (unsigned long)error.offset,
                 wasm_status_text(error.status));
        return error.status == WASM_NO_MEMORY ? JOB_NEEDS_MEMORY : JOB_REFUSED;
    }
    result->address = WORKSPACE_ADDRESS + workspace_bytes / 2;
    uint32_t *words = (uint32_t *)(uintptr_t)result->address;
    uint32_t image_bytes = 0;
    struct wasm_compile_error compile_error;
    if (!wasm_compile(&module, WASM_STACK_BYTES_DEFAULT, &arena, words, (uint32_t)(workspace_bytes / 8), &image_bytes,
                      &compile_error)) {
        compile_error_describe(&module, module_bytes, &compile_error, result->text, sizeof result->text);
        bool is_memory =
            compile_error.status == WASM_COMPILE_NO_MEMORY || compile_error.status == WASM_COMPILE_IMAGE_SIZE;
        return is_memory ? JOB_NEEDS_MEMORY : JOB_REFUSED;
    }
    result->bytes = image_bytes;
    result->status = COMPILER_DONE;
    return JOB_DONE;
}
