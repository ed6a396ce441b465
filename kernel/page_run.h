// SPDX-License-Identifier: Apache-2.0
// Runs of pages in the page-kind table, which is read and written here by whole words. In each function, `page` to
// `next` are pages that share a word, `page` to `end` are any.
#pragma once
#include "kernel/page.h"

// The same kind for each page of a word.
#define ALL_PAGES(kind) ((uint64_t)(kind) * 0x1111111111111111ull)

/*@ // Is this bit one of the pages `page` to `next` in their word?
    predicate bit_in_run(integer bit, integer page, integer next) =
        page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS <= bit <
            (page % PAGE_KINDS_PER_WORD + (next - page)) * PAGE_KIND_BITS;
    predicate share_word(integer page, integer next) =
        0 <= page < next <= PAGES_MAX && (next - 1) / PAGE_KINDS_PER_WORD == page / PAGE_KINDS_PER_WORD; */

// Where those of the pages from `page` to `end` that share its word end.
/*@ requires page < end <= PAGES_MAX;
    assigns \nothing;
    ensures share_word(page, \result);
    ensures \result <= end;
    ensures \result == end || \result % PAGE_KINDS_PER_WORD == 0; */
static inline uint64_t word_end(uint64_t page, uint64_t end)
{
    uint64_t next = (page / PAGE_KINDS_PER_WORD + 1u) * PAGE_KINDS_PER_WORD;

    return next < end ? next : end;
}

// Which bits of the word are theirs.
/*@ requires share_word(page, next);
    assigns \nothing;
    ensures \forall integer bit; 0 <= bit < 64 ==> (bit_is_set(\result, bit) <==> bit_in_run(bit, page, next)); */
static inline uint64_t word_mask(uint64_t page, uint64_t next)
{
    uint64_t below = page * PAGE_KIND_BITS % 64u, above = (PAGES_MAX - next) * PAGE_KIND_BITS % 64u;
    //@ assert below == page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;
    //@ assert next - page == (next - 1) % PAGE_KINDS_PER_WORD + 1 - page % PAGE_KINDS_PER_WORD;
    //@ assert 64 - above == (page % PAGE_KINDS_PER_WORD + (next - page)) * PAGE_KIND_BITS;
    uint64_t from = all_but(0) << below, to = all_but(0) >> above;
    //@ assert \forall integer bit; 0 <= bit < 64 ==> (bit_is_set(from, bit) <==> below <= bit);
    //@ assert \forall integer bit; 0 <= bit < 64 ==> (bit_is_set(to, bit) <==> bit < 64 - above);

    return from & to;
}

// Memory gets its kind here: it must not be dirty.
/*@ requires share_word(page, next) && (uint32_t)kind < 16 && none_dirty(page, next);
    assigns page_kinds[page / PAGE_KINDS_PER_WORD];
    ensures \forall integer one; page <= one < next ==> is_kind_in(one, ALL_PAGES(kind));
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < next) ==>
        is_kind_in(other, \old(page_kinds[\at(other, Here) / PAGE_KINDS_PER_WORD])); */
static inline void set_kinds_of_word(uint64_t page, uint64_t next, enum page_kind kind)
{
    uint64_t mask = word_mask(page, next), others = page_kinds[page / PAGE_KINDS_PER_WORD] & ~mask;

    page_kinds[page / PAGE_KINDS_PER_WORD] = others | (ALL_PAGES(kind) & mask);
    /*@ assert \forall integer bit; 0 <= bit < 64 && bit_in_run(bit, page, next) ==>
            (bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], bit) <==> bit_is_set(ALL_PAGES(kind), bit)); */
    /*@ assert \forall integer bit; 0 <= bit < 64 && !bit_in_run(bit, page, next) ==>
            (bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], bit) <==>
                bit_is_set(\at(page_kinds[page / PAGE_KINDS_PER_WORD], Pre), bit)); */
}

