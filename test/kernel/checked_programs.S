// SPDX-License-Identifier: Apache-2.0
// The programs of checked_programs.h. Each is one attack, named for it; doc/capsule.md explains the ones that are refused.
// The table lies before the code, in the same section, so that host tests can read both as one file.
#include "abi/capsule.h"
#include "abi/check.h"
#include "abi/syscall.h"
#include "test/kernel/checked_programs.h"

#define X(name, number, text) .equ RULE_##name, number;
NJ_CHECK_RULE_LIST(X)
#undef X
.equ READ, 1 // enum nj_fault
.equ WRITE, 2
.equ FETCH, 3
.equ ILLEGAL, 4
.equ TRAPPED, 9
.equ STACK, 10
.equ ANY, CHECKED_ANY
.equ RUNS_ON, CHECKED_RUNS_ON

.macro RECORD name, rule, rule_at, fault, fault_at, a0
    .subsection 0
.Lrecord_\name:
    .ascii "\name"
    .zero CHECKED_NAME_BYTES - (. - .Lrecord_\name)
    .word .Lstart_\name - checked_programs, .Lend_\name - checked_programs
    .word \rule, \rule_at, \fault, \fault_at, \a0, 0
    .subsection 1
.Lstart_\name:
.endm
.macro REFUSED name, rule, rule_at=0
    RECORD \name, RULE_\rule, \rule_at, ANY, ANY, ANY
.endm
.macro RUNS name, fault, fault_at=ANY, a0=ANY
    RECORD \name, RULE_OK, 0, \fault, \fault_at, \a0
.endm
.macro END name
.Lend_\name:
.endm
.macro TRAP
    .word NJ_TRAP_WORD
.endm
.macro RETURN_THROUGH register // what a function does that is not a leaf
    and t6, \register, s11
    or ra, t6, tp
    ret
.endm

.option norvc
.option norelax
.option arch, rv64imafd_zba_zbb_zbs_zicsr_zifencei
.section .rodata.checked, "a"
.balign 64
.globl checked_programs
checked_programs:
.subsection 1
.balign 64

// ---- refused: one rule each, everything else about the program is right

REFUSED length_compressed, LENGTH, 4
    nop
    .half 0x8082, 0x0001 // c.ret; c.nop
    TRAP
END length_compressed
REFUSED length_zero, LENGTH, 0
    .word 0
    TRAP
END length_zero
REFUSED length_48, LENGTH, 0
    .word 0x0000001f
    TRAP
END length_48
REFUSED unknown_clmul, UNKNOWN, 0
    .word 0x0ac59533 // clmul a0, a1, a2
    TRAP
END unknown_clmul
REFUSED unknown_reserved_shift, UNKNOWN, 0
    .word 0x0205151b // slliw a0, a0, 32
    TRAP
END unknown_reserved_shift
REFUSED unknown_half_float, UNKNOWN, 4
    nop
    .word 0x04c5f553 // fadd.h
    TRAP
END unknown_half_float
REFUSED unknown_custom, UNKNOWN, 0
    .word 0x0000000b // custom-0: on some cores a cache or interrupt operation
    TRAP
END unknown_custom
REFUSED system_ecall, SYSTEM, 8 // from S mode: the firmware
    li a7, 0x10
    li a6, 0
    ecall
    TRAP
END system_ecall
REFUSED system_ebreak, SYSTEM, 0
    ebreak
    TRAP
END system_ebreak
REFUSED system_csr_clear, SYSTEM, 0 // ends preemption, and makes its faults look like the kernel's
    csrci sstatus, 2
1:  j 1b
END system_csr_clear
REFUSED system_csr_read, SYSTEM, 0
    csrr a0, sscratch
    TRAP
END system_csr_read
REFUSED system_satp, SYSTEM, 0
    csrw satp, a0
    TRAP
END system_satp
REFUSED system_sret, SYSTEM, 0
    sret
    TRAP
END system_sret
REFUSED system_wfi, SYSTEM, 0
    wfi
    TRAP
END system_wfi
REFUSED system_sfence, SYSTEM, 0
    sfence.vma
    TRAP
