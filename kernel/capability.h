// SPDX-License-Identifier: Apache-2.0
// Capabilities in slots: find, derive, move, delete, revoke. Slot arguments are indices in slots[], already checked.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/object.h"
#include "kernel/thread.h"

// Work one system call may do before it answers AGAIN, in steps of some tens of instructions.
#define STEPS_PER_CALL 64u

// Neither empty nor a zombie: neither has one of these bits in its kind, and every other kind has one.
#define CAP_KIND_USABLE_BITS (KIND_ZOMBIE - 1u)
//@ predicate is_usable(integer kind) = (kind & CAP_KIND_USABLE_BITS) != 0;
/*@ assigns \nothing;
    ensures \result <==> is_usable(cap.kind);
    ensures cap.kind == NJ_KIND_EMPTY ==> !\result;
    ensures cap.kind == KIND_ZOMBIE ==> !\result;
    ensures cap.kind == KIND_ROOT ==> !\result; */
static inline bool cap_is_usable(struct cap cap)
{
    return (cap.kind & CAP_KIND_USABLE_BITS) != 0;
}

// Slot number `number` of a thread's capability table, which is `count` slots from `table` on. SLOT_RANGE, EMPTY_SLOT.
// Slot 0 is bookkeeping and reads as empty.
// For the ways of frequent calls; the others use cap_lookup().
/*@ requires \valid(slot) && run_fits(table, count);
    assigns *slot;
    ensures \result == NJ_OK ==> number < count && *slot == table + number && is_slot(*slot) && is_usable(slots[*slot].cap.kind);
    ensures \result == NJ_SLOT_RANGE <==> number >= count;
    ensures \result == NJ_EMPTY_SLOT <==> number < count && !is_usable(slots[table + number].cap.kind);
    ensures \result == NJ_OK || \result == NJ_SLOT_RANGE || \result == NJ_EMPTY_SLOT; */
static inline enum nj_status cap_find(uint32_t table, uint64_t count, uint64_t number, uint32_t *slot)
{
    if (number >= count)
        return NJ_SLOT_RANGE;
    uint32_t found = table + (uint32_t)number;
    *slot = found;
    return cap_is_usable(slots[found].cap) ? NJ_OK : NJ_EMPTY_SLOT;
}

// Is it a capability of this kind? For those that leave what is wrong to cap_lookup_kind().
/*@ requires thread < THREADS_MAX && has_table(thread) && \valid(slot);
    assigns *slot;
    ensures \result ==> threads[thread].space != NIL && number < slots[table_slot(thread)].cap.word;
    ensures \result ==> *slot == slots[table_slot(thread)].cap.object + number && is_slot(*slot);
    ensures \result ==> slots[*slot].cap.kind == kind; */
static inline bool cap_find_kind(uint32_t thread, uint64_t number, enum nj_kind kind, uint32_t *slot)
{
    struct cap table = thread_table(thread);

    *slot = table.object + (uint32_t)number;
    return number < table.word && slots[*slot].cap.kind == kind;
}

// The same as cap_find().
/*@ requires thread < THREADS_MAX && has_table(thread) && \valid(slot);
    assigns *slot;
    ensures \result == NJ_OK ==> threads[thread].space != NIL && number < slots[table_slot(thread)].cap.word;
    ensures \result == NJ_OK ==> *slot == slots[table_slot(thread)].cap.object + number && is_slot(*slot);
    ensures \result == NJ_OK ==> is_usable(slots[*slot].cap.kind); */
enum nj_status cap_lookup(uint32_t thread, uint64_t number, uint32_t *slot);
// The same, and of this kind. WRONG_KIND.
/*@ requires thread < THREADS_MAX && has_table(thread) && \valid(slot);
    assigns *slot;
    ensures \result == NJ_OK ==> threads[thread].space != NIL && number < slots[table_slot(thread)].cap.word;
    ensures \result == NJ_OK ==> *slot == slots[table_slot(thread)].cap.object + number && is_slot(*slot);
    ensures \result == NJ_OK ==> slots[*slot].cap.kind == kind && is_usable(kind); */
