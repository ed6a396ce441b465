// SPDX-License-Identifier: Apache-2.0
// Ready queues and the choice of the thread to run. Budgets are in refill.c, who lends time to whom in donate.c.
#include "kernel/sched.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/clock.h"
#include "kernel/fault.h"
#include "kernel/gate.h"
#include "kernel/interrupt.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/wakeup.h"

#define WAKES_PER_CALL 32u // contexts that get their refill in one call

uint32_t sched_current;
uint32_t sched_steady;

// Whenever a user program runs, `charged` is the context it runs on.
static struct {
    uint64_t since_ns;   // charged up to here
    uint64_t event_ns;   // the alarm or the next refill, whichever is earlier; 0: who runs must be chosen anew
    uint64_t timer_ns;   // what the timer is set to
    uint64_t alarm_ns;   // UINT64_MAX: none
    uint64_t passing_ns; // not 0: the time that is being dealt with, one for all that happens in it
    uint32_t charged;    // scheduling context whose time runs, NIL when idle
    bool is_yielding;    // the running thread goes behind others of its priority
} clock;

// The next choice of a thread has a look at everything.
static void look_anew(void)
{
    clock.event_ns = 0;
    sched_steady = SCHED_UNSTEADY;
}

void sched_init(void)
{
    ready_init();
    wakeup_init();
    sched_current = NIL;
    look_anew();
    clock.since_ns = 0;
    clock.timer_ns = UINT64_MAX;
    clock.alarm_ns = UINT64_MAX;
    clock.passing_ns = 0;
    clock.charged = NIL;
    clock.is_yielding = false;
}

struct queue sched_ready_queue(uint8_t priority)
{
    return ready_queues[priority];
}

static uint64_t time_now(void)
{
    return clock.passing_ns != 0 ? clock.passing_ns : arch_time_ns();
}

static bool is_runnable(uint32_t thread)
{
    return thread != NIL && threads[thread].state == NJ_THREAD_READY && threads[thread].sched != NIL;
}

void sched_make_ready(uint32_t thread, bool first)
{
    uint32_t sched = threads[thread].sched;

    threads[thread].state = NJ_THREAD_READY;
    if (sched == NIL || thread == sched_current || threads[thread].is_queued || scheds[sched].is_waiting)
        return;
    if (refill_is_round_robin(sched) || refill_is_ready(sched, time_now())) {
        ready_insert(thread, first);
    } else {
        wakeup_insert(sched);
        look_anew();
    }
}

void sched_make_unready(uint32_t thread)
{
    if (threads[thread].is_queued)
        ready_remove(thread);
}

// A timer that is set too early costs one needless interrupt a turn; setting it anew at every switch costs more.
static void set_timer(uint64_t deadline)
{
    if (deadline < clock.timer_ns) {
        clock.timer_ns = deadline;
        arch_timer_set(deadline);
    }
}

// A thread without time must not keep others out of the capsule it is in: it waits outside.
static void wait_for_refill(uint32_t thread)
{
    if (gate_is_inside(thread))
        gate_unwind(thread, NJ_OVERRUN);
    wakeup_insert(threads[thread].sched);
}

// Takes the next thread from the ready queue. A thread whose scheduling context has nothing left (it was used up by the
// thread it was lent to) waits for its refill instead; only the one just charged can be such.
static uint32_t take_next(uint64_t now)
{
    for (uint32_t i = 0; i < 2 && sched_top_priority != 0; i++) {
        uint32_t thread = ready_first();
        ready_remove_first(thread);
        if (refill_is_ready(threads[thread].sched, now))
            return thread;
        wait_for_refill(thread);
    }
    return NIL;
}

static void tell_budget(uint32_t thread)
{
    uint32_t handler = fault_raise(thread, NJ_FAULT_BUDGET, 0, 0);

    if (handler != NIL)
        sched_make_ready(handler, true);
}

