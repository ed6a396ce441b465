// SPDX-License-Identifier: Apache-2.0
// Blocks. (Branches that depend on something are in branch.c.)
//
// Where control flow meets, all paths must agree on where operands are. So a block starts with everything below it in
// slots (constants stay constants), and its label takes one value in a0 or fa0, or several in the slots of the heights
// they will have; a loop takes its parameters in slots.
#include "compiler.h"

#define BRANCH_BYTES 4000 // of the 4096 a conditional branch reaches

uint32_t label_arity(const struct block *block)
{
    return block->opcode == WASM_OP_LOOP ? block->signature.param_count : block->signature.result_count;
}

static uint8_t label_type(const struct compiler *c, const struct block *block)
{
    return c->module->values[block->signature.results];
}

static uint8_t result_home(uint8_t type)
{
    return type_is_float(type) ? RV_FA0 : RV_A0;
}

struct block *block_at(struct compiler *c, uint32_t depth)
{
    return &c->blocks[c->block_count - 1 - depth];
}

bool block_is_near(const struct compiler *c, const struct block *block)
{
    uint64_t distance = block->end - c->instruction.offset;
    return distance * c->expansion < BRANCH_BYTES;
}

static void block_open(struct compiler *c, uint16_t opcode, struct wasm_signature signature)
{
    struct block *block = &c->blocks[c->block_count++];
    *block = (struct block){
        .signature = signature,
        .label = label_new(),
        .otherwise = label_new(),
        .height = c->operand_count - signature.param_count,
        .end = c->block_ends[c->block_next++],
        .opcode = opcode,
        .is_in_register = opcode != WASM_OP_LOOP && signature.result_count == 1,
    };
    operands_flush(c, block->height);
    if (opcode == WASM_OP_LOOP)
        label_bind(c, &block->label);
}

void control_start(struct compiler *c)
{
    struct wasm_signature signature = function_signature(c->module, c->function);
    signature.param_count = 0;
    block_open(c, WASM_OP_BLOCK, signature);
}

static void if_open(struct compiler *c)
{
    struct wasm_signature signature = wasm_block_signature(c->module, &c->instruction);
    condition_pop(c);
    block_open(c, WASM_OP_IF, signature);
    struct block *block = block_at(c, 0);
    condition_done(c);
    emit_branch(c, c->condition.branch ^ RV_BRANCH_INVERT, c->condition.left, c->condition.right, &block->otherwise,
                block_is_near(c, block));
}

// The values a branch to the block carries go where its label takes them. Changes no state; the operands stay.
static void label_values_copy(struct compiler *c, const struct block *block)
{
    uint32_t arity = label_arity(block);
    uint32_t first = c->operand_count - arity;
    if (block->is_in_register) {
        operand_into(c, &c->operands[first], result_home(label_type(c, block)));
        return;
    }
    for (uint32_t i = 0; i < arity; i++) // upwards: no value is overwritten before it was copied
        operand_store(c, &c->operands[first + i], slot_offset(c, block->height + i));
}

// The rest of the block cannot be reached: its operands are gone.
static void operands_drop(struct compiler *c, uint32_t height)
{
    while (c->operand_count > height) {
        struct operand operand = operand_pop(c);
        operand_release(c, &operand);
    }
}

void control_stop(struct compiler *c)
{
    operands_drop(c, block_at(c, 0)->height);
    c->is_dead = true;
    c->dead_depth = 0;
}

void emit_block_branch(struct compiler *c, struct block *block)
{
    label_values_copy(c, block);
    emit_jump(c, &block->label);
}

// The operand on top moves to a0 or fa0, for both paths of a branch.
void operand_to_home(struct compiler *c)
{
    struct operand *operand = &c->operands[c->operand_count - 1];
    bool is_float = type_is_float(operand->type);
    uint8_t home = result_home(operand->type);
    if (operand->kind == OPERAND_REGISTER && operand->reg == home)
        return;
    register_evict(c, is_float, home);
    struct operand copy = operand_pop(c);
    operand_into(c, &copy, home);
    operand_release(c, &copy);
    operand_push_register(c, copy.type, home);
}

