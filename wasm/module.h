// SPDX-License-Identifier: Apache-2.0
// A decoded module. The bytes stay where they are and must outlive it: names, bodies and data are spans of them. All
// else is in arrays out of the caller's arena; indices are WebAssembly's own, imports first.
//
// The life of a module: wasm_module_load() decodes and validates it whole. After that nothing changes it, and every index in it
// is in range: a compiler walks the bodies with wasm_instruction_next() and need not check again.
#pragma once
#include "arena.h"
#include "error.h"
#include "reader.h"
#include <stdbool.h>
#include <stdint.h>

// What this engine accepts at most, besides what the bytes of the module bound anyway.
#define WASM_MODULE_BYTES_MAX 0x40000000
#define WASM_PARAMETERS_MAX 1000 // of a function; results likewise
#define WASM_LOCALS_MAX 50000    // of a function, parameters included
#define WASM_OPERANDS_MAX 65536  // on the operand stack of a function
#define WASM_BLOCKS_MAX 16384    // nested in a function
#define WASM_MEMORY_PAGES_MAX 65536
#define WASM_SINGLES 6 // value types, each alone at the start of module->values

#define WASM_NONE 0xffffffffu // instead of an index: there is none

// Value types, as the binary format writes them. 0 is never a type.
enum wasm_type {
    WASM_I32 = 0x7f,
    WASM_I64 = 0x7e,
    WASM_F32 = 0x7d,
    WASM_F64 = 0x7c,
    WASM_V128 = 0x7b, // known, to be refused
    WASM_FUNCREF = 0x70,
    WASM_EXTERNREF = 0x6f,
};

// Kinds of imports and exports.
enum wasm_kind { WASM_KIND_FUNCTION = 0, WASM_KIND_TABLE = 1, WASM_KIND_MEMORY = 2, WASM_KIND_GLOBAL = 3 };

// A function type; also what a block takes and leaves. Types are at module->values[params ...] and values[results ...].
struct wasm_signature {
    uint32_t params;
    uint32_t param_count;
    uint32_t results;
    uint32_t result_count;
};

struct wasm_import {
    struct wasm_span module;
    struct wasm_span name;
    uint8_t kind;    // enum wasm_kind
    uint32_t index;  // in the functions, tables, memories or globals
    uint32_t offset; // of this import in the module, for messages
};

struct wasm_export {
    struct wasm_span name;
    uint8_t kind;
    uint32_t index;
};

struct wasm_function {
    uint32_t type;         // in types
    uint32_t import;       // in imports, or WASM_NONE: then the body is the module's
    struct wasm_span body; // as in the code section, without its size: locals, instructions, END
    struct wasm_span name; // from the name section; length 0 if there is none
    uint32_t code;         // offset in the module of the first instruction (set by validation, as all below)
    uint32_t local_count;  // parameters included
    uint32_t operand_max;  // greatest height of the operand stack
    uint32_t block_max;    // greatest nesting of blocks, the body itself included
    bool is_referable;     // ref.func may name it: it appears outside of the bodies
};

struct wasm_table {
    uint8_t type; // WASM_FUNCREF or WASM_EXTERNREF
    bool has_max;
    uint32_t min;
    uint32_t max; // 0xffffffff if none is given
    uint32_t import;
};

struct wasm_memory { // in pages of 64 KiB
    bool has_max;
    uint32_t min;
    uint32_t max; // 65536 if none is given
    uint32_t import;
};

// A constant expression.
enum wasm_constant_kind {
    WASM_CONSTANT_VALUE,    // value: the bits of an i32, i64, f32 or f64
    WASM_CONSTANT_GLOBAL,   // value: index of an imported immutable global
    WASM_CONSTANT_NULL,     // a null reference
    WASM_CONSTANT_FUNCTION, // value: index of a function
};
struct wasm_constant {
    uint8_t kind; // enum wasm_constant_kind
    uint8_t type; // enum wasm_type
    uint32_t offset;
    uint64_t value;
};

struct wasm_global {
    uint8_t type;
    bool is_mutable;
    uint32_t import;           // or WASM_NONE: then it starts as
    struct wasm_constant init; // this
};

