// SPDX-License-Identifier: Apache-2.0
// Where retype puts objects in untyped memory. All is computed in units of 32 bytes; nothing is written here.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/page.h"
#include "kernel/units.h"

#define FRAME_PAGES_MAX 512u
#define CNODE_SLOTS_MAX 65536u

// How objects of a kind lie in memory: an index in their array is `1 << shift` units. Those that are given no size have
// the size 0 and are one element; of those without a page, none is made of memory.
struct placement {
    uint32_t size_max;
    uint8_t size_min, shift, page;
};
#if defined(__FRAMAC__) && !defined(PROVE_LEAVES) // what is in the table only those functions see that read it
extern const struct placement layouts[NJ_KIND_COUNT];
#else
static const struct placement layouts[NJ_KIND_COUNT] = {
    [NJ_KIND_UNTYPED] = {UINT32_MAX / UNITS_PER_PAGE, 1, 7, PAGE_FREE},
    [NJ_KIND_CNODE] = {CNODE_SLOTS_MAX, 2, 0, PAGE_SLOT},
    [NJ_KIND_ENDPOINT] = {0, 0, 0, PAGE_ENDPOINT},
    [NJ_KIND_NOTIFICATION] = {0, 0, 0, PAGE_NOTIFICATION},
    [NJ_KIND_REPLY] = {0, 0, 0, PAGE_REPLY},
    [NJ_KIND_THREAD] = {0, 0, 5, PAGE_THREAD},
    [NJ_KIND_SCHED] = {0, 0, 3, PAGE_SCHED},
    [NJ_KIND_SPACE] = {0, 0, 4, PAGE_SPACE},
    [NJ_KIND_CODE] = {0, 0, 2, PAGE_CODE},
    [NJ_KIND_FRAME] = {FRAME_PAGES_MAX, 1, 7, PAGE_FRAME},
};
#endif
_Static_assert(UNITS_PER_PAGE == 1u << 7, "layouts");
_Static_assert(sizeof(struct slot) == UNIT_BYTES && sizeof(struct endpoint) == UNIT_BYTES, "layouts");
_Static_assert(sizeof(struct notification) == UNIT_BYTES && sizeof(struct reply) == UNIT_BYTES, "layouts");
_Static_assert(sizeof(struct thread) == UNIT_BYTES << 5 && sizeof(struct sched) == UNIT_BYTES << 3, "layouts");
_Static_assert(sizeof(struct space) == UNIT_BYTES << 4 && sizeof(struct code) == UNIT_BYTES << 2, "layouts");

/*@ // Memory lies in RAM, and no more of it is used than there is.
    predicate memory_fits(struct cap cap) = object_fits(NJ_KIND_UNTYPED, cap.object, cap.word);
    logic integer pages_of(struct cap cap) = cap.word % 0x100000000;
    logic integer used_of(struct cap cap) = cap.word / 0x100000000;
    logic integer units_in(struct cap cap) = pages_of(cap) * UNITS_PER_PAGE;
    // What retype makes.
    logic integer stride(integer size) = size != 0 ? size : 1;
    predicate is_made(integer kind, integer count, integer size) =
        NJ_KIND_EMPTY < kind <= NJ_KIND_FRAME && layouts[kind].page != 0 &&
        layouts[kind].size_min <= size <= layouts[kind].size_max && size < 0x2000000 && 1 <= count <= NJ_RETYPE_MAX &&
        (kind == NJ_KIND_CNODE ==> 2 <= size);
    logic integer made_units(integer kind, integer count, integer size) =
        in_units(stride(size), layouts[kind].shift) * count;
    predicate is_shift_of(integer kind, integer shift) = is_shift(shift) &&
        (kind == NJ_KIND_UNTYPED || kind == NJ_KIND_FRAME ==> shift == 7) && (kind == NJ_KIND_THREAD ==> shift == 5) &&
        (kind == NJ_KIND_SPACE ==> shift == 4) && (kind == NJ_KIND_SCHED ==> shift == 3) &&
        (kind == NJ_KIND_CODE ==> shift == 2) && (kind == NJ_KIND_CNODE ==> shift == 0); */

// Table accesses, apart from what is done with what they find.
/*@ requires kind < NJ_KIND_COUNT;
    assigns \nothing;
    ensures \result == layouts[kind].shift && is_shift_of(kind, \result); */
static inline uint32_t shift_of(uint64_t kind)
{
    return layouts[kind].shift;
}

/*@ requires kind < NJ_KIND_COUNT;
    assigns \nothing;
    ensures \result == layouts[kind].page && \result < 16; */
