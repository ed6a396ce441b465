// SPDX-License-Identifier: Apache-2.0
// The entry pages (abi/capsule.h) and the way from there into the kernel.
//
// For a capsule a slot turns interrupts off and jumps to its stub in kernel text; no trap is taken. For an image in a
// process the same slot holds a system call. Slots without a call, and the gaps, are zero: an illegal instruction.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/offsets.h"

    .option norvc
    .option norelax
    .globl entry_slots_capsule, entry_slots_process
    .section .entry.capsule, "a"
entry_slots_capsule: // the second half of a page, kernel.ld
    .irp target, call,reply_recv,invoke,send,4,5,6,signal,wait,poll,10,time,gate_call,gate_return
    csrci sstatus, SSTATUS_SIE
    lui t4, %hi(entry_\target)
    jalr zero, %lo(entry_\target)(t4)
    .word 0
    .endr
    .org entry_slots_capsule + 2048
    .section .entry.process, "a"
entry_slots_process:
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13
    li t2, \number
    ecall
    ret
    .word 0
    .endr
    .org entry_slots_process + 2048
.if NJ_SYS_COUNT != 14 || NJ_SYS_CALL != 0 || NJ_SYS_REPLY_RECV != 1 || NJ_SYS_INVOKE != 2 || NJ_SYS_SEND != 3 || \
    NJ_SYS_TIME != 11 || NJ_SYS_GATE_RETURN != 13
    .error "the lists above are in the order of abi/syscall.h"
.endif

// Interrupts off; t2, t4, t5, t6 are dead across calls; gp, tp, s11 are the sandbox's. ra is masked although the checker
// lets no other value into it: here it becomes a pc.
// Those with a path of their own go to fast.S, call.S, fault.S and gate.S.
    .text
    .irp number, 4,5,6,10
entry_\number:
    li t6, \number
    j capsule_call
    .endr
