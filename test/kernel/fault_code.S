// SPDX-License-Identifier: Apache-2.0
// Programs that fault with something in every register; the contract is in fault_scene.h.
#include "test/checked.h"
#include "test/kernel/checked_programs.h"

    .equ HERE, 0x50000000 // fault_scene.h

    .option arch, +f, +d
    .text
    // A process: a0 = address. What has changed since the access goes to slot 1, in one word. \before, \after: what is in
    // f8, if anything is done with it.
    .macro CHILD name, access, before, after
    .globl \name
\name:
    .ifnb \before
    li a1, \before
    fmv.d.x f8, a1
    .endif
    mv t6, a0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    li x\n, 0x700 + \n
    .endr
    \access
\name\()_behind:
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    addi x\n, x\n, -0x700 - \n
    .endr
    .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    or x1, x1, x\n
    .endr
    .ifnb \after
    fmv.x.d a1, f8
    addi a1, a1, -\after
    or x1, x1, a1
    .endif
    mv a0, ra
    li t0, 1
    li t1, 1
    li t2, NJ_SYS_SEND
    ecall
1:  ebreak
    j 1b
    .endm

    CHILD child_read, "ld zero, 0(t6)"
    CHILD child_write, "sd t5, 0(t6)"
    .globl child_jump_behind
    CHILD child_jump, "jr t6"
    CHILD child_read_with_float, "ld zero, 0(t6)", 0x123, 0x123
    CHILD child_write_with_float, "sd t5, 0(t6)", 0x123, 0x123
    CHILD child_read_then_float, "ld zero, 0(t6)", , 0
    CHILD child_write_then_float, "sd t5, 0(t6)", , 0

// In a0: bits that are set in t2 to t6 after the call of number a1 with slot a2, no words and word 0. Right before it a
// first touch of address a0 has saved something else in them.
    .globl touch_and_call
touch_and_call:
    mv t0, a2
    mv t2, a1
    li t1, 0
    .irp n, 28,29,30,31
    li x\n, 0x700 + \n
    .endr
    ld zero, 0(a0)
    li a0, 0
    ecall
    or a0, t2, t3
    or a0, a0, t4
    or a0, a0, t5
    or a0, a0, t6
    ret

    CHECKED_CODE .rodata.fault

#define FREE_REGISTERS 5,6,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,28,29
    // An image: the same, with the registers that it cannot choose freely among those it looks at.
    .macro IMAGE name, access, before, after
PROGRAM \name
    .ifnb \before
    li a1, \before
    fmv.d.x f8, a1
    .endif
    add.uw t5, a0, gp
    add.uw t2, a0, t5
    li a1, 0x124
    and t6, a1, s11
    or ra, t6, tp
    .irp n, FREE_REGISTERS
    li x\n, 0x700 + \n
    .endr
    \access
    .irp n, FREE_REGISTERS
    addi x\n, x\n, -0x700 - \n
    .endr
    .irp n, 6,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,28,29
    or t0, t0, x\n
    .endr
    lui a0, HERE >> 12
    .irp part, "sub a1, t2, t5", "sub a1, t5, gp"
    \part
    sub a1, a1, a0
    or t0, t0, a1
    .endr
    sub a1, ra, tp
    sub a1, a1, t6
    or t0, t0, a1
    addi a1, t6, -0x124
    or t0, t0, a1
    lui a0, (CHECKED_STATE_BYTES + NJ_CAPSULE_GUARD) >> 12
    sub a1, gp, sp
    sub a1, a1, a0
    or t0, t0, a1
    addi a1, s11, 4
    lui a0, (1 << CHECKED_WINDOW_LOG2) >> 12
    sub a1, a1, a0
    or t0, t0, a1
    .ifnb \after
    fmv.x.d a1, f8
    addi a1, a1, -\after
    or t0, t0, a1
    .endif
    mv a0, t0
    li t0, 1
    li t1, 1
    ENTER NJ_SYS_SEND
1:  TRAP
    j 1b
\name\()_end:
    .endm

    IMAGE image_read, "ld zero, 0(t5)"
    IMAGE image_write, "sd t4, 0(t5)"
    IMAGE image_read_with_float, "ld zero, 0(t5)", 0x123, 0x123
    IMAGE image_write_with_float, "sd t4, 0(t5)", 0x123, 0x123
    IMAGE image_read_then_float, "ld zero, 0(t5)", , 0
    IMAGE image_write_then_float, "sd t4, 0(t5)", , 0

// Reads at code base + a0, and traps.
PROGRAM image_at
    add.uw t5, a0, tp
    ld a1, 0(t5)
    TRAP
