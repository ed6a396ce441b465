// SPDX-License-Identifier: Apache-2.0
// For proofs alone: what holds of all capabilities whenever a function of the kernel begins or ends (doc/proof.md).
#pragma once
#include "kernel/derive.h"
#include "kernel/object.h"

/*@ // What a capability is or, if it is being deleted, was.
    logic integer kind_of{L}(integer slot) =
        slots[slot].cap.kind == KIND_ZOMBIE ? slots[slot].cap.extra : slots[slot].cap.kind;

    // No rights are left but those that were wanted.
    predicate are_wanted(integer rights, integer wanted) =
        ((wanted & NJ_RIGHT_SEND) == 0 ==> (rights & NJ_RIGHT_SEND) == 0) &&
        ((wanted & NJ_RIGHT_RECV) == 0 ==> (rights & NJ_RIGHT_RECV) == 0) &&
        ((wanted & NJ_RIGHT_GRANT) == 0 ==> (rights & NJ_RIGHT_GRANT) == 0) &&
        ((wanted & NJ_RIGHT_GRANT_REPLY) == 0 ==> (rights & NJ_RIGHT_GRANT_REPLY) == 0) &&
        ((wanted & NJ_RIGHT_EXECUTE) == 0 ==> (rights & NJ_RIGHT_EXECUTE) == 0);
    predicate is_unmarked(integer rights) = (rights & CAP_REVOKING) == 0 && (rights & CAP_HART) == 0;

    // What a capability of this kind names is inside the array of its kind, and inside memory.
    predicate object_fits(integer kind, integer object, integer word) =
        (kind == NJ_KIND_CNODE ==> 0 < object && 2 <= word && object + word <= SLOTS_MAX) &&
        (kind == NJ_KIND_ENDPOINT ==> object < ENDPOINTS_MAX) &&
        (kind == NJ_KIND_NOTIFICATION ==> object < NOTIFICATIONS_MAX) &&
        (kind == NJ_KIND_REPLY ==> object < REPLIES_MAX) &&
        (kind == NJ_KIND_THREAD ==> object < THREADS_MAX) &&
        (kind == NJ_KIND_SCHED ==> object < SCHEDS_MAX) &&
        (kind == NJ_KIND_SPACE || kind == NJ_KIND_GATE ==> object < SPACES_MAX) &&
        (kind == NJ_KIND_CODE ==> object < CODES_MAX) &&
        (kind == NJ_KIND_INTERRUPT ==> object < INTERRUPTS_MAX) &&
        (kind == NJ_KIND_HART ==> object < HARTS_MAX) &&
        (kind == NJ_KIND_UNTYPED || kind == KIND_SUPPLY ==> object + word % 0x100000000 <= PAGES_MAX &&
            word / 0x100000000 <= word % 0x100000000 * (PAGE_BYTES / 32));

    // Kinds of objects that stop when their last capability goes.
    predicate is_counted(integer kind) = NJ_KIND_CNODE <= kind <= NJ_KIND_HART && kind != NJ_KIND_FRAME;

    // All that slots hold fits, and what they held before they became zombies is a kind.
    predicate objects_fit{L} = \forall integer slot; is_slot(slot) ==>
        object_fits(kind_of(slot), slots[slot].cap.object, slots[slot].cap.word);
    predicate zombies_fit{L} = \forall integer slot; is_slot(slot) && slots[slot].cap.kind == KIND_ZOMBIE ==>
        is_counted(slots[slot].cap.extra);
    // Slots in use have their place in the derivation order, others have none.
    predicate slots_linked{L} = \forall integer slot; is_slot(slot) ==>
        (slots[slot].cap.kind != NJ_KIND_EMPTY <==> is_linked(slot));
    // Every node begins with a slot that nobody fills, and nodes do not overlap.
    predicate nodes_begin{L} = \forall integer slot; is_slot(slot) && kind_of(slot) == NJ_KIND_CNODE ==>
        slots[slots[slot].cap.object].cap.kind == NJ_KIND_EMPTY;
    predicate nodes_apart{L} = \forall integer one, other; is_slot(one) && is_slot(other) &&
        kind_of(one) == NJ_KIND_CNODE && kind_of(other) == NJ_KIND_CNODE &&
        slots[one].cap.object <= slots[other].cap.object < slots[one].cap.object + slots[one].cap.word ==>
        slots[one].cap.object == slots[other].cap.object;
    // The cursor in there (cnode.c) stays within the node.
    predicate cursors_fit{L} = \forall integer slot; is_slot(slot) && !has_links(2 * slot) ==>
        slot + prev_of(2 * slot) <= SLOTS_MAX;

    predicate caps_valid{L} = objects_fit && zombies_fit && slots_linked && nodes_begin && nodes_apart && cursors_fit;

    // A run of slots, maybe of none, all of which exist: such as a capability table (thread.h).
    predicate run_fits(integer first, integer count) = count == 0 || (0 < first && first + count <= SLOTS_MAX);

    // Nothing but the root stands alone. (So it is if all tokens are in one circle, which is tested, not proved.)
    predicate root_encloses{L} = \forall integer slot; is_slot(slot) && is_linked(slot) &&
        slots[slot].cap.kind != KIND_ROOT ==> prev_of(2 * slot) != 2 * slot + 1;

    // There is a capability of this node.
    predicate is_node{L}(integer first, integer size) = \exists integer slot; is_slot(slot) &&
        slots[slot].cap.kind == NJ_KIND_CNODE && slots[slot].cap.object == first && slots[slot].cap.word == size;

    // No node begins at this slot: it may be filled.
    predicate is_plain{L}(integer slot) = \forall integer other; is_slot(other) && kind_of(other) == NJ_KIND_CNODE ==>
        slots[other].cap.object != slot;
    predicate is_free{L}(integer slot) = slots[slot].cap.kind == NJ_KIND_EMPTY && is_plain(slot);

    // May this capability be put into the slot, which is free?
    predicate may_name{L}(integer slot, integer kind, integer object, integer word) =
        kind != NJ_KIND_EMPTY && kind != KIND_ZOMBIE && object_fits(kind, object, word) &&
        (kind == NJ_KIND_CNODE ==> slots[object].cap.kind == NJ_KIND_EMPTY && object != slot &&
            (\forall integer other; is_slot(other) && kind_of(other) == NJ_KIND_CNODE ==>
                (object <= slots[other].cap.object < object + word ==> object == slots[other].cap.object) &&
                (slots[other].cap.object <= object < slots[other].cap.object + slots[other].cap.word ==>
                    object == slots[other].cap.object)));
    predicate may_hold{L}(integer slot, struct cap cap) = may_name(slot, cap.kind, cap.object, cap.word);

    // Nothing is in these slots, and no node reaches into them.
    predicate is_unused{L}(integer first, integer end) =
        (\forall integer one; first <= one < end ==> slots[one].cap.kind == NJ_KIND_EMPTY) &&
        (\forall integer other; is_slot(other) && kind_of(other) == NJ_KIND_CNODE ==>
            slots[other].cap.object + slots[other].cap.word <= first || end <= slots[other].cap.object);

    // The second capability was derived from the first: the same object, no more rights, a badge only where none was. The
    // copy of a frame is mapped nowhere.
    predicate is_derived(struct cap cap, struct cap from) = cap.kind == from.kind && cap.object == from.object &&
        cap.extra == from.extra && (cap.rights & from.rights) == cap.rights &&
        (cap.word == from.word || (cap.kind == NJ_KIND_FRAME && cap.word == 0) ||
            ((cap.kind == NJ_KIND_ENDPOINT || cap.kind == NJ_KIND_NOTIFICATION) && from.word == 0));

    // Between two states: slots are used as they were, and those in use hold what they held. (In those that are not, nodes
    // count their capabilities.)
    predicate cap_stays{L, M}(integer slot) = \at(slots[slot].cap.kind, M) == \at(slots[slot].cap.kind, L) &&
        (\at(slots[slot].cap.kind, L) != NJ_KIND_EMPTY ==> \at(slots[slot].cap, M) == \at(slots[slot].cap, L));
    predicate caps_stay{L, M} = \forall integer slot; is_slot(slot) ==> cap_stays{L, M}(slot);
    // Between two states: no slot was filled.
    predicate none_filled{L, M} = \forall integer slot; is_slot(slot) && \at(slots[slot].cap.kind, L) == NJ_KIND_EMPTY ==>
        \at(slots[slot].cap.kind, M) == NJ_KIND_EMPTY; */

