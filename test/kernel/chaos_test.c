// SPDX-License-Identifier: Apache-2.0
// Random trees of every kind of object, tied to each other in random ways, with threads that make random calls inside.
// Then the memory is revoked: all of it is back, whatever the order of things was.
#include "test/fuzz/mutate.h"
#include "test/kernel/gate.h"
#include <stdio.h>
#include <string.h>

#define ARENA_PAGES 1344u // of which a run of 2 MiB takes up to 1023
#define POOL 80u          // slots of the suite's table that the tree uses
#define OPERATIONS 200u
#define CHILD_SLOTS 16u
#define HARTS 2u   // at most, if the machine has any
#define SOURCES 6u // of interrupts

uint32_t chaos_trees = 25; // of each case

struct chaos {
    struct mutator random;
    uint32_t arena, pool, notification, badged;
};

static uint32_t below(struct chaos *chaos, uint32_t limit)
{
    return (uint32_t)(mutator_random(&chaos->random) >> 33) % limit;
}

static uint32_t any(struct chaos *chaos)
{
    return chaos->pool + below(chaos, POOL);
}

// Some slot that holds this kind, or any slot when there is none near.
static uint32_t any_of(struct chaos *chaos, enum nj_kind kind)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t slot = any(chaos);
        if (kind_of(slot) == kind)
            return slot;
    }
    return any(chaos);
}

static uint32_t any_memory(struct chaos *chaos)
{
    return below(chaos, 3) ? chaos->arena : any_of(chaos, NJ_KIND_UNTYPED);
}

static uint32_t any_table(struct chaos *chaos)
{
    return below(chaos, 4) ? SLOT_CNODE : any_of(chaos, NJ_KIND_CNODE);
}

static uint32_t index_in(struct chaos *chaos, uint32_t table)
{
    return table == SLOT_CNODE ? any(chaos) : 1 + below(chaos, CHILD_SLOTS);
}

// In a process: random calls with random registers, and through gates. Only calls: no operation could be refused for a good
// reason.
static void child_chaos(uint64_t seed)
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

static enum nj_status retype_any(struct chaos *chaos)
{
    static const struct {
        uint16_t kind, size;
    } kinds[] = {{NJ_KIND_UNTYPED, 20}, {NJ_KIND_UNTYPED, 3},      {NJ_KIND_CNODE, CHILD_SLOTS + 1},
                 {NJ_KIND_ENDPOINT, 0}, {NJ_KIND_REPLY, 0},        {NJ_KIND_THREAD, 0},
                 {NJ_KIND_SCHED, 0},    {NJ_KIND_SPACE, 0},        {NJ_KIND_CODE, 0},
                 {NJ_KIND_FRAME, 2},    {NJ_KIND_NOTIFICATION, 0}, {NJ_KIND_UNTYPED, 20},
                 {NJ_KIND_FRAME, 512}};
    uint32_t which = below(chaos, below(chaos, 4) ? 12 : 13), table = any_table(chaos), memory = any_memory(chaos);
    if (kind_of(memory) != NJ_KIND_UNTYPED) // of a table it would be a copy of one of the suite's own first slots
        return NJ_WRONG_KIND;
    return untyped_retype(memory, (enum nj_kind)kinds[which].kind, 1, kinds[which].size, table, index_in(chaos, table));
}

static enum nj_status derive_any(struct chaos *chaos)
{
    uint32_t to = any_table(chaos), from = any_table(chaos);
    switch (below(chaos, 4)) {
    case 0:
        return cnode_mint(to, index_in(chaos, to), from, index_in(chaos, from), NJ_RIGHT_ALL, 1 + below(chaos, 9));
    case 1:
        return cnode_move(to, index_in(chaos, to), from, index_in(chaos, from));
    default:
        return cnode_copy(to, index_in(chaos, to), from, index_in(chaos, from), NJ_RIGHT_ALL);
    }
}

static enum nj_status remove_any(struct chaos *chaos)
{
    uint32_t table = any_table(chaos), index = index_in(chaos, table);
    return below(chaos, 4) == 0 ? cnode_revoke(table, index) : cnode_delete(table, index);
}

