// SPDX-License-Identifier: Apache-2.0
// System calls other than call and reply_recv (fast.S): those that are answered in a few instructions here, the null
// invocation, time, and notifications where nobody switches (notify.S: where somebody does; fault.S: answers to faults in a
// send); the way to operations on objects, in C; and the complete path, in C, for all others.
//
// Processes arrive from the trap vector: s0 is saved and free, tp = thread, sscratch = the process's tp. Capsules arrive
// from the entry page with interrupts off; t2, t4, t5, t6 are dead there, but must be valid again.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"

    .section .text.trap, "ax"
    .globl process_invoke, entry_invoke, entry_time
process_invoke:
    addi s0, t2, -NJ_SYS_INVOKE
    bnez s0, process_other
    bnez t1, process_operation
    ld t4, CONTEXT_TABLE(tp)
    ld t5, CAP_WORD(t4)
    lwu t6, CAP_OBJECT(t4)
    bgeu t0, t5, process_operation
    lui s0, %hi(DIRECT_MAP)
    add t6, t6, t0
    slli t6, t6, SLOT_SHIFT
    add t6, t6, s0
    lbu t6, 0(t6)
    andi t6, t6, CAP_KIND_USABLE
    beqz t6, process_operation
process_return: // with the answer OK; s0 saved, everything else as the process left it
    li t1, 0
process_return_tag: // the same, with the tag in t1
    csrr s0, sepc
    addi s0, s0, 4
    csrw sepc, s0
    ld s0, CONTEXT_REG(8)(tp)
    csrrw tp, sscratch, tp
    li t0, 0
    li t2, 0
    li t3, 0
    li t4, 0
    li t5, 0
    li t6, 0
    sret

    // Nanoseconds since kernel entry into a0 (clock.h). Uses t0, t1.
    .macro TIME
    lui t0, %hi(timer_conversion)
    rdtime a0
    ld t1, %lo(timer_conversion + CLOCK_SHIFT)(t0)
    sll a0, a0, t1
    ld t1, %lo(timer_conversion + CLOCK_FACTOR)(t0)
    ld t0, %lo(timer_conversion + CLOCK_ENTRY)(t0)
    mulhu a0, a0, t1
    sub a0, a0, t0
    .endm

// ---- Notifications, where nobody switches: a signal that nobody waits for, a wait for what is there already -----------
// Address of the notification into \object and of its capability into \cap, or to \miss. \table: the context.
    .macro NOTIFICATION table, right, object, cap, work, miss
    ld \cap, CONTEXT_TABLE(\table)
    ld \work, CAP_WORD(\cap)
    lwu \cap, CAP_OBJECT(\cap)
    bgeu t0, \work, \miss
    lui \work, %hi(DIRECT_MAP)
    add \cap, \cap, t0
    slli \cap, \cap, SLOT_SHIFT
    add \cap, \cap, \work
    ld \object, 0(\cap)
    andi \work, \object, CAP_KIND_MASK | \right
    addi \work, \work, -(CAP_NOTIFICATION | \right)
    bnez \work, \miss
    srli \object, \object, 32 - NOTIFICATION_SHIFT // `extra` of a notification is 0
    lui \work, %hi(DIRECT_MAP)
    add \object, \object, \work
    .endm

    .macro SIGNAL object, cap, work, waiter, miss // nobody waits, and nobody is bound who might
    lwu \work, NOTIFICATION_HEAD(\object)
    bnez \work, \waiter
    lwu \work, NOTIFICATION_THREAD(\object)
    bnez \work, \miss
    ld \cap, CAP_WORD(\cap) // badge
    ld \work, NOTIFICATION_WORD(\object)
    or \work, \work, \cap
    sd \work, NOTIFICATION_WORD(\object)
    .endm

process_other: // s0 becomes how far the number is from the one it may be
    addi s0, t2, -NJ_SYS_WAIT
    bltz s0, process_lower
    beqz s0, process_wait
    addi s0, s0, NJ_SYS_WAIT - NJ_SYS_TIME
    beqz s0, process_time
    addi s0, s0, NJ_SYS_TIME - NJ_SYS_POLL
    bnez s0, process_call
    li s0, 1
process_wait: // s0 = 0, and poll: s0 = 1
    NOTIFICATION tp, CAP_RECV, t4, t5, t6, process_call
    ld t5, NOTIFICATION_WORD(t4)
    beqz t5, process_blocks
    sd zero, NOTIFICATION_WORD(t4)
    mv a0, t5
    li t1, 1
    j process_return_tag

process_lower:
    addi s0, s0, NJ_SYS_WAIT - NJ_SYS_SIGNAL
    bnez s0, process_send
    NOTIFICATION tp, CAP_SEND, t4, t5, t6, process_call
    SIGNAL t4, t5, t6, process_wakes, process_call
    j process_return

process_time:
    TIME
    j process_return

