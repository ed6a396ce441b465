// SPDX-License-Identifier: Apache-2.0
// The published table: every instruction that checked code may contain, as data. What is not here is refused.
//
// A row is X(name, pattern, operands): the instruction is a word with (word & mask) == match, where the pattern names the
// fixed fields, and it is permitted if its operands keep the rule of their class (enum check_operands). The rows of one
// major opcode stand together; the first row that matches decides. Rows marked FORM are the special forms, the only
// ones that write the reserved registers; they stand before the general row of the same instruction.
//
// Used by the checker (check.c), its tests, host tools and doc/capsule.md. Changing it means raising NJ_CHECKER_VERSION.
#pragma once

// What the fields that a pattern leaves open must satisfy. Free registers are those of abi/capsule.h without a duty.
#define NJ_CHECK_OPERANDS_LIST(X)                                                                                      \
    X(ANY, "nothing: no integer register is written and no memory is accessed")                                        \
    X(FORM, "nothing: the pattern fixes what matters")                                                                 \
    X(RESULT, "rd is a free register and not x0")                                                                      \
    X(LOAD, "rd is a free register or x0; the base rs1 is sp, gp, t2 or t5")                                           \
    X(MEMORY, "the base rs1 is sp, gp, t2 or t5")                                                                      \
    X(ATOMIC, "rd is a free register or x0; the base rs1 is t5")                                                       \
    X(ROUND, "the rounding mode is static (0 to 4)")                                                                   \
    X(ROUND_RESULT, "the rounding mode is static (0 to 4); rd is a free register and not x0")                          \
    X(BRANCH, "the target lies in the code, at a multiple of 4")                                                       \
    X(JUMP, "the target lies in the code, at a multiple of 4")                                                         \
    X(STEP, "the next word is a load or store with base sp")                                                           \
    X(FENCE, "neither the predecessor nor the successor set is empty")

// Patterns: mask and match. Fields as in the ISA manual: op 6-0, rd 11-7, f3 14-12, rs1 19-15, rs2 24-20, f7 31-25.
#define PATTERN_WORD(word) 0xffffffffu, (word)
#define PATTERN_OP(op) 0x0000007fu, (op)
#define PATTERN_OP_RD(op, rd) 0x00000fffu, ((rd) << 7 | (op))
#define PATTERN_F3(op, f3) 0x0000707fu, ((f3) << 12 | (op))
#define PATTERN_F6(op, f3, f6) 0xfc00707fu, ((f6) << 26 | (f3) << 12 | (op))
#define PATTERN_F7(op, f3, f7) 0xfe00707fu, ((f7) << 25 | (f3) << 12 | (op))
#define PATTERN_RS2(op, f3, f7, rs2) 0xfff0707fu, ((f7) << 25 | (rs2) << 20 | (f3) << 12 | (op))
#define PATTERN_RD_RS2(op, f3, f7, rd, rs2) 0xfff07fffu, ((f7) << 25 | (rs2) << 20 | (f3) << 12 | (rd) << 7 | (op))
#define PATTERN_RD_RS1_RS2(op, f3, f7, rd, rs1, rs2)                                                                   \
    0xffffffffu, ((f7) << 25 | (rs2) << 20 | (rs1) << 15 | (f3) << 12 | (rd) << 7 | (op))
#define PATTERN_ROUND(op, f7) 0xfe00007fu, ((f7) << 25 | (op))
#define PATTERN_ROUND_RS2(op, f7, rs2) 0xfff0007fu, ((f7) << 25 | (rs2) << 20 | (op))
#define PATTERN_FORMAT(op, format) 0x0600007fu, ((format) << 25 | (op))
#define PATTERN_F5(op, f3, f5) 0xf800707fu, ((f5) << 27 | (f3) << 12 | (op))
#define PATTERN_F5_RS2(op, f3, f5) 0xf9f0707fu, ((f5) << 27 | (f3) << 12 | (op))
// addi sp, sp, a multiple of 16
#define PATTERN_STEP 0x00ffffffu, 0x00010113u
// jalr rd, entry slot(tp): a negative multiple of 16
#define PATTERN_SLOT(rd) 0x80ffffffu, (0x80020067u | (rd) << 7)
// fence with fm, rs1 and rd 0
#define PATTERN_FENCE 0xf00fffffu, 0x0000000fu

