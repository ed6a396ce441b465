// SPDX-License-Identifier: Apache-2.0
// Untyped memory. The capability holds a range of pages and how far it is used. Retype is the single place that gives
// memory a type, reset the single place that takes it away; both write the page-kind table.
#include "kernel/untyped.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/page_run.h"
#include "kernel/syscall.h"

#define FRAME_PAGES_MAX 512u
#define CNODE_SLOTS_MAX 65536u

// How objects of a kind lie in memory: an index in their array is `1 << shift` units. Those that are given no size have
// the size 0 and are one element; of those without a page, none is made of memory.
static const struct {
    uint32_t size_max;
    uint8_t size_min, shift, page;
} layouts[NJ_KIND_COUNT] = {
    [NJ_KIND_UNTYPED] = {UINT32_MAX / UNITS_PER_PAGE, 1, 7, PAGE_FREE},
    [NJ_KIND_CNODE] = {CNODE_SLOTS_MAX, 2, 0, PAGE_SLOT},
    [NJ_KIND_ENDPOINT] = {0, 0, 0, PAGE_ENDPOINT},
    [NJ_KIND_NOTIFICATION] = {0, 0, 0, PAGE_NOTIFICATION},
    [NJ_KIND_REPLY] = {0, 0, 0, PAGE_REPLY},
    [NJ_KIND_THREAD] = {0, 0, 5, PAGE_THREAD},
    [NJ_KIND_SCHED] = {0, 0, 3, PAGE_SCHED},
    [NJ_KIND_SPACE] = {0, 0, 4, PAGE_SPACE},
    [NJ_KIND_CODE] = {0, 0, 2, PAGE_CODE},
    [NJ_KIND_FRAME] = {FRAME_PAGES_MAX, 1, 7, PAGE_FRAME},
};
_Static_assert(UNITS_PER_PAGE == 1u << 7, "layouts");
_Static_assert(sizeof(struct slot) == UNIT_BYTES && sizeof(struct endpoint) == UNIT_BYTES, "layouts");
_Static_assert(sizeof(struct notification) == UNIT_BYTES && sizeof(struct reply) == UNIT_BYTES, "layouts");
_Static_assert(sizeof(struct thread) == UNIT_BYTES << 5 && sizeof(struct sched) == UNIT_BYTES << 3, "layouts");
_Static_assert(sizeof(struct space) == UNIT_BYTES << 4 && sizeof(struct code) == UNIT_BYTES << 2, "layouts");

bool untyped_is_unused(uint32_t slot)
{
    return cap_used(slots[slot].cap) == 0 && !derive_has_children(slot);
}

uint32_t untyped_take_page(uint32_t slot, enum page_kind kind)
{
    struct cap cap = slots[slot].cap;
    uint32_t used_pages = (cap_used(cap) + UNITS_PER_PAGE - 1u) / UNITS_PER_PAGE;

    if (used_pages >= cap_pages(cap))
        return NIL;
    uint32_t page = cap.object + used_pages;
    if (page_kind(page) == PAGE_DIRTY)
        page_clear(page);
    page_set_kind(page, kind);
    cap_set_used(slot, (used_pages + 1u) * UNITS_PER_PAGE);
    return page;
}

// From the index of one object to that of the next.
static inline uint32_t stride_of(uint64_t size)
{
    return size != 0 ? (uint32_t)size : 1u;
}

// Units of all objects, or 0: BAD_ARGUMENT.
static inline uint64_t units_of(uint64_t kind, uint64_t count, uint64_t size)
{
    if (kind >= NJ_KIND_COUNT || layouts[kind].page == 0 || size > layouts[kind].size_max ||
        size < layouts[kind].size_min || count - 1u >= NJ_RETYPE_MAX)
        return 0;
    uint64_t units = ((uint64_t)stride_of(size) << layouts[kind].shift) * count;
    bool is_visited = kind != NJ_KIND_UNTYPED; // each of its pages, in one call
    return is_visited && units > NJ_RETYPE_PAGES_MAX * UNITS_PER_PAGE ? 0 : units;
}

static uint32_t round_up_to_page(uint32_t units)
{
    return (units + UNITS_PER_PAGE - 1u) / UNITS_PER_PAGE * UNITS_PER_PAGE;
}

// Frames of that size are aligned to it if that leaves room for them: each can then be mapped at once. RAM starts aligned.
static inline uint32_t large_start(struct cap cap, uint32_t start, uint64_t count)
{
    uint32_t first = cap.object + start / UNITS_PER_PAGE;
    uint32_t aligned = (first + LARGE_PAGES - 1u) / LARGE_PAGES * LARGE_PAGES - cap.object;

    return aligned + count * LARGE_PAGES <= cap_pages(cap) ? aligned * UNITS_PER_PAGE : start;
}

// Behind a part of a page: small objects continue in a page that already holds their kind.
static inline uint32_t shared_start(struct cap cap, uint64_t kind)
{
    uint32_t used = cap_used(cap), shift = layouts[kind].shift;
    bool shares = page_kind(cap.object + used / UNITS_PER_PAGE) == layouts[kind].page;

    return shares ? (used + (1u << shift) - 1u) >> shift << shift : round_up_to_page(used);
}

static inline uint32_t start_of(struct cap cap, uint64_t kind, uint64_t count, uint64_t size)
{
    uint32_t start = cap_used(cap);

    if (start % UNITS_PER_PAGE != 0)
        start = shared_start(cap, kind);
    return kind == NJ_KIND_FRAME && size == LARGE_PAGES ? large_start(cap, start, count) : start;
}

static inline bool are_empty(uint32_t first, uint32_t count)
{
    for (const struct slot *slot = &slots[first], *end = slot + count; slot != end; slot++)
        if (slot->cap.kind != NJ_KIND_EMPTY)
            return false;
    return true;
}

