// SPDX-License-Identifier: Apache-2.0
// Capability nodes: runs of slots. Slot 0 of a run is the node's own bookkeeping.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// Fresh, zeroed run of `count` slots (at least 2).
void cnode_init(uint32_t first, uint32_t count);
// Slot `index` (not 0) of the node. SLOT_RANGE.
/*@ requires \valid(slot) && run_fits(cnode.object, cnode.word) && cnode.word >= 2;
    assigns *slot;
    ensures \result == NJ_OK ==> 0 < index < cnode.word;
    ensures 0 < index < cnode.word ==> \result == NJ_OK;
    ensures \result == NJ_OK ==> *slot == cnode.object + index && is_slot(*slot);
    ensures \result == NJ_OK || \result == NJ_SLOT_RANGE; */
static inline enum nj_status cnode_slot(struct cap cnode, uint64_t index, uint32_t *slot)
{
    //@ assert index == 0 || (uint64_t)(index - 1u) == index - 1;
    *slot = cnode.object + (uint32_t)index;
    return index - 1u < cnode.word - 1u ? NJ_OK : NJ_SLOT_RANGE; // 0 is behind the last one
}
// Counts the node's capabilities, like reference_count(). Its first slot holds nothing.
/*@ requires is_slot(first) && slots[first].cap.kind == NJ_KIND_EMPTY;
    assigns slots[first].cap.word;
    ensures links_stay{Pre, Post}; */
uint32_t cnode_reference(uint32_t first, uint32_t change);
// Its last capability goes: deletes what it holds.
enum nj_status cnode_retire(uint32_t first, uint32_t *steps);
// Operations of abi/object.h on the cnode capability in `slot`, which names `size` slots from `first` on. `table`, `count`:
// the thread's capability table. OK_STAYS.
enum nj_status cnode_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count,
                            uint32_t first, uint64_t size);
