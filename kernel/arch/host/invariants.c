// SPDX-License-Identifier: Apache-2.0
// Walks all kernel state: the derivation order first, then every object in every page, from both ends of each link.
#include "kernel/arch/host/invariants.h"

#include <stddef.h>

#include "kernel/arch/host/invariants_objects.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/sched.h"

static uint8_t is_linked[SLOTS];
static uint16_t references[NJ_KIND_COUNT][SLOTS];
static uint32_t ancestors[SLOTS], used_slots[SLOTS], used_count;
static uint16_t *counted[SLOTS];
static uint32_t counted_count;

static bool is_memory(struct cap cap)
{
    return cap.kind == NJ_KIND_UNTYPED || cap.kind == KIND_SUPPLY;
}

static enum page_kind page_of_kind(uint8_t kind, uint32_t object, uint32_t *page)
{
    static const struct {
        uint16_t bytes;
        uint8_t page;
    } kinds[NJ_KIND_COUNT] = {
        [NJ_KIND_CNODE] = {sizeof(struct slot), PAGE_SLOT},
        [NJ_KIND_ENDPOINT] = {sizeof(struct endpoint), PAGE_ENDPOINT},
        [NJ_KIND_NOTIFICATION] = {sizeof(struct notification), PAGE_NOTIFICATION},
        [NJ_KIND_REPLY] = {sizeof(struct reply), PAGE_REPLY},
        [NJ_KIND_THREAD] = {sizeof(struct thread), PAGE_THREAD},
        [NJ_KIND_SCHED] = {sizeof(struct sched), PAGE_SCHED},
        [NJ_KIND_SPACE] = {sizeof(struct space), PAGE_SPACE},
        [NJ_KIND_CODE] = {sizeof(struct code), PAGE_CODE},
        [NJ_KIND_GATE] = {sizeof(struct space), PAGE_SPACE},
    };

    if (kind >= NJ_KIND_COUNT || kinds[kind].bytes == 0)
        return PAGE_DIRTY;
    *page = object / (PAGE_BYTES / kinds[kind].bytes);
    return (enum page_kind)kinds[kind].page;
}

// Memory the capability stands for, in units of 32 bytes.
static bool extent(struct cap cap, uint64_t *start, uint64_t *end)
{
    uint32_t page = 0;

    if (is_memory(cap)) {
        *start = (uint64_t)cap.object * UNITS_PER_PAGE;
        *end = *start + (uint64_t)cap_pages(cap) * UNITS_PER_PAGE;
        return true;
    }
    if (cap.kind == NJ_KIND_FRAME && (cap.rights & CAP_DEVICE) == 0) {
        *start = (uint64_t)cap.object * UNITS_PER_PAGE;
        *end = *start + (uint64_t)cap.extra * UNITS_PER_PAGE;
        return true;
    }
    if (page_of_kind(kind_of(cap), cap.object, &page) == PAGE_DIRTY)
        return false;
    *start = (uint64_t)page * UNITS_PER_PAGE;
    *end = *start + 1;
    return true;
}

static const char *check_child(struct cap parent, struct cap child)
{
    uint64_t parent_start = 0, parent_end = 0, start = 0, end = 0;

    if (is_memory(parent) && extent(parent, &parent_start, &parent_end) && extent(child, &start, &end)) {
        REQUIRE(start >= parent_start && end <= parent_start + cap_used(parent), "an object outside its untyped memory");
        REQUIRE(cap_used(parent) <= parent_end - parent_start, "untyped memory is used beyond its end");
    } else if (kind_of(parent) == kind_of(child) && parent.kind != NJ_KIND_FRAME) {
        REQUIRE(parent.object == child.object, "a copy names another object");
        REQUIRE((child.rights & ~parent.rights & NJ_RIGHT_ALL) == 0, "a copy has more rights");
        REQUIRE(child.kind == KIND_ZOMBIE || parent.word == 0 || parent.word == child.word, "a copy has another badge");
    } else if (kind_of(parent) == NJ_KIND_SPACE) {
        REQUIRE(child.kind == NJ_KIND_GATE && child.object == parent.object, "a gate leads into another space");
    } else if (parent.kind == NJ_KIND_FRAME) {
        REQUIRE(child.kind == NJ_KIND_FRAME, "something but a frame derives from a frame");
        REQUIRE(child.object >= parent.object && child.object + child.extra <= parent.object + parent.extra,
                "a slice reaches outside its frame");
        REQUIRE((child.rights & ~parent.rights & NJ_RIGHT_ALL) == 0, "a frame has more rights than its origin");
    }
    return NULL;
}

