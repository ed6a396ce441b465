// SPDX-License-Identifier: Apache-2.0
// Taking untyped memory back. All capabilities that descend from it are gone by now, so nobody can name what is still in
// it; but objects may be left whose last capability was taken apart elsewhere. The page-kind table finds every one of
// them, whatever refers to whom: cycles need no care.
#include "kernel/capability.h"
#include "kernel/code.h"
#include "kernel/derive.h"
#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/thread.h"
#include "kernel/untyped.h"

#define SKIPS_PER_STEP 16u // untouched pages passed for one step

static uint32_t object_bytes(enum page_kind kind)
{
    switch (kind) {
    case PAGE_SLOT:
        return sizeof(struct slot);
    case PAGE_ENDPOINT:
        return sizeof(struct endpoint);
    case PAGE_NOTIFICATION:
        return sizeof(struct notification);
    case PAGE_REPLY:
        return sizeof(struct reply);
    case PAGE_THREAD:
        return sizeof(struct thread);
    case PAGE_SCHED:
        return sizeof(struct sched);
    case PAGE_SPACE:
        return sizeof(struct space);
    case PAGE_CODE:
        return sizeof(struct code);
    default:
        return 0; // plain content: nothing to take apart
    }
}

// Elements that were never made into objects are all zero, which every retire takes for "nothing to do".
static enum nj_status element_retire(enum page_kind kind, uint32_t index, uint32_t *steps)
{
    switch (kind) {
    case PAGE_SLOT:
        return cap_delete(index, steps);
    case PAGE_ENDPOINT:
        return endpoint_retire(index, steps);
    case PAGE_NOTIFICATION:
        return notification_retire(index, steps);
    case PAGE_REPLY:
        return reply_retire(index);
    case PAGE_THREAD:
        return thread_retire(index, steps);
    case PAGE_SCHED:
        return sched_retire(index);
    case PAGE_SPACE:
        return space_retire(index, steps);
    case PAGE_CODE:
        return code_retire(index, steps);
    default:
        return NJ_OK;
    }
}

// Visits all elements of the page. Those already taken apart are visited again after AGAIN; that costs no step.
static enum nj_status page_retire(uint32_t page, uint32_t *steps)
{
    enum page_kind kind = page_kind(page);
    uint32_t bytes = object_bytes(kind);
    uint32_t count = bytes == 0 ? 0 : PAGE_BYTES / bytes;

    for (uint32_t i = 0; i < count; i++) {
        enum nj_status status = element_retire(kind, page * count + i, steps);
        if (status != NJ_OK)
            return status;
    }
    return NJ_OK;
}

enum nj_status untyped_reset(uint32_t slot, uint32_t *steps)
{
    uint32_t skipped = 0;

    while (cap_used(slots[slot].cap) > 0) {
        uint32_t last = (cap_used(slots[slot].cap) - 1u) / UNITS_PER_PAGE;
        uint32_t page = slots[slot].cap.object + last;
        if (*steps < CLEAR_STEPS)
            return NJ_AGAIN;
        if (page_kind(page) == PAGE_FREE || page_kind(page) == PAGE_DIRTY) {
            *steps -= ++skipped % SKIPS_PER_STEP == 0;
        } else {
            enum nj_status status = page_retire(page, steps);
            if (status != NJ_OK)
                return status;
            if (slots[slot].cap.kind != NJ_KIND_UNTYPED)
                return NJ_OK; // what was left in the page held the table with this very slot
            page_clear(page);
            page_set_kind(page, PAGE_FREE);
            *steps -= *steps < CLEAR_STEPS ? *steps : CLEAR_STEPS;
        }
        cap_set_used(slot, last * UNITS_PER_PAGE);
    }
    return NJ_OK;
}
