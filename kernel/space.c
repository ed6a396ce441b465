// SPDX-License-Identifier: Apache-2.0
// Spaces: supply, first-touch memory, life. Page tables are the architecture's; images are laid out in attach.c.
#include "kernel/space.h"

#include <stddef.h>

#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/code.h"
#include "kernel/gate.h"
#include "kernel/hart.h"
#include "kernel/thread.h"
#include "kernel/untyped.h"

#define SLOTS_PER_SPACE (sizeof(struct space) / sizeof(struct slot))

uint32_t space_cnode_slot(uint32_t space)
{
    return space * (uint32_t)SLOTS_PER_SPACE + offsetof(struct space, cnode) / sizeof(struct slot);
}

uint32_t space_code_slot(uint32_t space)
{
    return space * (uint32_t)SLOTS_PER_SPACE + offsetof(struct space, code) / sizeof(struct slot);
}

static uint32_t space_supply_slot(uint32_t space, uint32_t number)
{
    return space * (uint32_t)SLOTS_PER_SPACE + offsetof(struct space, supply) / sizeof(struct slot) + number;
}

uint32_t space_take_page(uint32_t space, enum page_kind kind)
{
    for (uint32_t i = 0; i < NJ_SPACE_SUPPLIES; i++) {
        uint32_t slot = space_supply_slot(space, i);
        uint32_t page = slots[slot].cap.kind == KIND_SUPPLY ? untyped_take_page(slot, kind) : NIL;
        if (page != NIL)
            return page;
    }
    return NIL;
}

enum nj_status supply_take(uint32_t thread, uint64_t number, uint32_t first_slot, uint32_t count)
{
    uint32_t source;
    enum nj_status status = cap_lookup_kind(thread, number, NJ_KIND_UNTYPED, &source);

    if (status != NJ_OK)
        return status;
    if (!untyped_is_unused(source) || (slots[source].cap.rights & CAP_REVOKING) != 0)
        return NJ_IN_USE;
    for (uint32_t i = 0; i < count; i++) {
        if (slots[first_slot + i].cap.kind == NJ_KIND_EMPTY) {
            cap_move(source, first_slot + i);
            slots[first_slot + i].cap.kind = KIND_SUPPLY;
            return NJ_OK;
        }
    }
    return NJ_IN_USE;
}

enum nj_status space_map_message_page(uint32_t space, uint64_t address, uint32_t *page)
{
    uint64_t resolved;
    enum nj_status status = space_resolve(space, address, PAGE_BYTES, &resolved);

    return status != NJ_OK ? status : arch_space_back(space, resolved, page);
}

static bool is_within(uint64_t address, uint64_t start, uint64_t bytes)
{
    return address >= start && address - start < bytes;
}

// The memory of the program, and of an image its stack and state area.
static bool is_first_touch(uint32_t space, uint64_t address)
{
    struct layout layout = spaces[space].layout;

    return is_within(address, spaces[space].memory_start, spaces[space].memory_bytes) ||
           is_within(address, layout.stack_low, layout.stack_high - layout.stack_low) ||
           is_within(address, layout.data_base - layout.state_bytes, layout.state_bytes);
}

enum nj_status space_touch(uint32_t space, uint64_t address)
{
    uint32_t page;

    if (spaces[space].is_dead || !is_first_touch(space, address))
        return NJ_BAD_ADDRESS;
    enum nj_status status = arch_space_back(space, address & ~(uint64_t)(PAGE_BYTES - 1u), &page);
    // Mapped already: the access was not one that first touch can make good (a write to a read-only frame, say).
    return status == NJ_ALREADY_MAPPED ? NJ_BAD_ADDRESS : status;
}

