// SPDX-License-Identifier: Apache-2.0
// Sporadic server: what is used of a budget comes back one period after its use began, so that in any window of one
// period at most the budget is used. That holds because a chunk is used without a gap from `start_ns` on: a context that
// stopped running closes its books, and what is left is a chunk of its own. Chunks that follow each other without a gap
// come back as one, so closing the books often costs nothing.
//
// What a chunk has left plus all refills is the budget, always. A call may end later than the chunk: the excess is taken
// from the refills to come, however many periods away.
#include "kernel/refill.h"

#include "kernel/sched.h"

#define PERIODS_AHEAD_MAX 64u // that an excess can take away: more is forgiven

/*@ requires sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result < REFILLS_MAX; */
static uint32_t place(uint32_t sched, uint32_t number)
{
    return (scheds[sched].refill_head + number) % REFILLS_MAX;
}

/*@ requires sched < SCHEDS_MAX && 0 < scheds[sched].refill_count <= REFILLS_MAX;
    assigns scheds[sched].refill_head, scheds[sched].refill_count;
    exits \false;
    ensures scheds[sched].refill_count == \old(scheds[sched].refill_count) - 1; */
static struct refill take_first(uint32_t sched)
{
    struct refill first = scheds[sched].refill[place(sched, 0)];

    scheds[sched].refill_head = (uint8_t)place(sched, 1);
    scheds[sched].refill_count--;
    return first;
}

// Two neighbours become one at the later time, never early: those that lose least, time by how long it is held back.
/*@ requires sched < SCHEDS_MAX && scheds[sched].refill_count == REFILLS_MAX;
    assigns scheds[sched].refill_head, scheds[sched].refill_count, scheds[sched].refill[0 .. REFILLS_MAX - 1];
    exits \false;
    ensures scheds[sched].refill_count == REFILLS_MAX - 1; */
static void make_room(uint32_t sched)
{
    uint32_t best = 0, last = scheds[sched].refill_count - 1u;
    uint64_t least = UINT64_MAX;

    /*@ loop invariant 0 <= i <= last && best < last;
        loop assigns i, best, least;
        loop variant last - i; */
    for (uint32_t i = 0; i < last; i++) {
        struct refill refill = scheds[sched].refill[place(sched, i)];
        uint64_t gap = scheds[sched].refill[place(sched, i + 1u)].time - refill.time;
        uint64_t loss = (refill.amount >> 10) * (gap >> 10); // of an hour each: just below 2^64
        if (loss <= least) {
            least = loss;
            best = i;
        }
    }
    scheds[sched].refill[place(sched, best + 1u)].amount += scheds[sched].refill[place(sched, best)].amount;
    /*@ loop assigns i, scheds[sched].refill[0 .. REFILLS_MAX - 1];
        loop variant i; */
    for (uint32_t i = best; i > 0; i--)
        scheds[sched].refill[place(sched, i)] = scheds[sched].refill[place(sched, i - 1u)];
    (void)take_first(sched);
}

/*@ requires sched < SCHEDS_MAX && scheds[sched].refill_count <= REFILLS_MAX;
    assigns scheds[sched].refill_head, scheds[sched].refill_count, scheds[sched].refill[0 .. REFILLS_MAX - 1];
    exits \false;
    ensures scheds[sched].refill_count <= REFILLS_MAX; */
static void append(uint32_t sched, struct refill refill)
{
    if (scheds[sched].refill_count == REFILLS_MAX)
        make_room(sched);
    if (scheds[sched].refill_count > 0) {
        uint32_t last = place(sched, scheds[sched].refill_count - 1u);
        struct refill tail = scheds[sched].refill[last];
        if (tail.time + tail.amount >= refill.time) { // used without a gap, or later than it will come back
            scheds[sched].refill[last].amount = tail.amount + refill.amount;
            return;
        }
    }
    scheds[sched].refill[place(sched, scheds[sched].refill_count)] = refill;
    scheds[sched].refill_count++;
}

// More was used than there was. Whole budgets are so many periods of waiting for everything.
/*@ requires has_books(sched) && scheds[sched].budget_ns > 0;
    assigns scheds[sched].refill_head, scheds[sched].refill_count, scheds[sched].refill[0 .. REFILLS_MAX - 1];
    exits \false;
    ensures has_books(sched); */
