// SPDX-License-Identifier: Apache-2.0
// The clock, inline, for what must be cheap.
#pragma once
#include <stdint.h>

struct timer_conversion {
    uint64_t factor; // nanoseconds of a tick, times 2^(64 - shift)
    uint64_t shift;
    uint64_t compare;  // ticks of a nanosecond, fraction of 2^64; 0: the timer is the firmware's
    uint64_t entry_ns; // time at kernel entry
};
extern struct timer_conversion timer_conversion;

static inline uint64_t ns_of(uint64_t ticks)
{
    return (uint64_t)(((unsigned __int128)(ticks << timer_conversion.shift) * timer_conversion.factor) >> 64);
}

// The same as arch_time_ns().
static inline uint64_t clock_ns(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ns_of(ticks);
}
