// SPDX-License-Identifier: Apache-2.0
// What travels with messages: capabilities, and words beyond the registers.
#include "test/kernel/peer.h"

#define NONE nj_receive(NJ_SLOT_NONE, NJ_SLOT_NONE)

static void a_capability_is_copied(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = mint(make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_SEND, 0x77);
    uint32_t to = slot_next();
    struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, nj_tag(1, gift), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(0, to), words, &badge), NJ_TAG_CAP | 1);
    CHECK(peer_ended(sender, 0));
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, to, &found));
    SAME(found.kind, NJ_KIND_ENDPOINT);
    SAME(found.rights, NJ_RIGHT_SEND);
    SAME(found.value, 0x77);
    SAME(kind_of(gift), NJ_KIND_ENDPOINT);
    revoke(gift); // the copy descends from what was sent
    SAME(kind_of(to), NJ_KIND_EMPTY);
}

static void untyped_memory_is_moved(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_UNTYPED, 2), to = slot_next();
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(0, gift), 0, PRIORITY_ABOVE);
    SAME(nj_recv(endpoint, nj_receive(0, to), words, &badge), NJ_TAG_CAP);
    SAME(kind_of(gift), NJ_KIND_EMPTY);
    SAME(kind_of(to), NJ_KIND_UNTYPED);
}

static void a_capability_reaches_a_waiting_receiver(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_FRAME, 1), to = slot_next();
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0};
    SAME(nj_send(endpoint, nj_tag(0, gift), words), 0);
    CHECK(peer_ended(receiver, NJ_TAG_CAP));
    SAME(kind_of(to), NJ_KIND_FRAME);
}

static void without_a_receive_slot_only_the_words_arrive(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_UNTYPED, 1);
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(3, gift), 0, PRIORITY_ABOVE);
    SAME(nj_recv(endpoint, NONE, words, &badge), 3);
    SAME(kind_of(gift), NJ_KIND_UNTYPED);
}

static void a_used_receive_slot_takes_nothing(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_FRAME, 1), to = make(NJ_KIND_REPLY, 0);
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(3, gift), 0, PRIORITY_ABOVE);
    SAME(nj_recv(endpoint, nj_receive(0, to), words, &badge), 3);
    SAME(kind_of(to), NJ_KIND_REPLY);
    SAME(words[0], 1);
}

static void a_receive_slot_out_of_range_takes_nothing(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_FRAME, 1);
    uint64_t words[8] = {0}, badge;
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(1, gift), 0, PRIORITY_ABOVE);
    int64_t tag = nj_recv(endpoint, nj_receive(0, SLOT_END), words, &badge);
    CHECK(tag == 1 || tag == -NJ_SLOT_RANGE);
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(1, gift), 0, PRIORITY_ABOVE);
    tag = nj_recv(endpoint, nj_receive(0, UINT32_MAX), words, &badge);
    CHECK(tag == 1 || tag == -NJ_SLOT_RANGE);
}

static void sending_a_capability_needs_grant(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_FRAME, 1);
    uint32_t plain = copy(endpoint, NJ_RIGHT_ALL & ~NJ_RIGHT_GRANT);
    uint64_t words[8] = {0};
    ANSWERS(nj_status_of(nj_send(plain, nj_tag(0, gift), words)), NJ_NO_RIGHT);
    ANSWERS(nj_status_of(nj_call(plain, nj_tag(0, gift), 0, words)), NJ_NO_RIGHT);
    ANSWERS(nj_status_of(nj_try_send(plain, nj_tag(0, gift), words)), NJ_NO_RIGHT);
}

static void an_empty_slot_to_send(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), to = slot_next();
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0};
    int64_t tag = nj_send(endpoint, nj_tag(1, slot_next()), words);
    CHECK(tag == 0 || tag == -NJ_EMPTY_SLOT);
    if (tag == 0)
        CHECK(peer_ended(receiver, 1));
    SAME(kind_of(to), NJ_KIND_EMPTY);
}

// A call whose answer brings a capability, through an endpoint capability with these rights.
static int64_t answer_with_capability(uint32_t rights)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = make(NJ_KIND_FRAME, 1);
    uint32_t to = slot_next();
    struct peer *caller = peer_call(NJ_SYS_CALL, copy(endpoint, rights), 0, nj_receive(0, to), PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
    int64_t tag = nj_send(reply, nj_tag(1, gift), words);
    if (tag == 0) {
        CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
        SAME(kind_of(to), NJ_KIND_FRAME);
    } else {
        SAME(state_of(caller->worker->thread), NJ_THREAD_REPLY_WAIT);
        SAME(kind_of(to), NJ_KIND_EMPTY);
    }
    return tag;
}

static void an_answer_brings_a_capability_with_grant(void)
{
    SAME(answer_with_capability(NJ_RIGHT_SEND | NJ_RIGHT_GRANT), 0);
}

static void an_answer_brings_a_capability_with_grant_reply(void)
{
    SAME(answer_with_capability(NJ_RIGHT_SEND | NJ_RIGHT_GRANT_REPLY), 0);
}

static void an_answer_brings_none_without(void)
{
    SAME(answer_with_capability(NJ_RIGHT_SEND), -NJ_NO_RIGHT);
}