enum nj_status cap_lookup_kind(uint32_t thread, uint64_t number, enum nj_kind kind, uint32_t *slot);
/*@ // The slot is number `index`, which is not 0, of the node whose capability is in slot `node`.
    predicate names_slot{L}(integer node, integer index, integer slot) = is_slot(node) && is_slot(slot) &&
        slots[node].cap.kind == NJ_KIND_CNODE && 0 < index < slots[node].cap.word && slot == slots[node].cap.object + index; */
// Slot `index` of the table behind the thread's cnode capability `number`, empty or not. SLOT_RANGE, WRONG_KIND, ...
/*@ requires thread < THREADS_MAX && has_table(thread) && objects_fit && \valid(slot);
    assigns *slot;
    ensures \result == NJ_OK ==> threads[thread].space != NIL && number < slots[table_slot(thread)].cap.word;
    ensures \result == NJ_OK ==> names_slot(slots[table_slot(thread)].cap.object + number, index, *slot); */
enum nj_status cap_lookup_in(uint32_t thread, uint64_t number, uint64_t index, uint32_t *slot);

// The same as cap_lookup_in(), for the ways of frequent calls.
/*@ requires \valid(slot) && run_fits(table, count) && objects_fit;
    assigns *slot;
    ensures \result == NJ_OK ==> number < count && names_slot(table + number, index, *slot);
    ensures \result != OK_STAYS; */
static inline enum nj_status cap_find_in(uint32_t table, uint64_t count, uint64_t number, uint64_t index,
                                         uint32_t *slot)
{
    if (number >= count)
        return NJ_SLOT_RANGE;
    struct cap cnode = slots[table + (uint32_t)number].cap;
    if (cnode.kind != NJ_KIND_CNODE)
        return cap_is_usable(cnode) ? NJ_WRONG_KIND : NJ_EMPTY_SLOT;
    return cnode_slot(cnode, index, slot);
}

// Puts a capability into an empty slot as the child of another. Counts the reference.
/*@ requires order_holds && caps_valid && is_slot(parent) && is_slot(slot);
    requires slots[parent].cap.kind != NJ_KIND_EMPTY && is_free(slot) && may_hold(slot, cap);
    assigns slots[..], REFERENCES(cap.object);
    CAPS_ARE_VALID
    ensures slots[slot].cap == cap;
    ensures \forall integer other; is_slot(other) && other != slot ==> cap_stays{Pre, Post}(other); */
void cap_create(uint32_t parent, uint32_t slot, struct cap cap);
// The same without counting it.
/*@ requires order_holds && caps_valid && is_slot(parent) && is_slot(slot);
    requires slots[parent].cap.kind != NJ_KIND_EMPTY && is_free(slot) && may_hold(slot, cap);
    assigns slots[..];
    CAPS_ARE_VALID
    ensures next_of(2 * parent) == 2 * slot;
    ensures slots[slot].cap == cap;
    ensures \forall integer other; is_slot(other) && other != slot ==> slots[other].cap == \old(slots[other].cap); */
static inline void cap_insert(uint32_t parent, uint32_t slot, struct cap cap)
{
    slot_set_from(slot, &cap);
    derive_insert(parent, slot);
}

// Is there an object to stop when its last capability goes, of those that retype makes?
/*@ assigns \nothing;
    ensures \result <==> cap.kind != NJ_KIND_FRAME && cap.kind != NJ_KIND_UNTYPED; */
static inline bool cap_is_counted(struct cap cap)
{
    return cap.kind != NJ_KIND_FRAME && cap.kind != NJ_KIND_UNTYPED;
}

/*@ // A run of capabilities in consecutive slots: the object of each is `stride` behind that of the one before. Nodes lie
    // in unused memory, side by side.
    predicate run_is_free{L}(integer slot, integer count) = 0 < slot && 1 <= count && slot + count <= SLOTS_MAX &&
        \forall integer one; slot <= one < slot + count ==> is_free(one);
    predicate objects_are_there(integer count, struct cap cap, integer stride) =
        NJ_KIND_EMPTY < cap.kind < NJ_KIND_COUNT && 0 < stride && object_fits(cap.kind, cap.object, cap.word) &&
        object_fits(cap.kind, cap.object + (count - 1) * stride, cap.word) &&
        cap.object + (count - 1) * stride <= UINT32_MAX;
    predicate nodes_have_room{L}(integer slot, integer count, struct cap cap, integer from, integer to) =
        cap.kind == NJ_KIND_CNODE ==> is_unused(from, to) && (slot + count <= cap.object || to <= slot);
    predicate run_holds{L}(integer slot, integer count, struct cap cap, integer stride) =
        \forall integer one; slot <= one < slot + count ==>
            slots[one].cap.kind == cap.kind && slots[one].cap.rights == cap.rights &&
            slots[one].cap.extra == cap.extra && slots[one].cap.word == cap.word &&
            slots[one].cap.object == cap.object + (one - slot) * stride; */
// In contracts.
#define MAKES_RUN                                                                                                      \
    assigns ALL_OBJECTS;                                                                                               \
    CAPS_ARE_VALID                                                                                                     \
    ensures run_holds(slot, count, cap, stride);                                                                       \
    ensures \forall integer other; is_slot(other) && !(slot <= other < slot + count) ==> cap_stays{Pre, Post}(other);  \
    ensures \result == OK_STAYS;
// Puts `count` capabilities into consecutive empty slots; `object` grows by `stride` from one to the next. OK_STAYS: the
// last thing a call does. The first one apart, because mostly there is no other.
/*@ requires order_holds && caps_valid && is_slot(parent) && is_slot(slot) && 1 <= count <= SLOTS_MAX - slot;
    requires slots[parent].cap.kind != NJ_KIND_EMPTY && slots[slot].cap == cap;
    requires !(slot <= parent < slot + count) && next_of(2 * parent) == 2 * slot;
    requires count > 1 ==> run_is_free(slot + 1, count - 1);
    requires objects_are_there(count, cap, stride) && (cap.kind == NJ_KIND_CNODE ==> stride == cap.word);
    requires nodes_have_room(slot, count, cap, cap.object + stride, cap.object + count * stride);
    MAKES_RUN */
enum nj_status cap_create_rest(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride);
/*@ requires order_holds && caps_valid && is_slot(parent) && slots[parent].cap.kind != NJ_KIND_EMPTY;
    requires run_is_free(slot, count);
    requires objects_are_there(count, cap, stride) && (cap.kind == NJ_KIND_CNODE ==> stride == cap.word);
    requires nodes_have_room(slot, count, cap, cap.object, cap.object + count * stride);
    MAKES_RUN */
static inline enum nj_status cap_create_run(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride)
{
    cap_insert(parent, slot, cap);
    //@ assert slots[slot].cap.object == cap.object + (slot - slot) * stride;
    //@ assert run_holds(slot, 1, cap, stride);
    return count != 1 || cap_is_counted(cap) ? cap_create_rest(parent, slot, count, cap, stride) : OK_STAYS;
}

// Copy with fewer rights and, if not 0, a badge. SLOT_USED, WRONG_KIND, IN_USE (has a badge), REVOKING, TOO_DEEP, AGAIN.
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_plain(destination);
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID
    ensures \result != OK_STAYS;
    ensures \result == NJ_OK ==> \old(slots[destination].cap.kind) == NJ_KIND_EMPTY;
    ensures \result == NJ_OK ==> is_derived(slots[destination].cap, \old(slots[source].cap));
    ensures \result == NJ_OK ==> are_wanted(slots[destination].cap.rights, rights);
    ensures \result == NJ_OK ==> is_unmarked(slots[destination].cap.rights);
    ensures \result == NJ_OK && badge != 0 ==> slots[destination].cap.word == badge;
    ensures \result == NJ_OK && badge == 0 && slots[destination].cap.kind != NJ_KIND_FRAME ==>
        slots[destination].cap.word == \old(slots[source].cap.word);
    ensures \result != NJ_OK ==> cap_stays{Pre, Post}(destination);
    ensures \forall integer other; is_slot(other) && other != destination ==> cap_stays{Pre, Post}(other); */
