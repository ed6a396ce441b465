// SPDX-License-Identifier: Apache-2.0
// Gates. A caller's thread executes in the callee, on the callee's stack, with the callee's memory and capabilities and
// its own time and priority; it comes back by itself, or is cut off. One thread at a time is inside an instance; the
// others wait in line, and who leaves hands over to the first of them.
//
// The record of who is inside lies in the space that was entered (struct gate), and context.table of the thread says
// which space that is. A thread that is inside of several went through them one after the other: each record names the
// space before, and the last of these is the thread's own. A space is in such a chain at most once: its record says that
// somebody is in it, and a thread's own space lets it in through no gate.
//
// Crossings where nobody waits are the architecture's, and leave the same state.
#include "kernel/gate.h"

#include "abi/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/message.h"
#include "kernel/queue.h"
#include "kernel/sched.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"

#define SPACES_PER_STEP 8u // of a chain, passed for one step

// The registers of the thread are another space's from here on: nothing of a call that is still being served may be
// written to them, nor what the processor still holds.
static void crossed(uint32_t thread)
{
    threads[thread].context.number = NUMBER_CROSSED;
    threads[thread].blocked = 0;
    if (thread == sched_current)
        sched_reconsider(); // the short way back, which writes the answer, is not taken
}

static void enter(uint32_t thread, uint32_t callee, uint64_t where)
{
    arch_gate_enter(thread, callee, where);
    if (spaces[callee].gate.waiters > 0)
        spaces[callee].gate.lock |= GATE_SLOW;
    crossed(thread);
}

static void leave(uint32_t thread, enum nj_status status)
{
    uint32_t space = thread_space(thread);
    bool is_lost = spaces[space].gate.is_lost;

    spaces[space].gate.is_lost = false;
    if (is_lost)
        status = NJ_PEER_LOST;
    arch_gate_leave(thread, status == NJ_OK ? NJ_MESSAGE_REGISTERS : (uint64_t)(-(int64_t)status));
    crossed(thread);
}

static void wait_in_line(uint32_t thread, uint32_t space, uint64_t where)
{
    threads[thread].badge = where;
    threads[thread].waits_on = space;
    threads[thread].state = NJ_THREAD_GATE_WAIT;
    spaces[space].gate.queue = queue_append(spaces[space].gate.queue, thread);
    spaces[space].gate.waiters++;
    spaces[space].gate.lock |= GATE_SLOW; // who leaves hands over
}

void gate_cancel(uint32_t thread)
{
    uint32_t space = threads[thread].waits_on;

    spaces[space].gate.queue = queue_remove(spaces[space].gate.queue, thread);
    spaces[space].gate.waiters--;
    threads[thread].waits_on = NIL;
}

