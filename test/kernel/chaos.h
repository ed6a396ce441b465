// SPDX-License-Identifier: Apache-2.0
// Random operations on a random tree of objects. Most of them are refused.
#pragma once
#include "test/fuzz/mutate.h"
#include "test/kernel/gate.h"

#define CHAOS_POOL 80u   // slots of the suite's table that the tree uses
#define CHAOS_HARTS 2u   // at most, if the machine has any
#define CHAOS_SOURCES 6u // of interrupts

struct chaos {
    struct mutator random;
    uint32_t arena, pool, notification, badged;
};

// A random number, any slot, and one that holds this kind (or any, when there is none near).
uint32_t chaos_below(struct chaos *chaos, uint32_t limit);
uint32_t chaos_any(struct chaos *chaos);
uint32_t chaos_any_of(struct chaos *chaos, enum nj_kind kind);

enum nj_status chaos_retype(struct chaos *chaos);
enum nj_status chaos_derive(struct chaos *chaos);
enum nj_status chaos_remove(struct chaos *chaos);
enum nj_status chaos_space(struct chaos *chaos);
enum nj_status chaos_code(struct chaos *chaos);
enum nj_status chaos_thread(struct chaos *chaos);
enum nj_status chaos_hart(struct chaos *chaos);
enum nj_status chaos_interrupt(struct chaos *chaos);

// chaos_whole.c: what chance alone seldom gets to, of what is left in the arena.
void chaos_process(struct chaos *chaos); // with a thread that makes calls
void chaos_capsule(struct chaos *chaos); // with a gate, and a thread that goes through another
void chaos_child(uint64_t seed);         // what a thread in a process does
void chaos_job(uint64_t argument);       // what a hart does, for ever
#define CHAOS_CHILD_SLOTS 16u
