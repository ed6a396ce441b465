// SPDX-License-Identifier: Apache-2.0
// The choice of the thread to run, with everything that time brings: charging, the alarm, refills. Where little has changed
// the fast paths choose (arch/riscv64/turn.S). Budgets are in refill.c, who lends time to whom in donate.c.
#include "kernel/sched.h"

#include "kernel/arch/arch.h"
#include "kernel/fault.h"
#include "kernel/gate.h"
#include "kernel/interrupt.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/turn.h"
#include "kernel/wakeup.h"

#define WAKES_PER_CALL 32u // contexts that get their refill in one call

uint32_t sched_current;
uint32_t sched_steady;
struct turn turn;
static uint64_t passing_ns; // not 0: the time that is being dealt with, one for all that happens in it
static bool is_yielding;    // the running thread goes behind others of its priority
static bool may_cut;        // a thread off behind a gate: that can tell a whole line, so one in an interrupt of the timer

/*@ requires links_name_threads && \forall integer thread; is_thread(thread) ==> threads[thread].is_queued == 0;
    requires heap_names_scheds && scheds_named && threads_named && books_hold;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority, wakeup_root,
        sched_current, sched_steady, turn, passing_ns, is_yielding;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
BOOT_ONLY void sched_init(void)
{
    ready_init();
    wakeup_init();
    sched_current = NIL;
    turn_look_anew();
    turn = (struct turn){.timer_ns = UINT64_MAX, .alarm_ns = UINT64_MAX, .charged = NIL, .refill_ns = UINT64_MAX};
    passing_ns = 0;
    is_yielding = false;
}

/*@ assigns \nothing; */
struct queue sched_ready_queue(uint8_t priority)
{
    return ready_queues[priority];
}

/*@ assigns \nothing; */
static uint64_t time_now(void)
{
    return passing_ns != 0 ? passing_ns : arch_time_ns();
}