static void take_excess(uint32_t sched, uint64_t excess)
{
    uint64_t period = scheds[sched].period_ns, whole = excess / scheds[sched].budget_ns;

    excess %= scheds[sched].budget_ns;
    /*@ loop invariant 0 <= i <= scheds[sched].refill_count;
        loop assigns i, scheds[sched].refill[0 .. REFILLS_MAX - 1];
        loop variant scheds[sched].refill_count - i; */
    for (uint32_t i = 0; i < scheds[sched].refill_count; i++)
        scheds[sched].refill[place(sched, i)].time += (whole < PERIODS_AHEAD_MAX ? whole : PERIODS_AHEAD_MAX) * period;
    /*@ loop invariant 0 <= i <= REFILLS_MAX && scheds[sched].refill_count <= REFILLS_MAX;
        loop assigns i, excess, scheds[sched].refill_head, scheds[sched].refill_count,
            scheds[sched].refill[0 .. REFILLS_MAX - 1];
        loop variant REFILLS_MAX - i; */
    for (uint32_t i = 0; i < REFILLS_MAX && excess > 0 && scheds[sched].refill_count > 0; i++) {
        struct refill first = take_first(sched);
        uint64_t part = excess < first.amount ? excess : first.amount;
        if (part < first.amount) {
            scheds[sched].refill_head = (uint8_t)place(sched, REFILLS_MAX - 1u);
            scheds[sched].refill[place(sched, 0)] = (struct refill){first.time, first.amount - part};
            scheds[sched].refill_count++;
        }
        append(sched, (struct refill){first.time + period, part});
        excess -= part;
    }
}

// What is left, whatever is due by now, and at least what is worth a turn.
/*@ requires has_books(sched);
    assigns scheds[sched].refill_head, scheds[sched].refill_count, scheds[sched].chunk_ns, scheds[sched].left_ns,
        scheds[sched].start_ns;
    exits \false;
    ensures scheds[sched].refill_count <= REFILLS_MAX;
    ensures scheds[sched].left_ns == scheds[sched].chunk_ns; */
static void next_chunk(uint32_t sched, uint64_t left, uint64_t now)
{
    uint64_t half = scheds[sched].budget_ns / 2u, start = now;
    uint64_t least = half < SCHED_BUDGET_MIN_NS ? half : SCHED_BUDGET_MIN_NS;

    /*@ loop invariant 0 <= i <= REFILLS_MAX && scheds[sched].refill_count <= REFILLS_MAX;
        loop assigns i, left, start, scheds[sched].refill_head, scheds[sched].refill_count;
        loop variant REFILLS_MAX - i; */
    for (uint32_t i = 0; i < REFILLS_MAX && scheds[sched].refill_count > 0; i++) {
        if (left >= least && scheds[sched].refill[place(sched, 0)].time > now)
            break;
        struct refill first = take_first(sched);
        left += first.amount;
        if (first.time > start)
            start = first.time;
    }
    scheds[sched].chunk_ns = left;
    scheds[sched].left_ns = left;
    scheds[sched].start_ns = start;
}

void refill_close(uint32_t sched, uint64_t used, uint64_t now)
{
    uint64_t left = scheds[sched].left_ns;
    uint64_t part = used < left ? used : left;
    uint64_t spent = scheds[sched].chunk_ns - left + part;

    scheds[sched].used_ns += used;
    if (refill_is_round_robin(sched)) {
        scheds[sched].left_ns = used < left ? left - used : scheds[sched].budget_ns;
        return;
    }
    if (spent > 0)
        append(sched, (struct refill){scheds[sched].start_ns + scheds[sched].period_ns, spent});
    if (used > part)
        take_excess(sched, used - part);
    next_chunk(sched, left - part, now);
}

void refill_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns, uint64_t now)
{
    scheds[sched].budget_ns = budget_ns;
    scheds[sched].period_ns = period_ns;
    scheds[sched].refill_count = 0;
    scheds[sched].chunk_ns = budget_ns;
    scheds[sched].left_ns = budget_ns;
    scheds[sched].start_ns = now;
}
