// SPDX-License-Identifier: Apache-2.0
// The parts of check_invariants(): each answers NULL or what does not hold.
#pragma once
#include "kernel/arch/host/host.h"
#include "kernel/capability.h"
#include "kernel/object.h"

#define SLOTS (HOST_PAGES * UNITS_PER_PAGE)
#define REQUIRE(condition, text)                                                                                       \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return text;                                                                                               \
    } while (0)

static inline uint8_t kind_of(struct cap cap)
{
    return cap.kind == KIND_ZOMBIE ? (uint8_t)cap.extra : cap.kind;
}

// Every slot that holds something is linked, wherever slots are. Of the walk that goes on.
const char *check_slot(uint32_t slot);

// invariants_threads.c
// Every thread in a queue waits there, in a state that fits.
const char *check_queue(struct queue queue, uint32_t object, enum nj_thread_state one, enum nj_thread_state other);
// From where the thread is back to its own space: it is noted in all it is inside of.
const char *check_chain(uint32_t thread);
const char *check_thread(uint32_t thread);
const char *check_reply(uint32_t reply);
const char *check_notification(uint32_t notification);
const char *check_sched(uint32_t sched);
// A turn that may go on: its time is charged to the context the thread runs on, and the timer ends it.
const char *check_turn(void);

// invariants_spaces.c
const char *check_code(uint32_t code);
const char *check_space(uint32_t space);
const char *check_harts(void);
