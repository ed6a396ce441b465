// SPDX-License-Identifier: Apache-2.0
// The operand stack of WebAssembly at compile time. Constants and locals stay what they are until somebody needs them in
// a register; results live in temporaries; what does not fit, or has to survive a call or a branch, goes to the slot of
// its height in the frame. Integers and references are 64 bits everywhere, i32 sign-extended.
#include "compiler.h"

// Results of calls and blocks travel in a0, fa0: those are taken first, so that they are often there already.
#define LATE_TEMPORARIES (1u << RV_T0 | 1u << RV_T1 | 1u << RV_T3)

static uint32_t lowest_bit(uint32_t set)
{
    return (uint32_t)__builtin_ctz(set);
}

uint32_t slot_offset(struct compiler *c, uint32_t height)
{
    if (height >= c->slot_count)
        c->slot_count = height + 1;
    return c->slots + 8 * height;
}

void operand_spill(struct compiler *c, uint32_t height)
{
    struct operand *operand = &c->operands[height];
    if (operand->kind == OPERAND_SLOT)
        return;
    operand_store(c, operand, slot_offset(c, height));
    if (operand->kind == OPERAND_REGISTER)
        register_release(c, type_is_float(operand->type), operand->reg);
    if (operand->kind == OPERAND_LOCAL)
        c->locals[operand->index].references--;
    operand->kind = OPERAND_SLOT;
    operand->index = height;
}

uint8_t register_take(struct compiler *c, bool is_float)
{
    uint32_t free = c->temporaries[is_float] & ~c->used[is_float];
    if (free == 0) {
        // The operand deepest in the stack is needed last.
        uint32_t victim = COMPILER_NONE;
        for (uint32_t reg = 0; reg < 32; reg++)
            if ((c->used[is_float] >> reg & 1) && c->owner[is_float][reg] < victim)
                victim = c->owner[is_float][reg];
        if (victim == COMPILER_NONE) {
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
            return RV_A0;
        }
        operand_spill(c, victim);
        free = c->temporaries[is_float] & ~c->used[is_float];
    }
    uint32_t early = is_float ? free : free & ~LATE_TEMPORARIES;
    uint32_t reg = lowest_bit(early ? early : free);
    c->used[is_float] |= 1u << reg;
    c->owner[is_float][reg] = COMPILER_NONE;
    return (uint8_t)reg;
}

static void condition_rename(struct compiler *c, uint8_t from, uint8_t to)
{
    if (c->condition.left == from)
        c->condition.left = to;
    if (c->condition.right == from)
        c->condition.right = to;
    for (uint32_t i = 0; i < 2; i++)
        if (c->condition.operands[i].kind == OPERAND_REGISTER && c->condition.operands[i].reg == from &&
            !type_is_float(c->condition.operands[i].type))
            c->condition.operands[i].reg = to;
}

void register_evict(struct compiler *c, bool is_float, uint8_t reg)
{
    if (c->used[is_float] >> reg & 1) {
        uint32_t owner = c->owner[is_float][reg];
        uint8_t other = register_take(c, is_float);
        // Taking another may have spilled just this one; then the other can go back.
        if (!(c->used[is_float] >> reg & 1)) {
            register_release(c, is_float, other);
        } else {
            if (is_float)
                emit_float_move(c, other, reg);
            else
                emit_move(c, other, reg);
            if (owner != COMPILER_NONE)
                c->operands[owner].reg = other;
            else if (!is_float && c->condition.is_pending)
                condition_rename(c, reg, other);
            else
                compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
            c->owner[is_float][other] = owner;
        }
    }
    c->used[is_float] |= 1u << reg;
    c->owner[is_float][reg] = COMPILER_NONE;
}

void register_release(struct compiler *c, bool is_float, uint8_t reg)
{
    c->used[is_float] &= ~(c->temporaries[is_float] & 1u << reg);
    c->owner[is_float][reg] = COMPILER_NONE;
}

void operand_push(struct compiler *c, struct operand operand)
{
    if (operand.kind == OPERAND_REGISTER)
        c->owner[type_is_float(operand.type)][operand.reg] = c->operand_count;
    if (operand.kind == OPERAND_LOCAL)
        c->locals[operand.index].references++;
    c->operands[c->operand_count++] = operand;
}

void operand_push_register(struct compiler *c, uint8_t type, uint8_t reg)
{
    operand_push(c, (struct operand){.kind = OPERAND_REGISTER, .type = type, .reg = reg});
}

void operand_push_constant(struct compiler *c, uint8_t type, uint64_t value)
{
    operand_push(c, (struct operand){.kind = OPERAND_CONSTANT, .type = type, .value = value});
}

struct operand operand_pop(struct compiler *c)
{
    struct operand operand = c->operands[--c->operand_count];
    if (operand.kind == OPERAND_REGISTER)
        c->owner[type_is_float(operand.type)][operand.reg] = COMPILER_NONE;
    if (operand.kind == OPERAND_LOCAL)
        c->locals[operand.index].references--;
    if (c->unflushed > c->operand_count)
        c->unflushed = c->operand_count;
    return operand;
}

void operand_into(struct compiler *c, struct operand *operand, uint8_t reg)
{
    bool is_float = type_is_float(operand->type);
    uint8_t from = operand->reg;
    switch (operand->kind) {
    case OPERAND_CONSTANT:
        if (is_float)
            emit_float_constant(c, reg, operand->type, operand->value);
        else
            emit_constant(c, reg, (int64_t)operand->value);
        return;
    case OPERAND_SLOT:
        emit_frame_load(c, is_float ? RV_FLD : RV_LD, reg, slot_offset(c, operand->index));
        return;
    case OPERAND_LOCAL:
        if (!c->locals[operand->index].is_assigned) {
            emit_frame_load(c, is_float ? RV_FLD : RV_LD, reg, c->locals[operand->index].home);
            return;
        }
        from = c->locals[operand->index].reg;
        break;
    default:
        break;
    }
    if (is_float)
        emit_float_move(c, reg, from);
    else
        emit_move(c, reg, from);
}

