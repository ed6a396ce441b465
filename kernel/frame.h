// SPDX-License-Identifier: Apache-2.0
// Frames: runs of pages that user space maps.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// Operations of abi/object.h; `table`, `count`: the thread's capability table. OK_STAYS.
enum nj_status frame_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count);
// FRAME MAP of abi/object.h, for the capability in `slot`.
enum nj_status frame_map(uint32_t slot, uint32_t space, uint64_t address, uint64_t rights);
// The capability goes: its mapping goes with it. AGAIN.
/*@ requires is_slot(slot) && slots[slot].cap.kind == NJ_KIND_FRAME;
    STOPS_IN_STEPS */
enum nj_status frame_retire(uint32_t slot, uint32_t *steps);
// Is there anything left in this space of the mapping that the capability had at some time, wherever it is now?
bool frame_is_mapped_in(struct cap cap, uint32_t space);

// frame_run.c, for frame.c: what is not frequent, all of it; unmaps as many pages as there are steps (AGAIN).
enum nj_status frame_invoke_other(uint32_t thread, uint32_t slot, uint64_t operation);
enum nj_status frame_unmap_run(uint32_t slot, uint32_t *steps);
