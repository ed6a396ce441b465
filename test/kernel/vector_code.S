// SPDX-License-Identifier: Apache-2.0
// Processes that use vector registers. Slot 1: what the case gives them; slot 2: an endpoint for reports of one word.
#include "abi/syscall.h"
#include "test/registers.h"

    .text
    .option arch, +v, +f, +d
    .globl vector_keep, vector_look, vector_touch, vector_first, vector_no_type, vector_float, vector_serve, vector_other
    .globl vector_fault, vector_handle, vector_signal_and_look

    .macro REPORT word // keeps s0 to s11 only
    mv a0, \word
    li t0, 2
    li t1, 1
    li t2, NJ_SYS_SEND
    li t3, 0
    ecall
    .endm

// All registers, each byte of register n being t1 + n.
    .macro FILL
    csrwi vstart, 0
    vsetvli t0, zero, e8, m1, ta, ma
    .irp n, REGISTERS_32
    addi t2, t1, \n
    vmv.v.x v\n, t2
    .endr
    .endm

// Adds to \into how many bytes differ from that, of v0 only the first. v0 is filled again.
    .macro COMPARE into
    csrwi vstart, 0
    vsetvli t0, zero, e8, m1, ta, ma
    vmv.x.s t0, v0
    xor t0, t0, t1
    andi t0, t0, 255
    add \into, \into, t0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi t2, t1, \n
    vmsne.vx v0, v\n, t2
    vcpop.m t0, v0
    add \into, \into, t0
    .endr
    vmv.v.x v0, t1
    .endm

// a0: a seed of 8 bits | a system call, which is made in every round | rounds << 16. Keeps registers, length, type, and what
// else there is, over the call and over any preemption; reports how much of it changed, 0 is right, and begins again.
vector_keep:
    zext.b s0, a0
    srli s1, a0, 8
    zext.b s1, s1
    srli s8, a0, 16
    mv t1, s0
    FILL
1:  mv s2, s8
    li s3, 0
2:  andi s4, s0, 7
    addi s4, s4, 3 // length
    andi s5, s0, 1
    slli t0, s5, 3
    or s5, s5, t0 // type: e8, m1 or e16, m2
    vsetvl zero, s4, s5
    csrw vcsr, s4
    csrr s6, vcsr
    andi s7, s0, 3
    csrw vstart, s7
    addi sp, sp, -80
    .irp n, 0,1,2,3,4,5,6,7,8
    sd s\n, 8*\n(sp)
    .endr
    mv a0, s2
    li t0, 1
    li t1, 0
    mv t2, s1
    li t3, 3
    ecall
    .irp n, 0,1,2,3,4,5,6,7,8
    ld s\n, 8*\n(sp)
    .endr
    addi sp, sp, 80
    li t0, 300
3:  addi t0, t0, -1
    bnez t0, 3b
    csrr t0, vl
    xor t0, t0, s4
    or s3, s3, t0
    csrr t0, vtype
    xor t0, t0, s5
    or s3, s3, t0
    csrr t0, vcsr
    xor t0, t0, s6
    or s3, s3, t0
    csrr t0, vstart
    xor t0, t0, s7
    or s3, s3, t0
    mv t1, s0
    COMPARE s3
    addi s2, s2, -1
    bnez s2, 2b
    REPORT s3
    j 1b

vector_signal_and_look: // slot 1, before any vector instruction
    li t0, 1
    li t2, NJ_SYS_SIGNAL
    ecall
// Reports all that is in vector registers not written yet (0: nothing, and no type), leaves secrets there, reports again.
vector_look:
    VECTOR_RESIDUE s0, t0
    li t1, 0xa0
    FILL
    csrwi vcsr, 7
    csrwi vstart, 5
    REPORT s0
1:  REPORT zero
    j 1b

