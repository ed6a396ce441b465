// SPDX-License-Identifier: Apache-2.0
// Power-on, on whichever hart the firmware chose: a0 = hart, a1 = physical address of the devicetree, MMU off.
// Clears the bss, builds a first page table with the 2 MiB of the kernel in it, and jumps up into it.
//
// Further harts come the same way: firmware that is asked to start one elsewhere may send it here (OpenSBI marks it as
// started before it notes where). So the first page is given back only where there are none.
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/csr.h"

    .section .init.head, "ax"
    .option norvc
    .globl _start
_start:
    // The header of a Linux image, so that U-Boot's booti takes the raw binary.
    j start
    .word 0
    .dword KERNEL_OFFSET // load this far from the start of RAM
    .dword image_bytes
    .dword 0 // little-endian
    .word 2  // header version 0.2
    .word 0
    .dword 0
    .ascii "RISCV\0\0\0"
    .ascii "RSC\005"
    .word 0

is_entered: // by the boot hart
    .word 0

start:
    csrw sie, zero
    rdtime s2
    CLEAR_USER_CSRS
    lla t0, is_entered
    li t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, hart_entry
    mv s1, a1
    lla s3, _start
    li t0, LARGE_PAGE - 1
    and t0, t0, s3
    lla s0, misplaced_text
    bnez t0, refuse
    mv s0, a0
    li t0, KERNEL_OFFSET
    sub s3, s3, t0 // physical start of RAM

    lla t0, bss_start
    lla t1, bss_end
1:  sd zero, 0(t0) // a multiple of 64 bytes
    sd zero, 8(t0)
    sd zero, 16(t0)
    sd zero, 24(t0)
    sd zero, 32(t0)
    sd zero, 40(t0)
    sd zero, 48(t0)
    sd zero, 56(t0)
    addi t0, t0, 64
    bltu t0, t1, 1b

    // Readable, writable and executable until boot.c has built the real table.
    lla t0, early_leaves
    lla t1, _start
    srli t1, t1, 2
    ori t1, t1, 0xef // D A G X W R V
    sd t1, 8 * (KERNEL_OFFSET / LARGE_PAGE)(t0)

    lla t0, early_leaves
    srli t0, t0, 2
    ori t0, t0, 1
    lla t1, early_root
    li t2, 8 * DIRECT_MAP_ROOT_INDEX
    add t2, t2, t1
    sd t0, (t2)

    // The jump up: the fetch after the write to satp faults, and the fault goes to the high address.
    lui t0, %hi(high)
    addi t0, t0, %lo(high)
    csrw stvec, t0
    srli t1, t1, 12
    li t0, SATP_SV39
    slli t0, t0, SATP_MODE_SHIFT
    or t1, t1, t0
    sfence.vma
    csrw satp, t1
    .balign 4
high:
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    // A fault of the kernel before the first thread saves its registers here.
    lui t0, %hi(boot_context)
    addi t0, t0, %lo(boot_context)
    csrw sscratch, t0
    lui t0, %hi(boot_trapped) // until boot.c knows that the hart has what C code is compiled for
    addi t0, t0, %lo(boot_trapped)
    csrw stvec, t0
    mv a0, s0
    mv a1, s1
    mv a2, s3
    mv a3, s2
    call boot_main

    .balign 4
boot_trapped:
    lla s0, trapped_text
refuse: // say s0 by the oldest firmware call, and stop
    lbu a0, (s0)
    beqz a0, 1f
    li a7, 1
    ecall
    addi s0, s0, 1
    j refuse
1:  li a0, 0 // system reset (sbi.c): shut down,
    li a1, 1 // because something failed
    li a6, 0
    li a7, 0x53525354
    ecall
    li a7, 8 // firmware without that call
    ecall
    j 1b
misplaced_text:
    .asciz "nightjar: the kernel must be loaded at a multiple of 2 MiB\r\n"
trapped_text:
    .asciz "nightjar cannot start: the hart lacks Zba or Zbb, or boot code is broken\r\n"

    .section .init.tables, "aw"
    .balign 4096
    .globl early_leaves
early_root:
    .skip 4096
early_leaves:
    .skip 4096
boot_context:
    .skip 1024

    // Begins a page behind read-only ones: running over its end traps. The deepest path takes half of it.
    .section .stack, "aw"
    .balign 4096
    .skip 2560
    .globl kernel_stack_top
kernel_stack_top:
