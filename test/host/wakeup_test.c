// SPDX-License-Identifier: Apache-2.0
// The heap of waiting contexts against a plain list: whatever is inserted and removed, the first is the earliest, and the
// shape that bounds all loops is kept.
#include "kernel/wakeup.h"
#include "test/host/test.h"

#include <stdlib.h>
#include <string.h>

#define CONTEXTS 1024u // index 0 is NIL

struct sched scheds[CONTEXTS];

static bool is_in[CONTEXTS]; // what the heap should hold
static uint32_t waiting;

static void start(void)
{
    memset(scheds, 0, sizeof(scheds));
    memset(is_in, 0, sizeof(is_in));
    waiting = 0;
    wakeup_init();
}

static void insert(uint32_t sched, uint64_t time)
{
    scheds[sched].start_ns = time;
    wakeup_insert(sched);
    is_in[sched] = true;
    waiting++;
}

static void take_out(uint32_t sched)
{
    wakeup_remove(sched);
    waiting -= is_in[sched];
    is_in[sched] = false;
}

static uint32_t rank_of(uint32_t sched)
{
    return sched == NIL ? 0 : scheds[sched].rank;
}

// One context that waits: linked both ways, in order, as deep on the right as its rank says, and no deeper than on the left.
static bool is_placed(uint32_t sched)
{
    uint32_t parent = scheds[sched].parent, left = scheds[sched].left, right = scheds[sched].right;
    bool is_child =
        parent == NIL ? wakeup_first() == sched : scheds[parent].left == sched || scheds[parent].right == sched;
    bool is_below = parent == NIL || scheds[parent].start_ns <= scheds[sched].start_ns;

    return scheds[sched].is_waiting && is_child && is_below && rank_of(left) >= rank_of(right) &&
           scheds[sched].rank == rank_of(right) + 1u && (left == NIL || scheds[left].parent == sched) &&
           (right == NIL || scheds[right].parent == sched);
}

static uint32_t count_below(uint32_t sched)
{
    return sched == NIL ? 0 : 1u + count_below(scheds[sched].left) + count_below(scheds[sched].right);
}

static void check_heap(void)
{
    uint64_t earliest = UINT64_MAX;

    for (uint32_t i = 1; i < CONTEXTS; i++) {
        if (is_in[i] && scheds[i].start_ns < earliest)
            earliest = scheds[i].start_ns;
        CHECK(is_in[i] ? is_placed(i)
                       : !scheds[i].is_waiting && scheds[i].parent == NIL && scheds[i].left == NIL &&
                             scheds[i].right == NIL);
    }
    CHECK_EQUAL(wakeup_time(), earliest);
    CHECK_EQUAL(count_below(wakeup_first()), waiting);
    CHECK(waiting == 0 ? wakeup_first() == NIL : scheds[wakeup_first()].start_ns == earliest);
}

TEST(wakeup_none)
{
    start();
    check_heap();
    wakeup_remove(7); // does not wait
    check_heap();
}

TEST(wakeup_takes_any_out)
{
    for (uint32_t victim = 1; victim <= 40; victim++) {
        start();
        for (uint32_t i = 1; i <= 40; i++)
            insert(i, i * 7u % 13u);
        take_out(victim);
        check_heap();
        take_out(victim);
        check_heap();
    }
}

// Sorted input makes the heap a path on the left: as long as it gets, and still merged in a few steps.
TEST(wakeup_of_sorted_times)
{
    for (uint32_t falls = 0; falls < 2; falls++) {
        start();
        for (uint32_t i = 1; i < CONTEXTS; i++)
            insert(i, falls ? CONTEXTS - i : i);
        check_heap();
        for (uint32_t i = 1; i < CONTEXTS; i++) {
            CHECK_EQUAL(wakeup_time(), i);
            take_out(wakeup_first());
        }
        check_heap();
    }
}

TEST(wakeup_at_random)
{
    srand(1);
    for (uint32_t width = 2; width < CONTEXTS; width *= 2u) { // few contexts at first, and many equal times
        start();
        for (uint32_t step = 0; step < 3000; step++) {
            uint32_t sched = 1u + (uint32_t)rand() % (width - 1u);
            if (rand() % 8 == 0 && wakeup_first() != NIL)
                take_out(wakeup_first());
            else if (is_in[sched])
                take_out(sched);
            else
                insert(sched, (uint64_t)rand() % width);
            if (step % 16u == 0)
                check_heap();
        }
        while (wakeup_first() != NIL) {
            uint64_t time = wakeup_time();
            take_out(wakeup_first());
            CHECK(wakeup_time() >= time);
        }
        CHECK_EQUAL(waiting, 0);
    }
}
