// SPDX-License-Identifier: Apache-2.0
// Threads: configuration, life, registers, restarted calls.
#include "test/kernel/peer.h"

#define NONE nj_receive(NJ_SLOT_NONE, NJ_SLOT_NONE)

static volatile uint64_t counter;

static void count_for_ever(struct worker *worker)
{
    (void)worker;
    for (;;)
        counter++;
}

static void do_nothing(struct worker *worker)
{
    (void)worker;
}

static void starts_and_ends(void)
{
    struct worker *worker = worker_run(do_nothing, PRIORITY_ABOVE);
    CHECK(worker->is_done);
    SAME(state_of(worker->thread), NJ_THREAD_INACTIVE);
}

static void configure_once(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    OK(thread_configure(thread, SLOT_SPACE, 5, 9, NJ_SLOT_NONE, 0));
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 9, NJ_SLOT_NONE, 0), NJ_WRONG_STATE);
}

static void configure_checks_its_arguments(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0), space = make(NJ_KIND_SPACE, 0), empty = slot_next();
    ANSWERS(thread_configure(thread, SLOT_SPACE, 6, 5, NJ_SLOT_NONE, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 6, 256, NJ_SLOT_NONE, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(thread, NJ_THREAD_CONFIGURE, SLOT_SPACE, 1ull << 32, 1ull << 32, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(thread_configure(thread, thread, 5, 5, NJ_SLOT_NONE, 0), NJ_WRONG_KIND);
    ANSWERS(thread_configure(thread, empty, 5, 5, NJ_SLOT_NONE, 0), NJ_EMPTY_SLOT);
    ANSWERS(thread_configure(thread, space, 5, 5, NJ_SLOT_NONE, 0), NJ_WRONG_STATE);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, SLOT_SPACE, 0), NJ_WRONG_KIND);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, empty, 0), NJ_EMPTY_SLOT);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, NJ_SLOT_NONE, 0x30000001), NJ_BAD_ARGUMENT);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, NJ_SLOT_NONE, NJ_COMPONENT_BASE), NJ_ALREADY_MAPPED);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, NJ_SLOT_NONE, 1ull << 47), NJ_BAD_ARGUMENT);
    ANSWERS(thread_configure(thread, SLOT_SPACE, 5, 5, NJ_SLOT_NONE, 0xfffffffffffff000), NJ_BAD_ARGUMENT);
    OK(thread_configure(thread, SLOT_SPACE, 5, 5, NJ_SLOT_NONE, 0)); // none of that counted
}

