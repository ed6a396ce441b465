// SPDX-License-Identifier: Apache-2.0
// Prints Fibonacci numbers, one every quarter of a second: `start fibonacci -- 20` prints twenty.
#include <nightjar.h>
#include <stdio.h>
#include <stdlib.h>

#define PAUSE_NS 250000000

int main(int count, char **arguments)
{
    int wanted = count > 1 ? atoi(arguments[1]) : 10;
    unsigned long long a = 0;
    unsigned long long b = 1;
    for (int i = 0; i < wanted && i < 94; i++) { // the 94th does not fit 64 bits
        printf("fibonacci %d: %llu\n", i, a);
        unsigned long long next = a + b;
        a = b;
        b = next;
        nj_sleep(PAUSE_NS);
    }
    return 0;
}
