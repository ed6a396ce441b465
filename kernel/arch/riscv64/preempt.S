// SPDX-License-Identifier: Apache-2.0
// An alarm that is due, and the one thread that waits for it comes before all others: it goes on at once. As with signals
// (notify.S), whatever is unusual goes to the complete path untouched.
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"
    .globl interrupt_fires
interrupt_fires: // tp = thread, all saved, a1 = its pc. Whichever interrupt it is: another one stays pending
    lui s7, %hi(DIRECT_MAP)
    lui s0, %hi(sched_current)
    bgeu a1, s7, trap_complete // a capsule on its way out of a kernel entry
    rdtime s1
    ld t5, %lo(timer_conversion + CLOCK_SHIFT)(s0)
    ld t6, %lo(timer_conversion + CLOCK_FACTOR)(s0)
    ld t3, %lo(turn + TURN_ALARM)(s0)
    sll s1, s1, t5
    mulhu s1, s1, t6
    ld t4, %lo(turn + TURN_REFILL)(s0)
    bltu s1, t3, trap_complete
    bgeu s1, t4, trap_complete
    lui t3, %hi(interrupts + INTERRUPT_OF_TIMER)
    ld t5, %lo(interrupts + INTERRUPT_OF_TIMER)(t3) // the capability it is bound to
    ld s4, %lo(interrupts + INTERRUPT_OF_TIMER + CAP_WORD)(t3)
    andi t6, t5, CAP_KIND_MASK
    addi t6, t6, -CAP_NOTIFICATION
    bnez t6, trap_complete
    srli s6, t5, 32 - NOTIFICATION_SHIFT
    add s6, s6, s7
    lwu s8, NOTIFICATION_HEAD(s6)
    beqz s8, trap_complete
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    ld t3, THREAD_NEXT(s9) // and prev: the only one that waits
    lbu t5, THREAD_PRIORITY(s9)
    lbu t6, THREAD_PRIORITY(tp)
    lwu t4, %lo(sched_top_priority)(s0)
    bnez t3, trap_complete
    addi t6, t6, 1
    bltu t5, t6, trap_complete
    bltu t6, t4, trap_complete // the choice was left to this interrupt, as where it is on other time than is charged
    lwu t3, THREAD_SCHED(s9)
    ld s11, THREAD_SCHED(s9) // and `slow`
    ld t4, THREAD_SCHED(tp)
    beqz t3, trap_complete
    or t6, s11, t4
    srli t6, t6, 32
    bnez t6, preempt_reasons
preempt_checked:
    lw t5, %lo(sched_steady)(s0)
    ld t6, %lo(turn + TURN_SINCE)(s0)
    bne t4, t5, trap_complete
    slli t5, t4, SCHED_SHIFT
    add t5, t5, s7
    ld t5, SCHED_LEFT(t5)
    sub t6, s1, t6
    bgeu t6, t5, trap_complete // its turn is over as well
    li s2, -1 // the timer has fired: it is set whenever the turn ends
    TURN_SWITCH trap_complete, turn_switch_now
    li t4, -1
    sd t4, %lo(turn + TURN_ALARM)(s0)
    li t5, SSTATUS_SPP // a process may be next
    csrc sstatus, t5
    li s3, 1 // all of its registers are saved
    j wake_commit

preempt_reasons: // to be slow, that are none after all
    andi t6, t6, ~(CONTEXT_UNITS | CONTEXT_BOUND)
    zext.w t4, t4
    bnez t6, trap_complete
    jal fp_switch
    j preempt_checked
