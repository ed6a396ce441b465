// SPDX-License-Identifier: Apache-2.0
// Floating point. Arithmetic of the machine gives the canonical NaN, which WebAssembly allows for every NaN result;
// negation, absolute value and copysign only move bits, in both. Rounding is always to nearest, fixed in the word.
#include "compiler.h"

static void unary(struct compiler *c, uint32_t word, uint8_t type, bool is_sign)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint8_t rd = result_replace(c, type, &operand, 0);
    emit(c, rv_rrr(word, rd, source, is_sign ? source : 0));
    operand_push_register(c, type, rd);
}

static void binary(struct compiler *c, uint32_t word, uint8_t type)
{
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    uint8_t a = operand_register(c, &left);
    uint8_t b = operand_register(c, &right);
    uint8_t rd = result_replace(c, type, &left, &right);
    emit(c, rv_rrr(word, rd, a, b));
    operand_push_register(c, type, rd);
}

// The machine's minimum ignores a NaN; ours has to be NaN if either is: then add them.
static void minimum(struct compiler *c, uint32_t word, uint8_t type, uint32_t format)
{
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    uint8_t a = operand_register(c, &left);
    uint8_t b = operand_register(c, &right);
    uint8_t flag = register_take(c, false);
    emit(c, rv_rrr(RV_FEQ | format, flag, a, a));
    emit(c, rv_rrr(RV_FEQ | format, RV_T4, b, b));
    emit(c, rv_rrr(RV_AND, flag, flag, RV_T4));
    uint8_t rd = RV_FT11;
    emit(c, rv_rrr(word | format, rd, a, b));
    emit(c, rv_branch(RV_BNE, flag, RV_X0, 8));
    emit(c, rv_rrr(RV_FADD | format, rd, a, b));
    register_release(c, false, flag);
    operand_release(c, &left);
    operand_release(c, &right);
    rd = result_register(c, type);
    emit_float_move(c, rd, RV_FT11);
    operand_push_register(c, type, rd);
}

// Rounding to an integral value goes through an integer, for magnitudes that have a fraction at all; the others, and
// NaN, are what the minimum of the value with itself is. The sign is kept for -0.
static void round_to_integral(struct compiler *c, uint32_t mode, uint8_t type, uint32_t format)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint32_t integer = format ? RV_FCVT_L : RV_FCVT_W;
    emit(c, rv_lui(RV_T4, format ? 0x43300 : 0x4b000)); // 2^52 and 2^23
    if (format)
        emit(c, rv_rri(RV_SLLI, RV_T4, RV_T4, 32));
    emit(c, rv_rrr(RV_FMV_W_X | format, RV_FT10, RV_T4, 0));
    emit(c, rv_rrr(RV_FSGNJX | format, RV_FT11, source, source));
    emit(c, rv_rrr(RV_FLT | format, RV_T4, RV_FT11, RV_FT10));
    emit(c, rv_rrr(RV_FMIN | format, RV_FT11, source, source));
    emit(c, rv_branch(RV_BEQ, RV_T4, RV_X0, 16));
    emit(c, rv_rrr(RV_FCVT_TO_INT | format | mode, RV_T4, source, integer));
    emit(c, rv_rrr(RV_FCVT_FROM_INT | format | RV_RNE, RV_FT11, RV_T4, integer));
    emit(c, rv_rrr(RV_FSGNJ | format, RV_FT11, RV_FT11, source));
    operand_release(c, &operand);
    uint8_t rd = result_register(c, type);
    emit_float_move(c, rd, RV_FT11);
    operand_push_register(c, type, rd);
}