enum nj_status gate_call(uint32_t thread)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(thread, threads[thread].context.reg[REG_BADGE], NJ_KIND_GATE, &slot);

    if (status != NJ_OK)
        return status;
    struct cap cap = slots[slot].cap;
    if ((cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    uint32_t callee = cap.object;
    if (spaces[callee].is_dead || spaces[callee].gate.broken != 0)
        return NJ_PEER_LOST;
    if (callee == threads[thread].space || gate_thread(callee) == thread)
        return NJ_IN_USE; // it would wait for itself
    if (gate_thread(callee) == NIL) {
        enter(thread, callee, cap.word);
        return NJ_OK;
    }
    if (spaces[callee].gate.waiters == NJ_GATE_WAITERS_MAX)
        return NJ_WOULD_BLOCK;
    wait_in_line(thread, callee, cap.word);
    return NJ_OK;
}

// The first in line goes in. Who has no time left would only keep it from the others, and is sent away.
static void hand_over(uint32_t space)
{
    while (spaces[space].gate.waiters > 0) {
        uint32_t next = spaces[space].gate.queue.head;
        bool has_time = sched_has_time(next);
        gate_cancel(next);
        if (has_time)
            enter(next, space, threads[next].badge);
        else
            message_finish_status(next, NJ_OVERRUN);
        sched_make_ready(next, false);
        if (has_time)
            return;
    }
}

enum nj_status gate_return(uint32_t thread)
{
    uint32_t space = thread_space(thread);

    if (!gate_is_inside(thread))
        return NJ_WRONG_STATE;
    leave(thread, NJ_OK);
    if (spaces[space].is_dead || spaces[space].gate.broken != 0)
        spaces[space].gate.lock = GATE_SLOW; // it is being ended: whoever waits is being dismissed
    else
        hand_over(space);
    return NJ_OK;
}

// Those in line get PEER_LOST, one a step.
static enum nj_status dismiss(uint32_t space, uint32_t *steps)
{
    while (spaces[space].gate.waiters > 0) {
        uint32_t thread = spaces[space].gate.queue.head;
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        gate_cancel(thread);
        thread_peer_lost(thread);
    }
    return NJ_OK;
}

// Whatever the thread waits for in there it waits for no longer.
static void cut(uint32_t thread, enum nj_status status)
{
    uint32_t space = thread_space(thread);
    bool waits = threads[thread].state > NJ_THREAD_READY;

    if (waits)
        thread_cancel(thread);
    spaces[space].gate.broken = (uint8_t)status;
    leave(thread, status);
    spaces[space].gate.lock = GATE_SLOW;
    if (waits)
        sched_make_ready(thread, false);
}

void gate_unwind(uint32_t thread, enum nj_status status)
{
    uint32_t space = thread_space(thread), steps = NJ_GATE_WAITERS_MAX;

    cut(thread, status);
    (void)dismiss(space, &steps); // all of them
}

void gate_fault(uint32_t thread, enum nj_fault kind, uint64_t pc, uint64_t detail)
{
    uint32_t space = thread_space(thread);

    spaces[space].gate.fault_kind = (uint8_t)kind;
    spaces[space].gate.fault_pc = pc;
    spaces[space].gate.fault_detail = detail;
    gate_unwind(thread, NJ_FAULTED);
}

enum nj_status gate_abandon(uint32_t thread, uint32_t *steps)
{
    while (gate_is_inside(thread)) {
        uint32_t space = thread_space(thread);
        spaces[space].gate.broken = NJ_PEER_LOST; // nobody new gets in line
        spaces[space].gate.lock |= GATE_SLOW;
        enum nj_status status = dismiss(space, steps);
        if (status == NJ_OK && *steps == 0)
            status = NJ_AGAIN;
        if (status != NJ_OK)
            return status;
        (*steps)--;
        cut(thread, NJ_PEER_LOST);
    }
    return NJ_OK;
}

// The space is taken out of the middle of a chain. Who it called goes on, and returns to whom it was called by. There are
// no more spaces in a chain than the machine has regions for capsules.
static void bypass(uint32_t thread, uint32_t space, uint32_t *steps)
{
    uint32_t inner = thread_space(thread), passed = 0;

    while (table_space(spaces[inner].gate.caller) != space) {
        inner = table_space(spaces[inner].gate.caller);
        if (++passed % SPACES_PER_STEP == 0 && *steps > 0)
            (*steps)--;
    }
    spaces[inner].gate.caller = spaces[space].gate.caller;
    spaces[inner].gate.sp = spaces[space].gate.sp;
    spaces[inner].gate.pc = spaces[space].gate.pc;
    for (uint32_t i = 0; i < 3; i++)
        spaces[inner].gate.kept[i] = spaces[space].gate.kept[i];
    spaces[inner].gate.lock |= GATE_SLOW;
    spaces[inner].gate.is_lost = true;
}

enum nj_status gate_end(uint32_t space, uint32_t *steps)
{
    enum nj_status status = dismiss(space, steps);
    uint32_t thread = gate_thread(space);

    if (status != NJ_OK)
        return status;
    if (thread != NIL && thread_space(thread) == space)
        cut(thread, NJ_PEER_LOST);
    else if (thread != NIL)
        bypass(thread, space, steps);
    spaces[space].gate.lock = GATE_SLOW;
    return NJ_OK;
}
