// SPDX-License-Identifier: Apache-2.0
// Untyped memory. The capability holds a range of pages and how far it is used. Retype is the single place that gives
// memory a type, reset the single place that takes it away; both write the page-kind table.
#include "kernel/untyped.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/syscall.h"

#define FRAME_PAGES_MAX 512u
#define CNODE_SLOTS_MAX 65536u
#define CLEAR_STEPS 8u // steps that clearing one page counts for

// What retype is asked for, decoded and checked.
struct request {
    uint64_t kind, count;
    uint32_t size;       // as in abi/object.h
    uint32_t units;      // of one object
    uint32_t first_slot; // destination
    uint32_t start, end; // units in the untyped memory
    enum page_kind page;
};

// Sixteen words a round: most of what an ordinary loop would execute is the loop.
void page_clear(uint32_t page)
{
    for (uint32_t i = 0; i < PAGE_BYTES / 8u; i += 16) {
        pages[page][i] = 0;
        pages[page][i + 1] = 0;
        pages[page][i + 2] = 0;
        pages[page][i + 3] = 0;
        pages[page][i + 4] = 0;
        pages[page][i + 5] = 0;
        pages[page][i + 6] = 0;
        pages[page][i + 7] = 0;
        pages[page][i + 8] = 0;
        pages[page][i + 9] = 0;
        pages[page][i + 10] = 0;
        pages[page][i + 11] = 0;
        pages[page][i + 12] = 0;
        pages[page][i + 13] = 0;
        pages[page][i + 14] = 0;
        pages[page][i + 15] = 0;
    }
}

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

// Units of one object and the kind of its pages. BAD_ARGUMENT.
static enum nj_status request_kind(struct request *request)
{
    static const struct {
        uint16_t bytes;
        uint8_t page;
    } kinds[NJ_KIND_COUNT] = {
        [NJ_KIND_ENDPOINT] = {sizeof(struct endpoint), PAGE_ENDPOINT},
        [NJ_KIND_NOTIFICATION] = {sizeof(struct notification), PAGE_NOTIFICATION},
        [NJ_KIND_REPLY] = {sizeof(struct reply), PAGE_REPLY},
        [NJ_KIND_THREAD] = {sizeof(struct thread), PAGE_THREAD},
        [NJ_KIND_SCHED] = {sizeof(struct sched), PAGE_SCHED},
        [NJ_KIND_SPACE] = {sizeof(struct space), PAGE_SPACE},
        [NJ_KIND_CODE] = {sizeof(struct code), PAGE_CODE},
    };

    if (request->kind == NJ_KIND_CNODE) {
        if (request->size < 2 || request->size > CNODE_SLOTS_MAX)
            return NJ_BAD_ARGUMENT;
        request->units = request->size;
        request->page = PAGE_SLOT;
    } else if (request->kind == NJ_KIND_FRAME || request->kind == NJ_KIND_UNTYPED) {
        bool is_frame = request->kind == NJ_KIND_FRAME;
        if (request->size == 0 || request->size > (is_frame ? FRAME_PAGES_MAX : UINT32_MAX / UNITS_PER_PAGE))
            return NJ_BAD_ARGUMENT;
        request->units = request->size * UNITS_PER_PAGE;
        request->page = is_frame ? PAGE_FRAME : PAGE_FREE;
    } else {
        if (request->kind >= NJ_KIND_COUNT || kinds[request->kind].bytes == 0 || request->size != 0)
            return NJ_BAD_ARGUMENT;
        request->units = kinds[request->kind].bytes / UNIT_BYTES;
        request->page = (enum page_kind)kinds[request->kind].page;
    }
    return NJ_OK;
}

static uint32_t round_up_to_page(uint32_t units)
{
    return (units + UNITS_PER_PAGE - 1u) / UNITS_PER_PAGE * UNITS_PER_PAGE;
}

