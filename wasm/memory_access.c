// SPDX-License-Identifier: Apache-2.0
// Loads and stores of linear memory. No bounds check: t5 = gp + index (32 bits, zero-extended), and what lies beyond the
// memory's size is not mapped. Offsets that the instruction cannot hold go through t2, up to 8 GiB in all.
#include "compiler.h"

// Bytes above gp that any constant address may reach: beyond, the sum is made in registers.
#define ADDRESS_LIMIT 0x100000000u

static void address_from_register(struct compiler *c, uint8_t reg)
{
    if (c->address_of == reg)
        return;
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, reg, RV_GP));
    c->address_of = reg;
}

// The upper part of an offset above 2047 into t4, to be added zero-extended; the lower part is what is left for the instruction.
static int32_t offset_split(struct compiler *c, uint32_t offset)
{
    int32_t low = (int32_t)(offset << 20) >> 20;
    uint32_t high = (offset - (uint32_t)low) >> 12;
    if (high == 0) { // rounding up left 32 bits: take it whole
        emit(c, rv_rri(RV_ADDI, RV_T4, RV_X0, low));
        return 0;
    }
    emit(c, rv_lui(RV_T4, high));
    return low;
}

// Neighbours share their upper part: static variables stand together.
static int32_t address_from_constant(struct compiler *c, uint32_t address)
{
    int32_t low = (int32_t)(address << 20) >> 20;
    uint32_t high = (address - (uint32_t)low) >> 12;
    if (c->address_of == ADDRESS_OF_CONSTANT && c->address_high == high)
        return low;
    low = offset_split(c, address);
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_T4, RV_GP));
    if (high != 0) { // 0: it wrapped
        c->address_of = ADDRESS_OF_CONSTANT;
        c->address_high = high;
    }
    return low;
}

static bool is_constant_address(const struct operand *index, uint32_t offset)
{
    return index->kind == OPERAND_CONSTANT && (uint32_t)index->value + (uint64_t)offset < ADDRESS_LIMIT;
}

// The base register and offset of an access to index + offset. The index is constant or in `reg`.
static int32_t address_of(struct compiler *c, const struct operand *index, uint8_t reg, uint32_t offset, uint32_t *base)
{
    if (is_constant_address(index, offset)) {
        uint64_t constant = (uint32_t)index->value + (uint64_t)offset;
        *base = RV_GP;
        if (constant <= 2047)
            return (int32_t)constant;
        *base = RV_T5;
        return address_from_constant(c, (uint32_t)constant);
    }
    address_from_register(c, reg);
    *base = RV_T5;
    if (offset <= 2047)
        return (int32_t)offset;
    int32_t low = offset_split(c, offset);
    emit(c, rv_rrr(RV_ADD_UW, RV_T2, RV_T4, RV_T5));
    *base = RV_T2;
    return low;
}

static void load(struct compiler *c, uint32_t word, uint8_t type)
{
    uint32_t offset = (uint32_t)c->instruction.value;
    struct operand index = operand_pop(c);
    uint8_t reg = is_constant_address(&index, offset) ? RV_X0 : operand_register(c, &index);
    uint8_t rd = result_replace(c, type, &index, 0); // before the address: making room may use t5
    uint32_t base;
    int32_t low = address_of(c, &index, reg, offset, &base);
    emit(c, rv_load(word, rd, base, low));
    operand_push_register(c, type, rd);
}

static void store(struct compiler *c, uint32_t word)
{
    uint32_t offset = (uint32_t)c->instruction.value;
    struct operand value = operand_pop(c);
    struct operand index = operand_pop(c);
    uint8_t source = operand_register(c, &value);
    uint8_t reg = is_constant_address(&index, offset) ? RV_X0 : operand_register(c, &index);
    uint32_t base;
    int32_t low = address_of(c, &index, reg, offset, &base);
    emit(c, rv_store(word, source, base, low));
    operand_release(c, &value);
    operand_release(c, &index);
}

static bool load_of(uint16_t opcode, uint32_t *word, uint8_t *type)
{
    static const struct {
        uint32_t word;
        uint8_t type;
    } loads[] = {
        {RV_LW, WASM_I32},  {RV_LD, WASM_I64},  {RV_FLW, WASM_F32}, {RV_FLD, WASM_F64}, {RV_LB, WASM_I32},
        {RV_LBU, WASM_I32}, {RV_LH, WASM_I32},  {RV_LHU, WASM_I32}, {RV_LB, WASM_I64},  {RV_LBU, WASM_I64},
        {RV_LH, WASM_I64},  {RV_LHU, WASM_I64}, {RV_LW, WASM_I64},  {RV_LWU, WASM_I64},
    };
    if (opcode < WASM_OP_I32_LOAD || opcode > WASM_OP_I64_LOAD32_U)
        return false;
    *word = loads[opcode - WASM_OP_I32_LOAD].word;
    *type = loads[opcode - WASM_OP_I32_LOAD].type;
    return true;
}

static bool store_of(uint16_t opcode, uint32_t *word)
{
    static const uint32_t stores[] = {RV_SW, RV_SD, RV_FSW, RV_FSD, RV_SB, RV_SH, RV_SB, RV_SH, RV_SW};
    if (opcode < WASM_OP_I32_STORE || opcode > WASM_OP_I64_STORE32)
        return false;
    *word = stores[opcode - WASM_OP_I32_STORE];
    return true;
}

bool memory_access_compile(struct compiler *c)
{
    uint32_t word;
    uint8_t type;
    if (load_of(c->instruction.opcode, &word, &type)) {
        load(c, word, type);
        return true;
    }
    if (store_of(c->instruction.opcode, &word)) {
        store(c, word);
        return true;
    }
    if (c->instruction.opcode == WASM_OP_MEMORY_SIZE) {
        uint8_t rd = result_register(c, WASM_I32);
        state_load(c, RV_LW, rd, c->state.memory_size);
        operand_push_register(c, WASM_I32, rd);
        return true;
    }
    if (c->instruction.opcode == WASM_OP_MEMORY_GROW) {
        call_routine(c, ROUTINE_MEMORY_GROW, 1, WASM_I32);
        return true;
    }
    return false;
}
