// SPDX-License-Identifier: Apache-2.0
// Frames. Each capability can be mapped once; its word says where. Fields of the word:
//
//   bits 0-21   space        bits 22-31  pages mapped so far (0: not mapped)
//   bits 32-57  page number of the address, or of the offset in linear memory     bits 58-63  serial of the space
//
// A space may end before the capability; serial and "exactly this page is mapped there" tell, so nothing is kept per
// mapping. (After 64 spaces at one index the serial repeats; then the worst is that deleting an old capability unmaps
// the same page of the same frame from the same address in the new space.)
#include "kernel/frame.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/page.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

#define PAGES_PER_CALL 32u
#define FRAME_PAGES_MAX 512u
#define ADDRESS_LIMIT (1ull << 38)

struct mapping {
    uint32_t space, count;
    uint64_t address;
    uint32_t serial;
};

static struct mapping mapping_of(struct cap cap)
{
    struct mapping mapping = {
        .space = (uint32_t)cap.word & 0x3fffffu,
        .count = (uint32_t)(cap.word >> 22) & 0x3ffu,
        .address = (cap.word >> 32 & 0x3ffffffu) * PAGE_BYTES,
        .serial = (uint32_t)(cap.word >> 58),
    };
    return mapping;
}

static void mapping_set(uint32_t slot, struct mapping mapping)
{
    uint64_t word = mapping.space | (uint64_t)mapping.count << 22;

    word |= mapping.address / PAGE_BYTES << 32 | (uint64_t)mapping.serial << 58;
    slots[slot].cap.word = mapping.count == 0 ? 0 : word;
}

static uint32_t serial_of(uint32_t space)
{
    return spaces[space].serial & 0x3fu;
}

// The space the capability was mapped in is still there: its memory holds spaces, and it is the same one.
static bool mapping_is_alive(struct mapping mapping)
{
    if (mapping.count == 0 || page_kind(mapping.space / (PAGE_BYTES / sizeof(struct space))) != PAGE_SPACE)
        return false;
    return serial_of(mapping.space) == mapping.serial && spaces[mapping.space].type != NJ_SPACE_NONE &&
           !spaces[mapping.space].is_dead;
}

static bool is_device(struct cap cap)
{
    return (cap.rights & CAP_DEVICE) != 0;
}

// Rights asked for, as far as the capability has them and the space allows: nothing executable but in a process without
// an image.
static enum nj_status access_of(uint32_t space, struct cap cap, uint64_t rights, uint32_t *access)
{
    bool may_execute = spaces[space].type == NJ_SPACE_PROCESS && spaces[space].layout.data_base == 0;

    if ((rights & ~(uint64_t)(NJ_RIGHT_READ | NJ_RIGHT_WRITE | NJ_RIGHT_EXECUTE)) != 0 || (rights & NJ_RIGHT_READ) == 0)
        return NJ_BAD_ARGUMENT;
    if ((rights & NJ_RIGHT_WRITE) != 0 && (rights & NJ_RIGHT_EXECUTE) != 0)
        return NJ_BAD_ARGUMENT; // W^X holds for user space too
    if ((rights & ~(uint64_t)cap.rights) != 0 || ((rights & NJ_RIGHT_EXECUTE) != 0 && !may_execute))
        return NJ_NO_RIGHT;
    *access = MAP_READ;
    if ((rights & NJ_RIGHT_WRITE) != 0)
        *access |= MAP_WRITE;
    if ((rights & NJ_RIGHT_EXECUTE) != 0)
        *access |= MAP_EXECUTE;
    if (is_device(cap))
        *access |= MAP_DEVICE;
    return NJ_OK;
}

static enum nj_status map_pages(uint32_t slot, struct mapping mapping, uint64_t resolved, uint32_t access)
{
    for (uint32_t i = 0; mapping.count < slots[slot].cap.extra; i++) {
        if (i == PAGES_PER_CALL)
            return NJ_AGAIN;
        enum nj_status status = arch_space_map(mapping.space, resolved + (uint64_t)mapping.count * PAGE_BYTES,
                                               slots[slot].cap.object + mapping.count, access);
        if (status != NJ_OK)
            return status;
        mapping.count++;
        mapping_set(slot, mapping);
    }
    return NJ_OK;
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
    struct mapping mapping = {.space = space, .address = address, .serial = serial_of(space)};
    struct mapping old = mapping_of(cap);
    if (!mapping_is_alive(old))
        old.count = 0;
    bool continues = old.count > 0 && old.count < cap.extra && old.space == space && old.address == address;
    if (old.count > 0 && !continues)
        return NJ_ALREADY_MAPPED;
    mapping.count = old.count;
    spaces[space].has_frames = true;
    return map_pages(slot, mapping, resolved, access);
}

static enum nj_status map(uint32_t caller, uint32_t slot)
{
    uint32_t space;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 0), NJ_KIND_SPACE, &space);

    if (status != NJ_OK)
        return status;
    return frame_map(slot, slots[space].cap.object, argument(caller, 1), argument(caller, 2));
}

static enum nj_status unmap(uint32_t slot, uint32_t *steps)
{
    struct mapping mapping = mapping_of(slots[slot].cap);
    uint32_t space = mapping.space;
    uint64_t resolved;
    bool is_alive =
        mapping_is_alive(mapping) && space_resolve(space, mapping.address, PAGE_BYTES, &resolved) == NJ_OK;

    while (is_alive && mapping.count > 0) {
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        mapping.count--;
        arch_space_unmap(space, resolved + (uint64_t)mapping.count * PAGE_BYTES, slots[slot].cap.object + mapping.count,
                         is_device(slots[slot].cap));
        mapping_set(slot, mapping);
    }
    slots[slot].cap.word = 0;
    return NJ_OK;
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

enum nj_status frame_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t steps = PAGES_PER_CALL;

    switch (operation) {
    case NJ_FRAME_MAP:
        return map(caller, slot);
    case NJ_FRAME_UNMAP:
        return unmap(slot, &steps);
    case NJ_FRAME_SLICE:
        return slice(caller, slot);
    case NJ_FRAME_INFO:
        set_result(caller, 0, (uint64_t)slots[slot].cap.extra * PAGE_BYTES);
        set_result(caller, 1, mapping_of(slots[slot].cap).address);
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}

enum nj_status frame_retire(uint32_t slot, uint32_t *steps)
{
    return unmap(slot, steps);
}
