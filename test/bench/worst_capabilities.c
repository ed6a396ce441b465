// SPDX-License-Identifier: Apache-2.0
// Worst cases of deriving, deleting, revoking and retyping.
#include "test/bench/worst.h"

#define CROWD_HALF 64u
#define OBJECTS NJ_RETYPE_MAX
#define FRAME_PAGES (NJ_RETYPE_PAGES_MAX / NJ_RETYPE_MAX)
#define HERE 0x100000000ull
#define SOURCE 10u // of the interrupt controller

// Copies of a deep capability, while a revoke elsewhere makes every derivation look at its ancestors.
static void deriving(void)
{
    uint32_t arena = arena_make(2 * DEEP_PAGES + 8), one = slot_next(), two = slot_next(), interrupt = slot_next();
    uint32_t endpoint = deepen(arena, make_from(arena, NJ_KIND_ENDPOINT, 0));
    uint32_t notification = deepen(arena, make_from(arena, NJ_KIND_NOTIFICATION, 0));
    NEED(cnode_copy(SLOT_CNODE, two, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    pending_begin();
    worst_figure("cnode_copy", worst_step(SLOT_CNODE, NJ_CNODE_COPY, one, SLOT_CNODE, endpoint, NJ_RIGHT_ALL, 0));
    NEED(cnode_delete(SLOT_CNODE, one));
    worst_figure("cnode_mint", worst_step(SLOT_CNODE, NJ_CNODE_MINT, one, SLOT_CNODE, endpoint, NJ_RIGHT_ALL, 7));
    NEED(cnode_delete(SLOT_CNODE, one));
    worst_figure("cnode_move", worst_step(SLOT_CNODE, NJ_CNODE_MOVE, one, SLOT_CNODE, two, 0, 0));
    worst_figure("interrupt_control", worst_step(NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_CONTROL_GET, SOURCE,
                                                 SLOT_CNODE, interrupt, 0, 0));
    worst_figure("interrupt_bind", worst_step(interrupt, NJ_INTERRUPT_BIND, notification, 0, 0, 0, 0));
    pending_end();
    NEED(cnode_delete(SLOT_CNODE, interrupt));
    arena_end(arena);
}

// Tables and queues full of threads that have to be stopped or woken one by one.
static void deleting(void)
{
    uint32_t arena = arena_make(128), table = make_from(arena, NJ_KIND_CNODE, 2 * CROWD_HALF + 1);
    crowd_make(arena, table, 1, CROWD_HALF, NJ_SYS_WAIT, make_from(arena, NJ_KIND_NOTIFICATION, 0));
    worst_figure("cnode_delete.table", worst_step(SLOT_CNODE, NJ_CNODE_DELETE, table, 0, 0, 0, 0));
    arena_end(arena);

    uint32_t others = make_from(arena, NJ_KIND_CNODE, 2 * WORST_CROWD + 1);
    uint32_t endpoint = make_from(arena, NJ_KIND_ENDPOINT, 0);
    crowd_make(arena, others, 1, WORST_CROWD, NJ_SYS_RECV, endpoint);
    // The crowd would go on for ever with nothing to wait on.
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
    worst_figure("cnode_delete.endpoint", worst_step(SLOT_CNODE, NJ_CNODE_DELETE, endpoint, 0, 0, 0, 0));
    worst_figure("cnode_revoke.threads", arena_end(arena));
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, WORST_HERE, 255, NJ_BOOT_SLOT_THREAD));
}

static void deleting_frames(void)
{
    uint32_t arena = arena_make(512), frame = make_from(arena, NJ_KIND_FRAME, 512);
    NEED(frame_map(frame, SLOT_SPACE, HERE + 4096, NJ_RIGHT_READ));
    worst_figure("cnode_delete.frame", worst_step(SLOT_CNODE, NJ_CNODE_DELETE, frame, 0, 0, 0, 0));
    worst_figure("cnode_revoke.frame", arena_end(arena));
}

static uint64_t revoke_of(enum nj_kind kind, uint64_t size, uint32_t pages)
{
    uint32_t arena = arena_make(pages);
    make_from(arena, kind, size);
    return arena_end(arena);
}

static void revoking(void)
{
    const uint32_t children = 200;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), table = make(NJ_KIND_CNODE, children + 1);
    for (uint32_t i = 1; i <= children; i++)
        NEED(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    worst_figure("cnode_revoke.children", worst_step(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0));
    worst_figure("cnode_revoke.slots", revoke_of(NJ_KIND_CNODE, 16384, 128));
    worst_figure("cnode_revoke.untouched", revoke_of(NJ_KIND_UNTYPED, 4096, 4096));
}

// Untyped memory of all pages that one call may give a type at the end of a chain as in deepen(): `arena` has room for it.
#define CHAIN_PAGES(level) (NJ_RETYPE_PAGES_MAX + ((uint64_t)(level)) * DEEP_SIBLINGS)
static uint32_t deep_untyped(uint32_t arena)
{
    uint32_t table = make(NJ_KIND_CNODE, DEEP_LEVELS * (DEEP_SIBLINGS + 1u) + 2u), hand[2] = {slot_next(), slot_next()};
    uint32_t next = 1;
    NEED(untyped_retype(arena, NJ_KIND_UNTYPED, 1, CHAIN_PAGES(DEEP_LEVELS), SLOT_CNODE, hand[DEEP_LEVELS % 2]));
    for (uint32_t level = DEEP_LEVELS; level > 0; level--) {
        uint32_t parent = hand[level % 2], child = hand[(level - 1) % 2];
        NEED(untyped_retype(parent, NJ_KIND_UNTYPED, 1, CHAIN_PAGES(level - 1), SLOT_CNODE, child));
        NEED(untyped_retype(parent, NJ_KIND_UNTYPED, DEEP_SIBLINGS, 1, table, next));
        next += DEEP_SIBLINGS;
        NEED(cnode_move(table, next++, SLOT_CNODE, parent));
    }
    return hand[0];
}

// As many frames as possible of as many pages as possible, each of which has an entry in the page-kind table; nodes
// have a header to write.
static void retyping(void)
{
    uint32_t table = make(NJ_KIND_CNODE, OBJECTS + 1), arena = arena_make((uint32_t)CHAIN_PAGES(DEEP_LEVELS));
    uint32_t untyped = deep_untyped(arena);
    pending_begin();
    worst_figure("untyped_retype.frames_dirty",
                 worst_step(untyped, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, OBJECTS, FRAME_PAGES, table, 1));
    NEED(cnode_revoke(SLOT_CNODE, untyped));
    worst_figure("untyped_retype.frames",
                 worst_step(untyped, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, OBJECTS, FRAME_PAGES, table, 1));
    NEED(cnode_revoke(SLOT_CNODE, untyped));
    worst_figure("untyped_retype.nodes", worst_step(untyped, NJ_UNTYPED_RETYPE, NJ_KIND_CNODE, OBJECTS, 2, table, 1));
    pending_end();
    arena_end(arena);
}

// Many pages in few objects.
static void retyping_large(void)
{
    uint32_t arena = arena_make(512);
    worst_figure("untyped_retype.pages",
                 worst_step(arena, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, 1, 512, SLOT_CNODE, slot_next()));
    arena_end(arena);
}

void worst_capabilities(void)
{
    deriving();
    deleting();
    deleting_frames();
    revoking();
    retyping();
    retyping_large();
}
