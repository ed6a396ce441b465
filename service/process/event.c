// SPDX-License-Identifier: Apache-2.0
#include "service/process/event.h"

void event_put(struct event_queue *queue, const struct process_event *event)
{
    if (queue->count == EVENT_MAX) {
        queue->first = (queue->first + 1) % EVENT_MAX;
        queue->count--;
        queue->lost++;
    }
    queue->event[(queue->first + queue->count) % EVENT_MAX] = *event;
    queue->count++;
}

bool event_take(struct event_queue *queue, struct process_event *event)
{
    if (queue->lost > 0) {
        *event = (struct process_event){.kind = PROCESS_EVENT_LOST, .value = queue->lost};
        queue->lost = 0;
        return true;
    }
    if (queue->count == 0) {
        return false;
    }
    *event = queue->event[queue->first];
    queue->count--;
    queue->first = queue->count > 0 ? (queue->first + 1) % EVENT_MAX : 0; // an empty one begins anew: few pages touched
    return true;
}
