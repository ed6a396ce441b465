// SPDX-License-Identifier: Apache-2.0
// Bits of a doubleword. What the proof believes of the compiler's count of leading zeros is tried for each place of the
// highest bit, with all, none and some of the bits below it.
#include "kernel/bits.h"
#include "test/host/test.h"

static const uint64_t patterns[] = {0, UINT64_MAX, 1, 0x5555555555555555u, 0xaaaaaaaaaaaaaaaau, 0x123456789abcdef0u};
#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

static bool is_set(uint64_t word, uint32_t bit)
{
    for (uint32_t i = 0; i < bit; i++)
        word /= 2u;
    return word % 2u == 1u;
}

TEST(bits_highest)
{
    uint64_t power = 1;
    for (uint32_t bit = 0; bit < 64; bit++, power *= 2u) {
        for (uint32_t i = 0; i < PATTERNS; i++) {
            uint64_t word = power + patterns[i] % power;
            CHECK_EQUAL(bit_highest(word), bit);
            CHECK_EQUAL(__builtin_clzll(word), 63u - bit);
        }
    }
}

TEST(bits_set_and_clear_change_one)
{
    for (uint32_t i = 0; i < PATTERNS; i++) {
        for (uint32_t bit = 0; bit < 64; bit++) {
            uint64_t set = bit_set(patterns[i], bit), clear = bit_clear(patterns[i], bit);
            for (uint32_t other = 0; other < 64; other++) {
                CHECK_EQUAL(is_set(set, other), other == bit || is_set(patterns[i], other));
                CHECK_EQUAL(is_set(clear, other), other != bit && is_set(patterns[i], other));
            }
            CHECK(!bit_none(set));
            CHECK(bit_none(bit_clear(bit_set(0, bit), bit)));
        }
    }
    CHECK(bit_none(0));
}
