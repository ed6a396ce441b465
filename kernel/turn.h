// SPDX-License-Identifier: Apache-2.0
// The turn that runs and the timer, which sched.c and the fast paths share: nobody else's.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/sched.h"

// Whenever a user program runs, `charged` is the context it runs on, and the timer fires before its turn ends, before the
// alarm and before the next refill.
struct turn {
    uint64_t since_ns;  // charged up to here
    uint64_t timer_ns;  // what the timer is set to
    uint64_t alarm_ns;  // UINT64_MAX: none
    uint32_t charged;   // scheduling context whose time runs, NIL when idle
    uint64_t refill_ns; // no refill is due before
};
extern struct turn turn;

// The next choice of a thread has a look at everything.
static inline void turn_look_anew(void)
{
    sched_steady = SCHED_UNSTEADY;
}

// A timer that is set too early costs one needless interrupt a turn; setting it anew at every switch costs more.
static inline void turn_set_timer(uint64_t deadline)
{
    if (deadline < turn.timer_ns) {
        turn.timer_ns = deadline;
        arch_timer_set(deadline);
    }
}
