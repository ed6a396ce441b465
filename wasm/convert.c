// SPDX-License-Identifier: Apache-2.0
// Between integers and floating point. The machine saturates as WebAssembly's saturating forms do, but for NaN, which
// has to give 0; the others trap on what does not fit.
#include "compiler.h"

struct conversion {
    bool is_wide; // i64
    bool is_signed;
    uint32_t format; // of the source: 0 or RV_DOUBLE
};

static uint32_t integer_of(const struct conversion *conversion)
{
    if (conversion->is_wide)
        return conversion->is_signed ? RV_FCVT_L : RV_FCVT_LU;
    return conversion->is_signed ? RV_FCVT_W : RV_FCVT_WU;
}

static void truncate_saturated(struct compiler *c, const struct conversion *conversion)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint32_t format = conversion->format;
    uint8_t type = conversion->is_wide ? WASM_I64 : WASM_I32;
    uint8_t rd = result_register(c, type);
    emit(c, rv_rrr(RV_FEQ | format, RV_T4, source, source)); // 0 for NaN: turned into a mask
    emit(c, rv_rrr(RV_SUB, RV_T4, RV_X0, RV_T4));
    emit(c, rv_rrr(RV_FCVT_TO_INT | format | RV_RTZ, rd, source, integer_of(conversion)));
    emit(c, rv_rrr(RV_AND, rd, rd, RV_T4));
    operand_release(c, &operand);
    operand_push_register(c, type, rd);
}

// Behind a branch that is taken when the value fits.
static void emit_conversion_traps(struct compiler *c, uint8_t source, uint32_t format)
{
    emit(c, rv_rrr(RV_FEQ | format, RV_T4, source, source));
    emit_trap_unless(c, RV_BNE, RV_T4, RV_X0, NJ_TRAP_INVALID_CONVERSION);
    emit_trap(c, NJ_TRAP_INTEGER_OVERFLOW);
}

#define CONVERSION_TRAPS_BYTES 16

// To 32 bits by way of 64: what does not fit differs from its own lower half.
static void truncate_to_32(struct compiler *c, const struct conversion *conversion, uint8_t source, uint8_t rd)
{
    uint32_t format = conversion->format;
    emit(c, rv_rrr(RV_FCVT_TO_INT | format | RV_RTZ, rd, source, RV_FCVT_L));
    if (conversion->is_signed)
        emit(c, rv_rri(RV_ADDIW, RV_T4, rd, 0));
    else
        emit(c, rv_rrr(RV_ADD_UW, RV_T4, rd, RV_X0));
    emit(c, rv_branch(RV_BEQ, RV_T4, rd, 4 + CONVERSION_TRAPS_BYTES));
    emit_conversion_traps(c, source, format);
    if (!conversion->is_signed)
        emit(c, rv_rri(RV_ADDIW, rd, rd, 0));
}

// ft10 = 2^exponent; clobbers t4.
static void emit_power_of_two(struct compiler *c, uint32_t exponent, uint32_t format)
{
    if (format) {
        emit_constant(c, RV_T4, 1023 + (int64_t)exponent);
        emit(c, rv_rri(RV_SLLI, RV_T4, RV_T4, 52));
    } else {
        emit(c, rv_lui(RV_T4, (127 + exponent) << 11));
    }
    emit(c, rv_rrr(RV_FMV_W_X | format, RV_FT10, RV_T4, 0));
}

static void truncate_to_64(struct compiler *c, const struct conversion *conversion, uint8_t source, uint8_t rd)
{
    uint32_t format = conversion->format;
    if (conversion->is_signed) { // -2^63 <= x < 2^63
        emit_power_of_two(c, 63, format);
        emit(c, rv_rrr(RV_FLT | format, RV_T4, source, RV_FT10));
        emit(c, rv_rrr(RV_FSGNJN | format, RV_FT10, RV_FT10, RV_FT10));
        emit(c, rv_rrr(RV_FLE | format, rd, RV_FT10, source));
    } else { // -1 < x < 2^64
        emit_power_of_two(c, 64, format);
        emit(c, rv_rrr(RV_FLT | format, rd, source, RV_FT10));
        emit_power_of_two(c, 0, format);
        emit(c, rv_rrr(RV_FSGNJN | format, RV_FT10, RV_FT10, RV_FT10));
        emit(c, rv_rrr(RV_FLT | format, RV_T4, RV_FT10, source));
    }
    emit(c, rv_rrr(RV_AND, RV_T4, RV_T4, rd));
    emit(c, rv_branch(RV_BNE, RV_T4, RV_X0, 4 + CONVERSION_TRAPS_BYTES));
    emit_conversion_traps(c, source, format);
    emit(c, rv_rrr(RV_FCVT_TO_INT | format | RV_RTZ, rd, source, integer_of(conversion)));
}

