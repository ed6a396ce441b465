// SPDX-License-Identifier: Apache-2.0
// Harts beside the one the kernel runs on. Each runs one job in one space and shares nothing with the kernel but its mail.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// Index in slots[] of the first hidden slot in harts[]. On a machine without further harts nothing of hart.c is called: it
// lies in memory that was given back.
extern uint32_t hart_slots;
#define SLOTS_PER_HART ((uint32_t)(sizeof(struct hart) / sizeof(struct slot)))

enum nj_status hart_invoke(uint32_t thread, uint32_t slot, uint64_t operation);

// The job, if one runs, ends, and until the next one the hart uses no translation. AGAIN: it has not noticed yet.
/*@ requires hart < HARTS_MAX;
    STOPS */
enum nj_status hart_park(uint32_t hart);

// Before a table or memory of a space may go: no hart runs in it any more. AGAIN.
static inline enum nj_status space_leave_hart(uint32_t space)
{
    return spaces[space].hart == NIL ? NJ_OK : hart_park(spaces[space].hart);
}

// The same for the mapping of the frame in `slot`. AGAIN, and no job starts before the mapping is gone.
enum nj_status hart_park_for(uint32_t hart, uint32_t slot);
static inline enum nj_status space_leave_hart_for(uint32_t space, uint32_t slot)
{
    return spaces[space].hart == NIL ? NJ_OK : hart_park_for(spaces[space].hart, slot);
}
bool hart_is_awaited(uint32_t hart); // for such a mapping

// A hidden slot (CAP_HART) is to be emptied: whatever is in it, nothing runs with it. AGAIN.
/*@ requires is_slot(slot) && slots[slot].cap.kind != NJ_KIND_EMPTY;
    STOPS
    ensures caps_stay{Pre, Post}; */
enum nj_status hart_lose(uint32_t slot);
/*@ requires hart < HARTS_MAX;
    STOPS_IN_STEPS */
enum nj_status hart_retire(uint32_t hart, uint32_t *steps);
