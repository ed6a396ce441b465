// SPDX-License-Identifier: Apache-2.0
// What the instructions compute.
#include "test/fuzz/rv64.h"
#include <math.h>
#include <string.h>

static uint64_t extend(uint64_t value) // of the lower 32 bits
{
    return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
}

static uint64_t rotate(uint64_t value, unsigned amount, unsigned width)
{
    uint64_t mask = width == 64 ? ~0ull : 0xffffffffull;
    value &= mask;
    amount &= width - 1;
    return amount == 0 ? value : ((value >> amount) | (value << (width - amount))) & mask;
}

static uint64_t divide(int64_t a, int64_t b)
{
    return b == 0 ? ~0ull : a == INT64_MIN && b == -1 ? (uint64_t)a : (uint64_t)(a / b);
}

static uint64_t remainder_of(int64_t a, int64_t b)
{
    return b == 0 ? (uint64_t)a : b == -1 ? 0 : (uint64_t)(a % b);
}

static uint64_t leading_zeros(uint64_t value, unsigned width)
{
    unsigned count = 0;
    while (count < width && !(value >> (width - 1 - count) & 1))
        count++;
    return count;
}

static uint64_t trailing_zeros(uint64_t value, unsigned width)
{
    unsigned count = 0;
    while (count < width && !(value >> count & 1))
        count++;
    return count;
}

static uint64_t ones(uint64_t value)
{
    uint64_t count = 0;
    for (; value != 0; value >>= 1)
        count += value & 1;
    return count;
}

static uint64_t bytes_of(uint64_t value, bool reverse)
{
    uint64_t result = 0;
    for (unsigned n = 0; n < 8; n++) {
        uint64_t byte = value >> (8 * n) & 0xff;
        result |= reverse ? byte << (56 - 8 * n) : (byte != 0 ? 0xffull : 0) << (8 * n);
    }
    return result;
}

static uint64_t bit_manipulation(enum rv64_operation operation, uint64_t a, uint64_t b)
{
    uint64_t low = a & 0xffffffff;
    uint64_t bit = 1ull << (b & 63);
    switch (operation) {
    case RV64_ADD_UW:
        return low + b;
    case RV64_SH1ADD:
        return (a << 1) + b;
    case RV64_SH2ADD:
        return (a << 2) + b;
    case RV64_SH3ADD:
        return (a << 3) + b;
    case RV64_SH1ADD_UW:
        return (low << 1) + b;
    case RV64_SH2ADD_UW:
        return (low << 2) + b;
    case RV64_SH3ADD_UW:
        return (low << 3) + b;
    case RV64_SLLI_UW:
        return low << (b & 63);
    case RV64_ANDN:
        return a & ~b;
    case RV64_ORN:
        return a | ~b;
    case RV64_XNOR:
        return ~(a ^ b);
    case RV64_MIN:
        return (int64_t)a < (int64_t)b ? a : b;
    case RV64_MINU:
        return a < b ? a : b;
    case RV64_MAX:
        return (int64_t)a > (int64_t)b ? a : b;
    case RV64_MAXU:
        return a > b ? a : b;
    case RV64_ROL:
        return rotate(a, 64 - (b & 63), 64);
    case RV64_ROR:
        return rotate(a, b & 63, 64);
    case RV64_ROLW:
        return extend(rotate(a, 32 - (b & 31), 32));
    case RV64_RORW:
        return extend(rotate(a, b & 31, 32));
    case RV64_BSET:
        return a | bit;
    case RV64_BCLR:
        return a & ~bit;
    case RV64_BINV:
        return a ^ bit;
    case RV64_BEXT:
        return (a & bit) != 0;
    case RV64_CLZ:
        return leading_zeros(a, 64);
    case RV64_CTZ:
        return trailing_zeros(a, 64);
    case RV64_CPOP:
        return ones(a);
    case RV64_CLZW:
        return leading_zeros(low, 32);
    case RV64_CTZW:
        return trailing_zeros(low, 32);
    case RV64_CPOPW:
        return ones(low);
    case RV64_SEXT_B:
        return (uint64_t)(int64_t)(int8_t)a;
    case RV64_SEXT_H:
        return (uint64_t)(int64_t)(int16_t)a;
    case RV64_ZEXT_H:
        return a & 0xffff;
    case RV64_ORC_B:
        return bytes_of(a, false);
    case RV64_REV8:
        return bytes_of(a, true);
    default:
        return 0;
    }
}

