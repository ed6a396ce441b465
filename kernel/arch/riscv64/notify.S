// SPDX-License-Identifier: Apache-2.0
// Fast paths of notifications where another thread runs next: a signal that wakes a more important thread, a wait for
// what is not there yet. As in fast.S, whatever is unusual goes to the complete path (notification.c) untouched.
//
// From call.S, where capability and right were found good. Of processes s0 is saved; in a signal t1 and t3 mean nothing.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"
    .globl process_wakes, process_blocks, capsule_wakes, capsule_blocks, wake_commit

    .macro WORDS instruction, thread
    .irp n, 11,12,13,14,15,16,17
    \instruction x\n, CONTEXT_REG(\n)(\thread)
    .endr
    .endm

// \waiter becomes its address. On to \miss unless it is more important than the thread that signals.
    .macro PRIORITIES self, waiter, miss
    lui t1, %hi(DIRECT_MAP)
    slli \waiter, \waiter, THREAD_SHIFT
    add \waiter, \waiter, t1
    lbu t3, THREAD_PRIORITY(\self)
    lbu t1, THREAD_PRIORITY(\waiter)
    bgeu t3, t1, \miss
    .endm

// ---- A signal -------------------------------------------------------------------------------------------------------
process_wakes: // t4 = notification, t5 = its capability, t6 = first waiter
    PRIORITIES tp, t6, process_call
    PROCESS_SAVE
    sd zero, CONTEXT_REG(7)(tp)
    sd zero, CONTEXT_REG(30)(tp)
    ld s4, CAP_WORD(t5) // badge
// t6 = waiter: before all that is ready, as the one that runs was. What is an address in a capsule and 0 in a process is saved.
core_wakes:
    li s3, QUEUED_BY_CALL
    mv s6, t4
    mv s9, t6
    lui s0, %hi(sched_current)
    lui s7, %hi(DIRECT_MAP)
    lwu s8, NOTIFICATION_HEAD(s6)
    ld s5, THREAD_NEXT(s9) // and prev: the only one that waits
    lwu t3, THREAD_SCHED(s9)
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    bnez s5, miss_signal
    beqz t3, miss_signal
    or t4, t4, t5
    bnez t4, wake_reasons
wake_checked:
    TURN_SWITCH miss_signal
    .irp n, 5,6,28,29,31 // the call is finished
    sd zero, CONTEXT_REG(\n)(tp)
    .endr
    sd a0, CONTEXT_REG(10)(tp)
    WORDS sd, tp
wake_commit: // s9 = thread s8 takes its turn and badge s4 from notification s6; tp is put in front of its equals (s3: how)
    sd zero, NOTIFICATION_HEAD(s6)
    li t4, STATE_READY
    sb t4, THREAD_STATE(s9)
    lbu t4, THREAD_PRIORITY(tp)
    ld s1, CONTEXT_SELF(tp)
    slli t5, t4, 3
    add t5, t5, s0
    ld t6, %lo(ready_queues)(t5)
    sb s3, THREAD_IS_QUEUED(tp)
    bnez t6, wake_before
    sd s1, %lo(ready_queues)(t5)
    srli t5, t4, 6
    sh3add t5, t5, s0
    ld t6, %lo(ready_bits)(t5)
    li s1, 1
    sll s1, s1, t4
    or t6, t6, s1
    sd t6, %lo(ready_bits)(t5)
    addi t4, t4, 1 // it ran: nobody ready comes before it
    sw t4, %lo(sched_top_priority)(s0)
wake_end:
    mv a0, s4
    WORDS ld, s9
    li t0, 0
    li t1, 1
    j switch

wake_before: // others of its priority are ready
    zext.w t4, t6
    sw t4, THREAD_NEXT(tp)
    slli t4, t4, THREAD_SHIFT
    add t4, t4, s7
    sw s1, THREAD_PREV(t4)
    sw s1, %lo(ready_queues)(t5)
    j wake_end

wake_reasons: // to be slow, that are none after all
    lwu t6, THREAD_SLOW(tp)
    andi t4, t4, ~(CONTEXT_UNITS | CONTEXT_BOUND)
    andi t6, t6, CONTEXT_UNITS
    bnez t4, miss_signal
    beqz t6, 1f
    li s3, 1 // it goes on with the unit switched on, by the complete way
1:  jal fp_switch
    j wake_checked

