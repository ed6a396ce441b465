// SPDX-License-Identifier: Apache-2.0
// From a validated module to an image (abi/image.h) of checked machine code (abi/capsule.h). The same on the host and on
// the device: no memory but what the caller gives, no recursion, work linear in the size of the module.
//
// Nobody trusts the result: the kernel checks the code, and readers of the image check the rest.
#pragma once
#include "arena.h"
#include "module.h"

#define WASM_COMPILE_STATUS_LIST(X)                                                                                    \
    X(OK, "no error")                                                                                                  \
    X(IMPORT_UNKNOWN, "unknown import")                                                                                \
    X(IMPORT_TYPE, "incompatible import type")                                                                         \
    X(IMPORT_KIND, "only functions can be imported")                                                                   \
    X(DATA_BOUNDS, "out of bounds memory access")                                                                      \
    X(ELEMENT_BOUNDS, "out of bounds table access")                                                                    \
    X(FUNCTION_SIZE, "function too large to compile")                                                                  \
    X(CODE_SIZE, "compiled code too large")                                                                            \
    X(STATE_SIZE, "globals, tables and passive segments too large")                                                    \
    X(IMAGE_SIZE, "image does not fit its buffer")                                                                     \
    X(NO_MEMORY, "not enough memory to compile")                                                                       \
    X(OPTION, "stack size outside its range")                                                                          \
    X(UNSUPPORTED, "instruction not supported")

enum wasm_compile_status {
#define X(name, text) WASM_COMPILE_##name,
    WASM_COMPILE_STATUS_LIST(X)
#undef X
        WASM_COMPILE_STATUS_COUNT
};

struct wasm_compile_error {
    enum wasm_compile_status status;
    uint32_t offset;   // byte of the module
    uint32_t function; // index, or WASM_NONE
    uint32_t import;   // index in module->imports, or WASM_NONE: messages should name it
};

// The text of a status, or "unknown error". Never fails.
static inline const char *wasm_compile_status_text(enum wasm_compile_status status)
{
    switch (status) {
#define X(name, text)                                                                                                  \
    case WASM_COMPILE_##name:                                                                                          \
        return text;
        WASM_COMPILE_STATUS_LIST(X)
#undef X
    case WASM_COMPILE_STATUS_COUNT:
        break;
    }
    return "unknown error";
}

#define WASM_STACK_BYTES_DEFAULT 0x40000

// Compiles a module that wasm_module_load() accepted into words[0 .. capacity - 1]; *bytes is the size of the image.
// `stack_bytes` is a multiple of 4096, at most NJ_STACK_BYTES_MAX. Scratch memory comes from the arena, which is as it
// was on return. False with `error` filled if the module cannot be compiled.
WASM_MUST_CHECK bool wasm_compile(const struct wasm_module *module, uint32_t stack_bytes, struct wasm_arena *arena,
                                  uint32_t *words, uint32_t capacity, uint32_t *bytes,
                                  struct wasm_compile_error *error);
