// SPDX-License-Identifier: Apache-2.0
// First-in first-out queues of threads, linked through the threads. A thread is in at most one queue.
#pragma once
#include "kernel/object.h"

/*@ // What links threads names threads.
    predicate links_name_threads{L} = \forall integer thread; 0 <= thread < THREADS_MAX ==>
        threads[thread].next < THREADS_MAX && threads[thread].prev < THREADS_MAX;
    predicate queue_names_threads(struct queue queue) = queue.head < THREADS_MAX && queue.tail < THREADS_MAX; */

/*@ assigns \nothing;
    ensures \result <==> queue.head == NIL; */
static inline bool queue_is_empty(struct queue queue)
{
    return queue.head == NIL;
}

/*@ requires thread < THREADS_MAX && queue_names_threads(queue) && links_name_threads;
    assigns threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev;
    ensures links_name_threads;
    ensures queue_names_threads(\result); */
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

/*@ requires thread < THREADS_MAX && queue_names_threads(queue) && links_name_threads;
    assigns threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev;
    ensures links_name_threads;
    ensures queue_names_threads(\result); */
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

/*@ requires thread < THREADS_MAX && queue_names_threads(queue) && links_name_threads;
    assigns threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev;
    ensures links_name_threads;
    ensures queue_names_threads(\result); */
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