miss_signal:
    li s0, NJ_SYS_SIGNAL
    j miss

capsule_wakes: // t5 = thread, t4 = notification, t2 = its capability, t6 = first waiter
    PRIORITIES t5, t6, 1f
    CAPSULE_SAVE_ALL
    ld s4, CAP_WORD(t2) // badge
    j core_wakes
1:  li t6, NJ_SYS_SIGNAL
    j capsule_call

// ---- A wait, in which nobody else does, on time that the thread need not give back ---------------------------------------
process_blocks: // t4 = notification; s0 = 0: it is no poll
    lwu t5, NOTIFICATION_HEAD(t4)
    bnez s0, process_call
    lw t6, THREAD_SCHED(tp)
    lw s0, THREAD_HOME_SCHED(tp)
    bnez t5, process_call
    bne t6, s0, process_call
    PROCESS_SAVE
core_blocks: // t4 = notification
    lui s0, %hi(sched_current)
    lui s7, %hi(DIRECT_MAP)
    lwu s10, %lo(sched_top_priority)(s0)
    mv s6, t4
    sh3add s3, s10, s0
    beqz s10, miss_wait
    lwu s8, %lo(ready_queues - 8)(s3) // the first of them
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    TURN_SWITCH miss_wait
    ld t4, CONTEXT_SELF(tp)
    sub t5, s6, s7
    srli t5, t5, NOTIFICATION_SHIFT
    sd t4, NOTIFICATION_HEAD(s6)
    sw t5, THREAD_WAITS_ON(tp)
    li t4, STATE_WAITING // and blocked: no word that a repetition needs is missing
    sh t4, THREAD_STATE(tp)
    sd t0, CONTEXT_REG(5)(tp)
    sd a0, CONTEXT_REG(10)(tp)
    WORDS sd, tp
    ld s5, THREAD_NEXT(s9) // prev is NIL
    lb s4, THREAD_IS_QUEUED(s9)
    sb zero, THREAD_IS_QUEUED(s9)
    bnez s5, block_next
    sd zero, %lo(ready_queues - 8)(s3)
    addi s10, s10, -1
    srli t4, s10, 6
    sh3add t5, t4, s0
    ld t6, %lo(ready_bits)(t5)
    li s1, 1
    sll s1, s1, s10
    xor t6, t6, s1
    sd t6, %lo(ready_bits)(t5)
    beqz t6, block_lower
1:  clz t6, t6
    slli t4, t4, 6
    sub t4, t4, t6
    addi t4, t4, 64
2:  sw t4, %lo(sched_top_priority)(s0)
block_chosen: // how was the next thread queued, and does this one own a unit?
    lwu t4, THREAD_SLOW(tp)
    bgez s4, block_resume
    bnez t4, block_reasons
block_end:
    ld a0, CONTEXT_REG(10)(s9)
    WORDS ld, s9
    ld t1, CONTEXT_REG(6)(s9)
    li t0, 0
    j switch

block_lower: // the highest bit that is set, in words below t4
    beqz t4, 2b
3:  addi t4, t4, -1
    addi t5, t5, -8
    ld t6, %lo(ready_bits)(t5)
    bnez t6, 1b
    bnez t4, 3b
    j 2b

block_next: // s5 is the first of this priority now
    sw s5, %lo(ready_queues - 8)(s3)
    slli s5, s5, THREAD_SHIFT
    add s5, s5, s7
    sw zero, THREAD_NEXT(s9)
    sw zero, THREAD_PREV(s5)
    j block_chosen

block_reasons: // signals do not matter to who goes on; nor does a unit, switched off as that one has it
    andi t4, t4, ~(CONTEXT_UNITS | CONTEXT_BOUND)
    bnez t4, block_resume
    jal fp_switch
    j block_end

block_resume: // all of its registers
    sw s8, %lo(sched_current)(s0)
    mv a0, s8
    j thread_resume

miss_wait:
    li s0, NJ_SYS_WAIT
    j miss

capsule_blocks: // t5 = thread, t4 = notification
    lwu t2, NOTIFICATION_HEAD(t4)
    lw t6, THREAD_SCHED(t5)
    bnez t2, 1f
    lw t2, THREAD_HOME_SCHED(t5)
    bne t2, t6, 1f
    CAPSULE_SAVE
    j core_blocks
1:  li t6, NJ_SYS_WAIT
    j capsule_call
