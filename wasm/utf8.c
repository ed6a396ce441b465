// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

/*@ assigns \nothing;
    ensures 0 <= \result <= 4; */
static uint32_t sequence_length(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2) {
        return 0; // a continuation, or the start of an overlong form
    }
    if (first < 0xe0) {
        return 2;
    }
    if (first < 0xf0) {
        return 3;
    }
    return first < 0xf5 ? 4 : 0;
}

// What the first byte leaves open is decided by the range of the second.
/*@ assigns \nothing; */
static bool is_second_byte(uint8_t first, uint8_t second)
{
    uint8_t low = 0x80;
    uint8_t high = 0xbf;
    if (first == 0xe0) {
        low = 0xa0; // overlong below
    } else if (first == 0xed) {
        high = 0x9f; // surrogates above
    } else if (first == 0xf0) {
        low = 0x90; // overlong below
    } else if (first == 0xf4) {
        high = 0x8f; // beyond U+10FFFF above
    }
    return second >= low && second <= high;
}

bool utf8_is_valid(const uint8_t *bytes, uint32_t length)
{
    uint32_t at = 0;
    /*@ loop invariant 0 <= at <= length;
        loop assigns at;
        loop variant length - at; */
    while (at < length) {
        uint32_t count = sequence_length(bytes[at]);
        if (count == 0 || count > length - at) {
            return false;
        }
        if (count > 1 && !is_second_byte(bytes[at], bytes[at + 1])) {
            return false;
        }
        if (count > 2 && (bytes[at + 2] < 0x80 || bytes[at + 2] > 0xbf)) {
            return false;
        }
        if (count > 3 && (bytes[at + 3] < 0x80 || bytes[at + 3] > 0xbf)) {
            return false;
        }
        at += count;
    }
    return true;
}
