// SPDX-License-Identifier: Apache-2.0
// A job for a further hart: finds whether an earlier one left anything, leaves something in all registers itself, and is a
// nuisance until it ends. a0 = rounds << 8 | JOB_VECTOR | how it ends.
#include "test/attack/attack_job.h"
#include "test/registers.h"

    .text
    .option arch, +f, +d
    .globl attack_job
attack_job:
    .irp n, 1,3,4,5,6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    or a1, a1, x\n
    .endr
    FLOAT_RESIDUE a1, a2
    andi a2, a0, JOB_VECTOR
    beqz a2, 1f
    .option push
    .option arch, +v
    VECTOR_RESIDUE a2, a3
    or a1, a1, a2
    VECTOR_SOIL a2
    .option pop
1:  bnez a1, bad
    li a1, JOB_PATTERN
    .irp n, 1,3,4,8,9,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    mv x\n, a1
    .endr
    FLOAT_SOIL a1
    srli a2, a0, 8
    andi a3, a0, JOB_ENDS - 1
    li t0, JOB_WRITE
    beq a3, t0, write
2:  addi a2, a2, -1
    bgtz a2, 2b
    beqz a3, done
    li t0, JOB_LOOP
    beq a3, t0, 2b
    li t0, JOB_READ
    beq a3, t0, read
    ebreak
read: // the kernel, from user mode
    li a2, -0x7fe00000
    ld a0, 0(a2)
    j bad
write: // the memory everybody has, until somebody ends it
    li a2, JOB_MEMORY
3:  li t2, 4096
    mv t1, a2
4:  sd a1, 0(t1)
    addi t1, t1, 8
    addi t2, t2, -8
    bnez t2, 4b
    j 3b
done:
    li a0, 0
    ecall
bad:
    li a0, JOB_BAD
    ecall
