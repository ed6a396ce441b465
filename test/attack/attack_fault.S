// SPDX-License-Identifier: Apache-2.0
// A fault, and the wait for one, with something in every register; the contract is in attack.h.
#include "abi/syscall.h"
#include "test/registers.h"

    .text
    .globl attack_fault, exchange

attack_fault:
    addi sp, sp, -256
    KEPT sd, 0
    sd a1, 0(sp)
    mv t6, a0
    mv t5, a1
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
    addi x\n, t5, \n
    .endr
    ld zero, 0(t6)
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
    addi x\n, x\n, -\n
    xor x\n, x\n, t5
    .endr
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
    or x1, x1, x\n
    .endr
    ld a1, 0(sp)
    xor a1, a1, t5
    or a0, a1, x1
1:  KEPT ld, 0
    addi sp, sp, 256
    ret

exchange: // a0 = number, a1 = slot, a2 = tag, a3 = reply, a4 = words, in and out, a5 = badge, out
    addi sp, sp, -256
    KEPT sd, 0
    sd a4, 0(sp)
    sd a5, 16(sp)
    mv t2, a0
    mv t0, a1
    mv t1, a2
    mv t3, a3
    mv t6, a4
    .irp n, 10,11,12,13,14,15,16,17
    ld x\n, 8 * (\n - 10)(t6)
    .endr
    .irp n, REGISTERS_KEPT
    addi x\n, sp, \n
    .endr
    addi t4, sp, 29
    addi t5, sp, 30
    ecall
    or t6, t6, t5
    or t6, t6, t4
    or t6, t6, t3
    or t6, t6, t2
    .irp n, REGISTERS_KEPT
    addi x\n, x\n, -\n
    xor x\n, x\n, sp
    or t6, t6, x\n
    .endr
    ld t2, 0(sp)
    ld t3, 16(sp)
    .irp n, 10,11,12,13,14,15,16,17
    sd x\n, 8 * (\n - 10)(t2)
    .endr
    sd t0, 0(t3)
    mv a0, t1
    mv a1, t6
    j 1b