// ---- Operations on objects. Mostly the same thread goes on: it gets its words and its tag from memory, everything else
// is cleared or was never touched. Capability and operation are not kept: an invocation never waits, so it is not repeated.
    .macro WORDS instruction
    .irp n, 10,11,12,13,14,15,16,17
    \instruction x\n, CONTEXT_REG(\n)(tp)
    .endr
    .endm

    .macro IF_CROSSED_RESUME // or if the call repeats; a0 = thread to run next
    lw t1, CONTEXT_NUMBER(tp)
    bltz t1, call_crossed
    .endm

    .macro INVOKE_KERNEL
    ld t4, CONTEXT_TABLE(tp)
    lwu a0, CONTEXT_SELF(tp)
    mv a1, t0
    mv a2, t1
    lw a3, CAP_OBJECT(t4)
    ld a4, CAP_WORD(t4)
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call kernel_invoke
    li t1, 0
    bltz a0, 9f // OK_STAYS
    jal invoke_ends
9:
    .endm

process_operation:
    csrrw s0, sscratch, tp
    sd s0, CONTEXT_REG(4)(tp)
    csrr s0, sepc
    sd ra, CONTEXT_REG(1)(tp)
    addi s0, s0, 4
    sd sp, CONTEXT_REG(2)(tp)
    csrw sepc, s0
    sd s0, CONTEXT_PC(tp)
    sw zero, CONTEXT_NUMBER(tp)
    WORDS sd
    ld s0, CONTEXT_REG(8)(tp)
    INVOKE_KERNEL
    ld ra, CONTEXT_REG(1)(tp)
    ld sp, CONTEXT_REG(2)(tp)
    WORDS ld
    li t0, 0
    li t2, 0
    li t3, 0
    li t4, 0
    li t5, 0
    li t6, 0
    ld tp, CONTEXT_REG(4)(tp)
    sret

capsule_operation: // t2, t4, t5, t6 are dead
    csrr t5, sscratch
    and ra, ra, s11
    or ra, ra, tp
    sd tp, CONTEXT_REG(4)(t5)
    mv tp, t5
    sd sp, CONTEXT_REG(2)(tp)
    sd ra, CONTEXT_PC(tp)
    sw zero, CONTEXT_NUMBER(tp)
    WORDS sd
    INVOKE_KERNEL
    ld ra, CONTEXT_PC(tp)
    ld sp, CONTEXT_REG(2)(tp)
    WORDS ld
    li t0, 0
    li t3, 0
    li t4, 0
    li t6, 0
    mv t2, gp
    mv t5, gp
    ld tp, CONTEXT_REG(4)(tp)
    csrsi sstatus, SSTATUS_SIE
    ret

// Operations that have a say in who runs: a0 = status. Comes back if the same thread goes on, with its tag in t1 = 0.
invoke_ends:
    bnez a0, 1f
    lui t0, %hi(sched_current) // sched_stays()
    lui t2, %hi(sched_steady)
    lwu t3, CONTEXT_SELF(tp)
    lwu t4, %lo(sched_current)(t0)
    lw t5, THREAD_SCHED(tp)
    lw t2, %lo(sched_steady)(t2)
    lbu t6, THREAD_STATE(tp)
    bne t3, t4, 1f
    bne t2, t5, 1f
    lbu t2, THREAD_PRIORITY(tp)
    lwu t0, %lo(sched_top_priority)(t0)
    addi t6, t6, -STATE_READY
    addi t2, t2, 1
    bnez t6, 1f
    bltu t2, t0, 1f
    ret
1:  addi sp, sp, -16
    sd ra, (sp)
    lui t0, %hi(threads)
    mv a1, a0
    sub a0, tp, t0
    srli a0, a0, THREAD_SHIFT
    call kernel_invoke_end
    lwu t0, CONTEXT_SELF(tp)
    bne a0, t0, call_switch
    beqz a0, thread_resume // it has ended itself, and nobody is ready
    IF_CROSSED_RESUME
    ld t1, CONTEXT_REG(6)(tp)
    ld ra, (sp)
    ret

call_switch: // another thread runs: a0, or nobody. What C keeps is saved now. t0 = self
    beqz t0, thread_resume
    IF_CROSSED_RESUME
call_keeps:
    mv sp, tp
    .irp n, 3,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, CONTEXT_REG(\n)(sp)
    .endr
    j thread_resume

call_crossed: // into another space: no register of the one that called goes along
    addi t1, t1, 2 // NUMBER_REPEATS
    beqz t1, call_keeps // all of them go back
    j thread_resume

