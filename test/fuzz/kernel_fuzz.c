// SPDX-License-Identifier: Apache-2.0
// Whole sequences of system calls, faults, interrupts and timer events by several threads against the portable kernel. The
// input is a script: each step is a number of bytes that choose a call and its arguments, four times in five one that
// makes sense. All kernel state is checked every few steps (KERNEL_FUZZ_EVERY=1: after each), and in the end all memory is
// revoked.
#include <stdio.h>
#include <stdlib.h>

#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"
#include "test/fuzz/kernel_setting.h"
#include "test/fuzz/kernel_steps.h"

#define STEPS_MAX 400u

static void verify(const char *what, uint32_t number, const char *broken)
{
    if (broken == NULL)
        return;
    fprintf(stderr, "after %s, step %u: %s\n", what, number, broken);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint32_t every = 0;
    struct script script = {.bytes = bytes, .left = size};

    if (every == 0)
        every = getenv("KERNEL_FUZZ_EVERY") != NULL ? (uint32_t)atoi(getenv("KERNEL_FUZZ_EVERY")) : 50u;
    setting_make();
    uint32_t thread = sched_current;
    for (uint32_t i = 0; i < STEPS_MAX && !script_is_over(&script); i++) {
        thread = step(&script, thread);
        if (thread != sched_current)
            abort();
        if (i % every == every - 1u)
            verify("a step", i, check_invariants(0));
    }
    verify("the last step", STEPS_MAX, check_invariants(size % 16u == 0));
    verify("the end", STEPS_MAX, setting_end());
    verify("the end", STEPS_MAX, check_invariants(size % 16u == 0));
    return 0;
}
