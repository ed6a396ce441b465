// SPDX-License-Identifier: Apache-2.0
// Who runs: ready threads by priority, and the time that scheduling contexts give them.
//
// A thread runs when its state is READY and it has a scheduling context with budget left. The running thread is in no
// queue; the others are in the ready queue of their priority, or wait for a refill with their scheduling context.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/ready.h"

#define SCHED_BUDGET_MIN_NS 10000u
#define SCHED_PERIOD_MAX_NS 3600000000000u

extern uint32_t sched_current; // thread that runs, NIL when idle

// The scheduling context whose time runs, while nothing but a change of the thread that runs or of the ready queue asks for
// a choice; else SCHED_UNSTEADY, which is no scheduling context.
#define SCHED_UNSTEADY UINT32_MAX
extern uint32_t sched_steady;

// Would sched_choose() answer this thread, the one that ran, without doing anything? Most calls change nothing about who
// runs: that is found out here in a few instructions.
static inline bool sched_stays(uint32_t thread)
{
    return thread == sched_current && threads[thread].state == NJ_THREAD_READY &&
           threads[thread].sched == sched_steady && threads[thread].priority + 1u >= sched_top_priority;
}

// Nothing is ready, nothing runs. Before everything else.
void sched_init(void);
// The thread became READY. `first`: in front of others of its priority (it continues somebody's work).
void sched_make_ready(uint32_t thread, bool first);
// Could it run now, were it ready?
bool sched_has_time(uint32_t thread);
// The thread will not run: state is no longer READY, or its scheduling context was taken.
void sched_make_unready(uint32_t thread);
// Called last in every kernel entry: the thread to run now, NIL to idle. Charges time and sets the timer.
uint32_t sched_choose(void);
void sched_yield(uint32_t thread);
// The next choice is made with care: the running thread goes on, if it does, by the long way back.
/*@ assigns sched_steady; */
static inline void sched_reconsider(void)
{
    sched_steady = SCHED_UNSTEADY;
}

// The timer fired, and is still set to a time that has passed: returns the thread to run.
uint32_t sched_tick(void);
// Deadline of the user-level timer; UINT64_MAX: none.
void sched_set_alarm(uint64_t deadline_ns);

struct queue sched_ready_queue(uint8_t priority); // for tests: what waits at this priority
void sched_set_priority(uint32_t thread, uint8_t priority);

// Scheduling contexts.
enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns);
enum nj_status sched_bind(uint32_t sched, uint32_t thread); // IN_USE
void sched_unbind(uint32_t thread);                         // its own one, wherever that is
uint64_t sched_used_ns(uint32_t sched);                     // time used so far, the current turn included
void sched_forget(uint32_t sched);                          // it ends: no time is charged to it any more
/*@ requires sched < SCHEDS_MAX;
    STOPS */
enum nj_status sched_retire(uint32_t sched);
enum nj_status sched_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
enum nj_status sched_control_invoke(uint32_t thread, uint64_t operation);

// Donation: a passive receiver runs on the caller's scheduling context until it answers.
void sched_donate(uint32_t caller, uint32_t receiver, uint32_t reply);
void sched_give_back(uint32_t reply);         // with the answer, if one was lent
void sched_return_donated(uint32_t thread);   // the thread blocks for new work: what it holds of others goes home
void sched_return_unowed(uint32_t thread);    // it does nothing any more: the same, unless whose it is waits for it
