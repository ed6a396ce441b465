// SPDX-License-Identifier: Apache-2.0
// Where a capability of a frame is mapped. It can be mapped once, and its word says where:
//
//   bits 0-21   space        bits 22-31  pages mapped so far; all of the word is 0 if none is
//   bits 32-57  page number of the address, or of the offset in linear memory     bits 58-63  serial of the space
//
// A space may end before the capability; serial and "exactly this page is mapped there" tell, so nothing is kept per
// mapping. (After 64 spaces at one index the serial repeats; then the worst is that deleting an old capability unmaps
// the same page of the same frame from the same address in the new space.)
#pragma once
#include "kernel/page.h"
#include "kernel/space.h"

#define ADDRESS_LIMIT (1ull << 38)
#define COUNT_SHIFT 22
#define COUNT_MASK (0x3ffull << COUNT_SHIFT)
#define ADDRESS_SHIFT 32
#define SERIAL_SHIFT 58

// Is it the address of a page, and one that fits? Turned to the right by the places inside a page, it is a small number.
static inline bool mapping_fits(uint64_t address)
{
    _Static_assert(PAGE_BYTES == 1u << 12, "that many places");
    return (address >> 12 | address << 52) < ADDRESS_LIMIT / PAGE_BYTES;
}

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

static inline bool frame_is_device(struct cap cap)
{
    return (cap.rights & CAP_DEVICE) != 0;
}

// Are both mapped at the same place, of however many pages?
static inline bool mapping_is_same(uint64_t one, uint64_t other)
{
    return ((one ^ other) & ~COUNT_MASK) == 0;
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
