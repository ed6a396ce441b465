// SPDX-License-Identifier: Apache-2.0
// The two functions that the compiler calls on its own.
#include <stddef.h>

void *memset(void *to, int value, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memset(void *to, int value, size_t bytes)
{
    unsigned char *t = to;
    for (size_t i = 0; i < bytes; i++) {
        t[i] = (unsigned char)value;
    }
    return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void *memcpy(void *restrict to, const void *restrict from,
                                                                           size_t bytes)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    for (size_t i = 0; i < bytes; i++) {
        t[i] = f[i];
    }
    return to;
}
