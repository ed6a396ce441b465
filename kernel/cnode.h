// SPDX-License-Identifier: Apache-2.0
// Capability nodes: runs of slots. Slot 0 of a run is the node's own bookkeeping.
#pragma once
#include "kernel/object.h"

// Fresh, zeroed run of `count` slots (at least 2).
void cnode_init(uint32_t first, uint32_t count);
// Slot `index` (not 0) of the node. SLOT_RANGE.
static inline enum nj_status cnode_slot(struct cap cnode, uint64_t index, uint32_t *slot)
{
    *slot = cnode.object + (uint32_t)index;
    return index - 1u < cnode.word - 1u ? NJ_OK : NJ_SLOT_RANGE; // 0 is behind the last one
}
uint32_t cnode_reference(uint32_t first, uint32_t change);
// Its last capability goes: deletes what it holds.
enum nj_status cnode_retire(uint32_t first, uint32_t *steps);
// Operations of abi/object.h on the cnode capability in `slot`, which names `size` slots from `first` on. `table`, `count`:
// the thread's capability table. OK_STAYS.
enum nj_status cnode_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count,
                            uint32_t first, uint64_t size);
