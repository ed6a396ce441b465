// SPDX-License-Identifier: Apache-2.0
// Integers: constants, comparisons, arithmetic.
#include "compiler.h"

struct binary {
    uint32_t registers; // the instruction with two registers
    uint32_t immediate; // with a 12-bit constant, or 0
    bool is_commutative;
    bool is_shift;
    bool is_wide; // i64
};

static bool binary_of(uint16_t opcode, struct binary *binary)
{
    static const struct binary binaries[] = {
        [WASM_OP_I32_ADD - WASM_OP_I32_ADD] = {RV_ADDW, RV_ADDIW, true, false, false},
        [WASM_OP_I32_SUB - WASM_OP_I32_ADD] = {RV_SUBW, 0, false, false, false},
        [WASM_OP_I32_MUL - WASM_OP_I32_ADD] = {RV_MULW, 0, true, false, false},
        [WASM_OP_I32_AND - WASM_OP_I32_ADD] = {RV_AND, RV_ANDI, true, false, false},
        [WASM_OP_I32_OR - WASM_OP_I32_ADD] = {RV_OR, RV_ORI, true, false, false},
        [WASM_OP_I32_XOR - WASM_OP_I32_ADD] = {RV_XOR, RV_XORI, true, false, false},
        [WASM_OP_I32_SHL - WASM_OP_I32_ADD] = {RV_SLLW, RV_SLLIW, false, true, false},
        [WASM_OP_I32_SHR_S - WASM_OP_I32_ADD] = {RV_SRAW, RV_SRAIW, false, true, false},
        [WASM_OP_I32_SHR_U - WASM_OP_I32_ADD] = {RV_SRLW, RV_SRLIW, false, true, false},
        [WASM_OP_I32_ROTL - WASM_OP_I32_ADD] = {RV_ROLW, 0, false, true, false},
        [WASM_OP_I32_ROTR - WASM_OP_I32_ADD] = {RV_RORW, RV_RORIW, false, true, false},
        [WASM_OP_I64_ADD - WASM_OP_I32_ADD] = {RV_ADD, RV_ADDI, true, false, true},
        [WASM_OP_I64_SUB - WASM_OP_I32_ADD] = {RV_SUB, 0, false, false, true},
        [WASM_OP_I64_MUL - WASM_OP_I32_ADD] = {RV_MUL, 0, true, false, true},
        [WASM_OP_I64_AND - WASM_OP_I32_ADD] = {RV_AND, RV_ANDI, true, false, true},
        [WASM_OP_I64_OR - WASM_OP_I32_ADD] = {RV_OR, RV_ORI, true, false, true},
        [WASM_OP_I64_XOR - WASM_OP_I32_ADD] = {RV_XOR, RV_XORI, true, false, true},
        [WASM_OP_I64_SHL - WASM_OP_I32_ADD] = {RV_SLL, RV_SLLI, false, true, true},
        [WASM_OP_I64_SHR_S - WASM_OP_I32_ADD] = {RV_SRA, RV_SRAI, false, true, true},
        [WASM_OP_I64_SHR_U - WASM_OP_I32_ADD] = {RV_SRL, RV_SRLI, false, true, true},
        [WASM_OP_I64_ROTL - WASM_OP_I32_ADD] = {RV_ROL, 0, false, true, true},
        [WASM_OP_I64_ROTR - WASM_OP_I32_ADD] = {RV_ROR, RV_RORI, false, true, true},
    };
    uint32_t index = (uint32_t)opcode - WASM_OP_I32_ADD;
    if (opcode < WASM_OP_I32_ADD || index >= sizeof binaries / sizeof binaries[0] || binaries[index].registers == 0)
        return false;
    *binary = binaries[index];
    return true;
}

static void finish(struct compiler *c, uint8_t type, uint8_t rd)
{
    operand_push_register(c, type, rd);
}

