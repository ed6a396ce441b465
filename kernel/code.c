// SPDX-License-Identifier: Apache-2.0
// Code objects. Filled by copying, checked word by word, then sealed for ever. The pages are never a frame and never
// mapped writable anywhere but in the kernel's own direct map, so what was checked is what runs.
#include "kernel/code.h"

#include <stddef.h>

#include "abi/capsule.h"
#include "abi/check.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/check/check.h"
#include "kernel/page.h"
#include "kernel/space.h"
#include "kernel/syscall.h"
#include "kernel/untyped.h"

#define SLOTS_PER_CODE (sizeof(struct code) / sizeof(struct slot))
#define WORDS_PER_PAGE (PAGE_BYTES / 4u)
#define WORDS_PER_CALL 64u // checked in one call

static uint32_t supply_slot(uint32_t code)
{
    return code * (uint32_t)SLOTS_PER_CODE + offsetof(struct code, supply) / sizeof(struct slot);
}

static enum nj_status supply(uint32_t caller, uint32_t code)
{
    uint32_t slot = supply_slot(code);

    if (codes[code].state != NJ_CODE_EMPTY)
        return NJ_WRONG_STATE;
    enum nj_status status = supply_take(caller, argument(caller, 0), slot, 1);
    if (status != NJ_OK)
        return status;
    codes[code].first_page = slots[slot].cap.object;
    codes[code].pages = cap_pages(slots[slot].cap);
    return NJ_OK;
}

// The page at this place of the code, taken from the supply in order.
static enum nj_status code_page(uint32_t code, uint32_t number, uint32_t *page)
{
    uint32_t slot = supply_slot(code);
    uint32_t taken = cap_used(slots[slot].cap) / UNITS_PER_PAGE;

    if (number >= codes[code].pages)
        return NJ_NEEDS_SUPPLY;
    if (number > taken)
        return NJ_BAD_ARGUMENT; // code is filled from its beginning to its end
    if (number == taken)
        untyped_take_page(slot, PAGE_INSTRUCTIONS);
    *page = codes[code].first_page + number;
    return NJ_OK;
}

static enum nj_status fill(uint32_t caller, uint32_t code)
{
    uint64_t offset = argument(caller, 0), from = argument(caller, 2), bytes = argument(caller, 3);
    uint32_t source, to_page, from_page;

    if (codes[code].pages == 0)
        return NJ_NEEDS_SUPPLY;
    if (codes[code].state > NJ_CODE_FILLING)
        return NJ_WRONG_STATE;
    if (bytes == 0 || offset >= (uint64_t)codes[code].pages * PAGE_BYTES)
        return NJ_BAD_ARGUMENT;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 1), NJ_KIND_SPACE, &source);
    if (status != NJ_OK)
        return status;
    if ((slots[source].cap.rights & NJ_RIGHT_READ) == 0)
        return NJ_NO_RIGHT;
    status = space_read_page(slots[source].cap.object, from, &from_page);
    if (status == NJ_OK)
        status = code_page(code, (uint32_t)(offset / PAGE_BYTES), &to_page);
    if (status != NJ_OK)
        return status;
    uint64_t room = PAGE_BYTES - offset % PAGE_BYTES, available = PAGE_BYTES - from % PAGE_BYTES;
    bytes = bytes < room ? bytes : room;
    bytes = bytes < available ? bytes : available;
    page_copy(to_page, (uint32_t)(offset % PAGE_BYTES), from_page, (uint32_t)(from % PAGE_BYTES), (uint32_t)bytes);
    codes[code].state = NJ_CODE_FILLING;
    set_result(caller, 0, bytes);
    return NJ_OK;
}

static uint32_t code_word(uint32_t code, uint32_t index)
{
    return code_words[codes[code].first_page + index / WORDS_PER_PAGE][index % WORDS_PER_PAGE];
}

// From here on nothing can be written. What was filled behind the end is cleared: it will be mapped, but not checked.
static enum nj_status begin_check(uint32_t code, uint64_t bytes)
{
    uint32_t taken = cap_used(slots[supply_slot(code)].cap) / UNITS_PER_PAGE;

