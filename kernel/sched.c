// SPDX-License-Identifier: Apache-2.0
// Ready queues and the choice of the thread to run. Budgets are in refill.c, who lends time to whom in donate.c.
#include "kernel/sched.h"

#include "kernel/arch/arch.h"
#include "kernel/fault.h"
#include "kernel/interrupt.h"
#include "kernel/queue.h"
#include "kernel/refill.h"

uint32_t sched_current;
uint32_t sched_top_priority;
uint32_t sched_steady;

static struct queue ready[PRIORITIES];
static uint64_t ready_words[PRIORITIES / 64u]; // bit p % 64 of word p / 64: ready[p] is not empty
static uint32_t charged;                       // scheduling context whose time runs, NIL when idle
static uint64_t charged_since;
static uint64_t alarm_ns = UINT64_MAX;
static uint64_t timer_ns = UINT64_MAX; // what the timer is set to
static bool current_yields;                   // the running thread goes behind others of its priority
static uint64_t passing_ns;                   // not 0: the time that is being dealt with, one for all that happens in it
static bool is_due;                           // the timer fired or was changed: look at the time

void sched_init(void)
{
    for (uint32_t i = 0; i < PRIORITIES; i++)
        ready[i] = (struct queue){NIL, NIL};
    for (uint32_t i = 0; i < PRIORITIES / 64u; i++)
        ready_words[i] = 0;
    sched_current = NIL;
    sched_top_priority = 0;
    charged = NIL;
    alarm_ns = UINT64_MAX;
    timer_ns = UINT64_MAX;
    current_yields = false;
    is_due = false;
    sched_steady = SCHED_UNSTEADY;
    passing_ns = 0;
    refill_init();
}

struct queue sched_ready_queue(uint8_t priority)
{
    return ready[priority];
}

static uint32_t highest_bit(uint64_t word)
{
    return 63u - (uint32_t)__builtin_clzll(word);
}

static void update_top(void)
{
    sched_top_priority = 0;
    for (uint32_t i = PRIORITIES / 64u; i-- > 0;) {
        if (ready_words[i] != 0) {
            sched_top_priority = i * 64u + highest_bit(ready_words[i]) + 1u;
            return;
        }
    }
}

static void ready_insert(uint32_t thread, bool first)
{
    uint32_t priority = threads[thread].priority;

    ready[priority] = first ? queue_prepend(ready[priority], thread) : queue_append(ready[priority], thread);
    ready_words[priority / 64u] |= 1ull << (priority % 64u);
    threads[thread].is_queued = true;
    if (priority + 1u > sched_top_priority)
        sched_top_priority = priority + 1u;
}

static void ready_remove(uint32_t thread)
{
    uint32_t priority = threads[thread].priority;

    ready[priority] = queue_remove(ready[priority], thread);
    threads[thread].is_queued = false;
    if (queue_is_empty(ready[priority])) {
        ready_words[priority / 64u] &= ~(1ull << (priority % 64u));
        update_top();
    }
}

// Time of the current turn is charged to its scheduling context.
static void charge(uint64_t now)
{
    if (charged != NIL) {
        scheds[charged].used_ns += now - charged_since;
        refill_charge(charged, now - charged_since);
    }
    charged_since = now;
}

static uint64_t time_now(void)
{
    return passing_ns != 0 ? passing_ns : arch_time_ns();
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
    if (sched != charged)
        refill_start(sched, time_now());
    ready_insert(thread, first);
}

void sched_make_unready(uint32_t thread)
{
    if (threads[thread].is_queued)
        ready_remove(thread);
}

static void set_timer(uint64_t now)
{
    uint64_t next = alarm_ns;
    uint64_t wake = refill_next_wake();

    if (wake < next)
        next = wake;
    if (charged != NIL && now + refill_left(charged) < next)
        next = now + refill_left(charged);
    if (next != timer_ns) {
        timer_ns = next;
        arch_timer_set(next);
    }
}

