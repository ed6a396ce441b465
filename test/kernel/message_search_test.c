// SPDX-License-Identifier: Apache-2.0
// Capabilities that travel while a revoke is under way: whether one may be derived from takes a search among its siblings
// and ancestors, more of it than one call does. The call starts anew until it is known; nothing that was sent is lost.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"
#include <string.h>

#define SIBLINGS 40u
#define COPIES 300u // more than one call revokes

// Of this endpoint, not finished, and not before the case ends.
static uint32_t revoke_begins(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), table = make(NJ_KIND_CNODE, COPIES);
    for (uint32_t i = 1; i < COPIES; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0), NJ_AGAIN);
    return endpoint;
}

static void add_siblings(uint32_t parent)
{
    for (uint32_t i = 0; i < SIBLINGS; i++)
        copy(parent, NJ_RIGHT_SEND);
}

// With younger siblings.
static uint32_t wide_gift(void)
{
    uint32_t parent = make(NJ_KIND_ENDPOINT, 0), gift = mint(parent, NJ_RIGHT_SEND, 0x77);
    add_siblings(parent);
    return gift;
}

static void is_gift(uint32_t slot)
{
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, slot, &found));
    SAME(found.kind, NJ_KIND_ENDPOINT);
    SAME(found.rights, NJ_RIGHT_SEND);
    SAME(found.value, 0x77);
}

// By this call of the runner's, which may send.
static void reaches_a_waiting_receiver(uint64_t number)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = wide_gift(), to = slot_next();
    revoke_begins();
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, to), PRIORITY_ABOVE);
    uint64_t words[8] = {11}, badge;
    SAME(enter(number, endpoint, nj_tag(1, gift), 0, words, &badge), 0);
    CHECK(peer_ended(receiver, NJ_TAG_CAP | 1));
    SAME(receiver->words[0], 11);
    is_gift(to);
}

static void a_send_brings_it(void)
{
    reaches_a_waiting_receiver(NJ_SYS_SEND);
}

static void a_try_send_brings_it(void)
{
    reaches_a_waiting_receiver(NJ_SYS_TRY_SEND);
}

static void a_call_brings_it(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = wide_gift(), to = slot_next();
    revoke_begins();
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, gift), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, to), words, &badge), NJ_TAG_CAP | 1);
    is_gift(to);
    SAME(nj_send(reply, nj_tag(2, 0), words), 0);
    CHECK(peer_ended(caller, 2));
}

// The sender was done searching when it began to wait; then more came.
static void a_sender_that_waits_searches_anew(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), parent = make(NJ_KIND_ENDPOINT, 0), to = slot_next();
    uint32_t gift = mint(parent, NJ_RIGHT_SEND, 0x77);
    revoke_begins();
    struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, nj_tag(1, gift), 0, PRIORITY_BELOW);
    struct peer *other = peer_call(NJ_SYS_SEND, endpoint, nj_tag(3, 0), 0, PRIORITY_BELOW);
    pause_ns(100000);
    SAME(state_of(sender->worker->thread), NJ_THREAD_SENDING);
    add_siblings(parent);
    uint64_t words[8] = {0}, badge;
    SAME(nj_try_recv(endpoint, nj_receive(0, to), words, &badge), 3); // the search is not the receiver's
    SAME(state_of(sender->worker->thread), NJ_THREAD_READY);
    SAME(nj_recv(endpoint, nj_receive(0, to), words, &badge), NJ_TAG_CAP | 1);
    SAME(words[0], 1);
    pause_ns(100000);
    CHECK(peer_ended(sender, 0));
    CHECK(peer_ended(other, 0));
    is_gift(to);
}

static void an_answer_brings_it(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = wide_gift(), to = slot_next();
    revoke_begins();
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
    SAME(nj_send(reply, nj_tag(1, gift), words), 0);
    CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
    is_gift(to);
}

// One capability goes with the answer, another comes with the next message.
static void reply_recv_brings_both(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = wide_gift();
    uint32_t parent = make(NJ_KIND_ENDPOINT, 0), other = mint(parent, NJ_RIGHT_SEND, 0x77);
    uint32_t to[2] = {slot_next(), slot_next()};
    revoke_begins();
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to[0]), PRIORITY_ABOVE);
    struct peer *next = peer_call(NJ_SYS_SEND, endpoint, nj_tag(2, other), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
    add_siblings(parent);
    SAME(nj_reply_recv(endpoint, nj_tag(1, gift), nj_receive(reply, to[1]), words, &badge), NJ_TAG_CAP | 2);
    CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
    CHECK(peer_ended(next, 0));
    is_gift(to[0]);
    is_gift(to[1]);
}

// The answer's capability is one sibling more of what the next message carries, when it is too late to search.
static void an_answer_is_a_sibling_of_what_comes_next(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    uint32_t parent = make(NJ_KIND_ENDPOINT, 0), gift = mint(parent, NJ_RIGHT_SEND, 0x77);
    uint32_t to[2] = {slot_next(), slot_next()};
    for (uint32_t i = 0; i < 2; i++)
        copy(parent, NJ_RIGHT_SEND);
    for (uint32_t more = 0; more < 4; more++) {
        uint32_t revoked = revoke_begins();
        copy(parent, NJ_RIGHT_SEND);
        struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to[0]), PRIORITY_ABOVE);
        struct peer *next = peer_call(NJ_SYS_SEND, endpoint, nj_tag(2, gift), 0, PRIORITY_ABOVE);
        uint64_t words[8] = {0}, badge;
        SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
        SAME(nj_reply_recv(endpoint, nj_tag(1, parent), nj_receive(reply, to[1]), words, &badge), NJ_TAG_CAP | 2);
        CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
        CHECK(peer_ended(next, 0));
        is_gift(to[1]);
        delete (to[0]);
        delete (to[1]);
        revoke(revoked);
    }
}

