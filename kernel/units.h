// SPDX-License-Identifier: Apache-2.0
// Elements of object arrays, which are 1, 4, 8, 16, 32 or 128 units of memory: `1 << shift` each.
#pragma once
#include <stdint.h>

/*@ // Shifts by a constant that only provers know, step by step.
    lemma left_1: \forall integer x, a; a == 1 ==> (x << a) == 2 * x;
    lemma left_1_1: \forall integer x, a, b; a == 1 && b == 2 ==> ((x << a) << a) == (x << b);
    lemma left_2: \forall integer x, a; a == 2 ==> (x << a) == 4 * x;
    lemma left_2_1: \forall integer x, a, b, c; a == 2 && b == 1 && c == 3 ==> ((x << a) << b) == (x << c);
    lemma left_3: \forall integer x, a; a == 3 ==> (x << a) == 8 * x;
    lemma left_3_1: \forall integer x, a, b, c; a == 3 && b == 1 && c == 4 ==> ((x << a) << b) == (x << c);
    lemma left_4: \forall integer x, a; a == 4 ==> (x << a) == 16 * x;
    lemma left_4_1: \forall integer x, a, b, c; a == 4 && b == 1 && c == 5 ==> ((x << a) << b) == (x << c);
    lemma left_5: \forall integer x, a; a == 5 ==> (x << a) == 32 * x;
    lemma left_5_2: \forall integer x, a, b, c; a == 5 && b == 2 && c == 7 ==> ((x << a) << b) == (x << c);
    lemma left_7: \forall integer x, a; a == 7 ==> (x << a) == 128 * x;
    lemma right_1: \forall integer x, a; 0 <= x && a == 1 ==> (x >> a) == x / 2;
    lemma right_1_1: \forall integer x, a, b; 0 <= x && a == 1 && b == 2 ==> ((x >> a) >> a) == (x >> b);
    lemma right_2: \forall integer x, a; 0 <= x && a == 2 ==> (x >> a) == x / 4;
    lemma right_2_1: \forall integer x, a, b, c; 0 <= x && a == 2 && b == 1 && c == 3 ==> ((x >> a) >> b) == (x >> c);
    lemma right_3: \forall integer x, a; 0 <= x && a == 3 ==> (x >> a) == x / 8;
    lemma right_3_1: \forall integer x, a, b, c; 0 <= x && a == 3 && b == 1 && c == 4 ==> ((x >> a) >> b) == (x >> c);
    lemma right_4: \forall integer x, a; 0 <= x && a == 4 ==> (x >> a) == x / 16;
    lemma right_4_1: \forall integer x, a, b, c; 0 <= x && a == 4 && b == 1 && c == 5 ==> ((x >> a) >> b) == (x >> c);
    lemma right_5: \forall integer x, a; 0 <= x && a == 5 ==> (x >> a) == x / 32;
    lemma right_5_2: \forall integer x, a, b, c; 0 <= x && a == 5 && b == 2 && c == 7 ==> ((x >> a) >> b) == (x >> c);
    lemma right_7: \forall integer x, a; 0 <= x && a == 7 ==> (x >> a) == x / 128; */

/*@ predicate is_shift(integer shift) =
        shift == 0 || shift == 2 || shift == 3 || shift == 4 || shift == 5 || shift == 7;
    // Units of so many elements; provers know nothing of powers.
    logic integer in_units(integer elements, integer shift) = shift == 0 ? elements : shift == 2 ? 4 * elements :
        shift == 3 ? 8 * elements : shift == 4 ? 16 * elements : shift == 5 ? 32 * elements : 128 * elements;
    // A multiple of one element.
    predicate is_aligned(integer unit, integer shift) = (shift == 2 ==> unit % 4 == 0) &&
        (shift == 3 ==> unit % 8 == 0) && (shift == 4 ==> unit % 16 == 0) && (shift == 5 ==> unit % 32 == 0) &&
        (shift == 7 ==> unit % 128 == 0); */

// Units of so many elements.
/*@ requires is_shift(shift) && elements < 0x100000000;
    assigns \nothing;
    ensures \result == in_units(elements, shift);
    ensures is_aligned(\result, shift) && \result <= elements * 128; */
static inline uint64_t elements_units(uint64_t elements, uint32_t shift)
{
    //@ assert shift == 0 ==> (elements << shift) == elements;
    //@ assert shift == 2 ==> (elements << shift) == elements * 4;
    //@ assert shift == 3 ==> (elements << shift) == elements * 8;
    //@ assert shift == 4 ==> (elements << shift) == elements * 16;
    //@ assert shift == 5 ==> (elements << shift) == elements * 32;
    //@ assert shift == 7 ==> (elements << shift) == elements * 128;
    return elements << shift;
}

// Whole elements in so many units.
/*@ requires is_shift(shift);
    assigns \nothing;
    ensures in_units(\result, shift) <= units < in_units(\result + 1, shift);
    ensures is_aligned(units, shift) ==> in_units(\result, shift) == units; */
static inline uint32_t units_elements(uint32_t units, uint32_t shift)
{
    //@ assert shift == 0 ==> (units >> shift) == units;
    //@ assert shift == 2 ==> (units >> shift) == units / 4;
    //@ assert shift == 3 ==> (units >> shift) == units / 8;
    //@ assert shift == 4 ==> (units >> shift) == units / 16;
    //@ assert shift == 5 ==> (units >> shift) == units / 32;
    //@ assert shift == 7 ==> (units >> shift) == units / 128;
    return units >> shift;
}
