// SPDX-License-Identifier: Apache-2.0
// For assembly: what the fast paths save of the thread that made a call (in tp afterwards). It is enough to go on with its
// answer in registers; what a call clobbers is not kept.
#pragma once

    .macro PROCESS_SAVE
    sd ra, CONTEXT_REG(1)(tp)
    sd sp, CONTEXT_REG(2)(tp)
    sd gp, CONTEXT_REG(3)(tp)
    sd s1, CONTEXT_REG(9)(tp)
    sd s2, CONTEXT_REG(18)(tp)
    sd s3, CONTEXT_REG(19)(tp)
    sd s4, CONTEXT_REG(20)(tp)
    sd s5, CONTEXT_REG(21)(tp)
    sd s6, CONTEXT_REG(22)(tp)
    sd s7, CONTEXT_REG(23)(tp)
    sd s8, CONTEXT_REG(24)(tp)
    sd s9, CONTEXT_REG(25)(tp)
    sd s10, CONTEXT_REG(26)(tp)
    sd s11, CONTEXT_REG(27)(tp)
    csrrw s0, sscratch, tp
    sd s0, CONTEXT_REG(4)(tp)
    csrr s0, sepc
    addi s0, s0, 4
    sd s0, CONTEXT_PC(tp)
    .endm

    .macro CAPSULE_SAVE // gp, tp and s11 are constants of its space
    csrr t5, sscratch
    sd sp, CONTEXT_REG(2)(t5)
    sd s0, CONTEXT_REG(8)(t5)
    sd s1, CONTEXT_REG(9)(t5)
    sd s2, CONTEXT_REG(18)(t5)
    sd s3, CONTEXT_REG(19)(t5)
    sd s4, CONTEXT_REG(20)(t5)
    sd s5, CONTEXT_REG(21)(t5)
    sd s6, CONTEXT_REG(22)(t5)
    sd s7, CONTEXT_REG(23)(t5)
    sd s8, CONTEXT_REG(24)(t5)
    sd s9, CONTEXT_REG(25)(t5)
    sd s10, CONTEXT_REG(26)(t5)
    and ra, ra, s11
    or ra, ra, tp
    sd ra, CONTEXT_PC(t5)
    mv tp, t5
    .endm

    .macro CAPSULE_SAVE_ALL // t5 = thread. What is constant in its space, too: complete enough for thread_resume
    sd tp, CONTEXT_REG(4)(t5)
    CAPSULE_SAVE
    sd ra, CONTEXT_REG(1)(tp)
    sd gp, CONTEXT_REG(3)(tp)
    sd gp, CONTEXT_REG(7)(tp)
    sd s11, CONTEXT_REG(27)(tp)
    sd gp, CONTEXT_REG(30)(tp)
    .endm

    .macro TURN_SWITCH miss, entry=turn_switch // turn.S; to \miss if the scheduler must have a look
    jal \entry
    .option push
    .option norvc
    j \miss
    .option pop
    .endm
