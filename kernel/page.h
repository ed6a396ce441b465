// SPDX-License-Identifier: Apache-2.0
// The page-kind table: the single place where the type of memory is decided. Four bits a page of RAM.
#pragma once
#include "kernel/bits.h"
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

/*@ // How shifts and inverses move bits.
    lemma bits_of_64: \forall integer word, bit; 0 <= bit < 64 ==>
        (bit_is_set((uint64_t)word, bit) <==> bit_is_set(word, bit));
    lemma bits_of_inverse: \forall integer word, bit; 0 <= bit ==> (bit_is_set(~word, bit) <==> !bit_is_set(word, bit));
    lemma bits_to_left: \forall integer word, by, bit; 0 <= by <= bit ==>
        (bit_is_set(word << by, bit) <==> bit_is_set(word, bit - by));
    lemma bits_from_right: \forall integer word, by, bit; 0 <= bit < by ==> !bit_is_set(word << by, bit);
    lemma bits_to_right: \forall integer word, by, bit; 0 <= by && 0 <= bit ==>
        (bit_is_set(word >> by, bit) <==> bit_is_set(word, bit + by));
    lemma bits_above: \forall uint64_t word, integer bit; 64 <= bit ==> !bit_is_set(word, bit);
    predicate is_nothing(integer word) = word == 0;
    // The page is of kind 0, PAGE_DIRTY; all that is in it is zero.
    predicate is_none_of(integer word, integer first) = !bit_is_set(word, first) && !bit_is_set(word, first + 1) &&
        !bit_is_set(word, first + 2) && !bit_is_set(word, first + 3);
    predicate is_dirty{L}(integer page) = is_none_of(page_kinds[page / PAGE_KINDS_PER_WORD],
        page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS);
    predicate is_clear{L}(integer page) = \forall integer word; 0 <= word < PAGE_BYTES / 8 ==> pages[page][word] == 0;
    predicate content_stays{L, M}(integer page) = \forall integer word; 0 <= word < PAGE_BYTES / 8 ==>
        \at(pages[page][word], M) == \at(pages[page][word], L);
    predicate none_dirty{L}(integer page, integer end) = \forall integer one; page <= one < end ==> !is_dirty(one);
    // The bits of this page are those of this word, which has the kinds of 16 pages.
    predicate is_kind_in{L}(integer page, integer word) = \forall integer bit;
        page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS <= bit < (page % PAGE_KINDS_PER_WORD + 1) * PAGE_KIND_BITS ==>
            (bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], bit) <==> bit_is_set(word, bit)); */

// All bits. (Provers know what the inverse of nothing is, and nothing about the number.)
/*@ requires is_nothing(none);
    assigns \nothing;
    ensures \forall integer bit; 0 <= bit < 64 ==> bit_is_set(\result, bit); */
static inline uint64_t all_but(uint64_t none)
{
    return ~none;
}

/*@ requires page < PAGES_MAX;
    assigns \nothing;
    ensures (uint32_t)\result < 16; */
static inline enum page_kind page_kind(uint32_t page)
{
    uint32_t shift = page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;

    return (enum page_kind)(page_kinds[page / PAGE_KINDS_PER_WORD] >> shift & 15u);
}

/*@ requires page < PAGES_MAX;
    assigns \nothing;
    ensures \result <==> is_dirty(page); */
static inline bool page_is_dirty(uint32_t page)
{
    uint32_t shift = page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;
    uint64_t kinds = page_kinds[page / PAGE_KINDS_PER_WORD] >> shift;
    uint64_t pairs = kinds | kinds >> 1, some = pairs | pairs >> 2;
    /*@ assert \forall integer bit; 0 <= bit < 4 ==> (bit_is_set(kinds, bit) <==>
            bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], shift + bit)); */
    //@ assert bit_is_set(some, 0) <==> !is_none_of(kinds, 0);

    return (some & 1u) == 0; // bit by bit, for provers
}

