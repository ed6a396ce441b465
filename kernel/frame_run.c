// SPDX-License-Identifier: Apache-2.0
// Frames: all operations but mapping and unmapping a single page, which are frequent (frame.c).
#include "kernel/frame.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/frame_word.h"
#include "kernel/hart.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

#define PAGES_PER_CALL 32u
#define FRAME_PAGES_MAX 512u

// Rights asked for, as far as the capability has them and the space allows: nothing executable but in a process without
// an image.
static enum nj_status access_of(uint32_t space, struct cap cap, uint64_t rights, uint32_t *access)
{
    if ((rights & ~(uint64_t)(NJ_RIGHT_READ | NJ_RIGHT_WRITE | NJ_RIGHT_EXECUTE)) != 0 || (rights & NJ_RIGHT_READ) == 0)
        return NJ_BAD_ARGUMENT;
    *access = frame_is_device(cap) ? MAP_READ | MAP_DEVICE : MAP_READ;
    if ((rights & NJ_RIGHT_WRITE) != 0)
        *access |= MAP_WRITE;
    if ((rights & NJ_RIGHT_EXECUTE) != 0) {
        if ((rights & NJ_RIGHT_WRITE) != 0)
            return NJ_BAD_ARGUMENT; // W^X holds for user space too
        if (spaces[space].type != NJ_SPACE_PROCESS || spaces[space].layout.data_base != 0)
            return NJ_NO_RIGHT;
        *access |= MAP_EXECUTE;
    }
    return (rights & ~(uint64_t)cap.rights) == 0 ? NJ_OK : NJ_NO_RIGHT;
}

// The capability was mapped before. OK: nowhere that still is, or as far as *done there, and this goes on.
static enum nj_status mapped_before(struct cap cap, uint64_t begin, uint32_t *done)
{
    uint32_t count = mapping_count(cap.word);

    *done = 0;
    if (!mapping_is_alive(cap.word))
        return NJ_OK;
    *done = count;
    bool is_same = (begin | (uint64_t)count << COUNT_SHIFT) == cap.word;
    return is_same && count < cap.extra ? NJ_OK : NJ_ALREADY_MAPPED;
}

// A run of many pages, or one that was mapped before. A run of the size of a large mapping takes one step where it can.
static enum nj_status map_run(uint32_t slot, uint64_t begin, uint64_t resolved, uint32_t access)
{
    struct cap cap = slots[slot].cap;
    uint32_t count = 0, space = mapping_space(begin);
    enum nj_status status = cap.word != 0 ? mapped_before(cap, begin, &count) : NJ_OK;

    if (status != NJ_OK)
        return status;
    if (cap.extra == LARGE_PAGES && count == 0) {
        status = arch_space_map_large(space, resolved, cap.object, access);
        if (status == NJ_OK)
            mapping_set(slot, begin, LARGE_PAGES);
        if (status != NJ_NOT_AVAILABLE)
            return status;
    }
    uint32_t end = cap.extra - count > PAGES_PER_CALL ? count + PAGES_PER_CALL : cap.extra;
    for (status = NJ_OK; count < end && status == NJ_OK; count += status == NJ_OK)
        status = arch_space_map(space, resolved + (uint64_t)count * PAGE_BYTES, cap.object + count, access);
    mapping_set(slot, begin, count);
    return status == NJ_OK && count < cap.extra ? NJ_AGAIN : status;
}

enum nj_status frame_map(uint32_t slot, uint32_t space, uint64_t address, uint64_t rights)
{
    struct cap cap = slots[slot].cap;
    uint64_t resolved;
    uint32_t access;

    enum nj_status status = space_resolve(space, address, (uint64_t)cap.extra * PAGE_BYTES, &resolved);
    if (status == NJ_OK)
        status = access_of(space, cap, rights, &access);
    if (status != NJ_OK)
        return status;
    if (address >= ADDRESS_LIMIT || cap.extra > FRAME_PAGES_MAX)
        return NJ_BAD_ARGUMENT; // longer runs (the boot archive) are mapped in slices
    spaces[space].has_frames = true;
    return map_run(slot, mapping_begin(space, address), resolved, access);
}

static enum nj_status map(uint32_t caller, uint32_t slot)
{
    uint32_t space;
    enum nj_status status = space_lookup(caller, argument(caller, 0), &space);

    if (status != NJ_OK)
        return status;
    return frame_map(slot, slots[space].cap.object, argument(caller, 1), argument(caller, 2));
}

// A run is unmapped from its end: the first page tells.
COLD bool frame_is_mapped_in(struct cap cap, uint32_t space)
{
    uint64_t resolved;

    return mapping_space(cap.word) == space && mapping_find(cap.word, &resolved) &&
           arch_space_has(space, resolved, cap.object, frame_is_device(cap));
}

enum nj_status frame_unmap_run(uint32_t slot, uint32_t *steps)
{
    struct cap cap = slots[slot].cap;
    uint32_t space = mapping_space(cap.word), count = mapping_count(cap.word);
    uint64_t resolved = 0;
    bool is_mapped = mapping_find(cap.word, &resolved);

    enum nj_status status = is_mapped ? space_leave_hart_for(space, slot) : NJ_OK;
    if (status != NJ_OK)
        return status;
    bool is_large = is_mapped && count == LARGE_PAGES;
    if (!is_mapped || (is_large && arch_space_unmap_large(space, resolved, cap.object, frame_is_device(cap))))
        count = 0;
    for (; count > 0 && *steps > 0; count--, (*steps)--)
        arch_space_unmap(space, resolved + (uint64_t)(count - 1u) * PAGE_BYTES, cap.object + count - 1u,
                         frame_is_device(cap));
    mapping_set(slot, cap.word & ~COUNT_MASK, count);
    return count == 0 ? NJ_OK : NJ_AGAIN;
}

static enum nj_status slice(uint32_t caller, uint32_t slot)
{
    uint64_t first = argument(caller, 0), count = argument(caller, 1);
    struct cap cap = slots[slot].cap;
    uint32_t destination;

    if (count == 0 || first >= cap.extra || count > cap.extra - first)
        return NJ_BAD_ARGUMENT;
    enum nj_status status = cap_lookup_in(caller, argument(caller, 2), argument(caller, 3), &destination);
    if (status == NJ_OK)
        status = cap_derive(slot, destination, NJ_RIGHT_ALL, 0);
    if (status != NJ_OK)
        return status;
    slots[destination].cap.object += (uint32_t)first;
    slots[destination].cap.extra = (uint16_t)count;
    return NJ_OK;
}

enum nj_status frame_invoke_other(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t steps = PAGES_PER_CALL;

    switch (operation) {
    case NJ_FRAME_MAP:
        return map(caller, slot);
    case NJ_FRAME_UNMAP:
        return frame_unmap_run(slot, &steps);
    case NJ_FRAME_SLICE:
        return slice(caller, slot);
    case NJ_FRAME_INFO:
        set_result(caller, 0, (uint64_t)slots[slot].cap.extra * PAGE_BYTES);
        set_result(caller, 1, mapping_address(slots[slot].cap.word));
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}