END system_sfence
REFUSED system_hypervisor_load, SYSTEM, 0
    .word 0x6c05c573 // hlv.d a0, (a1)
    TRAP
END system_hypervisor_load
REFUSED system_other_trap_word, SYSTEM, 0
    .word 0xc0101073 // csrw time, x0: illegal too, but one word is enough
    TRAP
END system_other_trap_word
REFUSED fence_instruction, FENCE, 0
    fence.i
    TRAP
END fence_instruction
REFUSED fence_cache_zero, FENCE, 0
    .word 0x0045a00f // cbo.zero (a1): writes a whole cache block at an unchecked address
    TRAP
END fence_cache_zero
REFUSED fence_pause, FENCE, 0
    .word 0x0100000f // pause
    TRAP
END fence_pause
REFUSED fence_reserved_mode, FENCE, 0
    .word 0x1330000f
    TRAP
END fence_reserved_mode
REFUSED vector_length, VECTOR, 0
    .word 0xcd057557 // vsetivli a0, 10, e8
    TRAP
END vector_length
REFUSED vector_store, VECTOR, 0
    .word 0x02050027 // vse8.v v0, (a0)
    TRAP
END vector_store
REFUSED hint_semihosting, HINT, 8 // a debugger's call into the machine below the kernel
    add.uw t5, zero, gp
    mv a1, gp
    slli x0, x0, 0x1f
    TRAP
END hint_semihosting
REFUSED hint_nop, HINT, 0
    addi x0, x0, 1
    TRAP
END hint_nop
REFUSED hint_compare, HINT, 0
    feq.d x0, f0, f0
    TRAP
END hint_compare
REFUSED rounding_dynamic, ROUNDING, 0
    fadd.d f0, f1, f2, dyn
    TRAP
END rounding_dynamic
REFUSED rounding_reserved, ROUNDING, 0
    .word 0xc2205553 // fcvt.l.d a0, f0, 5
    TRAP
END rounding_reserved
REFUSED constant_data, CONSTANT, 0
    addi gp, gp, 16
    TRAP
END constant_data
REFUSED constant_code, CONSTANT, 4
    lui a0, 0x80200
    add tp, a0, zero
    TRAP
END constant_code
REFUSED constant_mask, CONSTANT, 0
    li s11, -1
    TRAP
END constant_mask
REFUSED constant_mask_loaded, CONSTANT, 0
    ld s11, 0(gp)
    TRAP
END constant_mask_loaded
REFUSED constant_data_atomic, CONSTANT, 4
    add.uw t5, zero, gp
    amoswap.d gp, a0, (t5)
    TRAP
END constant_data_atomic
REFUSED address_moved, ADDRESS, 0
    mv t5, a0
    sd a0, 0(t5)
    TRAP
END address_moved
REFUSED address_operands_swapped, ADDRESS, 0 // (low half of gp) + t0 is any address
    add.uw t5, gp, t0
    ld a1, 0(t5)
    TRAP
END address_operands_swapped
REFUSED address_float, ADDRESS, 0
    fcvt.l.d t5, f0, rtz
    TRAP
END address_float
REFUSED address_over_wide, ADDRESS, 0 // t5 from t2 would grow for ever
    add.uw t5, a0, t2
    TRAP
END address_over_wide
REFUSED address_stepped, ADDRESS, 4
    add.uw t5, zero, gp
    addi t5, t5, 8
    TRAP
END address_stepped
REFUSED wide_from_wide, WIDE, 0
    add.uw t2, a0, t2
    TRAP
END wide_from_wide
REFUSED wide_operands_swapped, WIDE, 0
    add.uw t2, t5, a0
    TRAP
END wide_operands_swapped
REFUSED wide_loaded, WIDE, 0
    ld t2, 0(sp)
    TRAP
END wide_loaded
REFUSED wide_shifted, WIDE, 0
    sh3add.uw t2, a0, t5
    TRAP
END wide_shifted
REFUSED target_other_mask, TARGET, 0
    and t6, a0, a1
    TRAP
