// SPDX-License-Identifier: Apache-2.0
// Ticks of the clock are turned into nanoseconds by a 32.32 fixed-point factor: exact for the usual 10 MHz, and never
// off by more than one part in 2^32 for others.
#include "kernel/arch/riscv64/timer.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/sbi.h"

#define NS_PER_SECOND 1000000000ull

// Time is counted from kernel entry. fast.S reads this.
_Alignas(16) struct timer_conversion timer_conversion;
static uint64_t ticks_per_second;
static bool has_stimecmp;

void timer_init(uint64_t origin, uint32_t frequency, bool has_sstc)
{
    timer_conversion.origin = origin;
    ticks_per_second = frequency;
    timer_conversion.ns_per_tick = (NS_PER_SECOND << 32) / frequency;
    has_stimecmp = has_sstc;
    timer_stop();
    csr_set(sie, SIE_TIMER);
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
    return (uint64_t)(((unsigned __int128)(ticks - timer_conversion.origin) * timer_conversion.ns_per_tick) >> 32);
}

uint64_t arch_time_ns(void)
{
    return ticks_to_ns(csr_read(time));
}

static void compare_set(uint64_t ticks)
{
    if (has_stimecmp) {
        csr_write(CSR_STIMECMP, ticks);
    } else {
        sbi_timer_set(ticks);
    }
}

void timer_stop(void)
{
    compare_set(UINT64_MAX);
}

// Converted relative to now, so that no error of the factor grows with the time since power-on; one tick more, because
// the deadline may be early but the interrupt not.
void arch_timer_set(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        timer_stop();
        return;
    }
    uint64_t now = csr_read(time);
    uint64_t now_ns = ticks_to_ns(now);
    uint64_t delta = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    uint64_t whole = delta / NS_PER_SECOND * ticks_per_second;
    uint64_t part = delta % NS_PER_SECOND * ticks_per_second / NS_PER_SECOND;
    compare_set(now + whole + part + 1);
}
