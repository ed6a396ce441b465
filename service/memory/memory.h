// SPDX-License-Identifier: Apache-2.0
// The memory manager: all free memory of the machine, handed out as untyped capabilities. Interface "memory".
//
// A block is a power of two of pages. Freeing it destroys whatever was made from it, clears it and gives every byte and
// slot back: a program needs no other clean-up of its memory than to free its blocks.
#pragma once
#include "lib/service.h"
#include <string.h>

enum memory_operation {
    // word 1: bytes; words 2-4: name of the owner, NUL-padded -> word 1: id of the block; 2: its bytes; with an untyped
    //   capability. NO_MEMORY, FULL
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

#define MEMORY_NAME_BYTES 24

// Who holds memory: a client, and the name it gave (a process manager allocates in the names of its applications).
struct memory_owner {
    uint64_t badge;
    uint64_t bytes;
    uint64_t blocks;
    char name[MEMORY_NAME_BYTES]; // empty: the client itself
};
_Static_assert(sizeof(struct memory_owner) == 48, "travels as 6 words");

// Allocates at least `bytes` (rounded up to a power of two of at least a page) into the empty slot `slot`. The caller
// hands the capability on or uses it up (SUPPLY, RETYPE), and gives memory and capabilities back by memory_free().
// owner: whom the memory is accounted to, besides the client itself; cut at 23 bytes; "" for the client's own.
MUST_CHECK static inline enum service_status memory_allocate(uint32_t memory, uint64_t bytes, const char *owner,
                                                             uint32_t slot, uint64_t *id, uint64_t *granted)
{
    struct message message = {.word = {MEMORY_ALLOCATE, bytes}, .receive_slot = slot};
    char name[MEMORY_NAME_BYTES] = {0};
    strncpy(name, owner, sizeof(name) - 1);
    message_put_bytes(&message, 2, name, sizeof(name));
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

// Owner number `index` of those that hold memory, in no particular order. NOT_FOUND: that was all. Memory that components
// were born with is not in this list: the supervisor tells it.
MUST_CHECK static inline enum service_status memory_read_owner(uint32_t memory, uint32_t index,
                                                               struct memory_owner *owner)
{
    struct message message = {.word = {MEMORY_OWNER, index}, .words = 2};
    enum service_status status = service_call(memory, &message, 7);
    if (status == SERVICE_OK && message_get_bytes(&message, 1, owner, sizeof(*owner)) != sizeof(*owner))
        return SERVICE_BAD_ANSWER;
    owner->name[MEMORY_NAME_BYTES - 1] = '\0';
    return status;
}