static void unconfigured_threads_do_not_run(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    ANSWERS(thread_start(thread, NJ_COMPONENT_BASE, 0, 0), NJ_WRONG_STATE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    ANSWERS(thread_suspend(thread), NJ_WRONG_STATE);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
}

static void start_only_when_inactive(void)
{
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    ANSWERS(thread_start(worker->thread, NJ_COMPONENT_BASE, 0, 0), NJ_WRONG_STATE);
    ANSWERS(thread_resume(worker->thread), NJ_WRONG_STATE);
    ANSWERS(thread_start(worker_make(do_nothing, 1, 0)->thread, 0x10001, 0, 0), NJ_BAD_ARGUMENT);
}

static void suspend_stops_and_resume_goes_on(void)
{
    counter = 0;
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    SAME(counter, 0);
    pause_ns(1000000);
    OK(thread_suspend(worker->thread));
    uint64_t stopped = counter;
    CHECK(stopped > 0);
    pause_ns(1000000);
    SAME(counter, stopped);
    OK(thread_suspend(worker->thread));
    OK(thread_resume(worker->thread));
    pause_ns(1000000);
    CHECK(counter > stopped);
}

static void info_tells_priority_time_and_space(void)
{
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    struct thread_info info;
    OK(thread_info(worker->thread, &info));
    SAME(info.state, NJ_THREAD_READY);
    SAME(info.priority, PRIORITY_BELOW);
    SAME(info.space_type, NJ_SPACE_PROCESS);
    SAME(info.faults, 0);
    SAME(info.cpu_ns, 0);
    pause_ns(3000000);
    OK(thread_info(worker->thread, &info));
    CHECK(info.cpu_ns > 2500000 && info.cpu_ns < 3100000);
}

static void registers_are_read_and_written(void)
{
    struct worker *worker = worker_make(do_nothing, PRIORITY_BELOW, 0);
    uint64_t in[32], out[40] = {0};
    for (uint32_t i = 0; i < 32; i++)
        in[i] = 0x1000 + 2 * i;
    for (uint32_t i = 1; i < 31; i += 6)
        OK(thread_write_registers(worker->thread, i, 6, &in[i]));
    OK(thread_write_registers(worker->thread, 31, 1, &in[31]));
    OK(thread_write_registers(worker->thread, 0, 1, &in[0]));
    for (uint32_t i = 0; i < 40; i += 8)
        if (i < 33)
            OK(thread_read_registers(worker->thread, i, &out[i]));
    for (uint32_t i = 0; i < 32; i++)
        SAME(out[i], in[i]);
}

static void a_thread_runs_with_written_registers(void)
{
    counter = 0;
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    pause_ns(100000);
    OK(thread_suspend(worker->thread));
    // Into the loop that runs for ever comes another function.
    uint64_t pc, registers[8];
    OK(thread_read_registers(worker->thread, 0, registers));
    CHECK(registers[0] > NJ_COMPONENT_BASE);
    extern char peer_store[];
    pc = (uint64_t)(uintptr_t)peer_store;
    OK(thread_write_registers(worker->thread, 0, 1, &pc));
    uint64_t arguments[2] = {(uint64_t)(uintptr_t)&worker->out[0], 0x1122334455667788};
    OK(thread_write_registers(worker->thread, 10, 2, arguments));
    OK(thread_resume(worker->thread));
    pause_ns(100000);
    SAME(worker->out[0], 0x1122334455667788);
}

static void register_numbers_are_checked(void)
{
    struct worker *worker = worker_make(do_nothing, PRIORITY_BELOW, 0);
    uint64_t registers[8] = {0};
    OK(thread_read_registers(worker->thread, 32, registers));
    ANSWERS(thread_read_registers(worker->thread, 33, registers), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_READ_REGISTERS, 1ull << 32, 0, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 33, 1, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 32, 1, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 30, 3, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 1, 0, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 1, 7, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(worker->thread, NJ_THREAD_WRITE_REGISTERS, 0, 1, 0x10001, 0, 0), NJ_BAD_ARGUMENT);
}

static void registers_of_a_running_thread_are_its_own(void)
{
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    uint64_t registers[8] = {0};
    ANSWERS(thread_read_registers(worker->thread, 0, registers), NJ_WRONG_STATE);
    ANSWERS(thread_write_registers(worker->thread, 1, 1, registers), NJ_WRONG_STATE);
    ANSWERS(thread_read_registers(SLOT_RUNNER, 0, registers), NJ_WRONG_STATE);
}

// A call that was left by suspend is made again by resume.

static void a_receive_is_restarted(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    uint64_t words[8] = {9};
    OK(thread_suspend(receiver->worker->thread));
    ANSWERS(nj_status_of(nj_try_send(endpoint, nj_tag(1, 0), words)), NJ_WOULD_BLOCK);
    OK(thread_resume(receiver->worker->thread));
    SAME(state_of(receiver->worker->thread), NJ_THREAD_RECEIVING);
    words[0] = 9;
    SAME(nj_send(endpoint, nj_tag(1, 0), words), 0);
    CHECK(peer_ended(receiver, 1));
    SAME(receiver->words[0], 9);
}

static void a_send_is_restarted(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, nj_tag(8, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    OK(thread_suspend(sender->worker->thread));
    ANSWERS(nj_status_of(nj_try_recv(endpoint, NONE, words, &badge)), NJ_WOULD_BLOCK);
    OK(thread_resume(sender->worker->thread));
    SAME(nj_recv(endpoint, NONE, words, &badge), 8);
    for (uint32_t i = 0; i < 8; i++)
        SAME(words[i], i + 1);
    CHECK(peer_ended(sender, 0));
}

static void a_call_not_yet_received_is_restarted(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    OK(thread_suspend(caller->worker->thread));
    OK(thread_resume(caller->worker->thread));
    peer_server(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
    CHECK(peer_ended(caller, 1));
    SAME(caller->words[0], 2);
}

// It has been received already: made again, it would be received twice.
static void a_call_in_service_is_not_made_again(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 1);
    OK(thread_suspend(caller->worker->thread));
    CHECK(!caller->worker->is_done);
    OK(thread_resume(caller->worker->thread));
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
    ANSWERS(nj_status_of(nj_try_recv(endpoint, nj_receive(reply, 0), words, &badge)), NJ_WOULD_BLOCK);
}

static void check_server_goes_on(struct peer *server, uint32_t endpoint)
{
    for (uint64_t round = 1; round <= 4; round++) {
        uint64_t words[8] = {round, 0, 0, 0, 0, 0, 0, 70};
        SAME(nj_call(endpoint, nj_tag(8, 0), 0, words), 8);
        SAME(words[0], round + 1);
        SAME(words[7], 71);
        SAME(server->calls, round);
        OK(thread_suspend(server->worker->thread)); // it waits in reply_recv, having answered
        OK(thread_resume(server->worker->thread));
        SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    }
}

static void a_server_that_waits_is_restarted(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    check_server_goes_on(peer_server(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE), endpoint);
}

// What it did before by the complete path, a wait, is not what it does now.
static void wait_then_serve(struct worker *worker)
{
    uint64_t words[8] = {0}, badge, offered = nj_receive((uint32_t)worker->in[1], 0);
    uint32_t endpoint = (uint32_t)worker->in[0];
    worker->out[0] = nj_recv(endpoint, offered, words, &badge) >= 0;
    worker->out[1] = enter(NJ_SYS_WAIT, NJ_SLOT_NONE, 0, 0, words, &badge) == -(int64_t)NJ_EMPTY_SLOT;
    for (;;)
        worker->out[2] += enter(NJ_SYS_REPLY_RECV, endpoint, 0, offered, words, &badge) >= 0;
}

static void a_server_that_has_waited_is_restarted(void)
{
    struct worker *server = worker_make(wait_then_serve, PRIORITY_ABOVE, 0);
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0};
    server->in[0] = endpoint;
    server->in[1] = make(NJ_KIND_REPLY, 0);
    worker_start(server);
    SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 0);
    CHECK(server->out[0] && server->out[1]);
    OK(thread_suspend(server->thread));
    OK(thread_resume(server->thread));
    SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 0);
    SAME(server->out[2], 1);
}

