// SPDX-License-Identifier: Apache-2.0
// The content of pages: what is given a type is zero.
#include "kernel/page.h"

#include "kernel/page_run.h"

// Sixteen words a round: most of what an ordinary loop would execute is the loop.
void page_clear(uint32_t page)
{
    /*@ loop invariant i <= PAGE_BYTES / 8 && i % 16 == 0;
        loop invariant \forall integer word; 0 <= word < i ==> pages[page][word] == 0;
        loop assigns i, pages[page][0 .. PAGE_BYTES / 8 - 1];
        loop variant PAGE_BYTES / 8 - i; */
    for (uint32_t i = 0; i < PAGE_BYTES / 8u; i += 16) {
        pages[page][i] = 0;
        pages[page][i + 1] = 0;
        pages[page][i + 2] = 0;
        pages[page][i + 3] = 0;
        pages[page][i + 4] = 0;
        pages[page][i + 5] = 0;
        pages[page][i + 6] = 0;
        pages[page][i + 7] = 0;
        pages[page][i + 8] = 0;
        pages[page][i + 9] = 0;
        pages[page][i + 10] = 0;
        pages[page][i + 11] = 0;
        pages[page][i + 12] = 0;
        pages[page][i + 13] = 0;
        pages[page][i + 14] = 0;
        pages[page][i + 15] = 0;
    }
}

// Of a run in one word of the page-kind table.
/*@ requires share_word(page, end) && \valid(steps);
    requires \separated(steps, page_kinds + (0 .. PAGES_MAX / 16 - 1), pages + (0 .. PAGES_MAX - 1));
    assigns *steps, page_kinds[page / PAGE_KINDS_PER_WORD], pages[..][..];
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < end) ==> content_stays{Pre, Post}(other);
    ensures *steps <= \old(*steps);
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < end) ==>
        is_kind_in(other, \old(page_kinds[other / PAGE_KINDS_PER_WORD]));
    ensures \result == NJ_OK ==> none_dirty(page, end);
    ensures \result == NJ_OK || \result == NJ_AGAIN; */
static COLD enum nj_status clear_run(uint32_t page, uint32_t end, uint32_t *steps)
{
    /*@ loop invariant \at(page, Pre) <= page <= end && *steps <= \at(*steps, Pre);
        loop invariant \forall integer other; 0 <= other < PAGES_MAX && !(\at(page, Pre) <= other < end) ==>
            is_kind_in(other, \at(page_kinds[\at(other, Here) / PAGE_KINDS_PER_WORD], Pre));
        loop invariant none_dirty(\at(page, Pre), page);
        loop invariant \forall integer other; 0 <= other < PAGES_MAX && !(\at(page, Pre) <= other < end) ==>
            content_stays{Pre, Here}(other);
        loop assigns page, *steps, page_kinds[\at(page, Pre) / PAGE_KINDS_PER_WORD], pages[..][..];
        loop variant end - page; */
    for (; page < end; page++) {
        if (!page_is_dirty(page))
            continue;
        if (*steps < CLEAR_STEPS)
            return NJ_AGAIN;
        *steps -= CLEAR_STEPS;
        page_clear(page);
        page_set_kind(page, PAGE_FREE);
    }
    return NJ_OK;
}

enum nj_status pages_clear(uint64_t page, uint64_t end, uint32_t steps)
{
    enum nj_status status = NJ_OK;

    /*@ loop invariant \at(page, Pre) <= page <= end && (status == NJ_OK || status == NJ_AGAIN);
        loop invariant \forall integer other; 0 <= other < PAGES_MAX && !(\at(page, Pre) <= other < end) ==>
            is_kind_in(other, \at(page_kinds[\at(other, Here) / PAGE_KINDS_PER_WORD], Pre));
        loop invariant status == NJ_OK ==> none_dirty(\at(page, Pre), page);
        loop invariant \forall integer other; 0 <= other < PAGES_MAX && !(\at(page, Pre) <= other < end) ==>
            content_stays{Pre, Here}(other);
        loop assigns page, next, steps, status, pages[..][..],
            page_kinds[\at(page, Pre) / PAGE_KINDS_PER_WORD .. (end - 1) / PAGE_KINDS_PER_WORD];
        loop variant end - page; */
    for (uint64_t next; page < end && status == NJ_OK; page = next) {
        next = word_end(page, end);
        if (any_dirty(page, next))
            status = clear_run((uint32_t)page, (uint32_t)next, &steps);
    }
    return status;
}
