// SPDX-License-Identifier: Apache-2.0
#include "service/memory/buddy.h"
#include <string.h>

void buddy_init(struct buddy *buddy, const struct buddy_hooks *hooks, uint32_t arenas)
{
    memset(buddy, 0, sizeof(*buddy));
    buddy->hooks = *hooks;
    // Arenas use nodes 1 to `arenas`; pairs start at the next even number.
    uint32_t first = (arenas + 2) & ~1u;
    for (uint32_t pair = BUDDY_NODES - 2; pair >= first; pair -= 2) {
        buddy->node[pair].next = buddy->pair_head;
        buddy->pair_head = (uint16_t)pair;
    }
    buddy->single_used = 1;
}

static void free_list_add(struct buddy *buddy, uint32_t node)
{
    struct buddy_node *n = &buddy->node[node];
    uint16_t *head = &buddy->free_head[n->order];
    n->state = BUDDY_FREE;
    n->prev = BUDDY_NONE;
    n->next = *head;
    if (*head != BUDDY_NONE)
        buddy->node[*head].prev = (uint16_t)node;
    *head = (uint16_t)node;
}

static void free_list_remove(struct buddy *buddy, uint32_t node)
{
    struct buddy_node *n = &buddy->node[node];
    if (n->prev != BUDDY_NONE)
        buddy->node[n->prev].next = n->next;
    else
        buddy->free_head[n->order] = n->next;
    if (n->next != BUDDY_NONE)
        buddy->node[n->next].prev = n->prev;
}

uint32_t buddy_next_arena(const struct buddy *buddy)
{
    return buddy->single_used;
}

bool buddy_add_arena(struct buddy *buddy, uint32_t order)
{
    uint32_t node = buddy->single_used;
    // The first pair of the list starts right after the last arena node: pairs are handed out only after this phase.
    if (order >= BUDDY_ORDERS || buddy->pair_head == BUDDY_NONE || node >= buddy->pair_head)
        return false;
    buddy->single_used++;
    buddy->node[node] = (struct buddy_node){.order = (uint8_t)order, .parent = BUDDY_NONE};
    free_list_add(buddy, node);
    buddy->total_pages += 1ull << order;
    buddy->free_pages += 1ull << order;
    return true;
}

uint32_t buddy_order(uint64_t pages)
{
    uint32_t order = 0;
    while (order < BUDDY_ORDERS && (1ull << order) < pages)
        order++;
    return order;
}

static bool pair_is_free(const struct buddy *buddy, uint32_t child)
{
    return buddy->node[child].state == BUDDY_FREE && buddy->node[child + 1].state == BUDDY_FREE;
}

// Makes one node of two free halves. The parent goes to the free list of its order.
static enum nj_status merge_pair(struct buddy *buddy, uint32_t child)
{
    uint32_t parent = buddy->node[child].parent;
    enum nj_status status = buddy->hooks.reclaim(parent);
    if (status != NJ_OK)
        return status;
    free_list_remove(buddy, child);
    free_list_remove(buddy, child + 1);
    buddy->node[child] = (struct buddy_node){.next = buddy->pair_head};
    buddy->node[child + 1] = (struct buddy_node){0};
    buddy->pair_head = (uint16_t)child;
    buddy->node[parent].child = BUDDY_NONE;
    free_list_add(buddy, parent);
    return NJ_OK;
}

// Merges everything below `limit` that can be, from the smallest order up. A node merges at most once per call.
static enum nj_status merge_below(struct buddy *buddy, uint32_t limit)
{
    for (uint32_t order = 0; order < limit; order++) {
        uint32_t node = buddy->free_head[order];
        while (node != BUDDY_NONE) {
            uint32_t next = buddy->node[node].next;
            uint32_t child = node & ~1u;
            if (buddy->node[node].parent != BUDDY_NONE && pair_is_free(buddy, child)) {
                if (next == (node ^ 1u)) // the buddy leaves the list as well
                    next = buddy->node[next].next;
                enum nj_status status = merge_pair(buddy, child);
                if (status != NJ_OK)
                    return status;
            }
            node = next;
        }
    }
    return NJ_OK;
}

// Halves a free node; both halves go to the free list of their order.
static enum nj_status split_node(struct buddy *buddy, uint32_t node)
{
    uint32_t child = buddy->pair_head;
    if (child == BUDDY_NONE)
        return NJ_SLOT_USED;
    uint8_t order = (uint8_t)(buddy->node[node].order - 1);
    enum nj_status status = buddy->hooks.split(node, child, 1ull << order);
    if (status != NJ_OK)
        return status;
    buddy->pair_head = buddy->node[child].next;
    free_list_remove(buddy, node);
    buddy->node[node].state = BUDDY_SPLIT;
    buddy->node[node].child = (uint16_t)child;
    buddy->node[child + 1] = (struct buddy_node){.order = order, .parent = (uint16_t)node};
    buddy->node[child] = (struct buddy_node){.order = order, .parent = (uint16_t)node};
    free_list_add(buddy, child + 1);
    free_list_add(buddy, child);
    return NJ_OK;
}

static uint32_t smallest_free_order(const struct buddy *buddy, uint32_t order)
{
    while (order < BUDDY_ORDERS && buddy->free_head[order] == BUDDY_NONE)
        order++;
    return order;
}

enum nj_status buddy_allocate(struct buddy *buddy, uint32_t order, uint32_t *node)
{
    *node = BUDDY_NONE;
    if (order >= BUDDY_ORDERS)
        return NJ_NO_MEMORY;
    uint32_t have = smallest_free_order(buddy, order);
    if (have == BUDDY_ORDERS || (have > order && buddy->pair_head == BUDDY_NONE)) {
        enum nj_status status = merge_below(buddy, order);
        if (status != NJ_OK)
            return status;
        have = smallest_free_order(buddy, order);
    }
    if (have == BUDDY_ORDERS)
        return NJ_NO_MEMORY;
    for (; have > order; have--) {
        enum nj_status status = split_node(buddy, buddy->free_head[have]);
        if (status != NJ_OK)
            return status;
    }
    *node = buddy->free_head[order];
    free_list_remove(buddy, *node);
    buddy->node[*node].state = BUDDY_TAKEN;
    buddy->free_pages -= 1ull << order;
    buddy->taken++;
    return NJ_OK;
}

enum nj_status buddy_free(struct buddy *buddy, uint32_t node)
{
    if (node == BUDDY_NONE || node >= BUDDY_NODES || buddy->node[node].state != BUDDY_TAKEN)
        return NJ_WRONG_STATE;
    enum nj_status status = buddy->hooks.reclaim(node);
    if (status != NJ_OK)
        return status;
    free_list_add(buddy, node);
    buddy->free_pages += 1ull << buddy->node[node].order;
    buddy->taken--;
    return NJ_OK;
}

uint32_t buddy_largest(const struct buddy *buddy)
{
    bool is_whole[BUDDY_NODES] = {false}; // all of the node's pages are free
    uint32_t largest = BUDDY_ORDERS;
    // Children are always smaller than their parents, so by order from the smallest up every node is decided in time.
    for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
        for (uint32_t node = 1; node < BUDDY_NODES; node++) {
            const struct buddy_node *n = &buddy->node[node];
            if (n->state == BUDDY_UNUSED || n->order != order)
                continue;
            is_whole[node] =
                n->state == BUDDY_FREE || (n->state == BUDDY_SPLIT && is_whole[n->child] && is_whole[n->child + 1]);
            if (is_whole[node])
                largest = order;
        }
    }
    return largest;
}
