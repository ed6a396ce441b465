// SPDX-License-Identifier: Apache-2.0
// A checked program that is both sides of a gate; each part says what it does. Callers of gates keep nothing in registers:
// all but message words come back as zero.
#include "test/checked.h"

    CHECKED_CODE .rodata.capsule

.macro PART name
    .globl gate_\name
gate_\name:
.endm
.macro SECRETS value // in every register that a program can keep something in
    .irp n, t3,t4,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10
    li \n, \value
    .endr
.endm
.macro RESIDUE_HERE into // RESIDUE, and what of t2 and t5 is not gp
    RESIDUE \into
    sub t3, t5, gp
    or \into, \into, t3
    sub t3, t2, gp
    or \into, \into, t3
.endm
.macro REPORT // a0-a7 to slot 2, then the end
    li t0, 2
    li t1, 8
    li t3, 0
    ENTER NJ_SYS_SEND
    TRAP
.endm

    .balign 8
    .globl gate_program, gate_program_end
gate_program:
    // Calls the gate in slot 1 and reports: a0-a4 as they came back, a5 = t0, a6 = t1, a7 = residue.
PART client
    li a1, 11
    li a2, 12
    li a3, 13
    li a4, 14
    SECRETS 0x5ec
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    mv a5, t0
    mv a6, t1
    RESIDUE_HERE a7
    REPORT
PART client_late // the same after 2 * a0 instructions
1:  addi a0, a0, -1
    bnez a0, 1b
    j gate_client
PART client_float // the same with floating-point state; a5 = what f1 is afterwards
    fmv.d.x f1, a0
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    fmv.x.d a5, f1
    mv a6, t1
    RESIDUE_HERE a7
    REPORT
PART client_loop // for ever; counts rounds at 8(gp), bad ones at 16(gp)
1:  ld a0, 8(gp)
    addi a0, a0, 1
    sd a0, 8(gp)
    SECRETS 0x5ec
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    RESIDUE_HERE a7
    or a7, a7, t0
    addi t1, t1, -8
    or a7, a7, t1
    ld a1, 8(gp)
    sub a1, a1, a0
    or a7, a7, a1
    beqz a7, 1b
    ld a1, 16(gp)
    addi a1, a1, 1
    sd a1, 16(gp)
    j 1b
PART client_memory // a0: where the callee reads, of what is 0x77 here
    li t0, 0x77
    sd t0, 256(gp)
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    ld a5, 256(gp)
    mv a6, t1
    REPORT
PART client_stack // sp and what is on it survive; a5 = 0x99
    addi sp, sp, -32
    sd a0, 24(sp)
    li t0, 0x99
    sd t0, 8(sp)
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    ld a5, 8(sp)
    mv a6, t1
    addi sp, sp, 32
    ld zero, -8(sp)
    REPORT
PART client_return // leaves what it is not in
    ENTER NJ_SYS_GATE_RETURN
    mv a6, t1
    REPORT
PART client_wait_then_report // blocked by a fast path after a gate was crossed: nothing of the callee is there
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    li a0, 0
    li a1, 0
    li a2, 0
    li a3, 0
    li a4, 0
    li a5, 0
    li a6, 0
    li a7, 0
    li t0, 3
    li t1, 8
    li t3, 0
    ENTER NJ_SYS_CALL
    or a7, a7, a1
    or a7, a7, a2
    or a7, a7, a3
    or a7, a7, a4
    or a7, a7, a5
    mv a6, t1
    REPORT

PART client_then_wait // calls with a0, then waits for the notification in slot 4
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    li t0, 4
    ENTER NJ_SYS_WAIT
    REPORT

    // ---- behind gates
PART add // a0 + 1, a1 = badge, a2 = t1, a3 = residue
    RESIDUE_HERE a3
    addi a0, a0, 1
    mv a1, t0
    mv a2, t1
    SECRETS 0x7e5
    ENTER NJ_SYS_GATE_RETURN
    TRAP
PART nest // the gate in slot 1 of its own table; a4 = status of that
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    addi a0, a0, 100
    mv a4, t1
    ENTER NJ_SYS_GATE_RETURN
PART trap
    SECRETS 0x7e5
    TRAP
PART read // faults at 0x5000000 of linear memory
    lui t0, 0x5000
    add.uw t5, t0, gp
    ld a0, 0(t5)
PART overflow
1:  addi sp, sp, -32
    sd ra, 24(sp)
    j 1b
