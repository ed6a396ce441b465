// SPDX-License-Identifier: Apache-2.0
// Decoding one instruction: the only place that knows how opcodes and immediates are written. The validator and the
// compiler both walk a body with it:
//
//   struct wasm_reader reader = wasm_reader_at_code(module, function);
//   while (reader.position < reader.end) { wasm_instruction_next(&reader, &instruction) ... }
//
// The last instruction of a body is its END.
#pragma once
#include "module.h"
#include "opcode.h"

// What follows the opcode, and in which fields of struct wasm_instruction it is found.
enum wasm_immediates {
    WASM_IMMEDIATE_NONE,
    WASM_IMMEDIATE_BLOCK,         // type, index
    WASM_IMMEDIATE_LABEL,         // index: relative depth
    WASM_IMMEDIATE_LABELS,        // count, vector: then one more, the default
    WASM_IMMEDIATE_FUNCTION,      // index
    WASM_IMMEDIATE_INDIRECT,      // index: type, second: table
    WASM_IMMEDIATE_LOCAL,         // index
    WASM_IMMEDIATE_GLOBAL,        // index
    WASM_IMMEDIATE_TABLE,         // index
    WASM_IMMEDIATE_TABLES,        // index: destination, second: source
    WASM_IMMEDIATE_ELEMENT,       // index
    WASM_IMMEDIATE_ELEMENT_TABLE, // index: element segment, second: table
    WASM_IMMEDIATE_MEMORY,        // index: 0
    WASM_IMMEDIATE_MEMORIES,      // index: 0, second: 0
    WASM_IMMEDIATE_DATA,          // index
    WASM_IMMEDIATE_DATA_MEMORY,   // index: data segment, second: 0
    WASM_IMMEDIATE_ACCESS,        // index: log2 of the alignment, value: offset
    WASM_IMMEDIATE_I32,           // value: the 32 bits, zero-extended
    WASM_IMMEDIATE_I64,           // value
    WASM_IMMEDIATE_F32,           // value: the bits
    WASM_IMMEDIATE_F64,           // value: the bits
    WASM_IMMEDIATE_TYPES,         // count, vector, type: the first, 0 if there is none
    WASM_IMMEDIATE_REFERENCE,     // type
};

struct wasm_opcode_info {
    const char *text;      // null if there is no such opcode
    const char *signature; // opcode.h
    uint8_t immediates;    // enum wasm_immediates
    uint8_t access_bytes;  // of a load or store, else 0
};
extern const struct wasm_opcode_info wasm_opcodes[WASM_OP_COUNT];

struct wasm_instruction {
    uint32_t offset; // of the opcode, in the module
    uint16_t opcode; // enum wasm_opcode
    uint8_t type;    // enum wasm_type, or 0
    uint32_t index;
    uint32_t second;
    uint32_t count;
    uint32_t vector; // offset in the module of the first of `count` elements
    uint64_t value;
};

// A block type in `type` and `index`: a value type and WASM_NONE; or 0 and a type index; or 0 and WASM_NONE (empty).

// Decodes the instruction at the reader's position and steps over it. Any bytes may follow: on failure the position is
// that of the offending byte. Indices are not checked against the module, that is validation.
/*@ requires wasm_reader_valid(reader) && \valid(instruction);
    requires \separated(reader, instruction, reader->bytes + (0 .. reader->end - 1));
    assigns *instruction, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position) &&
            instruction->opcode < WASM_OP_COUNT && instruction->offset == \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_instruction_next(struct wasm_reader *reader,
                                                       struct wasm_instruction *instruction);

// body.c, for walks over a body.

// What a block, loop or if takes and leaves. The type index must be in range.
struct wasm_signature wasm_block_signature(const struct wasm_module *module,
                                           const struct wasm_instruction *instruction);

// A reader over labels of br_table (count + 1 of them: wasm_read_u32), from `vector` to the end of the body.
struct wasm_reader wasm_reader_at_labels(const struct wasm_reader *body, const struct wasm_instruction *instruction);

// A reader over the instructions of a validated function.
struct wasm_reader wasm_reader_at_code(const struct wasm_module *module, const struct wasm_function *function);

// The types of a function's locals, parameters first, into types[0 .. WASM_LOCALS_MAX - 1]; the reader, at the start of
// the body, is left at the first instruction.
WASM_MUST_CHECK enum wasm_status wasm_locals_read(const struct wasm_module *module,
                                                  const struct wasm_function *function, struct wasm_reader *body,
                                                  uint8_t *types, uint32_t *count);