// Answers the first call with a capability once it is told to, and the second with three words.
static void answer_twice(struct worker *worker)
{
    uint32_t endpoint = (uint32_t)worker->in[0], told = (uint32_t)worker->in[1];
    uint64_t receive = worker->in[3], words[8] = {0}, badge;
    if (nj_recv(endpoint, receive, words, &badge) < 0 || nj_wait(told, &badge) != NJ_OK)
        return;
    worker->out[0] = (uint64_t)nj_reply_recv(endpoint, nj_tag(1, (uint32_t)worker->in[2]), receive, words, &badge);
    worker->out[1] = (uint64_t)nj_reply_recv(endpoint, nj_tag(3, 0), receive, words, &badge);
}

// It has given back what it was lent by the time it takes the next message: then it is too late to start anew.
static void a_server_without_time_of_its_own_goes_on(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), told = make(NJ_KIND_NOTIFICATION, 0);
    uint32_t parent = make(NJ_KIND_ENDPOINT, 0), other = mint(parent, NJ_RIGHT_SEND, 0x77);
    uint32_t to[2] = {slot_next(), slot_next()};
    struct worker *server = worker_make_passive(answer_twice, PRIORITY_ABOVE);
    uint64_t in[4] = {endpoint, told, 0, nj_receive(reply, to[1])};
    memcpy(server->in, in, sizeof(in));
    worker_start_passive(server);
    revoke_begins();
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to[0]), PRIORITY_BELOW);
    struct peer *next = peer_call(NJ_SYS_CALL, endpoint, nj_tag(2, other), 0, PRIORITY_BELOW);
    pause_ns(200000);
    SAME(state_of(server->thread), NJ_THREAD_WAITING);
    SAME(state_of(next->worker->thread), NJ_THREAD_SENDING);
    add_siblings(parent);
    uint32_t gift = mint(make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_SEND, 0x77);
    copy(gift, NJ_RIGHT_SEND); // all that there is to search for this one is searched
    server->in[2] = gift;
    OK(nj_signal(told));
    pause_ns(1000000);
    CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
    CHECK(peer_ended(next, 3));
    SAME(server->out[0], NJ_TAG_CAP | 2);
    is_gift(to[0]);
    is_gift(to[1]);
}

static void what_is_being_revoked_stays(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), to = slot_next(), gift = revoke_begins();
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0};
    SAME(nj_send(endpoint, nj_tag(1, gift), words), 0);
    CHECK(peer_ended(receiver, 1));
    SAME(kind_of(to), NJ_KIND_EMPTY);
}

#define LEVELS 300u // more than one call visits

static void from_too_deep_nothing_is_derived(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), to = slot_next(), table = make(NJ_KIND_CNODE, LEVELS + 2);
    OK(cnode_copy(table, 1, SLOT_CNODE, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL));
    for (uint32_t i = 1; i <= LEVELS; i++)
        OK(cnode_copy(table, i + 1, table, i, NJ_RIGHT_ALL));
    uint32_t gift = slot_next(), revoked = revoke_begins();
    OK(cnode_move(SLOT_CNODE, gift, table, LEVELS + 1));
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0};
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_COPY, slot_next(), SLOT_CNODE, gift, NJ_RIGHT_ALL, 0), NJ_TOO_DEEP);
    SAME(nj_send(endpoint, nj_tag(1, gift), words), 0);
    CHECK(peer_ended(receiver, 1));
    SAME(kind_of(to), NJ_KIND_EMPTY);
    revoke(revoked);
    copy(gift, NJ_RIGHT_ALL);
}

static void a_capsule_sends_it(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = wide_gift(), to = slot_next();
    struct capsule sender;
    capsule_make(&sender, CAPSULE_WORDS(capsule_grant), NJ_SPACE_CAPSULE, PRIORITY_BELOW, NJ_SLOT_NONE);
    capsule_give(&sender, 1, endpoint, NJ_RIGHT_ALL);
    OK(cnode_move(sender.cnode, 2, SLOT_CNODE, gift));
    revoke_begins();
    uint64_t words[8] = {0}, badge;
    for (uint32_t is_waiting = 0; is_waiting < 2; is_waiting++) {
        capsule_start(&sender, 0x5151);
        if (is_waiting)
            pause_ns(100000);
        SAME(nj_recv(endpoint, nj_receive(0, to), words, &badge), NJ_TAG_CAP | 1);
        SAME(words[0], 0x5151);
        is_gift(to);
        pause_ns(100000);
        SAME(state_of(sender.thread), NJ_THREAD_FAULTED); // its trap at the end
        delete (to);
    }
}

static const struct test_case cases[] = {
    CASE(a_send_brings_it),
    CASE(a_try_send_brings_it),
    CASE(a_call_brings_it),
    CASE(a_sender_that_waits_searches_anew),
    CASE(an_answer_brings_it),
    CASE(reply_recv_brings_both),
    CASE(an_answer_is_a_sibling_of_what_comes_next),
    CASE(a_server_without_time_of_its_own_goes_on),
    CASE(what_is_being_revoked_stays),
    CASE(from_too_deep_nothing_is_derived),
    CASE(a_capsule_sends_it),
};
GROUP(message_search, cases);