END target_other_mask
REFUSED target_loaded, TARGET, 0
    ld t6, 0(gp)
    TRAP
END target_loaded
REFUSED return_forged, RETURN, 0 // the kernel's own address
    lui ra, 0x80200
    ret
END return_forged
REFUSED return_restored, RETURN, 4
    sd ra, 8(gp)
    ld ra, 8(gp)
    ret
END return_restored
REFUSED return_unmasked, RETURN, 0
    or ra, a0, tp
    ret
END return_unmasked
REFUSED return_other_base, RETURN, 4
    and t6, a0, s11
    or ra, t6, gp
    ret
END return_other_base
REFUSED return_atomic, RETURN, 4
    add.uw t5, zero, gp
    amoadd.d ra, zero, (t5)
    ret
END return_atomic
REFUSED stack_moved, STACK_STEP, 0
    mv sp, a0
    sd a0, 0(sp)
    TRAP
END stack_moved
REFUSED stack_odd_step, STACK_STEP, 0
    addi sp, sp, -24
    sd a0, 0(sp)
    TRAP
END stack_odd_step
REFUSED stack_from_data, STACK_STEP, 0
    addi sp, gp, 16
    sd a0, 0(sp)
    TRAP
END stack_from_data
REFUSED stack_loaded, STACK_STEP, 0
    ld sp, 0(gp)
    TRAP
END stack_loaded
REFUSED probe_absent, STACK_PROBE, 0
    addi sp, sp, -32
    nop
    TRAP
END probe_absent
REFUSED probe_last_word, STACK_PROBE, 4
    nop
    addi sp, sp, -32
END probe_last_word
REFUSED probe_other_base, STACK_PROBE, 0
    addi sp, sp, -32
    sd a0, 0(gp)
    TRAP
END probe_other_base
REFUSED probe_atomic, STACK_PROBE, 0 // a store-conditional may touch nothing
    addi sp, sp, -32
    sc.d a0, a1, (t5)
    TRAP
END probe_atomic
REFUSED probe_float, STACK_PROBE, 0
    addi sp, sp, -32
    fsd f0, 0(sp)
    TRAP
END probe_float
REFUSED probe_step, STACK_PROBE, 0
    addi sp, sp, -2048
    addi sp, sp, -2048
    sd a0, 0(sp)
    TRAP
END probe_step
REFUSED base_free, MEMORY_BASE, 0
    ld a0, 0(a1)
    TRAP
END base_free
REFUSED base_code, MEMORY_BASE, 0
    sd a0, 0(tp)
    TRAP
END base_code
REFUSED base_return, MEMORY_BASE, 0
    sw a0, 0(ra)
    TRAP
END base_return
REFUSED base_float, MEMORY_BASE, 0
    fsd f0, 0(a0)
    TRAP
END base_float
REFUSED base_zero, MEMORY_BASE, 0
    lb a0, 0(zero)
    TRAP
END base_zero
REFUSED atomic_free, ATOMIC_BASE, 0
    amoadd.w a0, a1, (a2)
    TRAP
END atomic_free
REFUSED atomic_wide, ATOMIC_BASE, 0
    lr.d a0, (t2)
    TRAP
END atomic_wide
REFUSED range_branch, JUMP_RANGE, 0
    bnez a0, . + 2048
    TRAP
END range_branch
REFUSED range_back, JUMP_RANGE, 4
    nop
    beqz a0, . - 8
    TRAP
END range_back
REFUSED range_entry_page, JUMP_RANGE, 0 // between two slots of the entry page
    j . - 2040
END range_entry_page
REFUSED range_end, JUMP_RANGE, 0
    jal ra, .Lend_range_end
    TRAP
END range_end
REFUSED align_branch, JUMP_ALIGN, 0
    .word 0x00050363 // beq a0, x0, . + 6
    TRAP
    TRAP
END align_branch
REFUSED align_jump, JUMP_ALIGN, 0
    .word 0x0060006f // jal x0, . + 6: into the middle of an instruction that holds another one
    .word 0x00730337
    TRAP
END align_jump
REFUSED link_jump, JUMP_LINK, 0
    jal tp, . + 4
    TRAP
