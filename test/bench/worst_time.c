// SPDX-License-Identifier: Apache-2.0
// Worst cases of the clock: many scheduling contexts that wait for their refills, and get them at once.
#include "test/bench/worst.h"

#define BUDGET_NS 20000u
#define DUE_AFTER_NS 20000000u
#define APART_NS 100u       // so that no two come at the same time
#define WAKES_PER_CALL 32u    // kernel/turn.c
#define LONG_CALL_NS 2000u  // less than the call takes that the refills fall into

static uint32_t crowd_thread, crowd_sched;

// One more thread that uses up its budget at once. Returns the call in which this thread gave way to it.
static struct entry spend(uint32_t threads, uint32_t scheds, uint64_t due_ns)
{
    NEED(untyped_retype(threads, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, crowd_thread));
    NEED(untyped_retype(scheds, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, crowd_sched));
    NEED(thread_configure(crowd_thread, SLOT_SPACE, WORST_ABOVE, WORST_ABOVE, NJ_SLOT_NONE, 0));
    NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, crowd_sched, BUDGET_NS, due_ns - nj_time()));
    NEED(thread_bind_sched(crowd_thread, crowd_sched));
    struct entry start = {.t0 = crowd_thread, .t1 = NJ_THREAD_START, .t2 = NJ_SYS_INVOKE};
    start.word[0] = (uint64_t)(uintptr_t)bench_count;
    bench_enter(&start);
    return start;
}

// Instructions from the last of the thread that has nothing left to the next of this one.
static uint64_t spent(const struct entry *start)
{
    uint64_t a0[8], pc[8];
    NEED(thread_suspend(crowd_thread));
    NEED(thread_read_registers(crowd_thread, 10, a0));
    NEED(thread_read_registers(crowd_thread, 0, pc));
    NEED(thread_resume(crowd_thread));
    return start->after - a0[0] - ENTER_EXTRA - (pc[0] == (uint64_t)(uintptr_t)bench_count);
}

// The crowd's refills come while this thread is in a long call; the timer's interrupt is taken at its end.
static uint64_t long_call(uint32_t arena, uint32_t table, uint64_t due_ns)
{
    while (due_ns != 0 && nj_time() < due_ns - LONG_CALL_NS)
        ;
    uint64_t cost = cost_of_invoke(arena, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, NJ_RETYPE_MAX, 1, table, 1);
    NEED(cnode_revoke(SLOT_CNODE, arena));
    return cost;
}

void worst_time(void)
{
    uint32_t threads = arena_make(WORST_CROWD), scheds = arena_make(WORST_CROWD), frames = arena_make(NJ_RETYPE_MAX);
    uint32_t table = make(NJ_KIND_CNODE, NJ_RETYPE_MAX + 1);
    uint32_t held = make(NJ_KIND_CNODE, 2 * WORST_CROWD + 1);
    uint64_t due_ns = nj_time() + DUE_AFTER_NS, last = 0;
    crowd_thread = slot_next();
    crowd_sched = slot_next();
    NEED(untyped_retype(frames, NJ_KIND_FRAME, NJ_RETYPE_MAX, 1, table, 1)); // clears
    NEED(cnode_revoke(SLOT_CNODE, frames));
    uint64_t alone = long_call(frames, table, 0);
    for (uint32_t i = 0; i < WORST_CROWD; i++) {
        struct entry start = spend(threads, scheds, due_ns + i * APART_NS);
        last = spent(&start);
        NEED(cnode_move(held, 1 + i, SLOT_CNODE, crowd_thread));
        NEED(cnode_move(held, 1 + WORST_CROWD + i, SLOT_CNODE, crowd_sched));
    }
    worst_figure("budget_spent", last);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
    // The interrupt is pending again at once until all are awake, so no instruction of this thread comes between the calls.
    worst_figure("timer", (long_call(frames, table, due_ns) - alone) * WAKES_PER_CALL / WORST_CROWD);
    arena_end(threads);
    arena_end(scheds);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, WORST_HERE, 255, NJ_BOOT_SLOT_THREAD));
}
