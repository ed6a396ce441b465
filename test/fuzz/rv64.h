// SPDX-License-Identifier: Apache-2.0
// A second opinion on riscv64 machine code: decoder and arithmetic for the capsule model, written from the ISA manual and
// apart from the code checker. It must not include anything of kernel/check: the two are compared with each other.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum rv64_kind {
    RV64_UNKNOWN,   // reserved, or an extension the model does not have (vector among them)
    RV64_SHORT,     // not a 32-bit encoding
    RV64_SYSTEM,    // CSRs, environment calls, privileged and hypervisor instructions
    RV64_FENCE,     // orders memory, changes nothing
    RV64_MANAGE,    // the rest of MISC-MEM: instruction fence, cache blocks
    RV64_LUI,       // rd = immediate
    RV64_AUIPC,     // rd = pc + immediate
    RV64_IMMEDIATE, // rd = rs1 operation immediate
    RV64_REGISTER,  // rd = rs1 operation rs2
    RV64_LOAD,
    RV64_STORE,
    RV64_LOAD_FP,
    RV64_STORE_FP,
    RV64_ATOMIC,
    RV64_BRANCH,
    RV64_JAL,
    RV64_JALR,
    RV64_FLOAT,        // floating-point registers only
    RV64_FLOAT_TO_INT, // writes the integer register rd
};

enum rv64_operation {
    RV64_ADD,
    RV64_SUB,
    RV64_SLL,
    RV64_SLT,
    RV64_SLTU,
    RV64_XOR,
    RV64_SRL,
    RV64_SRA,
    RV64_OR,
    RV64_AND,
    RV64_MUL,
    RV64_MULH,
    RV64_MULHSU,
    RV64_MULHU,
    RV64_DIV,
    RV64_DIVU,
    RV64_REM,
    RV64_REMU,
    RV64_ADDW,
    RV64_SUBW,
    RV64_SLLW,
    RV64_SRLW,
    RV64_SRAW,
    RV64_MULW,
    RV64_DIVW,
    RV64_DIVUW,
    RV64_REMW,
    RV64_REMUW,
    RV64_ADD_UW,
    RV64_SH1ADD,
    RV64_SH2ADD,
    RV64_SH3ADD,
    RV64_SH1ADD_UW,
    RV64_SH2ADD_UW,
    RV64_SH3ADD_UW,
    RV64_SLLI_UW,
    RV64_ANDN,
    RV64_ORN,
    RV64_XNOR,
    RV64_MIN,
    RV64_MINU,
    RV64_MAX,
    RV64_MAXU,
    RV64_ROL,
    RV64_ROR,
    RV64_ROLW,
    RV64_RORW,
    RV64_BSET,
    RV64_BCLR,
    RV64_BINV,
    RV64_BEXT,
    RV64_CLZ,
    RV64_CTZ,
    RV64_CPOP,
    RV64_CLZW,
    RV64_CTZW,
    RV64_CPOPW,
    RV64_SEXT_B,
    RV64_SEXT_H,
    RV64_ZEXT_H,
    RV64_ORC_B,
    RV64_REV8,
    RV64_BEQ,
    RV64_BNE,
    RV64_BLT,
    RV64_BGE,
    RV64_BLTU,
    RV64_BGEU,
    RV64_LR,
    RV64_SC,
    RV64_AMOSWAP,
    RV64_AMOADD,
    RV64_AMOXOR,
    RV64_AMOOR,
    RV64_AMOAND,
    RV64_AMOMIN,
    RV64_AMOMAX,
    RV64_AMOMINU,
    RV64_AMOMAXU,
    RV64_FADD,
    RV64_FSUB,
    RV64_FMUL,
    RV64_FDIV,
    RV64_FSQRT,
    RV64_FSGNJ,
    RV64_FSGNJN,
    RV64_FSGNJX,
    RV64_FMIN,
    RV64_FMAX,
    RV64_FMADD,
    RV64_FMSUB,
    RV64_FNMSUB,
    RV64_FNMADD,
    RV64_FCVT_FORMAT,
    RV64_FCVT_FROM_W,
    RV64_FCVT_FROM_WU,
    RV64_FCVT_FROM_L,
    RV64_FCVT_FROM_LU,
    RV64_FMV_FROM_X,
    RV64_FCVT_W,
    RV64_FCVT_WU,
    RV64_FCVT_L,
    RV64_FCVT_LU,
    RV64_FMV_TO_X,
    RV64_FCLASS,
    RV64_FEQ,
    RV64_FLT,
    RV64_FLE,
    RV64_INVALID,
};

struct rv64 {
    enum rv64_kind kind;
    enum rv64_operation operation;
    uint32_t rd, rs1, rs2, rs3;
    int64_t immediate; // of the format; shift amount; distance of a branch
    uint32_t bytes;    // of a memory access
    bool is_unsigned;  // load without sign extension
    bool is_double;    // format of a floating-point operation
    uint32_t rounding; // mode field, of the operations that round
    bool has_rounding;
};

// Takes a word apart. Never fails: what it does not know is RV64_UNKNOWN.
struct rv64 rv64_decode(uint32_t word);

// Integer arithmetic, branches (1: taken) and the arithmetic of atomics.
uint64_t rv64_integer(enum rv64_operation operation, uint64_t a, uint64_t b);

// Floating-point operations on raw register contents; a, b, c are rs1, rs2, rs3, `x` the integer rs1. Rounding is always to
// nearest: nothing that the model watches depends on the last bit of a fraction.
uint64_t rv64_float(const struct rv64 *i, uint64_t a, uint64_t b, uint64_t c, uint64_t x);
