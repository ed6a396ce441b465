// SPDX-License-Identifier: Apache-2.0
// For proofs alone: what holds of all capabilities whenever a function of the kernel begins or ends (doc/proof.md).
#pragma once
#include "kernel/derive.h"
#include "kernel/object.h"

/*@ // What a capability is or, if it is being deleted, was.
    logic integer kind_of{L}(integer slot) =
        slots[slot].cap.kind == KIND_ZOMBIE ? slots[slot].cap.extra : slots[slot].cap.kind;

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

    // All that slots hold fits, and what they held before they became zombies is a kind.
    predicate objects_fit{L} = \forall integer slot; is_slot(slot) ==>
        object_fits(kind_of(slot), slots[slot].cap.object, slots[slot].cap.word);
    predicate zombies_fit{L} = \forall integer slot; is_slot(slot) && slots[slot].cap.kind == KIND_ZOMBIE ==>
        slots[slot].cap.extra < KIND_ZOMBIE;
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

    // No node begins at this slot: it may be filled.
    predicate is_plain{L}(integer slot) = \forall integer other; is_slot(other) && kind_of(other) == NJ_KIND_CNODE ==>
        slots[other].cap.object != slot;
    predicate is_free{L}(integer slot) = slots[slot].cap.kind == NJ_KIND_EMPTY && is_plain(slot);

    // Between two states: no slot was filled.
    predicate none_filled{L, M} = \forall integer slot; is_slot(slot) && \at(slots[slot].cap.kind, L) == NJ_KIND_EMPTY ==>
        \at(slots[slot].cap.kind, M) == NJ_KIND_EMPTY; */

// What an operation may write that stops objects. (What files keep for themselves has no name here.)
#define KERNEL_STATE                                                                                                   \
    slots[0 .. SLOTS_MAX - 1], threads[0 .. THREADS_MAX - 1], endpoints[0 .. ENDPOINTS_MAX - 1],                       \
        notifications[0 .. NOTIFICATIONS_MAX - 1], replies[0 .. REPLIES_MAX - 1], scheds[0 .. SCHEDS_MAX - 1],         \
        spaces[0 .. SPACES_MAX - 1], codes[0 .. CODES_MAX - 1], interrupts[0 .. INTERRUPTS_MAX - 1],                   \
        harts[0 .. HARTS_MAX - 1], pages[0 .. PAGES_MAX - 1][0 .. PAGE_BYTES / 8 - 1],                                 \
        page_kinds[0 .. PAGES_MAX / 16 - 1], revokes_pending
