// SPDX-License-Identifier: Apache-2.0
// All that a further hart ever runs of the kernel. It has no stack: tp is its mail (kernel/object.h), and of memory it
// touches nothing else. Between jobs it sleeps on a root table of its own; a job runs in user mode with one interrupt, by
// which the boot hart calls. Interrupts stay off outside of jobs.
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/offsets.h"

#define SBI_IPI 0x735049

    .text
    .globl hart_entry, hart_firmware_call
hart_firmware_call:
    mv a7, a3
    li a6, 0
    ecall
    ret

// From boot.S: a0 = hart, MMU off; a1 may be what the firmware gave to the boot hart. The way up is that of boot.S.
hart_entry:
    lla t0, harts
    lui tp, %hi(harts)
    addi tp, tp, %lo(harts)
    li t1, HART_LAST
1:  addi t0, t0, HART_BYTES // entry 0 is not used
    addi tp, tp, HART_BYTES
    lwu t2, HART_NUMBER(t0)
    addi t1, t1, -1
    beq t2, a0, 2f
    bnez t1, 1b
3:  wfi // nobody has asked for it
    j 3b
2:  ld t1, HART_MAIL + MAIL_HOME(t0)
    addi tp, tp, HART_MAIL
    beqz t1, 3b
    lui t0, %hi(hart_high)
    addi t0, t0, %lo(hart_high)
    csrw stvec, t0
    sfence.vma
    csrw satp, t1
    .balign 4
hart_high:
    lui t0, %hi(hart_trap)
    addi t0, t0, %lo(hart_trap)
    csrw stvec, t0
    csrwi scounteren, 7 // cycle, time, instret
    lw t0, MAIL_FEATURES(tp)
    andi t0, t0, FEATURE_VECTOR
    beqz t0, 1f
    li t0, SSTATUS_VS
    csrs sstatus, t0
    csrr t0, CSR_VLENB
1:  sd t0, MAIL_VECTOR_BYTES(tp)
    csrwi sie, SIE_SOFTWARE
    li t0, 1
    fence
    sw t0, MAIL_IS_UP(tp)
tell: // the boot hart, that the mail has news
    fence
    csrw sscratch, tp
    li a0, 1
    lwu a1, MAIL_BOOT_HART(tp)
    li a7, SBI_IPI
    li a6, 0
    ecall
park: // a call that comes after the look at the mail ends WFI at once
    csrci sip, SIE_SOFTWARE
    fence
    lw t0, MAIL_ORDER(tp)
    lw t1, MAIL_DONE(tp)
    bne t0, t1, begin
    wfi
    j park

begin: // a job, that may have been taken back already
    fence
    lw t1, MAIL_ABORT(tp)
    csrw sepc, zero
    beq t0, t1, aborted
    ld t0, MAIL_ROOT(tp)
    csrw satp, t0
    sfence.vma
    fence.i
    addi t0, tp, MAIL_SAVED
    sc.d zero, zero, (t0) // a reservation that another job made must not survive
    li t0, STATUS_PROCESS
    csrw sstatus, t0
    lw t1, MAIL_FEATURES(tp)
    andi t0, t1, FEATURE_FP
    beqz t0, 1f
    jal clear_fp
1:  andi t0, t1, FEATURE_VECTOR
    beqz t0, 1f
    jal clear_vector
1:  ld t0, MAIL_PC(tp)
    csrw sepc, t0
    ld sp, MAIL_SP(tp)
    ld a0, MAIL_ARGUMENT(tp)
    .irp n, 1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li x\n, 0
    .endr
    sret

    .option push
    .option arch, +f, +d
clear_fp:
    li t0, SSTATUS_FS
    csrs sstatus, t0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.d.x f\n, zero
    .endr
    fscsr zero
    ret
    .option pop

    .option push
    .option arch, +v
clear_vector:
    li t0, SSTATUS_VS
    csrs sstatus, t0
    csrwi vstart, 0
    vsetvli t0, zero, e8, m8, ta, ma
    vmv.v.i v0, 0
    vmv.v.i v8, 0
    vmv.v.i v16, 0
    vmv.v.i v24, 0
    csrwi vcsr, 0
    li t0, -1
    vsetvl zero, t0, t0 // no valid type, as after reset
    ret
    .option pop

// Every trap of a job. The hart's own code has none.
    .balign 4
hart_trap:
    csrrw tp, sscratch, tp
    sd t0, MAIL_SAVED(tp)
    sd t1, MAIL_SAVED + 8(tp)
    csrr t0, scause
    bgez t0, ended
    csrci sip, SIE_SOFTWARE
    fence
    lw t0, MAIL_ORDER(tp)
    lw t1, MAIL_ABORT(tp)
    beq t0, t1, aborted
    ld t0, MAIL_SAVED(tp) // called for a job that is over: go on
    ld t1, MAIL_SAVED + 8(tp)
    csrrw tp, sscratch, tp
    sret

aborted:
    li t0, -1 // an interrupt, as the sign says
    li t1, 0
    j publish
ended: // t0 = cause
    csrr t1, stval
    addi a1, t0, -CAUSE_CALL
    bnez a1, publish
    mv t1, a0
publish: // nothing of the space is in use when the boot hart reads that the job is over
    sd t0, MAIL_CAUSE(tp)
    csrr t0, sepc
    sd t0, MAIL_END_PC(tp)
    sd t1, MAIL_VALUE(tp)
    ld t0, MAIL_HOME(tp)
    csrw satp, t0
    sfence.vma
    lw t0, MAIL_ORDER(tp)
    fence
    sw t0, MAIL_DONE(tp)
    j tell