// eq ne lt gt le ge, as the opcodes have it.
static void compare(struct compiler *c, uint32_t which, uint32_t format)
{
    static const struct {
        uint32_t word;
        bool is_swapped;
    } comparisons[] = {{RV_FEQ, false}, {RV_FEQ, false}, {RV_FLT, false},
                       {RV_FLT, true},  {RV_FLE, false}, {RV_FLE, true}};
    struct operand right = operand_pop(c);
    struct operand left = operand_pop(c);
    uint8_t a = operand_register(c, &left);
    uint8_t b = operand_register(c, &right);
    uint8_t flag = register_take(c, false);
    bool is_swapped = comparisons[which].is_swapped;
    emit(c, rv_rrr(comparisons[which].word | format, flag, is_swapped ? b : a, is_swapped ? a : b));
    operand_release(c, &left);
    operand_release(c, &right);
    struct operand result = {.kind = OPERAND_REGISTER, .type = WASM_I32, .reg = flag};
    condition_set(c, which == 1 ? RV_BEQ : RV_BNE, &result, 0, true);
    condition_settle(c);
}

static bool arithmetic(struct compiler *c, uint32_t which, uint8_t type, uint32_t format)
{
    switch (which + WASM_OP_F32_ABS) {
    case WASM_OP_F32_ABS:
        unary(c, RV_FSGNJX | format, type, true);
        return true;
    case WASM_OP_F32_NEG:
        unary(c, RV_FSGNJN | format, type, true);
        return true;
    case WASM_OP_F32_CEIL:
        round_to_integral(c, RV_RUP, type, format);
        return true;
    case WASM_OP_F32_FLOOR:
        round_to_integral(c, RV_RDN, type, format);
        return true;
    case WASM_OP_F32_TRUNC:
        round_to_integral(c, RV_RTZ, type, format);
        return true;
    case WASM_OP_F32_NEAREST:
        round_to_integral(c, RV_RNE, type, format);
        return true;
    case WASM_OP_F32_SQRT:
        unary(c, RV_FSQRT | format | RV_RNE, type, false);
        return true;
    case WASM_OP_F32_ADD:
        binary(c, RV_FADD | format | RV_RNE, type);
        return true;
    case WASM_OP_F32_SUB:
        binary(c, RV_FSUB | format | RV_RNE, type);
        return true;
    case WASM_OP_F32_MUL:
        binary(c, RV_FMUL | format | RV_RNE, type);
        return true;
    case WASM_OP_F32_DIV:
        binary(c, RV_FDIV | format | RV_RNE, type);
        return true;
    case WASM_OP_F32_MIN:
        minimum(c, RV_FMIN, type, format);
        return true;
    case WASM_OP_F32_MAX:
        minimum(c, RV_FMAX, type, format);
        return true;
    case WASM_OP_F32_COPYSIGN:
        binary(c, RV_FSGNJ | format, type);
        return true;
    default:
        return false;
    }
}

bool float_compile(struct compiler *c)
{
    uint16_t opcode = c->instruction.opcode;
    if (opcode == WASM_OP_F32_CONST)
        operand_push_constant(c, WASM_F32, c->instruction.value);
    else if (opcode == WASM_OP_F64_CONST)
        operand_push_constant(c, WASM_F64, c->instruction.value);
    else if (opcode >= WASM_OP_F32_EQ && opcode <= WASM_OP_F32_GE)
        compare(c, (uint32_t)opcode - WASM_OP_F32_EQ, 0);
    else if (opcode >= WASM_OP_F64_EQ && opcode <= WASM_OP_F64_GE)
        compare(c, (uint32_t)opcode - WASM_OP_F64_EQ, RV_DOUBLE);
    else if (opcode >= WASM_OP_F32_ABS && opcode <= WASM_OP_F32_COPYSIGN)
        return arithmetic(c, (uint32_t)opcode - WASM_OP_F32_ABS, WASM_F32, 0);
    else if (opcode >= WASM_OP_F64_ABS && opcode <= WASM_OP_F64_COPYSIGN)
        return arithmetic(c, (uint32_t)opcode - WASM_OP_F64_ABS, WASM_F64, RV_DOUBLE);
    else
        return false;
    return true;
}
