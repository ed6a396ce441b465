// SPDX-License-Identifier: Apache-2.0
// What changes who may run: threads become ready and unready, contexts are configured and end. The choice is in turn.c,
// budgets are in refill.c, who lends time to whom in donate.c.
#include "kernel/sched.h"

#include "kernel/arch/arch.h"
#include "kernel/gate.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/turn.h"
#include "kernel/wakeup.h"

uint32_t sched_current;
uint32_t sched_steady;
struct turn turn;

BOOT_ONLY void sched_init(void)
{
    ready_init();
    wakeup_init();
    sched_current = NIL;
    sched_reconsider();
    turn = (struct turn){.timer_ns = UINT64_MAX, .alarm_ns = UINT64_MAX, .charged = NIL, .refill_ns = UINT64_MAX};
}

struct queue sched_ready_queue(uint8_t priority)
{
    return ready_queues[priority];
}

/*@ assigns \nothing;
    exits \false; */
static uint64_t time_now(void)
{
    return turn.passing_ns != 0 ? turn.passing_ns : arch_time_ns();
}

bool sched_has_time(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;

    return sched != NIL && (refill_is_round_robin(sched) || refill_is_ready(sched, time_now()));
}

// Functions of their own for what provers follow better apart from the rest.
/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns threads[thread].state;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures threads[thread].state == NJ_THREAD_READY; */
static inline void set_ready(uint32_t thread)
{
    threads[thread].state = NJ_THREAD_READY;
}

/*@ requires 0 < thread < THREADS_MAX && ready_holds && threads[thread].is_queued == 0;
    assigns threads[thread].priority;
    exits \false;
    ENSURES_READY_HOLDS */
static inline void set_priority(uint32_t thread, uint8_t priority)
{
    threads[thread].priority = priority;
}

/*@ requires sched < SCHEDS_MAX && budget_ns > 0 && sched_holds;
    assigns scheds[sched].budget_ns, scheds[sched].period_ns, BOOKS(sched);
    exits \false;
    ENSURES_SCHED_HOLDS */
static inline void set_budget(uint32_t sched, uint64_t budget_ns, uint64_t period_ns, uint64_t now)
{
    refill_configure(sched, budget_ns, period_ns, now);
}

// Without time behind a gate it is ready all the same: when its turn comes it is cut off.
void sched_make_ready(uint32_t thread, bool first)
{
    uint32_t sched = threads[thread].sched;

    set_ready(thread);
    if (sched == NIL || thread == sched_current || threads[thread].is_queued || scheds[sched].is_waiting)
        return;
    if (sched_has_time(thread) || gate_is_inside(thread)) {
        turn_enqueue(thread, first);
    } else {
        turn_sleep(thread);
        sched_reconsider();
    }
}

void sched_make_unready(uint32_t thread)
{
    if (threads[thread].is_queued)
        ready_remove(thread);
}

void sched_yield(uint32_t thread)
{
    if (thread == sched_current) {
        turn.is_yielding = true;
        sched_reconsider();
    }
}

void sched_set_alarm(uint64_t deadline_ns)
{
    turn.alarm_ns = deadline_ns;
    sched_reconsider();
}

void sched_set_priority(uint32_t thread, uint8_t priority)
{
    bool was_queued = threads[thread].is_queued;

    sched_make_unready(thread);
    set_priority(thread, priority);
    if (was_queued)
        sched_make_ready(thread, false);
}

uint64_t sched_used_ns(uint32_t sched)
{
    uint64_t running = sched == turn.charged ? arch_time_ns() - turn.since_ns : 0;

    return scheds[sched].used_ns + running;
}

// What was used is forgotten: the new budget is there at once.
enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns)
{
    if (budget_ns < SCHED_BUDGET_MIN_NS || period_ns < budget_ns || period_ns > SCHED_PERIOD_MAX_NS)
        return NJ_BAD_ARGUMENT;
    uint64_t now = arch_time_ns();
    uint32_t thread = scheds[sched].thread;
    if (sched == turn.charged)
        (void)turn_charge(now);
    turn_wake(sched);
    set_budget(sched, budget_ns, period_ns, now);
    if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
    sched_reconsider();
    return NJ_OK;
}

void sched_forget(uint32_t sched)
{
    if (sched == turn.charged) {
        (void)turn_charge(arch_time_ns());
        turn.charged = NIL;
        sched_reconsider();
    }
}
