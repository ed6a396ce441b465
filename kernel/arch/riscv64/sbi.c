// SPDX-License-Identifier: Apache-2.0
#include "kernel/arch/riscv64/sbi.h"

#define SBI_CONSOLE_PUTCHAR 0x01 // legacy, but the one every firmware has
#define SBI_TIMER 0x54494d45
#define SBI_SYSTEM_RESET 0x53525354

static void sbi_call(uint64_t extension, uint64_t argument_0, uint64_t argument_1)
{
    register uint64_t a0 __asm__("a0") = argument_0;
    register uint64_t a1 __asm__("a1") = argument_1;
    register uint64_t a6 __asm__("a6") = 0; // function: 0 of each extension is the one that is used here
    register uint64_t a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void sbi_console_write(char c)
{
    sbi_call(SBI_CONSOLE_PUTCHAR, (uint8_t)c, 0);
}

void sbi_timer_set(uint64_t ticks)
{
    sbi_call(SBI_TIMER, ticks, 0);
}

void sbi_system_reset(uint32_t type, uint32_t reason)
{
    sbi_call(SBI_SYSTEM_RESET, type, reason);
}
