// SPDX-License-Identifier: Apache-2.0
#include "lib/slot.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/startup.h"
#include <stdbool.h>

static uint64_t taken[SLOT_MAX / 64]; // a bit per slot
static uint32_t first_slot, end_slot, free_slots;

static bool slot_is_taken(uint32_t slot)
{
    return (taken[slot / 64] >> (slot % 64) & 1) != 0;
}

void slot_init(void)
{
    const struct nj_startup_entry *entry = startup_entry("free-slots");
    if (!entry || entry->slot >= SLOT_MAX)
        return;
    uint64_t room = SLOT_MAX - entry->slot;
    first_slot = entry->slot;
    free_slots = (uint32_t)(entry->value < room ? entry->value : room);
    end_slot = first_slot + free_slots;
}

enum nj_status slot_allocate_run(uint32_t count, uint32_t *first)
{
    uint32_t run = 0;
    *first = NJ_SLOT_NONE;
    for (uint32_t slot = first_slot; count > 0 && slot < end_slot; slot++) {
        run = slot_is_taken(slot) ? 0 : run + 1;
        if (run < count)
            continue;
        *first = slot + 1 - count;
        for (uint32_t i = *first; i <= slot; i++)
            taken[i / 64] |= 1ull << (i % 64);
        free_slots -= count;
        return NJ_OK;
    }
    return NJ_NO_MEMORY;
}

enum nj_status slot_allocate(uint32_t *slot)
{
    return slot_allocate_run(1, slot);
}

void slot_free(uint32_t slot)
{
    component_assert(slot >= first_slot && slot < end_slot && slot_is_taken(slot));
    taken[slot / 64] &= ~(1ull << (slot % 64));
    free_slots++;
}

void slot_release(uint32_t slot)
{
    enum nj_status status = cnode_delete(startup_slot("self-cnode"), slot);
    component_assert(status == NJ_OK || status == NJ_EMPTY_SLOT);
    slot_free(slot);
}

uint32_t slot_free_count(void)
{
    return free_slots;
}
