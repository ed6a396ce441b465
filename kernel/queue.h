// SPDX-License-Identifier: Apache-2.0
// First-in first-out queues of threads, linked through the threads. A thread is in at most one queue.
#pragma once
#include "kernel/object.h"

static inline bool queue_is_empty(struct queue queue)
{
    return queue.head == NIL;
}

static inline struct queue queue_append(struct queue queue, uint32_t thread)
{
    threads[thread].next = NIL;
    threads[thread].prev = queue.tail;
    if (queue.tail == NIL)
        queue.head = thread;
    else
        threads[queue.tail].next = thread;
    queue.tail = thread;
    return queue;
}

static inline struct queue queue_prepend(struct queue queue, uint32_t thread)
{
    threads[thread].prev = NIL;
    threads[thread].next = queue.head;
    if (queue.head == NIL)
        queue.tail = thread;
    else
        threads[queue.head].prev = thread;
    queue.head = thread;
    return queue;
}

static inline struct queue queue_remove(struct queue queue, uint32_t thread)
{
    uint32_t next = threads[thread].next, prev = threads[thread].prev;

    if (prev == NIL)
        queue.head = next;
    else
        threads[prev].next = next;
    if (next == NIL)
        queue.tail = prev;
    else
        threads[next].prev = prev;
    threads[thread].next = NIL;
    threads[thread].prev = NIL;
    return queue;
}
