// SPDX-License-Identifier: Apache-2.0
// Notifications: bits that gather, waiters, bound threads.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define NONE nj_receive(NJ_SLOT_NONE, NJ_SLOT_NONE)

static void signals_gather(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 4)));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1ull << 63 | 1)));
    OK(nj_wait(notification, &word));
    SAME(word, 1ull << 63 | 5);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
    SAME(word, 0);
}

static void poll_takes_the_word(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 6)));
    OK(nj_poll(notification, &word));
    SAME(word, 6);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
}

static void a_signal_without_badge_sets_nothing(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    OK(nj_signal(notification));
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
}

static void a_signal_wakes_one_waiter(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_SEND, 2);
    struct peer *one = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_ABOVE);
    struct peer *two = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_ABOVE);
    uint64_t word;
    SAME(state_of(one->worker->thread), NJ_THREAD_WAITING);
    OK(nj_signal(badged));
    CHECK(one->worker->is_done && one->result >= 0);
    SAME(one->words[0], 2);
    SAME(state_of(two->worker->thread), NJ_THREAD_WAITING);
    OK(nj_signal(badged));
    CHECK(two->worker->is_done && two->result >= 0);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
}

static void rights(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    ANSWERS(nj_signal(copy(notification, NJ_RIGHT_ALL & ~NJ_RIGHT_SEND)), NJ_NO_RIGHT);
    ANSWERS(nj_wait(copy(notification, NJ_RIGHT_ALL & ~NJ_RIGHT_RECV), &word), NJ_NO_RIGHT);
    ANSWERS(nj_poll(copy(notification, NJ_RIGHT_ALL & ~NJ_RIGHT_RECV), &word), NJ_NO_RIGHT);
}

static void slots_are_checked(void)
{
    uint32_t empty = slot_next(), endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t word;
    ANSWERS(nj_signal(empty), NJ_EMPTY_SLOT);
    ANSWERS(nj_wait(empty, &word), NJ_EMPTY_SLOT);
    ANSWERS(nj_poll(SLOT_END, &word), NJ_SLOT_RANGE);
    ANSWERS(nj_signal(endpoint), NJ_WRONG_KIND);
    ANSWERS(nj_wait(endpoint, &word), NJ_WRONG_KIND);
    ANSWERS(nj_poll(0, &word), NJ_EMPTY_SLOT);
    ANSWERS(invoke_raw(make(NJ_KIND_NOTIFICATION, 0), 1, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void deleting_it_wakes_waiters(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct peer *one = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_ABOVE);
    struct peer *two = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_BELOW);
    pause_ns(100000);
    delete (notification);
    CHECK(peer_ended(one, -NJ_PEER_LOST));
    pause_ns(100000);
    CHECK(peer_ended(two, -NJ_PEER_LOST));
}

static struct peer *bound_server(uint32_t endpoint, uint32_t reply, uint32_t notification)
{
    struct peer *server = peer_make(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    OK(thread_bind_notification(server->worker->thread, notification));
    worker_start(server->worker);
    return server;
}

static void a_bound_signal_ends_a_receive(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct peer *server = bound_server(make(NJ_KIND_ENDPOINT, 0), make(NJ_KIND_REPLY, 0), notification);
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x30)));
    CHECK(server->worker->is_done);
    CHECK(server->result >= 0 && (server->result & NJ_TAG_SIGNAL));
    SAME(server->words[0], 0x30);
    SAME(server->badge, 0);
}

static void a_bound_signal_that_came_before(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x30)));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x0f)));
    struct peer *server = bound_server(make(NJ_KIND_ENDPOINT, 0), make(NJ_KIND_REPLY, 0), notification);
    CHECK(server->worker->is_done && server->result >= 0 && (server->result & NJ_TAG_SIGNAL));
    SAME(server->words[0], 0x3f);
}

static void a_bound_signal_comes_before_a_message(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, 0, 0, PRIORITY_ABOVE);
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)));
    struct peer *server = bound_server(endpoint, make(NJ_KIND_REPLY, 0), notification);
    CHECK(server->result >= 0 && (server->result & NJ_TAG_SIGNAL));
    SAME(state_of(sender->worker->thread), NJ_THREAD_SENDING);
}

