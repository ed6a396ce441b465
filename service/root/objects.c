// SPDX-License-Identifier: Apache-2.0
// All objects, kind by kind, because objects of one kind made one after the other share pages.
#include "lib/object.h"
#include "service/root/root.h"

// Slots of a new table that every component has in the same place.
enum { SLOT_SELF_CNODE = 1, SLOT_SELF_SPACE, SLOT_SELF_THREAD, SLOT_FIRST };

static uint32_t next_slot; // of root's own table

static uint32_t take_slot(void)
{
    if (next_slot >= NJ_BOOT_SLOTS)
        trouble("", "root's capability table", "too many components");
    return next_slot++;
}

static void make(struct making *c, enum nj_kind kind, uint64_t size, uint32_t *slot)
{
    *slot = take_slot();
    memory_retype(kind, 1, size, NJ_BOOT_SLOT_CNODE, *slot, c->description->name, &c->memory_bytes);
}

static void make_replies(struct making *c)
{
    if (c->description->replies == 0)
        return;
    if (c->description->replies + SLOT_FIRST > c->description->slots)
        trouble(c->description->name, "replies", "more than its table has slots");
    memory_retype(NJ_KIND_REPLY, c->description->replies, 0, c->cnode, c->next_slot, c->description->name,
                  &c->memory_bytes);
    c->next_slot += c->description->replies;
}

void objects_make(void)
{
    uint32_t count = root.description.count;
    struct making *c = root.component;
    next_slot = root.boot->first_free_slot;
    root.scratch = take_slot();
    (void)take_slot();
    for (uint32_t i = 0; i < count; i++) {
        c[i].description = &root.description.component[i];
        c[i].next_slot = SLOT_FIRST;
        make(&c[i], NJ_KIND_CNODE, c[i].description->slots, &c[i].cnode);
    }
    for (uint32_t i = 0; i < count; i++)
        make(&c[i], NJ_KIND_SPACE, 0, &c[i].space);
    for (uint32_t i = 0; i < count; i++)
        make(&c[i], NJ_KIND_THREAD, 0, &c[i].thread);
    for (uint32_t i = 0; i < count; i++)
        make(&c[i], NJ_KIND_SCHED, 0, &c[i].sched);
    for (uint32_t i = 0; i < count; i++)
        if (c[i].description->serves[0] != '\0')
            make(&c[i], NJ_KIND_ENDPOINT, 0, &c[i].endpoint);
    for (uint32_t i = 0; i < count; i++)
        if (c[i].description->has_notification)
            make(&c[i], NJ_KIND_NOTIFICATION, 0, &c[i].notification);
    for (uint32_t i = 0; i < count; i++)
        make_replies(&c[i]);
}