uint64_t rv64_integer(enum rv64_operation operation, uint64_t a, uint64_t b)
{
    int64_t sa = (int64_t)a, sb = (int64_t)b;
    int32_t wa = (int32_t)a, wb = (int32_t)b;
    uint32_t ua = (uint32_t)a, ub = (uint32_t)b;
    switch (operation) {
    case RV64_ADD:
    case RV64_AMOADD:
        return a + b;
    case RV64_SUB:
        return a - b;
    case RV64_SLL:
        return a << (b & 63);
    case RV64_SLT:
    case RV64_BLT:
        return sa < sb;
    case RV64_SLTU:
    case RV64_BLTU:
        return a < b;
    case RV64_XOR:
    case RV64_AMOXOR:
        return a ^ b;
    case RV64_SRL:
        return a >> (b & 63);
    case RV64_SRA:
        return (uint64_t)(sa >> (b & 63));
    case RV64_OR:
    case RV64_AMOOR:
        return a | b;
    case RV64_AND:
    case RV64_AMOAND:
        return a & b;
    case RV64_AMOSWAP:
        return b;
    case RV64_AMOMIN:
        return sa < sb ? a : b;
    case RV64_AMOMAX:
        return sa > sb ? a : b;
    case RV64_AMOMINU:
        return a < b ? a : b;
    case RV64_AMOMAXU:
        return a > b ? a : b;
    case RV64_BEQ:
        return a == b;
    case RV64_BNE:
        return a != b;
    case RV64_BGE:
        return sa >= sb;
    case RV64_BGEU:
        return a >= b;
    case RV64_MUL:
        return a * b;
    case RV64_MULH:
        return (uint64_t)(((__int128)sa * sb) >> 64);
    case RV64_MULHSU:
        return (uint64_t)(((__int128)sa * (__int128)(unsigned __int128)b) >> 64);
    case RV64_MULHU:
        return (uint64_t)(((unsigned __int128)a * b) >> 64);
    case RV64_DIV:
        return divide(sa, sb);
    case RV64_DIVU:
        return b == 0 ? ~0ull : a / b;
    case RV64_REM:
        return remainder_of(sa, sb);
    case RV64_REMU:
        return b == 0 ? a : a % b;
    case RV64_ADDW:
        return extend(a + b);
    case RV64_SUBW:
        return extend(a - b);
    case RV64_SLLW:
        return extend((uint64_t)ua << (b & 31));
    case RV64_SRLW:
        return extend(ua >> (b & 31));
    case RV64_SRAW:
        return extend((uint64_t)(int64_t)(wa >> (b & 31)));
    case RV64_MULW:
        return extend(a * b);
    case RV64_DIVW:
        return extend(divide(wa, wb));
    case RV64_DIVUW:
        return ub == 0 ? ~0ull : extend(ua / ub);
    case RV64_REMW:
        return extend(remainder_of(wa, wb));
    case RV64_REMUW:
        return extend(ub == 0 ? ua : ua % ub);
    default:
        return bit_manipulation(operation, a, b);
    }
}

// A single-precision value that is not boxed counts as NaN.
static uint64_t unboxed(uint64_t raw, bool is_double)
{
    return is_double || raw >> 32 == 0xffffffff ? raw : 0xffffffff7fc00000;
}

static double number(uint64_t raw, bool is_double)
{
    double wide;
    float narrow;
    uint32_t low = (uint32_t)unboxed(raw, is_double);
    memcpy(&wide, &raw, 8);
    memcpy(&narrow, &low, 4);
    return is_double ? wide : (double)narrow;
}

static uint64_t raw_of(double value, bool is_double)
{
    float narrow = (float)value;
    uint32_t low;
    uint64_t raw;
    memcpy(&low, &narrow, 4);
    memcpy(&raw, &value, 8);
    if (isnan(value))
        return is_double ? 0x7ff8000000000000 : 0xffffffff7fc00000;
    return is_double ? raw : 0xffffffff00000000 | low;
}

// Saturating; NaN counts as the largest.
static uint64_t to_integer(double value, double low, double high, uint64_t least, uint64_t most, bool is_signed)
{
    if (isnan(value) || value >= high)
        return most;
    if (value <= low)
        return least;
    return is_signed ? (uint64_t)(int64_t)value : (uint64_t)value;
}

