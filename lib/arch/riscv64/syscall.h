// SPDX-License-Identifier: Apache-2.0
// The one way from a process into the kernel on riscv64: ECALL with the registers of abi/syscall.h.
// Included by lib/syscall.h only.
#pragma once
#include <stdint.h>

// Any system call. words: eight words, in and out. On return *slot_badge holds t0 (a badge). Returns t1: a tag, or
// -(enum nj_status). The kernel zeroes every other caller-saved register, so all of them are clobbered here.
__attribute__((always_inline)) static inline int64_t syscall_enter(uint64_t number, uint64_t *slot_badge, uint64_t tag,
                                                                   uint64_t receive, uint64_t words[8])
{
    register uint64_t t0 __asm__("t0") = *slot_badge;
    register uint64_t t1 __asm__("t1") = tag;
    register uint64_t t2 __asm__("t2") = number;
    register uint64_t t3 __asm__("t3") = receive;
    register uint64_t a0 __asm__("a0") = words[0];
    register uint64_t a1 __asm__("a1") = words[1];
    register uint64_t a2 __asm__("a2") = words[2];
    register uint64_t a3 __asm__("a3") = words[3];
    register uint64_t a4 __asm__("a4") = words[4];
    register uint64_t a5 __asm__("a5") = words[5];
    register uint64_t a6 __asm__("a6") = words[6];
    register uint64_t a7 __asm__("a7") = words[7];
    __asm__ volatile("ecall"
                     : "+r"(t0), "+r"(t1), "+r"(t2), "+r"(t3), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(a7)
                     :
                     : "t4", "t5", "t6", "ra", "memory");
    *slot_badge = t0;
    words[0] = a0;
    words[1] = a1;
    words[2] = a2;
    words[3] = a3;
    words[4] = a4;
    words[5] = a5;
    words[6] = a6;
    words[7] = a7;
    return (int64_t)t1;
}
