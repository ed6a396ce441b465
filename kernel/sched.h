// SPDX-License-Identifier: Apache-2.0
// Who runs: ready threads by priority, and the time that scheduling contexts give them.
//
// A thread runs when its state is READY and it has a scheduling context with budget left. The running thread is in no
// queue; the others are in the ready queue of their priority, or wait for a refill with their scheduling context.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/ready.h"
#include "kernel/turn.h"

#define SCHED_BUDGET_MIN_NS 10000u
#define SCHED_PERIOD_MAX_NS 3600000000000u

// Would sched_choose() answer this thread, the one that ran, without doing anything? Most calls change nothing about who
// runs: that is found out here in a few instructions.
/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result ==> thread == sched_current && threads[thread].state == NJ_THREAD_READY &&
        threads[thread].sched == sched_steady; */
static inline bool sched_stays(uint32_t thread)
{
    return thread == sched_current && threads[thread].state == NJ_THREAD_READY &&
           threads[thread].sched == sched_steady && threads[thread].priority + 1u >= sched_top_priority;
}

// Nothing is ready, nothing runs. Before everything else.
/*@ requires links_name_threads && \forall integer thread; is_thread(thread) ==> threads[thread].is_queued == 0;
    requires heap_names_scheds && scheds_named && threads_named && books_hold && bound_agree;
    assigns READY_STATE, sched_current, turn;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
void sched_init(void);

// The thread became READY. `first`: in front of others of its priority (it continues somebody's work).
/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued,
        threads[thread].state, HEAP_LINKS;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void sched_make_ready(uint32_t thread, bool first);

// Could it run now, were it ready?
/*@ requires thread < THREADS_MAX && threads[thread].sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false; */
bool sched_has_time(uint32_t thread);

// The thread will not run: state is no longer READY, or its scheduling context was taken.
/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns READY_QUEUES, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures threads[thread].is_queued == 0; */
void sched_make_unready(uint32_t thread);

// Called last in every kernel entry: the thread to run now, NIL to idle. Charges time and sets the timer.
#define CHOOSES                                                                                                        \
    requires sched_holds && current_apart;                                                                             \
    assigns READY_STATE, KERNEL_STATE, turn, sched_current;                                                            \
    ENSURES_SCHED_HOLDS                                                                                                \
    ensures current_apart;                                                                                             \
    ensures \result == sched_current;                                                                                  \
    ensures \result == NIL || can_run(\result);

/*@ CHOOSES
    exits \false; */
uint32_t sched_choose(void);

/*@ assigns sched_steady, turn.is_yielding;
    exits \false; */
void sched_yield(uint32_t thread);

// The next choice is made with care: the running thread goes on, if it does, by the long way back.
/*@ assigns sched_steady;
    exits \false;
    ensures sched_steady == SCHED_UNSTEADY; */
static inline void sched_reconsider(void)
{
    sched_steady = SCHED_UNSTEADY;
}

// The timer fired, and is still set to a time that has passed: returns the thread to run.
/*@ CHOOSES
    exits \false; */
uint32_t sched_tick(void);

// Deadline of the user-level timer; UINT64_MAX: none.
/*@ assigns sched_steady, turn.alarm_ns;
    exits \false; */
void sched_set_alarm(uint64_t deadline_ns);

/*@ assigns \nothing;
    exits \false; */
struct queue sched_ready_queue(uint8_t priority); // for tests: what waits at this priority

/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void sched_set_priority(uint32_t thread, uint8_t priority);

// Scheduling contexts.
/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1], turn.since_ns;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns);

/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
enum nj_status sched_bind(uint32_t sched, uint32_t thread); // IN_USE

/*@ requires is_thread(thread) && threads[thread].home_sched < SCHEDS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void sched_unbind(uint32_t thread); // its own one, wherever that is

/*@ requires sched < SCHEDS_MAX;
    assigns \nothing;
    exits \false; */
uint64_t sched_used_ns(uint32_t sched); // time used so far, the current turn included

/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns turn.since_ns, turn.charged, sched_steady, BOOKS(sched);
    exits \false;
    ENSURES_SCHED_HOLDS */
void sched_forget(uint32_t sched); // it ends: no time is charged to it any more

/*@ requires sched < SCHEDS_MAX;
    STOPS */
enum nj_status sched_retire(uint32_t sched);
enum nj_status sched_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
enum nj_status sched_control_invoke(uint32_t thread, uint64_t operation);

// Donation: a passive receiver runs on the caller's scheduling context until it answers.
/*@ requires is_thread(caller) && is_thread(receiver) && reply < REPLIES_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1], replies[reply].lent;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void sched_donate(uint32_t caller, uint32_t receiver, uint32_t reply);

void sched_give_back(uint32_t reply);         // with the answer, if one was lent
void sched_return_donated(uint32_t thread);   // the thread blocks for new work: what it holds of others goes home
void sched_return_unowed(uint32_t thread);    // it does nothing any more: the same, unless whose it is waits for it
