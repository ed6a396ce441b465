// SPDX-License-Identifier: Apache-2.0
// Reply objects. A receiver offers one; a call binds the caller to it; the answer, or the end of either side, frees it.
#include "kernel/reply.h"

#include "abi/fault.h"
#include "kernel/message.h"
#include "kernel/sched.h"
#include "kernel/thread.h"

enum nj_status reply_usable(uint32_t reply, uint32_t thread)
{
    if (replies[reply].caller != NIL)
        return NJ_IN_USE;
    if (replies[reply].receiver != NIL && replies[reply].receiver != thread)
        return NJ_IN_USE;
    return NJ_OK;
}

void reply_offer(uint32_t thread, uint32_t reply)
{
    threads[thread].reply = reply;
    if (reply != NIL)
        replies[reply].receiver = thread;
}

void reply_withdraw(uint32_t thread)
{
    uint32_t reply = threads[thread].reply;

    threads[thread].reply = NIL;
    if (reply != NIL)
        replies[reply].receiver = NIL;
}

void reply_hold(uint32_t reply, uint32_t caller, uint32_t receiver, bool may_grant)
{
    uint32_t newest = threads[receiver].serving;

    threads[caller].state = NJ_THREAD_REPLY_WAIT;
    threads[caller].reply = reply;
    replies[reply].caller = caller;
    replies[reply].receiver = receiver;
    replies[reply].may_grant = may_grant;
    replies[reply].next = newest;
    if (newest != NIL)
        replies[newest].prev = reply;
    threads[receiver].serving = reply;
}

// Caller and reply object let go of each other.
static void unlink(uint32_t reply)
{
    uint32_t caller = replies[reply].caller, receiver = replies[reply].receiver;
    uint32_t next = replies[reply].next, prev = replies[reply].prev;

    threads[caller].reply = NIL;
    if (prev == NIL)
        threads[receiver].serving = next;
    else
        replies[prev].next = next;
    if (next != NIL)
        replies[next].prev = prev;
    replies[reply].caller = NIL;
    replies[reply].receiver = NIL;
    replies[reply].next = NIL;
    replies[reply].prev = NIL;
}

// The same, and a donated scheduling context goes back.
static void reply_release(uint32_t reply)
{
    if (replies[reply].lent != NIL)
        sched_give_back(reply);
    unlink(reply);
}

enum nj_status reply_send(uint32_t thread, uint32_t reply)
{
    uint32_t caller = replies[reply].caller;

    if (caller == NIL)
        return NJ_WRONG_STATE;
    enum nj_status status = message_check(thread, replies[reply].may_grant);
    if (status != NJ_OK)
        return status;
    bool is_fault = threads[caller].fault_kind != 0;
    bool resumes = true;
    uint32_t source;
    if (message_source(thread, replies[reply].may_grant, &source) == NJ_AGAIN)
        return NJ_AGAIN;
    if (is_fault) {
        uint64_t words = threads[thread].context.reg[REG_TAG] & NJ_TAG_WORDS_MASK;
        resumes = words == 0 || threads[thread].context.reg[REG_WORD] != NJ_FAULT_REPLY_SUSPEND;
    } else {
        message_transfer(thread, caller, 0, source);
    }
    reply_release(reply);
    if (is_fault && resumes)
        threads[caller].fault_kind = 0;
    if (resumes)
        sched_make_ready(caller, true);
    else
        thread_stop(caller);
    return NJ_OK;
}

// The receiver keeps what it was lent until it takes up new work: without time it would never be there for others again.
void reply_cancel(uint32_t caller)
{
    uint32_t reply = threads[caller].reply, receiver = replies[reply].receiver;
    uint8_t state = threads[receiver].state;

    replies[reply].lent = NIL;
    unlink(reply);
    threads[caller].state = NJ_THREAD_INACTIVE;
    if (state == NJ_THREAD_RECEIVING || state == NJ_THREAD_INACTIVE)
        sched_return_unowed(receiver);
}

enum nj_status reply_retire(uint32_t reply)
{
    uint32_t caller = replies[reply].caller, receiver = replies[reply].receiver;

    if (caller != NIL) {
        reply_release(reply);
        thread_peer_lost(caller);
    } else if (receiver != NIL) {
        threads[receiver].reply = NIL;
        replies[reply].receiver = NIL;
    }
    return NJ_OK;
}
