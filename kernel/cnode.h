// SPDX-License-Identifier: Apache-2.0
// Capability nodes: runs of slots. Slot 0 of a run is the node's own bookkeeping.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// Fresh, zeroed run of `count` slots (at least 2).
/*@ requires order_holds && caps_valid && is_slot(first) && 2 <= count && first + count <= SLOTS_MAX;
    requires slots[first].cap.kind == NJ_KIND_EMPTY;
    assigns slots[..];
    CAPS_ARE_VALID
    ensures caps_stay{Pre, Post}; */
void cnode_init(uint32_t first, uint32_t count);
// Is there a slot of this number, not 0, in a node of this size?
/*@ requires size >= 1;
    assigns \nothing;
    ensures \result ==> 0 < index < size;
    ensures 0 < index < size ==> \result; */
static inline bool cnode_has(uint64_t size, uint64_t index)
{
    //@ assert index == 0 ==> (uint64_t)(index - 1u) == UINT64_MAX;
    //@ assert index != 0 ==> (uint64_t)(index - 1u) == index - 1;
    //@ assert (uint64_t)(size - 1u) == size - 1;
    return index - 1u < size - 1u; // 0 is behind the last one
}

// Slot `index` (not 0) of the node. SLOT_RANGE.
/*@ requires \valid(slot) && run_fits(cnode.object, cnode.word) && cnode.word >= 2;
    assigns *slot;
    ensures \result == NJ_OK ==> 0 < index < cnode.word;
    ensures 0 < index < cnode.word ==> \result == NJ_OK;
    ensures \result == NJ_OK ==> *slot == cnode.object + index && is_slot(*slot);
    ensures \result == NJ_OK || \result == NJ_SLOT_RANGE; */
static inline enum nj_status cnode_slot(struct cap cnode, uint64_t index, uint32_t *slot)
{
    *slot = cnode.object + (uint32_t)index;
    return cnode_has(cnode.word, index) ? NJ_OK : NJ_SLOT_RANGE;
}
// Counts the node's capabilities, like reference_count(). Its first slot holds nothing.
/*@ requires is_slot(first) && slots[first].cap.kind == NJ_KIND_EMPTY;
    assigns slots[first].cap.word;
    ensures links_stay{Pre, Post}; */
uint32_t cnode_reference(uint32_t first, uint32_t change);
// Its last capability goes: deletes what it holds.
/*@ requires is_slot(first) && slots[first].cap.kind == NJ_KIND_EMPTY;
    STOPS_IN_STEPS */
enum nj_status cnode_retire(uint32_t first, uint32_t *steps);
// Operations of abi/object.h on the cnode capability in `slot`, which names `size` slots from `first` on. `table`, `count`:
// the thread's capability table. OK_STAYS.
/*@ requires thread < THREADS_MAX && order_holds && caps_valid && root_encloses && run_fits(table, count);
    requires is_slot(slot) && slots[slot].cap.kind == NJ_KIND_CNODE;
    requires slots[slot].cap.object == first && slots[slot].cap.word == size;
    assigns KERNEL_STATE;
    CAPS_ARE_VALID */
enum nj_status cnode_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count,
                            uint32_t first, uint64_t size);
