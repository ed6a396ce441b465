// SPDX-License-Identifier: Apache-2.0
// Bytes between the interrupt and the clients. A power of two of bytes; counts run and wrap.
#pragma once
#include <stdint.h>

#define QUEUE_BYTES 1024u

struct queue {
    uint8_t byte[QUEUE_BYTES];
    uint32_t in, out; // bytes ever put and taken
};

static inline uint32_t queue_count(const struct queue *queue)
{
    return queue->in - queue->out;
}

static inline uint32_t queue_room(const struct queue *queue)
{
    return QUEUE_BYTES - queue_count(queue);
}

// The caller has looked that there is room.
static inline void queue_put(struct queue *queue, uint8_t byte)
{
    queue->byte[queue->in++ % QUEUE_BYTES] = byte;
}

// The caller has looked that there is a byte.
static inline uint8_t queue_take(struct queue *queue)
{
    return queue->byte[queue->out++ % QUEUE_BYTES];
}