#define NJ_CHECK_LOAD_ROWS(X)                                                                                          \
    X("lb", PATTERN_F3(0x03, 0u), LOAD)                                                                                \
    X("lh", PATTERN_F3(0x03, 1u), LOAD)                                                                                \
    X("lw", PATTERN_F3(0x03, 2u), LOAD)                                                                                \
    X("ld", PATTERN_F3(0x03, 3u), LOAD)                                                                                \
    X("lbu", PATTERN_F3(0x03, 4u), LOAD)                                                                               \
    X("lhu", PATTERN_F3(0x03, 5u), LOAD)                                                                               \
    X("lwu", PATTERN_F3(0x03, 6u), LOAD)

#define NJ_CHECK_LOAD_FP_ROWS(X)                                                                                       \
    X("flw", PATTERN_F3(0x07, 2u), MEMORY)                                                                             \
    X("fld", PATTERN_F3(0x07, 3u), MEMORY)

#define NJ_CHECK_FENCE_ROWS(X) X("fence", PATTERN_FENCE, FENCE)

#define NJ_CHECK_OP_IMM_ROWS(X)                                                                                        \
    X("addi sp, sp, step", PATTERN_STEP, STEP)                                                                         \
    X("nop", PATTERN_WORD(0x00000013u), FORM)                                                                          \
    X("addi", PATTERN_F3(0x13, 0u), RESULT)                                                                            \
    X("slti", PATTERN_F3(0x13, 2u), RESULT)                                                                            \
    X("sltiu", PATTERN_F3(0x13, 3u), RESULT)                                                                           \
    X("xori", PATTERN_F3(0x13, 4u), RESULT)                                                                            \
    X("ori", PATTERN_F3(0x13, 6u), RESULT)                                                                             \
    X("andi", PATTERN_F3(0x13, 7u), RESULT)                                                                            \
    X("slli", PATTERN_F6(0x13, 1u, 0x00u), RESULT)                                                                     \
    X("srli", PATTERN_F6(0x13, 5u, 0x00u), RESULT)                                                                     \
    X("srai", PATTERN_F6(0x13, 5u, 0x10u), RESULT)                                                                     \
    X("rori", PATTERN_F6(0x13, 5u, 0x18u), RESULT)                                                                     \
    X("bseti", PATTERN_F6(0x13, 1u, 0x0au), RESULT)                                                                    \
    X("bclri", PATTERN_F6(0x13, 1u, 0x12u), RESULT)                                                                    \
    X("binvi", PATTERN_F6(0x13, 1u, 0x1au), RESULT)                                                                    \
    X("bexti", PATTERN_F6(0x13, 5u, 0x12u), RESULT)                                                                    \
    X("clz", PATTERN_RS2(0x13, 1u, 0x30u, 0u), RESULT)                                                                 \
    X("ctz", PATTERN_RS2(0x13, 1u, 0x30u, 1u), RESULT)                                                                 \
    X("cpop", PATTERN_RS2(0x13, 1u, 0x30u, 2u), RESULT)                                                                \
    X("sext.b", PATTERN_RS2(0x13, 1u, 0x30u, 4u), RESULT)                                                              \
    X("sext.h", PATTERN_RS2(0x13, 1u, 0x30u, 5u), RESULT)                                                              \
    X("orc.b", PATTERN_RS2(0x13, 5u, 0x14u, 7u), RESULT)                                                               \
    X("rev8", PATTERN_RS2(0x13, 5u, 0x35u, 24u), RESULT)

#define NJ_CHECK_AUIPC_ROWS(X) X("auipc", PATTERN_OP(0x17), RESULT)

#define NJ_CHECK_OP_IMM_32_ROWS(X)                                                                                     \
    X("addiw", PATTERN_F3(0x1b, 0u), RESULT)                                                                           \
    X("slliw", PATTERN_F7(0x1b, 1u, 0x00u), RESULT)                                                                    \
    X("srliw", PATTERN_F7(0x1b, 5u, 0x00u), RESULT)                                                                    \
    X("sraiw", PATTERN_F7(0x1b, 5u, 0x20u), RESULT)                                                                    \
    X("roriw", PATTERN_F7(0x1b, 5u, 0x30u), RESULT)                                                                    \
    X("slli.uw", PATTERN_F6(0x1b, 1u, 0x02u), RESULT)                                                                  \
    X("clzw", PATTERN_RS2(0x1b, 1u, 0x30u, 0u), RESULT)                                                                \
    X("ctzw", PATTERN_RS2(0x1b, 1u, 0x30u, 1u), RESULT)                                                                \
    X("cpopw", PATTERN_RS2(0x1b, 1u, 0x30u, 2u), RESULT)

