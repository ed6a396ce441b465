// SPDX-License-Identifier: Apache-2.0
// Fast path of faults: an access of a process to a page that is not there, to the handler that waits. As in fast.S, every
// check comes before the first store to an object, and whatever is unusual goes to the complete path (trap.c, fault.c)
// untouched.
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"
// From trap.S, with all registers saved: tp = thread, s0 = cause - CAUSE_CALL, a1 = pc.
//
// No page of a process lies in the upper half, where the kernel runs and most capsules do; those in the lower half have an
// image. So what passes here came from user mode.
    .globl fault_page
fault_page:
    bltz a1, trap_complete
    csrr a2, stval
    ld t0, CONTEXT_TABLE(tp) // its space
    ld t1, SPACE_MEMORY_START(t0)
    ld t2, SPACE_MEMORY_BYTES(t0)
    sub t1, a2, t1
    bltu t1, t2, trap_complete // first touch may make it good
    ld t3, SPACE_DATA_BASE(t0)
    ld s3, THREAD_FAULT_CAP(tp)
    bnez t3, trap_complete // an image: there is more of that, and addresses become offsets
    lui s7, %hi(DIRECT_MAP)
    andi s5, s3, CAP_KIND_MASK | CAP_SEND
    addi s5, s5, -(CAP_ENDPOINT | CAP_SEND)
    bnez s5, trap_complete
    srli s6, s3, 32 - ENDPOINT_SHIFT // `extra` of an endpoint is 0
    add s6, s6, s7
    lwu s8, ENDPOINT_HEAD(s6) // the handler
    lbu s10, ENDPOINT_HAS_RECEIVERS(s6)
    beqz s8, trap_complete
    beqz s10, trap_complete
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    ld s5, THREAD_NEXT(s9) // the only one that waits
    or t4, t4, t5
    or t4, t4, s5
    bnez t4, fault_reasons
fault_checked:
    ld t2, THREAD_REPLY(s9) // and, in the upper half, older callers that it has not answered yet
    addi a0, s0, CAUSE_CALL - CAUSE_LOAD_PAGE + 2
    lui s0, %hi(sched_current)
    lwu t5, %lo(sched_top_priority)(s0)
    lbu t6, THREAD_PRIORITY(s9)
    srli s4, t2, 32
    beqz t2, trap_complete
    addi t6, t6, 1
    bnez s4, trap_complete
    bltu t6, t5, trap_complete // somebody ready comes first
    lwu t4, THREAD_SCHED(s9)
    slli s5, t2, REPLY_SHIFT
    add s5, s5, s7
    beqz t4, fault_lends
    TURN_SWITCH trap_complete
fault_commit: // all is checked
    ld t0, THREAD_FAULT_BADGE(tp)
    srli a0, a0, 1 // 2 or 4: enum nj_fault
    lwu s1, CONTEXT_SELF(tp)
    sd zero, ENDPOINT_HEAD(s6) // and tail
    srli s3, s3, CAP_RIGHTS_SHIFT
    andi s3, s3, CAP_GRANT_BOTH
    sw s1, REPLY_CALLER(s5) // its receiver it is already
    sb s3, REPLY_MAY_GRANT(s5)
    slli s3, t2, 32
    lw s4, THREAD_FAULTS(tp)
    sd s3, THREAD_REPLY(s9) // offers none, serves this one
    sw zero, THREAD_WAITS_ON(s9)
    sb s10, THREAD_STATE(s9) // true is READY
    addi s4, s4, 1
    li s3, STATE_REPLY_WAIT
    sw s4, THREAD_FAULTS(tp)
    sb s3, THREAD_STATE(tp)
    sw t2, THREAD_REPLY(tp)
    sb a0, THREAD_FAULT_KIND(tp)
    sd a2, THREAD_FAULT_DETAIL(tp)
    sd zero, THREAD_FAULT_EXTRA(tp)
    li t1, FAULT_WORDS
    .irp n, a3,a4,a5,a6,a7
    li \n, 0
    .endr
    j switch

fault_lends: // a handler without time of its own
    lwu s1, THREAD_SCHED(tp)
    sb s10, REPLY_DONATED(s5) // true
    sw zero, THREAD_SCHED(tp)
    sw s1, THREAD_SCHED(s9)
    slli s1, s1, SCHED_SHIFT
    add s1, s1, s7
    sw s8, SCHED_THREAD(s1)
    j fault_commit

fault_reasons: // to be slow, that are none after all; s5 = other waiting threads
    lwu t4, THREAD_SLOW(tp)
    or t4, t4, t5
    andi t4, t4, ~(CONTEXT_UNITS | CONTEXT_BOUND) // signals do not matter to who was waiting
    or t4, t4, s5
    bnez t4, trap_complete
    jal fp_switch
    j fault_checked
