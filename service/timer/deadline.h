// SPDX-License-Identifier: Apache-2.0
// Deadlines in the order in which they come. A small sorted array: the timer has few waiters, and the first of them is
// what every interrupt asks for.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define DEADLINES_MAX 64u
#define DEADLINE_NEVER UINT64_MAX

struct deadlines {
    struct {
        uint64_t time_ns;
        uint32_t id;
    } entry[DEADLINES_MAX]; // latest first: the next one is at the end
    uint32_t count;
};

// Each id has at most one deadline: a second one replaces it. Equal times come in the order they were set. False: full.
bool deadline_set(struct deadlines *deadlines, uint32_t id, uint64_t time_ns);
// False: the id had none.
bool deadline_cancel(struct deadlines *deadlines, uint32_t id);
// The time of the next one, or DEADLINE_NEVER.
uint64_t deadline_next(const struct deadlines *deadlines);
// Takes the next one if its time has come.
bool deadline_take(struct deadlines *deadlines, uint64_t now_ns, uint32_t *id);
