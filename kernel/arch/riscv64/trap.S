// SPDX-License-Identifier: Apache-2.0
// Into the kernel and out of it, with all registers. One vector (fast.S) serves user mode, capsules and the kernel's own
// bugs. Outside the kernel sstatus.SIE is 1, inside it is 0; so SPP = 1 with SPIE = 0 says that the kernel itself trapped.
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/offsets.h"

    .section .text.trap, "ax"
    .globl trap_slow, trap_complete, arch_enter, thread_resume, thread_restore
trap_slow: // tp = thread, s0 = cause ^ CAUSE_CALL, and saved, sscratch = tp as it was
    .irp n, 1,2,3,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, CONTEXT_REG(\n)(tp)
    .endr
    csrrw t0, sscratch, tp
    sd t0, CONTEXT_REG(4)(tp)
    csrr a1, sepc
    sd a1, CONTEXT_PC(tp)
    bltz s0, interrupt_fires
    srli t1, s0, 2
    addi t1, t1, -((CAUSE_FETCH_PAGE ^ CAUSE_CALL) >> 2)
    beqz t1, fault_page // 12, 13, 15; there is no 14
trap_complete: // all is saved
    mv a0, tp
    csrr a1, scause
    csrr a2, stval
    csrr t0, sstatus
    andi t0, t0, SSTATUS_SPP | SSTATUS_SPIE
    addi t0, t0, -SSTATUS_SPP
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    beqz t0, 1f
    call trap_handle
    j thread_resume
1:  call kernel_trapped

// _Noreturn void arch_enter(uint32_t thread)
arch_enter:
thread_resume: // a0 = thread, NIL: idle. sp is nobody's
    bnez a0, 1f
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call trap_idle
    j thread_resume
1:  slli a0, a0, THREAD_SHIFT
    lui sp, %hi(threads)
    add sp, sp, a0
thread_restore: // sp = thread: loads from there are the shortest instructions
    sc.d zero, zero, (sp) // a reservation that another thread made must not survive
    ld s0, CONTEXT_ROOT(sp)
    csrr s1, satp
    beq s0, s1, 2f
    csrw satp, s0
    lui s1, %hi(asid_is_absent)
    lbu s1, %lo(asid_is_absent)(s1)
    beqz s1, 2f
    sfence.vma
2:  csrw sscratch, sp
    ld s0, CONTEXT_PC(sp)
    csrw sepc, s0
    ld s0, CONTEXT_STATUS(sp)
    csrw sstatus, s0
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, CONTEXT_REG(\n)(sp)
    .endr
    ld sp, CONTEXT_REG(2)(sp)
    sret
