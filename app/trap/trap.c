// SPDX-License-Identifier: Apache-2.0
// Misbehaves: traps. The argument says how: unreachable (the default), divide, overflow, convert, call.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int32_t number = 1;
static volatile int32_t zero;

__attribute__((noinline)) static int32_t trap_divide(int32_t a, int32_t b)
{
    return a / b;
}

// A plain conversion is undefined in C for values that do not fit, so compilers guard it; the instruction itself traps.
__attribute__((noinline)) static int32_t trap_convert(float value)
{
    int32_t result;
    __asm__("local.get %1\n\ti32.trunc_f32_s\n\tlocal.set %0" : "=r"(result) : "r"(value));
    return result;
}

static int32_t trap_call(void)
{
    int32_t (*volatile function)(float) = (int32_t(*)(float))(uintptr_t)trap_divide;
    return function(1.0f);
}

int main(int count, char **arguments)
{
    const char *how = count > 1 ? arguments[1] : "unreachable";
    printf("trap: %s\n", how);
    fflush(stdout);
    if (strcmp(how, "divide") == 0) {
        return trap_divide(number, zero);
    }
    if (strcmp(how, "overflow") == 0) {
        return trap_divide(INT32_MIN * number, zero - 1);
    }
    if (strcmp(how, "convert") == 0) {
        return trap_convert(1e20f * (float)number);
    }
    if (strcmp(how, "call") == 0) {
        return trap_call();
    }
    if (strcmp(how, "unreachable") == 0) {
        __builtin_trap();
    }
    printf("trap: unknown way; use unreachable, divide, overflow, convert or call\n");
    return 1;
}
