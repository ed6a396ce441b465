// SPDX-License-Identifier: Apache-2.0
// An image: a WebAssembly module compiled to checked machine code, with all that is needed to start it.
// Produced by wasm/, read by the process manager and by host tools. All fields little-endian; every offset is from the
// start of the image and every table lies inside it. Readers must check that (nobody trusts the compiler).
#pragma once
#include <stdint.h>

#define NJ_IMAGE_MAGIC 0x31494a4e // "NJI1"

struct nj_image_table {
    uint32_t offset; // bytes from the start of the image, a multiple of 4
    uint32_t count;  // elements (bytes for strings and raw data)
};

struct nj_image {
    uint32_t magic;
    uint32_t bytes; // whole image, this header included
    uint16_t checker_version;
    uint16_t entry_version;
    uint32_t code_window_log2;      // capsule.h
    struct nj_image_table code;     // bytes; offset a multiple of 4096 is not required
    uint32_t entry;                 // code offset where a program starts: runs the start function and _start, then exits
    uint32_t stack_bytes;           // multiples of 4096
    uint32_t state_bytes;           // multiple of 4096, at least 4096
    struct nj_image_table state;    // bytes: initial content of the END of the state area, [G - count, G); the rest is 0
    uint32_t memory_pages;          // linear memory at start, in 64 KiB pages; 0 if the module has none
    uint32_t memory_pages_max;      // its declared maximum, 65536 if it has none
    struct nj_image_table segments; // struct nj_image_segment: active data segments, in order, bounds already checked
    struct nj_image_table traps;    // struct nj_image_trap, ascending code offset
    struct nj_image_table functions; // struct nj_image_function, ascending code offset
    struct nj_image_table exports;  // struct nj_image_export
    struct nj_image_table strings;  // bytes: NUL-terminated texts
};

struct nj_image_segment {
    uint32_t address; // in linear memory
    uint32_t offset;  // of the bytes, in the image
    uint32_t bytes;
};

// Why the trap word at a code offset was reached. Texts are those of the WebAssembly test suite.
#define NJ_TRAP_LIST(X)                                                                                                \
    X(UNREACHABLE, 1, "unreachable")                                                                                   \
    X(DIVIDE_BY_ZERO, 2, "integer divide by zero")                                                                     \
    X(INTEGER_OVERFLOW, 3, "integer overflow")                                                                         \
    X(INVALID_CONVERSION, 4, "invalid conversion to integer")                                                          \
    X(UNDEFINED_ELEMENT, 5, "undefined element")                                                                       \
    X(UNINITIALIZED_ELEMENT, 6, "uninitialized element")                                                               \
    X(INDIRECT_CALL_TYPE, 7, "indirect call type mismatch")                                                            \
    X(MEMORY_BOUNDS, 8, "out of bounds memory access")                                                                 \
    X(TABLE_BOUNDS, 9, "out of bounds table access")                                                                   \
    X(STACK_EXHAUSTED, 10, "call stack exhausted")                                                                     \
    X(EXITED, 11, "returned after exit")

enum nj_trap {
#define X(name, number, text) NJ_TRAP_##name = number,
    NJ_TRAP_LIST(X)
#undef X
};

struct nj_image_trap {
    uint32_t code_offset;
    uint32_t trap; // enum nj_trap
};

struct nj_image_function {
    uint32_t code_offset; // first instruction; the function ends where the next begins
    uint32_t index;       // WebAssembly function index, or NJ_FUNCTION_NONE for code that the compiler added
    uint32_t name;        // offset in strings; the empty text if the module names it nowhere
};

#define NJ_FUNCTION_NONE 0xffffffff

enum nj_image_export_kind { NJ_EXPORT_FUNCTION = 0, NJ_EXPORT_TABLE = 1, NJ_EXPORT_MEMORY = 2, NJ_EXPORT_GLOBAL = 3 };

struct nj_image_export {
    uint32_t name;  // offset in strings
    uint32_t kind;  // enum nj_image_export_kind
    uint32_t value; // function: code offset; global: bytes below G; others: 0
    uint32_t type;  // offset in strings: function "ii:I" (parameters:results), global "i"; i i32, I i64, f f32, F f64,
                    //   r funcref, x externref
};