#define NJ_CHECK_STORE_ROWS(X)                                                                                         \
    X("sb", PATTERN_F3(0x23, 0u), MEMORY)                                                                              \
    X("sh", PATTERN_F3(0x23, 1u), MEMORY)                                                                              \
    X("sw", PATTERN_F3(0x23, 2u), MEMORY)                                                                              \
    X("sd", PATTERN_F3(0x23, 3u), MEMORY)

#define NJ_CHECK_STORE_FP_ROWS(X)                                                                                      \
    X("fsw", PATTERN_F3(0x27, 2u), MEMORY)                                                                             \
    X("fsd", PATTERN_F3(0x27, 3u), MEMORY)

#define NJ_CHECK_ATOMIC_ROWS(X)                                                                                        \
    X("lr.w", PATTERN_F5_RS2(0x2f, 2u, 0x02u), ATOMIC)                                                                 \
    X("lr.d", PATTERN_F5_RS2(0x2f, 3u, 0x02u), ATOMIC)                                                                 \
    X("sc.w", PATTERN_F5(0x2f, 2u, 0x03u), ATOMIC)                                                                     \
    X("sc.d", PATTERN_F5(0x2f, 3u, 0x03u), ATOMIC)                                                                     \
    X("amoswap.w", PATTERN_F5(0x2f, 2u, 0x01u), ATOMIC)                                                                \
    X("amoswap.d", PATTERN_F5(0x2f, 3u, 0x01u), ATOMIC)                                                                \
    X("amoadd.w", PATTERN_F5(0x2f, 2u, 0x00u), ATOMIC)                                                                 \
    X("amoadd.d", PATTERN_F5(0x2f, 3u, 0x00u), ATOMIC)                                                                 \
    X("amoxor.w", PATTERN_F5(0x2f, 2u, 0x04u), ATOMIC)                                                                 \
    X("amoxor.d", PATTERN_F5(0x2f, 3u, 0x04u), ATOMIC)                                                                 \
    X("amoor.w", PATTERN_F5(0x2f, 2u, 0x08u), ATOMIC)                                                                  \
    X("amoor.d", PATTERN_F5(0x2f, 3u, 0x08u), ATOMIC)                                                                  \
    X("amoand.w", PATTERN_F5(0x2f, 2u, 0x0cu), ATOMIC)                                                                 \
    X("amoand.d", PATTERN_F5(0x2f, 3u, 0x0cu), ATOMIC)                                                                 \
    X("amomin.w", PATTERN_F5(0x2f, 2u, 0x10u), ATOMIC)                                                                 \
    X("amomin.d", PATTERN_F5(0x2f, 3u, 0x10u), ATOMIC)                                                                 \
    X("amomax.w", PATTERN_F5(0x2f, 2u, 0x14u), ATOMIC)                                                                 \
    X("amomax.d", PATTERN_F5(0x2f, 3u, 0x14u), ATOMIC)                                                                 \
    X("amominu.w", PATTERN_F5(0x2f, 2u, 0x18u), ATOMIC)                                                                \
    X("amominu.d", PATTERN_F5(0x2f, 3u, 0x18u), ATOMIC)                                                                \
    X("amomaxu.w", PATTERN_F5(0x2f, 2u, 0x1cu), ATOMIC)                                                                \
    X("amomaxu.d", PATTERN_F5(0x2f, 3u, 0x1cu), ATOMIC)

