// SPDX-License-Identifier: Apache-2.0
// Control and status registers of supervisor mode: bits for C and assembly, access for C.
#pragma once

#define SSTATUS_SIE 0x2
#define SSTATUS_SPIE 0x20
#define SSTATUS_SPP 0x100
#define SSTATUS_VS 0x600          // the same for the vector unit
#define SSTATUS_FS 0x6000         // both bits: floating point on, "dirty"
#define SSTATUS_UXL64 0x200000000 // user mode has 64-bit registers

// sstatus of a thread, without the floating-point bits.
#define STATUS_PROCESS (SSTATUS_UXL64 | SSTATUS_SPIE)
#define STATUS_CAPSULE (SSTATUS_UXL64 | SSTATUS_SPIE | SSTATUS_SPP)

#define CAUSE_CALL 8 // from user mode
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15

#define SIE_SOFTWARE 0x2
#define SIE_TIMER 0x20
#define SIE_EXTERNAL 0x200

#define SATP_SV39 8
#define SATP_SV48 9
#define SATP_MODE_SHIFT 60
#define SATP_ASID_SHIFT 44

#define CSR_STIMECMP 0x14d // by number: the assembler does not know Sstc
#define CSR_VLENB 0xc22
#define CSR_SENVCFG 0x10a
#define CSR_HSTATUS 0x600

#ifdef __ASSEMBLER__
    // If the hart has it. Uses t0; stvec has to be set anew.
    .macro CLEAR_IF_THERE csr
    lla t0, 9f
    csrw stvec, t0
    csrw \csr, zero
    .balign 4
9:
    .endm

    // What firmware may have left to user mode: cache operations that show what a page held before it was cleared, loads
    // from the memory of guests.
    .macro CLEAR_USER_CSRS
    CLEAR_IF_THERE CSR_SENVCFG
    CLEAR_IF_THERE CSR_HSTATUS
    .endm
#endif

#ifndef __ASSEMBLER__
#define CAUSE_INTERRUPT (1ull << 63)
enum cause { // of exceptions
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
};

#include <stdint.h>

#define CSR_TEXT_(x) #x
#define CSR_TEXT(x) CSR_TEXT_(x)
#define csr_read(name)                                                                                                 \
    ({                                                                                                                 \
        uint64_t csr_value_;                                                                                           \
        __asm__ volatile("csrr %0, " CSR_TEXT(name) : "=r"(csr_value_) : : "memory");                                  \
        csr_value_;                                                                                                    \
    })
#define csr_write(name, value) __asm__ volatile("csrw " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#endif
