// SPDX-License-Identifier: Apache-2.0
// Endpoints. The queue holds receivers or senders, never both. This is the complete path; the architecture's fast paths
// do the common cases with the same result.
#include "kernel/endpoint.h"

#include "kernel/arch/arch.h"
#include "kernel/fault.h"
#include "kernel/message.h"
#include "kernel/queue.h"
#include "kernel/reply.h"
#include "kernel/sched.h"
#include "kernel/thread.h"

static void endpoint_block(uint32_t thread, uint32_t endpoint, enum nj_thread_state state)
{
    threads[thread].state = (uint8_t)state;
    threads[thread].waits_on = endpoint;
    endpoints[endpoint].has_receivers = state == NJ_THREAD_RECEIVING;
    endpoints[endpoint].queue = queue_append(endpoints[endpoint].queue, thread);
}

static void endpoint_unblock(uint32_t thread, uint32_t endpoint)
{
    endpoints[endpoint].queue = queue_remove(endpoints[endpoint].queue, thread);
    threads[thread].waits_on = NIL;
}

static bool has_receiver(uint32_t endpoint)
{
    return !queue_is_empty(endpoints[endpoint].queue) && endpoints[endpoint].has_receivers;
}

// The message of a sender, or of its fault, goes to a receiver that is ready for it.
static void deliver(uint32_t sender, uint32_t receiver, uint64_t badge, uint32_t source)
{
    if (threads[sender].fault_kind != 0)
        fault_message(sender, receiver, badge);
    else
        message_transfer(sender, receiver, badge, source);
}

// The receiver has taken a call with the reply object it offered.
static void start_call(uint32_t caller, uint32_t receiver, uint32_t reply, bool may_grant_reply)
{
    reply_hold(reply, caller, receiver, may_grant_reply);
    if (threads[receiver].sched == NIL)
        sched_donate(caller, receiver, reply);
}

enum nj_status endpoint_send(uint32_t thread, uint32_t endpoint, struct cap cap, bool is_call, bool may_block)
{
    bool may_grant = (cap.rights & NJ_RIGHT_GRANT) != 0;
    bool may_grant_reply = (cap.rights & (NJ_RIGHT_GRANT | NJ_RIGHT_GRANT_REPLY)) != 0;
    uint32_t source;

    if (message_source(thread, may_grant, &source) == NJ_AGAIN)
        return NJ_AGAIN; // before it waits: then there is little left to do for who takes the message
    if (!has_receiver(endpoint)) {
        if (!may_block)
            return NJ_WOULD_BLOCK;
        threads[thread].badge = cap.word;
        threads[thread].is_calling = is_call;
        threads[thread].may_grant = may_grant;
        threads[thread].may_grant_reply = may_grant_reply;
        endpoint_block(thread, endpoint, NJ_THREAD_SENDING);
        return NJ_OK;
    }
    uint32_t receiver = endpoints[endpoint].queue.head;
    uint32_t reply = threads[receiver].reply;
    if (is_call && reply == NIL)
        return NJ_NO_REPLY_OBJECT;
    endpoint_unblock(receiver, endpoint);
    deliver(thread, receiver, cap.word, source);
    reply_withdraw(receiver);
    if (is_call)
        start_call(thread, receiver, reply, may_grant_reply);
    sched_make_ready(receiver, true);
    return NJ_OK;
}

static bool has_sender(uint32_t endpoint)
{
    return !queue_is_empty(endpoints[endpoint].queue) && !endpoints[endpoint].has_receivers;
}

// Not in the receiver's time: a sender could have made what there is to search as wide as it likes.
enum nj_status endpoint_first_source(uint32_t endpoint, uint32_t *source)
{
    uint32_t sender = endpoints[endpoint].queue.head;

    *source = NIL;
    if (!has_sender(endpoint) || message_source(sender, threads[sender].may_grant, source) == NJ_OK)
        return NJ_OK;
    endpoint_unblock(sender, endpoint);
    arch_context_restart_call(sender);
    sched_make_ready(sender, false);
    return NJ_AGAIN;
}

enum nj_status endpoint_receive(uint32_t thread, uint32_t endpoint, uint32_t source, uint32_t reply, bool may_block)
{
    if (!has_sender(endpoint)) {
        if (!may_block)
            return NJ_WOULD_BLOCK;
        reply_offer(thread, reply);
        sched_return_donated(thread);
        endpoint_block(thread, endpoint, NJ_THREAD_RECEIVING);
        return NJ_OK;
    }
    uint32_t sender = endpoints[endpoint].queue.head;
    if (threads[sender].is_calling && reply == NIL)
        return NJ_NO_REPLY_OBJECT;
    endpoint_unblock(sender, endpoint);
    deliver(sender, thread, threads[sender].badge, source);
    if (threads[sender].is_calling) {
        if (threads[sender].sched != NIL)
            sched_return_donated(thread); // it need not work for this caller on time of one who is gone
        start_call(sender, thread, reply, threads[sender].may_grant_reply);
    } else {
        message_finish(sender, 0, 0);
        sched_make_ready(sender, false);
    }
    return NJ_OK;
}

void endpoint_cancel(uint32_t thread)
{
    endpoint_unblock(thread, threads[thread].waits_on);
    reply_withdraw(thread);
}

enum nj_status endpoint_retire(uint32_t endpoint, uint32_t *steps)
{
    while (!queue_is_empty(endpoints[endpoint].queue)) {
        uint32_t thread = endpoints[endpoint].queue.head;
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        endpoint_cancel(thread);
        thread_peer_lost(thread);
    }
    return NJ_OK;
}
