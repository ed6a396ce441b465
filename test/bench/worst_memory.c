// SPDX-License-Identifier: Apache-2.0
// Worst cases of operations on memory: fresh supplies, so that every page is cleared; addresses on both sides of a
// border of large tables, so that as many tables as possible are missing.
#include "test/bench/worst.h"

#define GIB 0x40000000ull
#define PAGE 4096ull
#define MEMORY (16 * GIB)
#define CODE_WORDS 65u // one more than are checked in a call: the first call also clears the rest of the page

static const uint32_t filler = 0x00000013; // nop

// A space whose supply was never used.
static uint32_t space_make(uint32_t arena, enum nj_space_type type, uint32_t pages)
{
    uint32_t space = make_from(arena, NJ_KIND_SPACE, 0);
    NEED(space_supply(space, make_from(arena, NJ_KIND_UNTYPED, pages)));
    NEED(space_configure(space, type, SLOT_CNODE));
    return space;
}

static void configuring(void)
{
    uint32_t arena = arena_make(DEEP_PAGES + 64), space = make_from(arena, NJ_KIND_SPACE, 0);
    uint32_t thread = make_from(arena, NJ_KIND_THREAD, 0);
    uint32_t endpoint = deepen(arena, make_from(arena, NJ_KIND_ENDPOINT, 0));
    NEED(space_supply(space, make_from(arena, NJ_KIND_UNTYPED, 16)));
    pending_begin();
    worst_figure("space_configure", worst_step(space, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, SLOT_CNODE, 0, 0, 0));
    worst_figure("thread_configure", worst_step(thread, NJ_THREAD_CONFIGURE, space, 1, 1, endpoint, MEMORY));
    pending_end();
    arena_end(arena);
}

static void mapping(void)
{
    uint32_t arena = arena_make(DEEP_PAGES + 160), space = space_make(arena, NJ_SPACE_PROCESS, 32);
    uint32_t frame = make_from(arena, NJ_KIND_FRAME, 64), slice = slot_next();
    worst_figure("frame_map",
                 worst_step(frame, NJ_FRAME_MAP, space, 8 * GIB - 16 * PAGE, NJ_RIGHT_READ | NJ_RIGHT_WRITE, 0, 0));
    worst_figure("frame_unmap", worst_step(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0));
    uint32_t deep = deepen(arena, frame);
    pending_begin();
    worst_figure("frame_slice", worst_step(deep, NJ_FRAME_SLICE, 0, 1, SLOT_CNODE, slice, 0));
    pending_end();
    arena_end(arena);
}

// Neither side is aligned, neither page is there yet, and no table for them.
static void copying(void)
{
    uint64_t most = 0;
    for (uint32_t phase = 0; phase < 8; phase++) {
        uint32_t arena = arena_make(64);
        uint32_t to = space_make(arena, NJ_SPACE_PROCESS, 16), from = space_make(arena, NJ_SPACE_PROCESS, 16);
        NEED(space_memory(to, MEMORY, PAGE));
        NEED(space_memory(from, MEMORY, PAGE));
        uint64_t cost = worst_step(to, NJ_SPACE_COPY, MEMORY + phase, from, MEMORY + 1, PAGE, 0);
        most = cost > most ? cost : most;
        arena_end(arena);
    }
    worst_figure("space_copy", most);
}

// The dearest call of checking a program of one word, many times.
static uint64_t check_of(uint32_t word)
{
    static _Alignas(PAGE) uint32_t page[PAGE / 4];
    uint32_t arena = arena_make(8), code = make_from(arena, NJ_KIND_CODE, 0);
    for (uint32_t i = 0; i < PAGE / 4; i++)
        page[i] = i < CODE_WORDS - 1 ? word : filler;
    NEED(code_supply(code, make_from(arena, NJ_KIND_UNTYPED, 1)));
    NEED(code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)page, PAGE));
    uint64_t cost = worst_step(code, NJ_CODE_CHECK, CODE_WORDS * 4, 0, 0, 0, 0);
    arena_end(arena);
    return cost;
}

// The last rows of the long groups of the checker's table, which are searched from their first.
static void checking(void)
{
    static const uint32_t words[] = {
        0x6b855513, // rev8 a0, a0
        0x48a55533, // bext a0, a0, a0
        0xf2050553, // fmv.d.x fa0, a0
        0xe2051553, // fclass.d a0, fa0
        0xd23500d3, // fcvt.d.lu ft1, a0, rne
        0xc2350553, // fcvt.lu.d a0, fa0, rne
    };
    uint64_t most = 0;
    for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        uint64_t cost = check_of(words[i]);
        most = cost > most ? cost : most;
    }
    worst_figure("code_check", most);
}

static void attaching(void)
{
    const uint32_t code_pages = 64;
    static _Alignas(PAGE) uint32_t page[PAGE / 4];
    uint64_t offset, rule, most = 0;
    uint32_t arena = arena_make(DEEP_PAGES + 160), code = make_from(arena, NJ_KIND_CODE, 0);
    for (uint32_t i = 0; i < PAGE / 4; i++)
        page[i] = filler;
    NEED(code_supply(code, make_from(arena, NJ_KIND_UNTYPED, code_pages)));
    for (uint32_t i = 0; i < code_pages; i++) {
        uint64_t cost = worst_step(code, NJ_CODE_FILL, i * PAGE, SLOT_SPACE, (uint64_t)(uintptr_t)page, PAGE, 0);
        most = cost > most ? cost : most;
    }
    worst_figure("code_fill", most);
    NEED(code_check(code, code_pages * PAGE, &offset, &rule));
    uint32_t deep = deepen(arena, code), space = space_make(arena, NJ_SPACE_CAPSULE, 32);
    pending_begin();
    worst_figure("space_attach", worst_step(space, NJ_SPACE_ATTACH, deep, PAGE, PAGE, 0, 0));
    pending_end();
    arena_end(arena);
}

void worst_memory(void)
{
    configuring();
    mapping();
    copying();
    checking();
    attaching();
}
