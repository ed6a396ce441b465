// SPDX-License-Identifier: Apache-2.0
// What measured programs are made of.
#include "test/bench/bench.h"

#define STACK_BYTES 4096u
#define STACKS 5u
#define TABLE_SLOTS 16u
#define PROGRAM_PAGES 24u

static _Alignas(16) uint8_t stacks[STACKS][STACK_BYTES];
static uint32_t stack_count, next_slot = SLOT_FIRST;

uint32_t slot_next(void)
{
    if (next_slot >= NJ_BOOT_SLOTS)
        need_at(NJ_SLOT_RANGE, "slots", 0);
    return next_slot++;
}

void slots_empty(uint32_t first)
{
    while (next_slot > first)
        NEED(cnode_delete(SLOT_CNODE, --next_slot));
}

uint32_t make(enum nj_kind kind, uint64_t size)
{
    uint32_t slot = slot_next();
    NEED(untyped_retype(memory, kind, 1, size, SLOT_CNODE, slot));
    return slot;
}

uint32_t make_sched(void)
{
    uint32_t sched = make(NJ_KIND_SCHED, 0);
    NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, sched, HOUR_NS, HOUR_NS));
    return sched;
}

uint64_t cost_of(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry entry = {.t0 = slot, .t1 = tag, .t2 = number, .t3 = receive};
        bench_enter(&entry);
        if ((int64_t)entry.t1 < 0)
            need_at(nj_status_of((int64_t)entry.t1), "a measured call", (int)number);
        uint64_t cost = entry.after - entry.before - ENTER_EXTRA;
        least = cost < least ? cost : least;
    }
    return least;
}

uint64_t cost_of_invoke(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                        uint64_t a4)
{
    struct entry entry = {.t0 = slot, .t1 = operation, .t2 = NJ_SYS_INVOKE, .word = {a0, a1, a2, a3, a4}};
    bench_enter(&entry);
    need_at(nj_status_of((int64_t)entry.t1), "a measured operation", (int)operation);
    return entry.after - entry.before - ENTER_EXTRA;
}

uint32_t thread_make(void (*run)(uint64_t argument), uint32_t priority, uint64_t argument, uint32_t fault_endpoint)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    uint64_t sp = (uint64_t)(uintptr_t)(stacks[stack_count++ % STACKS] + STACK_BYTES);
    NEED(thread_configure(thread, SLOT_SPACE, priority, priority, fault_endpoint, 0));
    NEED(thread_bind_sched(thread, make_sched()));
    NEED(thread_start(thread, (uint64_t)(uintptr_t)run, sp, argument));
    return thread;
}

static void make_space(struct program *program, enum nj_space_type type, uint32_t endpoint, uint32_t other)
{
    program->cnode = make(NJ_KIND_CNODE, TABLE_SLOTS);
    program->space = make(NJ_KIND_SPACE, 0);
    NEED(space_supply(program->space, make(NJ_KIND_UNTYPED, PROGRAM_PAGES)));
    NEED(space_configure(program->space, type, program->cnode));
    NEED(cnode_copy(program->cnode, 1, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    NEED(untyped_retype(memory, NJ_KIND_REPLY, 1, 0, program->cnode, 2));
    if (other != NJ_SLOT_NONE)
        NEED(cnode_copy(program->cnode, 3, SLOT_CNODE, other, NJ_RIGHT_ALL));
}

static void run_until_it_waits(struct program *program, uint64_t pc, uint64_t message_page_address, bool passive)
{
    struct thread_info info;
    program->thread = make(NJ_KIND_THREAD, 0);
    program->sched = make_sched();
    NEED(thread_configure(program->thread, program->space, 255, 255, NJ_SLOT_NONE, message_page_address));
    NEED(thread_bind_sched(program->thread, program->sched));
    NEED(thread_start(program->thread, pc, 0, 0));
    nj_yield();
    NEED(thread_info(program->thread, &info));
    need_at(info.state == NJ_THREAD_RECEIVING ? NJ_OK : NJ_WRONG_STATE, "a program that waits", __LINE__);
    if (passive)
        NEED(thread_unbind_sched(program->thread));
}

void process_make(struct program *program, const char *entry, uint32_t endpoint, uint32_t other, bool passive)
{
    uint32_t text = slot_next();
    make_space(program, NJ_SPACE_PROCESS, endpoint, other);
    NEED(cnode_copy(SLOT_CNODE, text, SLOT_CNODE, NJ_BOOT_SLOT_ROOT_TEXT, NJ_RIGHT_ALL));
    NEED(frame_map(text, program->space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    run_until_it_waits(program, (uint64_t)(uintptr_t)entry, 0x3e000000, passive);
}

void capsule_make(struct program *program, const uint32_t *words, const uint32_t *end, uint32_t endpoint,
                  uint32_t other)
{
    capsule_make_at(program, words, end, words, endpoint, other);
}

void capsule_make_at(struct program *program, const uint32_t *words, const uint32_t *end, const uint32_t *start,
                     uint32_t endpoint, uint32_t other)
{
    uint64_t bytes = (uint64_t)(end - words) * 4, offset, rule, code_base, stack_top;
    make_space(program, NJ_SPACE_CAPSULE, endpoint, other);
    program->code = make(NJ_KIND_CODE, 0);
    NEED(code_supply(program->code, make(NJ_KIND_UNTYPED, 1)));
    NEED(code_fill(program->code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)words, bytes));
    NEED(code_check(program->code, bytes, &offset, &rule));
    NEED(space_attach(program->space, program->code, 4096, 4096, &code_base, &program->data_base, &stack_top));
    NEED(space_memory(program->space, 0, 65536));
    run_until_it_waits(program, (uint64_t)(start - words) * 4, 0, true);
}

uint32_t program_add(const struct program *program, uint64_t pc, uint32_t priority, uint64_t argument,
                     uint32_t fault_endpoint)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    NEED(thread_configure(thread, program->space, priority, priority, fault_endpoint, 0));
    NEED(thread_bind_sched(thread, make_sched()));
    NEED(thread_start(thread, pc, 0, argument));
    return thread;
}