static inline uint32_t page_kind_of(uint64_t kind)
{
    return layouts[kind].page;
}

/*@ assigns \nothing;
    ensures \result ==> NJ_KIND_EMPTY < kind <= NJ_KIND_FRAME && layouts[kind].page != 0;
    ensures \result ==> layouts[kind].size_min <= size <= layouts[kind].size_max < 0x2000000;
    ensures \result && kind == NJ_KIND_CNODE ==> 2 <= size; */
static inline bool is_size_of(uint64_t kind, uint64_t size)
{
    return kind < NJ_KIND_COUNT && layouts[kind].page != 0 && size <= layouts[kind].size_max &&
           size >= layouts[kind].size_min;
}

// The next multiple of an element.
/*@ requires is_shift(shift) && units <= RAM_BYTES_MAX / UNIT_BYTES;
    assigns \nothing;
    ensures units <= \result < units + in_units(1, shift) && is_aligned(\result, shift); */
static inline uint32_t round_up(uint32_t units, uint32_t shift)
{
    //@ assert in_units(1, shift) <= 128;
    return (uint32_t)elements_units(units_elements(units + (uint32_t)elements_units(1, shift) - 1u, shift), shift);
}

// From the index of one object to that of the next.
/*@ requires size < 0x100000000;
    assigns \nothing;
    ensures \result == stride(size); */
static inline uint32_t stride_of(uint64_t size)
{
    return size != 0 ? (uint32_t)size : 1u;
}

/*@ requires 0 < one <= 0x100000000 && count <= NJ_RETYPE_MAX;
    assigns \nothing;
    ensures \result == one * count && \result <= 0x100000000 * NJ_RETYPE_MAX;
    ensures count > 0 ==> \result > 0; */
static inline uint64_t times(uint64_t one, uint64_t count)
{
    //@ assert one * count <= one * NJ_RETYPE_MAX;
    return one * count;
}

// Units of all objects, or 0: BAD_ARGUMENT.
/*@ assigns \nothing;
    ensures \result != 0 ==> is_made(kind, count, size);
    ensures \result != 0 ==> \result == made_units(kind, count, size);
    ensures \result <= 0x100000000 * NJ_RETYPE_MAX;
    ensures kind != NJ_KIND_UNTYPED ==> \result <= NJ_RETYPE_PAGES_MAX * UNITS_PER_PAGE; */
static inline uint64_t units_of(uint64_t kind, uint64_t count, uint64_t size)
{
    if (!is_size_of(kind, size) || count > NJ_RETYPE_MAX)
        return 0;
    uint64_t units = times(elements_units(stride_of(size), shift_of(kind)), count); // 0 if none are wanted
    bool is_visited = kind != NJ_KIND_UNTYPED; // each of its pages, in one call
    return is_visited && units > NJ_RETYPE_PAGES_MAX * UNITS_PER_PAGE ? 0 : units;
}

/*@ requires units <= RAM_BYTES_MAX / UNIT_BYTES;
    assigns \nothing;
    ensures units <= \result < units + UNITS_PER_PAGE && \result % UNITS_PER_PAGE == 0;
    ensures \result / UNITS_PER_PAGE == (units + UNITS_PER_PAGE - 1) / UNITS_PER_PAGE; */
static inline uint32_t round_up_to_page(uint32_t units)
{
    return (units + UNITS_PER_PAGE - 1u) / UNITS_PER_PAGE * UNITS_PER_PAGE;
}

// Frames of that size are aligned to it if that leaves room for them: each can then be mapped at once. RAM starts
// aligned.
/*@ requires memory_fits(cap) && start % UNITS_PER_PAGE == 0 && start <= units_in(cap) && count <= NJ_RETYPE_MAX;
    assigns \nothing;
    ensures start <= \result <= units_in(cap) && \result % UNITS_PER_PAGE == 0;
    ensures \result == start || (cap.object * UNITS_PER_PAGE + \result) % (LARGE_PAGES * UNITS_PER_PAGE) == 0; */
static inline uint32_t large_start(struct cap cap, uint32_t start, uint64_t count)
{
    uint32_t first = cap.object + start / UNITS_PER_PAGE;
    uint32_t aligned = (first + LARGE_PAGES - 1u) / LARGE_PAGES * LARGE_PAGES - cap.object;

    return aligned + count * LARGE_PAGES <= cap_pages(cap) ? aligned * UNITS_PER_PAGE : start;
}