// It has answered, as far as there was something to answer. By now that reply object may hold somebody else's caller.
static void an_answer_is_not_made_again(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), other = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_call(NJ_SYS_REPLY_RECV, endpoint, nj_tag(8, 0), nj_receive(reply, 0), PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    OK(thread_suspend(server->worker->thread));
    struct peer *caller = peer_call(NJ_SYS_CALL, other, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(nj_recv(other, nj_receive(reply, 0), words, &badge), 1);
    OK(thread_resume(server->worker->thread));
    CHECK(!caller->worker->is_done);
    SAME(nj_send(reply, nj_tag(0, 0), words), 0);
    CHECK(peer_ended(caller, 0));
}

static void registers_of_a_waiting_server_can_be_read(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *server = peer_server(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
    uint64_t words[8] = {0}, registers[8] = {0};
    SAME(nj_call(endpoint, nj_tag(8, 0), 0, words), 8);
    OK(thread_suspend(server->worker->thread));
    OK(thread_read_registers(server->worker->thread, 0, registers));
    CHECK(registers[0] > NJ_COMPONENT_BASE && registers[0] < NJ_COMPONENT_BASE + 0x40000);
    SAME(registers[5], endpoint); // t0, with which the call will be made again
}

static void a_wait_is_restarted(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct peer *waiter = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_ABOVE);
    OK(thread_suspend(waiter->worker->thread));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 8)));
    SAME(state_of(waiter->worker->thread), NJ_THREAD_INACTIVE);
    OK(thread_resume(waiter->worker->thread));
    CHECK(waiter->worker->is_done);
    SAME(waiter->words[0], 8);
}

