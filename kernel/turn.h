// SPDX-License-Identifier: Apache-2.0
// The turn that runs and the timer, which sched.c, turn.c and the fast paths share: nobody else's.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
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
    bool may_cut; // a thread off behind a gate: that can tell a whole line, so one in an interrupt of the timer
};
extern struct turn turn;

extern uint32_t sched_current; // thread that runs, NIL when idle

// The scheduling context whose time runs, while nothing but a change of the thread that runs or of the ready queue asks for
// a choice; else SCHED_UNSTEADY, which is no scheduling context.
#define SCHED_UNSTEADY UINT32_MAX
extern uint32_t sched_steady;

/*@ // Threads name contexts and the other way round, and all contexts keep their books.
    predicate scheds_named{L} = \forall integer thread; 0 <= thread < THREADS_MAX ==> threads[thread].sched < SCHEDS_MAX;
    predicate threads_named{L} = \forall integer sched; 0 <= sched < SCHEDS_MAX ==> scheds[sched].thread < THREADS_MAX;
    predicate books_hold{L} = \forall integer sched; 0 <= sched < SCHEDS_MAX ==> has_books(sched);
    predicate turn_fits{L} = turn.charged < SCHEDS_MAX && sched_current < THREADS_MAX &&
        (sched_steady == SCHED_UNSTEADY || (sched_steady == turn.charged && sched_steady != NIL));
    // No two threads run on one context.
    predicate bound_agree{L} = \forall integer thread; is_thread(thread) && threads[thread].sched != NIL ==>
        scheds[threads[thread].sched].thread == thread;
    // It wants to run, and its context does not wait for a refill.
    predicate can_run{L}(integer thread) = is_thread(thread) && threads[thread].state == NJ_THREAD_READY &&
        is_sched(threads[thread].sched) && scheds[threads[thread].sched].is_waiting == 0;
    predicate queued_can_run{L} = \forall integer thread; is_in_ready(thread) ==> can_run(thread);
    predicate sched_holds{L} = ready_holds && heap_names_scheds && scheds_named && threads_named && books_hold &&
        turn_fits && bound_agree && queued_can_run;

    // In no ready queue, and its context is not in the heap.
    predicate is_apart{L}(integer thread) = threads[thread].is_queued == 0 &&
        (threads[thread].sched == NIL || scheds[threads[thread].sched].is_waiting == 0);
    predicate current_apart{L} = sched_current == NIL || is_apart(sched_current); */
#define ENSURES_SCHED_HOLDS                                                                                            \
    ENSURES_READY_HOLDS                                                                                                \
    ensures heap_names_scheds;                                                                                         \
    ensures scheds_named;                                                                                              \
    ensures threads_named;                                                                                             \
    ensures books_hold;                                                                                                \
    ensures turn_fits;                                                                                                 \
    ensures bound_agree;                                                                                               \
    ensures queued_can_run;
// The same for loops.
#define LOOP_KEEPS_SCHED                                                                                               \
    loop invariant links_name_threads;                                                                                 \
    loop invariant bits_agree;                                                                                         \
    loop invariant top_bounds;                                                                                         \
    loop invariant top_is_ready;                                                                                       \
    loop invariant ends_exist;                                                                                         \
    loop invariant heads_agree;                                                                                        \
    loop invariant tails_agree;                                                                                        \
    loop invariant next_agrees;                                                                                        \
    loop invariant prev_agrees;                                                                                        \
    loop invariant last_is_tail;                                                                                       \
    loop invariant first_is_head;                                                                                      \
    loop invariant heap_names_scheds;                                                                                  \
    loop invariant scheds_named;                                                                                       \
    loop invariant threads_named;                                                                                      \
    loop invariant books_hold;                                                                                         \
    loop invariant turn_fits;                                                                                          \
    loop invariant bound_agree;                                                                                        \
    loop invariant queued_can_run;

// What is written in the ready queues, in the heap, and, besides threads and contexts, when a thread becomes ready.
#define READY_QUEUES ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority
#define HEAP_LINKS                                                                                                     \
    scheds[0 .. SCHEDS_MAX - 1].is_waiting, scheds[0 .. SCHEDS_MAX - 1].left, scheds[0 .. SCHEDS_MAX - 1].right,       \
        scheds[0 .. SCHEDS_MAX - 1].parent, scheds[0 .. SCHEDS_MAX - 1].rank
#define READY_STATE READY_QUEUES, sched_steady, wakeup_root

// A timer that is set too early costs one needless interrupt a turn; setting it anew at every switch costs more.
/*@ assigns turn.timer_ns;
    exits \false; */
static inline void turn_set_timer(uint64_t deadline)
{
    if (deadline < turn.timer_ns) {
        turn.timer_ns = deadline;
        arch_timer_set(deadline);
    }
}

// The books of the context that runs are closed. Was its turn used up?
/*@ requires sched_holds;
    assigns turn.since_ns, BOOKS(turn.charged);
    exits \false;
    ENSURES_SCHED_HOLDS */
bool turn_charge(uint64_t now);

// Into the ready queue, into the heap of those that wait for a refill, and out of there. Functions of their own because
// provers follow them better apart from the rest.
/*@ requires sched_holds && can_run(thread) && is_apart(thread);
    assigns READY_QUEUES, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) && thread != sched_current ==> current_apart; */
static inline void turn_enqueue(uint32_t thread, bool first)
{
    ready_insert(thread, first);
}

/*@ requires sched_holds && can_run(thread) && is_apart(thread);
    assigns wakeup_root, HEAP_LINKS;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) && thread != sched_current ==> current_apart; */
static inline void turn_sleep(uint32_t thread)
{
    wakeup_insert(threads[thread].sched);
}

/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns wakeup_root, HEAP_LINKS;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures scheds[sched].is_waiting == 0; */
static inline void turn_wake(uint32_t sched)
{
    wakeup_remove(sched);
}