// The thread that ran: does it keep the processor? If not, it is put where it belongs.
static bool keeps_running(uint32_t thread, uint64_t now, bool turn_is_over)
{
    if (!is_runnable(thread))
        return false;
    if (!refill_is_ready(threads[thread].sched, now)) {
        if (threads[thread].tells_budget && !gate_is_inside(thread))
            tell_budget(thread);
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
static __attribute__((noinline)) bool charge(uint64_t now)
{
    uint64_t used = now - clock.since_ns;
    uint32_t sched = clock.charged;

    clock.since_ns = now;
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

    if (clock.alarm_ns <= now) {
        clock.alarm_ns = UINT64_MAX;
        interrupt_raise_timer();
    }
    wake_due(now);
    return used_up;
}

static __attribute__((noinline)) uint32_t choose_anew(uint32_t thread)
{
    uint64_t now = arch_time_ns();

    clock.passing_ns = now;
    bool used_up = pass_time(now);
    if (!keeps_running(thread, now, used_up || clock.is_yielding))
        thread = take_next(now);
    clock.passing_ns = 0;
    clock.is_yielding = false;
    clock.event_ns = clock.alarm_ns < wakeup_time() ? clock.alarm_ns : wakeup_time();
    set_timer(clock.event_ns);
    sched_current = thread;
    clock.charged = thread == NIL ? NIL : threads[thread].sched;
    sched_steady = thread == NIL ? SCHED_UNSTEADY : clock.charged;
    if (thread != NIL) {
        refill_start(clock.charged, now);
        set_timer(now + scheds[clock.charged].left_ns);
    }
    return thread;
}

uint32_t sched_choose(void)
{
    uint32_t thread = sched_current;

    return thread != NIL && sched_stays(thread) ? thread : choose_anew(thread);
}

// ---- What the fast paths call. They come straight from a user program, so something is charged. All is inlined: no
// function is called and no register saved, unless the timer must be set. ---------------------------------------------

// The clock has nothing to say, and the turn is not over; nor are there books to close.
static inline bool is_quiet(uint64_t now)
{
    uint32_t charged = clock.charged;

    return now < clock.event_ns && now - clock.since_ns < scheds[charged].left_ns && refill_is_round_robin(charged);
}

static __attribute__((noinline)) uint32_t set_timer_for(uint32_t thread, uint64_t deadline)
{
    set_timer(deadline);
    return thread;
}

static inline uint32_t go_on(uint32_t thread, uint32_t sched, uint64_t now)
{
    uint64_t deadline = now + scheds[sched].left_ns;

    refill_charge(clock.charged, now - clock.since_ns);
    refill_start(sched, now);
    clock.since_ns = now;
    clock.charged = sched;
    sched_steady = sched;
    sched_current = thread;
    return deadline < clock.timer_ns ? set_timer_for(thread, deadline) : thread;
}

// Is this thread, READY and in no queue, the one to run: before the running one, which could go on, and all that are ready?
static inline bool beats_all(uint32_t thread, uint32_t running, uint64_t now)
{
    uint32_t sched = threads[thread].sched, priority = threads[thread].priority;

    return sched != NIL && priority > threads[running].priority && priority >= sched_top_priority &&
           threads[running].sched == sched_steady && is_quiet(now) && refill_is_ready(sched, now);
}

static __attribute__((noinline)) uint32_t queue_only(uint32_t thread, bool first)
{
    sched_make_ready(thread, first);
    return NIL;
}

// If it is, it goes on and the running one waits in front of its equals. Else it is made ready and NIL returned.
static __attribute__((noinline)) uint32_t preempt(uint32_t thread, uint32_t running, uint64_t now, bool first)
{
    if (!beats_all(thread, running, now))
        return queue_only(thread, first);
    ready_insert(running, true);
    return go_on(thread, threads[thread].sched, now);
}

static __attribute__((noinline)) uint32_t switch_slowly(uint32_t thread)
{
    sched_make_ready(thread, true);
    return sched_choose();
}

// A context that waits for its refill is not ready as long as the clock has nothing to say.
uint32_t sched_switch(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;
    uint64_t now = clock_ns();

    return is_quiet(now) && refill_is_ready(sched, now) ? go_on(thread, sched, now) : switch_slowly(thread);
}

uint32_t sched_hand_over(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;

    if (sched == NIL || threads[thread].priority + 1u < sched_top_priority) {
        sched_make_ready(thread, true);
        return sched_choose();
    }
    if (sched != sched_steady)
        return sched_switch(thread);
    sched_current = thread; // it was lent the time that runs
    return thread;
}

uint32_t sched_let_go_on(uint32_t thread)
{
    uint32_t running = sched_current;

    if (threads[running].sched == NIL)
        return sched_hand_over(thread);
    uint32_t next = preempt(thread, running, clock_ns(), true);
    return next != NIL ? next : sched_choose();
}

void sched_reconsider(void)
{
    look_anew();
}

uint32_t sched_wake(uint32_t thread)
{
    uint32_t next = preempt(thread, sched_current, clock_ns(), false);

    return next != NIL ? next : sched_choose();
}

uint32_t sched_block(void)
{
    uint32_t thread = ready_first();

    if (thread == NIL)
        return sched_choose();
    ready_remove_first(thread);
    return sched_switch(thread);
}

void sched_yield(uint32_t thread)
{
    if (thread == sched_current) {
        clock.is_yielding = true;
        look_anew();
    }
}

// The alarm is due: does the thread it wakes go on at once, in front of the one that runs? NIL: a choice must be made.
static inline uint32_t alarm_preempts(uint32_t running, uint64_t now)
{
    clock.alarm_ns = UINT64_MAX;
    clock.event_ns = wakeup_time();
    uint32_t waiter = interrupt_wake_timer();
    if (waiter == NIL || preempt(waiter, running, now, false) == NIL)
        return NIL;
    set_timer(clock.event_ns);
    return waiter;
}

uint32_t sched_tick(void)
{
    uint32_t running = sched_current;
    uint64_t now = clock_ns();

    clock.timer_ns = UINT64_MAX;
    uint32_t next = running != NIL && clock.alarm_ns <= now ? alarm_preempts(running, now) : NIL;
    if (next != NIL)
        return next;
    arch_timer_set(UINT64_MAX);
    look_anew();
    return sched_choose();
}

void sched_set_alarm(uint64_t deadline_ns)
{
    clock.alarm_ns = deadline_ns;
    look_anew();
}

void sched_set_priority(uint32_t thread, uint8_t priority)
{
    bool was_queued = threads[thread].is_queued;

    sched_make_unready(thread);
    threads[thread].priority = priority;
    if (was_queued)
        sched_make_ready(thread, false);
}

uint64_t sched_used_ns(uint32_t sched)
{
    uint64_t running = sched == clock.charged ? arch_time_ns() - clock.since_ns : 0;

    return scheds[sched].used_ns + running;
}

// What was used is forgotten: the new budget is there at once.
enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns)
{
    if (budget_ns < SCHED_BUDGET_MIN_NS || period_ns < budget_ns || period_ns > SCHED_PERIOD_MAX_NS)
        return NJ_BAD_ARGUMENT;
    uint64_t now = arch_time_ns();
    uint32_t thread = scheds[sched].thread;
    if (sched == clock.charged)
        (void)charge(now);
    wakeup_remove(sched);
    refill_configure(sched, budget_ns, period_ns, now);
    if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
    look_anew();
    return NJ_OK;
}

void sched_forget(uint32_t sched)
{
    if (sched == clock.charged) {
        (void)charge(arch_time_ns());
        clock.charged = NIL;
        look_anew();
    }
}
