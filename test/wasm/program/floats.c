// SPDX-License-Identifier: Apache-2.0
// Floating point in loops and through calls with many arguments of both kinds; function pointers.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

typedef double (*function)(double);

static double square(double x)
{
    return x * x;
}

static double half(double x)
{
    return x / 2;
}

static volatile function functions[] = {square, half, floor, ceil, trunc, rint, fabs, sqrt};

__attribute__((noinline)) static double mix(int a, double b, float c, int64_t d, double e, int f, float g, double h,
                                            int i, double j, int k, double l, int m, double n, int o, double p,
                                            double q, int r, int s, int t, double u)
{
    return a + 2 * b - c + 3 * (double)d + e / f + g * h - i + j * k + l - m + n / o + p * q + r - s * t + u;
}

int main(void)
{
    double x = 0.7;
    for (int round = 0; round < 40; round++) {
        x = functions[round % 8](x + round * 0.37);
        printf("%.12g ", x);
    }
    printf("\n%.9g\n", mix(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21));
    printf("%d %u %lld\n", (int)-2.9, (unsigned int)3e9, (long long)-9e18);
    printf("%g %g %g\n", fmin(1, -0.0), fmax(NAN, 2), copysign(3, -0.0));
    return 0;
}