// x & mask of low ones too wide for an immediate: shift the rest out and back. 0 if the mask is none.
static uint32_t low_ones(uint64_t mask)
{
    if (mask == 0 || (mask & (mask + 1)) != 0 || mask <= 2047)
        return 0;
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(mask);
    return bits < 64 ? bits : 0;
}

static bool binary_with_constant(struct compiler *c, const struct binary *binary, struct operand *left, uint64_t value)
{
    uint8_t type = binary->is_wide ? WASM_I64 : WASM_I32;
    uint32_t word = binary->immediate;
    int64_t immediate = (int64_t)value;
    uint32_t bits = binary->registers == RV_AND ? low_ones(value) : 0;
    if (binary->is_shift) {
        immediate &= binary->is_wide ? 63 : 31;
        if (word == 0) { // rotation to the left
            word = binary->is_wide ? RV_RORI : RV_RORIW;
            immediate = -immediate & (binary->is_wide ? 63 : 31);
        }
    } else if (binary->registers == RV_SUBW || binary->registers == RV_SUB) {
        word = binary->is_wide ? RV_ADDI : RV_ADDIW;
        immediate = immediate == INT64_MIN ? immediate : -immediate;
    }
    if (bits == 0 && (word == 0 || !rv_fits_12(immediate)))
        return false;
    uint8_t source = operand_register(c, left);
    uint8_t rd = result_replace(c, type, left, 0);
    if (bits == 16) {
        emit(c, RV_ZEXT_H | (uint32_t)rd << 7 | (uint32_t)source << 15);
    } else if (bits == 32) {
        emit(c, rv_rrr(RV_ADD_UW, rd, source, RV_X0));
    } else if (bits != 0) {
        emit(c, rv_rri(RV_SLLI, rd, source, 64 - (int32_t)bits));
        emit(c, rv_rri(RV_SRLI, rd, rd, 64 - (int32_t)bits));
    } else {
        emit(c, rv_rri(word, rd, source, (int32_t)immediate));
    }
    finish(c, type, rd);
    return true;
}

static void binary_compile(struct compiler *c, const struct binary *binary)
{
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    if (binary->is_commutative && left.kind == OPERAND_CONSTANT) {
        struct operand other = left;
        left = right;
        right = other;
    }
    if (right.kind == OPERAND_CONSTANT && binary_with_constant(c, binary, &left, right.value))
        return;
    uint8_t a = operand_register(c, &left);
    uint8_t b = operand_register(c, &right);
    uint8_t type = binary->is_wide ? WASM_I64 : WASM_I32;
    uint8_t rd = result_replace(c, type, &left, &right);
    emit(c, rv_rrr(binary->registers, rd, a, b));
    finish(c, type, rd);
}

// Division and remainder. The machine does not trap: 0 as a divisor, and the one quotient that does not fit, are tested
// for, unless the divisor is a constant that excludes them.
static void divide(struct compiler *c, uint32_t word, bool is_wide, bool is_signed_quotient)
{
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    bool may_be_zero = right.kind != OPERAND_CONSTANT || right.value == 0;
    bool may_be_minus_one = right.kind != OPERAND_CONSTANT || right.value == UINT64_MAX;
    uint8_t a = operand_register(c, &left);
    uint8_t b = operand_register(c, &right);
    if (may_be_zero)
        emit_trap_unless(c, RV_BNE, b, RV_X0, NJ_TRAP_DIVIDE_BY_ZERO);
    if (is_signed_quotient && may_be_minus_one) {
        struct label fits = label_new();
        emit(c, rv_rri(RV_ADDI, RV_T4, b, 1));
        emit_branch(c, RV_BNE, RV_T4, RV_X0, &fits, true);
        if (is_wide) {
            emit(c, rv_rri(RV_ADDI, RV_T4, RV_X0, -1));
            emit(c, rv_rri(RV_SLLI, RV_T4, RV_T4, 63));
        } else {
            emit(c, rv_lui(RV_T4, 0x80000));
        }
        emit_trap_unless(c, RV_BNE, a, RV_T4, NJ_TRAP_INTEGER_OVERFLOW);
        uint8_t address_of = c->address_of; // nothing in between touched t5 or the registers
        label_bind(c, &fits);
        c->address_of = address_of;
    }
    uint8_t type = is_wide ? WASM_I64 : WASM_I32;
    uint8_t rd = result_replace(c, type, &left, &right);
    emit(c, rv_rrr(word, rd, a, b));
    finish(c, type, rd);
}