/*@ requires page < PAGES_MAX;
    assigns page_kinds[page / PAGE_KINDS_PER_WORD];
    ensures \forall integer bit; 0 <= bit < PAGE_KIND_BITS ==> (bit_is_set((uint64_t)kind, bit) <==>
        bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS + bit));
    ensures \forall integer other; 0 <= other < PAGES_MAX && other != page ==>
        is_kind_in(other, \old(page_kinds[other / PAGE_KINDS_PER_WORD])); */
static inline void page_set_kind(uint32_t page, enum page_kind kind)
{
    uint32_t shift = page % PAGE_KINDS_PER_WORD * PAGE_KIND_BITS;
    uint64_t bits = all_but(0) >> (64u - PAGE_KIND_BITS), kept = ~(bits << shift), own = (kind & bits) << shift;
    //@ assert \forall integer bit; 0 <= bit < 64 ==> (bit_is_set(bits, bit) <==> bit < PAGE_KIND_BITS);
    /*@ assert \forall integer bit; 0 <= bit < 64 ==>
            (bit_is_set(kept, bit) <==> !(shift <= bit < shift + PAGE_KIND_BITS)); */
    /*@ assert \forall integer bit; 0 <= bit < 64 ==> (bit_is_set(own, bit) <==>
            shift <= bit < shift + PAGE_KIND_BITS && bit_is_set((uint64_t)kind & bits, bit - shift)); */

    page_kinds[page / PAGE_KINDS_PER_WORD] = (page_kinds[page / PAGE_KINDS_PER_WORD] & kept) | own;
    /*@ assert \forall integer bit; shift <= bit < shift + PAGE_KIND_BITS ==>
            (bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], bit) <==>
                bit_is_set((uint64_t)kind & bits, bit - shift)); */
    /*@ assert \forall integer bit; 0 <= bit < 64 && !(shift <= bit < shift + PAGE_KIND_BITS) ==>
            (bit_is_set(page_kinds[page / PAGE_KINDS_PER_WORD], bit) <==>
                bit_is_set(\at(page_kinds[page / PAGE_KINDS_PER_WORD], Pre), bit)); */
}

// Fills the page with zeroes.
/*@ requires page < PAGES_MAX;
    assigns pages[page][0 .. PAGE_BYTES / 8 - 1];
    ensures is_clear(page); */
void page_clear(uint32_t page);
// Memory found at boot is cleared when it is first given a type: those of the pages `page` to `end` that are dirty.
// AGAIN when that takes more steps.
#define CLEAR_STEPS 8u // steps that clearing one page counts for
/*@ requires page < end <= PAGES_MAX;
    assigns page_kinds[page / PAGE_KINDS_PER_WORD .. (end - 1) / PAGE_KINDS_PER_WORD], pages[..][..];
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < end) ==> content_stays{Pre, Post}(other);
    ensures \forall integer other; 0 <= other < PAGES_MAX && !(page <= other < end) ==>
        is_kind_in(other, \old(page_kinds[other / PAGE_KINDS_PER_WORD]));
    ensures \result == NJ_OK ==> none_dirty(page, end);
    ensures \result == NJ_OK || \result == NJ_AGAIN; */
enum nj_status pages_clear(uint64_t page, uint64_t end, uint32_t steps);

// Takes one cleared page from the space's supply for this use, or NIL when there is none. (space.c)
/*@ requires space < SPACES_MAX;
    assigns page_kinds[0 .. PAGES_MAX / PAGE_KINDS_PER_WORD - 1], slots[0 .. SLOTS_MAX - 1].cap.word;
    assigns pages[0 .. PAGES_MAX - 1][0 .. PAGE_BYTES / 8 - 1];
    ensures \result < PAGES_MAX;
    ensures \result != NIL ==> \forall integer word; 0 <= word < PAGE_BYTES / 8 ==> pages[\result][word] == 0; */
uint32_t space_take_page(uint32_t space, enum page_kind kind);
