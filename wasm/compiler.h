// SPDX-License-Identifier: Apache-2.0
// Inside the compiler: its state, and what its parts offer each other. One pass over each body, after a short survey:
//
//   survey.c         what a function needs: which locals get registers, whether it calls, where its blocks end
//   function.c       prologue, body, epilogue
//   operand.c        the operand stack of WebAssembly, kept in registers as far as they go
//   emit.c           code words, labels, constants, the frame
//   control.c, branch.c, condition.c, call.c, number.c, float.c, convert.c, memory_access.c, variable.c, table.c   instructions
//   stub.c, routine.c   code outside of functions: imports, start, memory.grow, bulk memory and tables
//   state.c          layout of the state area (globals, tables, passive segments, constants) and access to it
//   link.c           where functions are, and calls between them
//   image_write.c    everything that surrounds the code
//
// Errors stick: the first failure is kept in compiler->error and the emitter stops writing, so callers need not check at
// each step, only where they loop.
#pragma once
#include "abi/capsule.h"
#include "abi/image.h"
#include "compile.h"
#include "instruction.h"
#include "riscv64.h"

#define COMPILER_NONE 0xffffffffu

// A list of 32-bit values that grows in the arena.
#define LIST_CHUNK_VALUES 124
struct list_chunk {
    struct list_chunk *next;
    uint32_t values[LIST_CHUNK_VALUES];
};
struct list {
    struct list_chunk *first;
    struct list_chunk *last;
    uint32_t count;
};

// A place in the code that branches go to. Positions in code are word indices.
struct label {
    uint32_t bound;  // position, or COMPILER_NONE while it lies ahead
    uint32_t fixups; // branches that wait for it: index in compiler->fixups, or COMPILER_NONE
};
struct fixup {
    uint32_t at;
    uint32_t next;
};

// An open block of the body.
struct block {
    struct wasm_signature signature;
    struct label label;     // where branches go: the start of a loop, the end of others
    struct label otherwise; // of an if: the other arm
    uint32_t height;        // operands below its parameters
    uint32_t end;           // offset in the module of its END
    uint16_t opcode;
    bool is_in_register; // the label takes its one value in a0 or fa0
};

enum operand_kind {
    OPERAND_CONSTANT, // value: the bits
    OPERAND_LOCAL,    // value of a local that was not written since
    OPERAND_REGISTER, // reg, which belongs to this operand if it is a temporary
    OPERAND_SLOT,     // in the frame, at the slot of its height
};
struct operand {
    uint8_t kind;
    uint8_t type; // enum wasm_type
    uint8_t reg;
    uint32_t index; // of the local; of the slot
    uint64_t value; // i32 sign-extended
};

struct local {
    uint8_t type;
    uint8_t reg;         // 0 if it lives in the frame
    bool is_assigned;    // it has a register
    bool is_first_set;   // it is written before anything could read it
    uint32_t home;       // offset in the frame, if it has no register
    uint32_t weight;     // uses, those in loops counted more
    uint32_t references; // operands of kind LOCAL that name it
};

// A comparison that waits for the branch or select behind it.
struct condition {
    bool is_pending;
    bool is_flag;    // left is 0 or 1 and compared with 0
    uint32_t branch; // RV_BEQ, ...
    uint8_t left;
    uint8_t right;
    struct operand operands[2]; // to release after use
};

// Where the parts of the state area lie: bytes below G (the area's end) of their first byte.
struct state_layout {
    uint32_t memory_size;     // u32, pages
    uint32_t *global;         // 8 bytes each
    uint32_t *table_size;     // u32 each
    uint32_t *table;          // entries of TABLE_ENTRY_BYTES
    uint32_t *table_capacity; // entries there is room for
    uint32_t *data_size;      // u32 each: 0 once dropped
    uint32_t *data;           // bytes of passive segments
    uint32_t *element_size;
    uint32_t *element;  // references of passive segments
    uint32_t *function; // references to functions that ref.func may name; 0 if not
    uint32_t pool;      // constants grow down from here ...
    uint32_t pool_end;  // ... to here; both within reach of gp
    uint32_t used;      // bytes in all
    uint32_t bytes;     // used, in whole pages
};