image_at_end:

// A handler in checked code: a0 = word it answers with | 2 * value for a floating-point register, unless that is 0.
// Receives faults from slot 1 with reply object 2, answers in a send, and tells slot 3 what of its registers was not as
// it should be (it gathers in s1), the kind of the fault, and what is in the floating-point register.
    .equ DATA_FROM_CODE, (1 << CHECKED_WINDOW_LOG2) + CHECKED_STACK_BYTES + CHECKED_STATE_BYTES + 2 * NJ_CAPSULE_GUARD

    .macro RESERVED_ARE_VALID // and what a call clears is clear
    or s1, s1, t3
    or s1, s1, t4
    or s1, s1, t6
    srai t4, gp, 63 // a process finds zeros
    .irp n, 7,30
    sub t3, x\n, gp
    and t3, t3, t4
    or s1, s1, t3
    .endr
    lui t4, (CHECKED_STATE_BYTES + NJ_CAPSULE_GUARD) >> 12
    sub t3, gp, sp
    sub t3, t3, t4
    or s1, s1, t3
    lui t4, DATA_FROM_CODE >> 12
    sub t3, gp, tp
    sub t3, t3, t4
    or s1, s1, t3
    lui t4, (1 << CHECKED_WINDOW_LOG2) >> 12
    addi t3, s11, 4
    sub t3, t3, t4
    or s1, s1, t3
    .irp n, 19,20,21,22,23,24,25,26
    addi t3, x\n, -0x700 - \n
    or s1, s1, t3
    .endr
    .endm
    // The fault, from slot 2; the words stay as they are. If it touches, all registers have been saved right before,
    // with something in those that a call clears.
    .macro ANSWER touches
    .if \touches
    ld t0, 8(gp)
    lui t1, 1
    add t0, t0, t1
    sd t0, 8(gp)
    add.uw t5, t0, gp
    add.uw t2, t1, t5
    and t6, t1, s11
    .endif
    mv a0, s0
    .irp n, 11,12,13,14,15,16,17
    li x\n, 0x720 + \n
    .endr
    li t0, 2
    li t1, 1
    li t3, 0x55
    li t4, 0x66
    .if \touches
    sd t0, 0(t5)
    .endif
    ENTER NJ_SYS_SEND
    auipc s2, 0
    sub s2, s2, ra
    or s1, s1, s2
    or s1, s1, t0
    or s1, s1, t1
    RESERVED_ARE_VALID
    sub t3, a0, s0
    or s1, s1, t3
    .irp n, 11,12,13,14,15,16,17
    addi t3, x\n, -0x720 - \n
    or s1, s1, t3
    .endr
    .endm
    .macro BEGIN_HANDLER
    mv s0, a0
    li s1, 0
    .irp n, 19,20,21,22,23,24,25,26
    li x\n, 0x700 + \n
    .endr
    .endm
    .macro RECEIVE // the kind to 16(gp)
    li t0, 1
    li t1, 0
    li t3, 2
    li t4, 0x66
    ENTER NJ_SYS_RECV
    RESERVED_ARE_VALID
    addi t1, t1, -4 // words of a fault
    or s1, s1, t1
    or s1, s1, a4
    or s1, s1, a5
    or s1, s1, a6
    or s1, s1, a7
    sd a0, 16(gp)
    .endm
PROGRAM image_answer
    srli a1, a0, 1
    andi a0, a0, 1
    beqz a1, 1f
    fmv.d.x f8, a1
1:  sd a1, 0(gp)
    BEGIN_HANDLER
2:  RECEIVE
    ANSWER 1
    mv a0, s1
    ld a1, 16(gp)
    ld a2, 0(gp)
    beqz a2, 3f
    fmv.x.d a2, f8
3:  li t0, 3
    li t1, 3
    ENTER NJ_SYS_SEND
    j 2b
image_answer_end:

// Receives a fault, and goes through the gate in slot 4, behind which it is answered. Tells slot 3 what the gate call
// brought.
PROGRAM image_gate_client
    BEGIN_HANDLER
    RECEIVE
    li t0, 4
    ENTER NJ_SYS_GATE_CALL
    li t0, 3
    li t1, 8
    ENTER NJ_SYS_SEND
    TRAP
    .globl image_gate_answer // behind the gate: word 1 is what was wrong there
image_gate_answer:
    li a0, 0
    BEGIN_HANDLER
    ANSWER 0 // nothing of its space was saved before
    mv a1, s1
    ENTER NJ_SYS_GATE_RETURN
image_gate_client_end:
