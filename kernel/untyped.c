// SPDX-License-Identifier: Apache-2.0
// Untyped memory. The capability holds a range of pages and how far it is used. Retype is the single place that gives
// memory a type, reset the single place that takes it away; both write the page-kind table.
#include "kernel/untyped.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/page_run.h"
#include "kernel/placement.h"
#include "kernel/syscall.h"

/*@ // The words that a thread asks retype with.
    logic integer asked_kind{L}(integer thread) = threads[thread].context.reg[REG_WORD];
    logic integer asked_count{L}(integer thread) = threads[thread].context.reg[REG_WORD + 1];
    logic integer asked_size{L}(integer thread) = threads[thread].context.reg[REG_WORD + 2];
    logic integer asked_shift{L}(integer thread) = layouts[asked_kind(thread)].shift;

    // Untyped memory, whose unused part holds nothing: what is made there begins with empty slots.
    predicate is_memory{L}(integer slot) = is_slot(slot) && slots[slot].cap.kind == NJ_KIND_UNTYPED &&
        memory_fits(slots[slot].cap) && 0 < slots[slot].cap.object;
    logic integer unit_of{L}(integer slot, integer unit) = slots[slot].cap.object * UNITS_PER_PAGE + unit;
    predicate rest_is_unused{L}(integer slot) =
        is_unused(unit_of(slot, used_of(slots[slot].cap)), unit_of(slot, units_in(slots[slot].cap)));

    logic integer first_page{L}(integer slot, integer start) = slots[slot].cap.object + start / UNITS_PER_PAGE;
    logic integer end_page{L}(integer slot, integer end) =
        slots[slot].cap.object + (end + UNITS_PER_PAGE - 1) / UNITS_PER_PAGE;

    // Everything is checked: the objects lie in the unused part, from `start` to `end`, and there is a slot for each.
    predicate is_checked{L}(integer thread, integer slot, integer start, integer end, integer first_slot) =
        thread < THREADS_MAX && is_memory(slot) &&
        used_of(slots[slot].cap) <= start < end <= units_in(slots[slot].cap) &&
        is_made(asked_kind(thread), asked_count(thread), asked_size(thread)) &&
        is_aligned(start, asked_shift(thread)) &&
        end - start == made_units(asked_kind(thread), asked_count(thread), asked_size(thread)) &&
        run_is_free(first_slot, asked_count(thread)) &&
        (first_slot + asked_count(thread) <= unit_of(slot, start) || unit_of(slot, end) <= first_slot); */

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

/*@ requires 0 < first && first + count <= SLOTS_MAX;
    assigns \nothing;
    ensures \result ==> \forall integer one; first <= one < first + count ==> slots[one].cap.kind == NJ_KIND_EMPTY; */
static inline bool are_empty(uint32_t first, uint32_t count)
{
    const struct slot *slot = &slots[first];

    /*@ loop invariant 0 <= i <= count && slot == &slots[first + i];
        loop invariant \forall integer one; first <= one < first + i ==> slots[one].cap.kind == NJ_KIND_EMPTY;
        loop assigns i, slot;
        loop variant count - i; */
    for (uint64_t i = 0; i != count; i++, slot++)
        if (slot->cap.kind != NJ_KIND_EMPTY)
            return false;
    return true;
}

// ---- Making objects. Each function is the last thing that the one before it does, so that none keeps anything on the
// stack; what is made, the thread's registers say. `start` and `end`: units in the untyped memory. -----------------------

// In contracts.
#define RETYPE_NEEDS(slot) order_holds && caps_valid && rest_is_unused(slot)
#define RETYPE_WRITES assigns ALL_OBJECTS;
#define RETYPE_CLEARS assigns pages[..][..], page_kinds[..];
#define RETYPE_KEEPS(slot)                                                                                             \
    CAPS_ARE_VALID                                                                                                     \
    ensures \result != OK_STAYS ==> \forall integer other; is_slot(other) ==> cap_stays{Pre, Post}(other);             \
    ensures \result == OK_STAYS ==> slots[slot].cap.object == \old(slots[slot].cap.object);                            \
    ensures \result == OK_STAYS ==> pages_of(slots[slot].cap) == \old(pages_of(slots[slot].cap));
#define RETYPE_MAKES(slot, end)                                                                                        \
    RETYPE_KEEPS(slot)                                                                                                 \
    ensures \result == OK_STAYS ==> used_of(slots[slot].cap) == end;

// The pages have their kind.
/*@ requires is_checked(thread, slot, start, end, first_slot) && RETYPE_NEEDS(slot);
    RETYPE_WRITES
    RETYPE_MAKES(slot, end) */
static inline enum nj_status make(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot)
{
    uint64_t kind = argument(thread, 0), count = argument(thread, 1), size = argument(thread, 2);
    uint32_t unit = slots[slot].cap.object * UNITS_PER_PAGE + start;
    //@ assert unit == slots[slot].cap.object * UNITS_PER_PAGE + start;
    //@ assert is_shift(layouts[kind].shift) ==> is_aligned(unit, layouts[kind].shift);
    struct cap first = first_object(kind, size, unit);
    //@ ghost objects_are_in_memory(first, count, size, unit);
    //@ assert nodes_have_room(first_slot, count, first, first.object, first.object + count * stride(size));

    cap_set_used(slot, end);
    set_result(thread, 0, count);
    //@ assert caps_valid;
    //@ assert run_is_free(first_slot, count);
    //@ assert nodes_have_room(first_slot, count, first, first.object, first.object + count * stride(size));
    //@ assert (uint32_t)count == count;
    //@ assert nodes_have_room(first_slot, (uint32_t)count, first, first.object, first.object + (uint32_t)count * stride(size));
    return cap_create_run(slot, first_slot, (uint32_t)count, first, stride_of(size));
}

/*@ requires is_checked(thread, slot, start, end, first_slot) && RETYPE_NEEDS(slot);
    requires is_prepared ==> none_dirty(first_page(slot, start), end_page(slot, end));
    decreases is_prepared ? 1 : 3;
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_MAKES(slot, end) */
static enum nj_status make_other(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot,
                                 bool is_prepared);

// `has_kinds`: nothing is left to write in the page-kind table; of untyped memory there never is. Mostly all is in one
// word of it.
/*@ requires is_checked(thread, slot, start, end, first_slot) && RETYPE_NEEDS(slot);
    decreases has_kinds ? 0 : 4;
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_MAKES(slot, end) */
static __attribute__((noinline)) enum nj_status make_checked(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end,
                                                             uint32_t first_slot, bool has_kinds)
{
    if (!has_kinds) {
        uint64_t kind = argument(thread, 0);
        uint32_t page = slots[slot].cap.object + start / UNITS_PER_PAGE;
        uint32_t last = slots[slot].cap.object + round_up_to_page(end) / UNITS_PER_PAGE;
        //@ assert page < last <= PAGES_MAX;
        if (kind == NJ_KIND_CNODE || word_end(page, last) != last || any_dirty(page, last))
            return make_other(thread, slot, start, end, first_slot, false);
        set_kinds_of_word(page, last, (enum page_kind)page_kind_of(kind));
    }
    return make(thread, slot, start, end, first_slot);
}

// Pages that are dirty, and nodes, which have to be made from slots.
/*@ requires is_checked(thread, slot, start, end, first_slot) && RETYPE_NEEDS(slot);
    decreases 2;
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_MAKES(slot, end) */
static COLD enum nj_status prepare(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot)
{
    uint64_t kind = argument(thread, 0), size = argument(thread, 2);
    uint32_t page = slots[slot].cap.object, node = page * UNITS_PER_PAGE + start, last = page * UNITS_PER_PAGE + end;
    enum nj_status status = pages_clear(page + start / UNITS_PER_PAGE, page + round_up_to_page(end) / UNITS_PER_PAGE,
                                        STEPS_PER_CALL / 2u); // making the objects is as much again

    if (status != NJ_OK)
        return status;
    /*@ loop invariant slots[slot].cap.object * UNITS_PER_PAGE + start <= node <= last;
        LOOP_KEEPS_CAPS
        loop invariant \forall integer other; is_slot(other) ==> cap_stays{Pre, Here}(other);
        loop assigns node, slots[..];
        loop variant last - node; */
    for (; kind == NJ_KIND_CNODE && last - node >= size; node += (uint32_t)size)
        cnode_init(node, (uint32_t)size);
    return make_other(thread, slot, start, end, first_slot, true);
}

static __attribute__((noinline)) enum nj_status make_other(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end,
                                                           uint32_t first_slot, bool is_prepared)
{
    uint64_t kind = argument(thread, 0);
    uint32_t page = slots[slot].cap.object + start / UNITS_PER_PAGE;
    uint32_t last = slots[slot].cap.object + round_up_to_page(end) / UNITS_PER_PAGE;
    //@ assert page < last <= PAGES_MAX;

    if (!is_prepared && (kind == NJ_KIND_CNODE || !are_clean(page, last)))
        return prepare(thread, slot, start, end, first_slot);
    set_kinds(page, last, (enum page_kind)page_kind_of(kind));
    return make_checked(thread, slot, start, end, first_slot, true);
}

// Some revoke is pending: is it one of the memory's ancestors that is revoked?
/*@ requires is_checked(thread, slot, start, end, first_slot) && RETYPE_NEEDS(slot);
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_MAKES(slot, end) */
static COLD enum nj_status make_searched(uint32_t thread, uint32_t slot, uint32_t start, uint32_t end, uint32_t first_slot,
                                         bool has_kinds)
{
    enum nj_status status = derive_search(slot);

    return status != NJ_OK ? status : make_checked(thread, slot, start, end, first_slot, has_kinds);
}

// What is made lies behind what was made before, and inside the memory. Nothing is made on errors.
/*@ requires thread < THREADS_MAX && is_memory(slot) && run_fits(table, table_count);
    requires RETYPE_NEEDS(slot);
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_KEEPS(slot)
    ensures \result == OK_STAYS ==> \old(used_of(slots[slot].cap)) +
        \old(made_units(asked_kind(thread), asked_count(thread), asked_size(thread))) <= used_of(slots[slot].cap);
    ensures \result == OK_STAYS ==> \old(used_of(slots[slot].cap)) < used_of(slots[slot].cap);
    ensures \result == OK_STAYS ==> used_of(slots[slot].cap) <= units_in(slots[slot].cap); */
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
    /*@ assert \forall integer one; first_slot <= one < first_slot + count ==>
            names_slot(table + cnode, index + (one - first_slot), one); */
    //@ assert run_is_free(first_slot, count);
    //@ assert first_slot + count <= unit_of(slot, start) || unit_of(slot, end) <= first_slot;
    if (revokes_pending != 0)
        return make_searched(thread, slot, start, end, first_slot, kind == NJ_KIND_UNTYPED);
    return make_checked(thread, slot, start, end, first_slot, kind == NJ_KIND_UNTYPED);
}

/*@ requires thread < THREADS_MAX && is_memory(slot) && run_fits(table, count);
    requires RETYPE_NEEDS(slot);
    RETYPE_WRITES
    RETYPE_CLEARS
    RETYPE_KEEPS(slot)
    ensures \result == OK_STAYS ==> \old(used_of(slots[slot].cap)) < used_of(slots[slot].cap);
    ensures \result == OK_STAYS ==> used_of(slots[slot].cap) <= units_in(slots[slot].cap); */
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
