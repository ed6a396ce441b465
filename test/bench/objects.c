// SPDX-License-Identifier: Apache-2.0
// Operations on memory and capabilities.
#include "test/bench/bench.h"

#define HERE 0x38000000ull
#define LARGE 0x50000000ull // no page is mapped in the 2 MiB there
#define FRAMES 64u

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void frames(uint32_t pages, const char *map_name, const char *unmap_name)
{
    uint32_t frame = make(NJ_KIND_FRAME, pages);
    uint64_t here = pages == 1 ? HERE : LARGE, map = UINT64_MAX, unmap = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES; i++) {
        map =
            least_of(map, cost_of_invoke(frame, NJ_FRAME_MAP, SLOT_SPACE, here, NJ_RIGHT_READ | NJ_RIGHT_WRITE, 0, 0));
        unmap = least_of(unmap, cost_of_invoke(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0));
    }
    figure(map_name, map);
    figure(unmap_name, unmap);
}

static uint64_t retype(uint32_t untyped, uint32_t count, uint32_t first)
{
    return cost_of_invoke(untyped, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, count, 1, SLOT_CNODE, first);
}

// Memory as it was at power-on has to be cleared first; memory that came back is clean.
static void retyping(void)
{
    uint32_t untyped = make(NJ_KIND_UNTYPED, FRAMES + 1), first = slot_next();
    for (uint32_t i = 1; i <= FRAMES; i++)
        slot_next();
    uint64_t dirty = retype(untyped, 1, first);
    NEED(cnode_revoke(SLOT_CNODE, untyped));
    uint64_t one = retype(untyped, 1, first);
    NEED(untyped_retype(untyped, NJ_KIND_FRAME, FRAMES, 1, SLOT_CNODE, first + 1)); // clears the others
    NEED(cnode_revoke(SLOT_CNODE, untyped));
    figure("retype.1", one);
    figure("retype.64", retype(untyped, FRAMES, first));
    figure("clear.4k", dirty - one);
    NEED(cnode_revoke(SLOT_CNODE, untyped));
}

static void capabilities(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), one = slot_next(), two = slot_next();
    uint64_t copy = UINT64_MAX, mint = UINT64_MAX, move = UINT64_MAX, delete = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES; i++) {
        copy = least_of(copy, cost_of_invoke(SLOT_CNODE, NJ_CNODE_COPY, one, SLOT_CNODE, endpoint, NJ_RIGHT_ALL, 0));
        move = least_of(move, cost_of_invoke(SLOT_CNODE, NJ_CNODE_MOVE, two, SLOT_CNODE, one, 0, 0));
        delete = least_of(delete, cost_of_invoke(SLOT_CNODE, NJ_CNODE_DELETE, two, 0, 0, 0, 0));
        mint = least_of(mint, cost_of_invoke(SLOT_CNODE, NJ_CNODE_MINT, one, SLOT_CNODE, endpoint, NJ_RIGHT_ALL, 7));
        NEED(cnode_delete(SLOT_CNODE, one));
    }
    figure("cnode.copy", copy);
    figure("cnode.mint", mint);
    figure("cnode.move", move);
    figure("cnode.delete", delete);
}

static uint64_t revoke(uint32_t endpoint, uint32_t first, uint32_t children)
{
    for (uint32_t i = 0; i < children; i++)
        NEED(cnode_copy(SLOT_CNODE, first + i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    return cost_of_invoke(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0);
}

static void revoking(void)
{
    const uint32_t children = 32;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), first = slot_next();
    for (uint32_t i = 1; i < children; i++)
        slot_next();
    uint64_t none = revoke(endpoint, first, 0);
    figure("revoke.0", none);
    figure_of("revoke.per_child", revoke(endpoint, first, children) - none, children);
}

void bench_objects(void)
{
    frames(1, "frame.map", "frame.unmap");
    frames(512, "frame.map.2m", "frame.unmap.2m");
    retyping();
    capabilities();
    revoking();
}