static void set_priority_is_bounded_by_the_authority(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0), authority = make(NJ_KIND_THREAD, 0);
    struct thread_info info;
    OK(thread_configure(thread, SLOT_SPACE, 1, 1, NJ_SLOT_NONE, 0));
    OK(thread_configure(authority, SLOT_SPACE, 1, 50, NJ_SLOT_NONE, 0));
    OK(thread_set_priority(thread, 50, 50, authority));
    OK(thread_info(thread, &info));
    SAME(info.priority, 50);
    ANSWERS(thread_set_priority(thread, 51, 51, authority), NJ_BAD_ARGUMENT);
    ANSWERS(thread_set_priority(thread, 10, 51, authority), NJ_BAD_ARGUMENT);
    ANSWERS(thread_set_priority(thread, 11, 10, authority), NJ_BAD_ARGUMENT);
    ANSWERS(thread_set_priority(thread, 1, 1, SLOT_SPACE), NJ_WRONG_KIND);
    ANSWERS(thread_set_priority(thread, 1, 1, slot_next()), NJ_EMPTY_SLOT);
    OK(thread_info(thread, &info));
    SAME(info.priority, 50);
}

static void deleting_a_running_thread_stops_it(void)
{
    counter = 0;
    struct worker *worker = worker_run(count_for_ever, PRIORITY_BELOW);
    pause_ns(100000);
    delete (worker->thread);
    uint64_t stopped = counter;
    CHECK(stopped > 0);
    pause_ns(1000000);
    SAME(counter, stopped);
}

static void delete_itself(struct worker *worker)
{
    worker->out[0] = 1;
    enum nj_status status = cnode_delete(SLOT_CNODE, worker->thread);
    worker->out[0] = 2 + status; // never
}

static void a_thread_that_deletes_itself(void)
{
    struct worker *worker = worker_run(delete_itself, PRIORITY_ABOVE);
    SAME(worker->out[0], 1);
    SAME(kind_of(worker->thread), NJ_KIND_EMPTY);
}

static void a_thread_that_revokes_its_own_memory(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 4), thread = slot_next(), sched = slot_next();
    OK(untyped_retype(memory, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, thread));
    OK(untyped_retype(memory, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, sched));
    OK(sched_configure(SLOT_SCHED_CONTROL, sched, 1000000, 1000000));
    OK(thread_configure(thread, SLOT_SPACE, PRIORITY_ABOVE, PRIORITY_ABOVE, NJ_SLOT_NONE, 0));
    OK(thread_bind_sched(thread, sched));
    extern char peer_revoke[];
    OK(thread_start(thread, (uint64_t)(uintptr_t)peer_revoke, 0, memory));
    // It ran, and stopped itself half-way; the rest is ours.
    SAME(kind_of(thread), NJ_KIND_EMPTY);
    revoke(memory);
    SAME(kind_of(sched), NJ_KIND_EMPTY);
}

static void unknown_operation(void)
{
    ANSWERS(invoke_raw(make(NJ_KIND_THREAD, 0), 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static const struct test_case cases[] = {
    CASE(starts_and_ends),
    CASE(configure_once),
    CASE(configure_checks_its_arguments),
    CASE(unconfigured_threads_do_not_run),
    CASE(start_only_when_inactive),
    CASE(suspend_stops_and_resume_goes_on),
    CASE(info_tells_priority_time_and_space),
    CASE(registers_are_read_and_written),
    CASE(a_thread_runs_with_written_registers),
    CASE(register_numbers_are_checked),
    CASE(registers_of_a_running_thread_are_its_own),
    CASE(a_receive_is_restarted),
    CASE(a_send_is_restarted),
    CASE(a_call_not_yet_received_is_restarted),
    CASE(a_call_in_service_is_not_made_again),
    CASE(a_server_that_waits_is_restarted),
    CASE(a_server_that_has_waited_is_restarted),
    CASE(an_answer_is_not_made_again),
    CASE(registers_of_a_waiting_server_can_be_read),
    CASE(a_wait_is_restarted),
    CASE(set_priority_is_bounded_by_the_authority),
    CASE(deleting_a_running_thread_stops_it),
    CASE(a_thread_that_deletes_itself),
    CASE(a_thread_that_revokes_its_own_memory),
    CASE(unknown_operation),
};
GROUP(thread, cases);
