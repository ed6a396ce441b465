// SPDX-License-Identifier: Apache-2.0
// News for the console: a bounded queue. When it is full the oldest is dropped and counted, because what happened last
// says most; the count is an event of its own.
#pragma once
#include "service/process/process.h"

#define EVENT_MAX 24

struct event_queue {
    struct process_event event[EVENT_MAX];
    uint32_t first;
    uint32_t count;
    uint64_t lost;
};

void event_put(struct event_queue *queue, const struct process_event *event);
// False: nothing happened.
bool event_take(struct event_queue *queue, struct process_event *event);
