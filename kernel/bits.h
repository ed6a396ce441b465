// SPDX-License-Identifier: Apache-2.0
// Single bits of a doubleword. Functions of their own because provers reason about bits here, and about what they mean
// where they are used.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*@ predicate bit_is_set(integer word, integer bit) = (word & (1 << bit)) != 0; */

#ifdef __FRAMAC__
// What the manual of the compiler says of its built-in: the first `\result` bits are zero, and the next is not. Believed,
// and tried for every place of the highest bit (test/host/bits_test.c).
/*@ requires x != 0;
    assigns \result \from x;
    exits \false;
    ensures 0 <= \result < 64;
    ensures bit_is_set(x, 63 - \result);
    ensures \forall integer bit; 63 - \result < bit < 64 ==> !bit_is_set(x, bit); */
int __builtin_clzll(unsigned long long x);
#endif

/*@ requires bit < 64;
    assigns \nothing;
    exits \false;
    ensures \forall integer other; 0 <= other < 64 ==>
        (bit_is_set(\result, other) <==> bit_is_set(word, other) || other == bit); */
static inline uint64_t bit_set(uint64_t word, uint32_t bit)
{
    return word | 1ull << bit;
}

/*@ requires bit < 64;
    assigns \nothing;
    exits \false;
    ensures \forall integer other; 0 <= other < 64 ==>
        (bit_is_set(\result, other) <==> bit_is_set(word, other) && other != bit); */
static inline uint64_t bit_clear(uint64_t word, uint32_t bit)
{
    return word & ~(1ull << bit);
}

/*@ assigns \nothing;
    exits \false;
    ensures \result <==> word == 0;
    ensures \result ==> \forall integer bit; 0 <= bit < 64 ==> !bit_is_set(word, bit); */
static inline bool bit_none(uint64_t word)
{
    return word == 0;
}

/*@ requires word != 0;
    assigns \nothing;
    exits \false;
    ensures \result < 64 && bit_is_set(word, \result);
    ensures \forall integer bit; \result < bit < 64 ==> !bit_is_set(word, bit); */
static inline uint32_t bit_highest(uint64_t word)
{
    return 63u - (uint32_t)__builtin_clzll(word);
}
