// SPDX-License-Identifier: Apache-2.0
// A first walk over a body, before any code is made for it: where blocks end, whether it calls, how often each local is
// used; and from that which locals live in registers.
#include "compiler.h"

#define WEIGHT_LOOP_SHIFT 3 // a loop counts as eight rounds
#define WEIGHT_LOOPS_MAX 5
#define WEIGHT_MAX 0x40000000u
#define WEIGHT_SAVED_MIN 3 // a callee-saved register costs a store, a load and usually a move

// Registers for locals, best first. Without calls, argument registers keep their values; a0 and fa0 carry results.
static const uint8_t leaf_registers[] = {11, 12, 13, 14, 15};
static const uint8_t saved_registers[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26};
static const uint8_t float_leaf_registers[] = {11, 12, 13, 14, 15, 16, 17};
static const uint8_t float_saved_registers[] = {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};

static void survey_local(struct compiler *c, uint32_t loops, uint32_t nesting)
{
    struct local *local = &c->locals[c->instruction.index];
    bool is_written = c->instruction.opcode != WASM_OP_LOCAL_GET;
    if (local->weight == 0)
        local->is_first_set = is_written && nesting == 1;
    uint32_t weight = 1u << WEIGHT_LOOP_SHIFT * (loops < WEIGHT_LOOPS_MAX ? loops : WEIGHT_LOOPS_MAX);
    if (local->weight < WEIGHT_MAX)
        local->weight += weight;
}

static void survey_call(struct compiler *c, const struct wasm_signature *signature)
{
    uint32_t bytes = call_stack_bytes(c->module, signature);
    if (bytes > c->outgoing)
        c->outgoing = bytes;
    c->is_leaf = false;
}

static void survey_instruction(struct compiler *c)
{
    struct wasm_signature signature;
    switch (c->instruction.opcode) {
    case WASM_OP_CALL:
        signature = function_signature(c->module, c->instruction.index);
        survey_call(c, &signature);
        break;
    case WASM_OP_CALL_INDIRECT:
        survey_call(c, &c->module->types[c->instruction.index]);
        break;
    case WASM_OP_BR_TABLE: // goes through ra
    case WASM_OP_MEMORY_GROW:
    case WASM_OP_MEMORY_COPY:
    case WASM_OP_MEMORY_FILL:
    case WASM_OP_MEMORY_INIT:
    case WASM_OP_TABLE_COPY:
    case WASM_OP_TABLE_FILL:
    case WASM_OP_TABLE_GROW:
    case WASM_OP_TABLE_INIT:
        c->is_leaf = false;
        break;
    default:
        break;
    }
}

static void survey_body(struct compiler *c)
{
    struct wasm_reader start = c->reader;
    uint32_t nesting = 1;
    uint32_t loops = 0;
    uint32_t count = 1; // block 0 is the body
    c->blocks[0].end = 0;
    c->blocks[0].opcode = WASM_OP_BLOCK;
    while (c->reader.position < c->reader.end) {
        if (wasm_instruction_next(&c->reader, &c->instruction) != WASM_OK) {
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED); // validation accepted it, so this does not happen
            return;
        }
        switch (c->instruction.opcode) {
        case WASM_OP_BLOCK:
        case WASM_OP_LOOP:
        case WASM_OP_IF:
            c->blocks[nesting].end = count++;
            c->blocks[nesting].opcode = c->instruction.opcode;
            loops += c->instruction.opcode == WASM_OP_LOOP;
            nesting++;
            break;
        case WASM_OP_END:
            nesting--;
            loops -= c->blocks[nesting].opcode == WASM_OP_LOOP;
            c->block_ends[c->blocks[nesting].end] = c->instruction.offset;
            break;
        case WASM_OP_LOCAL_GET:
        case WASM_OP_LOCAL_SET:
        case WASM_OP_LOCAL_TEE:
            survey_local(c, loops, nesting);
            break;
        default:
            survey_instruction(c);
            break;
        }
    }
    c->reader = start;
}

// The heaviest local of the class that has no register yet.
static uint32_t heaviest(const struct compiler *c, bool is_float, uint32_t least)
{
    uint32_t best = COMPILER_NONE;
    for (uint32_t i = 0; i < c->local_count; i++) {
        const struct local *local = &c->locals[i];
        if (!local->is_assigned && type_is_float(local->type) == is_float && local->weight >= least) {
            best = i;
            least = local->weight + 1;
        }
    }
    return best;
}

static void assign(struct compiler *c, bool is_float, const uint8_t *registers, uint32_t count, bool is_saved)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_saved && !(c->temporaries[is_float] >> registers[i] & 1)) // a parameter stays there
            continue;
        uint32_t index = heaviest(c, is_float, is_saved ? WEIGHT_SAVED_MIN : 1);
        if (index == COMPILER_NONE)
            return;
        c->locals[index].is_assigned = true;
        c->locals[index].reg = registers[i];
        if (is_saved)
            c->saved[is_float] |= 1u << registers[i];
        else
            c->temporaries[is_float] &= ~(1u << registers[i]);
    }
}

// Few enough locals: parameters stay where they arrive.
static void assign_in_place(struct compiler *c, bool is_float, const uint8_t *registers, uint32_t count)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < c->local_count; i++)
        used += c->locals[i].weight > 0 && type_is_float(c->locals[i].type) == is_float;
    if (used > count)
        return;
    struct places places = {0};
    uint32_t params = function_signature(c->module, c->function).param_count;
    for (uint32_t i = 0; i < params; i++) {
        struct local *local = &c->locals[i];
        struct place place = places_next(&places, local->type);
        if (place.is_float != is_float || place.is_stack || local->weight == 0)
            continue;
        if (place.reg < registers[0] || place.reg > registers[count - 1])
            continue;
        local->is_assigned = true;
        local->reg = (uint8_t)place.reg;
        c->temporaries[is_float] &= ~(1u << place.reg);
    }
}

// Registers of operands, before locals of a leaf take some of them.
#define TEMPORARIES (0xffu << RV_A0 | 1u << RV_T0 | 1u << RV_T1 | 1u << RV_T3)
#define FLOAT_TEMPORARIES (0xffu << RV_FA0 | 0xffu << RV_FT0 | 3u << 28)

static void assign_registers(struct compiler *c)
{
    c->temporaries[0] = TEMPORARIES;
    c->temporaries[1] = FLOAT_TEMPORARIES;
    c->saved[0] = c->saved[1] = 0;
    if (c->is_leaf) {
        assign_in_place(c, false, leaf_registers, sizeof leaf_registers);
        assign_in_place(c, true, float_leaf_registers, sizeof float_leaf_registers);
        assign(c, false, leaf_registers, sizeof leaf_registers, false);
        assign(c, true, float_leaf_registers, sizeof float_leaf_registers, false);
    }
    assign(c, false, saved_registers, sizeof saved_registers, true);
    assign(c, true, float_saved_registers, sizeof float_saved_registers, true);
}

void function_survey(struct compiler *c)
{
    const struct wasm_function *function = &c->module->functions[c->function];
    c->reader =
        (struct wasm_reader){c->module->bytes, function->body.offset, function->body.offset + function->body.length};
    if (wasm_locals_read(c->module, function, &c->reader, c->local_types, &c->local_count) != WASM_OK) {
        compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
        return;
    }
    for (uint32_t i = 0; i < c->local_count; i++)
        c->locals[i] = (struct local){.type = c->local_types[i]};
    c->outgoing = 0;
    c->is_leaf = true;
    survey_body(c);
    c->outgoing = (c->outgoing + 15) & ~15u;
    assign_registers(c);
}