/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    ensures \result ==> thread != NIL; */
static bool is_runnable(uint32_t thread)
{
    return thread != NIL && threads[thread].state == NJ_THREAD_READY && threads[thread].sched != NIL;
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
        turn_look_anew();
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

// A thread without time must not keep others out of the capsule it is in: it waits outside. Where it may not be cut off
// now, it is the first to be when it may.
static void wait_for_refill(uint32_t thread)
{
    if (!gate_is_inside(thread)) {
        wakeup_insert(threads[thread].sched);
    } else if (may_cut) {
        may_cut = false;
        gate_unwind(thread, NJ_OVERRUN);
        wakeup_insert(threads[thread].sched);
    } else {
        ready_insert(thread, true);
    }
}

// Takes the next thread from the ready queue. A thread whose scheduling context has nothing left waits for its refill
// instead: it was used up by the thread it was lent to, which can be true of the one just charged, or before the thread
// had to wait behind a gate. NIL though somebody is ready: it is one of these, and may not be cut off now.
static uint32_t take_next(uint64_t now)
{
    for (uint32_t i = 0; i < 2 && sched_top_priority != 0; i++) {
        uint32_t thread = ready_first();
        bool has_time = refill_is_ready(threads[thread].sched, now);
        if (!has_time && !may_cut && gate_is_inside(thread))
            return NIL;
        ready_remove_first(thread);
        if (has_time)
            return thread;
        wait_for_refill(thread);
    }
    return NIL;
}

// The thread that ran: does it keep the processor? If not, it is put where it belongs.
static bool keeps_running(uint32_t thread, uint64_t now, bool turn_is_over)
{
    if (!is_runnable(thread))
        return false;
    if (!refill_is_ready(threads[thread].sched, now)) {
        if (threads[thread].tells_budget && !gate_is_inside(thread))
            fault_raise(thread, NJ_FAULT_BUDGET, 0, 0);
        else
            wait_for_refill(thread);
        return false;
    }
    bool is_beaten = threads[thread].priority + 1u < sched_top_priority;
    bool is_equalled = threads[thread].priority + 1u == sched_top_priority;
    if (!is_beaten && !(turn_is_over && is_equalled))
        return true;
    ready_insert(thread, !turn_is_over);
    return false;
}

// The books of the context that runs are closed. Was its turn used up?
/*@ requires sched_holds;
    assigns turn.since_ns, scheds[0 .. SCHEDS_MAX - 1];
    ENSURES_SCHED_HOLDS */
static __attribute__((noinline)) bool charge(uint64_t now)
{
    uint64_t used = now - turn.since_ns;
    uint32_t sched = turn.charged;

    turn.since_ns = now;
    if (sched == NIL)
        return false;
    bool used_up = used >= scheds[sched].left_ns;
    refill_close(sched, used, now);
    return used_up;
}

// What is left is due at once: the timer is set to a time that has passed, and interrupts are on in between.
static void wake_due(uint64_t now)
{
    for (uint32_t i = 0; i < WAKES_PER_CALL && wakeup_first() != NIL && wakeup_time() <= now; i++) {
        uint32_t sched = wakeup_first(), thread = scheds[sched].thread;
        wakeup_remove(sched);
        if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
            sched_make_ready(thread, false);
    }
}

// Everything that happens with time: charging, the alarm, refills.
static bool pass_time(uint64_t now)
{
    bool used_up = charge(now);

    if (turn.alarm_ns <= now) {
        turn.alarm_ns = UINT64_MAX;
        interrupt_raise_timer();
    }
    wake_due(now);
    return used_up;
}

// When the timer has fired, its interrupt comes right behind this call, and brings all that time brings: it is not added to
// what the call did.
static __attribute__((noinline)) uint32_t choose_anew(uint32_t thread)
{
    uint64_t now = arch_time_ns();

    if (turn.timer_ns <= now) {
        sched_current = is_runnable(thread) ? thread : NIL;
        return sched_current;
    }
    passing_ns = now;
    may_cut = turn.timer_ns == UINT64_MAX; // its interrupt
    bool used_up = pass_time(now);
    if (!keeps_running(thread, now, used_up || is_yielding))
        thread = take_next(now);
    passing_ns = 0;
    is_yielding = false;
    if (thread == NIL && sched_top_priority != 0)
        turn_set_timer(now); // interrupts are on in between
    turn_set_timer(turn.alarm_ns);
    turn.refill_ns = wakeup_time();
    turn_set_timer(turn.refill_ns);
    sched_current = thread;
    turn.charged = thread == NIL ? NIL : threads[thread].sched;
    sched_steady = thread == NIL ? SCHED_UNSTEADY : turn.charged;
    if (thread != NIL) {
        refill_start(turn.charged, now);
        turn_set_timer(now + scheds[turn.charged].left_ns);
    }
    return thread;
}

uint32_t sched_choose(void)
{
    uint32_t thread = sched_current;

    return thread != NIL && sched_stays(thread) ? thread : choose_anew(thread);
}

uint32_t sched_tick(void)
{
    turn.timer_ns = UINT64_MAX;
    arch_timer_set(UINT64_MAX);
    turn_look_anew();
    return sched_choose();
}

/*@ assigns sched_steady; */
void sched_reconsider(void)
{
    turn_look_anew();
}

/*@ assigns sched_steady, is_yielding; */
void sched_yield(uint32_t thread)
{
    if (thread == sched_current) {
        is_yielding = true;
        turn_look_anew();
    }
}

/*@ assigns sched_steady, turn.alarm_ns; */
void sched_set_alarm(uint64_t deadline_ns)
{
    turn.alarm_ns = deadline_ns;
    turn_look_anew();
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
        (void)charge(now);
    wakeup_remove(sched);
    refill_configure(sched, budget_ns, period_ns, now);
    if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
    turn_look_anew();
    return NJ_OK;
}

/*@ requires sched < SCHEDS_MAX && sched_holds;
    assigns turn, sched_steady, scheds[0 .. SCHEDS_MAX - 1];
    ENSURES_SCHED_HOLDS */
void sched_forget(uint32_t sched)
{
    if (sched == turn.charged) {
        (void)charge(arch_time_ns());
        turn.charged = NIL;
        turn_look_anew();
    }
}
