// SPDX-License-Identifier: Apache-2.0
// riscv64 machine words: the instructions the compiler uses (RV64IMFD, Zba and Zbb), and the registers of checked code.
// Constants are whole words with empty operand fields; the functions fill the fields in. Nothing is range-checked here:
// callers pass what fits.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum rv_register {
    RV_X0 = 0,
    RV_RA = 1,
    RV_SP = 2,
    RV_GP = 3,
    RV_TP = 4,
    RV_T0 = 5,
    RV_T1 = 6,
    RV_T2 = 7,
    RV_S0 = 8,
    RV_S1 = 9,
    RV_A0 = 10,
    RV_A1 = 11,
    RV_A2 = 12,
    RV_A3 = 13,
    RV_A4 = 14,
    RV_A5 = 15,
    RV_A6 = 16,
    RV_A7 = 17,
    RV_S2 = 18,
    RV_S10 = 26,
    RV_S11 = 27,
    RV_T3 = 28,
    RV_T4 = 29,
    RV_T5 = 30,
    RV_T6 = 31,
    RV_FT0 = 0,
    RV_FA0 = 10,
    RV_FT10 = 30,
    RV_FT11 = 31,
};

// Rounding modes of floating-point words.
#define RV_RNE (0u << 12)
#define RV_RTZ (1u << 12)
#define RV_RDN (2u << 12)
#define RV_RUP (3u << 12)

// register, register -> register
#define RV_ADD 0x00000033u
#define RV_SUB 0x40000033u
#define RV_SLL 0x00001033u
#define RV_SLT 0x00002033u
#define RV_SLTU 0x00003033u
#define RV_XOR 0x00004033u
#define RV_SRL 0x00005033u
#define RV_SRA 0x40005033u
#define RV_OR 0x00006033u
#define RV_AND 0x00007033u
#define RV_ADDW 0x0000003bu
#define RV_SUBW 0x4000003bu
#define RV_SLLW 0x0000103bu
#define RV_SRLW 0x0000503bu
#define RV_SRAW 0x4000503bu
#define RV_MUL 0x02000033u
#define RV_DIV 0x02004033u
#define RV_DIVU 0x02005033u
#define RV_REM 0x02006033u
#define RV_REMU 0x02007033u
#define RV_MULW 0x0200003bu
#define RV_DIVW 0x0200403bu
#define RV_DIVUW 0x0200503bu
#define RV_REMW 0x0200603bu
#define RV_REMUW 0x0200703bu
#define RV_ADD_UW 0x0800003bu
#define RV_SH1ADD 0x20002033u
#define RV_SH2ADD 0x20004033u
#define RV_SH3ADD 0x20006033u
#define RV_ROL 0x60001033u
#define RV_ROR 0x60005033u
#define RV_ROLW 0x6000103bu
#define RV_RORW 0x6000503bu

// register, 12-bit immediate -> register
#define RV_ADDI 0x00000013u
#define RV_SLTI 0x00002013u
#define RV_SLTIU 0x00003013u
#define RV_XORI 0x00004013u
#define RV_ORI 0x00006013u
#define RV_ANDI 0x00007013u
#define RV_SLLI 0x00001013u
#define RV_SRLI 0x00005013u
#define RV_SRAI 0x40005013u
#define RV_ADDIW 0x0000001bu
#define RV_SLLIW 0x0000101bu
#define RV_SRLIW 0x0000501bu
#define RV_SRAIW 0x4000501bu
#define RV_RORI 0x60005013u
#define RV_RORIW 0x6000501bu

// register -> register: the second source field is part of the word
#define RV_CLZ 0x60001013u
#define RV_CTZ 0x60101013u
#define RV_CPOP 0x60201013u
#define RV_SEXT_B 0x60401013u
#define RV_SEXT_H 0x60501013u
#define RV_CLZW 0x6000101bu
#define RV_CTZW 0x6010101bu
#define RV_CPOPW 0x6020101bu
#define RV_ZEXT_H 0x0800403bu

#define RV_LUI 0x00000037u
#define RV_JAL 0x0000006fu
#define RV_JALR 0x00000067u

