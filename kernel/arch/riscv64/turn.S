// SPDX-License-Identifier: Apache-2.0
// The turn of the running thread ends and that of another begins, where the clock has nothing to say: what choose_anew()
// (kernel/turn.c) comes to then, for fast paths, without C and the registers it would cost.
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"

    .section .text.trap, "ax"
// To s9, a thread with a scheduling context of its own. s0 = upper part of the scheduler's variables, s7 = DIRECT_MAP. Uses ra,
// sp, gp, s1, s2, s11, t4-t6. Returns to the second instruction behind the call. To the first one, with nothing done, if
// the scheduler must have a look: the turn is over, an alarm or a refill is due, books are to be closed, s9 has nothing
// left now.
    .globl turn_switch, turn_switch_now
turn_switch:
    rdtime s1
    ld t5, %lo(timer_conversion + CLOCK_SHIFT)(s0)
    ld t6, %lo(timer_conversion + CLOCK_FACTOR)(s0)
    ld s2, %lo(turn + TURN_TIMER)(s0)
    sll s1, s1, t5
    lw t4, %lo(sched_steady)(s0) // the context that is charged
    mulhu s1, s1, t6
    bgeu s1, s2, 1f
turn_switch_now: // s1 = now, s2 = what the timer is set to, t4 = the context that is charged
    lwu s11, THREAD_SCHED(s9)
    slli t4, t4, SCHED_SHIFT
    slli t5, s11, SCHED_SHIFT
    add t4, t4, s7
    add t5, t5, s7
    ld t6, SCHED_BUDGET(t4)
    ld gp, SCHED_PERIOD(t4)
    bne t6, gp, 1f
    ld t6, SCHED_START(t5)
    ld gp, SCHED_LEFT(t5)
    bltu s1, t6, 1f
    add gp, gp, s1
    bltu gp, s2, turn_timer
turn_checked:
    ld t6, %lo(turn + TURN_SINCE)(s0)
    ld gp, SCHED_USED(t4)
    ld sp, SCHED_LEFT(t4)
    sub t6, s1, t6
    add gp, gp, t6
    sub sp, sp, t6
    sd gp, SCHED_USED(t4)
    sd sp, SCHED_LEFT(t4)
    sd s1, SCHED_START(t5)
    sd s1, %lo(turn + TURN_SINCE)(s0)
    sw s11, %lo(turn + TURN_CHARGED)(s0)
    sw s11, %lo(sched_steady)(s0)
    jr 4(ra)
1:  ret

turn_timer: // to gp or the next refill, unless that is the firmware's business; as arch_timer_set() does
    ld t6, %lo(timer_conversion + CLOCK_COMPARE)(s0)
    ld s2, %lo(turn + TURN_REFILL)(s0)
    beqz t6, 1b
    minu gp, gp, s2
    sd gp, %lo(turn + TURN_TIMER)(s0)
    mulhu gp, gp, t6
    addi gp, gp, 1
    csrw CSR_STIMECMP, gp
    j turn_checked