// In contracts, to have each proved by itself.
#define CAPS_ARE_VALID                                                                                                 \
    KEEPS_ORDER                                                                                                        \
    ensures objects_fit;                                                                                               \
    ensures zombies_fit;                                                                                               \
    ensures slots_linked;                                                                                              \
    ensures nodes_begin;                                                                                               \
    ensures nodes_apart;                                                                                               \
    ensures cursors_fit;
// The same for loops.
#define LOOP_KEEPS_CAPS                                                                                                \
    loop invariant links_exist;                                                                                        \
    loop invariant links_agree;                                                                                        \
    loop invariant links_pair;                                                                                         \
    loop invariant objects_fit;                                                                                        \
    loop invariant zombies_fit;                                                                                        \
    loop invariant slots_linked;                                                                                       \
    loop invariant nodes_begin;                                                                                        \
    loop invariant nodes_apart;                                                                                        \
    loop invariant cursors_fit;

// Where capabilities of an object are counted.
#define REFERENCES(object)                                                                                             \
    endpoints[object].references, notifications[object].references, replies[object].references,                        \
        threads[object].references, scheds[object].references, spaces[object].references, codes[object].references,    \
        interrupts[object].references, harts[object].references
// All objects. (Sets of members of each take provers long.)
#define ALL_OBJECTS                                                                                                    \
    slots[..], threads[..], endpoints[..], notifications[..], replies[..], scheds[..], spaces[..], codes[..],          \
        interrupts[..], harts[..]
// What an operation may write that stops objects. (What files keep for themselves has no name here.)
#define KERNEL_STATE ALL_OBJECTS, pages[..][..], page_kinds[..], revokes_pending
// The contract of functions that stop an object whose last capability goes: what they may be called with, write, and keep.
#define STOPS                                                                                                          \
    requires order_holds && caps_valid;                                                                                \
    assigns KERNEL_STATE;                                                                                              \
    CAPS_ARE_VALID                                                                                                     \
    ensures none_filled{Pre, Post};
#define STOPS_IN_STEPS                                                                                                 \
    requires order_holds && caps_valid && \valid(steps);                                                               \
    assigns KERNEL_STATE, *steps;                                                                                      \
    CAPS_ARE_VALID                                                                                                     \
    ensures none_filled{Pre, Post};                                                                                    \
    ensures *steps <= \old(*steps);