#define NJ_CHECK_OP_ROWS(X)                                                                                            \
    X("and t6, x, s11", PATTERN_RD_RS2(0x33, 7u, 0x00u, 31u, 27u), FORM)                                               \
    X("or ra, t6, tp", PATTERN_RD_RS1_RS2(0x33, 6u, 0x00u, 1u, 31u, 4u), FORM)                                         \
    X("add", PATTERN_F7(0x33, 0u, 0x00u), RESULT)                                                                      \
    X("sub", PATTERN_F7(0x33, 0u, 0x20u), RESULT)                                                                      \
    X("sll", PATTERN_F7(0x33, 1u, 0x00u), RESULT)                                                                      \
    X("slt", PATTERN_F7(0x33, 2u, 0x00u), RESULT)                                                                      \
    X("sltu", PATTERN_F7(0x33, 3u, 0x00u), RESULT)                                                                     \
    X("xor", PATTERN_F7(0x33, 4u, 0x00u), RESULT)                                                                      \
    X("srl", PATTERN_F7(0x33, 5u, 0x00u), RESULT)                                                                      \
    X("sra", PATTERN_F7(0x33, 5u, 0x20u), RESULT)                                                                      \
    X("or", PATTERN_F7(0x33, 6u, 0x00u), RESULT)                                                                       \
    X("and", PATTERN_F7(0x33, 7u, 0x00u), RESULT)                                                                      \
    X("mul", PATTERN_F7(0x33, 0u, 0x01u), RESULT)                                                                      \
    X("mulh", PATTERN_F7(0x33, 1u, 0x01u), RESULT)                                                                     \
    X("mulhsu", PATTERN_F7(0x33, 2u, 0x01u), RESULT)                                                                   \
    X("mulhu", PATTERN_F7(0x33, 3u, 0x01u), RESULT)                                                                    \
    X("div", PATTERN_F7(0x33, 4u, 0x01u), RESULT)                                                                      \
    X("divu", PATTERN_F7(0x33, 5u, 0x01u), RESULT)                                                                     \
    X("rem", PATTERN_F7(0x33, 6u, 0x01u), RESULT)                                                                      \
    X("remu", PATTERN_F7(0x33, 7u, 0x01u), RESULT)                                                                     \
    X("sh1add", PATTERN_F7(0x33, 2u, 0x10u), RESULT)                                                                   \
    X("sh2add", PATTERN_F7(0x33, 4u, 0x10u), RESULT)                                                                   \
    X("sh3add", PATTERN_F7(0x33, 6u, 0x10u), RESULT)                                                                   \
    X("andn", PATTERN_F7(0x33, 7u, 0x20u), RESULT)                                                                     \
    X("orn", PATTERN_F7(0x33, 6u, 0x20u), RESULT)                                                                      \
    X("xnor", PATTERN_F7(0x33, 4u, 0x20u), RESULT)                                                                     \
    X("min", PATTERN_F7(0x33, 4u, 0x05u), RESULT)                                                                      \
    X("minu", PATTERN_F7(0x33, 5u, 0x05u), RESULT)                                                                     \
    X("max", PATTERN_F7(0x33, 6u, 0x05u), RESULT)                                                                      \
    X("maxu", PATTERN_F7(0x33, 7u, 0x05u), RESULT)                                                                     \
    X("rol", PATTERN_F7(0x33, 1u, 0x30u), RESULT)                                                                      \
    X("ror", PATTERN_F7(0x33, 5u, 0x30u), RESULT)                                                                      \
    X("bset", PATTERN_F7(0x33, 1u, 0x14u), RESULT)                                                                     \
    X("bclr", PATTERN_F7(0x33, 1u, 0x24u), RESULT)                                                                     \
    X("binv", PATTERN_F7(0x33, 1u, 0x34u), RESULT)                                                                     \
    X("bext", PATTERN_F7(0x33, 5u, 0x24u), RESULT)

#define NJ_CHECK_LUI_ROWS(X) X("lui", PATTERN_OP(0x37), RESULT)

