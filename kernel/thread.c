// SPDX-License-Identifier: Apache-2.0
// Threads: life, and what they are bound to. Operations on them are in thread_invoke.c.
#include "kernel/thread.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/endpoint.h"
#include "kernel/gate.h"
#include "kernel/message.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/vector.h"

void thread_stop(uint32_t thread)
{
    threads[thread].state = NJ_THREAD_INACTIVE;
    if (threads[thread].sched != threads[thread].home_sched)
        sched_return_unowed(thread);
}

// Out of every queue and bond that its state means. The state is then INACTIVE.
void thread_cancel(uint32_t thread)
{
    switch (threads[thread].state) {
    case NJ_THREAD_READY:
        sched_make_unready(thread);
        break;
    case NJ_THREAD_SENDING:
    case NJ_THREAD_RECEIVING:
        endpoint_cancel(thread);
        break;
    case NJ_THREAD_REPLY_WAIT:
        reply_cancel(thread);
        break;
    case NJ_THREAD_WAITING:
        notification_cancel(thread);
        break;
    case NJ_THREAD_GATE_WAIT:
        gate_cancel(thread);
        break;
    default:
        break;
    }
    threads[thread].state = NJ_THREAD_INACTIVE;
}

void thread_suspend(uint32_t thread)
{
    uint8_t state = threads[thread].state;
    bool in_call = state > NJ_THREAD_READY && threads[thread].fault_kind == 0;

    thread_cancel(thread);
    thread_stop(thread);
    if (in_call)
        message_forget(thread);
    if (state == NJ_THREAD_WAITING)
        threads[thread].context.number = NJ_SYS_WAIT; // a fast path has not said so
    if (state == NJ_THREAD_RECEIVING)
        threads[thread].context.number = NJ_SYS_RECV; // nor this; and what it has answered it does not answer twice
    if (in_call && state == NJ_THREAD_REPLY_WAIT)
        message_finish_status(thread, NJ_PEER_LOST); // sent already: repeating the call would send it twice
    else if (in_call)
        arch_context_restart_call(thread);
}

void thread_peer_lost(uint32_t thread)
{
    if (threads[thread].fault_kind != 0) {
        thread_stop(thread); // nobody is left to say whether it may go on
        return;
    }
    message_finish_status(thread, NJ_PEER_LOST);
    sched_make_ready(thread, false);
}

void thread_join_space(uint32_t thread, uint32_t space)
{
    uint32_t first = spaces[space].threads;

    threads[thread].space = space;
    threads[thread].space_prev = NIL;
    threads[thread].space_next = first;
    if (first != NIL)
        threads[first].space_prev = thread;
    spaces[space].threads = thread;
    spaces[space].thread_count++;
    arch_context_bind(thread);
}

enum nj_status thread_leave_space(uint32_t thread, uint32_t *steps)
{
    uint32_t space = threads[thread].space;
    uint32_t next = threads[thread].space_next, prev = threads[thread].space_prev;

    thread_cancel(thread);
    thread_stop(thread);
    if (space == NIL)
        return NJ_OK;
    enum nj_status status = gate_abandon(thread, steps);
    if (status != NJ_OK)
        return status;
    if (threads[thread].vector_page != NIL)
        vector_end(thread);
    if (prev == NIL)
        spaces[space].threads = next;
    else
        threads[prev].space_next = next;
    if (next != NIL)
        threads[next].space_prev = prev;
    spaces[space].thread_count--;
    threads[thread].space = NIL;
    threads[thread].space_next = NIL;
    threads[thread].space_prev = NIL;
    threads[thread].message_page = NIL;
    arch_context_bind(thread);
    return NJ_OK;
}

enum nj_status thread_retire(uint32_t thread, uint32_t *steps)
{
    enum nj_status status = thread_leave_space(thread, steps);

    if (status != NJ_OK)
        return status;
    while (threads[thread].serving != NIL) {
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        reply_retire(threads[thread].serving);
    }
    sched_unbind(thread);
    if (threads[thread].sched != NIL)
        sched_return_donated(thread);
    notification_unbind(thread);
    arch_context_drop_fp(thread);
    if (sched_current == thread)
        sched_current = NIL;
    return cap_delete(thread_fault_slot(thread), steps);
}