// Frames of that size are aligned to it if that leaves room for them: each can then be mapped at once. RAM starts aligned.
static uint32_t large_start(struct cap cap, uint32_t start, uint64_t count)
{
    uint32_t first = cap.object + start / UNITS_PER_PAGE;
    uint32_t aligned = (first + LARGE_PAGES - 1u) / LARGE_PAGES * LARGE_PAGES - cap.object;

    return aligned + count * LARGE_PAGES <= cap_pages(cap) ? aligned * UNITS_PER_PAGE : start;
}

// Where the objects go. Small objects continue in a page that already holds their kind.
static enum nj_status request_place(struct request *request, struct cap cap)
{
    uint32_t total = cap_pages(cap) * UNITS_PER_PAGE, used = cap_used(cap);
    bool is_small = request->kind != NJ_KIND_FRAME && request->kind != NJ_KIND_UNTYPED;
    bool shares = is_small && used % UNITS_PER_PAGE != 0 && page_kind(cap.object + used / UNITS_PER_PAGE) == request->page;

    request->start = shares ? used : round_up_to_page(used);
    if (shares && request->kind != NJ_KIND_CNODE)
        request->start = (used + request->units - 1u) / request->units * request->units;
    if (request->kind == NJ_KIND_FRAME && request->size == LARGE_PAGES)
        request->start = large_start(cap, request->start, request->count);
    if (request->start > total || (total - request->start) / request->units < request->count)
        return NJ_NO_MEMORY;
    request->end = request->start + request->units * (uint32_t)request->count;
    return NJ_OK;
}

static enum nj_status request_slots(uint32_t thread, struct request *request)
{
    uint64_t index = argument(thread, 4);
    uint32_t cnode, last;
    enum nj_status status = cap_lookup_kind(thread, argument(thread, 3), NJ_KIND_CNODE, &cnode);

    if (status == NJ_OK)
        status = index > UINT32_MAX ? NJ_SLOT_RANGE : cnode_slot(slots[cnode].cap, index, &request->first_slot);
    if (status == NJ_OK)
        status = cnode_slot(slots[cnode].cap, index + request->count - 1u, &last);
    if (status != NJ_OK)
        return status;
    for (uint32_t slot = request->first_slot; slot <= last; slot++)
        if (slots[slot].cap.kind != NJ_KIND_EMPTY)
            return NJ_SLOT_USED;
    return NJ_OK;
}

// Kinds of pages are read and written by whole words of the table. Here: where the pages from `page` to `end` that share
// its word end, and which bits of the word are theirs.
#define ALL_PAGES(kind) ((uint64_t)(kind) * 0x1111111111111111ull)

static uint32_t word_end(uint32_t page, uint32_t end)
{
    uint32_t next = (page / PAGE_KINDS_PER_WORD + 1u) * PAGE_KINDS_PER_WORD;

    return next < end ? next : end;
}

static uint64_t word_mask(uint32_t page, uint32_t next)
{
    return UINT64_MAX >> (64u - PAGE_KIND_BITS * (next - page)) << page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;
}

static void set_kinds(uint32_t page, uint32_t end, enum page_kind kind)
{
    for (uint32_t next; page < end; page = next) {
        next = word_end(page, end);
        uint64_t mask = word_mask(page, next);
        uint64_t others = page_kinds[page / PAGE_KINDS_PER_WORD] & ~mask;
        page_kinds[page / PAGE_KINDS_PER_WORD] = others | (ALL_PAGES(kind) & mask);
    }
}

// Is one of these pages of kind 0, PAGE_DIRTY? A page borrows from above when 1 is taken from it, and only then.
static bool any_dirty(uint32_t page, uint32_t next)
{
    uint64_t kinds = page_kinds[page / PAGE_KINDS_PER_WORD] | ~word_mask(page, next);

    return ((kinds - ALL_PAGES(1)) & ~kinds & ALL_PAGES(8)) != 0;
}

static enum nj_status clear_pages(uint32_t page, uint32_t end, uint32_t *steps)
{
    for (; page < end; page++) {
        if (page_kind(page) != PAGE_DIRTY)
            continue;
        if (*steps < CLEAR_STEPS)
            return NJ_AGAIN;
        *steps -= CLEAR_STEPS;
        page_clear(page);
        page_set_kind(page, PAGE_FREE);
    }
    return NJ_OK;
}

