// SPDX-License-Identifier: Apache-2.0
// Branches on a condition, and by number. What their labels take is moved on the way, see control.c.
#include "compiler.h"

static void branch_if(struct compiler *c)
{
    struct block *block = block_at(c, c->instruction.index);
    uint32_t arity = label_arity(block);
    bool is_in_place = arity == 0 || block->is_in_register || block->height == c->operand_count - arity;
    condition_pop(c);
    if (c->operand_count > 0 && block->is_in_register)
        operand_to_home(c);
    struct condition condition = c->condition;
    if (is_in_place) {
        if (!block->is_in_register && arity > 0)
            operands_flush(c, block->height);
        condition_done(c);
        emit_branch(c, condition.branch, condition.left, condition.right, &block->label, block_is_near(c, block));
        return;
    }
    condition_done(c);
    struct label skip = label_new();
    emit_branch(c, condition.branch ^ RV_BRANCH_INVERT, condition.left, condition.right, &skip, arity < 64);
    emit_block_branch(c, block);
    label_bind(c, &skip);
}

#define BRANCH_CHAIN_MAX 4

// Few targets: compare one after the other.
static void branch_chain(struct compiler *c, struct wasm_reader labels, uint8_t selector)
{
    for (uint32_t i = 0; i < c->instruction.count; i++) {
        uint32_t depth = 0;
        if (wasm_read_u32(&labels, &depth) != WASM_OK)
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
        struct block *block = block_at(c, depth);
        struct label skip = label_new();
        if (i > 0)
            emit_constant(c, RV_T4, i);
        if (label_arity(block) == 0) {
            emit_branch(c, RV_BEQ, selector, i > 0 ? RV_T4 : RV_X0, &block->label, block_is_near(c, block));
            continue;
        }
        emit_branch(c, RV_BNE, selector, i > 0 ? RV_T4 : RV_X0, &skip, label_arity(block) < 64);
        emit_block_branch(c, block);
        label_bind(c, &skip);
    }
    uint32_t depth = 0;
    if (wasm_read_u32(&labels, &depth) != WASM_OK)
        compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
    emit_block_branch(c, block_at(c, depth));
}

// Many: a table of jumps, entered through ra. Targets that take values first have a piece of code behind the table.
static void branch_through_table(struct compiler *c, struct wasm_reader labels, uint8_t selector)
{
    uint32_t count = c->instruction.count;
    struct wasm_reader first = labels;
    uint32_t depth = 0;
    for (uint32_t i = 0; i <= count; i++)
        if (wasm_read_u32(&labels, &depth) != WASM_OK)
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
    struct label table = label_new();
    emit_constant(c, RV_T4, count);
    emit_branch(c, RV_BLTU, selector, RV_T4, &table, label_arity(block_at(c, depth)) < 64);
    emit_block_branch(c, block_at(c, depth));
    label_bind(c, &table);
    uint32_t start = c->at + 6;
    uint32_t offset = 4 * start;
    int32_t low = (int32_t)(offset << 20) >> 20;
    emit(c, rv_lui(RV_T4, (offset - (uint32_t)low) >> 12));
    emit(c, rv_rri(RV_ADDI, RV_T4, RV_T4, low));
    emit(c, rv_rrr(RV_SH2ADD, RV_T4, selector, RV_T4));
    emit_indirect_jump(c, RV_T4, RV_X0);
    labels = first;
    for (uint32_t i = 0; i < count && compiler_is_ok(c); i++) {
        if (wasm_read_u32(&labels, &depth) != WASM_OK)
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
        if (label_arity(block_at(c, depth)) == 0)
            emit_jump(c, &block_at(c, depth)->label);
        else
            emit(c, RV_JAL);
    }
    labels = first;
    for (uint32_t i = 0; i < count && compiler_is_ok(c); i++) {
        if (wasm_read_u32(&labels, &depth) != WASM_OK)
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
        if (label_arity(block_at(c, depth)) == 0)
            continue;
        c->code[start + i] = rv_jal(RV_X0, 4 * (int32_t)(c->at - (start + i)));
        emit_block_branch(c, block_at(c, depth));
    }
}

static void branch_table(struct compiler *c)
{
    struct wasm_reader labels = wasm_reader_at_labels(&c->reader, &c->instruction);
    struct operand selector = operand_pop(c);
    uint8_t reg = operand_register(c, &selector);
    // The value of a label may have to go to a0 while the selector is there: move that away.
    if (reg == RV_A0) {
        reg = register_take(c, false);
        emit_move(c, reg, RV_A0);
    }
    if (c->instruction.count <= BRANCH_CHAIN_MAX)
        branch_chain(c, labels, reg);
    else
        branch_through_table(c, labels, reg);
    operand_release(c, &selector);
    register_release(c, false, reg);
    control_stop(c);
}

bool branch_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_BR_IF:
        branch_if(c);
        return true;
    case WASM_OP_BR_TABLE:
        branch_table(c);
        return true;
    default:
        return false;
    }
}