// A reference is 64 bits: of a function, its code offset and in the upper half its canonical type; 0 is null.
#define TABLE_ENTRY_BYTES 8

// Routines outside of functions that compiled code calls. They are linked like functions, behind those of the module.
enum routine {
    ROUTINE_MEMORY_GROW,
    ROUTINE_MEMORY_COPY,
    ROUTINE_MEMORY_FILL,
    ROUTINE_MEMORY_INIT,
    ROUTINE_TABLE_COPY,
    ROUTINE_TABLE_FILL,
    ROUTINE_TABLE_GROW,
    ROUTINE_COUNT
};

#define ADDRESS_OF_CONSTANT 0xff

struct compiler {
    const struct wasm_module *module;
    struct wasm_arena *arena;
    struct wasm_compile_error error;
    uint32_t stack_bytes;

    uint32_t *words; // the image; the code starts at words[code_start]
    uint32_t capacity;
    uint32_t code_start;
    uint32_t *code;
    uint32_t at; // next position in code
    uint32_t code_capacity;
    uint32_t entry; // position of the program's start

    struct list traps;            // pairs: position, enum nj_trap
    struct list state_references; // positions of LUI words that address the state area from tp
    struct state_layout state;
    uint64_t *pool; // values of the constants in the state area
    uint32_t pool_count;

    uint32_t *placed;  // by function, then routine: position + 1 once compiled, else 0
    uint32_t *pending; // position + 1 of the last call that waits, which holds the one before it; else 0
    uint32_t link_count;
    struct list calls;       // targets of the calls the function at hand left waiting
    uint32_t oldest_pending; // no waiting call lies before this position
    uint32_t *type_id;       // canonical number of each type, from 1

    // The function at hand.
    uint32_t function;
    struct wasm_reader reader;
    struct wasm_instruction instruction;
    uint8_t *local_types;
    struct local *locals;
    uint32_t local_count;
    struct operand *operands;
    uint32_t operand_count;
    uint32_t unflushed;    // operands below this are constants and slots
    uint32_t owner[2][32]; // of a temporary in use, by class: the operand on the stack, or COMPILER_NONE
    struct block *blocks;
    uint32_t block_count;
    uint32_t *block_ends; // of each block in order, END offset; from the survey
    uint32_t block_next;
    struct fixup *fixups;
    uint32_t fixup_capacity;
    uint32_t fixup_count;
    uint32_t fixup_free;
    struct condition condition;
    uint32_t temporaries[2]; // sets of registers, integer and floating-point: those for operands,
    uint32_t used[2];        // those of them in use,
    uint32_t saved[2];       // and the callee-saved ones the function writes
    bool is_leaf;
    bool is_dead;          // what follows cannot be reached, up to the END or ELSE of the block at hand
    uint32_t dead_depth;   // blocks opened since, not compiled
    uint32_t expansion;    // bytes of code a byte of WebAssembly is expected to take at most
    bool has_overflown;    // a short branch did not reach
    uint8_t address_of;    // register whose value t5 holds, as an address in linear memory; 0 if none, or
                           // ADDRESS_OF_CONSTANT:
    uint32_t address_high; // then the upper 20 bits that t5 holds
    uint32_t outgoing;     // bytes for arguments of calls, at sp
    uint32_t slots;        // offset in the frame of the operands' slots
    uint32_t slot_count;   // slots used so far
    uint32_t home;         // offset in the frame where locals without a register live
};