#define NJ_CHECK_OP_32_ROWS(X)                                                                                         \
    X("add.uw t5, x, gp", PATTERN_RD_RS2(0x3b, 0u, 0x04u, 30u, 3u), FORM)                                              \
    X("add.uw t5, x, tp", PATTERN_RD_RS2(0x3b, 0u, 0x04u, 30u, 4u), FORM)                                              \
    X("add.uw t2, x, t5", PATTERN_RD_RS2(0x3b, 0u, 0x04u, 7u, 30u), FORM)                                              \
    X("addw", PATTERN_F7(0x3b, 0u, 0x00u), RESULT)                                                                     \
    X("subw", PATTERN_F7(0x3b, 0u, 0x20u), RESULT)                                                                     \
    X("sllw", PATTERN_F7(0x3b, 1u, 0x00u), RESULT)                                                                     \
    X("srlw", PATTERN_F7(0x3b, 5u, 0x00u), RESULT)                                                                     \
    X("sraw", PATTERN_F7(0x3b, 5u, 0x20u), RESULT)                                                                     \
    X("mulw", PATTERN_F7(0x3b, 0u, 0x01u), RESULT)                                                                     \
    X("divw", PATTERN_F7(0x3b, 4u, 0x01u), RESULT)                                                                     \
    X("divuw", PATTERN_F7(0x3b, 5u, 0x01u), RESULT)                                                                    \
    X("remw", PATTERN_F7(0x3b, 6u, 0x01u), RESULT)                                                                     \
    X("remuw", PATTERN_F7(0x3b, 7u, 0x01u), RESULT)                                                                    \
    X("add.uw", PATTERN_F7(0x3b, 0u, 0x04u), RESULT)                                                                   \
    X("sh1add.uw", PATTERN_F7(0x3b, 2u, 0x10u), RESULT)                                                                \
    X("sh2add.uw", PATTERN_F7(0x3b, 4u, 0x10u), RESULT)                                                                \
    X("sh3add.uw", PATTERN_F7(0x3b, 6u, 0x10u), RESULT)                                                                \
    X("zext.h", PATTERN_RS2(0x3b, 4u, 0x04u, 0u), RESULT)                                                              \
    X("rolw", PATTERN_F7(0x3b, 1u, 0x30u), RESULT)                                                                     \
    X("rorw", PATTERN_F7(0x3b, 5u, 0x30u), RESULT)

#define NJ_CHECK_FMADD_ROWS(X)                                                                                         \
    X("fmadd.s", PATTERN_FORMAT(0x43, 0u), ROUND)                                                                      \
    X("fmadd.d", PATTERN_FORMAT(0x43, 1u), ROUND)
#define NJ_CHECK_FMSUB_ROWS(X)                                                                                         \
    X("fmsub.s", PATTERN_FORMAT(0x47, 0u), ROUND)                                                                      \
    X("fmsub.d", PATTERN_FORMAT(0x47, 1u), ROUND)
#define NJ_CHECK_FNMSUB_ROWS(X)                                                                                        \
    X("fnmsub.s", PATTERN_FORMAT(0x4b, 0u), ROUND)                                                                     \
    X("fnmsub.d", PATTERN_FORMAT(0x4b, 1u), ROUND)
#define NJ_CHECK_FNMADD_ROWS(X)                                                                                        \
    X("fnmadd.s", PATTERN_FORMAT(0x4f, 0u), ROUND)                                                                     \
    X("fnmadd.d", PATTERN_FORMAT(0x4f, 1u), ROUND)

