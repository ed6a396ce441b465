// SPDX-License-Identifier: Apache-2.0
// A leftist heap, linked through the contexts: no parent is later than its children, and the way down to the nearest gap
// is never longer on the right than on the left. `rank` is the length of the way down the right side, so a heap of n has
// a rank of at most log2(n + 1), and whatever only follows right sides is that short. All operations are merges.
#include "kernel/wakeup.h"

#define RANK_MAX 23u // 2^22 contexts fill all RAM that the arrays can hold

uint32_t wakeup_root;

_Static_assert(SCHEDS_MAX < 1u << RANK_MAX, "a heap of all contexts has a smaller rank");

BOOT_ONLY void wakeup_init(void)
{
    wakeup_root = NIL;
}

/*@ requires sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false; */
static uint32_t rank_of(uint32_t sched)
{
    return sched == NIL ? 0 : scheds[sched].rank;
}

// The longer side goes to the left. Did the rank change?
/*@ requires is_sched(sched) && heap_names_scheds;
    assigns scheds[sched].left, scheds[sched].right, scheds[sched].rank;
    exits \false;
    ensures heap_names_scheds;
    ensures \result <==> scheds[sched].rank != \old(scheds[sched].rank); */
static bool settle(uint32_t sched)
{
    uint32_t left = scheds[sched].left, right = scheds[sched].right;
    uint8_t before = scheds[sched].rank;

    if (rank_of(left) < rank_of(right)) {
        scheds[sched].left = right;
        scheds[sched].right = left;
        right = left;
    }
    scheds[sched].rank = (uint8_t)(rank_of(right) + 1u);
    return scheds[sched].rank != before;
}

// Puts `sched`, which may be NIL, in the place of a child of `parent`, or at the top.
/*@ requires sched < SCHEDS_MAX && parent < SCHEDS_MAX && heap_names_scheds;
    assigns wakeup_root, scheds[sched].parent, scheds[parent].left, scheds[parent].right;
    exits \false;
    ensures heap_names_scheds; */
static void put(uint32_t sched, uint32_t parent, bool on_the_left)
{
    if (sched != NIL)
        scheds[sched].parent = parent;
    if (parent == NIL)
        wakeup_root = sched;
    else if (on_the_left)
        scheds[parent].left = sched;
    else
        scheds[parent].right = sched;
}

// The right sides of both heaps become one, in order, which hangs below `parent`; then the ranks are set from its lower
// end up. From `parent` on that goes on only as long as a rank changes. Each such step meets a rank (the new one if ranks
// fall, the old one if they rise) that is one higher than the one below, so they are few as well.
/*@ requires one < SCHEDS_MAX && other < SCHEDS_MAX && parent < SCHEDS_MAX && heap_names_scheds;
    assigns wakeup_root, scheds[0 .. SCHEDS_MAX - 1].left, scheds[0 .. SCHEDS_MAX - 1].right,
        scheds[0 .. SCHEDS_MAX - 1].parent, scheds[0 .. SCHEDS_MAX - 1].rank;
    exits \false;
    ensures heap_names_scheds; */
static void merge(uint32_t one, uint32_t other, uint32_t parent, bool on_the_left)
{
    uint32_t last = parent;

    /*@ loop invariant 0 <= i <= 2 * RANK_MAX && one < SCHEDS_MAX && other < SCHEDS_MAX && last < SCHEDS_MAX;
        loop invariant heap_names_scheds;
        loop assigns i, one, other, last, on_the_left, wakeup_root, scheds[0 .. SCHEDS_MAX - 1].left,
            scheds[0 .. SCHEDS_MAX - 1].right, scheds[0 .. SCHEDS_MAX - 1].parent;
        loop variant 2 * RANK_MAX - i; */
    for (uint32_t i = 0; i < 2u * RANK_MAX && one != NIL && other != NIL; i++) {
        if (scheds[other].start_ns < scheds[one].start_ns) {
            uint32_t later = one;
            one = other;
            other = later;
        }
        put(one, last, on_the_left);
        on_the_left = false;
        last = one;
        one = scheds[one].right;
    }
    put(one != NIL ? one : other, last, on_the_left);
    bool is_merged = last == parent;
    /*@ loop invariant 0 <= i <= 3 * RANK_MAX && last < SCHEDS_MAX;
        loop invariant heap_names_scheds;
        loop assigns i, last, is_merged, scheds[0 .. SCHEDS_MAX - 1].left, scheds[0 .. SCHEDS_MAX - 1].right,
            scheds[0 .. SCHEDS_MAX - 1].rank;
        loop variant 3 * RANK_MAX - i; */
    for (uint32_t i = 0; i < 3u * RANK_MAX && last != NIL; i++) {
        is_merged = is_merged || last == parent;
        if (!settle(last) && is_merged)
            return;
        last = scheds[last].parent;
    }
}

void wakeup_insert(uint32_t sched)
{
    scheds[sched].left = NIL;
    scheds[sched].right = NIL;
    scheds[sched].rank = 1;
    scheds[sched].is_waiting = true;
    merge(wakeup_root, sched, NIL, false);
}

void wakeup_remove(uint32_t sched)
{
    uint32_t parent = scheds[sched].parent;

    if (!scheds[sched].is_waiting)
        return;
    scheds[sched].is_waiting = false;
    merge(scheds[sched].left, scheds[sched].right, parent, parent != NIL && scheds[parent].left == sched);
    scheds[sched].parent = NIL;
    scheds[sched].left = NIL;
    scheds[sched].right = NIL;
}

uint32_t wakeup_first(void)
{
    return wakeup_root;
}

uint64_t wakeup_time(void)
{
    return wakeup_root == NIL ? UINT64_MAX : scheds[wakeup_root].start_ns;
}
