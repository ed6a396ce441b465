// SPDX-License-Identifier: Apache-2.0
// Ready queues: first in, first out in each priority. A bit for each says that its queue is not empty, and the highest
// bit is known at any time. Nothing else touches these variables but the fast paths, which keep them in order likewise.
#pragma once
#include "kernel/bits.h"
#include "kernel/queue.h"

#define PRIORITIES 256u
#define READY_WORDS (PRIORITIES / 64u)

extern struct queue ready_queues[PRIORITIES];
extern uint64_t ready_bits[READY_WORDS]; // bit p % 64 of word p / 64: ready_queues[p] is not empty
extern uint32_t sched_top_priority;      // the highest of these, plus one; 0: all are empty

/*@ predicate is_thread(integer thread) = 0 < thread < THREADS_MAX;
    predicate is_priority(integer priority) = 0 <= priority < PRIORITIES;
    predicate is_in_ready{L}(integer thread) = is_thread(thread) && threads[thread].is_queued != 0;
    predicate is_ready_at{L}(integer priority) = ready_queues[priority].head != NIL;

    // The bits, apart from this one, say which queues are empty; no queue from the top on has threads, but the one below
    // it has.
    predicate bits_agree_but{L}(integer but) = \forall integer priority; is_priority(priority) && priority != but ==>
        (bit_is_set(ready_bits[priority / 64], priority % 64) <==> is_ready_at(priority));
    predicate bits_agree{L} = bits_agree_but(PRIORITIES);
    predicate top_bounds{L} = sched_top_priority <= PRIORITIES &&
        \forall integer priority; sched_top_priority <= priority < PRIORITIES ==> !is_ready_at(priority);
    predicate top_is_ready{L} = sched_top_priority > 0 ==> is_ready_at(sched_top_priority - 1);

    // The ends of each queue are threads in it, or there are none.
    predicate ends_exist{L} = \forall integer priority; is_priority(priority) ==>
        queue_names_threads(ready_queues[priority]) &&
        (ready_queues[priority].head == NIL <==> ready_queues[priority].tail == NIL);
    predicate heads_agree{L} = \forall integer priority; is_priority(priority) && ready_queues[priority].head != NIL ==>
        is_in_ready(ready_queues[priority].head) && threads[ready_queues[priority].head].priority == priority &&
        threads[ready_queues[priority].head].prev == NIL;
    predicate tails_agree{L} = \forall integer priority; is_priority(priority) && ready_queues[priority].tail != NIL ==>
        is_in_ready(ready_queues[priority].tail) && threads[ready_queues[priority].tail].priority == priority &&
        threads[ready_queues[priority].tail].next == NIL;
    // The neighbours of a thread that is in a ready queue are in the same one and point back; where it has none, it is an
    // end of its queue.
    predicate next_agrees{L} = \forall integer thread; is_in_ready(thread) && threads[thread].next != NIL ==>
        is_in_ready(threads[thread].next) && threads[threads[thread].next].prev == thread &&
        threads[threads[thread].next].priority == threads[thread].priority;
    predicate prev_agrees{L} = \forall integer thread; is_in_ready(thread) && threads[thread].prev != NIL ==>
        is_in_ready(threads[thread].prev) && threads[threads[thread].prev].next == thread &&
        threads[threads[thread].prev].priority == threads[thread].priority;
    predicate last_is_tail{L} = \forall integer thread; is_in_ready(thread) && threads[thread].next == NIL ==>
        ready_queues[threads[thread].priority].tail == thread;
    predicate first_is_head{L} = \forall integer thread; is_in_ready(thread) && threads[thread].prev == NIL ==>
        ready_queues[threads[thread].priority].head == thread;

    predicate ready_holds{L} = links_name_threads && bits_agree && top_bounds && top_is_ready && ends_exist &&
        heads_agree && tails_agree && next_agrees && prev_agrees && last_is_tail && first_is_head; */
