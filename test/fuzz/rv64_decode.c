// SPDX-License-Identifier: Apache-2.0
// The decoder, format by format as in the ISA manual.
#include "test/fuzz/rv64.h"

static uint32_t bits(uint32_t word, int high, int low)
{
    return (word >> low) & ((2u << (high - low)) - 1);
}

static int64_t signed_bits(uint64_t value, int width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

static int64_t b_immediate(uint32_t word)
{
    return signed_bits(
        bits(word, 31, 31) << 12 | bits(word, 7, 7) << 11 | bits(word, 30, 25) << 5 | bits(word, 11, 8) << 1, 13);
}

static int64_t j_immediate(uint32_t word)
{
    return signed_bits(
        bits(word, 31, 31) << 20 | bits(word, 19, 12) << 12 | bits(word, 20, 20) << 11 | bits(word, 30, 21) << 1, 21);
}

static enum rv64_operation op_imm(uint32_t word)
{
    uint32_t top6 = bits(word, 31, 26);
    uint32_t top12 = bits(word, 31, 20);
    switch (bits(word, 14, 12)) {
    case 0:
        return RV64_ADD;
    case 2:
        return RV64_SLT;
    case 3:
        return RV64_SLTU;
    case 4:
        return RV64_XOR;
    case 6:
        return RV64_OR;
    case 7:
        return RV64_AND;
    case 1:
        switch (top12) {
        case 0x600:
            return RV64_CLZ;
        case 0x601:
            return RV64_CTZ;
        case 0x602:
            return RV64_CPOP;
        case 0x604:
            return RV64_SEXT_B;
        case 0x605:
            return RV64_SEXT_H;
        }
        switch (top6) {
        case 0x00:
            return RV64_SLL;
        case 0x0a:
            return RV64_BSET;
        case 0x12:
            return RV64_BCLR;
        case 0x1a:
            return RV64_BINV;
        }
        return RV64_INVALID;
    default:
        if (top12 == 0x287)
            return RV64_ORC_B;
        if (top12 == 0x6b8)
            return RV64_REV8;
        switch (top6) {
        case 0x00:
            return RV64_SRL;
        case 0x10:
            return RV64_SRA;
        case 0x18:
            return RV64_ROR;
        case 0x12:
            return RV64_BEXT;
        }
        return RV64_INVALID;
    }
}

static enum rv64_operation op_imm_32(uint32_t word)
{
    uint32_t top7 = bits(word, 31, 25);
    switch (bits(word, 14, 12)) {
    case 0:
        return RV64_ADDW;
    case 1:
        if (bits(word, 31, 26) == 2)
            return RV64_SLLI_UW;
        switch (bits(word, 31, 20)) {
        case 0x600:
            return RV64_CLZW;
        case 0x601:
            return RV64_CTZW;
        case 0x602:
            return RV64_CPOPW;
        }
        return top7 == 0 ? RV64_SLLW : RV64_INVALID;
    case 5:
        return top7 == 0 ? RV64_SRLW : top7 == 0x20 ? RV64_SRAW : top7 == 0x30 ? RV64_RORW : RV64_INVALID;
    default:
        return RV64_INVALID;
    }
}

static enum rv64_operation op(uint32_t word)
{
    static const enum rv64_operation base[8] = {RV64_ADD, RV64_SLL, RV64_SLT, RV64_SLTU,
                                                RV64_XOR, RV64_SRL, RV64_OR,  RV64_AND};
    static const enum rv64_operation multiply[8] = {RV64_MUL, RV64_MULH, RV64_MULHSU, RV64_MULHU,
                                                    RV64_DIV, RV64_DIVU, RV64_REM,    RV64_REMU};
    uint32_t f3 = bits(word, 14, 12);
    switch (bits(word, 31, 25) << 3 | f3) {
    case 0x20 << 3 | 0:
        return RV64_SUB;
    case 0x20 << 3 | 5:
        return RV64_SRA;
    case 0x20 << 3 | 4:
        return RV64_XNOR;
    case 0x20 << 3 | 6:
        return RV64_ORN;
    case 0x20 << 3 | 7:
        return RV64_ANDN;
    case 0x10 << 3 | 2:
        return RV64_SH1ADD;
    case 0x10 << 3 | 4:
        return RV64_SH2ADD;
    case 0x10 << 3 | 6:
        return RV64_SH3ADD;
    case 0x05 << 3 | 4:
        return RV64_MIN;
    case 0x05 << 3 | 5:
        return RV64_MINU;
    case 0x05 << 3 | 6:
        return RV64_MAX;
    case 0x05 << 3 | 7:
        return RV64_MAXU;
    case 0x30 << 3 | 1:
        return RV64_ROL;
    case 0x30 << 3 | 5:
        return RV64_ROR;
    case 0x14 << 3 | 1:
        return RV64_BSET;
    case 0x24 << 3 | 1:
        return RV64_BCLR;
    case 0x34 << 3 | 1:
        return RV64_BINV;
    case 0x24 << 3 | 5:
        return RV64_BEXT;
    }
    switch (bits(word, 31, 25)) {
    case 0:
        return base[f3];
    case 1:
        return multiply[f3];
    }
    return RV64_INVALID;
}

static enum rv64_operation op_32(uint32_t word)
{
    switch (bits(word, 31, 25) << 3 | bits(word, 14, 12)) {
    case 0x00 << 3 | 0:
        return RV64_ADDW;
    case 0x20 << 3 | 0:
        return RV64_SUBW;
    case 0x00 << 3 | 1:
        return RV64_SLLW;
    case 0x00 << 3 | 5:
        return RV64_SRLW;
    case 0x20 << 3 | 5:
        return RV64_SRAW;
    case 0x01 << 3 | 0:
        return RV64_MULW;
    case 0x01 << 3 | 4:
        return RV64_DIVW;
    case 0x01 << 3 | 5:
        return RV64_DIVUW;
    case 0x01 << 3 | 6:
        return RV64_REMW;
    case 0x01 << 3 | 7:
        return RV64_REMUW;
    case 0x04 << 3 | 0:
        return RV64_ADD_UW;
    case 0x10 << 3 | 2:
        return RV64_SH1ADD_UW;
    case 0x10 << 3 | 4:
        return RV64_SH2ADD_UW;
    case 0x10 << 3 | 6:
        return RV64_SH3ADD_UW;
    case 0x30 << 3 | 1:
        return RV64_ROLW;
    case 0x30 << 3 | 5:
        return RV64_RORW;
    case 0x04 << 3 | 4:
        return bits(word, 24, 20) == 0 ? RV64_ZEXT_H : RV64_INVALID;
    }
    return RV64_INVALID;
}

static enum rv64_operation atomic(uint32_t word)
{
    switch (bits(word, 31, 27)) {
    case 0x00:
        return RV64_AMOADD;
    case 0x01:
        return RV64_AMOSWAP;
    case 0x02:
        return bits(word, 24, 20) == 0 ? RV64_LR : RV64_INVALID;
    case 0x03:
        return RV64_SC;
    case 0x04:
        return RV64_AMOXOR;
    case 0x08:
        return RV64_AMOOR;
    case 0x0c:
        return RV64_AMOAND;
    case 0x10:
        return RV64_AMOMIN;
    case 0x14:
        return RV64_AMOMAX;
    case 0x18:
        return RV64_AMOMINU;
    case 0x1c:
        return RV64_AMOMAXU;
    }
    return RV64_INVALID;
}

static void op_fp(uint32_t word, struct rv64 *i)
{
    uint32_t f3 = bits(word, 14, 12);
    uint32_t rs2 = bits(word, 24, 20);
    enum rv64_operation operation = RV64_INVALID;
    bool to_integer = false;
    bool rounds = false;

    if (bits(word, 26, 25) > 1)
        return; // half and quad precision
    switch (bits(word, 31, 27)) {
    case 0x00:
        operation = RV64_FADD, rounds = true;
        break;
    case 0x01:
        operation = RV64_FSUB, rounds = true;
        break;
    case 0x02:
        operation = RV64_FMUL, rounds = true;
        break;
    case 0x03:
        operation = RV64_FDIV, rounds = true;
        break;
    case 0x0b:
        operation = rs2 == 0 ? RV64_FSQRT : RV64_INVALID, rounds = true;
        break;
    case 0x04:
        operation = f3 <= 2 ? RV64_FSGNJ + f3 : RV64_INVALID;
        break;
    case 0x05:
        operation = f3 <= 1 ? RV64_FMIN + f3 : RV64_INVALID;
        break;
    case 0x08:
        operation = rs2 == (i->is_double ? 0 : 1) ? RV64_FCVT_FORMAT : RV64_INVALID, rounds = true;
        break;
    case 0x1a:
        operation = rs2 <= 3 ? RV64_FCVT_FROM_W + rs2 : RV64_INVALID, rounds = true;
        break;
    case 0x1e:
        operation = rs2 == 0 && f3 == 0 ? RV64_FMV_FROM_X : RV64_INVALID;
        break;
    case 0x14:
        to_integer = true, operation = f3 == 0 ? RV64_FLE : f3 == 1 ? RV64_FLT : f3 == 2 ? RV64_FEQ : RV64_INVALID;
        break;
    case 0x18:
        to_integer = true, operation = rs2 <= 3 ? RV64_FCVT_W + rs2 : RV64_INVALID, rounds = true;
        break;
    case 0x1c:
        to_integer = true;
        operation = rs2 != 0 ? RV64_INVALID : f3 == 0 ? RV64_FMV_TO_X : f3 == 1 ? RV64_FCLASS : RV64_INVALID;
        break;
    }
    if (operation == RV64_INVALID || (rounds && (f3 == 5 || f3 == 6)))
        return;
    i->kind = to_integer ? RV64_FLOAT_TO_INT : RV64_FLOAT;
    i->operation = operation;
    i->has_rounding = rounds;
}

// Sets the kind if the operation is one.
static void set(struct rv64 *i, enum rv64_kind kind, enum rv64_operation operation)
{
    i->kind = operation == RV64_INVALID ? RV64_UNKNOWN : kind;
    i->operation = operation;
}

static void decode_memory(uint32_t word, struct rv64 *i)
{
    uint32_t f3 = bits(word, 14, 12);
    int64_t store_offset = signed_bits(bits(word, 31, 25) << 5 | bits(word, 11, 7), 12);
    bool is_wide_enough = f3 == 2 || f3 == 3;
    i->bytes = 1u << (f3 & 3);
    switch (bits(word, 6, 0)) {
    case 0x03:
        i->kind = f3 != 7 ? RV64_LOAD : RV64_UNKNOWN;
        i->is_unsigned = f3 >= 4;
        break;
    case 0x07:
        i->kind = is_wide_enough ? RV64_LOAD_FP : RV64_UNKNOWN;
        break;
    case 0x23:
        i->kind = f3 <= 3 ? RV64_STORE : RV64_UNKNOWN;
        i->immediate = store_offset;
        break;
    case 0x27:
        i->kind = is_wide_enough ? RV64_STORE_FP : RV64_UNKNOWN;
        i->immediate = store_offset;
        break;
    case 0x2f:
        set(i, RV64_ATOMIC, is_wide_enough ? atomic(word) : RV64_INVALID);
        i->immediate = 0;
        break;
    }
}

static void decode_control(uint32_t word, struct rv64 *i)
{
    static const enum rv64_operation branch[8] = {RV64_BEQ, RV64_BNE, RV64_INVALID, RV64_INVALID,
                                                  RV64_BLT, RV64_BGE, RV64_BLTU,    RV64_BGEU};
    uint32_t f3 = bits(word, 14, 12);
    switch (bits(word, 6, 0)) {
    case 0x63:
        set(i, RV64_BRANCH, branch[f3]);
        i->immediate = b_immediate(word);
        break;
    case 0x67:
        i->kind = f3 == 0 ? RV64_JALR : RV64_UNKNOWN;
        break;
    case 0x6f:
        i->kind = RV64_JAL;
        i->immediate = j_immediate(word);
        break;
    case 0x73:
        i->kind = RV64_SYSTEM;
        break;
    case 0x0f:
        i->kind = f3 == 0 && i->rd == 0 && i->rs1 == 0 && bits(word, 31, 28) == 0 ? RV64_FENCE : RV64_MANAGE;
        break;
    }
}

struct rv64 rv64_decode(uint32_t word)
{
    struct rv64 i = {
        .kind = RV64_UNKNOWN,
        .operation = RV64_INVALID,
        .rd = bits(word, 11, 7),
        .rs1 = bits(word, 19, 15),
        .rs2 = bits(word, 24, 20),
        .rs3 = bits(word, 31, 27),
        .immediate = signed_bits(bits(word, 31, 20), 12),
        .rounding = bits(word, 14, 12),
        .is_double = bits(word, 26, 25) == 1,
    };
    if (bits(word, 1, 0) != 3) {
        i.kind = RV64_SHORT;
        return i;
    }
    switch (bits(word, 6, 0)) {
    case 0x37:
    case 0x17:
        i.kind = bits(word, 6, 0) == 0x37 ? RV64_LUI : RV64_AUIPC;
        i.immediate = (int32_t)(word & 0xfffff000);
        break;
    case 0x13:
        set(&i, RV64_IMMEDIATE, op_imm(word));
        break;
    case 0x1b:
        set(&i, RV64_IMMEDIATE, op_imm_32(word));
        break;
    case 0x33:
        set(&i, RV64_REGISTER, op(word));
        break;
    case 0x3b:
        set(&i, RV64_REGISTER, op_32(word));
        break;
    case 0x03:
    case 0x07:
    case 0x23:
    case 0x27:
    case 0x2f:
        decode_memory(word, &i);
        break;
    case 0x63:
    case 0x67:
    case 0x6f:
    case 0x73:
    case 0x0f:
        decode_control(word, &i);
        break;
    case 0x53:
        op_fp(word, &i);
        break;
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
        if (bits(word, 26, 25) <= 1 && i.rounding != 5 && i.rounding != 6) {
            set(&i, RV64_FLOAT, RV64_FMADD + (bits(word, 6, 0) - 0x43) / 4);
            i.has_rounding = true;
        }
        break;
    }
    return i;
}
