// SPDX-License-Identifier: Apache-2.0
// Computes for seconds: counts the primes below a bound (3,000,000 unless the argument says otherwise) with a sieve.
#include <nightjar.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned primes_count(unsigned char *is_composite, unsigned bound)
{
    unsigned primes = 0;
    memset(is_composite, 0, bound);
    for (unsigned n = 2; n < bound; n++) {
        if (is_composite[n]) {
            continue;
        }
        primes++;
        for (unsigned long long m = (unsigned long long)n * n; m < bound; m += n) {
            is_composite[m] = 1;
        }
    }
    return primes;
}

int main(int count, char **arguments)
{
    unsigned bound = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : 3000000;
    unsigned rounds = count > 2 ? (unsigned)strtoul(arguments[2], NULL, 10) : 10;
    unsigned char *is_composite = malloc(bound ? bound : 1);
    if (!is_composite) {
        printf("primes: no memory for a sieve of %u bytes; start with a smaller bound: start primes -- 1000\n", bound);
        return 1;
    }
    unsigned long long begin = nj_time_now();
    unsigned primes = 0;
    for (unsigned i = 0; i < rounds; i++) {
        primes = primes_count(is_composite, bound);
    }
    printf("primes below %u: %u (%u rounds, %llu ms)\n", bound, primes, rounds, (nj_time_now() - begin) / 1000000);
    free(is_composite);
    return 0;
}
