// SPDX-License-Identifier: Apache-2.0
// The same attack as kernel_fuzz.c, many calls long: random scripts in worlds that live longer, all kernel state checked
// every thousand calls, all memory revoked at the end of each world. Built with coverage counters: what the files of a
// corpus and the random calls reach is what test/fuzz/kernel_long prints.
//
//   kernel_long CALLS SEED [FILES...]     the files are run first, as kernel_fuzz would
#include <stdio.h>
#include <stdlib.h>

#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"
#include "test/fuzz/kernel_setting.h"
#include "test/fuzz/kernel_steps.h"

#define CHECK_EVERY 1000u
#define STEPS_MIN 200u     // of a world
#define IDLE_STEPS_MAX 32u // in a row: nobody is left to do anything

static uint64_t seed, worlds, checks;

static void verify(const char *what, uint32_t number, const char *broken)
{
    if (broken == NULL)
        return;
    fprintf(stderr, "seed 0x%llx, world %llu, %s, step %u: %s\n", (unsigned long long)seed, (unsigned long long)worlds,
            what, number, broken);
    abort();
}

static void world_run(struct script *script, uint32_t steps)
{
    static uint64_t checked_at;
    uint32_t idle = 0;

    setting_make();
    uint32_t thread = sched_current;
    for (uint32_t i = 0; i < steps && idle < IDLE_STEPS_MAX && !script_is_over(script); i++) {
        thread = step(script, thread);
        idle = thread == NIL && host_deadline == UINT64_MAX ? idle + 1u : 0;
        if (step_counts.calls - checked_at >= CHECK_EVERY) {
            checked_at = step_counts.calls;
            checks++;
            verify("a step", i, check_invariants(0));
        }
    }
    verify("the last step", steps, check_invariants(worlds % 64u == 0));
    verify("the end", steps, setting_end());
    verify("the end", steps, check_invariants(worlds % 64u == 0));
    worlds++;
}

static void file_run(const char *path)
{
    static uint8_t bytes[65536];
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    struct script script = {.bytes = bytes, .left = fread(bytes, 1, sizeof(bytes), file)};
    fclose(file);
    world_run(&script, UINT32_MAX);
}

int main(int count, char **values)
{
    if (count < 3) {
        fprintf(stderr, "usage: kernel_long CALLS SEED [FILES...]\n");
        return 2;
    }
    uint64_t calls = strtoull(values[1], NULL, 0);
    seed = strtoull(values[2], NULL, 0) | 1u;
    for (int i = 3; i < count; i++)
        file_run(values[i]);
    // Each world has a seed of its own, so that the last one can be repeated alone.
    for (uint64_t state = seed; step_counts.calls < calls;) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        seed = state | 1u;
        struct script script = {.random = seed};
        world_run(&script, STEPS_MIN << (state >> 40) % 6u);
    }
    printf("%llu calls (%llu answered with a result at once), %llu faults, %llu interrupts, %llu timer events, "
           "%llu worlds, %llu checks of all state\n",
           (unsigned long long)step_counts.calls, (unsigned long long)step_counts.succeeded,
           (unsigned long long)step_counts.faults, (unsigned long long)step_counts.interrupts,
           (unsigned long long)step_counts.timers, (unsigned long long)worlds,
           (unsigned long long)(checks + 2 * worlds));
    return 0;
}
