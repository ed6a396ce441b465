// SPDX-License-Identifier: Apache-2.0
// Which blocks of memory are free: a binary buddy tree per arena, as an array of nodes. Pure bookkeeping in pages; the
// caller moves the capabilities, through three hooks.
//
// A node is a power of two of pages. Splitting makes two halves of it. Buddies that are both free are merged only when
// somebody needs the larger block: most frees are followed by an allocation of the same size, and merging means
// clearing. Counting the largest block looks through unmerged buddies, so figures do not depend on it.
//
// Single thread. Every function is bounded by BUDDY_NODES and BUDDY_ORDERS.
#pragma once
#include "abi/status.h"
#include <stdbool.h>
#include <stdint.h>

#define BUDDY_NODES 1024
#define BUDDY_ORDERS 20 // largest block: 2^19 pages, 2 GiB
#define BUDDY_NONE 0u   // node 0 is never used

enum buddy_state { BUDDY_UNUSED = 0, BUDDY_FREE, BUDDY_SPLIT, BUDDY_TAKEN };

struct buddy_node {
    uint8_t state; // enum buddy_state
    uint8_t order; // 2^order pages
    uint16_t parent;
    uint16_t child;      // first of two consecutive halves, if split
    uint16_t next, prev; // in the list of free nodes of this order; unused nodes: next pair
};

// Moves capabilities. Answers other than OK leave the tree as it was.
struct buddy_hooks {
    // Makes two halves of `node` as nodes `child` and `child + 1`.
    enum nj_status (*split)(uint32_t node, uint32_t child, uint64_t half_pages);
    // Takes back everything made from `node`, its halves included; afterwards it is whole and clear.
    enum nj_status (*reclaim)(uint32_t node);
};

struct buddy {
    struct buddy_node node[BUDDY_NODES];
    uint16_t free_head[BUDDY_ORDERS];
    uint16_t pair_head;   // unused pairs of nodes (first of each, even numbers)
    uint16_t single_used; // arenas take nodes from the front, one by one
    uint64_t total_pages;
    uint64_t free_pages;
    uint32_t taken;
    struct buddy_hooks hooks;
};

// An empty tree. At most `arenas` roots can be added afterwards.
void buddy_init(struct buddy *buddy, const struct buddy_hooks *hooks, uint32_t arenas);
// The number of the root node that the next buddy_add_arena will use, so that the caller can put its capability there.
uint32_t buddy_next_arena(const struct buddy *buddy);
// Adds a free root of 2^order pages. False: no room for another arena.
bool buddy_add_arena(struct buddy *buddy, uint32_t order);

// The smallest order whose block holds `pages`, or BUDDY_ORDERS if there is none.
uint32_t buddy_order(uint64_t pages);

// Takes a block of that order. NO_MEMORY: none is free. SLOT_USED: no nodes left to split with.
enum nj_status buddy_allocate(struct buddy *buddy, uint32_t order, uint32_t *node);
// Gives back a taken block; reclaims it first. WRONG_STATE: not taken.
enum nj_status buddy_free(struct buddy *buddy, uint32_t node);

// Largest order that could be allocated now, merging included; BUDDY_ORDERS when nothing is free.
uint32_t buddy_largest(const struct buddy *buddy);
