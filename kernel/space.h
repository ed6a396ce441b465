// SPDX-License-Identifier: Apache-2.0
// Spaces: what threads run in. A process has its own page table; a capsule a region of the kernel's.
#pragma once
#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/page.h"

uint32_t space_cnode_slot(uint32_t space);
uint32_t space_code_slot(uint32_t space);

enum nj_status space_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
// Finds a space that the thread may change. Errors of cap_lookup_kind(), NO_RIGHT.
static inline enum nj_status space_lookup(uint32_t thread, uint64_t number, uint32_t *slot)
{
    enum nj_status status = cap_lookup_kind(thread, number, NJ_KIND_SPACE, slot);

    return status == NJ_OK && (slots[*slot].cap.rights & NJ_RIGHT_WRITE) == 0 ? NJ_NO_RIGHT : status;
}

// Takes a page from the supply and maps it read-write at an address of a process, or an offset in linear memory of an
// image. NEEDS_SUPPLY, ALREADY_MAPPED, BAD_ARGUMENT.
enum nj_status space_map_message_page(uint32_t space, uint64_t address, uint32_t *page);

// An access to this address faulted. OK: it was a first touch and is backed now. BAD_ADDRESS: not first-touch memory.
// NEEDS_SUPPLY.
enum nj_status space_touch(uint32_t space, uint64_t address);

// Address that a mapping asked for by user space means: itself in a process, an offset in the linear memory of an image.
// BAD_ARGUMENT when mappings of this size may not go there.
static inline enum nj_status space_resolve(uint32_t space, uint64_t address, uint64_t bytes, uint64_t *resolved)
{
    uint64_t data_base = spaces[space].layout.data_base;

    if (address % PAGE_BYTES != 0)
        return NJ_BAD_ARGUMENT;
    if (spaces[space].type == NJ_SPACE_NONE || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    *resolved = data_base + address;
    if (data_base == 0)
        return arch_space_address_ok(space, address, bytes) ? NJ_OK : NJ_BAD_ARGUMENT;
    return address < NJ_CAPSULE_WINDOW && bytes <= NJ_CAPSULE_WINDOW - address ? NJ_OK : NJ_BAD_ARGUMENT;
}

// Its type, and more if it is dead: two bytes side by side that the compiler fetches at once.
static inline uint32_t space_life(uint32_t space)
{
    return spaces[space].type | (uint32_t)spaces[space].is_dead << 8;
}

// Can a page be mapped at this address, or offset in linear memory? Being aligned, it fits where it starts below the end.
static inline bool space_has_place(uint32_t space, uint64_t address)
{
    if (spaces[space].layout.data_base == 0)
        return spaces[space].type == NJ_SPACE_PROCESS && address != 0 && address < arch_user_end;
    return address < NJ_CAPSULE_WINDOW;
}

// space_resolve() for the address of one page, in fewer steps. False: no.
static inline bool space_resolve_page(uint32_t space, uint64_t address, uint64_t *resolved)
{
    _Static_assert(NJ_SPACE_NONE == 0, "below the types");
    *resolved = spaces[space].layout.data_base + address;
    return space_life(space) - 1u < 0xffu && space_has_place(space, address);
}

// The page of RAM behind an address, for the kernel to read or write; first touch included. BAD_ADDRESS, NEEDS_SUPPLY.
enum nj_status space_read_page(uint32_t space, uint64_t address, uint32_t *page);
enum nj_status space_write_page(uint32_t space, uint64_t address, uint32_t *page);

// Something the space stands on goes: its threads stop, one a step, and its mappings vanish. AGAIN.
/*@ requires space < SPACES_MAX;
    STOPS_IN_STEPS */
enum nj_status space_kill(uint32_t space, uint32_t *steps);
// A capability of a code object goes. If it is the one by which a space runs that code, the space stops. AGAIN.
/*@ requires is_slot(slot) && kind_of(slot) == NJ_KIND_CODE;
    STOPS_IN_STEPS
    ensures caps_stay{Pre, Post}; */
enum nj_status space_code_retire(uint32_t slot, uint32_t *steps);
/*@ requires space < SPACES_MAX;
    STOPS_IN_STEPS */
enum nj_status space_retire(uint32_t space, uint32_t *steps);
// The hidden slot of a supply, in a space or a code object, is to be emptied.
/*@ requires is_slot(slot) && slots[slot].cap.kind == KIND_SUPPLY;
    STOPS_IN_STEPS */
enum nj_status space_supply_retire(uint32_t slot, uint32_t *steps);

// Copies bytes inside pages (offsets and length stay inside one page each).
void page_copy(uint32_t to, uint32_t to_offset, uint32_t from, uint32_t from_offset, uint32_t bytes);

// Moves an unused untyped capability of the thread into the first of `count` hidden slots that is empty, as a supply.
enum nj_status supply_take(uint32_t thread, uint64_t number, uint32_t first_slot, uint32_t count);