uint8_t operand_register(struct compiler *c, struct operand *operand)
{
    bool is_float = type_is_float(operand->type);
    if (operand->kind == OPERAND_REGISTER)
        return operand->reg;
    if (operand->kind == OPERAND_LOCAL && c->locals[operand->index].is_assigned)
        return c->locals[operand->index].reg;
    if (operand->kind == OPERAND_CONSTANT && !is_float && operand->value == 0)
        return RV_X0;
    uint8_t reg = register_take(c, is_float);
    operand_into(c, operand, reg);
    operand->kind = OPERAND_REGISTER;
    operand->reg = reg;
    return reg;
}

void operand_release(struct compiler *c, struct operand *operand)
{
    if (operand->kind == OPERAND_REGISTER)
        register_release(c, type_is_float(operand->type), operand->reg);
}

void operand_store(struct compiler *c, const struct operand *operand, uint32_t offset)
{
    bool is_float = type_is_float(operand->type);
    // A far store needs t4 for its address.
    bool is_far = offset > 2047;
    uint8_t reg = operand->reg;
    switch (operand->kind) {
    case OPERAND_REGISTER:
        break;
    case OPERAND_LOCAL:
        if (c->locals[operand->index].is_assigned) {
            reg = c->locals[operand->index].reg;
            break;
        }
        // It is in memory too.
        // fall through
    case OPERAND_SLOT: {
        bool is_slot = operand->kind == OPERAND_SLOT;
        uint32_t from = is_slot ? slot_offset(c, operand->index) : c->locals[operand->index].home;
        if (from == offset)
            return;
        is_float = is_float || is_far;
        reg = is_float ? RV_FT11 : RV_T4;
        emit_frame_load(c, is_float ? RV_FLD : RV_LD, reg, from);
        break;
    }
    default: {
        // An f32 fills the upper half with ones, as in a register.
        uint64_t boxed = operand->type == WASM_F32 ? 0xffffffff00000000 : 0;
        is_float = false;
        reg = operand->value == 0 && boxed == 0 ? RV_X0 : RV_T4;
        if (reg != RV_X0)
            emit_constant(c, reg, (int64_t)(operand->value | boxed));
        if (reg != RV_X0 && is_far) {
            is_float = true;
            reg = RV_FT11;
            emit(c, rv_rrr(RV_FMV_W_X | RV_DOUBLE, reg, RV_T4, 0));
        }
        break;
    }
    }
    emit_frame_store(c, is_float ? RV_FSD : RV_SD, reg, offset);
}

uint8_t result_replace(struct compiler *c, uint8_t type, struct operand *first, struct operand *second)
{
    uint8_t next = next_opcode(c);
    uint8_t home = 0;
    if (next == WASM_OP_LOCAL_SET || next == WASM_OP_LOCAL_TEE) {
        struct wasm_reader ahead = c->reader;
        uint32_t index;
        ahead.position++;
        if (wasm_read_u32(&ahead, &index) == WASM_OK && c->locals[index].is_assigned) {
            local_detach(c, index); // may take registers: the sources must not be free yet
            home = c->locals[index].reg;
        }
    }
    if (first)
        operand_release(c, first);
    if (second)
        operand_release(c, second);
    return home != 0 ? home : register_take(c, type_is_float(type));
}

uint8_t result_register(struct compiler *c, uint8_t type)
{
    return result_replace(c, type, 0, 0);
}

void operands_flush(struct compiler *c, uint32_t height)
{
    for (uint32_t i = c->unflushed; i < height; i++)
        if (c->operands[i].kind != OPERAND_CONSTANT)
            operand_spill(c, i);
    for (uint32_t i = height; i < c->operand_count; i++)
        operand_spill(c, i);
    c->unflushed = c->operand_count;
}

void local_detach(struct compiler *c, uint32_t index)
{
    struct local *local = &c->locals[index];
    for (uint32_t i = c->operand_count; i > 0 && local->references > 0; i--) {
        struct operand *operand = &c->operands[i - 1];
        if (operand->kind != OPERAND_LOCAL || operand->index != index)
            continue;
        uint8_t reg = register_take(c, type_is_float(operand->type));
        operand_into(c, operand, reg);
        operand->kind = OPERAND_REGISTER;
        operand->reg = reg;
        c->owner[type_is_float(operand->type)][reg] = i - 1;
        local->references--;
    }
}

void registers_move(struct compiler *c, bool is_float, uint8_t *to, uint8_t *from, uint32_t count)
{
    uint8_t scratch = is_float ? RV_FT11 : RV_T4;
    while (count > 0 && compiler_is_ok(c)) {
        // A destination that nobody still reads can be written.
        uint32_t ready = COMPILER_NONE;
        for (uint32_t i = 0; i < count && ready == COMPILER_NONE; i++) {
            ready = i;
            for (uint32_t k = 0; k < count; k++)
                if (k != i && from[k] == to[i])
                    ready = COMPILER_NONE;
        }
        if (ready == COMPILER_NONE) { // a cycle: park one source
            if (is_float)
                emit_float_move(c, scratch, from[0]);
            else
                emit_move(c, scratch, from[0]);
            from[0] = scratch;
            continue;
        }
        if (is_float)
            emit_float_move(c, to[ready], from[ready]);
        else
            emit_move(c, to[ready], from[ready]);
        count--;
        to[ready] = to[count];
        from[ready] = from[count];
    }
}
