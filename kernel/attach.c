// SPDX-License-Identifier: Apache-2.0
// Laying out an image. Code pages and the entry page are mapped here; stack, state and linear memory are backed on first
// touch. The sealed code object is shared: its pages are mapped in every space that runs it, never writable.
#include "kernel/attach.h"

#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/code.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

#define PAGES_PER_CALL 32u

static uint32_t window_log2(uint32_t bytes)
{
    uint32_t log2 = NJ_CODE_WINDOW_LOG2_MIN;

    while (log2 < NJ_CODE_WINDOW_LOG2_MAX && (1u << log2) < bytes)
        log2++;
    return log2;
}

static struct layout layout_of(uint32_t space, uint32_t code, uint64_t stack, uint64_t state)
{
    struct layout layout = {.window_log2 = window_log2(codes[code].bytes), .state_bytes = (uint32_t)state};
    uint64_t window = 1ull << layout.window_log2;

    layout.code_base = arch_space_image_base(space, layout.window_log2) + window;
    layout.code_mask = window - 4u;
    layout.stack_low = NJ_STACK_LOW(layout.code_base, window);
    layout.stack_high = layout.stack_low + stack;
    layout.data_base = NJ_DATA_BASE(layout.code_base, window, stack, state);
    return layout;
}

static bool sizes_are_valid(uint64_t stack, uint64_t state)
{
    return stack % PAGE_BYTES == 0 && stack > 0 && stack <= NJ_STACK_BYTES_MAX && state % PAGE_BYTES == 0 && state > 0 &&
           state <= NJ_STATE_BYTES_MAX;
}

static enum nj_status map_code(uint32_t space, uint32_t code)
{
    uint32_t code_pages = (codes[code].bytes + PAGE_BYTES - 1u) / PAGE_BYTES;
    uint64_t base = spaces[space].layout.code_base;

    for (uint32_t i = 0; spaces[space].attach_progress < code_pages; i++) {
        uint32_t done = spaces[space].attach_progress;
        if (i == PAGES_PER_CALL)
            return NJ_AGAIN;
        enum nj_status status = arch_space_map(space, base + (uint64_t)done * PAGE_BYTES, codes[code].first_page + done,
                                               MAP_READ | MAP_EXECUTE);
        if (status != NJ_OK)
            return status;
        spaces[space].attach_progress++;
    }
    return arch_space_map_entry(space, base - PAGE_BYTES);
}

// The first call binds the code object to the space; further calls, after AGAIN or NEEDS_SUPPLY, go on mapping.
static enum nj_status begin(uint32_t caller, uint32_t space, uint32_t code_cap)
{
    uint64_t stack = argument(caller, 1), state = argument(caller, 2);
    uint32_t code = slots[code_cap].cap.object, hidden = space_code_slot(space);

    if (slots[hidden].cap.kind != NJ_KIND_EMPTY)
        return slots[hidden].cap.object == code && spaces[space].attach_progress != UINT32_MAX ? NJ_OK : NJ_WRONG_STATE;
    // With an image, addresses of mappings become offsets: a frame mapped before would not be found when it goes.
    if (codes[code].state != NJ_CODE_SEALED || spaces[space].memory_bytes != 0 || spaces[space].has_frames)
        return NJ_WRONG_STATE;
    if (!sizes_are_valid(stack, state))
        return NJ_BAD_ARGUMENT;
    enum nj_status status = cap_derive(code_cap, hidden, NJ_RIGHT_ALL, 0);
    if (status != NJ_OK)
        return status;
    code_join(code, space);
    spaces[space].layout = layout_of(space, code, stack, state);
    spaces[space].memory_start = spaces[space].layout.data_base;
    spaces[space].attach_progress = 0;
    return NJ_OK;
}

enum nj_status space_attach(uint32_t caller, uint32_t space)
{
    uint32_t code_cap;

    if (spaces[space].type == NJ_SPACE_NONE || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 0), NJ_KIND_CODE, &code_cap);
    if (status == NJ_OK)
        status = begin(caller, space, code_cap);
    if (status == NJ_OK)
        status = map_code(space, slots[code_cap].cap.object);
    if (status != NJ_OK)
        return status;
    spaces[space].attach_progress = UINT32_MAX;
    set_result(caller, 0, spaces[space].layout.code_base);
    set_result(caller, 1, spaces[space].layout.data_base);
    set_result(caller, 2, spaces[space].layout.stack_high);
    return NJ_OK;
}
