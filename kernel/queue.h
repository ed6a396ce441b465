// SPDX-License-Identifier: Apache-2.0
// First-in first-out queues of threads, linked through the threads. A thread is in at most one queue.
#pragma once
#include "kernel/object.h"

/*@ // What links threads names threads.
    predicate links_name_threads{L} = \forall integer thread; 0 <= thread < THREADS_MAX ==>
        threads[thread].next < THREADS_MAX && threads[thread].prev < THREADS_MAX;
    predicate queue_names_threads(struct queue queue) = queue.head < THREADS_MAX && queue.tail < THREADS_MAX;

    // The links of threads, but for these two, are what they were.
    predicate next_kept{L1, L2}(integer one, integer other) = \forall integer thread; 0 <= thread < THREADS_MAX &&
        thread != one && thread != other ==> \at(threads[thread].next, L1) == \at(threads[thread].next, L2);
    predicate prev_kept{L1, L2}(integer one, integer other) = \forall integer thread; 0 <= thread < THREADS_MAX &&
        thread != one && thread != other ==> \at(threads[thread].prev, L1) == \at(threads[thread].prev, L2); */

/*@ assigns \nothing;
    exits \false;
    ensures \result <==> queue.head == NIL; */
static inline bool queue_is_empty(struct queue queue)
{
    return queue.head == NIL;
}

/*@ requires thread < THREADS_MAX && queue_names_threads(queue) && links_name_threads && thread != queue.tail;
    assigns threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev;
    exits \false;
    ensures links_name_threads;
    ensures queue_names_threads(\result);
    ensures \result.tail == thread && \result.head == (queue.tail == NIL ? thread : queue.head);
    ensures threads[thread].next == NIL && threads[thread].prev == queue.tail;
    ensures queue.tail != NIL ==> threads[queue.tail].next == thread;
    ensures next_kept{Pre, Post}(thread, queue.tail == NIL ? thread : queue.tail);
    ensures prev_kept{Pre, Post}(thread, thread); */
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

/*@ requires thread < THREADS_MAX && queue_names_threads(queue) && links_name_threads && thread != queue.head;
    assigns threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev;
    exits \false;
    ensures links_name_threads;
    ensures queue_names_threads(\result);
    ensures \result.head == thread && \result.tail == (queue.head == NIL ? thread : queue.tail);
    ensures threads[thread].prev == NIL && threads[thread].next == queue.head;
    ensures queue.head != NIL ==> threads[queue.head].prev == thread;
    ensures next_kept{Pre, Post}(thread, thread);
    ensures prev_kept{Pre, Post}(thread, queue.head == NIL ? thread : queue.head); */
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
    exits \false;
    ensures links_name_threads;
    ensures queue_names_threads(\result);
    ensures \result.head == (\old(threads[thread].prev) == NIL ? \old(threads[thread].next) : queue.head);
    ensures \result.tail == (\old(threads[thread].next) == NIL ? \old(threads[thread].prev) : queue.tail);
    ensures threads[thread].next == NIL && threads[thread].prev == NIL;
    ensures \old(threads[thread].prev) != NIL && \old(threads[thread].prev) != thread ==>
        threads[\old(threads[thread].prev)].next == \old(threads[thread].next);
    ensures \old(threads[thread].next) != NIL && \old(threads[thread].next) != thread ==>
        threads[\old(threads[thread].next)].prev == \old(threads[thread].prev);
    ensures next_kept{Pre, Post}(thread, \old(threads[thread].prev) == NIL ? thread : \old(threads[thread].prev));
    ensures prev_kept{Pre, Post}(thread, \old(threads[thread].next) == NIL ? thread : \old(threads[thread].next)); */
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
