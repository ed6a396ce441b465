// SPDX-License-Identifier: Apache-2.0
// Fast paths of notifications where another thread runs next: a signal that wakes a more important thread, a wait for
// what is not there yet. As in fast.S, whatever is unusual goes to the complete path (notification.c) untouched.
//
// From call.S, where capability and right were found good. Of processes s0 is saved; in a signal t3 means nothing.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"
    .globl process_wakes, process_blocks, capsule_wakes, capsule_blocks

    .macro WORDS instruction, thread
    .irp n, 11,12,13,14,15,16,17
    \instruction x\n, CONTEXT_REG(\n)(\thread)
    .endr
    .endm

// On to \miss unless the waiter is more important than the thread that signals.
    .macro PRIORITIES self, waiter, work, miss
    lui \work, %hi(DIRECT_MAP)
    slli \waiter, \waiter, THREAD_SHIFT
    add \waiter, \waiter, \work
    lbu \work, THREAD_PRIORITY(\self)
    lbu \waiter, THREAD_PRIORITY(\waiter)
    bgeu \work, \waiter, \miss
    .endm

// ---- A signal -------------------------------------------------------------------------------------------------------
process_wakes: // t4 = notification, t5 = its capability, t6 = first waiter
    PRIORITIES tp, t6, s0, process_call
    PROCESS_SAVE
    sd zero, CONTEXT_REG(7)(tp)
    sd zero, CONTEXT_REG(30)(tp)
    ld s4, CAP_WORD(t5) // badge
    mv s6, t4
core_wakes: // registers that are valid addresses in a capsule and 0 in a process are saved
    lwu s8, NOTIFICATION_HEAD(s6)
    lui s7, %hi(DIRECT_MAP)
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    ld s5, THREAD_NEXT(s9) // and prev: the only one that waits
    lwu t6, THREAD_SCHED(s9)
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    bnez s5, miss_signal
    beqz t6, miss_signal
    or t4, t4, t5
    bnez t4, wake_reasons
wake_checked: // all is checked
    sd zero, NOTIFICATION_HEAD(s6)
    sw zero, THREAD_WAITS_ON(s9)
    li s3, STATE_READY
    sb s3, THREAD_STATE(s9)
    .irp n, 5,6,28,29,31 // the call is finished
    sd zero, CONTEXT_REG(\n)(tp)
    .endr
    sd a0, CONTEXT_REG(10)(tp)
    WORDS sd, tp
    mv a0, s8
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call sched_wake
    bne a0, s8, wake_other
    mv a0, s4
    WORDS ld, s9
    li t0, 0
    li t1, 1
    lui s0, %hi(sched_current)
    j switch

wake_reasons: // to be slow, that are none after all
    andi t4, t4, ~(CONTEXT_FP | CONTEXT_BOUND)
    bnez t4, miss_signal
    jal fp_switch
    j wake_checked

wake_other: // somebody else comes first: the waiter's context must be complete
    mv s0, a0
    mv a0, s8
    mv a1, s4
    li a2, 1
    call notification_give
    mv a0, s0
    j thread_resume

miss_signal:
    li s0, NJ_SYS_SIGNAL
    j miss

capsule_wakes: // t5 = thread, t6 = notification, t4 = its capability, t2 = first waiter
    PRIORITIES t5, t2, t3, 1f
    sd tp, CONTEXT_REG(4)(t5)
    CAPSULE_SAVE
    sd ra, CONTEXT_REG(1)(tp) // what is constant in its space, too: complete enough for thread_resume
    sd gp, CONTEXT_REG(3)(tp)
    sd gp, CONTEXT_REG(7)(tp)
    sd s11, CONTEXT_REG(27)(tp)
    sd gp, CONTEXT_REG(30)(tp)
    ld s4, CAP_WORD(t4) // badge
    mv s6, t6
    j core_wakes
1:  li t6, NJ_SYS_SIGNAL
    j capsule_call

// ---- A wait, in which nobody else does, on time that the thread need not give back ---------------------------------------
process_blocks: // t4 = notification; t2 = number: wait or poll
    addi s0, t2, -NJ_SYS_WAIT
    lwu t5, NOTIFICATION_HEAD(t4)
    bnez s0, process_call
    lw t6, THREAD_SCHED(tp)
    lw s0, THREAD_HOME_SCHED(tp)
    bnez t5, process_call
    bne t6, s0, process_call
    PROCESS_SAVE
core_blocks: // t4 = notification
    ld s1, CONTEXT_SELF(tp)
    lui s7, %hi(DIRECT_MAP)
    sub s2, t4, s7
    srli s2, s2, NOTIFICATION_SHIFT
    sd s1, NOTIFICATION_HEAD(t4)
    sw s2, THREAD_WAITS_ON(tp)
    li s3, STATE_WAITING // and blocked: nothing a repetition needs is missing
    sh s3, THREAD_STATE(tp)
    li s4, NJ_SYS_WAIT
    sw s4, CONTEXT_NUMBER(tp)
    sd t0, CONTEXT_REG(5)(tp)
    sd a0, CONTEXT_REG(10)(tp)
    WORDS sd, tp
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call sched_block
    j thread_resume

capsule_blocks: // t5 = thread, t6 = notification
    lwu t2, NOTIFICATION_HEAD(t6)
    lw t4, THREAD_SCHED(t5)
    bnez t2, 1f
    lw t2, THREAD_HOME_SCHED(t5)
    bne t2, t4, 1f
    CAPSULE_SAVE
    mv t4, t6
    j core_blocks
1:  li t6, NJ_SYS_WAIT
    j capsule_call
