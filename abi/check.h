// SPDX-License-Identifier: Apache-2.0
// The rules of the code checker: why a word of machine code may not run in ring 0. One number, name and text each, the
// same in the kernel's answer REFUSED, on the console and in tools. doc/capsule.md names the attack each rule stops.
// Numbers are fixed for ever; new ones are added at the end. Assembly may use the list.
#pragma once

#define NJ_CHECK_RULE_LIST(X)                                                                                          \
    X(OK, 0, "permitted")                                                                                              \
    X(LENGTH, 1, "not a 32-bit instruction")                                                                           \
    X(UNKNOWN, 2, "not in the table of permitted instructions")                                                        \
    X(SYSTEM, 3, "a system instruction other than the trap word")                                                      \
    X(FENCE, 4, "a memory-ordering instruction other than a plain fence")                                              \
    X(VECTOR, 5, "a vector instruction")                                                                               \
    X(HINT, 6, "arithmetic into x0 other than the one nop")                                                            \
    X(ROUNDING, 7, "a floating-point operation without a static rounding mode")                                        \
    X(CONSTANT, 8, "writes gp, tp or s11, which never change")                                                         \
    X(ADDRESS, 9, "writes t5 other than by add.uw t5, x, gp or add.uw t5, x, tp")                                      \
    X(WIDE, 10, "writes t2 other than by add.uw t2, x, t5")                                                            \
    X(TARGET, 11, "writes t6 other than by and t6, x, s11")                                                            \
    X(RETURN, 12, "writes ra other than by or ra, t6, tp or as the link of a jump")                                    \
    X(STACK_STEP, 13, "writes sp other than by addi sp, sp with a multiple of 16")                                     \
    X(STACK_PROBE, 14, "a step of sp that no load or store through sp follows")                                        \
    X(MEMORY_BASE, 15, "a memory access whose base is not t5, t2, sp or gp")                                           \
    X(ATOMIC_BASE, 16, "an atomic access whose base is not t5")                                                        \
    X(JUMP_RANGE, 17, "a jump or branch out of the code")                                                              \
    X(JUMP_ALIGN, 18, "a jump or branch to an address that is not a multiple of 4")                                    \
    X(JUMP_LINK, 19, "a jump whose link register is not x0 or ra")                                                     \
    X(JUMP_BASE, 20, "a register jump through a register other than ra or tp")                                         \
    X(JUMP_OFFSET, 21, "a register jump with an offset other than 0(ra) or an entry slot of tp")

#define NJ_CHECK_RULE_COUNT 22

#ifndef __ASSEMBLER__
enum nj_check_rule {
#define X(name, number, text) NJ_CHECK_##name = number,
    NJ_CHECK_RULE_LIST(X)
#undef X
};

// The text of a rule, or "unknown rule". For any caller; never fails.
static inline const char *nj_check_rule_text(enum nj_check_rule rule)
{
    switch (rule) {
#define X(name, number, text)                                                                                          \
    case NJ_CHECK_##name:                                                                                              \
        return text;
        NJ_CHECK_RULE_LIST(X)
#undef X
    }
    return "unknown rule";
}
#endif