// emit.c
void compiler_fail(struct compiler *c, enum wasm_compile_status status);
static inline bool compiler_is_ok(const struct compiler *c)
{
    return c->error.status == WASM_COMPILE_OK;
}
void list_add(struct compiler *c, struct list *list, uint32_t value);
void emit(struct compiler *c, uint32_t word);
void emit_move(struct compiler *c, uint32_t rd, uint32_t rs); // nothing if they are the same
void emit_float_move(struct compiler *c, uint32_t rd, uint32_t rs);
void emit_constant(struct compiler *c, uint32_t rd, int64_t value);
void emit_float_constant(struct compiler *c, uint32_t rd, uint8_t type, uint64_t bits); // clobbers t4
void emit_trap(struct compiler *c, enum nj_trap trap);
// A trap unless the condition holds.
void emit_trap_unless(struct compiler *c, uint32_t branch, uint32_t rs1, uint32_t rs2, enum nj_trap trap);
// Loads and stores of the frame; `word` is one of RV_LD, RV_FLD and RV_SD, RV_FSD. Large offsets clobber t4 and t5.
void emit_frame_load(struct compiler *c, uint32_t word, uint32_t reg, uint32_t offset);
void emit_frame_store(struct compiler *c, uint32_t word, uint32_t reg, uint32_t offset);
struct label label_new(void);
void label_bind(struct compiler *c, struct label *label);
void emit_jump(struct compiler *c, struct label *label);
// A conditional branch. `is_near`: the label is expected within 4 KiB.
void emit_branch(struct compiler *c, uint32_t branch, uint32_t rs1, uint32_t rs2, struct label *label, bool is_near);

// operand.c
static inline bool type_is_float(uint8_t type)
{
    return type == WASM_F32 || type == WASM_F64;
}
uint8_t register_take(struct compiler *c, bool is_float);              // a free temporary; spills if there is none
void register_evict(struct compiler *c, bool is_float, uint8_t reg);   // makes one temporary free and takes it
void register_release(struct compiler *c, bool is_float, uint8_t reg); // nothing if it is not a temporary
void operand_push(struct compiler *c, struct operand operand);
void operand_push_register(struct compiler *c, uint8_t type, uint8_t reg);
void operand_push_constant(struct compiler *c, uint8_t type, uint64_t value);
struct operand operand_pop(struct compiler *c);
uint8_t operand_register(struct compiler *c, struct operand *operand); // loads it if need be; popped operands only
void operand_into(struct compiler *c, struct operand *operand, uint8_t reg); // copies; keeps the operand as it is
void operand_release(struct compiler *c, struct operand *operand);
// To the frame. Changes no state: may be used on one of two paths. Clobbers t4, ft11 and, if far, t5.
void operand_store(struct compiler *c, const struct operand *operand, uint32_t offset);
// For what is pushed next: a temporary, or the local that takes it. result_replace() releases the operands (or null) it is
// made from; their registers are still to be read, by the one instruction that writes the result.
uint8_t result_register(struct compiler *c, uint8_t type);
uint8_t result_replace(struct compiler *c, uint8_t type, struct operand *first, struct operand *second);
void operand_spill(struct compiler *c, uint32_t height);  // one operand, to its slot
void operands_flush(struct compiler *c, uint32_t height); // below: no local either. From height up: all in slots
void local_detach(struct compiler *c, uint32_t index);    // operands that name the local get copies of it
uint32_t slot_offset(struct compiler *c, uint32_t height);
static inline uint8_t next_opcode(const struct compiler *c)
{
    return c->reader.position < c->reader.end ? c->reader.bytes[c->reader.position] : 0;
}
// Registers moved all at once: to[i] = from[i], cycles included.
void registers_move(struct compiler *c, bool is_float, uint8_t *to, uint8_t *from, uint32_t count);

// survey.c
void function_survey(struct compiler *c); // the reader is left at the first instruction

// function.c
void function_compile(struct compiler *c, uint32_t index);
struct wasm_signature function_signature(const struct wasm_module *module, uint32_t index);

// control.c
void control_start(struct compiler *c);
bool control_compile(struct compiler *c); // false if the instruction is of another kind