// Takes the next thread from the ready queue. A thread whose scheduling context has nothing left (it was used up by the
// thread it was lent to) waits for its refill instead; only the one just charged can be such.
static uint32_t take_next(uint64_t now)
{
    for (uint32_t i = 0; i < 2 && sched_top_priority != 0; i++) {
        uint32_t thread = ready[sched_top_priority - 1u].head;
        ready_remove(thread);
        if (refill_is_ready(threads[thread].sched, now))
            return thread;
        refill_wait(threads[thread].sched);
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
        if (threads[thread].tells_budget)
            tell_budget(thread);
        else
            refill_wait(threads[thread].sched);
        return false;
    }
    bool is_beaten = threads[thread].priority + 1u < sched_top_priority;
    bool is_equalled = threads[thread].priority + 1u == sched_top_priority;
    if (!is_beaten && !(turn_is_over && is_equalled))
        return true;
    ready_insert(thread, !turn_is_over);
    return false;
}

// Everything that happens with time: charging, the alarm, refills.
static bool pass_time(uint64_t now)
{
    bool used_up = charged != NIL && now - charged_since >= refill_left(charged);

    charge(now);
    is_due = false;
    if (alarm_ns <= now) {
        alarm_ns = UINT64_MAX;
        interrupt_raise_timer();
    }
    refill_wake(now);
    return used_up;
}

static __attribute__((noinline)) uint32_t choose_anew(uint32_t thread)
{
    uint64_t now = arch_time_ns();
    passing_ns = now;
    bool used_up = pass_time(now);
    if (!keeps_running(thread, now, used_up || current_yields))
        thread = take_next(now);
    passing_ns = 0;
    current_yields = false;
    sched_current = thread;
    charged = thread == NIL ? NIL : threads[thread].sched;
    sched_steady = thread == NIL || is_due ? SCHED_UNSTEADY : charged;
    set_timer(now);
    return thread;
}

uint32_t sched_choose(void)
{
    uint32_t thread = sched_current;

    return thread != NIL && sched_stays(thread) ? thread : choose_anew(thread);
}

// A timer that is set too early costs one needless interrupt a turn; setting it anew at every switch costs more.
static void set_timer_earlier(uint64_t deadline)
{
    if (deadline < timer_ns) {
        timer_ns = deadline;
        arch_timer_set(deadline);
    }
}

uint32_t sched_switch(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;
    uint64_t now = arch_time_ns();
    bool is_quiet = !is_due && now < alarm_ns && now < refill_next_wake() && charged != NIL;

    if (is_quiet && !scheds[sched].is_waiting && now - charged_since < refill_left(charged)) {
        charge(now);
        refill_start(sched, now);
        if (refill_is_ready(sched, now)) {
            sched_current = thread;
            charged = sched;
            sched_steady = sched;
            set_timer_earlier(now + refill_left(sched));
            return thread;
        }
    }
    sched_make_ready(thread, true);
    return sched_choose();
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

void sched_yield(uint32_t thread)
{
    if (thread == sched_current) {
        current_yields = true;
        sched_steady = SCHED_UNSTEADY;
    }
}

void sched_tick(void)
{
    timer_ns = UINT64_MAX;
    is_due = true;
    sched_steady = SCHED_UNSTEADY;
}

void sched_set_alarm(uint64_t deadline_ns)
{
    alarm_ns = deadline_ns;
    is_due = true;
    sched_steady = SCHED_UNSTEADY;
}

void sched_set_priority(uint32_t thread, uint8_t priority)
{
    bool was_queued = threads[thread].is_queued;

    if (was_queued)
        ready_remove(thread);
    threads[thread].priority = priority;
    if (was_queued)
        ready_insert(thread, false);
}

uint64_t sched_used_ns(uint32_t sched)
{
    uint64_t running = sched == charged ? arch_time_ns() - charged_since : 0;

    return scheds[sched].used_ns + running;
}

enum nj_status sched_configure(uint32_t sched, uint64_t budget_ns, uint64_t period_ns)
{
    if (budget_ns < SCHED_BUDGET_MIN_NS || period_ns < budget_ns || period_ns > SCHED_PERIOD_MAX_NS)
        return NJ_BAD_ARGUMENT;
    if (sched == charged)
        charge(arch_time_ns());
    refill_configure(sched, budget_ns, period_ns, arch_time_ns());
    is_due = true;
    sched_steady = SCHED_UNSTEADY;
    return NJ_OK;
}

void sched_forget(uint32_t sched)
{
    if (sched == charged) {
        charge(arch_time_ns());
        charged = NIL;
        sched_steady = SCHED_UNSTEADY;
    }
}