END link_jump
REFUSED link_register, JUMP_LINK, 0
    jalr t0, 0(ra)
    TRAP
END link_register
REFUSED jump_free, JUMP_BASE, 0
    jr a0
END jump_free
REFUSED jump_target, JUMP_BASE, 4 // t6 is an offset, not an address
    and t6, a0, s11
    jr t6
END jump_target
REFUSED offset_return, JUMP_OFFSET, 0
    jalr zero, 4(ra)
END offset_return
REFUSED offset_slot_middle, JUMP_OFFSET, 0 // past the instruction that stops preemption
    jalr ra, NJ_ENTRY_OFFSET(0) + 4(tp)
    TRAP
END offset_slot_middle
REFUSED offset_code, JUMP_OFFSET, 0
    jalr ra, 16(tp)
    TRAP
END offset_code

// ---- permitted: mechanisms that work, and attacks that end in a fault of their own

RUNS trap, TRAPPED, 0
    TRAP
END trap
RUNS spin, RUNS_ON
1:  j 1b
END spin
RUNS spin_calls, RUNS_ON // in and out of the entry page; the length of a round is odd, to meet every phase of a timer
1:  jalr ra, NJ_ENTRY_OFFSET(NJ_SYS_TIME)(tp)
    addi s0, s0, 1
    nop
    j 1b
END spin_calls
RUNS call_time, TRAPPED, 12, 1
    li a0, 0
    jalr ra, NJ_ENTRY_OFFSET(NJ_SYS_TIME)(tp)
    sltu a0, zero, a0
    TRAP
END call_time
RUNS call_tail, TRAPPED, 4 // an entry jumped to, not called: it returns to where ra says
    jal ra, 1f
    TRAP
1:  jalr zero, NJ_ENTRY_OFFSET(NJ_SYS_TIME)(tp)
END call_tail
RUNS call_keeps_state, TRAPPED, 44, 0 // the registers a call promises to keep, and the ones it promises to be valid
    li s0, 0x5a5
    add.uw t5, s0, gp
    sub s10, zero, s0
    jalr ra, NJ_ENTRY_OFFSET(NJ_SYS_TIME)(tp)
    lb zero, 0(t5)
    lb zero, 0(t2)
    add a0, s0, s10
    or a0, a0, t0
    or a0, a0, t4
    or a0, a0, t6
    addiw a0, a0, 0
    TRAP
END call_keeps_state
RUNS call_bad_slot, ANY
    jalr ra, -16(tp)
    TRAP
END call_bad_slot
RUNS call_from_stack_edge, TRAPPED, 16 // the kernel must not use a capsule's sp
    addi sp, sp, -2048
    ld zero, 0(sp)
    addi s0, sp, 0
    jalr ra, NJ_ENTRY_OFFSET(NJ_SYS_TIME)(tp)
    TRAP
END call_from_stack_edge
RUNS return_to_start, RUNS_ON // ra starts as the code base
    ret
END return_to_start
RUNS float_works, TRAPPED, 20, 42
    li t0, 21
    fcvt.d.w f1, t0
    fadd.d f2, f1, f1, rne
    fcvt.w.d a0, f2, rtz
    addiw a0, a0, 0
    TRAP
END float_works
RUNS atomics_work, TRAPPED, 24, 7
    add.uw t5, zero, gp
    li t0, 7
1:  lr.d t1, (t5)
    sc.d t3, t0, (t5)
    bnez t3, 1b
    amoadd.d a0, zero, (t5)
    TRAP
END atomics_work
RUNS state_and_memory, TRAPPED, 20, 12
    li t0, 5
    sd t0, -8(gp)
    addi t0, t0, 2
    sd t0, 0(gp)
    j 1f
2:  TRAP
1:  ld a0, -8(gp)
    ld t0, 0(gp)
    add a0, a0, t0
    j 2b
END state_and_memory
RUNS memory_end, WRITE, 8
    lui t0, CHECKED_MEMORY_BYTES >> 12
    add.uw t5, t0, gp
    sd t0, 0(t5)
