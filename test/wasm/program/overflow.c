// SPDX-License-Identifier: Apache-2.0
// Calls itself until the stack is used up: the guard ends it, no counter.
#include <stdio.h>

static volatile int depth_max = 1000000000;

__attribute__((noinline)) static int deep(int depth)
{
    return depth == depth_max ? 0 : deep(depth + 1) + depth_max;
}

int main(void)
{
    printf("going down\n");
    printf("%d\n", deep(0));
    return 0;
}
