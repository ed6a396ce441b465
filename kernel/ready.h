// SPDX-License-Identifier: Apache-2.0
// Ready queues: first in, first out in each priority. A bit for each says that its queue is not empty, and the highest
// bit is known at any time. Nothing else touches these variables but the fast paths, which read the top priority.
#pragma once
#include "kernel/queue.h"

#define PRIORITIES 256u
#define READY_WORDS (PRIORITIES / 64u)

extern struct queue ready_queues[PRIORITIES];
extern uint64_t ready_bits[READY_WORDS];  // bit p % 64 of word p / 64: ready_queues[p] is not empty
extern uint32_t sched_top_priority;       // the highest of these, plus one; 0: all are empty

void ready_init(void); // nothing is ready

// The queue of this priority has become empty.
static inline void ready_clear(uint32_t priority)
{
    uint32_t word = priority / 64u;

    ready_bits[word] &= ~(1ull << priority % 64u);
    if (priority + 1u != sched_top_priority)
        return;
    while (word > 0 && ready_bits[word] == 0)
        word--;
    sched_top_priority = ready_bits[word] == 0 ? 0 : word * 64u + 64u - (uint32_t)__builtin_clzll(ready_bits[word]);
}

static inline void ready_insert(uint32_t thread, bool first)
{
    uint32_t priority = threads[thread].priority;
    struct queue queue = ready_queues[priority];

    ready_queues[priority] = first ? queue_prepend(queue, thread) : queue_append(queue, thread);
    ready_bits[priority / 64u] |= 1ull << priority % 64u;
    threads[thread].is_queued = true;
    if (priority >= sched_top_priority)
        sched_top_priority = priority + 1u;
}

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
static inline uint32_t ready_first(void)
{
    return sched_top_priority == 0 ? NIL : ready_queues[sched_top_priority - 1u].head;
}

// The same as ready_remove() for the first of the top priority.
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
