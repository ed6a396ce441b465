// SPDX-License-Identifier: Apache-2.0
// The turn that runs and the timer, which sched.c, turn.c and the fast paths share: nobody else's.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/refill.h"
#include "kernel/sched.h"
#include "kernel/wakeup.h"

// Whenever a user program runs, `charged` is the context it runs on, and the timer fires before its turn ends, before the
// alarm and before the next refill.
struct turn {
    uint64_t since_ns;  // charged up to here
    uint64_t timer_ns;  // what the timer is set to
    uint64_t alarm_ns;  // UINT64_MAX: none
    uint32_t charged;   // scheduling context whose time runs, NIL when idle
    uint64_t refill_ns; // no refill is due before
    uint64_t passing_ns; // not 0: the time that is being dealt with, one for all that happens in it
    bool is_yielding;    // the running thread goes behind others of its priority
};
extern struct turn turn;

/*@ // Threads name contexts and the other way round, and all contexts keep their books.
    predicate scheds_named{L} = \forall integer thread; 0 <= thread < THREADS_MAX ==> threads[thread].sched < SCHEDS_MAX;
    predicate threads_named{L} = \forall integer sched; 0 <= sched < SCHEDS_MAX ==> scheds[sched].thread < THREADS_MAX;
    predicate books_hold{L} = \forall integer sched; 0 <= sched < SCHEDS_MAX ==> has_books(sched);
    predicate turn_fits{L} = turn.charged < SCHEDS_MAX && sched_current < THREADS_MAX;
    predicate sched_holds{L} = ready_holds && heap_names_scheds && scheds_named && threads_named && books_hold && turn_fits;

    // The running thread is in no queue.
    predicate current_apart{L} = sched_current == NIL || threads[sched_current].is_queued == 0; */
#define ENSURES_SCHED_HOLDS                                                                                            \
    ENSURES_READY_HOLDS                                                                                                \
    ensures heap_names_scheds;                                                                                         \
    ensures scheds_named;                                                                                              \
    ensures threads_named;                                                                                             \
    ensures books_hold;                                                                                                \
    ensures turn_fits;

// What is written, besides threads and contexts, when a thread becomes ready.
#define READY_STATE                                                                                                    \
    ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority, sched_steady, wakeup_root

// A timer that is set too early costs one needless interrupt a turn; setting it anew at every switch costs more.
/*@ assigns turn.timer_ns; */
static inline void turn_set_timer(uint64_t deadline)
{
    if (deadline < turn.timer_ns) {
        turn.timer_ns = deadline;
        arch_timer_set(deadline);
    }
}

// The books of the context that runs are closed. Was its turn used up?
/*@ requires sched_holds;
    assigns turn.since_ns, scheds[0 .. SCHEDS_MAX - 1];
    ENSURES_SCHED_HOLDS */
bool turn_charge(uint64_t now);