static const char *check_cap(struct cap cap)
{
    uint32_t page = 0;
    enum page_kind kind = page_of_kind(kind_of(cap), cap.object, &page);

    REQUIRE(cap.kind != NJ_KIND_EMPTY && cap.kind <= KIND_SUPPLY, "a linked slot is empty");
    if (kind != PAGE_DIRTY)
        REQUIRE(page_kind(page) == kind, "a capability names an object in a page of another kind");
    if (cap.kind == NJ_KIND_FRAME && (cap.rights & CAP_DEVICE) == 0)
        for (uint32_t i = 0; i < cap.extra; i++)
            REQUIRE(page_kind(cap.object + i) == PAGE_FRAME, "a frame capability over another kind of page");
    return NULL;
}

static void count_reference(uint16_t *count)
{
    (*count)++;
    counted[counted_count++] = count;
}

static const char *check_derivation(void)
{
    uint32_t depth = 0, token = derive_root * 2u;
    const char *broken = NULL;

    do {
        uint32_t slot = token / 2u, next = slots[slot].end[token % 2u].next;
        REQUIRE(next / 2u < SLOTS && slots[next / 2u].end[next % 2u].prev == token, "derivation links disagree");
        if (token % 2u == OPEN) {
            REQUIRE(!is_linked[slot] && depth < SLOTS, "a slot is linked twice");
            is_linked[slot] = 1;
            if (depth > 0) {
                broken = check_cap(slots[slot].cap);
                if (broken == NULL && depth > 1)
                    broken = check_child(slots[ancestors[depth - 1u]].cap, slots[slot].cap);
                if (kind_of(slots[slot].cap) < NJ_KIND_COUNT)
                    count_reference(&references[kind_of(slots[slot].cap)][slots[slot].cap.object % SLOTS]);
                used_slots[used_count++] = slot;
            }
            ancestors[depth++] = slot;
        } else {
            REQUIRE(depth > 0 && ancestors[depth - 1u] == slot, "brackets of the derivation order cross");
            depth--;
        }
        token = next;
    } while (broken == NULL && token != derive_root * 2u);
    return broken;
}

// What was noted of the slots in use, for the next time.
static void forget(void)
{
    for (uint32_t i = 0; i < used_count; i++)
        is_linked[used_slots[i]] = 0;
    for (uint32_t i = 0; i < counted_count; i++)
        *counted[i] = 0;
    is_linked[derive_root] = 0;
    used_count = 0;
    counted_count = 0;
}

const char *check_slot(uint32_t slot)
{
    REQUIRE((slots[slot].cap.kind != NJ_KIND_EMPTY) == is_linked[slot], "a slot in use is not in the derivation order");
    return NULL;
}

static uint32_t object_references(uint8_t kind, uint32_t object)
{
    switch (kind) {
    case NJ_KIND_CNODE:
        return cnode_reference(object, 0);
    case NJ_KIND_ENDPOINT:
        return endpoints[object].references;
    case NJ_KIND_NOTIFICATION:
        return notifications[object].references;
    case NJ_KIND_REPLY:
        return replies[object].references;
    case NJ_KIND_THREAD:
        return threads[object].references;
    case NJ_KIND_SCHED:
        return scheds[object].references;
    case NJ_KIND_SPACE:
        return spaces[object].references;
    case NJ_KIND_CODE:
        return codes[object].references;
    case NJ_KIND_INTERRUPT:
        return interrupts[object].references;
    case NJ_KIND_HART:
        return harts[object].references;
    default:
        return UINT32_MAX;
    }
}

