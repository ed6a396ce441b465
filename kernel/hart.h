// SPDX-License-Identifier: Apache-2.0
// Harts beside the one the kernel runs on. Each runs one job in one space and shares nothing with the kernel but its mail.
#pragma once
#include "kernel/object.h"

// The hidden slots of harts[], as indices in slots[]; none on a machine without further harts, where the functions of
// hart.c are never called: they lie in memory that was given back.
struct hart_slots {
    uint32_t first, count;
};
extern struct hart_slots hart_slots;
#define SLOTS_PER_HART ((uint32_t)(sizeof(struct hart) / sizeof(struct slot)))

static inline bool hart_holds(uint32_t slot)
{
    return slot - hart_slots.first < hart_slots.count;
}

enum nj_status hart_invoke(uint32_t thread, uint32_t slot, uint64_t operation);

// The job, if one runs, ends, and until the next one the hart uses no translation. AGAIN: it has not noticed yet.
enum nj_status hart_park(uint32_t hart);

// Before a mapping, a table or memory of a space may go: no hart runs in it any more. AGAIN.
static inline enum nj_status space_leave_hart(uint32_t space)
{
    return spaces[space].hart == NIL ? NJ_OK : hart_park(spaces[space].hart);
}

// This hidden slot is to be emptied: whatever is in it, nothing runs with it. AGAIN.
enum nj_status hart_lose(uint32_t slot);
enum nj_status hart_retire(uint32_t hart, uint32_t *steps);