// ---- The complete path of a system call. What a call clobbers is not kept, and the callee-saved registers stay where
// they are, because C keeps them too: they are saved only if another thread runs next. A thread that has ended itself
// and given its memory back has self = 0 by then, and nothing may be written there.
    .macro ARGUMENTS instruction // sp = tp: from there the instructions are the shortest
    .irp n, 5,6,10,11,12,13,14,15,16,17
    \instruction x\n, CONTEXT_REG(\n)(sp)
    .endr
    .endm

    .macro CALL_KERNEL number // and on behind it if the thread goes on
    mv a0, tp
    mv a1, \number
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call trap_call
    lwu t0, CONTEXT_SELF(tp)
    bne a0, t0, call_switch
    beqz a0, thread_resume
    IF_CROSSED_RESUME
    .endm

    .globl process_call
process_call:
    csrrw s0, sscratch, tp
    sd sp, CONTEXT_REG(2)(tp)
    mv sp, tp
    sd s0, CONTEXT_REG(4)(sp)
    csrr s0, sepc
    sd ra, CONTEXT_REG(1)(sp)
    sd gp, CONTEXT_REG(3)(sp)
    sd t2, CONTEXT_REG(7)(sp)
    sd t3, CONTEXT_REG(28)(sp)
    addi s0, s0, 4
    sd s0, CONTEXT_PC(sp)
    ARGUMENTS sd
    ld s0, CONTEXT_REG(8)(sp)
    CALL_KERNEL t2
    mv sp, tp
    ld t0, CONTEXT_PC(sp)
    csrw sepc, t0
    ld ra, CONTEXT_REG(1)(sp)
    ARGUMENTS ld
    li t2, 0
    li t3, 0
    li t4, 0
    li t5, 0
    li t6, 0
    ld tp, CONTEXT_REG(4)(sp)
    ld sp, CONTEXT_REG(2)(sp)
    sret

    .globl capsule_call
capsule_call: // t6 = number; t2, t4, t5 are dead. gp, tp and s11 are constants of its space
    csrr t5, sscratch
    and ra, ra, s11
    or ra, ra, tp
    mv tp, t5
    sd sp, CONTEXT_REG(2)(tp)
    mv sp, t5
    sd s0, CONTEXT_REG(8)(sp)
    sd ra, CONTEXT_REG(1)(sp)
    sd ra, CONTEXT_PC(sp)
    sd t3, CONTEXT_REG(28)(sp)
    ARGUMENTS sd
    CALL_KERNEL t6
    mv sp, tp
    ld ra, CONTEXT_PC(sp)
    ARGUMENTS ld
    li t3, 0
    li t4, 0
    li t6, 0
    mv t2, gp
    mv t5, gp
    ld tp, CONTEXT_REG(4)(sp)
    ld sp, CONTEXT_REG(2)(sp)
    csrsi sstatus, SSTATUS_SIE
    ret

// ---- Calls of capsules -------------------------------------------------------------------------------------------------
entry_invoke: // t3 is no argument of an operation: with it there are two registers to work in, and t5 stays valid
    bnez t1, capsule_operation
    csrr t3, sscratch
    ld t4, CONTEXT_TABLE(t3)
    ld t3, CAP_WORD(t4)
    lwu t4, CAP_OBJECT(t4)
    bgeu t0, t3, capsule_operation
    lui t3, %hi(DIRECT_MAP)
    add t4, t4, t0
    slli t4, t4, SLOT_SHIFT
    add t4, t4, t3
    lbu t4, 0(t4)
    andi t4, t4, CAP_KIND_USABLE
    beqz t4, capsule_operation
    li t0, 0
    li t3, 0
    li t4, 0
    csrsi sstatus, SSTATUS_SIE
    ret // to ra as the capsule could by itself

    .globl entry_signal, entry_wait, entry_poll
entry_signal:
    csrr t5, sscratch
    NOTIFICATION t5, CAP_SEND, t4, t2, t6, 1f
    SIGNAL t4, t2, t6, capsule_wakes, 1f
    li t1, 0
2:  li t0, 0
    li t3, 0
    li t4, 0
    li t6, 0
    mv t2, gp
    mv t5, gp
    csrsi sstatus, SSTATUS_SIE
    ret
1:  li t6, NJ_SYS_SIGNAL
    j capsule_call

entry_poll: // t3 is no argument: it keeps the number
    li t3, NJ_SYS_POLL
    j 3f
entry_wait:
    li t3, NJ_SYS_WAIT
3:  csrr t5, sscratch
    NOTIFICATION t5, CAP_RECV, t4, t6, t2, 1f
    ld t2, NOTIFICATION_WORD(t4)
    beqz t2, 4f
    sd zero, NOTIFICATION_WORD(t4)
    mv a0, t2
    li t1, 1
    j 2b
4:  addi t2, t3, -NJ_SYS_WAIT
    beqz t2, capsule_blocks
1:  mv t6, t3
    j capsule_call

entry_time:
    TIME
    li t0, 0
    li t1, 0
    li t3, 0
    li t4, 0
    csrsi sstatus, SSTATUS_SIE
    ret
