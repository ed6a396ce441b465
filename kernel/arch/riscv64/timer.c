// SPDX-License-Identifier: Apache-2.0
// Ticks of the clock are turned into nanoseconds by a 32.32 fixed-point factor: exact for the usual 10 MHz, and never
// off by more than one part in 2^32 for others. Moved to the left as far as it goes, and the ticks by what is missing to
// 64 places, one multiplication is all: its upper half are the nanoseconds, for some centuries.
#include "kernel/arch/riscv64/timer.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/sbi.h"

#define NS_PER_SECOND 1000000000ull

// Time is counted from where the machine's clock does; user space sees it from kernel entry on.
// clock.h and assembly read this.
_Alignas(16) struct timer_conversion timer_conversion;
static uint64_t ticks_per_ns; // fraction of 2^64, rounded up
bool timer_has_compare;

// 2^96 / divisor, for divisors from 2^32 on, by long division.
static uint64_t reciprocal(uint64_t divisor)
{
    uint64_t quotient = 0, rest = 1ull << 32; // of the upper 64 bits
    for (uint32_t bit = 0; bit < 64; bit++) {
        bool is_carry = rest >> 63 != 0;
        rest <<= 1;
        quotient <<= 1;
        if (is_carry || rest >= divisor) {
            rest -= divisor;
            quotient |= 1;
        }
    }
    return quotient;
}

BOOT_ONLY uint64_t timer_init(uint64_t entry_ticks, uint32_t frequency, bool has_sstc)
{
    uint64_t ns_per_tick = (NS_PER_SECOND << 32) / frequency; // 32.32
    uint32_t places = (uint32_t)__builtin_clzll(ns_per_tick);
    places = places < 32 ? places : 32; // beyond 2 GHz some of the factor's bits stay unused
    timer_conversion.factor = ns_per_tick << places;
    timer_conversion.shift = 32 - places;
    timer_conversion.entry_ns = ns_of(entry_ticks);
    bool is_gigahertz = frequency == NS_PER_SECOND; // the one reciprocal that is not below 1
    ticks_per_ns = is_gigahertz ? UINT64_MAX : reciprocal(ns_per_tick) + 1;
    timer_has_compare = has_sstc;
    timer_conversion.compare = has_sstc ? ticks_per_ns : 0;
    timer_stop();
    csr_set(sie, SIE_TIMER);
    return timer_conversion.entry_ns;
}

uint64_t arch_time_ns(void)
{
    return clock_ns();
}

static void compare_set(uint64_t ticks)
{
    if (timer_has_compare) {
        csr_write(CSR_STIMECMP, ticks);
    } else {
        sbi_timer_set(ticks);
    }
}

void timer_stop(void)
{
    compare_set(UINT64_MAX);
}

// One tick more than the deadline needs: it may be early, the interrupt not. The reciprocal is rounded up, so the clock has
// reached the deadline at that tick.
void arch_timer_set(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX) {
        timer_stop();
        return;
    }
    uint64_t ticks = (uint64_t)(((unsigned __int128)deadline_ns * ticks_per_ns) >> 64);
    compare_set(ticks + 1);
}
