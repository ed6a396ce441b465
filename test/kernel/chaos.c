// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/chaos.h"

uint32_t chaos_below(struct chaos *chaos, uint32_t limit)
{
    return (uint32_t)(mutator_random(&chaos->random) >> 33) % limit;
}

uint32_t chaos_any(struct chaos *chaos)
{
    return chaos->pool + chaos_below(chaos, CHAOS_POOL);
}

// Some slot that holds this kind, or any slot when there is none near.
uint32_t chaos_any_of(struct chaos *chaos, enum nj_kind kind)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t slot = chaos_any(chaos);
        if (kind_of(slot) == kind)
            return slot;
    }
    return chaos_any(chaos);
}

static uint32_t chaos_any_memory(struct chaos *chaos)
{
    return chaos_below(chaos, 3) ? chaos->arena : chaos_any_of(chaos, NJ_KIND_UNTYPED);
}

static uint32_t chaos_any_table(struct chaos *chaos)
{
    return chaos_below(chaos, 4) ? SLOT_CNODE : chaos_any_of(chaos, NJ_KIND_CNODE);
}

static uint32_t chaos_index_in(struct chaos *chaos, uint32_t table)
{
    return table == SLOT_CNODE ? chaos_any(chaos) : 1 + chaos_below(chaos, CHAOS_CHILD_SLOTS);
}

enum nj_status chaos_retype(struct chaos *chaos)
{
    static const struct {
        uint16_t kind, size;
    } kinds[] = {{NJ_KIND_UNTYPED, 20}, {NJ_KIND_UNTYPED, 3},      {NJ_KIND_CNODE, CHAOS_CHILD_SLOTS + 1},
                 {NJ_KIND_ENDPOINT, 0}, {NJ_KIND_REPLY, 0},        {NJ_KIND_THREAD, 0},
                 {NJ_KIND_SCHED, 0},    {NJ_KIND_SPACE, 0},        {NJ_KIND_CODE, 0},
                 {NJ_KIND_FRAME, 2},    {NJ_KIND_NOTIFICATION, 0}, {NJ_KIND_UNTYPED, 20},
                 {NJ_KIND_FRAME, 512}};
    uint32_t which = chaos_below(chaos, chaos_below(chaos, 4) ? 12 : 13), table = chaos_any_table(chaos),
             memory = chaos_any_memory(chaos);
    if (kind_of(memory) != NJ_KIND_UNTYPED) // of a table it would be a copy of one of the suite's own first slots
        return NJ_WRONG_KIND;
    return untyped_retype(memory, (enum nj_kind)kinds[which].kind, 1, kinds[which].size, table,
                          chaos_index_in(chaos, table));
}

enum nj_status chaos_derive(struct chaos *chaos)
{
    uint32_t to = chaos_any_table(chaos), from = chaos_any_table(chaos);
    switch (chaos_below(chaos, 4)) {
    case 0:
        return cnode_mint(to, chaos_index_in(chaos, to), from, chaos_index_in(chaos, from), NJ_RIGHT_ALL,
                          1 + chaos_below(chaos, 9));
    case 1:
        return cnode_move(to, chaos_index_in(chaos, to), from, chaos_index_in(chaos, from));
    default:
        return cnode_copy(to, chaos_index_in(chaos, to), from, chaos_index_in(chaos, from), NJ_RIGHT_ALL);
    }
}

enum nj_status chaos_remove(struct chaos *chaos)
{
    uint32_t table = chaos_any_table(chaos), index = chaos_index_in(chaos, table);
    return chaos_below(chaos, 4) == 0 ? cnode_revoke(table, index) : cnode_delete(table, index);
}

enum nj_status chaos_space(struct chaos *chaos)
{
    uint32_t space = chaos_any_of(chaos, NJ_KIND_SPACE);
    uint64_t a, b, c;
    if (kind_of(space) != NJ_KIND_SPACE)
        return NJ_WRONG_KIND;
    switch (chaos_below(chaos, 9)) {
    case 6:
        return space_gate(space, 4 * chaos_below(chaos, 32), 1 + chaos_below(chaos, 9), SLOT_CNODE, chaos_any(chaos));
    case 7:
        return space_gate_reset(space);
    case 8: // a whole entry, if the run is one of 2 MiB
        return frame_map(chaos_any_of(chaos, NJ_KIND_FRAME), space, 0x40000000 + 0x200000 * chaos_below(chaos, 4),
                         NJ_RIGHT_READ);
    case 0:
        return space_supply(space, chaos_any_of(chaos, NJ_KIND_UNTYPED));
    case 1:
        return space_configure(space, chaos_below(chaos, 2) ? NJ_SPACE_PROCESS : NJ_SPACE_CAPSULE,
                               chaos_any_of(chaos, NJ_KIND_CNODE));
    case 2:
        return space_memory(space, chaos_below(chaos, 2) ? 0 : PROCESS_MEMORY, PROCESS_MEMORY_BYTES);
    case 3:
        return space_attach(space, chaos_any_of(chaos, NJ_KIND_CODE), 4096, 4096, &a, &b, &c);
    case 4:
        return frame_map(chaos_any_of(chaos, NJ_KIND_FRAME), space, 0x38000000 + 0x1000 * chaos_below(chaos, 64),
                         NJ_RIGHT_READ);
    default:
        return space_copy(space, PROCESS_MEMORY + 8 * chaos_below(chaos, 8192), SLOT_SPACE, NJ_COMPONENT_BASE, 64, &a);
    }
}