#define RV_BEQ 0x00000063u
#define RV_BNE 0x00001063u
#define RV_BLT 0x00004063u
#define RV_BGE 0x00005063u
#define RV_BLTU 0x00006063u
#define RV_BGEU 0x00007063u
#define RV_BRANCH_INVERT 0x00001000u // exclusive-or turns a condition into its opposite

#define RV_LB 0x00000003u
#define RV_LH 0x00001003u
#define RV_LW 0x00002003u
#define RV_LD 0x00003003u
#define RV_LBU 0x00004003u
#define RV_LHU 0x00005003u
#define RV_LWU 0x00006003u
#define RV_SB 0x00000023u
#define RV_SH 0x00001023u
#define RV_SW 0x00002023u
#define RV_SD 0x00003023u
#define RV_FLW 0x00002007u
#define RV_FLD 0x00003007u
#define RV_FSW 0x00002027u
#define RV_FSD 0x00003027u

// Floating point: single precision; RV_DOUBLE makes it double.
#define RV_DOUBLE 0x02000000u
#define RV_FADD 0x00000053u
#define RV_FSUB 0x08000053u
#define RV_FMUL 0x10000053u
#define RV_FDIV 0x18000053u
#define RV_FSQRT 0x58000053u
#define RV_FSGNJ 0x20000053u
#define RV_FSGNJN 0x20001053u
#define RV_FSGNJX 0x20002053u
#define RV_FMIN 0x28000053u
#define RV_FMAX 0x28001053u
#define RV_FLE 0xa0000053u
#define RV_FLT 0xa0001053u
#define RV_FEQ 0xa0002053u
#define RV_FMV_X_W 0xe0000053u // with RV_DOUBLE: fmv.x.d
#define RV_FMV_W_X 0xf0000053u
#define RV_FCVT_S_D 0x40100053u
#define RV_FCVT_D_S 0x42000053u
// Between integers and floating point; the unsigned and the long form are in the second source field.
#define RV_FCVT_TO_INT 0xc0000053u
#define RV_FCVT_FROM_INT 0xd0000053u
#define RV_FCVT_W 0u
#define RV_FCVT_WU 1u
#define RV_FCVT_L 2u
#define RV_FCVT_LU 3u

static inline uint32_t rv_rrr(uint32_t word, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return word | rd << 7 | rs1 << 15 | rs2 << 20;
}

static inline uint32_t rv_rri(uint32_t word, uint32_t rd, uint32_t rs1, int32_t immediate)
{
    return word | rd << 7 | rs1 << 15 | (uint32_t)immediate << 20;
}

static inline uint32_t rv_load(uint32_t word, uint32_t rd, uint32_t base, int32_t offset)
{
    return rv_rri(word, rd, base, offset);
}

static inline uint32_t rv_store(uint32_t word, uint32_t source, uint32_t base, int32_t offset)
{
    uint32_t bits = (uint32_t)offset & 0xfff;
    return word | (bits & 0x1f) << 7 | base << 15 | source << 20 | (bits >> 5) << 25;
}

// `immediate` is the upper 20 bits; excess bits are dropped.
static inline uint32_t rv_lui(uint32_t rd, uint32_t immediate)
{
    return RV_LUI | rd << 7 | immediate << 12;
}

// Offsets of jumps and branches are in bytes from the instruction itself.
static inline uint32_t rv_branch(uint32_t word, uint32_t rs1, uint32_t rs2, int32_t offset)
{
    uint32_t bits = (uint32_t)offset;
    return word | rs1 << 15 | rs2 << 20 | (bits >> 11 & 1) << 7 | (bits >> 1 & 0xf) << 8 | (bits >> 5 & 0x3f) << 25 |
           (bits >> 12 & 1) << 31;
}

static inline uint32_t rv_jal(uint32_t rd, int32_t offset)
{
    uint32_t bits = (uint32_t)offset;
    return RV_JAL | rd << 7 | (bits & 0xff000) | (bits >> 11 & 1) << 20 | (bits >> 1 & 0x3ff) << 21 |
           (bits >> 20 & 1) << 31;
}

static inline bool rv_fits_12(int64_t value)
{
    return value >= -2048 && value <= 2047;
}

static inline bool rv_branch_reaches(int64_t bytes)
{
    return bytes >= -4096 && bytes <= 4094;
}

static inline bool rv_jal_reaches(int64_t bytes)
{
    return bytes >= -1048576 && bytes <= 1048574;
}