// One source, one word: `word` has everything but rd and rs1.
static void unary(struct compiler *c, uint32_t word, uint8_t type)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint8_t rd = result_replace(c, type, &operand, 0);
    emit(c, word | (uint32_t)rd << 7 | (uint32_t)source << 15);
    finish(c, type, rd);
}

// An i32 is sign-extended already: it only changes its name.
static void extend_signed(struct compiler *c)
{
    struct operand operand = operand_pop(c);
    operand.type = WASM_I64;
    operand_push(c, operand);
}

static void wrap(struct compiler *c)
{
    struct operand *top = &c->operands[c->operand_count - 1];
    if (top->kind != OPERAND_CONSTANT) {
        unary(c, RV_ADDIW, WASM_I32);
        return;
    }
    top->type = WASM_I32;
    top->value = (uint64_t)(int64_t)(int32_t)(uint32_t)top->value;
}

enum comparison { EQ, NE, LT_S, LT_U, GT_S, GT_U, LE_S, LE_U, GE_S, GE_U }; // in the order of the opcodes

// A comparison with a constant whose value is wanted, not a branch: the immediate forms save loading it.
static bool compare_with_constant(struct compiler *c, enum comparison which, struct operand *left, int64_t value)
{
    bool is_unsigned = which == LT_U || which == GT_U || which == LE_U || which == GE_U;
    bool is_next = which == GT_S || which == GT_U || which == LE_S || which == LE_U; // x > c is x >= c + 1
    bool is_inverted = which == GT_S || which == GT_U || which == GE_S || which == GE_U;
    if (condition_is_awaited(c) || value < -2047 || value > 2046 || (is_unsigned && is_next && value == -1))
        return false;
    uint8_t source = operand_register(c, left);
    if (which == EQ || which == NE) {
        uint8_t flag = result_replace(c, WASM_I32, left, 0);
        emit(c, rv_rri(RV_ADDI, flag, source, (int32_t)-value));
        emit(c, which == EQ ? rv_rri(RV_SLTIU, flag, flag, 1) : rv_rrr(RV_SLTU, flag, RV_X0, flag));
        operand_push_register(c, WASM_I32, flag);
        return true;
    }
    uint8_t rd = result_replace(c, WASM_I32, left, 0);
    emit(c, rv_rri(is_unsigned ? RV_SLTIU : RV_SLTI, rd, source, (int32_t)value + is_next));
    if (is_inverted)
        emit(c, rv_rri(RV_XORI, rd, rd, 1));
    operand_push_register(c, WASM_I32, rd);
    return true;
}

static void compare(struct compiler *c, uint32_t which)
{
    static const struct {
        uint32_t branch;
        bool is_swapped;
    } comparisons[] = {
        {RV_BEQ, false}, {RV_BNE, false}, {RV_BLT, false}, {RV_BLTU, false}, {RV_BLT, true},
        {RV_BLTU, true}, {RV_BGE, true},  {RV_BGEU, true}, {RV_BGE, false},  {RV_BGEU, false},
    };
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    if (right.kind == OPERAND_CONSTANT && right.value != 0 &&
        compare_with_constant(c, (enum comparison)which, &left, (int64_t)right.value))
        return;
    if (comparisons[which].is_swapped)
        condition_set(c, comparisons[which].branch, &right, &left, false);
    else
        condition_set(c, comparisons[which].branch, &left, &right, false);
    condition_settle(c);
}

