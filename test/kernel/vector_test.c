// SPDX-License-Identifier: Apache-2.0
// Vector registers of processes. The machine's command line says how long they are (vlen=BITS), if there are any.
#include "test/kernel/capsule.h"
#include <stdio.h>

#define REPORTS 2u // slot of a process
#define TURN_NS 20000u
#define SHARED 0x3f008000ull

void vector_keep(uint64_t), vector_look(uint64_t), vector_touch(uint64_t), vector_first(uint64_t),
    vector_no_type(uint64_t), vector_float(uint64_t), vector_serve(uint64_t), vector_other(uint64_t),
    vector_fault(uint64_t), vector_handle(uint64_t), vector_signal_and_look(uint64_t);
uint32_t machine_vlen;
#define FIRST_INSTRUCTIONS 17u
#define OTHER_INSTRUCTIONS 4u

static uint32_t reports;
static struct fault fault;

// A process of the suite's text, which reports with its number as badge; faults are received.
static void make_user(struct process *process, uint32_t number, uint32_t priority)
{
    process_make(process, priority, fault.badged);
    process_give(process, REPORTS, mint(reports, NJ_RIGHT_SEND, number), NJ_RIGHT_ALL);
    OK(sched_configure(SLOT_SCHED_CONTROL, process->sched, TURN_NS, TURN_NS));
}

static void begin(void)
{
    reports = make(NJ_KIND_ENDPOINT, 0);
    fault_make(&fault);
}

static void start_user(struct process *process, void (*run)(uint64_t argument), uint64_t argument)
{
    begin();
    make_user(process, 1, PRIORITY_BELOW);
    process_start(process, run, argument);
}

// The next report of anybody.
static uint64_t report(uint64_t *who)
{
    uint64_t words[8] = {0};
    SAME(nj_recv(reports, 0, words, who), 1);
    return words[0];
}

static uint64_t pages_used(uint32_t space)
{
    struct space_info info;
    OK(space_info(space, &info));
    return info.pages_used;
}

static uint64_t keep(uint64_t seed, uint64_t call, uint64_t rounds)
{
    return seed | call << 8 | rounds << 16;
}

static void two_processes_take_turns(void)
{
    struct process processes[2];
    uint64_t who, heard[3] = {0};
    begin();
    for (uint32_t i = 0; i < 2; i++) {
        make_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_keep, keep(0x35 + 0x60 * i, NJ_SYS_TIME, 200));
    }
    while (heard[1] < 3 || heard[2] < 3) {
        SAME(report(&who), 0);
        heard[who]++;
    }
    CHECK(heard[1] < 9 && heard[2] < 9); // neither ran alone
}

static void three_threads_of_one_space(void)
{
    struct process process;
    uint64_t who, heard[4] = {0};
    begin();
    make_user(&process, 1, PRIORITY_BELOW);
    process_start(&process, vector_keep, keep(0x11, NJ_SYS_YIELD, 50));
    uint64_t before = pages_used(process.space);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t thread = make(NJ_KIND_THREAD, 0);
        OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
        OK(thread_bind_sched(thread, make_sched(TURN_NS, TURN_NS)));
        OK(thread_start(thread, (uint64_t)(uintptr_t)vector_keep, PROCESS_MEMORY + 0xc000 - 0x1000 * i,
                        keep(0x52 + 0x40 * i, NJ_SYS_YIELD, 50)));
    }
    for (uint32_t i = 0; i < 9; i++) {
        SAME(report(&who), 0);
        heard[who]++;
    }
    SAME(heard[1], 9);
    CHECK(pages_used(process.space) - before >= 3); // one each; and stacks
}

