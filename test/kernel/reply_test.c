// SPDX-License-Identifier: Apache-2.0
// Reply objects: whom they hold, what becomes of a caller when the other side goes.
#include "test/kernel/peer.h"

// A caller that waits for an answer held by a reply object of the runner.
static struct peer *held_caller(uint32_t reply)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 1);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    return caller;
}

// A caller held by the reply object of a server that does not answer.
static struct peer *stuck_caller(uint32_t endpoint, uint32_t reply, struct peer **server)
{
    *server = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    return caller;
}

static void deleting_the_reply_object_wakes_the_caller(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0);
    struct peer *caller = held_caller(reply);
    delete (reply);
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
}

static void deleting_one_of_two_capabilities_does_not(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0), other = copy(reply, NJ_RIGHT_ALL);
    struct peer *caller = held_caller(reply);
    uint64_t words[8] = {0};
    delete (reply);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    SAME(nj_send(other, 0, words), 0);
    CHECK(peer_ended(caller, 0));
}

static void deleting_the_server_wakes_the_caller(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server, *caller = stuck_caller(endpoint, reply, &server);
    delete (server->worker->thread);
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
    held_caller(reply); // the object can be used again
}

static void revoking_the_memory_of_the_server_wakes_the_caller(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 16), reply = slot_next(), endpoint = slot_next();
    OK(untyped_retype(memory, NJ_KIND_REPLY, 1, 0, SLOT_CNODE, reply));
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
    struct peer *server, *caller = stuck_caller(endpoint, reply, &server);
    revoke(memory);
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
}

static void deleting_the_endpoint_does_not_disturb_a_caller_in_service(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server, *caller = stuck_caller(endpoint, reply, &server);
    uint64_t words[8] = {0};
    delete (endpoint);
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
    SAME(nj_send(reply, 0, words), 0);
    CHECK(peer_ended(caller, 0));
}

static void suspending_the_server_does_not_disturb_the_caller(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server, *caller = stuck_caller(endpoint, reply, &server);
    OK(thread_suspend(server->worker->thread));
    SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
}

static void deleting_the_caller_frees_the_reply_object(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0);
    struct peer *caller = held_caller(reply);
    uint64_t words[8] = {0};
    delete (caller->worker->thread);
    ANSWERS(nj_status_of(nj_send(reply, 0, words)), NJ_WRONG_STATE);
    held_caller(reply);
}

static void suspending_the_caller_frees_the_reply_object(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0);
    struct peer *caller = held_caller(reply);
    uint64_t words[8] = {0};
    OK(thread_suspend(caller->worker->thread));
    ANSWERS(nj_status_of(nj_send(reply, 0, words)), NJ_WRONG_STATE);
}

static void a_reply_object_holds_one_caller(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0), endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    held_caller(reply);
    ANSWERS(nj_status_of(nj_recv(endpoint, nj_receive(reply, 0), words, &badge)), NJ_IN_USE);
    ANSWERS(nj_status_of(nj_try_recv(endpoint, nj_receive(reply, 0), words, &badge)), NJ_IN_USE);
}

static void a_reply_object_is_offered_by_one_receiver(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0), endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    ANSWERS(nj_status_of(nj_recv(endpoint, nj_receive(reply, 0), words, &badge)), NJ_IN_USE);
}

static void deleting_an_offered_reply_object(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0), endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    uint64_t words[8] = {0};
    delete (reply);
    SAME(state_of(receiver->worker->thread), NJ_THREAD_RECEIVING);
    ANSWERS(nj_status_of(nj_call(endpoint, 0, 0, words)), NJ_NO_REPLY_OBJECT);
    SAME(nj_send(endpoint, 0, words), 0);
    CHECK(peer_ended(receiver, 0));
}

static void the_third_register_must_name_a_reply_object(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    static const uint64_t calls[] = {NJ_SYS_RECV, NJ_SYS_TRY_RECV, NJ_SYS_REPLY_RECV};
    uint64_t words[8] = {0}, badge;
    for (uint32_t i = 0; i < 3; i++) {
        ANSWERS(nj_status_of(enter(calls[i], endpoint, 0, endpoint, words, &badge)), NJ_WRONG_KIND);
        ANSWERS(nj_status_of(enter(calls[i], endpoint, 0, slot_next(), words, &badge)), NJ_EMPTY_SLOT);
        ANSWERS(nj_status_of(enter(calls[i], endpoint, 0, SLOT_END, words, &badge)), NJ_SLOT_RANGE);
    }
}

