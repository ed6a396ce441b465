// SPDX-License-Identifier: Apache-2.0
// The C library at work: formatting, sorting, memory that grows, a jump table, recursion.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 3000
#define BLOCK_BYTES (3 << 20)

static int number_compare(const void *a, const void *b)
{
    unsigned int x = *(const unsigned int *)a;
    unsigned int y = *(const unsigned int *)b;
    return (x > y) - (x < y);
}

static int fibonacci(int n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static const char *day(int number)
{
    switch (number) {
    case 0:
        return "Sunday";
    case 1:
        return "Monday";
    case 2:
        return "Tuesday";
    case 3:
        return "Wednesday";
    case 4:
        return "Thursday";
    case 5:
        return "Friday";
    case 6:
        return "Saturday";
    default:
        return "no day";
    }
}

static void sort_print(void)
{
    unsigned int *numbers = malloc(NUMBERS * sizeof *numbers);
    unsigned int seed = 1;
    for (int i = 0; i < NUMBERS; i++) {
        seed = seed * 1664525 + 1013904223;
        numbers[i] = seed;
    }
    qsort(numbers, NUMBERS, sizeof *numbers, number_compare);
    int ordered = 0;
    for (int i = 1; i < NUMBERS; i++) {
        ordered += numbers[i - 1] <= numbers[i];
    }
    printf("%d pairs in order, from %u to %u\n", ordered, numbers[0], numbers[NUMBERS - 1]);
    free(numbers);
}

int main(void)
{
    printf("%d %s %5.3f %g %e %.17g\n", 42, "text", 3.14159, 1e100, -2.5e-7, 0.1);
    printf("%.15g %.15g %.15g %.15g\n", sqrt(2), sin(1), pow(2, 0.5), fmod(-7.5, 2));
    printf("%lld %llu %llx\n", -9223372036854775807LL - 1, 18446744073709551615ULL, 81985529216486895ULL);
    sort_print();
    printf("fibonacci %d\n", fibonacci(20));
    char *block = malloc(BLOCK_BYTES);
    memset(block, 'x', BLOCK_BYTES);
    memmove(block + 1, block, BLOCK_BYTES - 1);
    printf("%d %d\n", block[0], block[BLOCK_BYTES - 1]);
    for (int i = -1; i < 8; i++) {
        printf("%s%s", day(i), i < 7 ? ", " : "\n");
    }
    printf("%g %g\n", strtod("1.5e3", NULL), atof("-0.125"));
    return 7;
}
