// SPDX-License-Identifier: Apache-2.0
// Routines of the bulk instructions. Everything is checked before the first byte moves. All of them come down to copying
// or filling runs of bytes, at offsets from gp (linear memory) or tp (the state area).
//
// They use caller-saved registers only and no stack. t3 survives copying and filling.
#include "compiler.h"

#define BLOCK 32
#define WORD 8

static void emit_zero_extended(struct compiler *c, uint32_t reg)
{
    emit(c, rv_rrr(RV_ADD_UW, reg, reg, RV_X0));
}

static void emit_add(struct compiler *c, uint32_t reg, int32_t value)
{
    emit(c, rv_rri(RV_ADDI, reg, reg, value));
}

static void emit_address(struct compiler *c, uint32_t offset, uint32_t base)
{
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, offset, base));
}

static void emit_return(struct compiler *c)
{
    emit(c, rv_rri(RV_JALR, RV_X0, RV_RA, 0));
}

// Traps unless start + count <= size, all of them below 2^33. Clobbers t1.
static void emit_bounds(struct compiler *c, uint32_t start, uint32_t count, uint32_t size, enum nj_trap trap)
{
    emit(c, rv_rrr(RV_ADD, RV_T1, start, count));
    emit_trap_unless(c, RV_BGEU, size, RV_T1, trap);
}

// Moves one unit of 32, 8 or 1 bytes from a1 to a0.
static void emit_unit(struct compiler *c, uint32_t unit, uint32_t to, uint32_t from)
{
    uint32_t load = unit == 1 ? RV_LBU : RV_LD;
    uint32_t store = unit == 1 ? RV_SB : RV_SD;
    emit_address(c, RV_A1, from);
    for (uint32_t i = 0; i < unit; i += WORD)
        emit(c, rv_load(load, RV_A3 + i / WORD, RV_T5, (int32_t)i));
    emit_address(c, RV_A0, to);
    for (uint32_t i = 0; i < unit; i += WORD)
        emit(c, rv_store(store, RV_A3 + i / WORD, RV_T5, (int32_t)i));
}

// As many units as are left in a2, upwards, or downwards from the ends.
static void emit_copy_loop(struct compiler *c, uint32_t unit, bool is_upwards, uint32_t to, uint32_t from)
{
    struct label again = label_new();
    struct label done = label_new();
    int32_t step = is_upwards ? (int32_t)unit : -(int32_t)unit;
    emit_constant(c, RV_T0, unit);
    label_bind(c, &again);
    emit_branch(c, RV_BLTU, RV_A2, RV_T0, &done, true);
    if (!is_upwards) {
        emit_add(c, RV_A0, step);
        emit_add(c, RV_A1, step);
    }
    emit_unit(c, unit, to, from);
    if (is_upwards) {
        emit_add(c, RV_A0, step);
        emit_add(c, RV_A1, step);
    }
    emit_add(c, RV_A2, -(int32_t)unit);
    emit_jump(c, &again);
    label_bind(c, &done);
}

static void emit_copy_loops(struct compiler *c, bool is_upwards, uint32_t to, uint32_t from)
{
    emit_copy_loop(c, BLOCK, is_upwards, to, from);
    emit_copy_loop(c, WORD, is_upwards, to, from);
    emit_copy_loop(c, 1, is_upwards, to, from);
    emit_return(c);
}

// a2 bytes from a1 to a0, which may overlap.
static void emit_copy(struct compiler *c, uint32_t base)
{
    struct label upwards = label_new();
    emit(c, rv_rrr(RV_SUB, RV_T1, RV_A0, RV_A1));
    emit_branch(c, RV_BGEU, RV_T1, RV_A2, &upwards, false);
    emit(c, rv_rrr(RV_ADD, RV_A0, RV_A0, RV_A2));
    emit(c, rv_rrr(RV_ADD, RV_A1, RV_A1, RV_A2));
    emit_copy_loops(c, false, base, base);
    label_bind(c, &upwards);
    emit_copy_loops(c, true, base, base);
}

static void emit_fill_loop(struct compiler *c, uint32_t unit, uint32_t base)
{
    struct label again = label_new();
    struct label done = label_new();
    emit_constant(c, RV_T0, unit);
    label_bind(c, &again);
    emit_branch(c, RV_BLTU, RV_A2, RV_T0, &done, true);
    emit_address(c, RV_A0, base);
    for (uint32_t i = 0; i < unit; i += WORD)
        emit(c, rv_store(unit == 1 ? RV_SB : RV_SD, RV_A1, RV_T5, (int32_t)i));
    emit_add(c, RV_A0, (int32_t)unit);
    emit_add(c, RV_A2, -(int32_t)unit);
    emit_jump(c, &again);
    label_bind(c, &done);
}

// a2 bytes at a0, with the 8 bytes of a1 over and over.
static void emit_fill(struct compiler *c, uint32_t base)
{
    emit_fill_loop(c, BLOCK, base);
    emit_fill_loop(c, WORD, base);
    emit_fill_loop(c, 1, base);
}

// rd = bytes of linear memory.
static void emit_memory_bytes(struct compiler *c, uint32_t rd)
{
    state_load(c, RV_LW, rd, c->state.memory_size);
    emit(c, rv_rri(RV_SLLI, rd, rd, 16));
}

