// SPDX-License-Identifier: Apache-2.0
// The last words of the kernel, and the ways to end. The machine's "finisher" device tells the outside an exit code;
// without one the firmware is asked.
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/arch/riscv64/sbi.h"

#define FINISHER_PASS 0x5555
#define FINISHER_FAIL 0x3333
#define FINISHER_RESET 0x7777
#define FINISHER_TICKS 10000000u // of the clock; on boards that have one, a second or less

uint64_t finisher_address;

void arch_console_write(char c)
{
    if (c == '\n') {
        sbi_console_write('\r');
    }
    sbi_console_write(c);
}

void console_text(const char *text)
{
    for (; *text != '\0'; text++) {
        arch_console_write(*text);
    }
}

void console_hex(uint64_t value)
{
    console_text("0x");
    uint32_t shift = 60;
    while (shift > 0 && (value >> shift) == 0) {
        shift -= 4;
    }
    for (;; shift -= 4) {
        arch_console_write("0123456789abcdef"[value >> shift & 15]);
        if (shift == 0) {
            return;
        }
    }
}

static void console_decimal(uint32_t value)
{
    uint32_t unit = 1;
    while (value / unit >= 10) {
        unit *= 10;
    }
    for (; unit > 0; unit /= 10) {
        arch_console_write((char)('0' + value / unit % 10));
    }
}

_Noreturn static void reset(uint32_t finisher, uint32_t type, uint32_t reason)
{
    if (finisher_address != 0) {
        *(volatile uint32_t *)finisher_address = finisher;
        // It takes a moment. Firmware that is asked meanwhile stops the other harts first, and one of them may start anew.
        for (uint64_t start = csr_read(time); csr_read(time) - start < FINISHER_TICKS;) {
        }
    }
    sbi_system_reset(type, reason);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void arch_poweroff(uint32_t code)
{
    reset(code == 0 ? FINISHER_PASS : (code & 0xffff) << 16 | FINISHER_FAIL, SBI_RESET_SHUTDOWN,
          code == 0 ? SBI_REASON_NONE : SBI_REASON_FAILURE);
}

void arch_reboot(void)
{
    reset(FINISHER_RESET, SBI_RESET_COLD_REBOOT, SBI_REASON_NONE);
}

void kernel_panic(const char *text, const char *file, int line)
{
    console_text("KERNEL PANIC: ");
    console_text(text);
    console_text(" (");
    console_text(file);
    arch_console_write(':');
    console_decimal((uint32_t)line);
    console_text(")\n");
    arch_poweroff(1);
}

// From trap.S: the kernel itself trapped. The registers lie in the context of the thread that was current.
_Noreturn void kernel_trapped(const struct context *context, uint64_t cause, uint64_t value)
{
    static bool is_second;
    if (is_second) { // the way to say it is broken too
        finisher_address = 0;
        arch_poweroff(1);
    }
    is_second = true;
    console_text("kernel trap: cause ");
    console_hex(cause);
    console_text(" pc ");
    console_hex(context->pc);
    console_text(" value ");
    console_hex(value);
    console_text(" ra ");
    console_hex(context->reg[1]);
    console_text(" sp ");
    console_hex(context->reg[2]);
    console_text(" thread ");
    console_hex(context->self);
    console_text("\n");
    kernel_panic("trap inside the kernel", __FILE__, __LINE__);
}
