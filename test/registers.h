// SPDX-License-Identifier: Apache-2.0
// For assembly of tests: registers for .irp, and what is done to all of a kind.
#pragma once

// What a function keeps for its caller, and ra, gp, tp; not sp.
#define REGISTERS_KEPT 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
#define REGISTERS_BUT_SP 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
// Floating-point or vector registers.
#define REGISTERS_32 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31

    // sd or ld: what a function keeps, to its frame or from there.
    .macro KEPT instruction, offset
    .irp n, REGISTERS_KEPT
    \instruction x\n, \offset + 8 * \n(sp)
    .endr
    .endm

    // Adds the bits that are set in any floating-point register, and the state.
    .macro FLOAT_RESIDUE into, scratch
    .irp n, REGISTERS_32
    fmv.x.d \scratch, f\n
    or \into, \into, \scratch
    .endr
    frcsr \scratch
    or \into, \into, \scratch
    .endm

    .macro FLOAT_SOIL from
    .irp n, REGISTERS_32
    fmv.d.x f\n, \from
    .endr
    fscsr \from
    .endm

    // 0: no vector type, and nothing in any register or other state. Loses what is there.
    .macro VECTOR_RESIDUE into, scratch
    csrr \into, vtype // these first: reading the others changes them
    li \scratch, -1
    slli \scratch, \scratch, 63
    xor \into, \into, \scratch
    csrr \scratch, vl
    or \into, \into, \scratch
    csrr \scratch, vcsr
    or \into, \into, \scratch
    csrr \scratch, vstart
    or \into, \into, \scratch
    vsetvli \scratch, zero, e8, m8, ta, ma
    vor.vv v8, v8, v16
    vor.vv v8, v8, v24
    vor.vv v8, v8, v0
    vmsne.vi v0, v8, 0
    vcpop.m \scratch, v0
    or \into, \into, \scratch
    .endm

    .macro VECTOR_SOIL scratch
    vsetvli \scratch, zero, e8, m8, ta, ma
    .irp n, 0,8,16,24
    vmv.v.i v\n, -3
    .endr
    csrwi vcsr, 7
    .endm