// ---- Making objects. Each function is the last thing that the one before it does, so that none keeps anything on the
// stack; what is made, the thread's registers say. `start` and `end`: units in the untyped memory. -----------------------
static inline struct cap first_object(uint64_t kind, uint64_t size, uint32_t unit)
{
    bool is_frame = kind == NJ_KIND_FRAME;

    return (struct cap){
        .kind = (uint8_t)kind,
        .rights = NJ_RIGHT_ALL,
        .extra = is_frame ? (uint16_t)size : 0,
        .object = unit >> layouts[kind].shift,
        .word = is_frame ? 0 : size, // of objects that have one
    };
}

// Everything is checked, and the pages have their kind.
static inline enum nj_status make(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot)
{
    uint64_t kind = argument(thread, 0), count = argument(thread, 1), size = argument(thread, 2);
    struct cap first = first_object(kind, size, slots[slot].cap.object * UNITS_PER_PAGE + start);

    cap_set_used(slot, end);
    set_result(thread, 0, count);
    return cap_create_run(slot, first_slot, (uint32_t)count, first, stride_of(size));
}

static enum nj_status make_other(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot,
                                 bool is_prepared);

// Everything is checked. `has_kinds`: nothing is left to write in the page-kind table; of untyped memory there never is.
// Mostly all is in one word of it.
static __attribute__((noinline)) enum nj_status make_checked(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end,
                                                             uint32_t first_slot, bool has_kinds)
{
    if (!has_kinds) {
        uint64_t kind = argument(thread, 0);
        uint32_t page = slots[slot].cap.object + start / UNITS_PER_PAGE;
        uint32_t last = slots[slot].cap.object + round_up_to_page(end) / UNITS_PER_PAGE;
        if (kind == NJ_KIND_CNODE || word_end(page, last) != last || any_dirty(page, last))
            return make_other(thread, slot, start, end, first_slot, false);
        set_kinds_of_word(page, last, (enum page_kind)layouts[kind].page);
    }
    return make(thread, slot, start, end, first_slot);
}

// Pages that are dirty, and nodes, which have to be made from slots.
static COLD enum nj_status prepare(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot)
{
    uint64_t kind = argument(thread, 0), count = argument(thread, 1), size = argument(thread, 2);
    uint32_t page = slots[slot].cap.object, node = page * UNITS_PER_PAGE + start;
    enum nj_status status = pages_clear(page + start / UNITS_PER_PAGE, page + round_up_to_page(end) / UNITS_PER_PAGE,
                                        STEPS_PER_CALL / 2u); // making the objects is as much again

    if (status != NJ_OK)
        return status;
    for (uint64_t i = 0; kind == NJ_KIND_CNODE && i < count; i++, node += (uint32_t)size)
        cnode_init(node, (uint32_t)size);
    return make_other(thread, slot, start, end, first_slot, true);
}

static __attribute__((noinline)) enum nj_status make_other(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end,
                                                           uint32_t first_slot, bool is_prepared)
{
    uint64_t kind = argument(thread, 0);
    uint32_t page = slots[slot].cap.object + start / UNITS_PER_PAGE;
    uint32_t last = slots[slot].cap.object + round_up_to_page(end) / UNITS_PER_PAGE;

    if (!is_prepared && (kind == NJ_KIND_CNODE || !are_clean(page, last)))
        return prepare(thread, slot, start, end, first_slot);
    set_kinds(page, last, (enum page_kind)layouts[kind].page);
    return make_checked(thread, slot, start, end, first_slot, true);
}

// Some revoke is pending: is it one of the memory's ancestors that is revoked?
static COLD enum nj_status make_searched(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot,
                                         bool has_kinds)
{
    enum nj_status status = derive_search(slot);

    return status != NJ_OK ? status : make_checked(thread, slot, start, end, first_slot, has_kinds);
}

static inline enum nj_status retype(uint32_t thread, uint32_t slot, uint32_t table, uint64_t table_count)
{
    uint64_t kind = argument(thread, 0), count = argument(thread, 1), size = argument(thread, 2);
    uint64_t units = units_of(kind, count, size);
    uint32_t first_slot, last_slot;

    if (units == 0)
        return NJ_BAD_ARGUMENT;
    uint32_t start = start_of(slots[slot].cap, kind, count, size);
    if (start + units > (uint64_t)cap_pages(slots[slot].cap) * UNITS_PER_PAGE)
        return NJ_NO_MEMORY;
    uint32_t end = start + (uint32_t)units;
    uint64_t cnode = argument(thread, 3), index = argument(thread, 4);
    enum nj_status status = cap_find_in(table, table_count, cnode, index, &first_slot);
    if (status == NJ_OK)
        status = cap_find_in(table, table_count, cnode, index + count - 1u, &last_slot);
    if (status != NJ_OK)
        return status;
    if (!are_empty(first_slot, (uint32_t)count))
        return NJ_SLOT_USED;
    if (revokes_pending != 0)
        return make_searched(thread, slot, start, end, first_slot, kind == NJ_KIND_UNTYPED);
    return make_checked(thread, slot, start, end, first_slot, kind == NJ_KIND_UNTYPED);
}

enum nj_status untyped_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count)
{
    struct cap cap = slots[slot].cap;

    switch (operation) {
    case NJ_UNTYPED_RETYPE:
        return retype(thread, slot, table, count);
    case NJ_UNTYPED_INFO:
        set_result(thread, 0, (uint64_t)cap_pages(cap) * PAGE_BYTES);
        set_result(thread, 1, (uint64_t)cap_pages(cap) * PAGE_BYTES - (uint64_t)cap_used(cap) * UNIT_BYTES);
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}
