// SPDX-License-Identifier: Apache-2.0
// The two functions that the compiler calls on its own. It does so in boot code only, and they go with that.
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int value, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);

// Whatever the compiler clears or copies is aligned and in words, or short.
#define PLAIN_LOOPS __attribute__((optimize("no-tree-loop-distribute-patterns")))

static int is_aligned(const void *address)
{
    return (uintptr_t)address % sizeof(uint64_t) == 0;
}

PLAIN_LOOPS void *memset(void *to, int value, size_t bytes)
{
    size_t i = 0;
    if (is_aligned(to)) {
        uint64_t *words = to;
        uint64_t word = (uint8_t)value * 0x0101010101010101ull;
        uint64_t *end = words + bytes / 128 * 16;
        for (; words < end; words += 16) { // whole pages are cleared this way
            words[0] = word;
            words[1] = word;
            words[2] = word;
            words[3] = word;
            words[4] = word;
            words[5] = word;
            words[6] = word;
            words[7] = word;
            words[8] = word;
            words[9] = word;
            words[10] = word;
            words[11] = word;
            words[12] = word;
            words[13] = word;
            words[14] = word;
            words[15] = word;
        }
        for (end += bytes % 128 / 8; words < end; words++) {
            words[0] = word;
        }
        i = bytes / 8 * 8;
    }
    for (unsigned char *t = to; i < bytes; i++) {
        t[i] = (unsigned char)value;
    }
    return to;
}

PLAIN_LOOPS void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    size_t i = 0;
    if (is_aligned(to) && is_aligned(from)) {
        uint64_t *t = to;
        const uint64_t *f = from;
        for (; i + sizeof(uint64_t) <= bytes; i += sizeof(uint64_t)) {
            *t++ = *f++;
        }
    }
    unsigned char *t = to;
    for (const unsigned char *f = from; i < bytes; i++) {
        t[i] = f[i];
    }
    return to;
}
