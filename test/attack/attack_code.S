// SPDX-License-Identifier: Apache-2.0
// The attacker in checked code: picks one of the prepared requests in linear memory, spoils it now and then, and makes the
// call. Registers that a call keeps, a floating-point one among them, must hold what they held, and those it clears nothing.
// A gate call keeps none: what the program needs lies on its stack, below those of the other threads of its space. Through
// a gate others enter at attack_gate, and must bring nothing along but words.
//
// Now and then it reads where there is a page only when somebody has mapped it: then all registers must be what they
// were. Who starts at attack_handle answers such faults of others instead of picking requests, who starts at
// attack_read only reads: s10 says what comes next.
#include "test/checked.h"

#define ANSWERS 1
#define RECEIVES 2
#define READS 3
#define FAULTS 39 // slots of the endpoint and the reply object, as attack.h has them
#define REPLY 48
// What is nobody's during a fault.
#define SPARE 5,6,10,11,12,13,14,15,16,17,19,20,21,23,25,28,29

    CHECKED_CODE .rodata.attack
.balign 8
.globl attack_image, attack_image_end, attack_gate, attack_handle, attack_read
attack_image:
    j 5f
    .set number, 0
    .rept 16
    jalr ra, NJ_ENTRY_OFFSET(number)(tp)
    .if number == NJ_SYS_GATE_CALL || number == NJ_SYS_GATE_RETURN
    j 6f
    .else
    j 1f
    .endif
    .set number, number + 1
    .endr
attack_gate: // t0 = number of the attacker whose space this is
    RESIDUE s3
    fmv.x.d s4, f8
    or s3, s3, s4
    slli a0, a0, 8
    or a0, a0, t0
    slli s2, t0, 12
    lui s4, 0x380 // COUNTERS
    add s2, s2, s4
    bnez s3, 4f
    addi t1, t0, 17
    j 7f
attack_read:
    li s10, READS
    j 5f
attack_handle:
    li s10, RECEIVES
5:  andi t1, a0, 15
    addi t1, t1, 1
7:  addi sp, sp, -32
    ld zero, 8(sp)
    addi t1, t1, -1
    bnez t1, 7b
8:  sd a0, 8(sp)
    mv s6, a0 // seed << 8 | number of the attacker
    not s8, a0
    fmv.d.x f8, a0
    srli s0, a0, 8
    ori s0, s0, 1
    lui s1, 0x300 // REQUESTS
    andi s2, a0, 15
    slli s2, s2, 12
    lui t0, 0x380 // COUNTERS
    add s2, s2, t0
    j 1f
6:  ld a0, 8(sp) // behind a gate call
    fmv.x.d t0, f8
    beqz t0, 9f // a call that was not made leaves it
    bne t0, a0, 4f
9:  bgez gp, 9f // a process keeps its registers then
    RESIDUE t0
    bnez t0, 4f
9:  ld t1, 0(sp)
    li t3, 0
    li t4, 0
    slli t0, t1, 8
    andi a0, a0, 15
    or a0, a0, t0
    j 8b
1:  slli t0, s0, 13
    xor s0, s0, t0
    srli t0, s0, 7
    xor s0, s0, t0
    slli t0, s0, 17
    xor s0, s0, t0
    or t4, t4, t3 // what a call does not return is zero; t2, t5 and t6 are some valid values
    bnez t4, 4f
    fmv.x.d s7, f8
    bne s7, s6, 4f
    not s9, s6
    bne s9, s8, 4f
    bnez s10, 10f
    srli t0, s0, 30
    andi t0, t0, 63
    beqz t0, 11f
12: srli t0, s0, 40
    andi t0, t0, 255
    slli t0, t0, 7
    add t0, t0, s1
    add.uw t5, t0, gp
    ld t0, 0(t5)
    ld t1, 8(t5)
    ld t3, 16(t5)
    ld s3, 24(t5)
    ld a0, 32(t5)
    ld a1, 40(t5)
    ld a2, 48(t5)
    ld a3, 56(t5)
    ld a4, 64(t5)
    ld a5, 72(t5)
    ld a6, 80(t5)
    ld a7, 88(t5)
    add.uw t5, s2, gp
    ld s4, 0(t5)
    addi s4, s4, 1
    sd s4, 0(t5)
    srli s5, s0, 20
    andi s4, s5, 15
    bnez s4, 2f
    andi s4, s5, 0xf0
    xor a1, a1, s4
    xor a2, a2, s0
2:  andi s4, s5, 0x1f0
    bnez s4, 3f
    xor a0, a0, s0
    xor t3, t3, s0
    bltz s0, 3f
    xor t1, t1, s0
3:  andi s3, s3, 15
    slli s3, s3, 3
    addi s3, s3, 4 // behind the jump to the start
    sd s0, 0(sp)
    and t6, s3, s11
    or ra, t6, tp
    ret
// A fault, most often.
11: andi t1, s0, 0x7f8
    lui t0, 0x60000 // SECRETS
    add t0, t0, t1
    add.uw t5, t0, gp
    add.uw t2, zero, t5
    and t6, s0, s11
    or ra, t6, tp
    .irp n, SPARE
    addi x\n, s0, \n
    .endr
    ld zero, 0(t5)
    .irp n, SPARE
    addi x\n, x\n, -\n
    xor x\n, x\n, s0
    .endr
    .irp n, 6,10,11,12,13,14,15,16,17,19,20,21,23,25,28,29
    or t0, t0, x\n
    .endr
    sub t1, t5, t2
    or t0, t0, t1
    sub t1, t5, gp
    lui t3, 0x60000
    sub t1, t1, t3
    andi t3, s0, 0x7f8
    sub t1, t1, t3
    or t0, t0, t1
    sub t1, ra, tp
    sub t1, t1, t6
    or t0, t0, t1
    and t1, s0, s11
    sub t1, t1, t6
    or t0, t0, t1
    bnez t0, 4f
    li t4, 0
    beqz s10, 12b
    li t3, 0
    add.uw t5, s2, gp
    ld s4, 0(t5)
    addi s4, s4, 1
    sd s4, 0(t5)
    j 1b
// The other half of a fault: a0 to a3 and t1 are of the last call.
10: addi s4, s10, -READS
    beqz s4, 11b
    li t3, REPLY
    addi s4, s10, -ANSWERS
    bnez s4, 13f
    addi a0, a0, -1 // NJ_FAULT_READ: it may try again
    snez a0, a0
    addi s5, t1, -4 // words of a fault
    addi s7, a3, -3 // of an image in linear memory
    or s5, s5, s7
    or s5, s5, a0
    seqz s5, s5
    add.uw t5, s2, gp
    ld s4, 24(t5)
    add s4, s4, s5
    sd s4, 24(t5)
    li t1, 1
    li t0, FAULTS
    li s3, NJ_SYS_REPLY_RECV
    bltz s0, 14f
    li t0, REPLY
    li s3, NJ_SYS_SEND
    li s10, RECEIVES
    j 14f
13: li t0, FAULTS
    li t1, 0
    li s3, NJ_SYS_RECV
    li s10, ANSWERS
14: add.uw t5, s2, gp
    ld s4, 0(t5)
    addi s4, s4, 1
    sd s4, 0(t5)
    j 3b
4:  li a0, 0xbad // BAD_REGISTERS
    add.uw t5, s2, gp
    sd a0, 8(t5) // a trap behind a gate is told to nobody
    TRAP
attack_image_end:
