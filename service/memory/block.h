// SPDX-License-Identifier: Apache-2.0
// Blocks handed out, and whom each belongs to. The buddy tree says which memory is free; this says whose the rest is.
#pragma once
#include "service/memory/buddy.h"
#include "service/memory/memory.h"

#define OWNERS_MAX 64

void block_init(void);
// Notes that `node`, of so many bytes, belongs to that client and name. *id: the number the client frees it by, never
// used twice for the same node. False: the table of owners is full.
bool block_add(uint32_t node, uint64_t bytes, uint64_t badge, const char name[MEMORY_NAME_BYTES], uint64_t *id);
// The node of a block that this client holds, or BUDDY_NONE.
uint32_t block_find(uint64_t id, uint64_t badge);
void block_remove(uint32_t node);
// Owner number `index` of those that hold something. False: there are not so many.
bool block_owner(uint32_t index, struct memory_owner *owner);