static void messages_still_reach_a_bound_thread(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *server = bound_server(endpoint, make(NJ_KIND_REPLY, 0), make(NJ_KIND_NOTIFICATION, 0));
    uint64_t words[8] = {5};
    SAME(nj_send(endpoint, nj_tag(1, 0), words), 0);
    CHECK(peer_ended(server, 1));
}

static void the_reply_object_is_free_after_a_bound_signal(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint32_t reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = bound_server(endpoint, reply, notification);
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)));
    CHECK(server->worker->is_done);
    peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
}

static void bind_once(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0), other = make(NJ_KIND_THREAD, 0);
    uint32_t one = make(NJ_KIND_NOTIFICATION, 0), two = make(NJ_KIND_NOTIFICATION, 0);
    ANSWERS(thread_bind_notification(thread, copy(one, NJ_RIGHT_ALL & ~NJ_RIGHT_RECV)), NJ_NO_RIGHT);
    OK(thread_bind_notification(thread, one));
    ANSWERS(thread_bind_notification(thread, two), NJ_IN_USE);
    ANSWERS(thread_bind_notification(other, one), NJ_IN_USE);
    OK(thread_bind_notification(other, two));
    OK(thread_unbind_notification(thread));
    OK(thread_unbind_notification(thread));
    OK(thread_unbind_notification(other));
    OK(thread_bind_notification(thread, two));
    ANSWERS(thread_bind_notification(other, thread), NJ_WRONG_KIND);
    ANSWERS(thread_bind_notification(other, slot_next()), NJ_EMPTY_SLOT);
}

static void deleting_either_side_unbinds(void)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0), notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(thread_bind_notification(thread, notification));
    delete (thread);
    uint32_t other = make(NJ_KIND_THREAD, 0);
    OK(thread_bind_notification(other, notification));
    delete (notification);
    OK(thread_bind_notification(other, make(NJ_KIND_NOTIFICATION, 0)));
}

static void an_unbound_signal_no_longer_ends_a_receive(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct peer *server = bound_server(make(NJ_KIND_ENDPOINT, 0), make(NJ_KIND_REPLY, 0), notification);
    uint64_t word;
    OK(thread_unbind_notification(server->worker->thread));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)));
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    OK(nj_poll(notification, &word));
    SAME(word, 1);
}

static void a_waiter_of_lower_priority_runs_later(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_SEND, 1);
    struct peer *waiter = peer_call(NJ_SYS_WAIT, notification, 0, 0, PRIORITY_BELOW);
    pause_ns(100000);
    SAME(state_of(waiter->worker->thread), NJ_THREAD_WAITING);
    OK(nj_signal(badged));
    SAME(state_of(waiter->worker->thread), NJ_THREAD_READY);
    CHECK(!waiter->worker->is_done);
    pause_ns(100000);
    CHECK(waiter->worker->is_done);
}

// ---- What is in the registers afterwards, whichever way the calls took ------------------------------------------------
static uint64_t waited[WORKERS_MAX][32]; // registers after the wait of a worker; in[1] says whose

static void wait_once(struct worker *worker)
{
    peer_registers(NJ_SYS_WAIT, worker->in[0], waited[worker->in[1]]);
}

static struct worker *waiter_make(uint32_t notification, uint32_t number, uint32_t priority)
{
    struct worker *worker = worker_make(wait_once, priority, NJ_SLOT_NONE);
    worker->in[0] = notification;
    worker->in[1] = number;
    return worker;
}

static struct worker *waiter_run(uint32_t notification, uint32_t number, uint32_t priority)
{
    struct worker *worker = waiter_make(notification, number, priority);
    worker_start(worker);
    if (priority <= PRIORITY_RUNNER)
        pause_ns(100000);
    SAME(state_of(worker->thread), NJ_THREAD_WAITING);
    return worker;
}

static void signal_and_check(uint32_t badged)
{
    uint64_t registers[32];
    peer_registers(NJ_SYS_SIGNAL, badged, registers);
    peer_check_registers(registers, 0, SET(10));
}

