// SPDX-License-Identifier: Apache-2.0
// What can be wrong with a module. One text each, that of the WebAssembly test suite where it has one.
#pragma once
#include <stdint.h>

#define WASM_STATUS_LIST(X)                                                                                            \
    X(OK, "no error")                                                                                                  \
    /* Not a module, or cut off. */                                                                                    \
    X(UNEXPECTED_END, "unexpected end")                                                                                \
    X(MAGIC, "magic header not detected")                                                                              \
    X(VERSION, "unknown binary version")                                                                               \
    X(INTEGER_LENGTH, "integer representation too long")                                                               \
    X(INTEGER_RANGE, "integer too large")                                                                              \
    X(LENGTH_BOUNDS, "length out of bounds")                                                                           \
    X(SECTION_ID, "malformed section id")                                                                              \
    X(SECTION_ORDER, "unexpected content after last section")                                                          \
    X(SECTION_SIZE, "section size mismatch")                                                                           \
    X(UTF8, "malformed UTF-8 encoding")                                                                                \
    X(FUNCTION_CODE_COUNT, "function and code section have inconsistent lengths")                                      \
    X(DATA_COUNT, "data count and data section have inconsistent lengths")                                             \
    X(DATA_COUNT_REQUIRED, "data count section required")                                                              \
    X(IMPORT_KIND, "malformed import kind")                                                                            \
    X(EXPORT_KIND, "malformed export kind")                                                                            \
    X(VALUE_TYPE, "malformed value type")                                                                              \
    X(REFERENCE_TYPE, "malformed reference type")                                                                      \
    X(TYPE_FORM, "malformed type form")                                                                                \
    X(MUTABILITY, "malformed mutability")                                                                              \
    X(LIMITS_FLAGS, "malformed limits flags")                                                                          \
    X(ELEMENT_KIND, "malformed element kind")                                                                          \
    X(SEGMENT_KIND, "malformed segment kind")                                                                          \
    X(TOO_MANY_LOCALS, "too many locals")                                                                              \
    X(END_EXPECTED, "END opcode expected")                                                                             \
    X(OPCODE, "illegal opcode")                                                                                        \
    X(ZERO_BYTE, "zero byte expected")                                                                                 \
    X(MEMORY_FLAGS, "malformed memop flags")                                                                           \
    /* Well formed, but not valid. */                                                                                  \
    X(TYPE_MISMATCH, "type mismatch")                                                                                  \
    X(UNKNOWN_TYPE, "unknown type")                                                                                    \
    X(UNKNOWN_FUNCTION, "unknown function")                                                                            \
    X(UNKNOWN_TABLE, "unknown table")                                                                                  \
    X(UNKNOWN_MEMORY, "unknown memory")                                                                                \
    X(UNKNOWN_GLOBAL, "unknown global")                                                                                \
    X(UNKNOWN_LOCAL, "unknown local")                                                                                  \
    X(UNKNOWN_LABEL, "unknown label")                                                                                  \
    X(UNKNOWN_ELEMENT, "unknown elem segment")                                                                         \
    X(UNKNOWN_DATA, "unknown data segment")                                                                            \
    X(GLOBAL_IMMUTABLE, "global is immutable")                                                                         \
    X(ALIGNMENT, "alignment must not be larger than natural")                                                          \
    X(CONSTANT_REQUIRED, "constant expression required")                                                               \
    X(UNDECLARED_REFERENCE, "undeclared function reference")                                                           \
    X(INVALID_RESULT_ARITY, "invalid result arity")                                                                    \
    X(START_FUNCTION, "start function")                                                                                \
    X(DUPLICATE_EXPORT, "duplicate export name")                                                                       \
    X(MULTIPLE_MEMORIES, "multiple memories")                                                                          \
    X(MEMORY_SIZE, "memory size must be at most 65536 pages (4GiB)")                                                   \
    X(LIMITS_ORDER, "size minimum must not be greater than maximum")                                                   \
    /* Valid, but beyond what this engine does. */                                                                     \
    X(SIMD, "SIMD is not supported")                                                                                   \
    X(THREADS, "threads are not supported")                                                                            \
    X(TOO_MANY_PARAMETERS, "too many parameters or results")                                                           \
    X(TOO_MANY_OPERANDS, "too many operands on the stack")                                                             \
    X(TOO_DEEP, "blocks nested too deeply")                                                                            \
    X(MODULE_SIZE, "module too large")                                                                                 \
    X(NO_MEMORY, "not enough memory for the module")

enum wasm_status {
#define X(name, text) WASM_##name,
    WASM_STATUS_LIST(X)
#undef X
        WASM_STATUS_COUNT
};

struct wasm_error {
    uint32_t offset; // byte of the module where the fault was found
    enum wasm_status status;
};

#define WASM_MUST_CHECK __attribute__((warn_unused_result))

// The text of a status, or "unknown error". Never fails.
static inline const char *wasm_status_text(enum wasm_status status)
{
    switch (status) {
#define X(name, text)                                                                                                  \
    case WASM_##name:                                                                                                  \
        return text;
        WASM_STATUS_LIST(X)
#undef X
    case WASM_STATUS_COUNT:
        break;
    }
    return "unknown error";
}
