// SPDX-License-Identifier: Apache-2.0
// The page-kind table: the single place where the type of memory is decided. Four bits a page of RAM.
#pragma once
#include "kernel/object.h"

enum page_kind {
    PAGE_DIRTY = 0, // covered by untyped memory, content unknown: as found at boot
    PAGE_FREE,      // covered by untyped memory, content zero
    PAGE_RESERVED,  // kernel, firmware: never given out
    PAGE_SLOT,
    PAGE_ENDPOINT,
    PAGE_NOTIFICATION,
    PAGE_REPLY,
    PAGE_THREAD,
    PAGE_SCHED,
    PAGE_SPACE,
    PAGE_CODE,  // code objects (the headers)
    PAGE_FRAME, // content of frames
    PAGE_TABLE, // page table of a space
    PAGE_OWNED, // a space's own memory: stack, state, linear memory, message page
    PAGE_INSTRUCTIONS, // content of a code object
    PAGE_VECTOR,       // vector registers of a thread: its space's
};

#define PAGE_KIND_BITS 4u
#define PAGE_KINDS_PER_WORD (64u / PAGE_KIND_BITS)

extern uint32_t page_count; // pages of RAM

/*@ requires page < PAGES_MAX;
    assigns \nothing; */
static inline enum page_kind page_kind(uint32_t page)
{
    uint32_t shift = page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;

    return (enum page_kind)(page_kinds[page / PAGE_KINDS_PER_WORD] >> shift & 15u);
}

/*@ requires page < PAGES_MAX;
    assigns page_kinds[page / PAGE_KINDS_PER_WORD]; */
static inline void page_set_kind(uint32_t page, enum page_kind kind)
{
    uint32_t shift = page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;
    uint64_t others = page_kinds[page / PAGE_KINDS_PER_WORD] & ~(15ull << shift);

    page_kinds[page / PAGE_KINDS_PER_WORD] = others | (uint64_t)kind << shift;
}

// Takes one cleared page from the space's supply for this use, or NIL when there is none. (space.c)
uint32_t space_take_page(uint32_t space, enum page_kind kind);
