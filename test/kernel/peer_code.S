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
    .option pop
