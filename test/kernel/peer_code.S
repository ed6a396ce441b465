// SPDX-License-Identifier: Apache-2.0
// Threads without a stack: what cases start or send other threads to.
#include "abi/syscall.h"

.equ REVOKE, 5 // NJ_CNODE_REVOKE

    .text
    // a0 = address, a1 = value: stores it and stays.
    .globl peer_store
peer_store:
    sd a1, 0(a0)
1:  j 1b

    // a0 = slot: revokes it until the kernel stops this thread, which is made of what is revoked.
    .globl peer_revoke
peer_revoke:
    mv s0, a0
1:  mv a0, s0
    li t0, 1 // the suite's own table
    li t1, REVOKE
    li t2, NJ_SYS_INVOKE
    li t3, 0
    ecall
    j 1b

    // void peer_registers(number, slot, uint64_t registers[32]): a system call with 0x500 + n in register n; then what is
    // in each. sp is left alone.
    .globl peer_registers
peer_registers:
    addi sp, sp, -512
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, 256 + 8 * \n(sp)
    .endr
    sd a2, 256(sp)
    mv t2, a0
    mv t0, a1
    .irp n, 1,3,4,6,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, 0x500 + \n
    .endr
    ecall
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, 8 * \n(sp)
    .endr
    ld t0, 256(sp)
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld t1, 8 * \n(sp)
    sd t1, 8 * \n(t0)
    .endr
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, 256 + 8 * \n(sp)
    .endr
    addi sp, sp, 512
    ret

    // void peer_spin(flag, uint64_t registers[32]): 0x500 + n in register n until the flag is set; then what is in each.
    // sp, t0 and t1 are its own.
    .globl peer_spin
peer_spin:
    addi sp, sp, -512
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, 256 + 8 * \n(sp)
    .endr
    sd a1, 256(sp)
    mv t0, a0
    .irp n, 1,3,4,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, 0x500 + \n
    .endr
1:  ld t1, 0(t0)
    beqz t1, 1b
    ld t0, 256(sp)
    .irp n, 1,3,4,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, 8 * \n(t0)
    .endr
    .irp n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, 256 + 8 * \n(sp)
    .endr
    addi sp, sp, 512
    ret

    // A process: keeps a0 in a floating-point register, and sends what is there to slot 1, for ever.
    .option push
    .option arch, +f, +d
    .globl child_float
child_float:
    fmv.d.x f8, a0
    li s0, 0
1:  fmv.x.d a0, f8
    li t0, 1
    li t1, 1 // one word
    li t2, NJ_SYS_SEND
    li t3, 0
    ecall
    j 1b

    // The same, spinning, or signalling slot 1 meanwhile.
    .globl child_float_spin, child_float_signal
child_float_spin:
    fmv.d.x f8, a0
1:  fmv.x.d t0, f8
    beq t0, a0, 1b
    ebreak
child_float_signal:
    fmv.d.x f8, a0
    mv s0, a0
1:  li t0, 1
    li t1, 0
    li t2, NJ_SYS_SIGNAL
    li t3, 0
    ecall
    fmv.x.d t0, f8
    beq t0, s0, 1b
    ebreak
    .option pop