static enum nj_status space_any(struct chaos *chaos)
{
    uint32_t space = any_of(chaos, NJ_KIND_SPACE);
    uint64_t a, b, c;
    if (kind_of(space) != NJ_KIND_SPACE)
        return NJ_WRONG_KIND;
    switch (below(chaos, 9)) {
    case 6:
        return space_gate(space, 4 * below(chaos, 32), 1 + below(chaos, 9), SLOT_CNODE, any(chaos));
    case 7:
        return space_gate_reset(space);
    case 8: // a whole entry, if the run is one of 2 MiB
        return frame_map(any_of(chaos, NJ_KIND_FRAME), space, 0x40000000 + 0x200000 * below(chaos, 4), NJ_RIGHT_READ);
    case 0:
        return space_supply(space, any_of(chaos, NJ_KIND_UNTYPED));
    case 1:
        return space_configure(space, below(chaos, 2) ? NJ_SPACE_PROCESS : NJ_SPACE_CAPSULE,
                               any_of(chaos, NJ_KIND_CNODE));
    case 2:
        return space_memory(space, below(chaos, 2) ? 0 : PROCESS_MEMORY, PROCESS_MEMORY_BYTES);
    case 3:
        return space_attach(space, any_of(chaos, NJ_KIND_CODE), 4096, 4096, &a, &b, &c);
    case 4:
        return frame_map(any_of(chaos, NJ_KIND_FRAME), space, 0x38000000 + 0x1000 * below(chaos, 64), NJ_RIGHT_READ);
    default:
        return space_copy(space, PROCESS_MEMORY + 8 * below(chaos, 8192), SLOT_SPACE, NJ_COMPONENT_BASE, 64, &a);
    }
}

static enum nj_status code_any(struct chaos *chaos)
{
    uint32_t code = any_of(chaos, NJ_KIND_CODE);
    uint64_t offset, rule, bytes = (uint64_t)(capsule_call_end - capsule_call) * 4;
    if (kind_of(code) != NJ_KIND_CODE) // its numbers mean something else elsewhere, and the wrappers loop
        return NJ_WRONG_KIND;
    switch (below(chaos, 3)) {
    case 0:
        return code_supply(code, any_of(chaos, NJ_KIND_UNTYPED));
    case 1:
        return code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)capsule_call, bytes);
    default:
        return code_check(code, bytes, &offset, &rule);
    }
}

static enum nj_status thread_any(struct chaos *chaos)
{
    uint32_t thread = any_of(chaos, NJ_KIND_THREAD);
    if (kind_of(thread) != NJ_KIND_THREAD)
        return NJ_WRONG_KIND;
    switch (below(chaos, 10)) {
    case 0:
    case 1:
        return thread_configure(thread, any_of(chaos, NJ_KIND_SPACE), 50, 50,
                                below(chaos, 2) ? any_of(chaos, NJ_KIND_ENDPOINT) : 0,
                                below(chaos, 2) ? 0 : 0x20000 + 0x1000 * below(chaos, 16));
    case 2:
        return sched_configure(SLOT_SCHED_CONTROL, any_of(chaos, NJ_KIND_SCHED), 10000 + 1000 * below(chaos, 30),
                               50000);
    case 3:
        return thread_bind_sched(thread, any_of(chaos, NJ_KIND_SCHED));
    case 4:
        return below(chaos, 3) ? thread_bind_notification(thread, any_of(chaos, NJ_KIND_NOTIFICATION))
                               : thread_unbind_notification(thread);
    case 5:
        return below(chaos, 3) ? thread_suspend(thread) : thread_unbind_sched(thread);
    case 6:
        return thread_resume(thread);
    case 7:
        return thread_set_priority(thread, 40 + below(chaos, 20), 60, SLOT_RUNNER);
    case 8:
        return thread_start(thread, 0, 0, 7);
    default:
        return thread_start(thread, (uint64_t)(uintptr_t)child_chaos, PROCESS_MEMORY + PROCESS_MEMORY_BYTES,
                            mutator_random(&chaos->random));
    }
}

// A whole process with a thread that makes calls, of what is left in the arena: chance alone seldom gets so far.
static void process_any(struct chaos *chaos)
{
    uint32_t first = chaos->pool + below(chaos, POOL - 6), text = first + 5;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < 6; i++)
        OK(cnode_delete(SLOT_CNODE, first + i));
    status |= untyped_retype(chaos->arena, NJ_KIND_CNODE, 1, CHILD_SLOTS + 1, SLOT_CNODE, first);
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
    for (uint32_t i = 1; i < CHILD_SLOTS; i++)
        status |= cnode_copy(first, i, SLOT_CNODE, any(chaos), NJ_RIGHT_ALL);
    status |= thread_start(first + 2, (uint64_t)(uintptr_t)child_chaos, PROCESS_MEMORY + PROCESS_MEMORY_BYTES,
                           mutator_random(&chaos->random));
    (void)status; // the arena may be full, or the supply too small: chance
}