/*@ requires page < end <= PAGES_MAX && (uint32_t)kind < 16 && none_dirty(page, end);
    assigns page_kinds[page / PAGE_KINDS_PER_WORD .. (end - 1) / PAGE_KINDS_PER_WORD];
    ensures \forall integer one; page <= one < end ==> is_kind_in(one, ALL_PAGES(kind));
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < end) ==>
        is_kind_in(other, \old(page_kinds[\at(other, Here) / PAGE_KINDS_PER_WORD])); */
static inline void set_kinds(uint64_t page, uint64_t end, enum page_kind kind)
{
    /*@ loop invariant \at(page, Pre) <= page <= end;
        loop invariant \forall integer one; \at(page, Pre) <= one < page ==> is_kind_in(one, ALL_PAGES(kind));
        loop invariant \forall integer other; 0 <= other < PAGES_MAX && !(\at(page, Pre) <= other < page) ==>
            is_kind_in(other, \at(page_kinds[\at(other, Here) / PAGE_KINDS_PER_WORD], Pre));
        loop assigns page, next, page_kinds[\at(page, Pre) / PAGE_KINDS_PER_WORD .. (end - 1) / PAGE_KINDS_PER_WORD];
        loop variant end - page; */
    for (uint64_t next; page < end; page = next) {
        next = word_end(page, end);
        set_kinds_of_word(page, next, kind);
    }
}

// The lowest bit of each page.
/*@ assigns \nothing;
    ensures \forall integer place; 0 <= place < 16 ==> bit_is_set(\result, place * 4); */
static inline uint64_t lowest_bits(void)
{
    uint64_t bits = bit_set(0, 0);

    bits |= bits << 4;
    //@ assert \forall integer place; 0 <= place < 2 ==> bit_is_set(bits, place * 4);
    bits |= bits << 8;
    //@ assert \forall integer place; 0 <= place < 4 ==> bit_is_set(bits, place * 4);
    bits |= bits << 16;
    //@ assert \forall integer place; 0 <= place < 8 ==> bit_is_set(bits, place * 4);
    uint64_t high = bits << 32;
    /*@ assert \forall integer place; 8 <= place < 16 ==>
            (bit_is_set(high, place * 4) <==> bit_is_set(bits, place * 4 - 32)); */
    //@ assert \forall integer place; 8 <= place < 16 ==> bit_is_set(bits, (place - 8) * 4);
    bits |= high;
    //@ assert \forall integer place; 0 <= place < 16 ==> bit_is_set(bits, place * 4);
    return bits;
}

// Is one of 16 kinds 0?
/*@ assigns \nothing;
    ensures !\result ==> \forall integer place; 0 <= place < 16 ==> !is_none_of(kinds, place * 4); */
static inline bool any_none(uint64_t kinds)
{
    uint64_t pairs = kinds | kinds >> 1, some = pairs | pairs >> 2;
    /*@ assert \forall integer bit; 0 <= bit <= 60 ==> (bit_is_set(some, bit) <==> bit_is_set(kinds, bit) ||
            bit_is_set(kinds, bit + 1) || bit_is_set(kinds, bit + 2) || bit_is_set(kinds, bit + 3)); */

    return !bit_none(lowest_bits() & ~some);
}

// Is one of these pages dirty?
/*@ requires share_word(page, next);
    assigns \nothing;
    ensures !\result ==> none_dirty(page, next); */
static inline bool any_dirty(uint64_t page, uint64_t next)
{
    return any_none(page_kinds[page / PAGE_KINDS_PER_WORD] | ~word_mask(page, next));
}

/*@ requires page < end <= PAGES_MAX;
    assigns \nothing;
    ensures \result ==> none_dirty(page, end); */
static inline bool are_clean(uint64_t page, uint64_t end)
{
    /*@ loop invariant \at(page, Pre) <= page <= end && none_dirty(\at(page, Pre), page);
        loop assigns page, next;
        loop variant end - page; */
    for (uint64_t next; page < end; page = next) {
        next = word_end(page, end);
        if (any_dirty(page, next))
            return false;
    }
    return true;
}
