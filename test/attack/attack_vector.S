// SPDX-License-Identifier: Apache-2.0
// Vector registers of an attacker in a process: what it leaves in them is what it finds. a0: a byte, to which the number of
// the register is added; v0 and v1 are for finding out.
    .text
    .option arch, +v
    .globl vectors_fill, vectors_differ, vectors_spoil

vectors_fill:
    csrwi vstart, 0
    vsetvli t0, zero, e8, m1, ta, ma
    .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi t1, a0, \n
    vmv.v.x v\n, t1
    .endr
    srli t1, a0, 5 // and the rest of the state
    andi t1, t1, 7
    csrw vcsr, t1
    vsetivli t0, 5, e16, m2, ta, ma
    csrwi vstart, 3
    ret

// How much is not as vectors_fill() left it. a1: 1, a register may also be 0 (another life of the thread was ended while it
// filled them, or the thread is new) and the rest anything.
vectors_differ:
    csrr a2, vcsr
    csrr a3, vl
    csrr a4, vtype
    csrr a5, vstart
    csrwi vstart, 0
    srli t1, a0, 5
    andi t1, t1, 7
    xor a2, a2, t1
    addi a3, a3, -5
    addi a4, a4, -0xc9 // e16, m2, ta, ma
    addi a5, a5, -3
    or a2, a2, a3
    or a4, a4, a5
    or a2, a2, a4
    addi a3, a1, -1
    and a2, a2, a3
    vsetvli t0, zero, e8, m1, ta, ma
    .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi t1, a0, \n
    vmsne.vx v0, v\n, t1
    vmsne.vi v1, v\n, 0
    beqz a1, 1f
    vmand.mm v0, v0, v1
1:  vcpop.m t1, v0
    add a2, a2, t1
    .endr
    mv a0, a2
    ret

vectors_spoil:
    vsetvli t0, zero, e8, m8, ta, ma
    .irp n, 0,8,16,24
    vmv.v.x v\n, a0
    .endr
    csrw vcsr, a0
    csrw vstart, a0
    ret