static void reply_recv_without_a_caller_receives(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_SEND, mint(endpoint, NJ_RIGHT_SEND, 5), nj_tag(2, 0), 0, PRIORITY_ABOVE);
    SAME(nj_reply_recv(endpoint, 0, nj_receive(reply, 0), words, &badge), 2);
    SAME(badge, 5);
}

static void reply_recv_answers_and_takes_the_next(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *one = peer_call(NJ_SYS_CALL, mint(endpoint, NJ_RIGHT_SEND, 1), nj_tag(1, 0), 0, PRIORITY_ABOVE);
    struct peer *two = peer_call(NJ_SYS_CALL, mint(endpoint, NJ_RIGHT_SEND, 2), nj_tag(1, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 1);
    SAME(badge, 1);
    words[0] = 11;
    SAME(nj_reply_recv(endpoint, nj_tag(1, 0), nj_receive(reply, 0), words, &badge), 1);
    SAME(badge, 2);
    CHECK(peer_ended(one, 1));
    SAME(one->words[0], 11);
    words[0] = 22;
    SAME(nj_send(reply, nj_tag(1, 0), words), 0);
    CHECK(peer_ended(two, 1));
    SAME(two->words[0], 22);
}

static void call_on_a_reply_object_is_refused(void)
{
    uint32_t reply = make(NJ_KIND_REPLY, 0);
    uint64_t words[8] = {0};
    held_caller(reply);
    ANSWERS(nj_status_of(nj_call(reply, 0, 0, words)), NJ_WRONG_KIND);
    ANSWERS(nj_status_of(nj_send(make(NJ_KIND_REPLY, 0), 0, words)), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(reply, 1, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void a_server_that_dies_with_many_callers(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server, *callers[6];
    callers[0] = stuck_caller(endpoint, reply, &server);
    for (uint32_t i = 1; i < 6; i++)
        callers[i] = peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    delete (server->worker->thread);
    CHECK(peer_ended(callers[0], -NJ_PEER_LOST));
    for (uint32_t i = 1; i < 6; i++)
        SAME(state_of(callers[i]->worker->thread), NJ_THREAD_SENDING); // another server may take them
    delete (endpoint);
    for (uint32_t i = 1; i < 6; i++)
        CHECK(peer_ended(callers[i], -NJ_PEER_LOST));
}

static void passive_servers_are_called_in_turn(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *servers[2];
    for (uint32_t i = 0; i < 2; i++) {
        servers[i] = peer_server_passive(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
        worker_start_passive(servers[i]->worker);
    }
    for (uint64_t round = 0; round < 10; round++) {
        uint64_t words[8] = {round};
        SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 1);
        SAME(words[0], round + 1);
    }
    SAME(servers[0]->calls, 5);
    SAME(servers[1]->calls, 5);
}

static const struct test_case cases[] = {
    CASE(deleting_the_reply_object_wakes_the_caller),
    CASE(deleting_one_of_two_capabilities_does_not),
    CASE(deleting_the_server_wakes_the_caller),
    CASE(revoking_the_memory_of_the_server_wakes_the_caller),
    CASE(deleting_the_endpoint_does_not_disturb_a_caller_in_service),
    CASE(suspending_the_server_does_not_disturb_the_caller),
    CASE(deleting_the_caller_frees_the_reply_object),
    CASE(suspending_the_caller_frees_the_reply_object),
    CASE(a_reply_object_holds_one_caller),
    CASE(a_reply_object_is_offered_by_one_receiver),
    CASE(deleting_an_offered_reply_object),
    CASE(the_third_register_must_name_a_reply_object),
    CASE(reply_recv_without_a_caller_receives),
    CASE(reply_recv_answers_and_takes_the_next),
    CASE(call_on_a_reply_object_is_refused),
    CASE(a_server_that_dies_with_many_callers),
    CASE(passive_servers_are_called_in_turn),
};
GROUP(reply, cases);