// The same, each clause a goal of its own.
#define ENSURES_READY_HOLDS                                                                                            \
    ensures links_name_threads;                                                                                        \
    ensures bits_agree;                                                                                                \
    ensures top_bounds;                                                                                                \
    ensures top_is_ready;                                                                                              \
    ensures ends_exist;                                                                                                \
    ensures heads_agree;                                                                                               \
    ensures tails_agree;                                                                                               \
    ensures next_agrees;                                                                                               \
    ensures prev_agrees;                                                                                               \
    ensures last_is_tail;                                                                                              \
    ensures first_is_head;

// Nothing is ready.
/*@ requires links_name_threads && \forall integer thread; is_thread(thread) ==> threads[thread].is_queued == 0;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority;
    exits \false;
    ENSURES_READY_HOLDS */
void ready_init(void);

// The queue of this priority has become empty.
/*@ requires is_priority(priority) && !is_ready_at(priority) && bits_agree_but(priority) && top_bounds;
    requires priority + 1 != sched_top_priority ==> top_is_ready;
    assigns ready_bits[priority / 64], sched_top_priority;
    exits \false;
    ensures bits_agree;
    ensures top_bounds;
    ensures top_is_ready; */
static inline void ready_clear(uint32_t priority)
{
    uint32_t word = priority / 64u;

    ready_bits[word] = bit_clear(ready_bits[word], priority % 64u);
    if (priority + 1u != sched_top_priority)
        return;
    /*@ loop invariant word <= priority / 64;
        loop invariant \forall integer higher; word * 64 + 64 <= higher < PRIORITIES ==> !is_ready_at(higher);
        loop assigns word;
        loop variant word; */
    while (word > 0 && bit_none(ready_bits[word]))
        word--;
    sched_top_priority = bit_none(ready_bits[word]) ? 0 : word * 64u + bit_highest(ready_bits[word]) + 1u;
}

/*@ requires is_thread(thread) && threads[thread].is_queued == 0 && ready_holds;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority,
        threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_READY_HOLDS
    ensures is_in_ready(thread);
    ensures first ==> ready_queues[threads[thread].priority].head == thread;
    ensures !first ==> ready_queues[threads[thread].priority].tail == thread; */
void ready_insert(uint32_t thread, bool first);

/*@ requires is_in_ready(thread) && ready_holds;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority,
        threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_READY_HOLDS
    ensures threads[thread].is_queued == 0; */
static inline void ready_remove(uint32_t thread)
{
    uint32_t priority = threads[thread].priority;
    struct queue queue = queue_remove(ready_queues[priority], thread);

    ready_queues[priority] = queue;
    threads[thread].is_queued = false;
    if (queue_is_empty(queue))
        ready_clear(priority);
}

// The one to run next; NIL: none is ready.
/*@ requires ready_holds;
    assigns \nothing;
    exits \false;
    ensures \result == NIL <==> sched_top_priority == 0;
    ensures \result == NIL || is_in_ready(\result) && threads[\result].priority == sched_top_priority - 1;
    ensures \result == NIL || threads[\result].prev == NIL; */
static inline uint32_t ready_first(void)
{
    return sched_top_priority == 0 ? NIL : ready_queues[sched_top_priority - 1u].head;
}

// The same as ready_remove() for the first of the top priority.
/*@ requires sched_top_priority > 0 && thread == ready_queues[sched_top_priority - 1].head && ready_holds;
    assigns ready_queues[0 .. PRIORITIES - 1], ready_bits[0 .. READY_WORDS - 1], sched_top_priority,
        threads[0 .. THREADS_MAX - 1].next, threads[0 .. THREADS_MAX - 1].prev, threads[thread].is_queued;
    exits \false;
    ENSURES_READY_HOLDS
    ensures threads[thread].is_queued == 0; */
static inline void ready_remove_first(uint32_t thread)
{
    uint32_t priority = sched_top_priority - 1u, next = threads[thread].next;

    ready_queues[priority].head = next;
    threads[thread].next = NIL;
    threads[thread].is_queued = false;
    if (next != NIL) {
        threads[next].prev = NIL;
    } else {
        ready_queues[priority].tail = NIL;
        ready_clear(priority);
    }
}
