// SPDX-License-Identifier: Apache-2.0
// The choice of the thread to run where little has changed: the same goes on, or two change places. Everything else, and
// whatever time has to say, is sched.c.
//
// What the fast paths call comes straight from a user program, so something is charged. All is inlined: no function is
// called and no register saved, unless the timer must be set.
#include "kernel/arch/clock.h"
#include "kernel/interrupt.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/turn.h"
#include "kernel/wakeup.h"

uint32_t sched_choose(void)
{
    uint32_t thread = sched_current;

    return thread != NIL && sched_stays(thread) ? thread : sched_choose_anew(thread);
}

// The clock has nothing to say, the turn is not over, and there are no books to close.
static inline bool is_quiet(uint64_t now)
{
    return now < turn.timer_ns && sched_steady != SCHED_UNSTEADY && refill_is_round_robin(turn.charged);
}

static __attribute__((noinline)) uint32_t set_timer_for(uint32_t thread, uint64_t deadline)
{
    turn_set_timer(deadline);
    return thread;
}

static inline uint32_t go_on(uint32_t thread, uint32_t sched, uint64_t now)
{
    uint64_t deadline = now + scheds[sched].left_ns;

    refill_charge(turn.charged, now - turn.since_ns);
    refill_start(sched, now);
    turn.since_ns = now;
    turn.charged = sched;
    sched_steady = sched;
    sched_current = thread;
    return deadline < turn.timer_ns ? set_timer_for(thread, deadline) : thread;
}

// Is this thread, READY and in no queue, the one to run: before the running one, which could go on, and all that are ready?
static inline bool beats_all(uint32_t thread, uint32_t running, uint64_t now)
{
    uint32_t sched = threads[thread].sched, priority = threads[thread].priority;

    return sched != NIL && priority > threads[running].priority && priority >= sched_top_priority &&
           threads[running].sched == sched_steady && is_quiet(now) && refill_is_ready(sched, now);
}

static __attribute__((noinline)) uint32_t queue_only(uint32_t thread)
{
    sched_make_ready(thread, false);
    return NIL;
}

// If it is, it goes on and the running one waits in front of its equals. Else it is made ready and NIL returned.
static __attribute__((noinline)) uint32_t preempt(uint32_t thread, uint32_t running, uint64_t now)
{
    if (!beats_all(thread, running, now))
        return queue_only(thread);
    ready_insert(running, true);
    return go_on(thread, threads[thread].sched, now);
}

// The alarm is due: does the thread it wakes go on at once, in front of the one that runs? NIL: a choice must be made.
static inline uint32_t alarm_preempts(uint32_t running, uint64_t now)
{
    if (now >= wakeup_time() || now - turn.since_ns >= scheds[turn.charged].left_ns)
        return NIL; // more than the alarm is due
    turn.alarm_ns = UINT64_MAX;
    uint32_t waiter = interrupt_wake_timer();
    if (waiter == NIL || preempt(waiter, running, now) == NIL)
        return NIL;
    turn_set_timer(wakeup_time());
    return waiter;
}

uint32_t sched_tick(void)
{
    uint32_t running = sched_current;
    uint64_t now = clock_ns();

    turn.timer_ns = UINT64_MAX;
    uint32_t next = running != NIL && turn.alarm_ns <= now ? alarm_preempts(running, now) : NIL;
    if (next != NIL)
        return next;
    arch_timer_set(UINT64_MAX);
    turn_look_anew();
    return sched_choose();
}
