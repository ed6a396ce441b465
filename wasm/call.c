// SPDX-License-Identifier: Apache-2.0
// Calls. The convention: integers and references in a0-a7, floating point in fa0-fa7, further values on the stack at
// sp + 0, 8, ... in the caller's frame. Results likewise, those on the stack behind the parameters. s0-s10 and fs0-fs11
// are kept, all else is not.
#include "compiler.h"

struct place places_next(struct places *places, uint8_t type)
{
    struct place place = {.is_float = type_is_float(type)};
    uint32_t *count = place.is_float ? &places->floats : &places->integers;
    if (*count < 8) {
        place.reg = RV_A0 + *count;
        ++*count;
    } else {
        place.is_stack = true;
        place.offset = 8 * places->stack++;
    }
    return place;
}

static uint32_t stack_words(const struct wasm_module *module, uint32_t values, uint32_t count)
{
    struct places places = {0};
    for (uint32_t i = 0; i < count; i++)
        places_next(&places, module->values[values + i]);
    return places.stack;
}

uint32_t call_stack_bytes(const struct wasm_module *module, const struct wasm_signature *signature)
{
    return 8 * (stack_words(module, signature->params, signature->param_count) +
                stack_words(module, signature->results, signature->result_count));
}

static bool operand_in_register(const struct compiler *c, const struct operand *operand, uint8_t *reg)
{
    if (operand->kind == OPERAND_REGISTER) {
        *reg = operand->reg;
        return true;
    }
    if (operand->kind == OPERAND_LOCAL && c->locals[operand->index].is_assigned) {
        *reg = c->locals[operand->index].reg;
        return true;
    }
    return false;
}

void operands_to_arguments(struct compiler *c, uint32_t count)
{
    uint32_t first = c->operand_count - count;
    for (uint32_t is_float = 0; is_float < 2; is_float++)
        for (uint32_t reg = 0; reg < 32; reg++)
            if ((c->used[is_float] >> reg & 1) && c->owner[is_float][reg] < first)
                operand_spill(c, c->owner[is_float][reg]);
    uint8_t to[2][8];
    uint8_t from[2][8];
    uint32_t moves[2] = {0, 0};
    struct places places = {0};
    for (uint32_t i = first; i < c->operand_count; i++) {
        struct place place = places_next(&places, c->operands[i].type);
        uint8_t reg;
        if (place.is_stack) {
            operand_store(c, &c->operands[i], place.offset);
        } else if (operand_in_register(c, &c->operands[i], &reg)) {
            to[place.is_float][moves[place.is_float]] = (uint8_t)place.reg;
            from[place.is_float][moves[place.is_float]++] = reg;
        }
    }
    registers_move(c, false, to[0], from[0], moves[0]);
    registers_move(c, true, to[1], from[1], moves[1]);
    // What is in no register overwrites none that is still read.
    places = (struct places){0};
    for (uint32_t i = first; i < c->operand_count; i++) {
        struct place place = places_next(&places, c->operands[i].type);
        uint8_t reg;
        if (!place.is_stack && !operand_in_register(c, &c->operands[i], &reg))
            operand_into(c, &c->operands[i], (uint8_t)place.reg);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct operand operand = operand_pop(c);
        operand_release(c, &operand);
    }
}

static void results_push(struct compiler *c, const struct wasm_signature *signature)
{
    c->address_of = 0;
    struct places places = {.stack = stack_words(c->module, signature->params, signature->param_count)};
    for (uint32_t i = 0; i < signature->result_count; i++) {
        uint8_t type = c->module->values[signature->results + i];
        struct place place = places_next(&places, type);
        if (!place.is_stack) {
            c->used[place.is_float] |= 1u << place.reg;
            operand_push_register(c, type, (uint8_t)place.reg);
            continue;
        }
        uint32_t slot = slot_offset(c, c->operand_count);
        emit_frame_load(c, RV_FLD, RV_FT11, place.offset);
        emit_frame_store(c, RV_FSD, RV_FT11, slot);
        operand_push(c, (struct operand){.kind = OPERAND_SLOT, .type = type, .index = c->operand_count});
    }
}

static void call_direct(struct compiler *c)
{
    uint32_t function = c->instruction.index;
    struct wasm_signature signature = function_signature(c->module, function);
    operands_to_arguments(c, signature.param_count);
    uint32_t number;
    if (import_is_inline(c, function, &number))
        emit(c, rv_rri(RV_JALR, RV_RA, RV_TP, NJ_ENTRY_OFFSET((int32_t)number)));
    else
        link_call(c, function);
    results_push(c, &signature);
}

// t6 = code offset of the table's element, if there is one and its type fits. The arguments are still operands.
static void indirect_target(struct compiler *c, uint32_t table, uint32_t type)
{
    struct operand index = operand_pop(c);
    uint8_t reg = operand_register(c, &index);
    uint8_t size = register_take(c, false);
    uint8_t wanted = register_take(c, false);
    table_size_into(c, size, table);
    emit_trap_unless(c, RV_BLTU, reg, size, NJ_TRAP_UNDEFINED_ELEMENT);
    int32_t low;
    state_element(c, reg, c->state.table[table], &low);
    emit(c, rv_load(RV_LD, RV_T4, RV_T5, low));
    emit(c, rv_rri(RV_SRLI, size, RV_T4, 32));
    emit_constant(c, wanted, c->type_id[type]);
    emit(c, rv_branch(RV_BEQ, size, wanted, 16));
    emit_trap_unless(c, RV_BNE, size, RV_X0, NJ_TRAP_UNINITIALIZED_ELEMENT);
    emit_trap(c, NJ_TRAP_INDIRECT_CALL_TYPE);
    emit(c, rv_rrr(RV_AND, RV_T6, RV_T4, RV_S11));
    operand_release(c, &index);
    register_release(c, false, size);
    register_release(c, false, wanted);
}

static void call_indirect(struct compiler *c)
{
    struct wasm_signature signature = c->module->types[c->instruction.index];
    indirect_target(c, c->instruction.second, c->instruction.index);
    operands_to_arguments(c, signature.param_count);
    emit(c, rv_rrr(RV_OR, RV_RA, RV_T6, RV_TP));
    emit(c, rv_rri(RV_JALR, RV_RA, RV_RA, 0));
    results_push(c, &signature);
}

void call_routine(struct compiler *c, enum routine routine, uint32_t count, uint8_t type)
{
    operands_to_arguments(c, count);
    link_call(c, routine_target(c, routine));
    c->address_of = 0;
    if (type == 0)
        return;
    c->used[0] |= 1u << RV_A0;
    operand_push_register(c, type, RV_A0);
}

bool call_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_CALL:
        call_direct(c);
        return true;
    case WASM_OP_CALL_INDIRECT:
        call_indirect(c);
        return true;
    default:
        return false;
    }
}