struct block *block_at(struct compiler *c, uint32_t depth);              // the innermost open one is at 0
uint32_t label_arity(const struct block *block);                         // values a branch to it carries
bool block_is_near(const struct compiler *c, const struct block *block); // its end, for a conditional branch
void emit_block_branch(struct compiler *c, struct block *block);         // moves the values, jumps. Changes no state
void operand_to_home(struct compiler *c);                                // the top one, into a0 or fa0
void control_stop(struct compiler *c);                                   // what follows cannot be reached

// branch.c
bool branch_compile(struct compiler *c);

// condition.c
void condition_set(struct compiler *c, uint32_t branch, struct operand *left, struct operand *right, bool is_flag);
bool condition_is_awaited(const struct compiler *c); // the next instruction is one that branches or selects on it
void condition_settle(struct compiler *c); // leaves it to the instruction behind if that can use it, else pushes 0 or 1
void condition_pop(struct compiler *c);    // makes it pending: the one that waits, or the operand on top is not 0
void condition_done(struct compiler *c);   // releases what it holds

// call.c: where a value of a parameter or result list travels.
struct place {
    bool is_float;
    bool is_stack;
    uint32_t reg;
    uint32_t offset; // is_stack: above sp at the call
};
struct places {
    uint32_t integers;
    uint32_t floats;
    uint32_t stack;
};
struct place places_next(struct places *places, uint8_t type);
uint32_t call_stack_bytes(const struct wasm_module *module, const struct wasm_signature *signature);
bool call_compile(struct compiler *c);
// Calls a routine with the top `count` operands in a0 ..., all integers; pushes a result if type is not 0.
void call_routine(struct compiler *c, enum routine routine, uint32_t count, uint8_t type);
void operands_to_arguments(struct compiler *c, uint32_t count); // pops them; nothing is left in temporaries

// The other instructions.
bool number_compile(struct compiler *c);
bool float_compile(struct compiler *c);
bool convert_compile(struct compiler *c);
bool memory_access_compile(struct compiler *c);
bool variable_compile(struct compiler *c);
bool table_compile(struct compiler *c);
void table_size_into(struct compiler *c, uint8_t rd, uint32_t table);

// link.c
void link_place_at(struct compiler *c, uint32_t target, uint32_t at); // the function or routine starts there
void link_rewind(struct compiler *c, uint32_t at);                    // forgets calls from there on
void link_call(struct compiler *c, uint32_t target);
void link_island(struct compiler *c); // between functions: keeps waiting calls within reach
void emit_indirect_jump(struct compiler *c, uint32_t offset_register, uint32_t link); // clobbers ra, t6
static inline uint32_t routine_target(const struct compiler *c, enum routine routine)
{
    return c->module->count.functions + (uint32_t)routine;
}

// state.c
bool state_create(struct compiler *c);
void state_load(struct compiler *c, uint32_t word, uint32_t rd, uint32_t below); // clobbers t4, t5 if far
void state_store(struct compiler *c, uint32_t word, uint32_t source, uint32_t below);
void state_offset(struct compiler *c, uint32_t rd, uint32_t below); // rd = its offset from tp
// t5 = address of 8-byte element `index` of the array; *low is the offset left for the load or store. Clobbers t4.
void state_element(struct compiler *c, uint32_t index, uint32_t below, int32_t *low);
bool state_pool(struct compiler *c, uint64_t value, uint32_t *below); // false: no room, build it in code

// stub.c
bool import_is_inline(const struct compiler *c, uint32_t function, uint32_t *call);
bool imports_check(struct compiler *c);
void import_compile(struct compiler *c, uint32_t function);
void entry_compile(struct compiler *c);
void memory_grow_compile(struct compiler *c);

// routine.c
void routines_compile(struct compiler *c); // those that are called

// image_write.c
bool image_write(struct compiler *c, uint32_t *bytes);
