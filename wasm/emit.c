// SPDX-License-Identifier: Apache-2.0
// Code words, constants, the frame, and labels.
#include "compiler.h"

void compiler_fail(struct compiler *c, enum wasm_compile_status status)
{
    if (!compiler_is_ok(c))
        return;
    c->error.status = status;
    c->error.offset = c->instruction.offset;
    c->error.function = c->function;
}

void list_add(struct compiler *c, struct list *list, uint32_t value)
{
    uint32_t index = list->count % LIST_CHUNK_VALUES;
    if (index == 0) {
        struct list_chunk *chunk = wasm_arena_allocate(c->arena, 1, sizeof *chunk);
        if (!chunk) {
            compiler_fail(c, WASM_COMPILE_NO_MEMORY);
            return;
        }
        if (list->last)
            list->last->next = chunk;
        else
            list->first = chunk;
        list->last = chunk;
    }
    list->last->values[index] = value;
    list->count++;
}

#define OPCODE_MASK 0x7fu
#define OPCODE_STORE 0x23u
#define OPCODE_STORE_FP 0x27u
#define OPCODE_BRANCH 0x63u

void emit(struct compiler *c, uint32_t word)
{
    if (c->at >= c->code_capacity) {
        compiler_fail(c, WASM_COMPILE_IMAGE_SIZE);
        return;
    }
    c->code[c->at++] = word;
    // t5 stays the address of a register's value only as long as neither changes.
    uint32_t opcode = word & OPCODE_MASK;
    uint32_t rd = word >> 7 & 0x1f;
    if (opcode != OPCODE_STORE && opcode != OPCODE_STORE_FP && opcode != OPCODE_BRANCH &&
        (rd == c->address_of || rd == RV_T5))
        c->address_of = 0;
}

void emit_move(struct compiler *c, uint32_t rd, uint32_t rs)
{
    if (rd != rs)
        emit(c, rv_rri(RV_ADDI, rd, rs, 0));
}

void emit_float_move(struct compiler *c, uint32_t rd, uint32_t rs)
{
    if (rd != rs)
        emit(c, rv_rrr(RV_FSGNJ | RV_DOUBLE, rd, rs, rs));
}

// A 32-bit constant, sign-extended.
static void emit_constant_32(struct compiler *c, uint32_t rd, int32_t value)
{
    if (rv_fits_12(value)) {
        emit(c, rv_rri(RV_ADDI, rd, RV_X0, value));
        return;
    }
    int32_t low = (int32_t)((uint32_t)value << 20) >> 20;
    uint32_t high = ((uint32_t)value - (uint32_t)low) >> 12;
    emit(c, rv_lui(rd, high));
    if (low != 0)
        emit(c, rv_rri(RV_ADDIW, rd, rd, low));
}

void emit_constant(struct compiler *c, uint32_t rd, int64_t value)
{
    if (value >= INT32_MIN && value <= INT32_MAX) {
        emit_constant_32(c, rd, (int32_t)value);
        return;
    }
    uint32_t below;
    if (state_pool(c, (uint64_t)value, &below)) {
        state_load(c, RV_LD, rd, below);
        return;
    }
    // Upper half, then the lower half in pieces that do not carry.
    uint32_t low = (uint32_t)value;
    emit_constant_32(c, rd, (int32_t)((uint64_t)value >> 32));
    emit(c, rv_rri(RV_SLLI, rd, rd, 11));
    emit(c, rv_rri(RV_ORI, rd, rd, (int32_t)(low >> 21)));
    emit(c, rv_rri(RV_SLLI, rd, rd, 11));
    emit(c, rv_rri(RV_ORI, rd, rd, (int32_t)(low >> 10 & 0x7ff)));
    emit(c, rv_rri(RV_SLLI, rd, rd, 10));
    emit(c, rv_rri(RV_ORI, rd, rd, (int32_t)(low & 0x3ff)));
}

void emit_float_constant(struct compiler *c, uint32_t rd, uint8_t type, uint64_t bits)
{
    bool is_double = type == WASM_F64;
    uint32_t below;
    if (bits == 0) {
        emit(c, rv_rrr(RV_FMV_W_X | (is_double ? RV_DOUBLE : 0), rd, RV_X0, 0));
    } else if (state_pool(c, bits, &below)) {
        state_load(c, is_double ? RV_FLD : RV_FLW, rd, below);
    } else {
        emit_constant(c, RV_T4, is_double ? (int64_t)bits : (int32_t)(uint32_t)bits);
        emit(c, rv_rrr(RV_FMV_W_X | (is_double ? RV_DOUBLE : 0), rd, RV_T4, 0));
    }
}