PART spin
    SECRETS 0x7e5
    li a1, 0x7e5
1:  addi s0, s0, 1
    j 1b
PART linger // 2 * a0 instructions long
    SECRETS 0x7e5
    li t1, 0x7e5
1:  addi a0, a0, -1
    bnez a0, 1b
    ENTER NJ_SYS_GATE_RETURN
PART receive // a0, a1: what recv and reply_recv answer
    li t0, 3
    li t3, 0
    ENTER NJ_SYS_RECV
    mv s0, t1
    li t0, 3
    li t1, 0
    li t3, 0
    ENTER NJ_SYS_REPLY_RECV
    mv a1, t1
    mv a0, s0
    ENTER NJ_SYS_GATE_RETURN
PART call // calls slot 3 with a0 and returns the answer; a1 = tag
    li t0, 3
    li t1, 1
    li t3, 0
    ENTER NJ_SYS_CALL
    mv a1, t1
    ENTER NJ_SYS_GATE_RETURN
PART call_long // the same with 64 words
    li t0, 3
    li t1, 64
    li t3, 0
    ENTER NJ_SYS_CALL
    mv a1, t1
    ENTER NJ_SYS_GATE_RETURN
PART wait // for the notification in slot 4
    li t0, 4
    ENTER NJ_SYS_WAIT
    ENTER NJ_SYS_GATE_RETURN
PART float // a1 = f1 as it was, then a secret is in it
    fmv.x.d a1, f1
    li t0, 0x7e5
    fmv.d.x f1, t0
    ENTER NJ_SYS_GATE_RETURN
PART bad_tag
    li t0, 3
    li t1, 0x80
    ENTER NJ_SYS_SEND
    ENTER NJ_SYS_GATE_RETURN
PART end // deletes slot a0 of the table in slot 5, until it is done or it is not there any more
    SECRETS 0x7e5
    mv s0, a0
1:  mv a0, s0
    li t0, 5
    li t1, 4 // NJ_CNODE_DELETE
    li t3, 0
    ENTER NJ_SYS_INVOKE
    addi t1, t1, 1 // NJ_AGAIN
    beqz t1, 1b
    ENTER NJ_SYS_GATE_RETURN
PART invoke // null operation on slot 1, then on slot 6: whose table is this?
    li t0, 1
    li t1, 0
    ENTER NJ_SYS_INVOKE
    mv a0, t1
    li t0, 6
    li t1, 0
    ENTER NJ_SYS_INVOKE
    mv a1, t1
    ENTER NJ_SYS_GATE_RETURN
PART peek // a1 = its own memory at 256
    ld a1, 256(gp)
    sd a0, 256(gp)
    ENTER NJ_SYS_GATE_RETURN
PART alone // adds 1 at 0(gp), slowly: two at once would lose some
    ld t0, 0(gp)
    li t1, 300
1:  addi t1, t1, -1
    bnez t1, 1b
    addi t0, t0, 1
    sd t0, 0(gp)
    ENTER NJ_SYS_GATE_RETURN
gate_program_end:

// A process that calls a gate: void gate_enter(uint64_t gate, uint64_t *words): a0-a7 in and out, words[8] = t1, words[9] =
// residue.
    .text
    .option rvc
    .globl gate_enter
gate_enter:
    addi sp, sp, -128
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\n, 8 * \n(sp)
    .endr
    sd ra, 96(sp)
    sd a1, 104(sp)
    mv t0, a0
    mv t4, a1
    ld a0, 0(t4)
    ld a1, 8(t4)
    ld a2, 16(t4)
    ld a3, 24(t4)
    ld a4, 32(t4)
    ld a5, 40(t4)
    ld a6, 48(t4)
    ld a7, 56(t4)
    li t2, NJ_SYS_GATE_CALL
    li t1, 0
    ecall
    or t3, t3, t4
    .irp n, t2,t5,t6,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11
    or t3, t3, \n
    .endr
    ld t4, 104(sp)
    sd a0, 0(t4)
    sd a1, 8(t4)
    sd a2, 16(t4)
    sd a3, 24(t4)
    sd a4, 32(t4)
    sd a5, 40(t4)
    sd a6, 48(t4)
    sd a7, 56(t4)
    sd t1, 64(t4)
    sd t3, 72(t4)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\n, 8 * \n(sp)
    .endr
    ld ra, 96(sp)
    addi sp, sp, 128
    ret