// Every call that may switch threads, with another user of vectors to switch to.
static void kept_over_system_calls(void)
{
    static const uint64_t calls[] = {NJ_SYS_YIELD, NJ_SYS_SIGNAL, NJ_SYS_POLL,
                                     NJ_SYS_TIME,  NJ_SYS_INVOKE, NJ_SYS_TRY_RECV};
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t who, heard[3] = {0};
    struct process processes[2];
    for (uint32_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        begin();
        for (uint32_t n = 0; n < 2; n++) {
            make_user(&processes[n], n + 1, PRIORITY_BELOW);
            process_give(&processes[n], 1, notification, NJ_RIGHT_ALL);
            process_start(&processes[n], vector_keep, keep(0x20 + 0x31 * n + i, calls[i], 40));
        }
        for (heard[1] = heard[2] = 0; heard[1] < 2 || heard[2] < 2;) {
            SAME(report(&who), 0);
            heard[who]++;
        }
        for (uint32_t n = 0; n < 2; n++)
            revoke(processes[n].memory);
    }
}

static void make_server(struct process *server, uint32_t endpoint)
{
    make_user(server, 2, PRIORITY_ABOVE);
    process_give(server, 1, endpoint, NJ_RIGHT_ALL);
    process_give(server, 3, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
    process_start(server, vector_serve, 0);
    SAME(state_of(server->thread), NJ_THREAD_RECEIVING);
}

// Client and server both use vectors; the answer is computed with them, and the client's survive.
static void calls_between_users(bool is_passive)
{
    struct process client, server;
    uint64_t who;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    begin();
    make_server(&server, endpoint);
    if (is_passive)
        OK(thread_unbind_sched(server.thread));
    make_user(&client, 1, PRIORITY_BELOW);
    process_give(&client, 1, endpoint, NJ_RIGHT_ALL);
    process_start(&client, vector_keep, keep(0x47, NJ_SYS_CALL, 60));
    for (uint32_t i = 0; i < 4; i++)
        SAME(report(&who), 0);
    uint64_t words[8] = {99};
    if (is_passive)
        OK(thread_set_priority(server.thread, PRIORITY_ABOVE, PRIORITY_ABOVE, NJ_BOOT_SLOT_THREAD));
    SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 1);
    SAME(words[0], 100);
}

static void calls_to_an_active_server(void)
{
    calls_between_users(false);
}

static void calls_to_a_passive_server(void)
{
    calls_between_users(true);
}

static void a_signal_wakes_another_user(void)
{
    struct process waiter, signaller;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t who, heard[3] = {0};
    begin();
    make_user(&waiter, 1, PRIORITY_ABOVE - 1); // preempts the signaller
    make_user(&signaller, 2, PRIORITY_BELOW);
    process_give(&waiter, 1, notification, NJ_RIGHT_ALL);
    process_give(&signaller, 1, mint(notification, NJ_RIGHT_SEND, 4), NJ_RIGHT_ALL);
    process_start(&waiter, vector_keep, keep(0x66, NJ_SYS_WAIT, 50));
    process_start(&signaller, vector_keep, keep(0x77, NJ_SYS_SIGNAL, 50));
    while (heard[1] < 3 || heard[2] < 3) {
        SAME(report(&who), 0);
        heard[who]++;
    }
}

static void wait_for_ever(struct worker *worker)
{
    uint64_t word;
    while (nj_wait((uint32_t)worker->in[0], &word) == NJ_OK)
        worker->out[0]++;
}