static const char *check_references(void)
{
    for (uint32_t i = 0; i < used_count; i++) {
        struct cap cap = slots[used_slots[i]].cap;
        uint8_t kind = kind_of(cap);
        uint32_t held = kind < NJ_KIND_COUNT ? object_references(kind, cap.object) : UINT32_MAX;
        REQUIRE(held == UINT32_MAX || held == references[kind][cap.object], "references are miscounted");
    }
    return NULL;
}

static const char *check_endpoint(uint32_t e)
{
    REQUIRE(endpoints[e].references != 0 || endpoints[e].queue.head == NIL, "an endpoint has ended and is waited for");
    return check_queue(endpoints[e].queue, e, NJ_THREAD_SENDING, NJ_THREAD_RECEIVING);
}

// Of a table that has ended nothing is left but what goes with the memory only (cnode.c).
static const char *check_table(uint32_t first)
{
    struct cap header = slots[first].cap;
    uint32_t count = header.kind == NJ_KIND_EMPTY && header.word == 0 ? header.object : 0;

    for (uint32_t i = 1; i < count; i++) {
        uint8_t kind = kind_of(slots[first + i].cap);
        REQUIRE(kind == NJ_KIND_EMPTY || kind == NJ_KIND_CNODE || kind == NJ_KIND_SPACE || kind == NJ_KIND_HART,
                "a table has ended and holds a capability");
    }
    return check_slot(first);
}

static const char *check_element(enum page_kind kind, uint32_t index)
{
    switch (kind) {
    case PAGE_SLOT:
        return check_table(index);
    case PAGE_THREAD:
        return check_thread(index);
    case PAGE_SCHED:
        return check_sched(index);
    case PAGE_REPLY:
        return check_reply(index);
    case PAGE_SPACE:
        return check_space(index);
    case PAGE_ENDPOINT:
        return check_endpoint(index);
    case PAGE_NOTIFICATION:
        return check_notification(index);
    case PAGE_CODE:
        return check_code(index);
    default:
        return NULL;
    }
}

static const char *check_pages(int thorough)
{
    static const uint16_t bytes[] = {
        [PAGE_SLOT] = sizeof(struct slot),   [PAGE_THREAD] = sizeof(struct thread), [PAGE_SCHED] = sizeof(struct sched),
        [PAGE_REPLY] = sizeof(struct reply), [PAGE_SPACE] = sizeof(struct space),   [PAGE_CODE] = sizeof(struct code),
        [PAGE_ENDPOINT] = sizeof(struct endpoint), [PAGE_NOTIFICATION] = sizeof(struct notification),
        [PAGE_VECTOR] = 0,
    };

    for (uint32_t page = HOST_FIRST_PAGE; page < HOST_PAGES; page++) {
        enum page_kind kind = page_kind(page);
        uint32_t count = bytes[kind] == 0 ? 0 : PAGE_BYTES / bytes[kind];
        for (uint32_t i = 0; i < count; i++) {
            const char *broken = check_element(kind, page * count + i);
            if (broken != NULL)
                return broken;
        }
        for (uint32_t i = 0; thorough && kind == PAGE_FREE && i < PAGE_BYTES / 8u; i++)
            REQUIRE(pages[page][i] == 0, "a free page is not cleared");
    }
    return NULL;
}

const char *check_invariants(int thorough)
{
    const char *broken = check_derivation();

    if (broken == NULL)
        broken = check_references();
    if (broken == NULL)
        broken = check_pages(thorough);
    if (broken == NULL)
        broken = check_harts();
    if (broken == NULL)
        broken = check_turn();
    if (broken == NULL && host_wrongly_mapped_page() != NIL)
        broken = "a page is mapped that must not be";
    if (broken == NULL && host_space_with_unknown_frame() != NIL)
        broken = "a space does not know of a frame in it";
    forget();
    return broken;
}
