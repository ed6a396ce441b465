// SPDX-License-Identifier: Apache-2.0
// Frames: mapping and unmapping a single page. These are frequent; all else is in frame_run.c.
#include "kernel/frame.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/page_map.h"
#include "kernel/capability.h"
#include "kernel/frame_word.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

// Is it a space, and may something be mapped there? Two bytes side by side that the compiler fetches at once.
static inline bool is_space_to_change(struct cap cap)
{
    uint32_t kind_and_rights = cap.kind | (uint32_t)cap.rights << 8;

    return (kind_and_rights & (UINT8_MAX | NJ_RIGHT_WRITE << 8)) == (NJ_KIND_SPACE | NJ_RIGHT_WRITE << 8);
}

// What most calls ask for: one page of RAM, mapped nowhere yet, to read or write, where the page tables are there. It changes
// nothing before all is decided; everything else, and everything that is wrong, is left to frame_run.c.
static inline enum nj_status map(uint32_t caller, uint32_t slot, uint32_t table, uint64_t count)
{
    struct cap cap = slots[slot].cap;
    uint64_t address = argument(caller, 1), rights = argument(caller, 2), resolved;
    uint64_t allowed = cap.rights & (NJ_RIGHT_READ | NJ_RIGHT_WRITE);
    bool is_plain = cap.extra == 1 && (cap.word | (rights & ~allowed) | (cap.rights & CAP_DEVICE)) == 0;
    uint64_t number = argument(caller, 0);
    uint32_t found = table + (uint32_t)number;

    if (!is_plain || (rights & NJ_RIGHT_READ) == 0 || number >= count || !is_space_to_change(slots[found].cap))
        return frame_invoke_other(caller, slot, NJ_FRAME_MAP);
    uint32_t space = slots[found].cap.object;
    _Static_assert(NJ_RIGHT_WRITE << 1 == MAP_WRITE, "one place to the left");
    uint32_t access = MAP_READ | (uint32_t)(rights & NJ_RIGHT_WRITE) << 1;
    if (!mapping_fits(address) || !space_resolve_page(space, address, &resolved) ||
        !arch_page_map(space, resolved, cap.object, access))
        return frame_invoke_other(caller, slot, NJ_FRAME_MAP);
    spaces[space].has_frames = true;
    mapping_set(slot, mapping_begin(space, address), 1);
    return OK_STAYS;
}

// A single page takes no step of its own: deleting the capability has counted one. A hart that runs there is for
// frame_run.c. OK_STAYS; OK or AGAIN, of the hart.
static __attribute__((noinline)) enum nj_status unmap(uint32_t slot)
{
    struct cap cap = slots[slot].cap;
    uint32_t space = mapping_space(cap.word);
    uint64_t resolved;
    bool is_mapped = mapping_find(cap.word, &resolved);

    if (is_mapped && spaces[space].hart != NIL)
        return frame_invoke_other(NIL, slot, NJ_FRAME_UNMAP);
    slots[slot].cap.word = 0;
    if (is_mapped)
        arch_page_unmap(space, resolved, cap.object, frame_is_device(cap));
    return OK_STAYS;
}

enum nj_status frame_invoke(uint32_t caller, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count)
{
    if (operation == NJ_FRAME_MAP)
        return map(caller, slot, table, count);
    if (operation == NJ_FRAME_UNMAP && slots[slot].cap.extra == 1)
        return unmap(slot);
    return frame_invoke_other(caller, slot, operation);
}

enum nj_status frame_retire(uint32_t slot, uint32_t *steps)
{
    if (slots[slot].cap.extra != 1)
        return frame_unmap_run(slot, steps);
    enum nj_status status = unmap(slot);
    return status == OK_STAYS ? NJ_OK : status;
}
