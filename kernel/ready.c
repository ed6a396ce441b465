// SPDX-License-Identifier: Apache-2.0
#include "kernel/ready.h"

struct queue ready_queues[PRIORITIES];
uint64_t ready_bits[READY_WORDS];
uint32_t sched_top_priority;

BOOT_ONLY void ready_init(void)
{
    /*@ loop invariant 0 <= i <= PRIORITIES;
        loop invariant \forall integer priority; 0 <= priority < i ==>
            ready_queues[priority].head == NIL && ready_queues[priority].tail == NIL;
        loop assigns i, ready_queues[0 .. PRIORITIES - 1];
        loop variant PRIORITIES - i; */
    for (uint32_t i = 0; i < PRIORITIES; i++)
        ready_queues[i] = (struct queue){NIL, NIL};
    /*@ loop invariant 0 <= i <= READY_WORDS;
        loop invariant \forall integer word; 0 <= word < i ==> ready_bits[word] == 0;
        loop assigns i, ready_bits[0 .. READY_WORDS - 1];
        loop variant READY_WORDS - i; */
    for (uint32_t i = 0; i < READY_WORDS; i++)
        ready_bits[i] = 0;
    sched_top_priority = 0;
}

void ready_insert(uint32_t thread, bool first)
{
    uint32_t priority = threads[thread].priority;
    struct queue queue = ready_queues[priority];

    ready_queues[priority] = first ? queue_prepend(queue, thread) : queue_append(queue, thread);
    ready_bits[priority / 64u] = bit_set(ready_bits[priority / 64u], priority % 64u);
    threads[thread].is_queued = true;
    if (priority >= sched_top_priority)
        sched_top_priority = priority + 1u;
}
