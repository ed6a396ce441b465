// SPDX-License-Identifier: Apache-2.0
// For assembly of tests: programs that the kernel's checker lets pass.
#pragma once
#include "abi/capsule.h"
#include "abi/syscall.h"

    // From here on, in a section of constants; the checker knows no compressed instructions.
    .macro CHECKED_CODE section
    .option norvc
    .option norelax
    .option arch, rv64imafd_zba_zbb_zbs_zicsr_zifencei
    .section \section, "a"
    .endm

    .macro PROGRAM name
    .balign 8
    .globl \name, \name\()_end
\name:
    .endm

    .macro ENTER number
    jalr ra, NJ_ENTRY_OFFSET(\number)(tp)
    .endm

    .macro TRAP
    .word NJ_TRAP_WORD
    .endm

    // The bits that are set anywhere in registers that a system call clears or that nothing was put into.
    .macro RESIDUE into
    or \into, t3, t4
    .irp n, t6,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10
    or \into, \into, \n
    .endr
    .endm
