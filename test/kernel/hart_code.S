// SPDX-License-Identifier: Apache-2.0
// Jobs for a further hart. No stack, no memory but what their argument names.
#include "test/registers.h"

    .text
    .globl job_add, job_loop, job_count, job_copy, job_read, job_write, job_jump, job_break, job_satp, job_unaligned
    .globl job_look, job_look_vector, job_soil, job_soil_vector, job_dot, job_ecalls
job_add:
    addi a0, a0, 1
    ecall
job_loop:
    j job_loop
job_count: // adds 1 to the word at a0, for ever
    amoadd.d zero, a1, (a0)
    li a1, 1
    j job_count
job_copy: // the word behind a0 from the one at a0
    ld a1, (a0)
    sd a1, 8(a0)
    ecall
job_read:
    ld a0, (a0)
    ecall
job_write:
    sd a0, (a0)
    ecall
job_jump:
    jr a0
job_break:
    ebreak
job_satp:
    csrw satp, a0
    ecall
job_unaligned:
    lr.d a0, (a0)
    ecall
job_ecalls: // a call of every number is the end
    mv t2, a0
    ecall
    j job_ecalls

// What is in registers that were not given: 0 if nothing.
    .option push
    .option arch, +f, +d
job_look:
    li a0, 0
    .irp n, 1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    or a0, a0, x\n
    .endr
    FLOAT_RESIDUE a0, a1
    ecall
// Leaves something in all of them.
job_soil:
    li a0, -1
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, \n + 0x100
    .endr
    FLOAT_SOIL a0
    ecall
    .option pop

    .option push
    .option arch, +v
job_look_vector:
    VECTOR_RESIDUE a0, a1
    ecall
job_soil_vector:
    VECTOR_SOIL a1
    ecall
job_dot: // a0: bytes, then two rows of that many int8; the sum of products
    ld a1, (a0)
    addi a2, a0, 8
    add a3, a2, a1
    vsetvli t0, zero, e32, m1, ta, ma
    vmv.v.i v24, 0
1:  vsetvli t0, a1, e8, m1, ta, ma
    vle8.v v1, (a2)
    vle8.v v2, (a3)
    vwmul.vv v4, v1, v2
    vsetvli zero, zero, e16, m2, ta, ma
    vwredsum.vs v24, v4, v24
    sub a1, a1, t0
    add a2, a2, t0
    add a3, a3, t0
    bnez a1, 1b
    vsetvli t0, zero, e32, m1, ta, ma
    vmv.x.s a0, v24
    ecall
    .option pop