// Memory found at boot is cleared when it is first given a type. AGAIN when that takes more steps.
static enum nj_status clear_dirty(uint32_t page, uint32_t end)
{
    uint32_t steps = STEPS_PER_CALL / 2u; // making the objects is as much again
    enum nj_status status = NJ_OK;

    for (uint32_t next; page < end && status == NJ_OK; page = next) {
        next = word_end(page, end);
        if (any_dirty(page, next))
            status = clear_pages(page, next, &steps);
    }
    return status;
}

// The first object; the index of each other one is `stride` above that of the one before.
static struct cap first_object(const struct request *request, struct cap untyped, uint32_t *stride)
{
    struct cap cap = {.kind = (uint8_t)request->kind, .rights = NJ_RIGHT_ALL};
    uint32_t unit = untyped.object * UNITS_PER_PAGE + request->start;

    *stride = request->size;
    if (request->kind == NJ_KIND_FRAME) {
        cap.object = unit / UNITS_PER_PAGE;
        cap.extra = (uint16_t)request->size;
    } else if (request->kind == NJ_KIND_UNTYPED) {
        cap.object = unit / UNITS_PER_PAGE;
        cap.word = request->size;
    } else if (request->kind == NJ_KIND_CNODE) {
        cap.object = unit;
        cap.word = request->size;
    } else {
        cap.object = unit / request->units;
        *stride = 1;
    }
    return cap;
}

static void make_objects(uint32_t slot, const struct request *request)
{
    uint32_t stride;
    struct cap first = first_object(request, slots[slot].cap, &stride);

    cap_set_used(slot, request->end);
    if (request->kind == NJ_KIND_CNODE)
        for (uint32_t i = 0; i < request->count; i++)
            cnode_init(first.object + i * stride, request->size);
    cap_create_run(slot, request->first_slot, (uint32_t)request->count, first, stride);
}

static enum nj_status retype(uint32_t thread, uint32_t slot)
{
    struct request request = {.kind = argument(thread, 0), .count = argument(thread, 1)};

    if (request.count == 0 || request.count > NJ_RETYPE_MAX || argument(thread, 2) > UINT32_MAX)
        return NJ_BAD_ARGUMENT;
    request.size = (uint32_t)argument(thread, 2);
    enum nj_status status = request_kind(&request);
    if (status == NJ_OK && request.kind != NJ_KIND_UNTYPED &&
        (uint64_t)request.units * request.count > NJ_RETYPE_PAGES_MAX * UNITS_PER_PAGE)
        status = NJ_BAD_ARGUMENT; // each of these pages is visited in one call
    if (status == NJ_OK)
        status = request_place(&request, slots[slot].cap);
    if (status == NJ_OK)
        status = request_slots(thread, &request);
    if (status == NJ_OK)
        status = derive_allowed(slot);
    if (status != NJ_OK)
        return status;
    if (request.kind != NJ_KIND_UNTYPED) {
        uint32_t first = slots[slot].cap.object + request.start / UNITS_PER_PAGE;
        uint32_t end = slots[slot].cap.object + round_up_to_page(request.end) / UNITS_PER_PAGE;
        status = clear_dirty(first, end);
        if (status != NJ_OK)
            return status;
        set_kinds(first, end, request.page);
    }
    make_objects(slot, &request);
    set_result(thread, 0, request.count);
    return NJ_OK;
}

enum nj_status untyped_invoke(uint32_t thread, uint32_t slot, uint64_t operation)
{
    struct cap cap = slots[slot].cap;

    switch (operation) {
    case NJ_UNTYPED_RETYPE:
        return retype(thread, slot);
    case NJ_UNTYPED_INFO:
        set_result(thread, 0, (uint64_t)cap_pages(cap) * PAGE_BYTES);
        set_result(thread, 1, (uint64_t)cap_pages(cap) * PAGE_BYTES - (uint64_t)cap_used(cap) * UNIT_BYTES);
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}
