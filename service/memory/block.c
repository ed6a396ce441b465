// SPDX-License-Identifier: Apache-2.0
#include "service/memory/block.h"
#include <string.h>

#define OWNER_NONE 0xff

static struct memory_owner owners[OWNERS_MAX]; // blocks == 0: free
static struct {
    uint32_t pages;
    uint16_t generation; // how often the node was handed out: makes old ids invalid
    uint8_t owner;
} blocks[BUDDY_NODES];

void block_init(void)
{
    for (uint32_t node = 0; node < BUDDY_NODES; node++)
        blocks[node].owner = OWNER_NONE;
}

// The owner's entry, an unused one if it holds nothing yet, or OWNER_NONE.
static uint32_t owner_find(uint64_t badge, const char name[MEMORY_NAME_BYTES])
{
    uint32_t unused = OWNER_NONE;
    for (uint32_t i = 0; i < OWNERS_MAX; i++) {
        if (owners[i].blocks == 0)
            unused = i;
        else if (owners[i].badge == badge && strncmp(owners[i].name, name, MEMORY_NAME_BYTES) == 0)
            return i;
    }
    return unused;
}

bool block_add(uint32_t node, uint64_t bytes, uint64_t badge, const char name[MEMORY_NAME_BYTES], uint64_t *id)
{
    uint32_t index = owner_find(badge, name);
    if (index == OWNER_NONE)
        return false;
    struct memory_owner *owner = &owners[index];
    if (owner->blocks == 0) {
        *owner = (struct memory_owner){.badge = badge};
        memcpy(owner->name, name, MEMORY_NAME_BYTES);
    }
    owner->blocks++;
    owner->bytes += bytes;
    blocks[node].pages = (uint32_t)(bytes / 4096);
    blocks[node].owner = (uint8_t)index;
    blocks[node].generation++;
    *id = node | (uint64_t)blocks[node].generation << 16;
    return true;
}

uint32_t block_find(uint64_t id, uint64_t badge)
{
    uint64_t node = id & 0xffff;
    if (node >= BUDDY_NODES || blocks[node].owner == OWNER_NONE || blocks[node].generation != id >> 16)
        return BUDDY_NONE;
    return owners[blocks[node].owner].badge == badge ? (uint32_t)node : BUDDY_NONE;
}

void block_remove(uint32_t node)
{
    struct memory_owner *owner = &owners[blocks[node].owner];
    owner->blocks--;
    owner->bytes -= (uint64_t)blocks[node].pages * 4096;
    blocks[node].owner = OWNER_NONE;
}

bool block_owner(uint32_t index, struct memory_owner *owner)
{
    for (uint32_t i = 0; i < OWNERS_MAX; i++) {
        if (owners[i].blocks == 0)
            continue;
        if (index-- == 0) {
            *owner = owners[i];
            return true;
        }
    }
    return false;
}