// a0: an address with untouched pages before and behind it. Stores over the border, reports the difference to what it loads,
// for three registers in one instruction. Elements before a fault are not stored twice, and none is left out.
vector_touch:
    mv s0, a0
    li t1, 0x11
    FILL
    csrr s1, vlenb
    sub s2, s0, s1
    addi s2, s2, -3
    vsetvli t0, zero, e8, m8, ta, ma
    vse8.v v8, (s2)
    vle8.v v16, (s2)
    csrr s4, vstart
    csrwi vstart, 0 // it is, but QEMU 7.2 goes by what it was when it translated these instructions
    vmsne.vv v0, v8, v16
    vcpop.m s3, v0
    or s3, s3, s4
    REPORT s3
    li t2, 4096 // and a segment store, further on
    add s2, s2, t2
    vsetvli t0, zero, e8, m1, ta, ma
    vsseg3e8.v v8, (s2)
    vlseg3e8.v v16, (s2)
    csrr s4, vstart
    csrwi vstart, 0
    vmsne.vv v0, v8, v16
    vcpop.m s3, v0
    vmsne.vv v0, v10, v18
    vcpop.m t0, v0
    or s3, s3, t0
    or s3, s3, s4
1:  REPORT s3
    j 1b

// The a0-th of these is the first vector instruction of the thread: each is permitted without a type.
vector_first:
    addi a1, sp, -1024
    andi a1, a1, -64
    li a2, 5
    li a3, 0
    slli a0, a0, 3
    lla t0, 2f
    add t0, t0, a0
    jr t0
    .option push
    .option norvc
    .balign 8
2:
    .macro ONE instruction:vararg
    \instruction
    j 1f
    .endm
    ONE vsetvli t0, zero, e8, m1, ta, ma
    ONE vsetivli t0, 3, e8, m1, ta, ma
    ONE vsetvl t0, a2, a3
    ONE vl1re8.v v1, (a1)
    ONE vl1re16.v v1, (a1)
    ONE vl1re32.v v1, (a1)
    ONE vl1re64.v v1, (a1)
    ONE vs1r.v v1, (a1)
    ONE csrr t0, vstart
    ONE csrr t0, vxsat
    ONE csrr t0, vxrm
    ONE csrr t0, vcsr
    ONE csrr t0, vl
    ONE csrr t0, vtype
    ONE csrr t0, vlenb
    ONE csrw vstart, a2
    ONE csrwi vxrm, 3
    ONE csrrs t0, vxsat, zero
    .option pop
1:  li s0, 1
    REPORT s0
    j 1b

// The a0-th of these is illegal, and none the vector unit's.
vector_other:
    slli a0, a0, 2
    lla t0, 1f
    add t0, t0, a0
    jr t0
    .balign 4
1:  .word 0xffffffff
    csrr t0, sstatus
    .word 0x00004007 // a load of 128 bits
    csrci 0x20, 0

vector_no_type: // is permitted only behind a vsetvl
    vadd.vv v1, v2, v3
1:  REPORT zero
    j 1b

// a0: a number. The first use of both units is one instruction. Reports the sum of the number and itself, as often as asked,
// from registers of both.
vector_float:
    vsetivli zero, 1, e64, m1, ta, ma
    vmv.v.x v8, a0
    vfcvt.f.xu.v v8, v8
1:  vfmv.f.s f9, v8
    vfadd.vf v10, v8, f9
    vfcvt.xu.f.v v11, v10
    vmv.x.s s0, v11
    REPORT s0
    j 1b

// Answers calls on slot 1 with reply object 3: 1 more, from vector registers, which it fills with something else.
vector_serve:
    li t0, 1
    li t3, 3
    li t2, NJ_SYS_RECV
    ecall
1:  li t1, 0xc0
    FILL
    vsetivli zero, 1, e64, m1, ta, ma
    vmv.v.x v31, a0
    vadd.vi v31, v31, 1
    vmv.x.s a0, v31
    li t0, 1
    li t1, 1
    li t3, 3
    li t2, NJ_SYS_REPLY_RECV
    ecall
    j 1b

vector_fault: // fills all and reads what is not there
    li t1, 0x30
    FILL
    ld zero, 16(zero)

// Receives faults on slot 1 with reply object 3, reports how much its own registers have changed, leaves the thread suspended.
vector_handle:
    li t1, 0xc0
    FILL
1:  li t0, 1
    li t3, 3
    li t2, NJ_SYS_RECV
    ecall
    li s3, 0
    li t1, 0xc0
    COMPARE s3
    li a0, 1 // NJ_FAULT_REPLY_SUSPEND
    li t0, 3
    li t1, 1
    li t2, NJ_SYS_SEND
    li t3, 0
    ecall
    REPORT s3
    j 1b
