// SPDX-License-Identifier: Apache-2.0
// Checked programs that talk to others; the contract is in capsule.h.
#include "test/checked.h"

    CHECKED_CODE .rodata.capsule

PROGRAM capsule_serve
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
1:  bltz t1, 2f
    addi a0, a0, 1
    addi a1, a1, 1
    addi a2, a2, 1
    addi a3, a3, 1
    addi a4, a4, 1
    addi a5, a5, 1
    addi a6, a6, 1
    addi a7, a7, 1
    andi t1, t1, NJ_TAG_WORDS_MASK
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    j 1b
2:  TRAP
capsule_serve_end:

PROGRAM capsule_read
    add.uw t5, a0, gp
    ld a1, 0(t5)
    j capsule_read
capsule_read_end:

PROGRAM capsule_call
    li t0, 1
    li t1, 1
    li t3, 0
    ENTER NJ_SYS_CALL
    mv a1, t1
    li t0, 2
    li t1, 2
    li t3, 0
    ENTER NJ_SYS_SEND
    TRAP
capsule_call_end:

PROGRAM capsule_grant
    li t0, 1
    li t1, 2 << NJ_TAG_CAP_SHIFT | NJ_TAG_CAP | 1
    li t3, 0
    ENTER NJ_SYS_SEND
    TRAP
capsule_grant_end:

PROGRAM capsule_notify
    li s0, 77
1:  .irp n, 11,12,13,14,15,16,17
    li x\n, 100 + \n
    .endr
    li t0, 1
    ENTER NJ_SYS_WAIT
    addi s1, t1, -1
    or s1, s1, t0
    .irp n, 11,12,13,14,15,16,17
    addi s3, x\n, -100 - \n
    or s1, s1, s3
    .endr
    or s1, s1, t3
    or s1, s1, t4
    or s1, s1, t6
    mv s2, a0
    bnez s1, 2f
    li t0, 2
    ENTER NJ_SYS_SIGNAL
    sub s1, a0, s2
    .irp n, 11,12,13,14,15,16,17
    addi s3, x\n, -100 - \n
    or s1, s1, s3
    .endr
    or s1, s1, t0
    or s1, s1, t1
    or s1, s1, t3
    or s1, s1, t4
    or s1, s1, t6
    addi s3, s0, -77
    or s1, s1, s3
    beqz s1, 1b
2:  TRAP
capsule_notify_end:

PROGRAM capsule_spin
1:  addi s0, s0, 1
    j 1b
capsule_spin_end:

PROGRAM capsule_trap
    TRAP
capsule_trap_end:

PROGRAM capsule_long
    li t0, 500
    sd t0, 504(gp) // word 63
    addi t0, t0, 1
    sd t0, 64(gp) // word 8
    li t0, 1
    li t1, 64
    li t3, 0
    ENTER NJ_SYS_CALL
    ld a0, 64(gp)
    ld a1, 504(gp)
    TRAP
capsule_long_end:

PROGRAM capsule_number_12
    ENTER NJ_SYS_COUNT
    TRAP
capsule_number_12_end:

PROGRAM capsule_bad_tag
    li t0, 1
    li t1, 0x80
    ENTER NJ_SYS_SEND
    TRAP
capsule_bad_tag_end:
