// SPDX-License-Identifier: Apache-2.0
// Gates, where nobody waits: a thread crosses from one capsule into another and back. Interrupts are off, no trap is taken,
// and the kernel's stack is not used. Whatever is not handled here goes to the complete path (kernel/gate.c).
//
// What keeps the two apart, in the order of the instructions: the callee is another space than the thread's own, open, and
// nobody is in it; the thread has no floating-point state; from the store to context.table on, capabilities are the
// callee's. gp, tp, s11 and sp come from the callee's layout, all else that is not a message word is 0. ra is stored as it
// is: the checker keeps it in the caller's code, and a return through it is one that the caller could make by itself.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"

    .section .text.trap, "ax"
    .macro ZERO registers:vararg
    .irp n, \registers
    li \n, 0
    .endr
    .endm

    .globl entry_gate_call, entry_gate_return
entry_gate_call: // t0 = gate
    csrr s0, sscratch
    ld s1, CONTEXT_TABLE(s0) // which is the caller's space
    lui s4, %hi(DIRECT_MAP)
    ld s2, CAP_WORD(s1)
    lwu s3, CAP_OBJECT(s1)
    bgeu t0, s2, miss_gate_call
    add s3, s3, t0
    slli s3, s3, SLOT_SHIFT
    add s3, s3, s4
    ld s5, 0(s3)
    andi s6, s5, CAP_KIND_MASK | CAP_SEND
    addi s6, s6, -(CAP_GATE | CAP_SEND)
    bnez s6, miss_gate_call
    srli s5, s5, 32 - SPACE_SHIFT // `extra` of a gate is 0
    add s5, s5, s4                // the callee's space
    ld s7, GATE_LOCK(s5)
    lbu s8, THREAD_USES_FP(s0)
    ld s9, CONTEXT_HOME(s0)
    or s7, s7, s8
    bnez s7, miss_gate_call
    beq s9, s5, miss_gate_call
    sd s0, GATE_LOCK(s5) // all is checked
    sd s1, GATE_CALLER(s5)
    sd sp, GATE_SP(s5)
    sd ra, GATE_PC(s5)
    sd s5, CONTEXT_TABLE(s0)
    lwu t0, CAP_WORD + 4(s3) // badge
    lwu s9, CAP_WORD(s3)
    ld tp, SPACE_CODE_BASE(s5)
    add ra, tp, s9
    ld sp, SPACE_STACK_HIGH(s5)
    ld gp, SPACE_DATA_BASE(s5)
    ld s11, SPACE_CODE_MASK(s5)
    ZERO s0, s1, s2, s3, s4, s5, s9, s10 // s6, s7 and s8 are
    j 1f

entry_gate_return:
    csrr s0, sscratch
    ld s1, CONTEXT_TABLE(s0)
    ld s2, GATE_LOCK(s1)
    bne s2, s0, miss_gate_return // not inside, or it has to be handed on
    sd zero, GATE_LOCK(s1)
    ld s3, GATE_CALLER(s1)
    ld ra, GATE_PC(s1)
    ld sp, GATE_SP(s1)
    sd s3, CONTEXT_TABLE(s0)
    ld gp, SPACE_DATA_BASE(s3)
    ld tp, SPACE_CODE_BASE(s3)
    ld s11, SPACE_CODE_MASK(s3)
    ZERO s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, t0
1:  ZERO t3, t4, t6
    li t1, NJ_MESSAGE_REGISTERS
    mv t2, gp
    mv t5, gp
    csrsi sstatus, SSTATUS_SIE
    ret

// Nothing has been stored yet, but s0 to s10 may be the kernel's.
miss_gate_call:
    li t6, NJ_SYS_GATE_CALL
    j 2f
miss_gate_return:
    li t6, NJ_SYS_GATE_RETURN
2:  ZERO s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10
    j capsule_call