enum nj_status chaos_code(struct chaos *chaos)
{
    uint32_t code = chaos_any_of(chaos, NJ_KIND_CODE);
    uint64_t offset, rule, bytes = (uint64_t)(capsule_call_end - capsule_call) * 4;
    if (kind_of(code) != NJ_KIND_CODE) // its numbers mean something else elsewhere, and the wrappers loop
        return NJ_WRONG_KIND;
    switch (chaos_below(chaos, 3)) {
    case 0:
        return code_supply(code, chaos_any_of(chaos, NJ_KIND_UNTYPED));
    case 1:
        return code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)capsule_call, bytes);
    default:
        return code_check(code, bytes, &offset, &rule);
    }
}

enum nj_status chaos_thread(struct chaos *chaos)
{
    uint32_t thread = chaos_any_of(chaos, NJ_KIND_THREAD);
    if (kind_of(thread) != NJ_KIND_THREAD)
        return NJ_WRONG_KIND;
    switch (chaos_below(chaos, 10)) {
    case 0:
    case 1:
        return thread_configure(thread, chaos_any_of(chaos, NJ_KIND_SPACE), 50, 50,
                                chaos_below(chaos, 2) ? chaos_any_of(chaos, NJ_KIND_ENDPOINT) : 0,
                                chaos_below(chaos, 2) ? 0 : 0x20000 + 0x1000 * chaos_below(chaos, 16));
    case 2:
        return sched_configure(SLOT_SCHED_CONTROL, chaos_any_of(chaos, NJ_KIND_SCHED),
                               10000 + 1000 * chaos_below(chaos, 30), 50000);
    case 3:
        return thread_bind_sched(thread, chaos_any_of(chaos, NJ_KIND_SCHED));
    case 4:
        return chaos_below(chaos, 3) ? thread_bind_notification(thread, chaos_any_of(chaos, NJ_KIND_NOTIFICATION))
                                     : thread_unbind_notification(thread);
    case 5:
        return chaos_below(chaos, 3) ? thread_suspend(thread) : thread_unbind_sched(thread);
    case 6:
        return thread_resume(thread);
    case 7:
        return thread_set_priority(thread, 40 + chaos_below(chaos, 20), 60, SLOT_RUNNER);
    case 8:
        return thread_start(thread, 0, 0, 7);
    default:
        return thread_start(thread, (uint64_t)(uintptr_t)chaos_child, PROCESS_MEMORY + PROCESS_MEMORY_BYTES,
                            mutator_random(&chaos->random));
    }
}

enum nj_status chaos_hart(struct chaos *chaos)
{
    uint32_t hart = NJ_BOOT_SLOT_HART + chaos_below(chaos, CHAOS_HARTS);
    if (kind_of(hart) != NJ_KIND_HART)
        return NJ_WRONG_KIND;
    switch (chaos_below(chaos, 8)) {
    case 0:
        return hart_unbind(hart);
    case 1:
        return hart_abort(hart);
    case 2:
        return cnode_copy(SLOT_CNODE, chaos_any(chaos), SLOT_CNODE, hart, NJ_RIGHT_ALL);
    case 3:
    case 4:
        return hart_bind(hart, chaos_any_of(chaos, NJ_KIND_SPACE), chaos_any_of(chaos, NJ_KIND_NOTIFICATION));
    default:
        return hart_start(hart, (uint64_t)(uintptr_t)chaos_job, 0, 0);
    }
}

enum nj_status chaos_interrupt(struct chaos *chaos)
{
    uint32_t table = chaos_any_table(chaos), interrupt = chaos_any_of(chaos, NJ_KIND_INTERRUPT);
    if (chaos_below(chaos, 2) == 0)
        return interrupt_get(SLOT_INTERRUPT_CONTROL, 1 + chaos_below(chaos, CHAOS_SOURCES), table,
                             chaos_index_in(chaos, table));
    if (kind_of(interrupt) != NJ_KIND_INTERRUPT)
        return NJ_WRONG_KIND;
    return chaos_below(chaos, 3) ? interrupt_bind(interrupt, chaos_any_of(chaos, NJ_KIND_NOTIFICATION))
                                 : interrupt_ack(interrupt);
}
