// SPDX-License-Identifier: Apache-2.0
// Untyped memory: the only source of objects, and where they return to.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/page.h"

// Operations of abi/object.h. `table`, `count`: the thread's capability table. OK_STAYS.
enum nj_status untyped_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count);

// No capability descends from it any more: takes apart what objects are left in it, clears the pages that were used,
// and makes it whole again. AGAIN.
/*@ requires is_slot(slot) && slots[slot].cap.kind == NJ_KIND_UNTYPED;
    STOPS_IN_STEPS */
enum nj_status untyped_reset(uint32_t slot, uint32_t *steps);

// Is the untyped capability unused: nothing was made from it?
/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result ==> slots[slot].cap.word / 0x100000000 == 0; */
bool untyped_is_unused(uint32_t slot);

// Takes one cleared page from the front of an untyped or supply capability for this use; NIL: nothing left.
/*@ requires is_slot(slot) && object_fits(NJ_KIND_UNTYPED, slots[slot].cap.object, slots[slot].cap.word);
    assigns slots[slot].cap.word, page_kinds[..], pages[..][..];
    ensures links_stay{Pre, Post};
    ensures slots[slot].cap.word % 0x100000000 == \old(slots[slot].cap.word) % 0x100000000;
    ensures \result == NIL || slots[slot].cap.word / 0x100000000 ==
        (\result + 1 - slots[slot].cap.object) * (PAGE_BYTES / 32);
    ensures \result == NIL || \old(slots[slot].cap.word) / 0x100000000 <=
        (\result - slots[slot].cap.object) * (PAGE_BYTES / 32);
    ensures \result == NIL || \result < slots[slot].cap.object + slots[slot].cap.word % 0x100000000;
    ensures \forall integer other; 0 <= other < PAGES_MAX && other != \result ==>
        is_kind_in(other, \old(page_kinds[other / PAGE_KINDS_PER_WORD])); */
uint32_t untyped_take_page(uint32_t slot, enum page_kind kind);
