// SPDX-License-Identifier: Apache-2.0
// Whole processes and capsules in a random tree.
#include "test/kernel/chaos.h"

// In a process: random calls with random registers, and through gates. Only calls: no operation could be refused for a good
// reason.
void chaos_child(uint64_t seed)
{
    static const uint8_t calls[] = {NJ_SYS_CALL,     NJ_SYS_REPLY_RECV, NJ_SYS_SEND, NJ_SYS_TRY_SEND, NJ_SYS_RECV,
                                    NJ_SYS_TRY_RECV, NJ_SYS_SIGNAL,     NJ_SYS_POLL, NJ_SYS_YIELD,    NJ_SYS_WAIT};
    uint64_t random = seed | 1;
    for (;;) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t slot = random >> 8 & 15, words[10] = {random};
        if ((random >> 20 & 7) == 0) {
            gate_enter(slot, words);
            continue;
        }
        uint64_t tag = random >> 16 & 7, receive = (random >> 24 & 15) | (random >> 32 & 15) << 32;
        if (random >> 40 & 1)
            tag |= NJ_TAG_CAP | (1 + (random >> 44 & 7)) << NJ_TAG_CAP_SHIFT;
        syscall_enter(calls[(random >> 48) % sizeof(calls)], &slot, tag, receive, words);
    }
}

void chaos_job(uint64_t argument)
{
    for (;;)
        __asm__ volatile("" ::"r"(argument));
}

// A whole process with a thread that makes calls, of what is left in the arena: chance alone seldom gets so far.
void chaos_process(struct chaos *chaos)
{
    uint32_t first = chaos->pool + chaos_below(chaos, CHAOS_POOL - 6), text = first + 5;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < 6; i++)
        OK(cnode_delete(SLOT_CNODE, first + i));
    status |= untyped_retype(chaos->arena, NJ_KIND_CNODE, 1, CHAOS_CHILD_SLOTS + 1, SLOT_CNODE, first);
    status |= untyped_retype(chaos->arena, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, first + 1);
    status |= untyped_retype(chaos->arena, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, first + 2);
    status |= untyped_retype(chaos->arena, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, first + 3);
    status |= untyped_retype(chaos->arena, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, first + 4);
    status |= cnode_copy(SLOT_CNODE, text, SLOT_CNODE, SLOT_TEXT, NJ_RIGHT_ALL);
    status |= space_supply(first + 1, first + 4);
    status |= space_configure(first + 1, NJ_SPACE_PROCESS, first);
    status |= frame_map(text, first + 1, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE);
    status |= space_memory(first + 1, PROCESS_MEMORY, PROCESS_MEMORY_BYTES);
    status |= thread_configure(first + 2, first + 1, 50, 50, 0, 0x20000);
    status |= sched_configure(SLOT_SCHED_CONTROL, first + 3, 20000, 100000);
    status |= thread_bind_sched(first + 2, first + 3);
    for (uint32_t i = 1; i < CHAOS_CHILD_SLOTS; i++)
        status |= cnode_copy(first, i, SLOT_CNODE, chaos_any(chaos), NJ_RIGHT_ALL);
    status |= thread_start(first + 2, (uint64_t)(uintptr_t)chaos_child, PROCESS_MEMORY + PROCESS_MEMORY_BYTES,
                           mutator_random(&chaos->random));
    (void)status; // the arena may be full, or the supply too small: chance
}

// A whole capsule with a gate and a thread, which calls the gate in slot 1.
void chaos_capsule(struct chaos *chaos)
{
    static const uint32_t *const entries[] = {gate_add,  gate_nest, gate_trap, gate_spin,
                                              gate_wait, gate_call, gate_alone};
    uint32_t first = chaos->pool + chaos_below(chaos, CHAOS_POOL - 9), cnode = first, space = first + 1,
             code = first + 2;
    uint32_t thread = first + 3, sched = first + 4, gate = first + 5;
    uint64_t bytes = (uint64_t)(gate_program_end - gate_program) * 4, a, b, c;
    uint64_t entry = (uint64_t)(entries[chaos_below(chaos, 7)] - gate_program) * 4;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < 9; i++)
        OK(cnode_delete(SLOT_CNODE, first + i));
    status |= untyped_retype(chaos->arena, NJ_KIND_CNODE, 1, CHAOS_CHILD_SLOTS + 1, SLOT_CNODE, cnode);
    status |= untyped_retype(chaos->arena, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, space);
    status |= untyped_retype(chaos->arena, NJ_KIND_CODE, 1, 0, SLOT_CNODE, code);
    status |= untyped_retype(chaos->arena, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, thread);
    status |= untyped_retype(chaos->arena, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, sched);
    status |= untyped_retype(chaos->arena, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, first + 6);
    status |= untyped_retype(chaos->arena, NJ_KIND_UNTYPED, 1, 1, SLOT_CNODE, first + 7);
    if (status != NJ_OK)
        return; // the arena is full
    status |= space_supply(space, first + 6);
    status |= code_supply(code, first + 7);
    status |= code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)gate_program, bytes);
    status |= code_check(code, bytes, &a, &b);
    status |= space_configure(space, NJ_SPACE_CAPSULE, cnode);
    status |= space_attach(space, code, 4096, 4096, &a, &b, &c);
    status |= space_memory(space, 0, 65536);
    status |= space_gate(space, entry, 1 + chaos_below(chaos, 9), SLOT_CNODE, gate);
    status |= thread_configure(thread, space, 50, 50, 0, 0);
    status |= sched_configure(SLOT_SCHED_CONTROL, sched, 20000, 20000 + 20000 * chaos_below(chaos, 4));
    status |= thread_bind_sched(thread, sched);
    status |= cnode_copy(cnode, 1, SLOT_CNODE, chaos_any_of(chaos, NJ_KIND_GATE), NJ_RIGHT_ALL);
    for (uint32_t i = 2; i < CHAOS_CHILD_SLOTS; i++)
        status |= cnode_copy(cnode, i, SLOT_CNODE, chaos_any(chaos), NJ_RIGHT_ALL);
    status |= thread_start(thread, OFFSET(client_loop), 0, 0);
    (void)status;
}
