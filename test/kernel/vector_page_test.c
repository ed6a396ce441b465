// SPDX-License-Identifier: Apache-2.0
// Pages for vector registers: where they come from, who has them next, what takes them away.
#include "test/kernel/vector.h"

// Another process takes the unit, so that what this thread left in it is written to its page.
static void take_unit(struct process *other)
{
    uint64_t who;
    vector_user(other, 2, PRIORITY_BELOW);
    process_start(other, vector_look, 0);
    do
        SAME(vector_report(&who), 0);
    while (who != 2);
    revoke(other->memory);
}

// The next thread of the space gets the same page, cleared.
static void one_page_a_thread(void)
{
    struct process process, other;
    uint64_t who;
    vector_start(&process, vector_look, 0);
    SAME(vector_report(&who), 0);
    uint64_t used = pages_used(process.space);
    take_unit(&other);
    delete (process.thread);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t thread = make(NJ_KIND_THREAD, 0);
        OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, vector_faults.badged, 0));
        OK(thread_bind_sched(thread, make_sched(VECTOR_TURN_NS, VECTOR_TURN_NS)));
        OK(thread_start(thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
        SAME(vector_report(&who), 0);
        SAME(who, 1);
        SAME(pages_used(process.space), used);
        if (i != 1)
            take_unit(&other);
        delete (thread);
    }
}

static void exactly_one_page_is_taken(void)
{
    struct process process;
    uint64_t who;
    vector_start(&process, vector_no_type, 0); // no stack, and none of the instructions runs
    uint64_t before = pages_used(process.space);
    fault_receive(&vector_faults);
    SAME(vector_faults.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    SAME(vector_faults.words[NJ_FAULT_WORD_PC], (uint64_t)(uintptr_t)vector_no_type);
    SAME(pages_used(process.space) - before, 1);
    fault_answer(&vector_faults, NJ_FAULT_REPLY_RESUME); // still without a type
    fault_receive(&vector_faults);
    SAME(vector_faults.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    fault_answer(&vector_faults, NJ_FAULT_REPLY_SUSPEND);
    OK(thread_start(process.thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
    SAME(vector_report(&who), 0);
    SAME(pages_used(process.space) - before, 1);
}

// Takes what is left, as message pages of threads that never run.
static void use_up(uint32_t space)
{
    struct space_info info;
    uint64_t address = PROCESS_MESSAGE_PAGE;
    enum nj_status status = NJ_OK;
    while (status == NJ_OK) {
        address += 4096;
        status = thread_configure(make(NJ_KIND_THREAD, 0), space, 1, 1, NJ_SLOT_NONE, address);
    }
    ANSWERS(status, NJ_NEEDS_SUPPLY);
    OK(space_info(space, &info));
    SAME(info.pages_used, info.pages_supplied);
}

static void without_supply_it_is_a_fault(void)
{
    struct process process;
    uint64_t who;
    vector_start(&process, vector_look, 0);
    use_up(process.space);
    for (uint32_t i = 0; i < 2; i++) {
        fault_receive(&vector_faults);
        SAME(vector_faults.words[NJ_FAULT_WORD_KIND], NJ_FAULT_NO_SUPPLY);
        SAME(vector_faults.words[NJ_FAULT_WORD_DETAIL], (uint64_t)(uintptr_t)vector_look);
        SAME(vector_faults.words[NJ_FAULT_WORD_PC], (uint64_t)(uintptr_t)vector_look);
        if (i == 1)
            OK(space_supply(process.space, make(NJ_KIND_UNTYPED, 1)));
        fault_answer(&vector_faults, NJ_FAULT_REPLY_RESUME);
    }
    uint64_t used = pages_used(process.space);
    SAME(vector_report(&who), 0);
    SAME(pages_used(process.space), used + 1);
}

// A space whose supply is `part` of `supply`, with a thread that has secrets in the unit.
static uint32_t make_supplied(uint32_t supply, uint32_t part)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), cnode = make(NJ_KIND_CNODE, 8), thread = make(NJ_KIND_THREAD, 0);
    uint64_t who;
    OK(untyped_retype(supply, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, part));
    OK(space_supply(space, part));
    OK(space_configure(space, NJ_SPACE_PROCESS, cnode));
    OK(cnode_copy(cnode, VECTOR_REPORTS, SLOT_CNODE, mint(vector_reports, NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL));
    OK(frame_map(copy(SLOT_TEXT, NJ_RIGHT_ALL), space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, vector_faults.badged, 0));
    OK(thread_bind_sched(thread, make_sched(VECTOR_TURN_NS, VECTOR_TURN_NS)));
    OK(thread_start(thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
    SAME(vector_report(&who), 0);
    pause_ns(20000);
    return thread;
}

// The state is in the unit when its page goes; nothing is saved there afterwards.
static void the_supply_revoked_while_the_unit_is_its(void)
{
    struct process other;
    uint64_t who;
    uint32_t supply = make(NJ_KIND_UNTYPED, 32), part = slot_next(), frame = slot_next();
    vector_begin();
    uint32_t thread = make_supplied(supply, part);
    revoke(supply);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    OK(untyped_retype(supply, NJ_KIND_FRAME, 1, 32, SLOT_CNODE, frame));
    vector_user(&other, 2, PRIORITY_BELOW);
    process_start(&other, vector_look, 0);
    SAME(vector_report(&who), 0);
    SAME(who, 2);
    OK(frame_map(frame, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    for (uint64_t i = 0; i < 32 * 4096; i += 8)
        SAME(*(volatile uint64_t *)(0x38000000 + i), 0);
}

static void the_supply_revoked_while_another_has_the_unit(void)
{
    struct process other;
    uint64_t who;
    uint32_t supply = make(NJ_KIND_UNTYPED, 32);
    vector_begin();
    uint32_t thread = make_supplied(supply, slot_next());
    vector_user(&other, 2, PRIORITY_BELOW);
    process_start(&other, vector_keep, keep(0x18, NJ_SYS_TIME, 50));
    do
        SAME(vector_report(&who), 0);
    while (who != 2);
    revoke(supply);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    for (uint32_t i = 0; i < 3; i++)
        SAME(vector_report(&who), 0);
    SAME(who, 2);
}

// Of two threads in the space the one without the unit goes, and its page; the other's stays.
static void a_thread_deleted_beside_the_owner(void)
{
    struct process process;
    uint64_t who;
    vector_start(&process, vector_look, 0);
    SAME(vector_report(&who), 0);
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, vector_faults.badged, 0));
    OK(thread_bind_sched(thread, make_sched(VECTOR_TURN_NS, VECTOR_TURN_NS)));
    OK(thread_start(thread, (uint64_t)(uintptr_t)vector_keep, PROCESS_MEMORY + 0xc000, keep(0x29, NJ_SYS_TIME, 50)));
    OK(thread_suspend(process.thread));
    SAME(vector_report(&who), 0);
    delete (process.thread);
    for (uint32_t i = 0; i < 3; i++)
        SAME(vector_report(&who), 0);
}

static const struct test_case cases[] = {
    CASE(one_page_a_thread),
    CASE(exactly_one_page_is_taken),
    CASE(without_supply_it_is_a_fault),
    CASE(the_supply_revoked_while_the_unit_is_its),
    CASE(the_supply_revoked_while_another_has_the_unit),
    CASE(a_thread_deleted_beside_the_owner),
};
VECTOR_GROUP(vector_page, cases, true);