END memory_end
RUNS memory_straddle, READ, 8
    lui t0, CHECKED_MEMORY_BYTES >> 12
    add.uw t5, t0, gp
    lw a0, -2(t5)
END memory_straddle
RUNS memory_window_end, WRITE, 12 // the highest address there is
    li t0, -1
    add.uw t5, t0, gp
    add.uw t2, t0, t5
    sd t0, 2047(t2)
END memory_window_end
RUNS memory_kernel_pointer, WRITE, 8 // an address of the kernel's half, used as an index: its lower half counts
    auipc t0, 0
    add.uw t5, t0, gp
    sb t0, 0(t5)
END memory_kernel_pointer
RUNS write_entry_page, WRITE, 4
    add.uw t5, zero, tp
    sd zero, -2048(t5)
END write_entry_page
RUNS write_code, WRITE, 4
    add.uw t5, zero, tp
    sw zero, 0(t5)
END write_code
RUNS write_code_atomic, WRITE, 4
    add.uw t5, zero, tp
    amoadd.w zero, zero, (t5)
END write_code_atomic
RUNS write_window_guard, STACK, 8 // just past the code window: the lower guard of the stack
    addi t0, s11, 4
    add.uw t5, t0, tp
    sd zero, 0(t5)
END write_window_guard
RUNS atomic_misaligned, ANY, 8
    li t0, 1
    add.uw t5, t0, gp
    amoadd.d a0, a0, (t5)
END atomic_misaligned
RUNS stack_recursion, STACK, 4
1:  addi sp, sp, -32
    sd ra, 24(sp)
    jal ra, 1b
END stack_recursion
RUNS stack_recursion_deep, STACK, 4 // probes at the top of each frame: the steps reach as far as they can
1:  addi sp, sp, -2048
    sd ra, 2040(sp)
    jal ra, 1b
END stack_recursion_deep
RUNS stack_upwards, STACK, 4 // probes that stay below while sp drifts up
1:  addi sp, sp, 2032
    ld zero, -2040(sp)
    j 1b
END stack_upwards
RUNS stack_upwards_far, STACK, 4
1:  addi sp, sp, 2032
    ld zero, 2040(sp)
    j 1b
END stack_upwards_far
RUNS stack_downwards_far, STACK, 4
1:  addi sp, sp, -2048
    ld zero, -2048(sp)
    j 1b
END stack_downwards_far
RUNS forged_return, TRAPPED, 28 // a return address overwritten in the stack with one of the kernel's
    lui t0, 0x80200
    addi t0, t0, 28
    addi sp, sp, -32
    sd t0, 8(sp)
    ld t0, 8(sp)
    j 1f
    nop
    TRAP
1:  RETURN_THROUGH t0
END forged_return
RUNS forged_unmapped, FETCH, 0xfffc // the last word of the window, where no code is
    li t0, -4
    RETURN_THROUGH t0
END forged_unmapped
RUNS forged_odd, TRAPPED, 16 // odd targets are rounded down, never into the middle of a word
    li t0, 0x13
    RETURN_THROUGH t0
    TRAP
    TRAP
END forged_odd
RUNS forged_entry_page, FETCH, 0xf800 // the entry page as a target of a masked jump: it is not in the window
    addi t0, tp, -2048
    RETURN_THROUGH t0
END forged_entry_page
RUNS fall_through_page, ANY, 8 // past the last word: what the kernel leaves there must fault
    nop
    nop
END fall_through_page
RUNS fall_through_code, FETCH, 4096 // past a full last page
    j 1f
    .rept 1022
    TRAP
    .endr
1:  nop
END fall_through_code
RUNS fall_through_window, FETCH, 1 << CHECKED_WINDOW_LOG2 // past the last word of a full window, by return
    bnez s0, 1f
    li s0, 1
    j 2f
1:  ret
    .rept (1 << CHECKED_WINDOW_LOG2) / 4 - 5
    TRAP
    .endr
2:  jal ra, .Lstart_fall_through_window
END fall_through_window

.subsection 0
    .zero 64 // the end of the table
.subsection 2
