// SPDX-License-Identifier: Apache-2.0
#include "kernel/ready.h"

struct queue ready_queues[PRIORITIES];
uint64_t ready_bits[READY_WORDS];
uint32_t sched_top_priority;

void ready_init(void)
{
    for (uint32_t i = 0; i < PRIORITIES; i++)
        ready_queues[i] = (struct queue){NIL, NIL};
    for (uint32_t i = 0; i < READY_WORDS; i++)
        ready_bits[i] = 0;
    sched_top_priority = 0;
}