#define NJ_CHECK_OP_FP_ROWS(X)                                                                                         \
    X("fadd.s", PATTERN_ROUND(0x53, 0x00u), ROUND)                                                                     \
    X("fadd.d", PATTERN_ROUND(0x53, 0x01u), ROUND)                                                                     \
    X("fsub.s", PATTERN_ROUND(0x53, 0x04u), ROUND)                                                                     \
    X("fsub.d", PATTERN_ROUND(0x53, 0x05u), ROUND)                                                                     \
    X("fmul.s", PATTERN_ROUND(0x53, 0x08u), ROUND)                                                                     \
    X("fmul.d", PATTERN_ROUND(0x53, 0x09u), ROUND)                                                                     \
    X("fdiv.s", PATTERN_ROUND(0x53, 0x0cu), ROUND)                                                                     \
    X("fdiv.d", PATTERN_ROUND(0x53, 0x0du), ROUND)                                                                     \
    X("fsgnj.s", PATTERN_F7(0x53, 0u, 0x10u), ANY)                                                                     \
    X("fsgnjn.s", PATTERN_F7(0x53, 1u, 0x10u), ANY)                                                                    \
    X("fsgnjx.s", PATTERN_F7(0x53, 2u, 0x10u), ANY)                                                                    \
    X("fsgnj.d", PATTERN_F7(0x53, 0u, 0x11u), ANY)                                                                     \
    X("fsgnjn.d", PATTERN_F7(0x53, 1u, 0x11u), ANY)                                                                    \
    X("fsgnjx.d", PATTERN_F7(0x53, 2u, 0x11u), ANY)                                                                    \
    X("fmin.s", PATTERN_F7(0x53, 0u, 0x14u), ANY)                                                                      \
    X("fmax.s", PATTERN_F7(0x53, 1u, 0x14u), ANY)                                                                      \
    X("fmin.d", PATTERN_F7(0x53, 0u, 0x15u), ANY)                                                                      \
    X("fmax.d", PATTERN_F7(0x53, 1u, 0x15u), ANY)                                                                      \
    X("fcvt.s.d", PATTERN_ROUND_RS2(0x53, 0x20u, 1u), ROUND)                                                           \
    X("fcvt.d.s", PATTERN_ROUND_RS2(0x53, 0x21u, 0u), ROUND)                                                           \
    X("fsqrt.s", PATTERN_ROUND_RS2(0x53, 0x2cu, 0u), ROUND)                                                            \
    X("fsqrt.d", PATTERN_ROUND_RS2(0x53, 0x2du, 0u), ROUND)                                                            \
    X("fle.s", PATTERN_F7(0x53, 0u, 0x50u), RESULT)                                                                    \
    X("flt.s", PATTERN_F7(0x53, 1u, 0x50u), RESULT)                                                                    \
    X("feq.s", PATTERN_F7(0x53, 2u, 0x50u), RESULT)                                                                    \
    X("fle.d", PATTERN_F7(0x53, 0u, 0x51u), RESULT)                                                                    \
    X("flt.d", PATTERN_F7(0x53, 1u, 0x51u), RESULT)                                                                    \
    X("feq.d", PATTERN_F7(0x53, 2u, 0x51u), RESULT)                                                                    \
    X("fcvt.w.s", PATTERN_ROUND_RS2(0x53, 0x60u, 0u), ROUND_RESULT)                                                    \
    X("fcvt.wu.s", PATTERN_ROUND_RS2(0x53, 0x60u, 1u), ROUND_RESULT)                                                   \
    X("fcvt.l.s", PATTERN_ROUND_RS2(0x53, 0x60u, 2u), ROUND_RESULT)                                                    \
    X("fcvt.lu.s", PATTERN_ROUND_RS2(0x53, 0x60u, 3u), ROUND_RESULT)                                                   \
    X("fcvt.w.d", PATTERN_ROUND_RS2(0x53, 0x61u, 0u), ROUND_RESULT)                                                    \
    X("fcvt.wu.d", PATTERN_ROUND_RS2(0x53, 0x61u, 1u), ROUND_RESULT)                                                   \
    X("fcvt.l.d", PATTERN_ROUND_RS2(0x53, 0x61u, 2u), ROUND_RESULT)                                                    \
    X("fcvt.lu.d", PATTERN_ROUND_RS2(0x53, 0x61u, 3u), ROUND_RESULT)                                                   \
    X("fcvt.s.w", PATTERN_ROUND_RS2(0x53, 0x68u, 0u), ROUND)                                                           \
    X("fcvt.s.wu", PATTERN_ROUND_RS2(0x53, 0x68u, 1u), ROUND)                                                          \
    X("fcvt.s.l", PATTERN_ROUND_RS2(0x53, 0x68u, 2u), ROUND)                                                           \
    X("fcvt.s.lu", PATTERN_ROUND_RS2(0x53, 0x68u, 3u), ROUND)                                                          \
    X("fcvt.d.w", PATTERN_ROUND_RS2(0x53, 0x69u, 0u), ROUND)                                                           \
    X("fcvt.d.wu", PATTERN_ROUND_RS2(0x53, 0x69u, 1u), ROUND)                                                          \
    X("fcvt.d.l", PATTERN_ROUND_RS2(0x53, 0x69u, 2u), ROUND)                                                           \
    X("fcvt.d.lu", PATTERN_ROUND_RS2(0x53, 0x69u, 3u), ROUND)                                                          \
    X("fmv.x.w", PATTERN_RS2(0x53, 0u, 0x70u, 0u), RESULT)                                                             \
    X("fclass.s", PATTERN_RS2(0x53, 1u, 0x70u, 0u), RESULT)                                                            \
    X("fmv.x.d", PATTERN_RS2(0x53, 0u, 0x71u, 0u), RESULT)                                                             \
    X("fclass.d", PATTERN_RS2(0x53, 1u, 0x71u, 0u), RESULT)                                                            \
    X("fmv.w.x", PATTERN_RS2(0x53, 0u, 0x78u, 0u), ANY)                                                                \
    X("fmv.d.x", PATTERN_RS2(0x53, 0u, 0x79u, 0u), ANY)

