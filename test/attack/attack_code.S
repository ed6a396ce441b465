// SPDX-License-Identifier: Apache-2.0
// The attacker in checked code: picks one of the prepared requests in linear memory, spoils it now and then, and makes the
// call. Registers that a call keeps, a floating-point one among them, must hold what they held, and those it clears nothing.
#include "abi/capsule.h"
#include "abi/syscall.h"

.option norvc
.option norelax
.option arch, rv64imafd_zba_zbb_zbs_zicsr_zifencei
.section .rodata.attack, "a"
.balign 8
.globl attack_image, attack_image_end
attack_image:
    j 5f
    .set number, 0
    .rept 16
    jalr ra, NJ_ENTRY_OFFSET(number)(tp)
    j 1f
    .set number, number + 1
    .endr
5:  mv s6, a0 // seed << 8 | number of the attacker
    not s8, a0
    fmv.d.x f8, a0
    srli s0, a0, 8
    ori s0, s0, 1
    lui s1, 0x300 // REQUESTS
    andi s2, a0, 15
    slli s2, s2, 12
    lui t0, 0x380 // COUNTERS
    add s2, s2, t0
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
    srli t0, s0, 40
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
    and t6, s3, s11
    or ra, t6, tp
    ret
4:  li a0, 0xbad // BAD_REGISTERS
    .word NJ_TRAP_WORD
attack_image_end:
