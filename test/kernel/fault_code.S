// SPDX-License-Identifier: Apache-2.0
// Programs that fault with something in every register; the contract is in fault_scene.h.
#include "abi/syscall.h"

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
    CHILD child_read_with_float, "ld zero, 0(t6)", 0x123, 0x123
    CHILD child_write_with_float, "sd t5, 0(t6)", 0x123, 0x123
    CHILD child_read_then_float, "ld zero, 0(t6)", , 0
    CHILD child_write_then_float, "sd t5, 0(t6)", , 0
