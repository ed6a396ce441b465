// SPDX-License-Identifier: Apache-2.0
// Frames. Each capability can be mapped once; its word says where. Fields of the word:
//
//   bits 0-21   space        bits 22-31  pages mapped so far; all of the word is 0 if none is
//   bits 32-57  page number of the address, or of the offset in linear memory     bits 58-63  serial of the space
//
// A space may end before the capability; serial and "exactly this page is mapped there" tell, so nothing is kept per
// mapping. (After 64 spaces at one index the serial repeats; then the worst is that deleting an old capability unmaps
// the same page of the same frame from the same address in the new space.)
#include "kernel/frame.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/page_map.h"
#include "kernel/capability.h"
#include "kernel/hart.h"
#include "kernel/page.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

#define PAGES_PER_CALL 32u
#define FRAME_PAGES_MAX 512u
#define ADDRESS_LIMIT (1ull << 38)
#define COUNT_SHIFT 22
#define ADDRESS_SHIFT 32
#define SERIAL_SHIFT 58

static inline uint32_t mapping_space(uint64_t word)
{
    return (uint32_t)word & 0x3fffffu;
}

static inline uint32_t mapping_count(uint64_t word)
{
    return (uint32_t)(word >> COUNT_SHIFT) & 0x3ffu;
}

static inline uint64_t mapping_address(uint64_t word)
{
    return (word >> ADDRESS_SHIFT & 0x3ffffffu) * PAGE_BYTES;
}

// The word of a mapping of no pages; the count is added to it.
static inline uint64_t mapping_begin(uint32_t space, uint64_t address)
{
    _Static_assert(PAGE_BYTES == 1u << 12, "an address is a page number, twelve places to the left");
    return space | address << (ADDRESS_SHIFT - 12) | (uint64_t)spaces[space].serial << SERIAL_SHIFT;
}

static inline void mapping_set(uint32_t slot, uint64_t begin, uint32_t count)
{
    slots[slot].cap.word = count == 0 ? 0 : begin | (uint64_t)count << COUNT_SHIFT;
}

// The space the capability was mapped in is still there: its memory holds spaces, and it is the same one. One that is dead
// but not taken apart yet still has its mappings, and may have threads.
static inline bool mapping_is_alive(uint64_t word)
{
    uint32_t space = mapping_space(word);

    if (page_kind(space / (uint32_t)(PAGE_BYTES / sizeof(struct space))) != PAGE_SPACE)
        return false;
    return (spaces[space].serial & 0x3fu) == word >> SERIAL_SHIFT && spaces[space].type != NJ_SPACE_NONE;
}

static inline bool is_device(struct cap cap)
{
    return (cap.rights & CAP_DEVICE) != 0;
}

// Rights asked for, as far as the capability has them and the space allows: nothing executable but in a process without
// an image.
static inline enum nj_status access_of(uint32_t space, struct cap cap, uint64_t rights, uint32_t *access)
{
    if ((rights & ~(uint64_t)(NJ_RIGHT_READ | NJ_RIGHT_WRITE | NJ_RIGHT_EXECUTE)) != 0 || (rights & NJ_RIGHT_READ) == 0)
        return NJ_BAD_ARGUMENT;
    *access = is_device(cap) ? MAP_READ | MAP_DEVICE : MAP_READ;
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
static __attribute__((noinline)) enum nj_status mapped_before(struct cap cap, uint64_t begin, uint32_t *done)
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
static __attribute__((noinline)) enum nj_status map_run(uint32_t slot, uint64_t begin, uint64_t resolved, uint32_t access)
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

static __attribute__((noinline)) enum nj_status map_any(uint32_t caller, uint32_t slot)
{
    uint32_t space;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 0), NJ_KIND_SPACE, &space);

    if (status != NJ_OK)
        return status;
    return frame_map(slot, slots[space].cap.object, argument(caller, 1), argument(caller, 2));
}