enum nj_status cap_derive(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge);
// The same where all that is known: derive_allowed(source) was OK, and the rest is as the contract says. OK.
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_free(destination);
    requires NJ_KIND_UNTYPED < slots[source].cap.kind < KIND_ZOMBIE;
    requires badge == 0 || (slots[source].cap.word == 0 &&
        (slots[source].cap.kind == NJ_KIND_ENDPOINT || slots[source].cap.kind == NJ_KIND_NOTIFICATION));
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID
    ensures \result == NJ_OK;
    ensures is_derived(slots[destination].cap, \old(slots[source].cap));
    ensures are_wanted(slots[destination].cap.rights, rights);
    ensures is_unmarked(slots[destination].cap.rights);
    ensures badge != 0 ==> slots[destination].cap.word == badge;
    ensures badge == 0 && slots[destination].cap.kind != NJ_KIND_FRAME ==>
        slots[destination].cap.word == \old(slots[source].cap.word);
    ensures \forall integer other; is_slot(other) && other != destination ==> cap_stays{Pre, Post}(other); */
enum nj_status cap_derive_allowed(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge);
// SLOT_USED, EMPTY_SLOT.
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_plain(destination);
    assigns slots[..];
    CAPS_ARE_VALID
    ensures \result != OK_STAYS;
    ensures \result == NJ_OK ==> \old(slots[destination].cap.kind) == NJ_KIND_EMPTY;
    ensures \result == NJ_OK ==> slots[destination].cap == \old(slots[source].cap);
    ensures \result == NJ_OK ==> slots[source].cap.kind == NJ_KIND_EMPTY;
    ensures \forall integer other; is_slot(other) && other != source && other != destination ==>
        slots[other].cap == \old(slots[other].cap);
    ensures \result != NJ_OK ==> \forall integer slot; is_slot(slot) ==> slots[slot].cap == \old(slots[slot].cap); */
enum nj_status cap_move(uint32_t source, uint32_t destination);
// Empties the slot; the last capability of an object stops the object. AGAIN when *steps ran out.
/*@ requires is_slot(slot);
    STOPS_IN_STEPS
    ensures \result == NJ_OK ==> slots[slot].cap.kind == NJ_KIND_EMPTY;
    ensures \result == NJ_OK && \old(slots[slot].cap.kind) != NJ_KIND_EMPTY ==> *steps < \old(*steps); */
enum nj_status cap_delete(uint32_t slot, uint32_t *steps);
// The same with the steps of a whole call. OK_STAYS if there was nothing to stop.
/*@ requires is_slot(slot);
    STOPS
    ensures \result == NJ_OK ==> slots[slot].cap.kind == NJ_KIND_EMPTY; */
enum nj_status cap_delete_now(uint32_t slot);
// Deletes all descendants; untyped memory is taken back. AGAIN when *steps ran out.
/*@ requires is_slot(slot);
    STOPS_IN_STEPS */
enum nj_status cap_revoke(uint32_t slot, uint32_t *steps);

// Untyped memory and supplies keep two numbers in the word.
/*@ assigns \nothing;
    ensures \result == cap.word % 0x100000000; */
static inline uint32_t cap_pages(struct cap cap)
{
    return (uint32_t)(cap.word % 0x100000000u);
}

/*@ assigns \nothing;
    ensures \result == cap.word / 0x100000000; */
static inline uint32_t cap_used(struct cap cap) // in units of 32 bytes from the start
{
    return (uint32_t)(cap.word / 0x100000000u);
}

/*@ requires is_slot(slot);
    assigns slots[slot].cap.word;
    ensures slots[slot].cap.word % 0x100000000 == \old(slots[slot].cap.word) % 0x100000000;
    ensures slots[slot].cap.word / 0x100000000 == used;
    ensures links_stay{Pre, Post}; */
static inline void cap_set_used(uint32_t slot, uint32_t used)
{
    slot_set_word(slot, slots[slot].cap.word % 0x100000000u + (uint64_t)used * 0x100000000u);
}

#define UNIT_BYTES 32u
#define UNITS_PER_PAGE (PAGE_BYTES / UNIT_BYTES)
