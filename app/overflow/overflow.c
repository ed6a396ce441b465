// SPDX-License-Identifier: Apache-2.0
// Misbehaves: recurses without end, until the call stack runs into its guard.
#include <stdint.h>
#include <stdio.h>

static volatile uint32_t depth;

// The write after the call keeps the compiler from making a loop of it. The depth never gets to the bound.
__attribute__((noinline)) static uint32_t overflow_recurse(uint32_t n)
{
    if (++depth == UINT32_MAX) {
        return n;
    }
    uint32_t below = overflow_recurse(n + depth);
    depth--;
    return below + n;
}

int main(void)
{
    printf("overflow: recursing\n");
    fflush(stdout);
    return (int)overflow_recurse(1);
}