static void signal_a_waiter(uint32_t priority)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_SEND, 0x77);
    struct worker *worker = waiter_run(notification, 0, priority);
    uint64_t word;
    signal_and_check(badged);
    SAME(worker->is_done, priority > PRIORITY_RUNNER);
    pause_ns(100000);
    CHECK(worker->is_done);
    peer_check_registers(waited[0], 1, 0x77);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
}

static void registers_when_the_waiter_comes_first(void)
{
    signal_a_waiter(PRIORITY_ABOVE);
}

static void registers_when_the_waiter_is_equal(void)
{
    signal_a_waiter(PRIORITY_RUNNER);
}

static void registers_when_the_waiter_comes_last(void)
{
    signal_a_waiter(PRIORITY_BELOW);
}

static void registers_of_two_waiters(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    waiter_run(notification, 0, PRIORITY_ABOVE);
    waiter_run(notification, 1, PRIORITY_ABOVE);
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 1));
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 2));
    peer_check_registers(waited[0], 1, 1);
    peer_check_registers(waited[1], 1, 2);
}

static void registers_when_the_notification_goes(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    waiter_run(notification, 0, PRIORITY_ABOVE);
    delete (notification);
    peer_check_registers(waited[0], (uint64_t) - (int64_t)NJ_PEER_LOST, SET(10));
}

static void wait_and_signal(struct worker *worker)
{
    uint64_t word;
    if (nj_wait((uint32_t)worker->in[0], &word) == NJ_OK)
        peer_registers(NJ_SYS_SIGNAL, worker->in[2], waited[worker->in[1]]);
}

// What a context holds from earlier on must not come back with the answer.
static void registers_that_were_saved_before(void)
{
    uint32_t one = make(NJ_KIND_NOTIFICATION, 0), two = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *worker = worker_make(wait_and_signal, PRIORITY_ABOVE, NJ_SLOT_NONE);
    uint64_t junk[4] = {0x111, 0x222, 0x333, 0x444};
    waiter_run(two, 0, PRIORITY_ABOVE + 1);
    worker->in[0] = one;
    worker->in[1] = 1;
    worker->in[2] = mint(two, NJ_RIGHT_SEND, 8);
    worker_start(worker);
    OK(thread_suspend(worker->thread));
    OK(thread_write_registers(worker->thread, 28, 4, junk));
    OK(thread_resume(worker->thread));
    signal_and_check(mint(one, NJ_RIGHT_SEND, 1));
    CHECK(worker->is_done);
    peer_check_registers(waited[0], 1, 8);
    peer_check_registers(waited[1], 0, SET(10));
}

static void a_wait_is_restarted(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *worker = waiter_run(notification, 0, PRIORITY_ABOVE);
    uint64_t word;
    OK(thread_suspend(worker->thread));
    OK(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)));
    OK(nj_poll(notification, &word));
    OK(thread_resume(worker->thread));
    SAME(state_of(worker->thread), NJ_THREAD_WAITING);
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 2));
    CHECK(worker->is_done);
    peer_check_registers(waited[0], 1, 2);
}

static void a_waiter_is_deleted(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *worker = waiter_run(notification, 0, PRIORITY_ABOVE);
    uint64_t word;
    delete (worker->thread);
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 3));
    OK(nj_poll(notification, &word));
    SAME(word, 3);
}

static void a_waiter_without_time_stays_where_it_is(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), sched = make_sched(1000000, 1000000);
    struct worker *worker = waiter_run(notification, 0, PRIORITY_ABOVE);
    OK(thread_unbind_sched(worker->thread));
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 4));
    SAME(state_of(worker->thread), NJ_THREAD_READY);
    CHECK(!worker->is_done);
    OK(thread_bind_sched(worker->thread, sched));
    CHECK(worker->is_done);
    peer_check_registers(waited[0], 1, 4);
}

static void a_waiter_comes_before_the_bound_thread(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct peer *server = bound_server(make(NJ_KIND_ENDPOINT, 0), make(NJ_KIND_REPLY, 0), notification);
    waiter_run(notification, 0, PRIORITY_ABOVE);
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 5));
    peer_check_registers(waited[0], 1, 5);
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    signal_and_check(mint(notification, NJ_RIGHT_SEND, 6));
    SAME(server->words[0], 6);
}

