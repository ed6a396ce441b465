// SPDX-License-Identifier: Apache-2.0
// The same attack as kernel_fuzz.c, many calls long: random scripts in worlds that live longer, all kernel state checked
// every thousand calls, all memory revoked at the end of each world. Built with coverage counters: what the files of a
// corpus and the random calls reach is what test/fuzz/kernel_long prints.
//
//   kernel_long CALLS SEED [FILES...]     the files are run first, as kernel_fuzz would
//   kernel_long 0 SEED                    one world, with the seed that a failure names
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"
#include "test/fuzz/kernel_setting.h"
#include "test/fuzz/kernel_steps.h"

#define CHECK_EVERY 1000u
#define STEPS_MIN 200u     // of a world
#define IDLE_STEPS_MAX 32u // in a row: nobody is left to do anything

#define WORLD_SECONDS 120u // more is a hang

static uint64_t seed, worlds, checks;

void __sanitizer_set_death_callback(void (*callback)(void));

static void name_seed(void)
{
    fprintf(stderr, "world %llu, which build/fuzz/kernel_long 0 0x%llx repeats\n", (unsigned long long)worlds,
            (unsigned long long)seed);
}

static void end_by_signal(int number)
{
    name_seed();
    fprintf(stderr, "%s\n", number == SIGALRM ? "the kernel hangs" : "the kernel panicked");
    _exit(1);
}

static void verify(const char *what, uint32_t number, const char *broken)
{
    if (broken == NULL)
        return;
    fprintf(stderr, "%s, step %u: %s\n", what, number, broken);
    abort();
}

static void world_run(struct script *script, uint32_t steps)
{
    static uint64_t checked_at;
    uint32_t idle = 0;

    alarm(WORLD_SECONDS);
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

// Each world has a seed of its own, so that it can be repeated alone.
static void random_run(void)
{
    struct script script = {.random = seed};

    world_run(&script, STEPS_MIN << (seed >> 40) % 6u);
}

int main(int count, char **values)
{
    if (count < 3) {
        fprintf(stderr, "usage: kernel_long CALLS SEED [FILES...]\n");
        return 2;
    }
    uint64_t calls = strtoull(values[1], NULL, 0);
    seed = strtoull(values[2], NULL, 0) | 1u;
    signal(SIGABRT, end_by_signal);
    signal(SIGALRM, end_by_signal);
    __sanitizer_set_death_callback(name_seed);
    for (int i = 3; i < count; i++)
        file_run(values[i]);
    for (uint64_t state = seed; step_counts.calls < calls; random_run()) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        seed = state | 1u;
    }
    if (calls == 0)
        random_run();
    printf("%llu calls (%llu answered with a result at once), %llu faults, %llu interrupts, %llu timer events, %llu "
           "vector uses, "
           "%llu worlds, %llu checks of all state\n",
           (unsigned long long)step_counts.calls, (unsigned long long)step_counts.succeeded,
           (unsigned long long)step_counts.faults, (unsigned long long)step_counts.interrupts,
           (unsigned long long)step_counts.timers, (unsigned long long)step_counts.vectors, (unsigned long long)worlds,
           (unsigned long long)(checks + 2 * worlds));
    return 0;
}