static void a_signal_wakes_a_thread_without(void)
{
    struct process process;
    struct worker *waiter = worker_make(wait_for_ever, PRIORITY_ABOVE, NJ_SLOT_NONE);
    uint64_t who;
    begin();
    waiter->in[0] = make(NJ_KIND_NOTIFICATION, 0);
    worker_start(waiter);
    make_user(&process, 1, PRIORITY_BELOW);
    process_give(&process, 1, mint((uint32_t)waiter->in[0], NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL);
    process_start(&process, vector_keep, keep(0x1e, NJ_SYS_SIGNAL, 50));
    for (uint32_t i = 0; i < 3; i++)
        SAME(report(&who), 0);
    CHECK(waiter->out[0] >= 150);
}

// The waiter has the unit when it waits again; who signalled goes on, and uses it for the first time.
static void a_wait_lets_a_thread_without_go_on(void)
{
    struct process waiter, other;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t who;
    begin();
    make_user(&waiter, 1, PRIORITY_ABOVE);
    process_give(&waiter, 1, notification, NJ_RIGHT_ALL);
    process_start(&waiter, vector_keep, keep(0x1e, NJ_SYS_WAIT, 10000));
    SAME(state_of(waiter.thread), NJ_THREAD_WAITING);
    make_user(&other, 2, PRIORITY_BELOW);
    process_give(&other, 1, mint(notification, NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL);
    process_start(&other, vector_signal_and_look, 0);
    SAME(report(&who), 0);
    SAME(who, 2);
}

static void a_fault_to_another_user(void)
{
    struct process handler, faulter;
    uint64_t who;
    begin();
    make_user(&handler, 2, PRIORITY_ABOVE);
    process_give(&handler, 1, fault.endpoint, NJ_RIGHT_ALL);
    process_give(&handler, 3, fault.reply, NJ_RIGHT_ALL);
    process_start(&handler, vector_handle, 0);
    make_user(&faulter, 1, PRIORITY_BELOW);
    for (uint32_t i = 0; i < 4; i++) {
        process_start(&faulter, vector_fault, 0);
        SAME(report(&who), 0);
        SAME(who, 2);
    }
}

// The callee may not use the unit, and what the caller has in it is as it was.
static void kept_over_a_gate(void)
{
    CAPSULE_PROGRAM(gate_program);
    extern const uint32_t gate_add[];
    struct capsule callee;
    struct process caller;
    uint32_t gate = slot_next();
    uint64_t who;
    begin();
    capsule_make(&callee, CAPSULE_WORDS(gate_program), NJ_SPACE_CAPSULE, PRIORITY_BELOW, 0);
    OK(space_gate(callee.space, (uint64_t)(gate_add - gate_program) * 4, 1, SLOT_CNODE, gate));
    make_user(&caller, 1, PRIORITY_BELOW);
    process_give(&caller, 1, gate, NJ_RIGHT_ALL);
    process_start(&caller, vector_keep, keep(0x5c, NJ_SYS_GATE_CALL, 50));
    for (uint32_t i = 0; i < 3; i++)
        SAME(report(&who), 0);
    struct gate_state state;
    OK(space_gate_state(callee.space, &state));
    SAME(state.state, NJ_GATE_IDLE);
}

static void all_is_zero_at_first(void)
{
    struct process process;
    uint64_t who;
    start_user(&process, vector_look, 0);
    SAME(report(&who), 0);
}

static void nothing_of_an_owner_that_lives(void)
{
    struct process processes[4];
    uint64_t who;
    begin();
    for (uint32_t i = 0; i < 4; i++) {
        make_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_look, 0);
        do
            SAME(report(&who), 0);
        while (who != i + 1);
    }
}

static void nothing_of_an_owner_that_died(void)
{
    struct process process;
    uint64_t who;
    for (uint32_t i = 0; i < 4; i++) {
        start_user(&process, vector_look, 0);
        SAME(report(&who), 0);
        pause_ns(20000); // it has reported once more: its secrets are in the unit
        if (i % 2 == 0)
            delete (process.thread);
        else
            revoke(process.memory);
    }
}

// Another process takes the unit, so that what this thread left in it is written to its page.
static void take_unit(struct process *other)
{
    uint64_t who;
    make_user(other, 2, PRIORITY_BELOW);
    process_start(other, vector_look, 0);
    do
        SAME(report(&who), 0);
    while (who != 2);
    revoke(other->memory);
}

// The next thread of the space gets the same page, cleared.
static void one_page_a_thread(void)
{
    struct process process, other;
    uint64_t who;
    start_user(&process, vector_look, 0);
    SAME(report(&who), 0);
    uint64_t used = pages_used(process.space);
    take_unit(&other);
    delete (process.thread);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t thread = make(NJ_KIND_THREAD, 0);
        OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
        OK(thread_bind_sched(thread, make_sched(TURN_NS, TURN_NS)));
        OK(thread_start(thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
        SAME(report(&who), 0);
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
    start_user(&process, vector_no_type, 0); // no stack, and none of the instructions runs
    uint64_t before = pages_used(process.space);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    SAME(fault.words[NJ_FAULT_WORD_PC], (uint64_t)(uintptr_t)vector_no_type);
    SAME(pages_used(process.space) - before, 1);
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME); // still without a type
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    OK(thread_start(process.thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
    SAME(report(&who), 0);
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
    start_user(&process, vector_look, 0);
    use_up(process.space);
    for (uint32_t i = 0; i < 2; i++) {
        fault_receive(&fault);
        SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_NO_SUPPLY);
        SAME(fault.words[NJ_FAULT_WORD_DETAIL], (uint64_t)(uintptr_t)vector_look);
        SAME(fault.words[NJ_FAULT_WORD_PC], (uint64_t)(uintptr_t)vector_look);
        if (i == 1)
            OK(space_supply(process.space, make(NJ_KIND_UNTYPED, 1)));
        fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    }
    uint64_t used = pages_used(process.space);
    SAME(report(&who), 0);
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
    OK(cnode_copy(cnode, REPORTS, SLOT_CNODE, mint(reports, NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL));
    OK(frame_map(copy(SLOT_TEXT, NJ_RIGHT_ALL), space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
    OK(thread_bind_sched(thread, make_sched(TURN_NS, TURN_NS)));
    OK(thread_start(thread, (uint64_t)(uintptr_t)vector_look, 0, 0));
    SAME(report(&who), 0);
    pause_ns(20000);
    return thread;
}

// The state is in the unit when its page goes; nothing is saved there afterwards.
static void the_supply_revoked_while_the_unit_is_its(void)
{
    struct process other;
    uint64_t who;
    uint32_t supply = make(NJ_KIND_UNTYPED, 32), part = slot_next(), frame = slot_next();
    begin();
    uint32_t thread = make_supplied(supply, part);
    revoke(supply);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    OK(untyped_retype(supply, NJ_KIND_FRAME, 1, 32, SLOT_CNODE, frame));
    make_user(&other, 2, PRIORITY_BELOW);
    process_start(&other, vector_look, 0);
    SAME(report(&who), 0);
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
    begin();
    uint32_t thread = make_supplied(supply, slot_next());
    make_user(&other, 2, PRIORITY_BELOW);
    process_start(&other, vector_keep, keep(0x18, NJ_SYS_TIME, 50));
    do
        SAME(report(&who), 0);
    while (who != 2);
    revoke(supply);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    for (uint32_t i = 0; i < 3; i++)
        SAME(report(&who), 0);
    SAME(who, 2);
}

// Of two threads in the space the one without the unit goes, and its page; the other's stays.
static void a_thread_deleted_beside_the_owner(void)
{
    struct process process;
    uint64_t who;
    start_user(&process, vector_look, 0);
    SAME(report(&who), 0);
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
    OK(thread_bind_sched(thread, make_sched(TURN_NS, TURN_NS)));
    OK(thread_start(thread, (uint64_t)(uintptr_t)vector_keep, PROCESS_MEMORY + 0xc000, keep(0x29, NJ_SYS_TIME, 50)));
    OK(thread_suspend(process.thread));
    SAME(report(&who), 0);
    delete (process.thread);
    for (uint32_t i = 0; i < 3; i++)
        SAME(report(&who), 0);
}

static void a_thread_stopped_and_resumed(void)
{
    struct process process, other;
    uint64_t who;
    start_user(&process, vector_keep, keep(0x71, NJ_SYS_TIME, 400));
    make_user(&other, 2, PRIORITY_BELOW);
    for (uint32_t i = 0; i < 4; i++) {
        pause_ns(70000);
        OK(thread_suspend(process.thread));
        if (i == 1) {
            process_start(&other, vector_look, 0);
            SAME(report(&who), 0);
            SAME(who, 2);
            delete (other.thread);
        }
        OK(thread_resume(process.thread));
    }
    SAME(report(&who), 0);
    SAME(who, 1);
}

static void a_page_fault_in_the_middle(void)
{
    struct process process;
    uint64_t who;
    start_user(&process, vector_touch, PROCESS_MEMORY + 0x2000);
    SAME(report(&who), 0);
    SAME(report(&who), 0);
}

static void with_floating_point(void)
{
    struct process processes[2];
    uint64_t who;
    begin();
    for (uint32_t i = 0; i < 2; i++) {
        make_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_float, 1000 * (i + 1));
    }
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t sum = report(&who);
        SAME(sum, 2000 * who);
    }
}

static void every_sort_of_instruction_can_be_the_first(void)
{
    struct process process;
    uint64_t who;
    for (uint32_t i = 0; i < FIRST_INSTRUCTIONS; i++) {
        start_user(&process, vector_first, i);
        SAME(report(&who), 1);
        revoke(process.memory);
    }
}

static void other_illegal_instructions_take_nothing(void)
{
    struct process process;
    for (uint64_t i = 0; i < OTHER_INSTRUCTIONS; i++) {
        start_user(&process, vector_other, i);
        uint64_t before = pages_used(process.space);
        for (uint32_t n = 0; n < 2; n++) {
            fault_receive(&fault);
            SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
            fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
        }
        SAME(pages_used(process.space), before);
        revoke(process.memory);
    }
}

static const struct test_case cases[] = {
    CASE(two_processes_take_turns),
    CASE(three_threads_of_one_space),
    CASE(kept_over_system_calls),
    CASE(calls_to_an_active_server),
    CASE(calls_to_a_passive_server),
    CASE(a_signal_wakes_another_user),
    CASE(a_signal_wakes_a_thread_without),
    CASE(a_wait_lets_a_thread_without_go_on),
    CASE(a_fault_to_another_user),
    CASE(kept_over_a_gate),
    CASE(all_is_zero_at_first),
    CASE(nothing_of_an_owner_that_lives),
    CASE(nothing_of_an_owner_that_died),
    CASE(one_page_a_thread),
    CASE(exactly_one_page_is_taken),
    CASE(without_supply_it_is_a_fault),
    CASE(the_supply_revoked_while_the_unit_is_its),
    CASE(the_supply_revoked_while_another_has_the_unit),
    CASE(a_thread_deleted_beside_the_owner),
    CASE(a_thread_stopped_and_resumed),
    CASE(a_page_fault_in_the_middle),
    CASE(with_floating_point),
    CASE(every_sort_of_instruction_can_be_the_first),
    CASE(other_illegal_instructions_take_nothing),
};

// Without a unit, or with one whose state is longer than a page.
static void without_a_unit_it_is_an_illegal_instruction(void)
{
    struct process process;
    start_user(&process, vector_look, 0);
    uint64_t before = pages_used(process.space);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    SAME(fault.words[NJ_FAULT_WORD_DETAIL], 0xc2102473); // csrr s0, vtype
    SAME(pages_used(process.space), before);
}
static const struct test_case without = CASE(without_a_unit_it_is_an_illegal_instruction);

static bool has_unit(void)
{
    return machine_vlen >= 128 && machine_vlen <= 512;
}

static const struct test_case *case_of(uint32_t number)
{
    return has_unit() ? &cases[number] : &without;
}

static uint32_t count_of(void)
{
    return has_unit() ? sizeof(cases) / sizeof(cases[0]) : 1;
}

static void run(uint32_t number)
{
    case_of(number)->run();
}

static void name_of(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "%s", case_of(number)->name);
}

const struct test_group vector_group = {.name = "vector", .count_of = count_of, .run = run, .name_of = name_of};
