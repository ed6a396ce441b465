// SPDX-License-Identifier: Apache-2.0
// Budgets of scheduling contexts: when how much time comes back (sporadic server).
#pragma once
#include "kernel/object.h"

void refill_init(void); // nothing waits
void refill_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns, uint64_t now);

static inline struct refill refill_head(uint32_t sched)
{
    return scheds[sched].refill[scheds[sched].refill_head % REFILLS_MAX];
}

// Of the current refill, ns.
static inline uint64_t refill_left(uint32_t sched)
{
    return scheds[sched].refill_count == 0 ? 0 : refill_head(sched).amount;
}

// May it run now?
static inline bool refill_is_ready(uint32_t sched, uint64_t now)
{
    return scheds[sched].refill_count > 0 && refill_head(sched).time <= now;
}

void refill_start(uint32_t sched, uint64_t now);     // its thread became ready: unused earlier time counts from now
void refill_charge(uint32_t sched, uint64_t used);   // used since the last charge

// Scheduling contexts that wait for their next refill, earliest first.
void refill_wait(uint32_t sched);
void refill_cancel_wait(uint32_t sched);
void refill_wake(uint64_t now); // those whose time has come make their threads ready
uint64_t refill_next_wake(void); // UINT64_MAX: none waits