#define NJ_CHECK_BRANCH_ROWS(X)                                                                                        \
    X("beq", PATTERN_F3(0x63, 0u), BRANCH)                                                                             \
    X("bne", PATTERN_F3(0x63, 1u), BRANCH)                                                                             \
    X("blt", PATTERN_F3(0x63, 4u), BRANCH)                                                                             \
    X("bge", PATTERN_F3(0x63, 5u), BRANCH)                                                                             \
    X("bltu", PATTERN_F3(0x63, 6u), BRANCH)                                                                            \
    X("bgeu", PATTERN_F3(0x63, 7u), BRANCH)

#define NJ_CHECK_JALR_ROWS(X)                                                                                          \
    X("jalr x0, 0(ra)", PATTERN_WORD(0x00008067u), FORM)                                                               \
    X("jalr ra, 0(ra)", PATTERN_WORD(0x000080e7u), FORM)                                                               \
    X("jalr x0, slot(tp)", PATTERN_SLOT(0u), FORM)                                                                     \
    X("jalr ra, slot(tp)", PATTERN_SLOT(1u), FORM)

#define NJ_CHECK_JAL_ROWS(X)                                                                                           \
    X("jal x0", PATTERN_OP_RD(0x6f, 0u), JUMP)                                                                         \
    X("jal ra", PATTERN_OP_RD(0x6f, 1u), JUMP)

#define NJ_CHECK_SYSTEM_ROWS(X) X("trap", PATTERN_WORD(0xc0001073u), FORM)

// The groups: G(name, major opcode, rows), in the order of the table.
#define NJ_CHECK_GROUPS(G)                                                                                             \
    G(LOAD, 0x03, NJ_CHECK_LOAD_ROWS)                                                                                  \
    G(LOAD_FP, 0x07, NJ_CHECK_LOAD_FP_ROWS)                                                                            \
    G(FENCE, 0x0f, NJ_CHECK_FENCE_ROWS)                                                                                \
    G(OP_IMM, 0x13, NJ_CHECK_OP_IMM_ROWS)                                                                              \
    G(AUIPC, 0x17, NJ_CHECK_AUIPC_ROWS)                                                                                \
    G(OP_IMM_32, 0x1b, NJ_CHECK_OP_IMM_32_ROWS)                                                                        \
    G(STORE, 0x23, NJ_CHECK_STORE_ROWS)                                                                                \
    G(STORE_FP, 0x27, NJ_CHECK_STORE_FP_ROWS)                                                                          \
    G(ATOMIC, 0x2f, NJ_CHECK_ATOMIC_ROWS)                                                                              \
    G(OP, 0x33, NJ_CHECK_OP_ROWS)                                                                                      \
    G(LUI, 0x37, NJ_CHECK_LUI_ROWS)                                                                                    \
    G(OP_32, 0x3b, NJ_CHECK_OP_32_ROWS)                                                                                \
    G(FMADD, 0x43, NJ_CHECK_FMADD_ROWS)                                                                                \
    G(FMSUB, 0x47, NJ_CHECK_FMSUB_ROWS)                                                                                \
    G(FNMSUB, 0x4b, NJ_CHECK_FNMSUB_ROWS)                                                                              \
    G(FNMADD, 0x4f, NJ_CHECK_FNMADD_ROWS)                                                                              \
    G(OP_FP, 0x53, NJ_CHECK_OP_FP_ROWS)                                                                                \
    G(BRANCH, 0x63, NJ_CHECK_BRANCH_ROWS)                                                                              \
    G(JALR, 0x67, NJ_CHECK_JALR_ROWS)                                                                                  \
    G(JAL, 0x6f, NJ_CHECK_JAL_ROWS)                                                                                    \
    G(SYSTEM, 0x73, NJ_CHECK_SYSTEM_ROWS)
