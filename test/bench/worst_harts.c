// SPDX-License-Identifier: Apache-2.0
// Worst cases of harts, on a machine with a further one: it runs an endless job, which has to end before anything is taken
// away. The kernel waits for that, so what the hart does until it answers counts along; and where harts run one after the
// other (QEMU), whatever else it does in between. So each figure is the least of several tries.
#include "test/bench/worst.h"

#define HART NJ_BOOT_SLOT_HART
#define HERE 0x38000000ull
#define HART_TRIES 9u
#define STACK 0x5000u

extern const char hart_loop[]; // bench_code.S

static uint32_t arena, space, frame, notification;

bool worst_has_hart(void)
{
    struct cnode_slot found;
    return cnode_inspect(SLOT_CNODE, HART, &found) == NJ_OK && found.kind == NJ_KIND_HART;
}

// A space that runs text of this component, with a frame in it.
static void space_make(void)
{
    uint32_t cnode = slot_next(), supply = slot_next(), text = slot_next();
    space = slot_next();
    frame = slot_next();
    NEED(untyped_retype(arena, NJ_KIND_CNODE, 1, 4, SLOT_CNODE, cnode));
    NEED(untyped_retype(arena, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, space));
    NEED(untyped_retype(arena, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, supply));
    NEED(untyped_retype(arena, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, frame));
    NEED(space_supply(space, supply));
    NEED(space_configure(space, NJ_SPACE_PROCESS, cnode));
    NEED(cnode_copy(SLOT_CNODE, text, SLOT_CNODE, NJ_BOOT_SLOT_ROOT_TEXT, NJ_RIGHT_ALL));
    NEED(frame_map(text, space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    NEED(frame_map(frame, space, HERE, NJ_RIGHT_READ));
}

static uint64_t bind(void)
{
    return worst_step(HART, NJ_HART_BIND, space, notification, 0, 0, 0);
}

static uint64_t start(void)
{
    return worst_step(HART, NJ_HART_START, (uint64_t)(uintptr_t)hart_loop, STACK, 0, 0, 0);
}

static void run(void)
{
    (void)bind();
    (void)start();
    for (uint32_t i = 0; i < 100; i++) // its turn comes, and it is in the middle of the job
        nj_yield();
}

static uint64_t abort_job(void)
{
    run();
    return worst_step(HART, NJ_HART_ABORT, 0, 0, 0, 0, 0);
}

static uint64_t unbind(void)
{
    run();
    return worst_step(HART, NJ_HART_UNBIND, 0, 0, 0, 0, 0);
}

static uint64_t bind_again(void)
{
    return bind();
}

static uint64_t start_idle(void)
{
    (void)bind();
    uint64_t cost = start();
    NEED(hart_abort(HART));
    return cost;
}

static uint64_t unmap(void)
{
    run();
    uint64_t cost = worst_step(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0);
    NEED(frame_map(frame, space, HERE, NJ_RIGHT_READ));
    return cost;
}

static uint64_t delete_frame(void)
{
    run();
    uint64_t cost = worst_step(SLOT_CNODE, NJ_CNODE_DELETE, frame, 0, 0, 0, 0);
    NEED(untyped_retype(arena, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, frame));
    NEED(frame_map(frame, space, HERE, NJ_RIGHT_READ));
    return cost;
}

// The space, its tables and its memory.
static uint64_t revoke(void)
{
    run();
    uint64_t cost = arena_end(arena);
    space_make();
    return cost;
}

static uint64_t least(uint64_t (*cost)(void))
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < HART_TRIES; i++) {
        uint64_t one = cost();
        least = one < least ? one : least;
    }
    return least;
}

void worst_harts(void)
{
    notification = make(NJ_KIND_NOTIFICATION, 0);
    arena = arena_make(64);
    space_make();
    worst_figure("hart_bind.first", bind()); // the firmware starts it
    worst_figure("hart_bind", least(bind_again));
    worst_figure("hart_start", least(start_idle));
    worst_figure("hart_abort", least(abort_job));
    worst_figure("hart_unbind", least(unbind));
    worst_figure("hart_frame_unmap", least(unmap));
    worst_figure("hart_cnode_delete.frame", least(delete_frame));
    worst_figure("hart_cnode_revoke.space", least(revoke));
}
