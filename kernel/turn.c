// SPDX-License-Identifier: Apache-2.0
// The choice of the thread to run, with everything that time brings: charging, the alarm, refills. Where little has changed
// the fast paths choose (arch/riscv64/turn.S).
#include "kernel/turn.h"

#include "kernel/arch/arch.h"
#include "kernel/fault.h"
#include "kernel/gate.h"
#include "kernel/interrupt.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/sched.h"
#include "kernel/wakeup.h"

#define WAKES_PER_CALL 32u // contexts that get their refill in one call

static bool may_cut; // a thread off behind a gate: that can tell a whole line, so one in an interrupt of the timer

/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    ensures \result ==> thread != NIL; */
static bool is_runnable(uint32_t thread)
{
    return thread != NIL && threads[thread].state == NJ_THREAD_READY && threads[thread].sched != NIL;
}

bool turn_charge(uint64_t now)
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

// What is left is due at once: the timer is set to a time that has passed, and interrupts are on in between.
static void wake_due(uint64_t now)
{
    for (uint32_t i = 0; i < WAKES_PER_CALL; i++) {
        uint32_t sched = wakeup_first();
        if (sched == NIL || !refill_is_ready(sched, now))
            return;
        uint32_t thread = scheds[sched].thread;
        wakeup_remove(sched);
        if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
            sched_make_ready(thread, false);
    }
}

// Everything that happens with time: charging, the alarm, refills.
static bool pass_time(uint64_t now)
{
    bool used_up = turn_charge(now);

    if (turn.alarm_ns <= now) {
        turn.alarm_ns = UINT64_MAX;
        interrupt_raise_timer();
    }
    wake_due(now);
    return used_up;
}

// When the time has come that the timer is set to, its interrupt comes right behind this call, and brings all that time brings:
// it is not added to what the call did. It surely comes. `timer_ns` is what the timer was set to last; nobody takes that away
// but sched_tick(), which goes on to here, and it fires at a tick of the clock that is the present one or the next
// (arch_timer_set). Pending it stays, in the hart's compare register as with the firmware, and so ends the WFI of an idle
// machine though interrupts are off. Until then time is charged to the context that ran, as is the call itself.
static __attribute__((noinline)) uint32_t choose_anew(uint32_t thread)
{
    uint64_t now = arch_time_ns();

    if (turn.timer_ns <= now) {
        sched_current = is_runnable(thread) ? thread : NIL;
        return sched_current;
    }
    turn.passing_ns = now;
    may_cut = turn.timer_ns == UINT64_MAX; // its interrupt
    bool used_up = pass_time(now);
    if (!keeps_running(thread, now, used_up || turn.is_yielding))
        thread = take_next(now);
    turn.passing_ns = 0;
    turn.is_yielding = false;
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
    return choose_anew(sched_current);
}