static void truncate(struct compiler *c, const struct conversion *conversion)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint8_t type = conversion->is_wide ? WASM_I64 : WASM_I32;
    uint8_t rd = result_register(c, type);
    if (conversion->is_wide)
        truncate_to_64(c, conversion, source, rd);
    else
        truncate_to_32(c, conversion, source, rd);
    operand_release(c, &operand);
    operand_push_register(c, type, rd);
}

static void word_compile(struct compiler *c, uint32_t word, uint8_t type)
{
    struct operand operand = operand_pop(c);
    uint8_t source = operand_register(c, &operand);
    uint8_t rd = result_replace(c, type, &operand, 0);
    emit(c, word | (uint32_t)rd << 7 | (uint32_t)source << 15);
    operand_push_register(c, type, rd);
}

static void from_integer(struct compiler *c, uint32_t integer, uint8_t type)
{
    word_compile(c, RV_FCVT_FROM_INT | RV_RNE | integer << 20 | (type == WASM_F64 ? RV_DOUBLE : 0), type);
}

// The opcodes of a group come in the order f32_s f32_u f64_s f64_u.
static struct conversion conversion_of(uint32_t which, bool is_wide)
{
    return (struct conversion){is_wide, (which & 1) == 0, which & 2 ? RV_DOUBLE : 0};
}

static bool truncate_compile(struct compiler *c)
{
    uint32_t opcode = c->instruction.opcode;
    struct conversion conversion;
    if (opcode >= WASM_OP_I32_TRUNC_SAT_F32_S && opcode <= WASM_OP_I64_TRUNC_SAT_F64_U) {
        uint32_t which = opcode - WASM_OP_I32_TRUNC_SAT_F32_S;
        conversion = conversion_of(which, which >= 4);
        truncate_saturated(c, &conversion);
        return true;
    }
    if (opcode >= WASM_OP_I32_TRUNC_F32_S && opcode <= WASM_OP_I32_TRUNC_F64_U)
        conversion = conversion_of(opcode - WASM_OP_I32_TRUNC_F32_S, false);
    else if (opcode >= WASM_OP_I64_TRUNC_F32_S && opcode <= WASM_OP_I64_TRUNC_F64_U)
        conversion = conversion_of(opcode - WASM_OP_I64_TRUNC_F32_S, true);
    else
        return false;
    truncate(c, &conversion);
    return true;
}

bool convert_compile(struct compiler *c)
{
    if (truncate_compile(c))
        return true;
    switch (c->instruction.opcode) {
    case WASM_OP_F32_CONVERT_I32_S:
        from_integer(c, RV_FCVT_W, WASM_F32);
        return true;
    case WASM_OP_F32_CONVERT_I32_U:
        from_integer(c, RV_FCVT_WU, WASM_F32);
        return true;
    case WASM_OP_F32_CONVERT_I64_S:
        from_integer(c, RV_FCVT_L, WASM_F32);
        return true;
    case WASM_OP_F32_CONVERT_I64_U:
        from_integer(c, RV_FCVT_LU, WASM_F32);
        return true;
    case WASM_OP_F64_CONVERT_I32_S:
        from_integer(c, RV_FCVT_W, WASM_F64);
        return true;
    case WASM_OP_F64_CONVERT_I32_U:
        from_integer(c, RV_FCVT_WU, WASM_F64);
        return true;
    case WASM_OP_F64_CONVERT_I64_S:
        from_integer(c, RV_FCVT_L, WASM_F64);
        return true;
    case WASM_OP_F64_CONVERT_I64_U:
        from_integer(c, RV_FCVT_LU, WASM_F64);
        return true;
    case WASM_OP_F32_DEMOTE_F64:
        word_compile(c, RV_FCVT_S_D | RV_RNE, WASM_F32);
        return true;
    case WASM_OP_F64_PROMOTE_F32:
        word_compile(c, RV_FCVT_D_S | RV_RNE, WASM_F64);
        return true;
    case WASM_OP_I32_REINTERPRET_F32:
        word_compile(c, RV_FMV_X_W, WASM_I32);
        return true;
    case WASM_OP_I64_REINTERPRET_F64:
        word_compile(c, RV_FMV_X_W | RV_DOUBLE, WASM_I64);
        return true;
    case WASM_OP_F32_REINTERPRET_I32:
        word_compile(c, RV_FMV_W_X, WASM_F32);
        return true;
    case WASM_OP_F64_REINTERPRET_I64:
        word_compile(c, RV_FMV_W_X | RV_DOUBLE, WASM_F64);
        return true;
    default:
        return false;
    }
}
