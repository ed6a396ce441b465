// SPDX-License-Identifier: Apache-2.0
// Budgets of scheduling contexts: when how much time comes back (sporadic server, refill.c).
//
// A context uses its budget in chunks. While it runs only `left_ns` counts down. The books are closed when it stops
// running, or when the chunk is used up: what was used comes back one period after the chunk's use began.
#pragma once
#include "kernel/object.h"

/*@ // No more refills than there is room for; whoever has a period has a budget.
    predicate has_books{L}(integer sched) = 0 <= sched < SCHEDS_MAX && scheds[sched].refill_count <= REFILLS_MAX &&
        (scheds[sched].budget_ns > 0 || scheds[sched].period_ns == 0); */

// What is written when books are closed.
#define BOOKS(sched)                                                                                                   \
    scheds[sched].used_ns, scheds[sched].left_ns, scheds[sched].start_ns, scheds[sched].chunk_ns,                      \
        scheds[sched].refill_head, scheds[sched].refill_count, scheds[sched].refill[0 .. REFILLS_MAX - 1]

// The whole budget is there from now on.
/*@ requires sched < SCHEDS_MAX && budget_ns > 0;
    assigns scheds[sched].budget_ns, scheds[sched].period_ns, scheds[sched].refill_count, scheds[sched].chunk_ns,
        scheds[sched].left_ns, scheds[sched].start_ns;
    exits \false;
    ensures has_books(sched);
    ensures scheds[sched].left_ns == budget_ns && scheds[sched].chunk_ns == budget_ns; */
void refill_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns, uint64_t now);

// Plain turns: a used-up one is followed by a fresh one at once. No books are kept.
/*@ requires sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result <==> scheds[sched].budget_ns == scheds[sched].period_ns; */
static inline bool refill_is_round_robin(uint32_t sched)
{
    return scheds[sched].budget_ns == scheds[sched].period_ns;
}

// May it run now? If so there is something left.
/*@ requires sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result <==> scheds[sched].start_ns <= now; */
static inline bool refill_is_ready(uint32_t sched, uint64_t now)
{
    return scheds[sched].start_ns <= now;
}

// It begins to run: what is left counts as available from now, not from when it could have been used.
/*@ requires sched < SCHEDS_MAX;
    assigns scheds[sched].start_ns;
    exits \false;
    ensures scheds[sched].start_ns == now; */
static inline void refill_start(uint32_t sched, uint64_t now)
{
    scheds[sched].start_ns = now;
}

// `used` since the last charge, less than what is left of the chunk: the context may run on.
/*@ requires sched < SCHEDS_MAX && used < scheds[sched].left_ns;
    assigns scheds[sched].used_ns, scheds[sched].left_ns;
    exits \false;
    ensures scheds[sched].left_ns == \old(scheds[sched].left_ns) - used; */
static inline void refill_charge(uint32_t sched, uint64_t used)
{
    scheds[sched].used_ns += used;
    scheds[sched].left_ns -= used;
}

// Any use since the last charge, and the books are closed. The context may run on if it is ready then.
/*@ requires has_books(sched);
    assigns BOOKS(sched);
    exits \false;
    ensures has_books(sched); */
void refill_close(uint32_t sched, uint64_t used, uint64_t now);