enum wasm_segment_mode { WASM_SEGMENT_ACTIVE, WASM_SEGMENT_PASSIVE, WASM_SEGMENT_DECLARATIVE };

struct wasm_element { // of an element segment
    uint8_t kind;     // enum wasm_constant_kind, never VALUE
    uint32_t index;
};
struct wasm_element_segment {
    uint8_t mode; // enum wasm_segment_mode
    uint8_t type; // of the elements
    uint32_t table;
    uint32_t offset;            // in the module, for messages
    struct wasm_constant start; // active: index in the table of the first element
    uint32_t first;             // at module->elements[first ...]
    uint32_t count;
};

struct wasm_data_segment {
    uint8_t mode; // active or passive
    uint32_t memory;
    uint32_t offset;            // in the module, for messages
    struct wasm_constant start; // active: address in the memory of the first byte
    struct wasm_span bytes;
};

// How many elements each array of a module holds, or may hold while it is decoded.
struct wasm_counts {
    uint32_t types;
    uint32_t values; // types of parameters and results, after one for each value type (wasm_module_single)
    uint32_t imports;
    uint32_t functions;
    uint32_t tables;
    uint32_t memories;
    uint32_t globals;
    uint32_t exports;
    uint32_t element_segments;
    uint32_t elements;
    uint32_t data_segments;
};

struct wasm_module {
    const uint8_t *bytes;
    uint32_t size;
    struct wasm_counts count;
    struct wasm_counts imported; // functions, tables, memories and globals among them that are imports; they come first
    struct wasm_counts capacity; // of the arrays
    struct wasm_signature *types;
    uint8_t *values;
    struct wasm_import *imports;
    struct wasm_function *functions;
    struct wasm_table *tables;
    struct wasm_memory *memories; // at most one
    struct wasm_global *globals;
    struct wasm_export *exports;
    uint32_t *exports_by_name; // indices of exports, ascending name
    struct wasm_element_segment *element_segments;
    struct wasm_element *elements;
    struct wasm_data_segment *data_segments;
    struct wasm_span name; // from the name section
    uint32_t start;        // function, or WASM_NONE
    uint32_t start_offset; // of the start section's content
    uint32_t data_count;   // of the data count section, or WASM_NONE
    uint32_t largest_body; // bytes
};

// Decodes and validates `bytes` (at most WASM_MODULE_BYTES_MAX). On success the arena holds the module; what validation
// needed beyond that is released. On failure `error` says what and where, and the arena is as it was.
WASM_MUST_CHECK bool wasm_module_load(struct wasm_module *module, const uint8_t *bytes, uint32_t size,
                                      struct wasm_arena *arena, struct wasm_error *error);

// The steps of the above, for a caller that wants to do other work in between: measure, place, decode, then
// wasm_function_validate() for each function with a body (validate.h).
// Measuring reads the section headers only and bounds every count by the bytes of its section.
// Decoding checks everything but the bodies of functions: by the order of the sections, whatever an index may name is
// known when the index is read.
WASM_MUST_CHECK bool wasm_module_measure(const uint8_t *bytes, uint32_t size, struct wasm_counts *counts,
                                         struct wasm_error *error);
WASM_MUST_CHECK bool wasm_module_place(struct wasm_module *module, const struct wasm_counts *counts,
                                       struct wasm_arena *arena);
WASM_MUST_CHECK bool wasm_module_decode(struct wasm_module *module, const uint8_t *bytes, uint32_t size,
                                        struct wasm_error *error);

// The signature of a block without parameters that leaves one value of `type`.
struct wasm_signature wasm_module_single(const struct wasm_module *module, uint8_t type);

// Whether two lists of types, of module->values, are the same.
bool wasm_values_equal(const struct wasm_module *module, uint32_t a, uint32_t b, uint32_t count);

// Whether two functions or blocks take and leave the same types: equal types may have several indices.
bool wasm_signature_equal(const struct wasm_module *module, const struct wasm_signature *a,
                          const struct wasm_signature *b);

// The export of this name, or WASM_NONE.
uint32_t wasm_export_find(const struct wasm_module *module, const uint8_t *name, uint32_t length);
