// SPDX-License-Identifier: Apache-2.0
// Vector registers over every way in which one thread runs after another: each finds its own.
#include "test/kernel/gate.h"
#include "test/kernel/vector.h"

static void two_processes_take_turns(void)
{
    struct process processes[2];
    uint64_t who, heard[3] = {0};
    vector_begin();
    for (uint32_t i = 0; i < 2; i++) {
        vector_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_keep, keep(0x35 + 0x60 * i, NJ_SYS_TIME, 200));
    }
    while (heard[1] < 3 || heard[2] < 3) {
        SAME(vector_report(&who), 0);
        heard[who]++;
    }
    CHECK(heard[1] < 9 && heard[2] < 9); // neither ran alone
}

static void three_threads_of_one_space(void)
{
    struct process process;
    uint64_t who;
    vector_begin();
    vector_user(&process, 1, PRIORITY_BELOW);
    process_start(&process, vector_keep, keep(0x11, NJ_SYS_YIELD, 50));
    uint64_t before = pages_used(process.space);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t thread = make(NJ_KIND_THREAD, 0);
        OK(thread_configure(thread, process.space, PRIORITY_BELOW, PRIORITY_BELOW, vector_faults.badged, 0));
        OK(thread_bind_sched(thread, make_sched(VECTOR_TURN_NS, VECTOR_TURN_NS)));
        OK(thread_start(thread, (uint64_t)(uintptr_t)vector_keep, PROCESS_MEMORY + 0xc000 - 0x1000 * i,
                        keep(0x52 + 0x40 * i, NJ_SYS_YIELD, 50)));
    }
    for (uint32_t i = 0; i < 9; i++) {
        SAME(vector_report(&who), 0);
        SAME(who, 1);
    }
    CHECK(pages_used(process.space) - before >= 6); // all of them ran: a page of registers and a stack each
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
        vector_begin();
        for (uint32_t n = 0; n < 2; n++) {
            vector_user(&processes[n], n + 1, PRIORITY_BELOW);
            process_give(&processes[n], 1, notification, NJ_RIGHT_ALL);
            process_start(&processes[n], vector_keep, keep(0x20 + 0x31 * n + i, calls[i], 40));
        }
        for (heard[1] = heard[2] = 0; heard[1] < 2 || heard[2] < 2;) {
            SAME(vector_report(&who), 0);
            heard[who]++;
        }
        for (uint32_t n = 0; n < 2; n++)
            revoke(processes[n].memory);
    }
}