// first waits for what this thread signals, and signals what second waits for; that signals this thread.
static void signal_round(enum nj_space_type type, uint32_t first_priority, uint32_t second_priority)
{
    uint32_t notification[3];
    struct capsule first, second;
    for (uint32_t i = 0; i < 3; i++)
        notification[i] = make(NJ_KIND_NOTIFICATION, 0);
    capsule_make(&first, CAPSULE_WORDS(capsule_notify), NJ_SPACE_CAPSULE, first_priority, 0);
    capsule_make(&second, CAPSULE_WORDS(capsule_notify), type, second_priority, 0);
    capsule_give(&first, 1, notification[0], NJ_RIGHT_RECV);
    capsule_give(&first, 2, mint(notification[1], NJ_RIGHT_ALL, 2), NJ_RIGHT_SEND);
    capsule_give(&second, 1, notification[1], NJ_RIGHT_RECV);
    capsule_give(&second, 2, mint(notification[2], NJ_RIGHT_ALL, 4), NJ_RIGHT_SEND);
    capsule_start(&first, 0);
    capsule_start(&second, 0);
    uint32_t badged = mint(notification[0], NJ_RIGHT_SEND, 1);
    for (uint32_t i = 0; i < 20; i++) {
        uint64_t registers[32];
        signal_and_check(badged);
        peer_registers(NJ_SYS_WAIT, notification[2], registers);
        peer_check_registers(registers, 1, 4);
    }
    pause_ns(100000);
    SAME(state_of(first.thread), NJ_THREAD_WAITING);
    SAME(state_of(second.thread), NJ_THREAD_WAITING);
}

static void capsules_above_are_signalled(void)
{
    signal_round(NJ_SPACE_CAPSULE, PRIORITY_ABOVE, PRIORITY_ABOVE + 1);
}

static void capsules_below_signal(void)
{
    signal_round(NJ_SPACE_CAPSULE, PRIORITY_BELOW, PRIORITY_BELOW + 1);
}

static void a_capsule_below_signals_one_above(void)
{
    signal_round(NJ_SPACE_CAPSULE, PRIORITY_BELOW, PRIORITY_ABOVE);
}

static void a_capsule_signals_an_image_in_a_process(void)
{
    signal_round(NJ_SPACE_PROCESS, PRIORITY_BELOW, PRIORITY_ABOVE);
}

static const struct test_case cases[] = {
    CASE(signals_gather),
    CASE(poll_takes_the_word),
    CASE(a_signal_without_badge_sets_nothing),
    CASE(a_signal_wakes_one_waiter),
    CASE(rights),
    CASE(slots_are_checked),
    CASE(deleting_it_wakes_waiters),
    CASE(a_bound_signal_ends_a_receive),
    CASE(a_bound_signal_that_came_before),
    CASE(a_bound_signal_comes_before_a_message),
    CASE(messages_still_reach_a_bound_thread),
    CASE(the_reply_object_is_free_after_a_bound_signal),
    CASE(bind_once),
    CASE(deleting_either_side_unbinds),
    CASE(an_unbound_signal_no_longer_ends_a_receive),
    CASE(a_waiter_of_lower_priority_runs_later),
    CASE(registers_when_the_waiter_comes_first),
    CASE(registers_when_the_waiter_is_equal),
    CASE(registers_when_the_waiter_comes_last),
    CASE(registers_of_two_waiters),
    CASE(registers_when_the_notification_goes),
    CASE(registers_that_were_saved_before),
    CASE(a_wait_is_restarted),
    CASE(a_waiter_is_deleted),
    CASE(a_waiter_without_time_stays_where_it_is),
    CASE(a_waiter_comes_before_the_bound_thread),
    CASE(capsules_above_are_signalled),
    CASE(capsules_below_signal),
    CASE(a_capsule_below_signals_one_above),
    CASE(a_capsule_signals_an_image_in_a_process),
};
GROUP(notification, cases);