static enum nj_status find_page(uint32_t space, uint64_t address, uint32_t access, uint32_t *page)
{
    if (spaces[space].type == NJ_SPACE_NONE || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    *page = arch_space_lookup(space, address, access);
    if (*page != NIL)
        return NJ_OK;
    enum nj_status status = space_touch(space, address);
    if (status != NJ_OK)
        return status;
    *page = arch_space_lookup(space, address, access);
    return *page != NIL ? NJ_OK : NJ_BAD_ADDRESS;
}

enum nj_status space_read_page(uint32_t space, uint64_t address, uint32_t *page)
{
    return find_page(space, address, MAP_READ, page);
}

enum nj_status space_write_page(uint32_t space, uint64_t address, uint32_t *page)
{
    return find_page(space, address, MAP_WRITE, page);
}

// Nothing runs in the space any more, and nothing is mapped.
static enum nj_status space_stop(uint32_t space, uint32_t *steps)
{
    spaces[space].is_dead = true;
    enum nj_status status = space_leave_hart(space);
    if (status == NJ_OK)
        status = gate_end(space, steps);
    while (status == NJ_OK && spaces[space].threads != NIL) {
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        status = thread_leave_space(spaces[space].threads, steps);
    }
    if (status != NJ_OK)
        return status;
    if (spaces[space].root_page != NIL || spaces[space].type == NJ_SPACE_CAPSULE)
        arch_space_destroy(space);
    spaces[space].root_page = NIL;
    spaces[space].vector_pages = NIL;
    spaces[space].type = NJ_SPACE_NONE;
    if (slots[space_code_slot(space)].cap.kind != NJ_KIND_EMPTY)
        code_leave(space);
    return NJ_OK;
}

enum nj_status space_kill(uint32_t space, uint32_t *steps)
{
    enum nj_status status = space_stop(space, steps);

    return status != NJ_OK ? status : cap_delete(space_code_slot(space), steps);
}

enum nj_status space_code_retire(uint32_t slot, uint32_t *steps)
{
    if (page_kind(slot / UNITS_PER_PAGE) != PAGE_SPACE)
        return NJ_OK;
    return space_stop(slot / (uint32_t)SLOTS_PER_SPACE, steps);
}

enum nj_status space_retire(uint32_t space, uint32_t *steps)
{
    enum nj_status status = space_kill(space, steps);

    if (status == NJ_OK)
        status = cap_delete(space_cnode_slot(space), steps);
    for (uint32_t i = 0; i < NJ_SPACE_SUPPLIES && status == NJ_OK; i++)
        status = cap_delete(space_supply_slot(space, i), steps);
    return status;
}

enum nj_status space_supply_retire(uint32_t slot, uint32_t *steps)
{
    uint32_t page = slot / UNITS_PER_PAGE;

    if (page_kind(page) == PAGE_CODE)
        return code_lose_pages(slot * (uint32_t)sizeof(struct slot) / (uint32_t)sizeof(struct code), steps);
    return space_kill(slot / (uint32_t)SLOTS_PER_SPACE, steps);
}

// Eight bytes from any place of the page; all of them lie in it.
static uint64_t page_word(uint32_t page, uint32_t offset)
{
    uint32_t shift = offset % 8u * 8u;
    uint64_t low = pages[page][offset / 8u] >> shift;

    return shift == 0 ? low : low | pages[page][offset / 8u + 1u] << (64u - shift);
}

static void byte_copy(uint32_t to, uint32_t target, uint32_t from, uint32_t source)
{
    uint64_t byte = pages[from][source / 8u] >> (source % 8u * 8u) & 0xffu;
    uint64_t word = pages[to][target / 8u] & ~(0xffull << (target % 8u * 8u));

    pages[to][target / 8u] = word | byte << (target % 8u * 8u);
}

// Whole words as soon as the target is aligned: a byte at a time, a page would keep interrupts off fifteen times as long.
void page_copy(uint32_t to, uint32_t to_offset, uint32_t from, uint32_t from_offset, uint32_t bytes)
{
    uint32_t i = 0;

    for (; i < bytes && (to_offset + i) % 8u != 0; i++)
        byte_copy(to, to_offset + i, from, from_offset + i);
    if ((from_offset + i) % 8u == 0)
        for (; i + 8u <= bytes; i += 8)
            pages[to][(to_offset + i) / 8u] = pages[from][(from_offset + i) / 8u];
    for (; i + 8u <= bytes; i += 8)
        pages[to][(to_offset + i) / 8u] = page_word(from, from_offset + i);
    for (; i < bytes; i++)
        byte_copy(to, to_offset + i, from, from_offset + i);
}