// What most calls ask for: one page of RAM, mapped nowhere yet, to read or write, where the page tables are there. It changes
// nothing before all is decided; everything else, and everything that is wrong, is left to map_any().
static inline enum nj_status map(uint32_t caller, uint32_t slot)
{
    struct cap cap = slots[slot].cap;
    uint64_t address = argument(caller, 1), rights = argument(caller, 2), resolved;
    uint64_t allowed = cap.rights & (NJ_RIGHT_READ | NJ_RIGHT_WRITE);
    bool is_plain = cap.extra == 1 && (cap.word | (rights & ~allowed) | (cap.rights & CAP_DEVICE)) == 0;
    uint32_t found;

    if (!is_plain || (rights & NJ_RIGHT_READ) == 0 || !cap_find_kind(caller, argument(caller, 0), NJ_KIND_SPACE, &found))
        return map_any(caller, slot);
    uint32_t space = slots[found].cap.object;
    uint32_t access = MAP_READ | ((rights & NJ_RIGHT_WRITE) != 0 ? MAP_WRITE : 0);
    if (address / ADDRESS_LIMIT != 0 || !space_resolve_page(space, address, &resolved) ||
        !arch_page_map(space, resolved, cap.object, access))
        return map_any(caller, slot);
    spaces[space].has_frames = true;
    mapping_set(slot, mapping_begin(space, address), 1);
    return OK_STAYS;
}

// Where the page of a capability that is mapped is. False: nowhere any more.
static inline bool mapping_find(uint64_t word, uint64_t *resolved)
{
    uint64_t address = mapping_address(word);

    if (word == 0 || !mapping_is_alive(word))
        return false;
    *resolved = spaces[mapping_space(word)].layout.data_base + address;
    return space_has_place(mapping_space(word), address);
}

// A single page takes no step of its own: deleting the capability has counted one. False, and nothing done: a hart runs
// there, which is for unmap_run().
static inline __attribute__((always_inline)) bool unmap_page(uint32_t slot)
{
    struct cap cap = slots[slot].cap;
    uint32_t space = mapping_space(cap.word);
    uint64_t resolved;
    bool is_mapped = mapping_find(cap.word, &resolved);

    if (is_mapped && spaces[space].hart != NIL)
        return false;
    slots[slot].cap.word = 0;
    if (is_mapped)
        arch_page_unmap(space, resolved, cap.object, is_device(cap));
    return true;
}

static __attribute__((noinline)) enum nj_status unmap_run(uint32_t slot, uint32_t *steps)
{
    struct cap cap = slots[slot].cap;
    uint32_t space = mapping_space(cap.word), count = mapping_count(cap.word);
    uint64_t resolved = 0;
    bool is_mapped = mapping_find(cap.word, &resolved);

    enum nj_status status = is_mapped ? space_leave_hart(space) : NJ_OK;
    if (status != NJ_OK)
        return status;
    bool is_large = is_mapped && count == LARGE_PAGES;
    if (!is_mapped || (is_large && arch_space_unmap_large(space, resolved, cap.object, is_device(cap))))
        count = 0;
    for (; count > 0 && *steps > 0; count--, (*steps)--)
        arch_space_unmap(space, resolved + (uint64_t)(count - 1u) * PAGE_BYTES, cap.object + count - 1u, is_device(cap));
    mapping_set(slot, cap.word & ~(0x3ffull << COUNT_SHIFT), count);
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

static __attribute__((noinline)) enum nj_status invoke_other(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t steps = PAGES_PER_CALL;

    switch (operation) {
    case NJ_FRAME_UNMAP:
        return unmap_run(slot, &steps);
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

// Neither of the two frequent operations wants the stack of the others.
enum nj_status frame_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    if (operation == NJ_FRAME_MAP)
        return map(caller, slot);
    if (operation == NJ_FRAME_UNMAP && slots[slot].cap.extra == 1 && unmap_page(slot))
        return OK_STAYS;
    return invoke_other(caller, slot, operation);
}

enum nj_status frame_retire(uint32_t slot, uint32_t *steps)
{
    return slots[slot].cap.extra == 1 && unmap_page(slot) ? NJ_OK : unmap_run(slot, steps);
}
