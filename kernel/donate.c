// SPDX-License-Identifier: Apache-2.0
// Which thread runs on which scheduling context. Each is bound to a home thread; a call to a passive server (one without
// a home context) lends it along, the answer brings it back, and a server that takes up new work without having
// answered sends it home.
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/sched.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"
#include "kernel/wakeup.h"

#define CHAIN_MAX 16u // servers in a chain through which time that was given up is handed on

// A context without a thread waits for no refill: that begins when the thread it goes to cannot run. This can be the one
// that runs, whose context must not be in the heap.
static void detach(uint32_t sched)
{
    uint32_t thread = scheds[sched].thread;

    if (scheds[sched].is_waiting)
        wakeup_remove(sched);
    if (thread == NIL)
        return;
    if (threads[thread].is_queued)
        sched_make_unready(thread);
    threads[thread].sched = NIL;
    scheds[sched].thread = NIL;
}

static void attach(uint32_t sched, uint32_t thread)
{
    detach(sched);
    threads[thread].sched = sched;
    scheds[sched].thread = thread;
}

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
    scheds[sched].home = thread;
    threads[thread].home_sched = sched;
    attach_and_wake(sched, thread);
    return NJ_OK;
}

void sched_unbind(uint32_t thread)
{
    uint32_t sched = threads[thread].home_sched;

    if (sched == NIL)
        return;
    detach(sched);
    scheds[sched].home = NIL;
    threads[thread].home_sched = NIL;
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