static void make_server(struct process *server, uint32_t endpoint)
{
    vector_user(server, 2, PRIORITY_ABOVE);
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
    vector_begin();
    make_server(&server, endpoint);
    if (is_passive)
        OK(thread_unbind_sched(server.thread));
    vector_user(&client, 1, PRIORITY_BELOW);
    process_give(&client, 1, endpoint, NJ_RIGHT_ALL);
    process_start(&client, vector_keep, keep(0x47, NJ_SYS_CALL, 60));
    for (uint32_t i = 0; i < 4; i++)
        SAME(vector_report(&who), 0);
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
    vector_begin();
    vector_user(&waiter, 1, PRIORITY_ABOVE - 1); // preempts the signaller
    vector_user(&signaller, 2, PRIORITY_BELOW);
    process_give(&waiter, 1, notification, NJ_RIGHT_ALL);
    process_give(&signaller, 1, mint(notification, NJ_RIGHT_SEND, 4), NJ_RIGHT_ALL);
    process_start(&waiter, vector_keep, keep(0x66, NJ_SYS_WAIT, 50));
    process_start(&signaller, vector_keep, keep(0x77, NJ_SYS_SIGNAL, 50));
    while (heard[1] < 3 || heard[2] < 3) {
        SAME(vector_report(&who), 0);
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
    vector_begin();
    waiter->in[0] = make(NJ_KIND_NOTIFICATION, 0);
    worker_start(waiter);
    vector_user(&process, 1, PRIORITY_BELOW);
    process_give(&process, 1, mint((uint32_t)waiter->in[0], NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL);
    process_start(&process, vector_keep, keep(0x1e, NJ_SYS_SIGNAL, 50));
    for (uint32_t i = 0; i < 3; i++)
        SAME(vector_report(&who), 0);
    CHECK(waiter->out[0] >= 150);
}

// The waiter has the unit when it waits again; who signalled goes on, and uses it for the first time.
static void a_wait_lets_a_thread_without_go_on(void)
{
    struct process waiter, other;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t who;
    vector_begin();
    vector_user(&waiter, 1, PRIORITY_ABOVE);
    process_give(&waiter, 1, notification, NJ_RIGHT_ALL);
    process_start(&waiter, vector_keep, keep(0x1e, NJ_SYS_WAIT, 10000));
    SAME(state_of(waiter.thread), NJ_THREAD_WAITING);
    vector_user(&other, 2, PRIORITY_BELOW);
    process_give(&other, 1, mint(notification, NJ_RIGHT_SEND, 1), NJ_RIGHT_ALL);
    process_start(&other, vector_signal_and_look, 0);
    SAME(vector_report(&who), 0);
    SAME(who, 2);
}

static void a_fault_to_another_user(void)
{
    struct process handler, faulter;
    uint64_t who;
    vector_begin();
    vector_user(&handler, 2, PRIORITY_ABOVE);
    process_give(&handler, 1, vector_faults.endpoint, NJ_RIGHT_ALL);
    process_give(&handler, 3, vector_faults.reply, NJ_RIGHT_ALL);
    process_start(&handler, vector_handle, 0);
    vector_user(&faulter, 1, PRIORITY_BELOW);
    for (uint32_t i = 0; i < 4; i++) {
        process_start(&faulter, vector_fault, 0);
        SAME(vector_report(&who), 0);
        SAME(who, 2);
    }
}

// The callee may not use the unit, and what the caller has in it is as it was.
static void kept_over_a_gate(void)
{
    struct capsule callee;
    struct process caller;
    uint64_t who, calls, copied;
    vector_begin();
    gate_side(&callee, PRIORITY_BELOW);
    vector_user(&caller, 1, PRIORITY_BELOW);
    process_give(&caller, 1, gate_at(&callee, OFFSET(alone)), NJ_RIGHT_ALL);
    process_start(&caller, vector_keep, keep(0x5c, NJ_SYS_GATE_CALL, 50));
    for (uint32_t i = 0; i < 3; i++)
        SAME(vector_report(&who), 0);
    gate_state_is(&callee, NJ_GATE_IDLE, NJ_OK);
    OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&calls, callee.space, callee.data_base, 8, &copied));
    CHECK(calls >= 150);
}

static void a_thread_stopped_and_resumed(void)
{
    struct process process, other;
    uint64_t who;
    vector_start(&process, vector_keep, keep(0x71, NJ_SYS_TIME, 400));
    vector_user(&other, 2, PRIORITY_BELOW);
    for (uint32_t i = 0; i < 4; i++) {
        pause_ns(70000);
        OK(thread_suspend(process.thread));
        if (i == 1) {
            process_start(&other, vector_look, 0);
            SAME(vector_report(&who), 0);
            SAME(who, 2);
            delete (other.thread);
        }
        OK(thread_resume(process.thread));
    }
    SAME(vector_report(&who), 0);
    SAME(who, 1);
}

static const struct test_case cases[] = {
    CASE(two_processes_take_turns),        CASE(three_threads_of_one_space),
    CASE(kept_over_system_calls),          CASE(calls_to_an_active_server),
    CASE(calls_to_a_passive_server),       CASE(a_signal_wakes_another_user),
    CASE(a_signal_wakes_a_thread_without), CASE(a_wait_lets_a_thread_without_go_on),
    CASE(a_fault_to_another_user),         CASE(kept_over_a_gate),
    CASE(a_thread_stopped_and_resumed),
};
VECTOR_GROUP(vector_switch, cases, true);
