// SPDX-License-Identifier: Apache-2.0
// Sporadic server: what is used of a budget comes back one period after the time it was available from, so that in any
// window of one period at most the budget is used. Refills are a ring, earliest first. A context with budget == period
// is plain round robin: a used-up turn is followed by a fresh one at once.
#include "kernel/refill.h"

#include "kernel/sched.h"

#define WAKES_PER_CALL 32u // contexts that get their refill in one call

static uint32_t first_waiting; // list of waiting contexts by time, through next and prev

void refill_init(void)
{
    first_waiting = NIL;
}

static bool is_round_robin(uint32_t sched)
{
    return scheds[sched].budget_ns == scheds[sched].period_ns;
}

static void refill_set_head(uint32_t sched, struct refill refill)
{
    scheds[sched].refill[scheds[sched].refill_head % REFILLS_MAX] = refill;
}

static void refill_pop(uint32_t sched)
{
    scheds[sched].refill_head = (uint8_t)((scheds[sched].refill_head + 1u) % REFILLS_MAX);
    scheds[sched].refill_count--;
}

// Adds time at the end. With the ring full, or next to the last one, both come together at the later time: never early.
static void refill_append(uint32_t sched, struct refill refill)
{
    uint32_t count = scheds[sched].refill_count;
    uint32_t tail = (scheds[sched].refill_head + count + REFILLS_MAX - 1u) % REFILLS_MAX;

    if (count > 0 && (count == REFILLS_MAX || scheds[sched].refill[tail].time >= refill.time)) {
        scheds[sched].refill[tail].amount += refill.amount;
        if (scheds[sched].refill[tail].time < refill.time)
            scheds[sched].refill[tail].time = refill.time;
        return;
    }
    scheds[sched].refill[(tail + 1u) % REFILLS_MAX] = refill;
    scheds[sched].refill_count++;
}

void refill_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns, uint64_t now)
{
    scheds[sched].budget_ns = budget_ns;
    scheds[sched].period_ns = period_ns;
    scheds[sched].refill_head = 0;
    scheds[sched].refill_count = 1;
    scheds[sched].refill[0] = (struct refill){now, budget_ns};
}

// Refills that are available at the same time become one, so that no turn is needlessly short.
static void refill_merge(uint32_t sched, uint64_t now)
{
    for (uint32_t i = 0; i < REFILLS_MAX && scheds[sched].refill_count > 1; i++) {
        struct refill head = refill_head(sched);
        uint32_t second = (scheds[sched].refill_head + 1u) % REFILLS_MAX;
        if (scheds[sched].refill[second].time > now && head.amount >= SCHED_BUDGET_MIN_NS)
            return;
        if (scheds[sched].refill[second].time > head.time)
            head.time = scheds[sched].refill[second].time;
        head.amount += scheds[sched].refill[second].amount;
        refill_pop(sched);
        refill_set_head(sched, head);
    }
}

void refill_start(uint32_t sched, uint64_t now)
{
    if (scheds[sched].refill_count == 0 || refill_head(sched).time > now)
        return;
    refill_merge(sched, now);
    struct refill head = refill_head(sched);
    if (head.time < now)
        head.time = now;
    refill_set_head(sched, head);
}

void refill_charge(uint32_t sched, uint64_t used)
{
    uint64_t period = scheds[sched].period_ns;

    for (uint32_t i = 0; i < REFILLS_MAX && used > 0 && scheds[sched].refill_count > 0; i++) {
        struct refill head = refill_head(sched);
        uint64_t part = used < head.amount ? used : head.amount;
        if (is_round_robin(sched)) {
            head.amount = part < head.amount ? head.amount - part : scheds[sched].budget_ns;
            refill_set_head(sched, head);
            return;
        }
        if (part == head.amount)
            refill_pop(sched);
        else
            refill_set_head(sched, (struct refill){head.time + part, head.amount - part});
        refill_append(sched, (struct refill){head.time + period, part});
        used -= part;
    }
    if (scheds[sched].refill_count > 1 && refill_head(sched).amount < SCHED_BUDGET_MIN_NS)
        refill_merge(sched, 0);
}

void refill_wait(uint32_t sched)
{
    uint64_t time = refill_head(sched).time;
    uint32_t before = NIL, after = first_waiting;

    while (after != NIL && refill_head(after).time <= time) {
        before = after;
        after = scheds[after].next;
    }
    scheds[sched].is_waiting = true;
    scheds[sched].prev = before;
    scheds[sched].next = after;
    if (before == NIL)
        first_waiting = sched;
    else
        scheds[before].next = sched;
    if (after != NIL)
        scheds[after].prev = sched;
}

void refill_cancel_wait(uint32_t sched)
{
    uint32_t prev = scheds[sched].prev, next = scheds[sched].next;

    if (!scheds[sched].is_waiting)
        return;
    if (prev == NIL)
        first_waiting = next;
    else
        scheds[prev].next = next;
    if (next != NIL)
        scheds[next].prev = prev;
    scheds[sched].is_waiting = false;
    scheds[sched].prev = NIL;
    scheds[sched].next = NIL;
}

// What is left is due at once: the timer is set to a time that has passed, and interrupts are on in between.
void refill_wake(uint64_t now)
{
    for (uint32_t i = 0; i < WAKES_PER_CALL; i++) {
        if (first_waiting == NIL || refill_head(first_waiting).time > now)
            return;
        uint32_t sched = first_waiting, thread = scheds[sched].thread;
        refill_cancel_wait(sched);
        if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
            sched_make_ready(thread, false);
    }
}

uint64_t refill_next_wake(void)
{
    return first_waiting == NIL ? UINT64_MAX : refill_head(first_waiting).time;
}