// A whole capsule with a gate and a thread, which calls the gate in slot 1.
static void capsule_any(struct chaos *chaos)
{
    static const uint32_t *const entries[] = {gate_add,  gate_nest, gate_trap, gate_spin,
                                              gate_wait, gate_call, gate_alone};
    uint32_t first = chaos->pool + below(chaos, POOL - 9), cnode = first, space = first + 1, code = first + 2;
    uint32_t thread = first + 3, sched = first + 4, gate = first + 5;
    uint64_t bytes = (uint64_t)(gate_program_end - gate_program) * 4, a, b, c;
    uint64_t entry = (uint64_t)(entries[below(chaos, 7)] - gate_program) * 4;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < 9; i++)
        OK(cnode_delete(SLOT_CNODE, first + i));
    status |= untyped_retype(chaos->arena, NJ_KIND_CNODE, 1, CHILD_SLOTS + 1, SLOT_CNODE, cnode);
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
    status |= space_gate(space, entry, 1 + below(chaos, 9), SLOT_CNODE, gate);
    status |= thread_configure(thread, space, 50, 50, 0, 0);
    status |= sched_configure(SLOT_SCHED_CONTROL, sched, 20000, 20000 + 20000 * below(chaos, 4));
    status |= thread_bind_sched(thread, sched);
    status |= cnode_copy(cnode, 1, SLOT_CNODE, any_of(chaos, NJ_KIND_GATE), NJ_RIGHT_ALL);
    for (uint32_t i = 2; i < CHILD_SLOTS; i++)
        status |= cnode_copy(cnode, i, SLOT_CNODE, any(chaos), NJ_RIGHT_ALL);
    status |= thread_start(thread, OFFSET(client_loop), 0, 0);
    (void)status;
}

static void hart_job(uint64_t argument)
{
    for (;;)
        __asm__ volatile("" ::"r"(argument));
}

static enum nj_status hart_any(struct chaos *chaos)
{
    uint32_t hart = NJ_BOOT_SLOT_HART + below(chaos, HARTS);
    if (kind_of(hart) != NJ_KIND_HART)
        return NJ_WRONG_KIND;
    switch (below(chaos, 8)) {
    case 0:
        return hart_unbind(hart);
    case 1:
        return hart_abort(hart);
    case 2:
        return cnode_copy(SLOT_CNODE, any(chaos), SLOT_CNODE, hart, NJ_RIGHT_ALL);
    case 3:
    case 4:
        return hart_bind(hart, any_of(chaos, NJ_KIND_SPACE), any_of(chaos, NJ_KIND_NOTIFICATION));
    default:
        return hart_start(hart, (uint64_t)(uintptr_t)hart_job, 0, 0);
    }
}

static enum nj_status interrupt_any(struct chaos *chaos)
{
    uint32_t table = any_table(chaos), interrupt = any_of(chaos, NJ_KIND_INTERRUPT);
    if (below(chaos, 2) == 0)
        return interrupt_get(SLOT_INTERRUPT_CONTROL, 1 + below(chaos, SOURCES), table, index_in(chaos, table));
    if (kind_of(interrupt) != NJ_KIND_INTERRUPT)
        return NJ_WRONG_KIND;
    return below(chaos, 3) ? interrupt_bind(interrupt, any_of(chaos, NJ_KIND_NOTIFICATION)) : interrupt_ack(interrupt);
}

static void rest(struct chaos *chaos)
{
    uint64_t word;
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 30000));
    OK(nj_wait(chaos->notification, &word));
}

static void operate(struct chaos *chaos)
{
    enum nj_status status = NJ_OK;
    switch (below(chaos, 20)) {
    case 0:
        process_any(chaos);
        break;
    case 1:
        rest(chaos);
        break;
    case 16:
    case 17:
        capsule_any(chaos);
        break;
    case 18:
        status = hart_any(chaos);
        break;
    case 19:
        status = interrupt_any(chaos);
        break;
    case 2:
        status = remove_any(chaos);
        break;
    case 3:
    case 4:
        status = space_any(chaos);
        break;
    case 5:
    case 6:
        status = thread_any(chaos);
        break;
    case 7:
        status = code_any(chaos);
        break;
    case 8:
    case 9:
    case 10:
        status = derive_any(chaos);
        break;
    default:
        status = retype_any(chaos);
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
    for (uint32_t source = 1; source <= SOURCES; source++) {
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
    for (uint32_t i = 0; i < POOL; i++)
        CHECK(may_stay(kind_of(chaos->pool + i)));
    for (uint32_t i = 0; i < POOL; i++)
        delete (chaos->pool + i);
    interrupts_are_free(chaos);
    for (uint32_t hart = NJ_BOOT_SLOT_HART; hart < NJ_BOOT_SLOT_HART + HARTS; hart++)
        if (kind_of(hart) == NJ_KIND_HART)
            ANSWERS(hart_start(hart, (uint64_t)(uintptr_t)hart_job, 0, 0), NJ_WRONG_STATE); // bound to nothing
}

static void run(uint32_t number)
{
    struct chaos chaos = {.random = {0x2545f4914f6cdd1dull * (number + 1)}};
    chaos.arena = make(NJ_KIND_UNTYPED, ARENA_PAGES);
    chaos.notification = make(NJ_KIND_NOTIFICATION, 0);
    chaos.badged = mint(chaos.notification, NJ_RIGHT_ALL, 1);
    chaos.pool = slot_next_run(POOL);
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