// Behind a part of a page: small objects continue in a page that already holds their kind.
/*@ requires memory_fits(cap) && used_of(cap) % UNITS_PER_PAGE != 0 && kind < NJ_KIND_COUNT;
    assigns \nothing;
    ensures used_of(cap) <= \result <= units_in(cap) && is_aligned(\result, layouts[kind].shift);
    ensures kind == NJ_KIND_FRAME ==> \result % UNITS_PER_PAGE == 0; */
static inline uint32_t shared_start(struct cap cap, uint64_t kind)
{
    uint32_t used = cap_used(cap);
    bool shares = page_kind(cap.object + used / UNITS_PER_PAGE) == page_kind_of(kind);

    return shares ? round_up(used, shift_of(kind)) : round_up_to_page(used);
}

// Where the objects begin; if there is room for them, they end inside the memory.
/*@ requires memory_fits(cap) && is_made(kind, count, size);
    assigns \nothing;
    ensures used_of(cap) <= \result <= units_in(cap) && is_aligned(\result, layouts[kind].shift); */
static inline uint32_t start_of(struct cap cap, uint64_t kind, uint64_t count, uint64_t size)
{
    uint32_t start = cap_used(cap);

    if (start % UNITS_PER_PAGE != 0)
        start = shared_start(cap, kind);
    return kind == NJ_KIND_FRAME && size == LARGE_PAGES ? large_start(cap, start, count) : start;
}

// The capability of the first object, at this unit of RAM.
/*@ requires kind < NJ_KIND_COUNT && is_aligned(unit, layouts[kind].shift);
    assigns \nothing;
    ensures \result.kind == kind && \result.rights == NJ_RIGHT_ALL;
    ensures in_units(\result.object, layouts[kind].shift) == unit && is_shift_of(kind, layouts[kind].shift);
    ensures kind == NJ_KIND_FRAME ==> \result.extra == (uint16_t)size && \result.word == 0;
    ensures kind != NJ_KIND_FRAME ==> \result.extra == 0 && \result.word == size; */
static inline struct cap first_object(uint64_t kind, uint64_t size, uint32_t unit)
{
    bool is_frame = kind == NJ_KIND_FRAME;

    return (struct cap){
        .kind = (uint8_t)kind,
        .rights = NJ_RIGHT_ALL,
        .extra = is_frame ? (uint16_t)size : 0,
        .object = units_elements(unit, shift_of(kind)),
        .word = is_frame ? 0 : size, // of objects that have one
    };
}

/*@ ghost // Objects that end inside memory are in the array of their kind.
    /@ requires is_made(cap.kind, count, size) && is_shift_of(cap.kind, layouts[cap.kind].shift) && 0 < unit;
       requires in_units(cap.object, layouts[cap.kind].shift) == unit;
       requires unit + made_units(cap.kind, count, size) <= RAM_BYTES_MAX / UNIT_BYTES;
       requires cap.kind != NJ_KIND_FRAME ==> cap.word == size;
       assigns \nothing;
       ensures objects_are_there(count, cap, stride(size));
       ensures cap.kind == NJ_KIND_CNODE ==> cap.object == unit && stride(size) == cap.word &&
           cap.object + count * stride(size) == unit + made_units(cap.kind, count, size); @/
    void objects_are_in_memory(struct cap cap, uint64_t count, uint64_t size, uint64_t unit)
    {
        /@ assert layouts[cap.kind].shift == 2 ==> made_units(cap.kind, count, size) == 4 * (stride(size) * count); @/
        /@ assert layouts[cap.kind].shift == 3 ==> made_units(cap.kind, count, size) == 8 * (stride(size) * count); @/
        /@ assert layouts[cap.kind].shift == 4 ==> made_units(cap.kind, count, size) == 16 * (stride(size) * count); @/
        /@ assert layouts[cap.kind].shift == 5 ==> made_units(cap.kind, count, size) == 32 * (stride(size) * count); @/
        /@ assert layouts[cap.kind].shift == 7 ==> made_units(cap.kind, count, size) == 128 * (stride(size) * count); @/
        /@ assert in_units(cap.object + count * stride(size), layouts[cap.kind].shift) ==
            unit + made_units(cap.kind, count, size); @/
        /@ assert (count - 1) * stride(size) + stride(size) == count * stride(size); @/
        /@ assert 0 <= (count - 1) * stride(size); @/
        /@ assert cap.object + (count - 1) * stride(size) <= UINT32_MAX; @/
        /@ assert object_fits(cap.kind, cap.object + (count - 1) * stride(size), cap.word); @/
        /@ assert object_fits(cap.kind, cap.object, cap.word); @/
    } */
