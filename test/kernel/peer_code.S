// SPDX-License-Identifier: Apache-2.0
// Threads without a stack, that cases start or send other threads to; and functions of peer.h that see every register.
#include "abi/syscall.h"
#include "test/registers.h"

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

    // A function that leaves what is in each register in `record`, but for sp. It has a frame of its own.
    .macro RECORD_BEGIN record
    addi sp, sp, -512
    KEPT sd, 256
    sd \record, 256(sp)
    .endm
    .macro RECORD_END
    .irp n, REGISTERS_BUT_SP
    sd x\n, 8 * \n(sp)
    .endr
    ld t0, 256(sp)
    .irp n, REGISTERS_BUT_SP
    ld t1, 8 * \n(sp)
    sd t1, 8 * \n(t0)
    .endr
    KEPT ld, 256
    addi sp, sp, 512
    ret
    .endm

    .globl peer_registers
peer_registers:
    RECORD_BEGIN a2
    mv t2, a0
    mv t0, a1
    .irp n, 1,3,4,6,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, 0x500 + \n
    .endr
    ecall
    RECORD_END

    .globl peer_exchange
peer_exchange:
    RECORD_BEGIN a1
    mv t6, a0
    .irp n, REGISTERS_BUT_SP
    ld x\n, 8 * \n(t6)
    .endr
    ecall
    RECORD_END

    .globl peer_spin
peer_spin:
    RECORD_BEGIN a1
    mv t0, a0
    .irp n, 1,3,4,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, 0x500 + \n
    .endr
1:  ld t1, 0(t0)
    beqz t1, 1b
    RECORD_END

    .globl peer_float_set, peer_float_get
    .option push
    .option arch, +f, +d
peer_float_set:
    fmv.d.x f8, a0
    ret
peer_float_get:
    fmv.x.d a0, f8
    ret

    // A process: keeps a0 in a floating-point register, and sends what is there to slot 1, for ever.
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