// One of ten classes, as a bit.
static uint64_t class_of(uint64_t raw, bool is_double)
{
    uint64_t fraction = is_double ? raw & 0xfffffffffffff : raw & 0x7fffff;
    uint64_t exponent = is_double ? raw >> 52 & 0x7ff : raw >> 23 & 0xff;
    uint64_t quiet = is_double ? raw >> 51 & 1 : raw >> 22 & 1;
    bool is_negative = raw >> (is_double ? 63 : 31) & 1;
    if (exponent == (is_double ? 0x7ff : 0xff) && fraction != 0)
        return quiet ? 1 << 9 : 1 << 8;
    unsigned size = exponent == (is_double ? 0x7ff : 0xff) ? 3 : exponent != 0 ? 2 : fraction != 0 ? 1 : 0;
    return 1u << (is_negative ? 3 - size : 4 + size);
}

static uint64_t sign_injection(const struct rv64 *i, uint64_t a, uint64_t b)
{
    uint64_t sign = i->is_double ? 1ull << 63 : 1ull << 31;
    uint64_t other = i->operation == RV64_FSGNJ ? b : i->operation == RV64_FSGNJN ? ~b : a ^ b;
    uint64_t result = (a & ~sign) | (other & sign);
    return i->is_double ? result : 0xffffffff00000000 | result;
}

uint64_t rv64_float(const struct rv64 *i, uint64_t a, uint64_t b, uint64_t c, uint64_t x)
{
    bool d = i->is_double;
    bool from_double = i->operation == RV64_FCVT_FORMAT ? !d : d;
    if (i->operation != RV64_FMV_TO_X) {
        a = unboxed(a, from_double);
        b = unboxed(b, d);
    }
    double na = number(a, d), nb = number(b, d), nc = number(c, d);
    switch (i->operation) {
    case RV64_FADD:
        return raw_of(na + nb, d);
    case RV64_FSUB:
        return raw_of(na - nb, d);
    case RV64_FMUL:
        return raw_of(na * nb, d);
    case RV64_FDIV:
        return raw_of(na / nb, d);
    case RV64_FSQRT:
        return raw_of(sqrt(na), d);
    case RV64_FSGNJ:
    case RV64_FSGNJN:
    case RV64_FSGNJX:
        return sign_injection(i, a, b);
    case RV64_FMIN:
        return raw_of(fmin(na, nb), d);
    case RV64_FMAX:
        return raw_of(fmax(na, nb), d);
    case RV64_FMADD:
        return raw_of(fma(na, nb, nc), d);
    case RV64_FMSUB:
        return raw_of(fma(na, nb, -nc), d);
    case RV64_FNMSUB:
        return raw_of(fma(-na, nb, nc), d);
    case RV64_FNMADD:
        return raw_of(fma(-na, nb, -nc), d);
    case RV64_FCVT_FORMAT:
        return raw_of(number(a, !d), d);
    case RV64_FCVT_FROM_W:
        return raw_of((int32_t)x, d);
    case RV64_FCVT_FROM_WU:
        return raw_of((uint32_t)x, d);
    case RV64_FCVT_FROM_L:
        return raw_of((double)(int64_t)x, d);
    case RV64_FCVT_FROM_LU:
        return raw_of((double)x, d);
    case RV64_FMV_FROM_X:
        return d ? x : 0xffffffff00000000 | (uint32_t)x;
    case RV64_FCVT_W:
        return to_integer(na, -2147483648.0, 2147483647.0, extend(0x80000000), 0x7fffffff, true);
    case RV64_FCVT_WU:
        return extend(to_integer(na, 0.0, 4294967295.0, 0, 0xffffffff, false));
    case RV64_FCVT_L:
        return to_integer(na, -0x1p63, 0x1p63, 1ull << 63, ~0ull >> 1, true);
    case RV64_FCVT_LU:
        return to_integer(na, 0.0, 0x1p64, 0, ~0ull, false);
    case RV64_FMV_TO_X:
        return d ? a : extend(a);
    case RV64_FCLASS:
        return class_of(a, d);
    case RV64_FEQ:
        return na == nb;
    case RV64_FLT:
        return na < nb;
    case RV64_FLE:
        return na <= nb;
    default:
        return 0;
    }
}
