// SPDX-License-Identifier: Apache-2.0
// Which thread runs on which scheduling context. Each is bound to a home thread; a call to a passive server (one without
// a home context) lends it along, the answer brings it back, and a server that takes up new work without having
// answered sends it home.
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/sched.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"
#include "kernel/turn.h"

// Functions of their own for what provers follow better apart from the rest.
/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    requires scheds[sched].thread == thread && threads[thread].is_queued == 0;
    assigns threads[thread].sched, scheds[sched].thread;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures scheds[sched].thread == NIL; */
static inline void part(uint32_t sched, uint32_t thread)
{
    threads[thread].sched = NIL;
    scheds[sched].thread = NIL;
}

/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    requires scheds[sched].thread == NIL && scheds[sched].is_waiting == 0;
    assigns threads[thread].sched, scheds[sched].thread;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures threads[thread].sched == sched && scheds[sched].thread == thread; */
static inline void join(uint32_t sched, uint32_t thread)
{
    threads[thread].sched = sched;
    scheds[sched].thread = thread;
}

/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    assigns scheds[sched].home, threads[thread].home_sched;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
static inline void set_home(uint32_t sched, uint32_t thread, bool is_bound)
{
    scheds[sched].home = is_bound ? thread : NIL;
    threads[thread].home_sched = is_bound ? sched : NIL;
}

#define CHAIN_MAX 16u // servers in a chain through which time that was given up is handed on

// A context without a thread waits for no refill: that begins when the thread it goes to cannot run. This can be the one
// that runs, whose context must not be in the heap.
/*@ requires is_sched(sched) && sched_holds;
    assigns READY_QUEUES, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev,
        threads[0 .. THREADS_MAX - 1].is_queued, threads[0 .. THREADS_MAX - 1].sched, wakeup_root, HEAP_LINKS,
        scheds[sched].thread;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures scheds[sched].thread == NIL && scheds[sched].is_waiting == 0; */
static void detach(uint32_t sched)
{
    uint32_t thread = scheds[sched].thread;

    if (scheds[sched].is_waiting)
        turn_wake(sched);
    if (thread == NIL)
        return;
    if (threads[thread].is_queued)
        sched_make_unready(thread);
    part(sched, thread);
}

/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    assigns READY_QUEUES, threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev,
        threads[0 .. THREADS_MAX - 1].is_queued, threads[0 .. THREADS_MAX - 1].sched, wakeup_root, HEAP_LINKS,
        scheds[sched].thread;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures threads[thread].sched == sched && scheds[sched].thread == thread && scheds[sched].is_waiting == 0; */
static void attach(uint32_t sched, uint32_t thread)
{
    detach(sched);
    join(sched, thread);
}

/*@ requires is_sched(sched) && is_thread(thread) && sched_holds;
    assigns READY_STATE, threads[0 .. THREADS_MAX - 1], scheds[0 .. SCHEDS_MAX - 1];
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
static void attach_and_wake(uint32_t sched, uint32_t thread)
{
    attach(sched, thread);
    if (threads[thread].state == NJ_THREAD_READY)
        sched_make_ready(thread, false);
}

enum nj_status sched_bind(uint32_t sched, uint32_t thread)
{
    if (scheds[sched].home != NIL || threads[thread].home_sched != NIL || threads[thread].sched != NIL)
        return NJ_IN_USE;
    if (scheds[sched].budget_ns == 0)
        return NJ_WRONG_STATE; // never configured
    set_home(sched, thread, true);
    attach_and_wake(sched, thread);
    return NJ_OK;
}

void sched_unbind(uint32_t thread)
{
    uint32_t sched = threads[thread].home_sched;

    if (sched == NIL)
        return;
    detach(sched);
    set_home(sched, thread, false);
}

enum nj_status sched_retire(uint32_t sched)
{
    uint32_t home = scheds[sched].home;

    if (home != NIL)
        sched_unbind(home); // without a home it has no thread
    sched_forget(sched);
    return NJ_OK;
}

void sched_donate(uint32_t caller, uint32_t receiver, uint32_t reply)
{
    uint32_t sched = threads[caller].sched;

    if (sched == NIL)
        return;
    attach(sched, receiver);
    replies[reply].lent = sched;
}

void sched_give_back(uint32_t reply)
{
    uint32_t receiver = replies[reply].receiver, caller = replies[reply].caller, sched = replies[reply].lent;

    replies[reply].lent = NIL;
    if (threads[receiver].sched != sched || sched == threads[receiver].home_sched || threads[caller].sched != NIL)
        return; // lent further on, or gone: it finds its way home when that server takes new work
    attach(sched, caller);
}

// Who gets what the thread gives up: its home; or, if that waits for an answer of whom it has lent this to, the last in a
// chain of servers that do the same. That one goes on first: when the thread answers it, or now, if its call was given up.
static uint32_t heir_of(uint32_t sched, uint32_t thread)
{
    uint32_t heir = scheds[sched].home;

    for (uint32_t i = 0; i < CHAIN_MAX && heir != NIL && threads[heir].state == NJ_THREAD_REPLY_WAIT; i++) {
        uint32_t reply = threads[heir].reply, receiver = replies[reply].receiver;
        if (replies[reply].lent != sched || receiver == thread || threads[receiver].sched != NIL)
            break;
        heir = receiver;
    }
    return heir;
}

static bool holds_donated(uint32_t thread)
{
    return threads[thread].sched != NIL && threads[thread].sched != threads[thread].home_sched;
}

static void pass_on(uint32_t sched, uint32_t heir)
{
    detach(sched);
    if (heir != NIL && threads[heir].sched == NIL)
        attach_and_wake(sched, heir);
}

void sched_return_donated(uint32_t thread)
{
    uint32_t sched = threads[thread].sched, serving = threads[thread].serving;

    if (!holds_donated(thread) || (serving != NIL && replies[serving].lent == sched))
        return; // or still at work for the caller who lent it
    pass_on(sched, heir_of(sched, thread));
}

void sched_return_unowed(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;

    if (!holds_donated(thread))
        return;
    uint32_t heir = heir_of(sched, thread);
    if (heir == NIL || threads[heir].state != NJ_THREAD_REPLY_WAIT || replies[threads[heir].reply].receiver != thread)
        pass_on(sched, heir);
}

enum nj_status sched_invoke(uint32_t thread, uint32_t slot, uint64_t operation)
{
    uint32_t sched = slots[slot].cap.object;

    if (operation != NJ_SCHED_INFO)
        return NJ_BAD_OPERATION;
    set_result(thread, 0, scheds[sched].budget_ns);
    set_result(thread, 1, scheds[sched].period_ns);
    set_result(thread, 2, sched_used_ns(sched));
    return NJ_OK;
}

enum nj_status sched_control_invoke(uint32_t thread, uint64_t operation)
{
    uint32_t slot;

    if (operation != NJ_SCHED_CONTROL_CONFIGURE)
        return NJ_BAD_OPERATION;
    enum nj_status status = cap_lookup_kind(thread, argument(thread, 0), NJ_KIND_SCHED, &slot);
    if (status != NJ_OK)
        return status;
    return sched_configure(slots[slot].cap.object, argument(thread, 1), argument(thread, 2));
}