// The fall-through end of a block or arm: its results go where the label has them.
static void arm_finish(struct compiler *c, struct block *block)
{
    if (block->opcode == WASM_OP_LOOP) // falling out of a loop is no branch to its label
        return;
    if (block->is_in_register)
        operand_to_home(c);
    else
        operands_flush(c, block->height);
}

static void operands_push_slots(struct compiler *c, uint32_t values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        operand_push(c, (struct operand){
                            .kind = OPERAND_SLOT, .type = c->module->values[values + i], .index = c->operand_count});
    c->unflushed = c->operand_count;
}

static void otherwise(struct compiler *c)
{
    struct block *block = block_at(c, 0);
    if (!c->is_dead) {
        arm_finish(c, block);
        emit_jump(c, &block->label);
    }
    operands_drop(c, block->height);
    label_bind(c, &block->otherwise);
    operands_push_slots(c, block->signature.params, block->signature.param_count);
    block->opcode = WASM_OP_ELSE;
    c->is_dead = false;
}

// An if without else passes its parameters on when the condition is false.
static void otherwise_pass(struct compiler *c, struct block *block)
{
    if (block->is_in_register) {
        if (!c->is_dead)
            emit_jump(c, &block->label);
        label_bind(c, &block->otherwise);
        uint8_t type = label_type(c, block);
        emit_frame_load(c, type_is_float(type) ? RV_FLD : RV_LD, result_home(type), slot_offset(c, block->height));
    } else {
        label_bind(c, &block->otherwise);
    }
    c->is_dead = false;
}

static void end(struct compiler *c)
{
    struct block *block = block_at(c, 0);
    if (!c->is_dead)
        arm_finish(c, block);
    if (block->opcode == WASM_OP_LOOP) {
        // Operands stay as they are.
        c->block_count--;
        return;
    }
    operands_drop(c, block->height);
    if (block->opcode == WASM_OP_IF)
        otherwise_pass(c, block);
    bool is_target = block->label.fixups != COMPILER_NONE;
    bool is_reached = !c->is_dead || is_target;
    if (is_target)
        label_bind(c, &block->label);
    c->block_count--;
    c->is_dead = !is_reached;
    if (!is_reached)
        return;
    if (block->is_in_register) {
        uint8_t type = label_type(c, block);
        uint8_t home = result_home(type);
        c->used[type_is_float(type)] |= 1u << home;
        operand_push_register(c, type, home);
    } else {
        operands_push_slots(c, block->signature.results, block->signature.result_count);
    }
}

// Dead code is stepped over; true if the instruction was part of it.
static bool is_skipped(struct compiler *c)
{
    if (!c->is_dead)
        return false;
    switch (c->instruction.opcode) {
    case WASM_OP_BLOCK:
    case WASM_OP_LOOP:
    case WASM_OP_IF:
        c->dead_depth++;
        c->block_next++;
        return true;
    case WASM_OP_ELSE:
        return c->dead_depth > 0;
    case WASM_OP_END:
        if (c->dead_depth == 0)
            return false;
        c->dead_depth--;
        return true;
    default:
        return true;
    }
}

bool control_compile(struct compiler *c)
{
    if (is_skipped(c))
        return true;
    switch (c->instruction.opcode) {
    case WASM_OP_UNREACHABLE:
        emit_trap(c, NJ_TRAP_UNREACHABLE);
        control_stop(c);
        return true;
    case WASM_OP_NOP:
        return true;
    case WASM_OP_BLOCK:
    case WASM_OP_LOOP:
        block_open(c, c->instruction.opcode, wasm_block_signature(c->module, &c->instruction));
        return true;
    case WASM_OP_IF:
        if_open(c);
        return true;
    case WASM_OP_ELSE:
        otherwise(c);
        return true;
    case WASM_OP_END:
        end(c);
        return true;
    case WASM_OP_BR:
        emit_block_branch(c, block_at(c, c->instruction.index));
        control_stop(c);
        return true;
    case WASM_OP_RETURN:
        emit_block_branch(c, &c->blocks[0]);
        control_stop(c);
        return true;
    default:
        return branch_compile(c);
    }
}
