// SPDX-License-Identifier: Apache-2.0
// What the worst states are made of.
#include "test/bench/worst.h"
#include <stdio.h>

#define PENDING_CHILDREN 200u

static uint64_t largest;
static uint32_t pending_source, pending_table;

void worst_figure(const char *operation, uint64_t instructions)
{
    char name[48];
    snprintf(name, sizeof(name), "worst.%s", operation);
    figure(name, instructions);
    largest = instructions > largest ? instructions : largest;
}

uint64_t worst_step(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4)
{
    uint64_t most = 0;
    for (;;) {
        struct entry entry = {.t0 = slot, .t1 = operation, .t2 = NJ_SYS_INVOKE, .word = {a0, a1, a2, a3, a4}};
        bench_enter(&entry);
        uint64_t cost = entry.after - entry.before - ENTER_EXTRA;
        most = cost > most ? cost : most;
        enum nj_status status = nj_status_of((int64_t)entry.t1);
        if (status == NJ_AGAIN)
            continue;
        need_at(status, "a measured operation", (int)operation);
        return most;
    }
}

uint32_t make_from(uint32_t untyped, enum nj_kind kind, uint64_t size)
{
    uint32_t slot = slot_next();
    NEED(untyped_retype(untyped, kind, 1, size, SLOT_CNODE, slot));
    return slot;
}

uint32_t arena_make(uint32_t pages)
{
    return make(NJ_KIND_UNTYPED, pages);
}

uint64_t arena_end(uint32_t arena)
{
    return worst_step(SLOT_CNODE, NJ_CNODE_REVOKE, arena, 0, 0, 0, 0);
}

uint32_t deepen(uint32_t arena, uint32_t source)
{
    uint32_t table = make_from(arena, NJ_KIND_CNODE, DEEP_LEVELS * (DEEP_SIBLINGS + 1u) + 1u), deepest = slot_next();
    uint32_t from_table = SLOT_CNODE, from = source, next = 1;
    for (uint32_t level = 0; level < DEEP_LEVELS; level++) {
        uint32_t child = next++;
        NEED(cnode_copy(table, child, from_table, from, NJ_RIGHT_ALL));
        for (uint32_t i = 0; i < DEEP_SIBLINGS; i++) // the later a copy is made, the further in front it stands
            NEED(cnode_copy(table, next++, from_table, from, NJ_RIGHT_ALL));
        from_table = table;
        from = child;
    }
    NEED(cnode_move(SLOT_CNODE, deepest, table, from));
    return deepest;
}

void pending_begin(void)
{
    if (pending_source == 0) {
        pending_source = make(NJ_KIND_ENDPOINT, 0);
        pending_table = make(NJ_KIND_CNODE, PENDING_CHILDREN + 1u);
    }
    for (uint32_t i = 1; i <= PENDING_CHILDREN; i++)
        NEED(cnode_copy(pending_table, i, SLOT_CNODE, pending_source, NJ_RIGHT_ALL));
    uint64_t words[8] = {pending_source};
    enum nj_status status = nj_invoke(SLOT_CNODE, NJ_CNODE_REVOKE, words);
    need_at(status == NJ_AGAIN ? NJ_OK : NJ_WRONG_STATE, "a revoke that takes several calls", __LINE__);
}

void pending_end(void)
{
    NEED(cnode_revoke(SLOT_CNODE, pending_source));
}

void crowd_make(uint32_t arena, uint32_t table, uint32_t first, uint32_t count, uint64_t number, uint32_t slot)
{
    uint32_t thread = slot_next(), sched = slot_next();
    for (uint32_t i = 0; i < count; i++) {
        NEED(untyped_retype(arena, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, thread));
        NEED(untyped_retype(memory, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, sched));
        NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, sched, HOUR_NS, HOUR_NS));
        NEED(thread_configure(thread, SLOT_SPACE, WORST_ABOVE, WORST_ABOVE, NJ_SLOT_NONE, 0));
        NEED(thread_bind_sched(thread, sched));
        NEED(thread_start(thread, (uint64_t)(uintptr_t)crowd_run, 0, number << 32 | slot));
        NEED(cnode_move(table, first + i, SLOT_CNODE, thread));
        NEED(cnode_move(table, first + count + i, SLOT_CNODE, sched));
    }
}

void bench_worst(void)
{
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, WORST_HERE, 255, NJ_BOOT_SLOT_THREAD));
    worst_capabilities();
    worst_memory();
    worst_messages();
    worst_gates();
    worst_time();
    figure("worst.interrupt_latency", largest);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
}