static void grant_reply_alone_does_not_send(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), gift = make(NJ_KIND_FRAME, 1);
    uint32_t plain = copy(endpoint, NJ_RIGHT_SEND | NJ_RIGHT_GRANT_REPLY);
    uint64_t words[8] = {0};
    ANSWERS(nj_status_of(nj_send(plain, nj_tag(0, gift), words)), NJ_NO_RIGHT);
}

static void reply_recv_brings_a_capability(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = make(NJ_KIND_FRAME, 1);
    uint32_t to = slot_next();
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to), PRIORITY_ABOVE);
    struct peer *next = peer_call(NJ_SYS_SEND, endpoint, nj_tag(2, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
    SAME(nj_reply_recv(endpoint, nj_tag(1, gift), nj_receive(reply, 0), words, &badge), 2);
    CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
    CHECK(peer_ended(next, 0));
    SAME(kind_of(to), NJ_KIND_FRAME);
}

// Who comes next sends the same memory: by then it is gone.
static void an_answer_takes_along_what_comes_next(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), gift = make(NJ_KIND_UNTYPED, 1);
    uint32_t to[2] = {slot_next(), slot_next()};
    struct peer *caller = peer_call(NJ_SYS_CALL, endpoint, 0, nj_receive(0, to[0]), PRIORITY_ABOVE);
    struct peer *next = peer_call(NJ_SYS_SEND, endpoint, nj_tag(2, gift), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, 0), words, &badge), 0);
    SAME(nj_reply_recv(endpoint, nj_tag(1, gift), nj_receive(reply, to[1]), words, &badge), 2);
    CHECK(peer_ended(caller, NJ_TAG_CAP | 1));
    CHECK(peer_ended(next, 0));
    SAME(kind_of(to[0]), NJ_KIND_UNTYPED);
    SAME(kind_of(to[1]), NJ_KIND_EMPTY);
}

// Words 8 to 63.

static volatile uint64_t *page_of(const struct peer *peer)
{
    return (volatile uint64_t *)peer->worker->message_page;
}

static struct peer *long_peer(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive)
{
    struct peer *peer = peer_make_long(number, slot, tag, receive, PRIORITY_ABOVE);
    for (uint32_t i = 0; i < 512; i++)
        page_of(peer)[i] = 1000 + i;
    worker_start(peer->worker);
    return peer;
}

static void check_long(uint32_t words)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *receiver = peer_make_long(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    for (uint32_t i = 0; i < 512; i++)
        page_of(receiver)[i] = 0x55;
    worker_start(receiver->worker);
    struct peer *sender = long_peer(NJ_SYS_SEND, endpoint, nj_tag(words, 0), 0);
    CHECK(peer_ended(sender, 0));
    CHECK(peer_ended(receiver, words));
    for (uint32_t i = 0; i < 8; i++)
        SAME(receiver->words[i], i + 1);
    for (uint32_t i = 0; i < 512; i++)
        SAME(page_of(receiver)[i], i >= 8 && i < words ? 1000 + i : 0x55);
}

static void nine_words(void)
{
    check_long(9);
}

static void forty_words(void)
{
    check_long(40);
}

static void sixty_four_words(void)
{
    check_long(64);
}

static void eight_words_leave_the_page_alone(void)
{
    check_long(8);
}

static void a_long_message_needs_a_message_page(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0};
    ANSWERS(nj_status_of(nj_send(endpoint, nj_tag(9, 0), words)), NJ_BAD_ARGUMENT);
    ANSWERS(nj_status_of(nj_call(endpoint, nj_tag(64, 0), 0, words)), NJ_BAD_ARGUMENT);
}

static void a_receiver_without_a_message_page_gets_eight(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *sender = long_peer(NJ_SYS_SEND, endpoint, nj_tag(64, 0), 0);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, NONE, words, &badge), 8);
    CHECK(peer_ended(sender, 0));
}

static void a_long_call_and_a_long_answer(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_server_long(endpoint, reply, PRIORITY_ABOVE);
    struct peer *client = long_peer(NJ_SYS_CALL, endpoint, nj_tag(64, 0), 0);
    CHECK(peer_ended(client, 64));
    SAME(server->calls, 1);
    for (uint32_t i = 8; i < 64; i++) {
        SAME(page_of(server)[i], 1000 + i);
        SAME(page_of(client)[i], 1000 + i);
    }
    page_of(server)[63] = 7; // its own page, not shared
    SAME(page_of(client)[63], 1063);
}

static const struct test_case cases[] = {
    CASE(a_capability_is_copied),
    CASE(untyped_memory_is_moved),
    CASE(a_capability_reaches_a_waiting_receiver),
    CASE(without_a_receive_slot_only_the_words_arrive),
    CASE(a_used_receive_slot_takes_nothing),
    CASE(a_receive_slot_out_of_range_takes_nothing),
    CASE(sending_a_capability_needs_grant),
    CASE(an_empty_slot_to_send),
    CASE(an_answer_brings_a_capability_with_grant),
    CASE(an_answer_brings_a_capability_with_grant_reply),
    CASE(an_answer_brings_none_without),
    CASE(grant_reply_alone_does_not_send),
    CASE(reply_recv_brings_a_capability),
    CASE(an_answer_takes_along_what_comes_next),
    CASE(nine_words),
    CASE(forty_words),
    CASE(sixty_four_words),
    CASE(eight_words_leave_the_page_alone),
    CASE(a_long_message_needs_a_message_page),
    CASE(a_receiver_without_a_message_page_gets_eight),
    CASE(a_long_call_and_a_long_answer),
};
GROUP(message, cases);
