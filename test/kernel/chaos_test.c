// SPDX-License-Identifier: Apache-2.0
// Random trees of every kind of object, tied to each other in random ways, with threads that make random calls inside.
// Then the memory is revoked: all of it is back, whatever the order of things was.
#include "test/kernel/chaos.h"
#include <stdio.h>

#define ARENA_PAGES 1344u // of which a run of 2 MiB takes up to 1023
#define OPERATIONS 200u

uint32_t chaos_trees = 25; // of each case

static void rest(struct chaos *chaos)
{
    uint64_t word;
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 30000));
    OK(nj_wait(chaos->notification, &word));
}

static void operate(struct chaos *chaos)
{
    enum nj_status status = NJ_OK;
    switch (chaos_below(chaos, 20)) {
    case 0:
        chaos_process(chaos);
        break;
    case 1:
        rest(chaos);
        break;
    case 16:
    case 17:
        chaos_capsule(chaos);
        break;
    case 18:
        status = chaos_hart(chaos);
        break;
    case 19:
        status = chaos_interrupt(chaos);
        break;
    case 2:
        status = chaos_remove(chaos);
        break;
    case 3:
    case 4:
        status = chaos_space(chaos);
        break;
    case 5:
    case 6:
        status = chaos_thread(chaos);
        break;
    case 7:
        status = chaos_code(chaos);
        break;
    case 8:
    case 9:
    case 10:
        status = chaos_derive(chaos);
        break;
    default:
        status = chaos_retype(chaos);
    }
    (void)status; // most of it is refused; what matters is that nothing else happens
}

// Of what was not made of the arena copies may be left, and interrupts.
static bool may_stay(enum nj_kind kind)
{
    return kind == NJ_KIND_EMPTY || kind == NJ_KIND_FRAME || kind == NJ_KIND_HART || kind == NJ_KIND_INTERRUPT;
}

// Whoever held it has lost it.
static void interrupts_are_free(struct chaos *chaos)
{
    for (uint32_t source = 1; source <= CHAOS_SOURCES; source++) {
        OK(interrupt_get(SLOT_INTERRUPT_CONTROL, source, SLOT_CNODE, chaos->pool));
        delete (chaos->pool);
    }
}

static void round_of(struct chaos *chaos)
{
    uint64_t bytes, left;
    for (uint32_t i = 0; i < OPERATIONS; i++)
        operate(chaos);
    revoke(chaos->arena);
    OK(untyped_info(chaos->arena, &bytes, &left));
    SAME(left, ARENA_PAGES * 4096ull);
    for (uint32_t i = 0; i < CHAOS_POOL; i++)
        CHECK(may_stay(kind_of(chaos->pool + i)));
    for (uint32_t i = 0; i < CHAOS_POOL; i++)
        delete (chaos->pool + i);
    interrupts_are_free(chaos);
    for (uint32_t hart = NJ_BOOT_SLOT_HART; hart < NJ_BOOT_SLOT_HART + CHAOS_HARTS; hart++)
        if (kind_of(hart) == NJ_KIND_HART)
            ANSWERS(hart_start(hart, (uint64_t)(uintptr_t)chaos_job, 0, 0), NJ_WRONG_STATE); // bound to nothing
}

static void run(uint32_t number)
{
    struct chaos chaos = {.random = {0x2545f4914f6cdd1dull * (number + 1)}};
    chaos.arena = make(NJ_KIND_UNTYPED, ARENA_PAGES);
    chaos.notification = make(NJ_KIND_NOTIFICATION, 0);
    chaos.badged = mint(chaos.notification, NJ_RIGHT_ALL, 1);
    chaos.pool = slot_next_run(CHAOS_POOL);
    OK(interrupt_bind(SLOT_TIMER, chaos.badged));
    for (uint32_t i = 0; i < chaos_trees; i++)
        round_of(&chaos);
}

static void name_of(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "random trees %u to %u are taken back whole", (unsigned)(number * chaos_trees),
             (unsigned)(number * chaos_trees + chaos_trees - 1));
}

const struct test_group chaos_group = {.name = "chaos", .count = 16, .run = run, .name_of = name_of};
