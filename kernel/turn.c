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

/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result <==> thread != NIL && threads[thread].state == NJ_THREAD_READY && threads[thread].sched != NIL; */
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

// A function of its own, as those in turn.h.
/*@ requires sched_holds && sched_top_priority > 0 && thread == ready_queues[sched_top_priority - 1].head;
    assigns READY_QUEUES, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures can_run(thread) && is_apart(thread); */
static inline void dequeue_first(uint32_t thread)
{
    ready_remove_first(thread);
}

// A thread without time must not keep others out of the capsule it is in: it waits outside. Where it may not be cut off
// now, it is the first to be when it may.
/*@ requires sched_holds && can_run(thread) && is_apart(thread);
    assigns READY_STATE, KERNEL_STATE, turn.may_cut;
    exits \false;
    ENSURES_SCHED_HOLDS */
static void wait_for_refill(uint32_t thread)
{
    if (!gate_is_inside(thread)) {
        turn_sleep(thread);
    } else if (turn.may_cut) {
        turn.may_cut = false;
        gate_unwind(thread, NJ_OVERRUN);
        turn_sleep(thread);
    } else {
        turn_enqueue(thread, true);
    }
}

// Takes the next thread from the ready queue. A thread whose scheduling context has nothing left waits for its refill
// instead: it was used up by the thread it was lent to, which can be true of the one just charged, or before the thread
// had to wait behind a gate. NIL though somebody is ready: it is one of these, and may not be cut off now.
/*@ requires sched_holds;
    assigns READY_STATE, KERNEL_STATE, turn.may_cut;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \result == NIL || (can_run(\result) && is_apart(\result)); */
static uint32_t take_next(uint64_t now)
{
    /*@ loop invariant 0 <= i <= 2;
        LOOP_KEEPS_SCHED
        loop assigns i, READY_STATE, KERNEL_STATE, turn.may_cut;
        loop variant 2 - i; */
    for (uint32_t i = 0; i < 2 && sched_top_priority != 0; i++) {
        uint32_t thread = ready_first();
        bool has_time = refill_is_ready(threads[thread].sched, now);
        if (!has_time && !turn.may_cut && gate_is_inside(thread))
            return NIL;
        dequeue_first(thread);
        if (has_time)
            return thread;
        wait_for_refill(thread);
    }
    return NIL;
}

// The thread that ran: does it keep the processor? If not, it is put where it belongs.
/*@ requires thread == sched_current && sched_holds && current_apart;
    assigns READY_STATE, KERNEL_STATE, turn.may_cut;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \result ==> can_run(thread) && is_apart(thread); */
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
    turn_enqueue(thread, !turn_is_over);
    return false;
}

// The first refill, if it is due. False: it is not.
/*@ requires sched_holds && current_apart;
    assigns READY_STATE, threads[..], scheds[..];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
static inline bool wake_first(uint64_t now)
{
    uint32_t sched = wakeup_first();

    if (sched == NIL || !refill_is_ready(sched, now))
        return false;
    uint32_t thread = scheds[sched].thread;
    turn_wake(sched);
    if (thread != NIL && threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
    return true;
}

// What is left is due at once: the timer is set to a time that has passed, and interrupts are on in between.
/*@ requires sched_holds && current_apart;
    assigns READY_STATE, threads[..], scheds[..];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
static void wake_due(uint64_t now)
{
    bool goes_on = true;

    /*@ loop invariant 0 <= i <= WAKES_PER_CALL;
        LOOP_KEEPS_SCHED
        loop invariant current_apart;
        loop assigns i, goes_on, READY_STATE, threads[..], scheds[..];
        loop variant WAKES_PER_CALL - i; */
    for (uint32_t i = 0; i < WAKES_PER_CALL && goes_on; i++)
        goes_on = wake_first(now);
}

// Everything that happens with time: charging, the alarm, refills.
/*@ requires sched_holds && current_apart;
    assigns READY_STATE, KERNEL_STATE, turn.since_ns, turn.alarm_ns;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures current_apart; */
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

// When the time has come that the timer is set to, its interrupt comes right behind this call, and brings all that time
// brings: it is not added to what the call did. It surely comes. `timer_ns` is what the timer was set to last; nobody takes
// that away but sched_tick(), which goes on to here, and the timer fires at the present tick of the clock or the next
// (arch_timer_set). It stays pending, in the hart's compare register as with the firmware, and so ends the WFI of an idle
// machine though interrupts are off. Until then time is charged to the context that ran, as is the call itself.
/*@ requires thread == sched_current;
    CHOOSES
    exits \false; */
static __attribute__((noinline)) uint32_t choose_anew(uint32_t thread)
{
    uint64_t now = arch_time_ns();

    if (turn.timer_ns <= now) {
        sched_current = is_runnable(thread) ? thread : NIL;
        return sched_current;
    }
    turn.passing_ns = now;
    turn.may_cut = turn.timer_ns == UINT64_MAX; // its interrupt
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
