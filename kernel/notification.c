// SPDX-License-Identifier: Apache-2.0
// Notifications. Badges of signals that nobody waits for gather in the word; a waiter takes the whole word.
#include "kernel/notification.h"

#include "kernel/arch/arch.h"
#include "kernel/endpoint.h"
#include "kernel/message.h"
#include "kernel/queue.h"
#include "kernel/sched.h"
#include "kernel/thread.h"

void notification_give(uint32_t thread, uint64_t word, uint64_t tag)
{
    message_forget(thread);
    threads[thread].context.reg[REG_WORD] = word;
    message_finish(thread, 0, tag);
}

void notification_signal(uint32_t notification, uint64_t badge)
{
    uint32_t waiter = notifications[notification].queue.head;
    uint32_t bound = notifications[notification].thread;

    if (waiter != NIL) {
        notification_cancel(waiter);
        notification_give(waiter, badge, 1);
        sched_make_ready(waiter, false);
    } else if (bound != NIL && threads[bound].state == NJ_THREAD_RECEIVING) {
        endpoint_cancel(bound);
        notification_give(bound, notifications[notification].word | badge, NJ_TAG_SIGNAL | 1);
        notifications[notification].word = 0;
        sched_make_ready(bound, false);
    } else {
        notifications[notification].word |= badge;
    }
}

enum nj_status notification_wait(uint32_t thread, uint32_t notification, bool may_block)
{
    if (notifications[notification].word != 0) {
        notification_give(thread, notifications[notification].word, 1);
        notifications[notification].word = 0;
        return NJ_OK;
    }
    if (!may_block)
        return NJ_WOULD_BLOCK;
    sched_return_donated(thread);
    threads[thread].state = NJ_THREAD_WAITING;
    threads[thread].waits_on = notification;
    notifications[notification].queue = queue_append(notifications[notification].queue, thread);
    return NJ_OK;
}

bool notification_take_bound(uint32_t thread)
{
    uint32_t notification = threads[thread].notification;

    if (notification == NIL || notifications[notification].word == 0)
        return false;
    notification_give(thread, notifications[notification].word, NJ_TAG_SIGNAL | 1);
    notifications[notification].word = 0;
    return true;
}

void notification_cancel(uint32_t thread)
{
    uint32_t notification = threads[thread].waits_on;

    notifications[notification].queue = queue_remove(notifications[notification].queue, thread);
    threads[thread].waits_on = NIL;
}

enum nj_status notification_bind(uint32_t notification, uint32_t thread)
{
    if (notifications[notification].thread != NIL || threads[thread].notification != NIL)
        return NJ_IN_USE;
    notifications[notification].thread = thread;
    threads[thread].notification = notification;
    threads[thread].slow |= CONTEXT_BOUND;
    if (notifications[notification].word != 0)
        notification_signal(notification, 0); // was signalled before: it may be receiving
    return NJ_OK;
}

void notification_unbind(uint32_t thread)
{
    uint32_t notification = threads[thread].notification;

    if (notification == NIL)
        return;
    notifications[notification].thread = NIL;
    threads[thread].notification = NIL;
    threads[thread].slow &= (uint16_t)~CONTEXT_BOUND;
}

enum nj_status notification_retire(uint32_t notification, uint32_t *steps)
{
    uint32_t bound = notifications[notification].thread;

    if (bound != NIL)
        notification_unbind(bound);
    while (!queue_is_empty(notifications[notification].queue)) {
        uint32_t thread = notifications[notification].queue.head;
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        notification_cancel(thread);
        thread_peer_lost(thread);
    }
    return NJ_OK;
}
