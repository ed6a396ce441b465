// SPDX-License-Identifier: Apache-2.0
// The memory manager: all free memory of the machine, handed out as untyped capabilities. Interface "memory".
//
// A block is a power of two of pages. Freeing it destroys whatever was made from it, clears it and gives every byte and
// slot back: a program needs no other clean-up of its memory than to free its blocks.
#pragma once
#include "lib/service.h"

enum memory_operation {
    // word 1: bytes -> word 1: id of the block; 2: its bytes; with an untyped capability. NO_MEMORY, FULL
    MEMORY_ALLOCATE = 1,
    MEMORY_FREE = 2,  // word 1: id. NOT_FOUND: no block of this client
    MEMORY_STATS = 3, // -> struct memory_stats from word 1 on
    MEMORY_OWNER =
        4, // word 1: index of an owner, from 0 -> struct memory_owner from word 1 on. NOT_FOUND: that was all
};

struct memory_stats {
    uint64_t total;   // bytes the manager looks after: what root and kernel did not take for good
    uint64_t free;    // bytes not handed out
    uint64_t largest; // bytes of the largest block that could be allocated now
    uint64_t boot;    // bytes that came back from the root server
    uint64_t blocks;  // handed out
};
_Static_assert(sizeof(struct memory_stats) == 40, "travels as 5 words");

struct memory_owner {
    uint64_t badge;
    uint64_t bytes;
    uint64_t blocks;
};
_Static_assert(sizeof(struct memory_owner) == 24, "travels as 3 words");

// Allocates at least `bytes` (rounded up to a power of two of at least a page) into the empty slot `slot`. The caller
// hands the capability on or uses it up (SUPPLY, RETYPE), and gives memory and capabilities back by memory_free().
MUST_CHECK static inline enum service_status memory_allocate(uint32_t memory, uint64_t bytes, uint32_t slot,
                                                             uint64_t *id, uint64_t *granted)
{
    struct message message = {.word = {MEMORY_ALLOCATE, bytes}, .words = 2, .receive_slot = slot};
    enum service_status status = service_call(memory, &message, 3);
    *id = message.word[1];
    *granted = message.word[2];
    if (status == SERVICE_OK && !message.has_cap)
        return SERVICE_BAD_ANSWER;
    return status;
}

// Afterwards every capability made from the block is gone, in every table; the slots that held them are empty.
MUST_CHECK static inline enum service_status memory_free(uint32_t memory, uint64_t id)
{
    struct message message = {.word = {MEMORY_FREE, id}, .words = 2};
    return service_call(memory, &message, 1);
}

MUST_CHECK static inline enum service_status memory_read_stats(uint32_t memory, struct memory_stats *stats)
{
    struct message message = {.word = {MEMORY_STATS}, .words = 1};
    enum service_status status = service_call(memory, &message, 6);
    *stats = (struct memory_stats){message.word[1], message.word[2], message.word[3], message.word[4], message.word[5]};
    return status;
}

// Owners in the order of their first allocation; components' boot-time memory is the supervisor's to tell.
MUST_CHECK static inline enum service_status memory_read_owner(uint32_t memory, uint32_t index,
                                                               struct memory_owner *owner)
{
    struct message message = {.word = {MEMORY_OWNER, index}, .words = 2};
    enum service_status status = service_call(memory, &message, 4);
    *owner = (struct memory_owner){message.word[1], message.word[2], message.word[3]};
    return status;
}