void emit_trap(struct compiler *c, enum nj_trap trap)
{
    list_add(c, &c->traps, c->at);
    list_add(c, &c->traps, (uint32_t)trap);
    emit(c, NJ_TRAP_WORD);
}

void emit_trap_unless(struct compiler *c, uint32_t branch, uint32_t rs1, uint32_t rs2, enum nj_trap trap)
{
    emit(c, rv_branch(branch, rs1, rs2, 8));
    emit_trap(c, trap);
}

// sp cannot be added to: for offsets that do not fit, t5 = code base + (sp - code base + offset).
static int32_t frame_address(struct compiler *c, uint32_t offset, uint32_t *base)
{
    if (offset <= 2047) {
        *base = RV_SP;
        return (int32_t)offset;
    }
    int32_t low = (int32_t)(offset << 20) >> 20;
    emit(c, rv_lui(RV_T4, (offset - (uint32_t)low) >> 12));
    emit(c, rv_rrr(RV_ADD, RV_T4, RV_T4, RV_SP));
    emit(c, rv_rrr(RV_SUB, RV_T4, RV_T4, RV_TP));
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_T4, RV_TP));
    *base = RV_T5;
    return low;
}

void emit_frame_load(struct compiler *c, uint32_t word, uint32_t reg, uint32_t offset)
{
    uint32_t base;
    int32_t low = frame_address(c, offset, &base);
    emit(c, rv_load(word, reg, base, low));
}

void emit_frame_store(struct compiler *c, uint32_t word, uint32_t reg, uint32_t offset)
{
    uint32_t base;
    int32_t low = frame_address(c, offset, &base);
    emit(c, rv_store(word, reg, base, low));
}

struct label label_new(void)
{
    return (struct label){COMPILER_NONE, COMPILER_NONE};
}

// The word at `at` is a branch or jump without its offset.
static void branch_patch(struct compiler *c, uint32_t at, uint32_t target)
{
    int64_t bytes = 4 * ((int64_t)target - at);
    uint32_t word = c->code[at];
    if ((word & OPCODE_MASK) == OPCODE_BRANCH) {
        if (!rv_branch_reaches(bytes))
            c->has_overflown = true;
        else
            c->code[at] = rv_branch(word, 0, 0, (int32_t)bytes);
    } else if (!rv_jal_reaches(bytes)) {
        compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
    } else {
        c->code[at] = rv_jal(word >> 7 & 0x1f, (int32_t)bytes);
    }
}

static void fixup_add(struct compiler *c, struct label *label)
{
    uint32_t index = c->fixup_free;
    if (index != COMPILER_NONE) {
        c->fixup_free = c->fixups[index].next;
    } else if (c->fixup_count < c->fixup_capacity) {
        index = c->fixup_count++;
    } else {
        compiler_fail(c, WASM_COMPILE_NO_MEMORY);
        return;
    }
    c->fixups[index] = (struct fixup){c->at, label->fixups};
    label->fixups = index;
}

void label_bind(struct compiler *c, struct label *label)
{
    label->bound = c->at;
    c->address_of = 0;
    if (!compiler_is_ok(c))
        return;
    uint32_t next;
    for (uint32_t index = label->fixups; index != COMPILER_NONE; index = next) {
        next = c->fixups[index].next;
        branch_patch(c, c->fixups[index].at, c->at);
        c->fixups[index].next = c->fixup_free;
        c->fixup_free = index;
    }
    label->fixups = COMPILER_NONE;
}

void emit_jump(struct compiler *c, struct label *label)
{
    if (label->bound == COMPILER_NONE) {
        fixup_add(c, label);
        emit(c, RV_JAL);
        return;
    }
    int64_t bytes = 4 * ((int64_t)label->bound - c->at);
    if (!rv_jal_reaches(bytes))
        compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
    emit(c, rv_jal(RV_X0, (int32_t)bytes));
}

void emit_branch(struct compiler *c, uint32_t branch, uint32_t rs1, uint32_t rs2, struct label *label, bool is_near)
{
    int64_t bytes = label->bound == COMPILER_NONE ? 0 : 4 * ((int64_t)label->bound - c->at);
    if (label->bound == COMPILER_NONE ? is_near : rv_branch_reaches(bytes)) {
        if (label->bound == COMPILER_NONE)
            fixup_add(c, label);
        emit(c, rv_branch(branch, rs1, rs2, (int32_t)bytes));
        return;
    }
    emit(c, rv_branch(branch ^ RV_BRANCH_INVERT, rs1, rs2, 8));
    emit_jump(c, label);
}
