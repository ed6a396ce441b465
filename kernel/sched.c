// SPDX-License-Identifier: Apache-2.0
// What changes who may run: threads become ready and unready, contexts are configured and end. The choice is in turn.c, budgets
// are in refill.c, who lends time to whom in donate.c.
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

/*@ requires links_name_threads && \forall integer thread; is_thread(thread) ==> threads[thread].is_queued == 0;
    requires heap_names_scheds && scheds_named && threads_named && books_hold;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority, wakeup_root,
        sched_current, sched_steady, turn;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
BOOT_ONLY void sched_init(void)
{
    ready_init();
    wakeup_init();
    sched_current = NIL;
    sched_reconsider();
    turn = (struct turn){.timer_ns = UINT64_MAX, .alarm_ns = UINT64_MAX, .charged = NIL, .refill_ns = UINT64_MAX};
}

/*@ assigns \nothing; */
struct queue sched_ready_queue(uint8_t priority)
{
    return ready_queues[priority];
}

/*@ assigns \nothing; */
static uint64_t time_now(void)
{
    return turn.passing_ns != 0 ? turn.passing_ns : arch_time_ns();
}

/*@ requires thread < THREADS_MAX && threads[thread].sched < SCHEDS_MAX;
    assigns \nothing; */
bool sched_has_time(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;

    return sched != NIL && (refill_is_round_robin(sched) || refill_is_ready(sched, time_now()));
}

// Functions of their own for what provers follow better apart from the rest.
/*@ requires 0 < thread < THREADS_MAX && ready_holds;
    assigns threads[thread].state;
    ENSURES_READY_HOLDS
    ensures threads[thread].state == NJ_THREAD_READY; */
static inline void set_ready(uint32_t thread)
{
    threads[thread].state = NJ_THREAD_READY;
}

/*@ requires 0 < thread < THREADS_MAX && ready_holds && threads[thread].is_queued == 0;
    assigns threads[thread].priority;
    ENSURES_READY_HOLDS */
static inline void set_priority(uint32_t thread, uint8_t priority)
{
    threads[thread].priority = priority;
}

// Without time behind a gate it is ready all the same: when its turn comes it is cut off.
/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued,
        threads[thread].state, scheds[0 .. SCHEDS_MAX - 1].is_waiting, scheds[0 .. SCHEDS_MAX - 1].left,
        scheds[0 .. SCHEDS_MAX - 1].right, scheds[0 .. SCHEDS_MAX - 1].parent, scheds[0 .. SCHEDS_MAX - 1].rank;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void sched_make_ready(uint32_t thread, bool first)
{
    uint32_t sched = threads[thread].sched;

    set_ready(thread);
    if (sched == NIL || thread == sched_current || threads[thread].is_queued || scheds[sched].is_waiting)
        return;
    if (sched_has_time(thread) || gate_is_inside(thread)) {
        ready_insert(thread, first);
    } else {
        wakeup_insert(sched);
        sched_reconsider();
    }
}

/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority,
        threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    ENSURES_SCHED_HOLDS
    ensures threads[thread].is_queued == 0; */
void sched_make_unready(uint32_t thread)
{
    if (threads[thread].is_queued)
        ready_remove(thread);
}

/*@ assigns sched_steady, turn.is_yielding; */
void sched_yield(uint32_t thread)
{
    if (thread == sched_current) {
        turn.is_yielding = true;
        sched_reconsider();
    }
}

/*@ assigns sched_steady, turn.alarm_ns; */
void sched_set_alarm(uint64_t deadline_ns)
{
    turn.alarm_ns = deadline_ns;
    sched_reconsider();
}

/*@ requires 0 < thread < THREADS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1];
    ENSURES_SCHED_HOLDS */
void sched_set_priority(uint32_t thread, uint8_t priority)
{
    bool was_queued = threads[thread].is_queued;

    sched_make_unready(thread);
    set_priority(thread, priority);
    if (was_queued)
        sched_make_ready(thread, false);
}

/*@ requires sched < SCHEDS_MAX;
    assigns \nothing; */
uint64_t sched_used_ns(uint32_t sched)
{
    uint64_t running = sched == turn.charged ? arch_time_ns() - turn.since_ns : 0;

    return scheds[sched].used_ns + running;
}

// What was used is forgotten: the new budget is there at once.
/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1], turn.since_ns;
    ENSURES_SCHED_HOLDS */
enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns)
{
    if (budget_ns < SCHED_BUDGET_MIN_NS || period_ns < budget_ns || period_ns > SCHED_PERIOD_MAX_NS)
        return NJ_BAD_ARGUMENT;
    uint64_t now = arch_time_ns();
    uint32_t thread = scheds[sched].thread;
    if (sched == turn.charged)
        (void)turn_charge(now);
    wakeup_remove(sched);
    refill_configure(sched, budget_ns, period_ns, now);
    if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
    sched_reconsider();
    return NJ_OK;
}

/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns turn, sched_steady, scheds[0 .. SCHEDS_MAX - 1];
    ENSURES_SCHED_HOLDS */
void sched_forget(uint32_t sched)
{
    if (sched == turn.charged) {
        (void)turn_charge(arch_time_ns());
        turn.charged = NIL;
        sched_reconsider();
    }
}
