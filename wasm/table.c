// SPDX-License-Identifier: Apache-2.0
// References and tables, and the bulk instructions, which are calls of routines.
#include "compiler.h"

void table_size_into(struct compiler *c, uint8_t rd, uint32_t table)
{
    if (c->state.table_capacity[table] == c->module->tables[table].min)
        emit_constant(c, rd, c->module->tables[table].min);
    else
        state_load(c, RV_LW, rd, c->state.table_size[table]);
}

// t5 = address of the element, after the bounds check; what is left of the offset.
static int32_t element_address(struct compiler *c, struct operand *index, uint32_t table)
{
    uint8_t reg = operand_register(c, index);
    uint8_t size = register_take(c, false);
    table_size_into(c, size, table);
    emit_trap_unless(c, RV_BLTU, reg, size, NJ_TRAP_TABLE_BOUNDS);
    register_release(c, false, size);
    int32_t low;
    state_element(c, reg, c->state.table[table], &low);
    return low;
}

static void table_get(struct compiler *c)
{
    uint32_t table = c->instruction.index;
    uint8_t type = c->module->tables[table].type;
    struct operand index = operand_pop(c);
    int32_t low = element_address(c, &index, table);
    emit(c, rv_load(RV_LD, RV_T4, RV_T5, low));
    operand_release(c, &index);
    uint8_t rd = register_take(c, false);
    emit_move(c, rd, RV_T4);
    operand_push_register(c, type, rd);
}

static void table_set(struct compiler *c)
{
    struct operand value = operand_pop(c);
    struct operand index = operand_pop(c);
    uint8_t source = operand_register(c, &value);
    int32_t low = element_address(c, &index, c->instruction.index);
    emit(c, rv_store(RV_SD, source, RV_T5, low));
    operand_release(c, &value);
    operand_release(c, &index);
}

static void table_size(struct compiler *c)
{
    uint8_t rd = result_register(c, WASM_I32);
    table_size_into(c, rd, c->instruction.index);
    operand_push_register(c, WASM_I32, rd);
}

static void routine_call(struct compiler *c, enum routine routine)
{
    link_call(c, routine_target(c, routine));
    c->address_of = 0;
}

static void table_grow(struct compiler *c)
{
    uint32_t table = c->instruction.index;
    operands_to_arguments(c, 2);
    state_offset(c, RV_A2, c->state.table[table]);
    emit_constant(c, RV_A3, c->state.table_capacity[table]);
    state_offset(c, RV_A4, c->state.table_size[table]);
    routine_call(c, ROUTINE_TABLE_GROW);
    c->used[0] |= 1u << RV_A0;
    operand_push_register(c, WASM_I32, RV_A0);
}

static void table_fill(struct compiler *c)
{
    uint32_t table = c->instruction.index;
    operands_to_arguments(c, 3);
    state_offset(c, RV_A3, c->state.table[table]);
    table_size_into(c, RV_A4, table);
    routine_call(c, ROUTINE_TABLE_FILL);
}

static void table_copy(struct compiler *c)
{
    uint32_t to = c->instruction.index;
    uint32_t from = c->instruction.second;
    operands_to_arguments(c, 3);
    state_offset(c, RV_A3, c->state.table[to]);
    table_size_into(c, RV_A4, to);
    state_offset(c, RV_A5, c->state.table[from]);
    table_size_into(c, RV_A6, from);
    routine_call(c, ROUTINE_TABLE_COPY);
}

// Segments that are not passive count as dropped: their size is 0 from the start.
static void table_init(struct compiler *c)
{
    uint32_t segment = c->instruction.index;
    uint32_t table = c->instruction.second;
    operands_to_arguments(c, 3);
    state_offset(c, RV_A3, c->state.table[table]);
    table_size_into(c, RV_A4, table);
    state_offset(c, RV_A5, c->state.element[segment]);
    state_load(c, RV_LW, RV_A6, c->state.element_size[segment]);
    routine_call(c, ROUTINE_TABLE_COPY);
}

static void memory_init(struct compiler *c)
{
    uint32_t segment = c->instruction.index;
    operands_to_arguments(c, 3);
    state_offset(c, RV_A3, c->state.data[segment]);
    state_load(c, RV_LW, RV_A4, c->state.data_size[segment]);
    routine_call(c, ROUTINE_MEMORY_INIT);
}

static bool bulk_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_MEMORY_INIT:
        memory_init(c);
        return true;
    case WASM_OP_DATA_DROP:
        state_store(c, RV_SW, RV_X0, c->state.data_size[c->instruction.index]);
        return true;
    case WASM_OP_MEMORY_COPY:
        call_routine(c, ROUTINE_MEMORY_COPY, 3, 0);
        return true;
    case WASM_OP_MEMORY_FILL:
        call_routine(c, ROUTINE_MEMORY_FILL, 3, 0);
        return true;
    case WASM_OP_TABLE_INIT:
        table_init(c);
        return true;
    case WASM_OP_ELEM_DROP:
        state_store(c, RV_SW, RV_X0, c->state.element_size[c->instruction.index]);
        return true;
    case WASM_OP_TABLE_COPY:
        table_copy(c);
        return true;
    case WASM_OP_TABLE_GROW:
        table_grow(c);
        return true;
    case WASM_OP_TABLE_FILL:
        table_fill(c);
        return true;
    default:
        return false;
    }
}

bool table_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_TABLE_GET:
        table_get(c);
        return true;
    case WASM_OP_TABLE_SET:
        table_set(c);
        return true;
    case WASM_OP_TABLE_SIZE:
        table_size(c);
        return true;
    case WASM_OP_REF_NULL:
        operand_push_constant(c, c->instruction.type, 0);
        return true;
    case WASM_OP_REF_IS_NULL: {
        struct operand operand = operand_pop(c);
        condition_set(c, RV_BEQ, &operand, 0, false);
        condition_settle(c);
        return true;
    }
    case WASM_OP_REF_FUNC: {
        uint8_t rd = result_register(c, WASM_FUNCREF);
        state_load(c, RV_LD, rd, c->state.function[c->instruction.index]);
        operand_push_register(c, WASM_FUNCREF, rd);
        return true;
    }
    default:
        return bulk_compile(c);
    }
}