    if (bytes == 0 || bytes % 4u != 0 || bytes > (uint64_t)taken * PAGE_BYTES || bytes > 1u << NJ_CODE_WINDOW_LOG2_MAX)
        return NJ_BAD_ARGUMENT;
    codes[code].bytes = (uint32_t)bytes;
    codes[code].checked = 0;
    codes[code].state = NJ_CODE_CHECKING;
    for (uint32_t i = (uint32_t)bytes / 4u; i % WORDS_PER_PAGE != 0; i++)
        code_words[codes[code].first_page + i / WORDS_PER_PAGE][i % WORDS_PER_PAGE] = 0;
    return NJ_OK;
}

static enum nj_status refuse(uint32_t caller, uint32_t code)
{
    set_result(caller, 0, (uint64_t)codes[code].checked * 4u);
    set_result(caller, 1, codes[code].rule);
    return NJ_REFUSED;
}

static enum nj_status check(uint32_t caller, uint32_t code)
{
    if (codes[code].state == NJ_CODE_REFUSED)
        return refuse(caller, code);
    if (codes[code].state == NJ_CODE_FILLING) {
        enum nj_status status = begin_check(code, argument(caller, 0));
        if (status != NJ_OK)
            return status;
    }
    if (codes[code].state != NJ_CODE_CHECKING)
        return NJ_WRONG_STATE;
    uint32_t count = codes[code].bytes / 4u;
    for (uint32_t i = 0; i < WORDS_PER_CALL && codes[code].checked < count; i++) {
        uint32_t index = codes[code].checked;
        uint32_t next = index + 1u < count ? code_word(code, index + 1u) : 0;
        enum nj_check_rule rule = check_instruction(code_word(code, index), next, index, count);
        if (rule != NJ_CHECK_OK) {
            codes[code].state = NJ_CODE_REFUSED;
            codes[code].rule = (uint32_t)rule;
            return refuse(caller, code);
        }
        codes[code].checked++;
    }
    if (codes[code].checked < count)
        return NJ_AGAIN;
    codes[code].state = NJ_CODE_SEALED;
    arch_code_sync();
    return NJ_OK;
}

enum nj_status code_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t code = slots[slot].cap.object;

    switch (operation) {
    case NJ_CODE_SUPPLY:
        return supply(caller, code);
    case NJ_CODE_FILL:
        return fill(caller, code);
    case NJ_CODE_CHECK:
        return check(caller, code);
    case NJ_CODE_INFO:
        set_result(caller, 0, codes[code].state);
        set_result(caller, 1, codes[code].bytes);
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}

void code_join(uint32_t code, uint32_t space)
{
    uint32_t first = codes[code].spaces;

    spaces[space].code_prev = NIL;
    spaces[space].code_next = first;
    if (first != NIL)
        spaces[first].code_prev = space;
    codes[code].spaces = space;
}

void code_leave(uint32_t space)
{
    uint32_t code = slots[space_code_slot(space)].cap.object;
    uint32_t next = spaces[space].code_next, prev = spaces[space].code_prev;

    if (prev == NIL && codes[code].spaces != space)
        return; // left before
    if (prev == NIL)
        codes[code].spaces = next;
    else
        spaces[prev].code_next = next;
    if (next != NIL)
        spaces[next].code_prev = prev;
    spaces[space].code_next = NIL;
    spaces[space].code_prev = NIL;
}

// Between attempts nobody can attach it to further spaces, which would have to be stopped too, or write to its pages.
enum nj_status code_lose_pages(uint32_t code, uint32_t *steps)
{
    codes[code].state = NJ_CODE_EMPTY;
    codes[code].pages = 0;
    codes[code].bytes = 0;
    while (codes[code].spaces != NIL) {
        enum nj_status status = space_kill(codes[code].spaces, steps);
        if (status != NJ_OK)
            return status;
    }
    return NJ_OK;
}

enum nj_status code_retire(uint32_t code, uint32_t *steps)
{
    return cap_delete(supply_slot(code), steps);
}
