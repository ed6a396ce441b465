// SPDX-License-Identifier: Apache-2.0
// Scheduling contexts that wait for their refill, by the time it comes (`start_ns`, which stays as it is meanwhile).
#pragma once
#include "kernel/object.h"

extern uint32_t wakeup_root; // for contracts: nothing else reads it

/*@ // What the heap links names contexts.
    predicate is_sched(integer sched) = 0 < sched < SCHEDS_MAX;
    predicate heap_names_scheds{L} = wakeup_root < SCHEDS_MAX && \forall integer sched; 0 <= sched < SCHEDS_MAX ==>
        scheds[sched].left < SCHEDS_MAX && scheds[sched].right < SCHEDS_MAX && scheds[sched].parent < SCHEDS_MAX; */

// None waits.
/*@ requires heap_names_scheds;
    assigns wakeup_root;
    exits \false;
    ensures heap_names_scheds && wakeup_root == NIL; */
void wakeup_init(void);

/*@ requires sched < SCHEDS_MAX && heap_names_scheds;
    assigns wakeup_root, scheds[sched].is_waiting, scheds[0 .. SCHEDS_MAX - 1].left, scheds[0 .. SCHEDS_MAX - 1].right,
        scheds[0 .. SCHEDS_MAX - 1].parent, scheds[0 .. SCHEDS_MAX - 1].rank;
    exits \false;
    ensures heap_names_scheds; */
void wakeup_insert(uint32_t sched);

// Does nothing when it does not wait.
/*@ requires sched < SCHEDS_MAX && heap_names_scheds;
    assigns wakeup_root, scheds[sched].is_waiting, scheds[0 .. SCHEDS_MAX - 1].left, scheds[0 .. SCHEDS_MAX - 1].right,
        scheds[0 .. SCHEDS_MAX - 1].parent, scheds[0 .. SCHEDS_MAX - 1].rank;
    exits \false;
    ensures heap_names_scheds;
    ensures scheds[sched].is_waiting == 0; */
void wakeup_remove(uint32_t sched);

// NIL: none waits.
/*@ requires heap_names_scheds;
    assigns \nothing;
    exits \false;
    ensures \result == wakeup_root; */
uint32_t wakeup_first(void);

// Of the first; UINT64_MAX: none waits.
/*@ requires heap_names_scheds;
    assigns \nothing;
    exits \false;
    ensures \result == (wakeup_root == NIL ? UINT64_MAX : scheds[wakeup_root].start_ns); */
uint64_t wakeup_time(void);