// (a0 destination, a1 source, a2 count)
static void memory_copy(struct compiler *c)
{
    for (uint32_t reg = RV_A0; reg <= RV_A2; reg++)
        emit_zero_extended(c, reg);
    emit_memory_bytes(c, RV_T0);
    emit_bounds(c, RV_A0, RV_A2, RV_T0, NJ_TRAP_MEMORY_BOUNDS);
    emit_bounds(c, RV_A1, RV_A2, RV_T0, NJ_TRAP_MEMORY_BOUNDS);
    emit_copy(c, RV_GP);
}

// (a0 destination, a1 value, a2 count)
static void memory_fill(struct compiler *c)
{
    emit_zero_extended(c, RV_A0);
    emit_zero_extended(c, RV_A2);
    emit_memory_bytes(c, RV_T0);
    emit_bounds(c, RV_A0, RV_A2, RV_T0, NJ_TRAP_MEMORY_BOUNDS);
    emit(c, rv_rri(RV_ANDI, RV_A1, RV_A1, 0xff));
    for (int32_t bits = 8; bits < 64; bits *= 2) {
        emit(c, rv_rri(RV_SLLI, RV_T1, RV_A1, bits));
        emit(c, rv_rrr(RV_OR, RV_A1, RV_A1, RV_T1));
    }
    emit_fill(c, RV_GP);
    emit_return(c);
}

// (a0 destination, a1 source, a2 count, a3 offset of the segment from tp, a4 its size)
static void memory_init(struct compiler *c)
{
    for (uint32_t reg = RV_A0; reg <= RV_A2; reg++)
        emit_zero_extended(c, reg);
    emit_memory_bytes(c, RV_T0);
    emit_bounds(c, RV_A0, RV_A2, RV_T0, NJ_TRAP_MEMORY_BOUNDS);
    emit_bounds(c, RV_A1, RV_A2, RV_A4, NJ_TRAP_MEMORY_BOUNDS);
    emit(c, rv_rrr(RV_ADD, RV_A1, RV_A1, RV_A3));
    emit_copy_loops(c, true, RV_GP, RV_TP);
}

// (a0 destination, a1 source, a2 count, a3 offset and a4 size of the destination, a5 and a6 of the source)
static void table_copy(struct compiler *c)
{
    for (uint32_t reg = RV_A0; reg <= RV_A2; reg++)
        emit_zero_extended(c, reg);
    emit_bounds(c, RV_A0, RV_A2, RV_A4, NJ_TRAP_TABLE_BOUNDS);
    emit_bounds(c, RV_A1, RV_A2, RV_A6, NJ_TRAP_TABLE_BOUNDS);
    emit(c, rv_rrr(RV_SH3ADD, RV_A0, RV_A0, RV_A3));
    emit(c, rv_rrr(RV_SH3ADD, RV_A1, RV_A1, RV_A5));
    emit(c, rv_rri(RV_SLLI, RV_A2, RV_A2, 3));
    emit_copy(c, RV_TP);
}

// (a0 start, a1 value, a2 count, a3 offset and a4 size of the table)
static void table_fill(struct compiler *c)
{
    emit_zero_extended(c, RV_A0);
    emit_zero_extended(c, RV_A2);
    emit_bounds(c, RV_A0, RV_A2, RV_A4, NJ_TRAP_TABLE_BOUNDS);
    emit(c, rv_rrr(RV_SH3ADD, RV_A0, RV_A0, RV_A3));
    emit(c, rv_rri(RV_SLLI, RV_A2, RV_A2, 3));
    emit_fill(c, RV_TP);
    emit_return(c);
}

// (a0 value, a1 count, a2 offset of the table, a3 its capacity, a4 offset of its size): the old size, or -1
static void table_grow(struct compiler *c)
{
    struct label fits = label_new();
    emit_zero_extended(c, RV_A1);
    emit_address(c, RV_A4, RV_TP);
    emit(c, rv_load(RV_LWU, RV_T3, RV_T5, 0));
    emit(c, rv_rrr(RV_ADD, RV_T1, RV_T3, RV_A1));
    emit_branch(c, RV_BGEU, RV_A3, RV_T1, &fits, true);
    emit_constant(c, RV_A0, -1);
    emit_return(c);
    label_bind(c, &fits);
    emit(c, rv_store(RV_SW, RV_T1, RV_T5, 0));
    emit(c, rv_rri(RV_SLLI, RV_T1, RV_A1, 3));
    emit_move(c, RV_A1, RV_A0);
    emit(c, rv_rrr(RV_SH3ADD, RV_A0, RV_T3, RV_A2));
    emit_move(c, RV_A2, RV_T1);
    emit_fill(c, RV_TP);
    emit_move(c, RV_A0, RV_T3);
    emit_return(c);
}

void routines_compile(struct compiler *c)
{
    static void (*const compile[ROUTINE_COUNT])(struct compiler *) = {
        [ROUTINE_MEMORY_GROW] = memory_grow_compile, [ROUTINE_MEMORY_COPY] = memory_copy,
        [ROUTINE_MEMORY_FILL] = memory_fill,         [ROUTINE_MEMORY_INIT] = memory_init,
        [ROUTINE_TABLE_COPY] = table_copy,           [ROUTINE_TABLE_FILL] = table_fill,
        [ROUTINE_TABLE_GROW] = table_grow,
    };
    for (uint32_t i = 0; i < ROUTINE_COUNT && compiler_is_ok(c); i++) {
        uint32_t target = routine_target(c, (enum routine)i);
        if (c->pending[target] == 0) // nobody calls it
            continue;
        link_place_at(c, target, c->at);
        compile[i](c);
    }
}