static void equal_zero(struct compiler *c)
{
    condition_pop(c);
    c->condition.branch ^= RV_BRANCH_INVERT;
    condition_settle(c);
}

static bool divide_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_I32_DIV_S:
        divide(c, RV_DIVW, false, true);
        return true;
    case WASM_OP_I32_DIV_U:
        divide(c, RV_DIVUW, false, false);
        return true;
    case WASM_OP_I32_REM_S:
        divide(c, RV_REMW, false, false);
        return true;
    case WASM_OP_I32_REM_U:
        divide(c, RV_REMUW, false, false);
        return true;
    case WASM_OP_I64_DIV_S:
        divide(c, RV_DIV, true, true);
        return true;
    case WASM_OP_I64_DIV_U:
        divide(c, RV_DIVU, true, false);
        return true;
    case WASM_OP_I64_REM_S:
        divide(c, RV_REM, true, false);
        return true;
    case WASM_OP_I64_REM_U:
        divide(c, RV_REMU, true, false);
        return true;
    default:
        return false;
    }
}

static bool unary_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_I32_CLZ:
        unary(c, RV_CLZW, WASM_I32);
        return true;
    case WASM_OP_I32_CTZ:
        unary(c, RV_CTZW, WASM_I32);
        return true;
    case WASM_OP_I32_POPCNT:
        unary(c, RV_CPOPW, WASM_I32);
        return true;
    case WASM_OP_I64_CLZ:
        unary(c, RV_CLZ, WASM_I64);
        return true;
    case WASM_OP_I64_CTZ:
        unary(c, RV_CTZ, WASM_I64);
        return true;
    case WASM_OP_I64_POPCNT:
        unary(c, RV_CPOP, WASM_I64);
        return true;
    case WASM_OP_I32_EXTEND8_S:
        unary(c, RV_SEXT_B, WASM_I32);
        return true;
    case WASM_OP_I32_EXTEND16_S:
        unary(c, RV_SEXT_H, WASM_I32);
        return true;
    case WASM_OP_I64_EXTEND8_S:
        unary(c, RV_SEXT_B, WASM_I64);
        return true;
    case WASM_OP_I64_EXTEND16_S:
        unary(c, RV_SEXT_H, WASM_I64);
        return true;
    case WASM_OP_I64_EXTEND32_S:
        unary(c, RV_ADDIW, WASM_I64);
        return true;
    case WASM_OP_I64_EXTEND_I32_U:
        unary(c, RV_ADD_UW, WASM_I64); // + x0
        return true;
    case WASM_OP_I64_EXTEND_I32_S:
        extend_signed(c);
        return true;
    case WASM_OP_I32_WRAP_I64:
        wrap(c);
        return true;
    default:
        return false;
    }
}

bool number_compile(struct compiler *c)
{
    uint16_t opcode = c->instruction.opcode;
    struct binary binary;
    if (opcode == WASM_OP_I32_CONST)
        operand_push_constant(c, WASM_I32, (uint64_t)(int64_t)(int32_t)(uint32_t)c->instruction.value);
    else if (opcode == WASM_OP_I64_CONST)
        operand_push_constant(c, WASM_I64, c->instruction.value);
    else if (opcode == WASM_OP_I32_EQZ || opcode == WASM_OP_I64_EQZ)
        equal_zero(c);
    else if (opcode >= WASM_OP_I32_EQ && opcode <= WASM_OP_I32_GE_U)
        compare(c, (uint32_t)opcode - WASM_OP_I32_EQ);
    else if (opcode >= WASM_OP_I64_EQ && opcode <= WASM_OP_I64_GE_U)
        compare(c, (uint32_t)opcode - WASM_OP_I64_EQ);
    else if (binary_of(opcode, &binary))
        binary_compile(c, &binary);
    else
        return divide_compile(c) || unary_compile(c);
    return true;
}
