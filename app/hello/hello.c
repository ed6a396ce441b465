// SPDX-License-Identifier: Apache-2.0
// The smallest application: greets, and shows the arguments it was started with.
#include <stdio.h>

int main(int count, char **arguments)
{
    printf("Hello, world, from %s\n", arguments[0]);
    for (int i = 1; i < count; i++) {
        printf("argument %d: %s\n", i, arguments[i]);
    }
    return 0;
}
