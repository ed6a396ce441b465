// SPDX-License-Identifier: Apache-2.0
// Notifications: bits that gather, waiters, bound threads.
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
};
GROUP(notification, cases);
