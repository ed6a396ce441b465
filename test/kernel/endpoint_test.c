// SPDX-License-Identifier: Apache-2.0
// Endpoints: rendezvous in every order, rights, badges, words, who waits for whom.
#include "test/kernel/peer.h"

#define NONE nj_receive(NJ_SLOT_NONE, NJ_SLOT_NONE)

static void check_words(const uint64_t words[8])
{
    for (uint32_t i = 0; i < 8; i++)
        SAME(words[i], i + 1);
}

static void a_waiting_receiver_gets_the_message(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), badged = mint(endpoint, NJ_RIGHT_SEND, 0x1234);
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    uint64_t words[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    SAME(state_of(receiver->worker->thread), NJ_THREAD_RECEIVING);
    SAME(nj_send(badged, nj_tag(8, 0), words), 0);
    CHECK(peer_ended(receiver, 8));
    SAME(receiver->badge, 0x1234);
    check_words(receiver->words);
}

static void a_waiting_sender_is_received(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), badged = mint(endpoint, NJ_RIGHT_SEND, UINT64_MAX);
    struct peer *sender = peer_call(NJ_SYS_SEND, badged, nj_tag(5, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(state_of(sender->worker->thread), NJ_THREAD_SENDING);
    SAME(nj_recv(endpoint, NONE, words, &badge), 5);
    SAME(badge, UINT64_MAX);
    check_words(words); // all eight registers travel, whatever the tag says
    CHECK(peer_ended(sender, 0));
}

static void words_in_the_tag_are_what_arrives(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t count = 0; count <= 8; count++) {
        struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, nj_tag(count, 0), 0, PRIORITY_ABOVE);
        uint64_t words[8] = {0}, badge;
        SAME(nj_recv(endpoint, NONE, words, &badge), count);
        SAME(badge, 0);
        CHECK(peer_ended(sender, 0));
    }
}

static void senders_are_received_in_order(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t i = 1; i <= 5; i++) // the order of arrival counts, not the priority
        peer_call(NJ_SYS_SEND, mint(endpoint, NJ_RIGHT_SEND, i), nj_tag(1, 0), 0, PRIORITY_ABOVE + 5 - i);
    for (uint32_t i = 1; i <= 5; i++) {
        uint64_t words[8] = {0}, badge;
        SAME(nj_recv(endpoint, NONE, words, &badge), 1);
        SAME(badge, i);
    }
}

static void receivers_are_served_in_order(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *receivers[4];
    for (uint32_t i = 0; i < 4; i++)
        receivers[i] = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t words[8] = {i + 100};
        SAME(nj_send(endpoint, nj_tag(1, 0), words), 0);
        CHECK(peer_ended(receivers[i], 1));
        SAME(receivers[i]->words[0], i + 100);
    }
}

static void call_and_answer(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_server(endpoint, reply, PRIORITY_ABOVE);
    uint32_t badged = mint(endpoint, NJ_RIGHT_SEND, 42);
    for (uint64_t round = 0; round < 1000; round++) {
        uint64_t words[8] = {round, 1, 2, 3, 4, 5, 6, 7};
        SAME(nj_call(badged, nj_tag(8, 0), 0, words), 8);
        SAME(words[0], round + 1);
        for (uint32_t i = 1; i < 8; i++)
            SAME(words[i], i + 1);
    }
    SAME(server->calls, 1000);
    SAME(server->badge, 42);
}

static void call_of_a_server_with_lower_priority(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_server(endpoint, reply, PRIORITY_BELOW);
    for (uint64_t round = 0; round < 100; round++) {
        uint64_t words[8] = {round};
        SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 1);
        SAME(words[0], round + 1);
    }
    SAME(server->calls, 100);
}

static void answer_by_send_on_the_reply_object(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, nj_tag(2, 0), 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(endpoint, nj_receive(reply, NJ_SLOT_NONE), words, &badge), 2);
    SAME(state_of(client->worker->thread), NJ_THREAD_REPLY_WAIT);
    words[0] = 99;
    SAME(nj_send(reply, nj_tag(1, 0), words), 0);
    CHECK(peer_ended(client, 1));
    SAME(client->words[0], 99);
    SAME(client->badge, 0);
    ANSWERS(nj_status_of(nj_send(reply, nj_tag(1, 0), words)), NJ_WRONG_STATE); // nobody waits any more
}

static void answers_in_another_order(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply[3];
    struct peer *clients[3];
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t words[8] = {0}, badge;
        reply[i] = make(NJ_KIND_REPLY, 0);
        clients[i] = peer_call(NJ_SYS_CALL, mint(endpoint, NJ_RIGHT_SEND, i + 1), nj_tag(1, 0), 0, PRIORITY_ABOVE);
        SAME(nj_recv(endpoint, nj_receive(reply[i], NJ_SLOT_NONE), words, &badge), 1);
        SAME(badge, i + 1);
    }
    for (uint32_t i = 3; i-- > 0;) {
        uint64_t words[8] = {i + 50};
        SAME(nj_send(reply[i], nj_tag(1, 0), words), 0);
        CHECK(peer_ended(clients[i], 1));
        SAME(clients[i]->words[0], i + 50);
    }
}

static void try_send_needs_a_receiver(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {7};
    ANSWERS(nj_status_of(nj_try_send(endpoint, nj_tag(1, 0), words)), NJ_WOULD_BLOCK);
    peer_call(NJ_SYS_SEND, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    ANSWERS(nj_status_of(nj_try_send(endpoint, nj_tag(1, 0), words)), NJ_WOULD_BLOCK); // a sender waits
    uint32_t other = make(NJ_KIND_ENDPOINT, 0);
    struct peer *receiver = peer_call(NJ_SYS_RECV, other, 0, NONE, PRIORITY_ABOVE);
    words[0] = 7;
    SAME(nj_try_send(other, nj_tag(1, 0), words), 0);
    CHECK(peer_ended(receiver, 1));
    SAME(receiver->words[0], 7);
}

static void try_recv_needs_a_sender(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    ANSWERS(nj_status_of(nj_try_recv(endpoint, NONE, words, &badge)), NJ_WOULD_BLOCK);
    struct peer *sender = peer_call(NJ_SYS_SEND, endpoint, nj_tag(3, 0), 0, PRIORITY_ABOVE);
    SAME(nj_try_recv(endpoint, NONE, words, &badge), 3);
    CHECK(peer_ended(sender, 0));
    ANSWERS(nj_status_of(nj_try_recv(endpoint, NONE, words, &badge)), NJ_WOULD_BLOCK);
}

static void try_recv_takes_a_call(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    uint64_t words[8] = {0}, badge;
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    SAME(nj_try_recv(endpoint, nj_receive(reply, NJ_SLOT_NONE), words, &badge), 1);
    SAME(nj_send(reply, nj_tag(0, 0), words), 0);
    CHECK(peer_ended(client, 0));
}

// Numbers of calls that need the right, and whether it is SEND.
static void every_call_needs_its_right(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    uint32_t only_recv = copy(endpoint, NJ_RIGHT_ALL & ~NJ_RIGHT_SEND);
    uint32_t only_send = copy(endpoint, NJ_RIGHT_ALL & ~NJ_RIGHT_RECV);
    static const uint64_t sends[] = {NJ_SYS_CALL, NJ_SYS_SEND, NJ_SYS_TRY_SEND};
    static const uint64_t receives[] = {NJ_SYS_RECV, NJ_SYS_TRY_RECV, NJ_SYS_REPLY_RECV};
    uint64_t words[8] = {0}, badge;
    for (uint32_t i = 0; i < 3; i++) {
        ANSWERS(nj_status_of(enter(sends[i], only_recv, 0, 0, words, &badge)), NJ_NO_RIGHT);
        ANSWERS(nj_status_of(enter(receives[i], only_send, 0, reply, words, &badge)), NJ_NO_RIGHT);
    }
}

static void every_call_checks_its_slot(void)
{
    static const uint64_t calls[] = {NJ_SYS_CALL, NJ_SYS_SEND,     NJ_SYS_TRY_SEND,
                                     NJ_SYS_RECV, NJ_SYS_TRY_RECV, NJ_SYS_REPLY_RECV};
    uint32_t empty = slot_next();
    uint64_t words[8] = {0}, badge;
    for (uint32_t i = 0; i < 6; i++) {
        ANSWERS(nj_status_of(enter(calls[i], empty, 0, 0, words, &badge)), NJ_EMPTY_SLOT);
        ANSWERS(nj_status_of(enter(calls[i], 0, 0, 0, words, &badge)), NJ_EMPTY_SLOT);
        ANSWERS(nj_status_of(enter(calls[i], SLOT_END, 0, 0, words, &badge)), NJ_SLOT_RANGE);
        ANSWERS(nj_status_of(enter(calls[i], UINT32_MAX, 0, 0, words, &badge)), NJ_SLOT_RANGE);
        ANSWERS(nj_status_of(enter(calls[i], SLOT_SPACE, 0, 0, words, &badge)), NJ_WRONG_KIND);
        ANSWERS(nj_status_of(enter(calls[i], SLOT_EVENTS, 0, 0, words, &badge)), NJ_WRONG_KIND);
    }
}

static void slot_numbers_are_64_bits_wide(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge = 1ull << 32 | endpoint;
    ANSWERS(nj_status_of(syscall_enter(NJ_SYS_TRY_SEND, &badge, 0, 0, words)), NJ_SLOT_RANGE);
    badge = 1ull << 63 | endpoint;
    ANSWERS(nj_status_of(syscall_enter(NJ_SYS_TRY_RECV, &badge, 0, 0, words)), NJ_SLOT_RANGE);
}

static void failed_calls_leave_no_words(void)
{
    uint64_t words[8] = {1, 2, 3, 4, 5, 6, 7, 8}, badge;
    ANSWERS(nj_status_of(enter(NJ_SYS_CALL, slot_next(), 0, 0, words, &badge)), NJ_EMPTY_SLOT);
    SAME(badge, 0);
    for (uint32_t i = 0; i < 8; i++)
        SAME(words[i], 0);
}

static void a_call_needs_a_reply_object_of_the_receiver(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    ANSWERS(nj_status_of(nj_call(endpoint, 0, 0, words)), NJ_NO_REPLY_OBJECT);
    SAME(state_of(receiver->worker->thread), NJ_THREAD_RECEIVING); // and waits on
    SAME(nj_send(endpoint, 0, words), 0);
    CHECK(peer_ended(receiver, 0));
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    ANSWERS(nj_status_of(nj_recv(endpoint, NONE, words, &badge)), NJ_NO_REPLY_OBJECT);
    SAME(state_of(client->worker->thread), NJ_THREAD_SENDING);
}

static void deleting_the_endpoint_wakes_everybody(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), other = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    struct peer *server = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    struct peer *sender = peer_call(NJ_SYS_SEND, other, 0, 0, PRIORITY_ABOVE);
    struct peer *caller = peer_call(NJ_SYS_CALL, other, 0, 0, PRIORITY_ABOVE);
    delete (endpoint);
    CHECK(peer_ended(receiver, -NJ_PEER_LOST));
    CHECK(peer_ended(server, -NJ_PEER_LOST));
    delete (other);
    CHECK(peer_ended(sender, -NJ_PEER_LOST));
    CHECK(peer_ended(caller, -NJ_PEER_LOST));
}

static void a_copy_keeps_the_endpoint_alive(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), other = copy(endpoint, NJ_RIGHT_ALL);
    struct peer *receiver = peer_call(NJ_SYS_RECV, endpoint, 0, NONE, PRIORITY_ABOVE);
    delete (endpoint);
    SAME(state_of(receiver->worker->thread), NJ_THREAD_RECEIVING);
    uint64_t words[8] = {0};
    SAME(nj_send(other, 0, words), 0);
    CHECK(peer_ended(receiver, 0));
}

static void a_revoked_sender_capability_does_not_stop_a_waiting_sender(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), badged = mint(endpoint, NJ_RIGHT_SEND, 3);
    struct peer *sender = peer_call(NJ_SYS_SEND, badged, 0, 0, PRIORITY_ABOVE);
    uint64_t words[8] = {0}, badge;
    delete (badged);
    SAME(state_of(sender->worker->thread), NJ_THREAD_SENDING);
    SAME(nj_recv(endpoint, NONE, words, &badge), 0);
    SAME(badge, 3);
}

static void deleting_a_waiting_thread_leaves_the_queue_whole(void)
{
    for (uint32_t gone = 0; gone < 3; gone++) {
        uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
        struct peer *senders[3];
        for (uint32_t i = 0; i < 3; i++)
            senders[i] = peer_call(NJ_SYS_SEND, mint(endpoint, NJ_RIGHT_SEND, i + 1), 0, 0, PRIORITY_ABOVE);
        delete (senders[gone]->worker->thread);
        for (uint32_t i = 0; i < 3; i++) {
            uint64_t words[8] = {0}, badge;
            if (i == gone)
                continue;
            SAME(nj_recv(endpoint, NONE, words, &badge), 0);
            SAME(badge, i + 1);
        }
        uint64_t words[8] = {0}, badge;
        ANSWERS(nj_status_of(nj_try_recv(endpoint, NONE, words, &badge)), NJ_WOULD_BLOCK);
    }
}

static void endpoints_have_only_the_null_operation(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    OK(invoke_raw(endpoint, NJ_OP_NULL, 0, 0, 0, 0, 0));
    ANSWERS(invoke_raw(endpoint, 1, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

// Caller-saved registers that no message travels in come back as zero: nothing of another thread leaks.
static void other_registers_come_back_zero(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    peer_server(endpoint, reply, PRIORITY_ABOVE);
    uint64_t t2, t3, t4, t5, t6;
    register uint64_t t0_ __asm__("t0") = endpoint;
    register uint64_t t1_ __asm__("t1") = nj_tag(1, 0);
    register uint64_t t2_ __asm__("t2") = NJ_SYS_CALL;
    register uint64_t t3_ __asm__("t3") = 0;
    register uint64_t t4_ __asm__("t4") = 0x44;
    register uint64_t t5_ __asm__("t5") = 0x55;
    register uint64_t t6_ __asm__("t6") = 0x66;
    __asm__ volatile("ecall"
                     : "+r"(t0_), "+r"(t1_), "+r"(t2_), "+r"(t3_), "+r"(t4_), "+r"(t5_), "+r"(t6_)
                     :
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
    t2 = t2_, t3 = t3_, t4 = t4_, t5 = t5_, t6 = t6_;
    SAME(t1_, 1);
    SAME(t2, 0);
    SAME(t3, 0);
    SAME(t4, 0);
    SAME(t5, 0);
    SAME(t6, 0);
}

static void callee_saved_registers_are_kept(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    peer_server(endpoint, reply, PRIORITY_ABOVE);
    uint64_t wrong;
    __asm__ volatile("addi sp, sp, -112\n"
                     "sd s0, 0(sp); sd s1, 8(sp); sd s2, 16(sp); sd s3, 24(sp); sd s4, 32(sp); sd s5, 40(sp)\n"
                     "sd s6, 48(sp); sd s7, 56(sp); sd s8, 64(sp); sd s9, 72(sp); sd s10, 80(sp); sd s11, 88(sp)\n"
                     "sd gp, 96(sp); sd tp, 104(sp)\n"
                     "mv t0, %[slot]; li t1, 1; li t2, 0; li t3, 0\n"
                     "li s0, 1; li s1, 2; li s2, 3; li s3, 4; li s4, 5; li s5, 6; li s6, 7; li s7, 8; li s8, 9\n"
                     "li s9, 10; li s10, 11; li s11, 12; li gp, 13; li tp, 14\n"
                     "ecall\n"
                     "li t0, 1; xor s0, s0, t0; li t0, 2; xor s1, s1, t0; li t0, 3; xor s2, s2, t0\n"
                     "li t0, 4; xor s3, s3, t0; li t0, 5; xor s4, s4, t0; li t0, 6; xor s5, s5, t0\n"
                     "li t0, 7; xor s6, s6, t0; li t0, 8; xor s7, s7, t0; li t0, 9; xor s8, s8, t0\n"
                     "li t0, 10; xor s9, s9, t0; li t0, 11; xor s10, s10, t0; li t0, 12; xor s11, s11, t0\n"
                     "li t0, 13; xor gp, gp, t0; li t0, 14; xor tp, tp, t0\n"
                     "or s0, s0, s1; or s0, s0, s2; or s0, s0, s3; or s0, s0, s4; or s0, s0, s5; or s0, s0, s6\n"
                     "or s0, s0, s7; or s0, s0, s8; or s0, s0, s9; or s0, s0, s10; or s0, s0, s11; or s0, s0, gp\n"
                     "or a0, s0, tp\n"
                     "ld s0, 0(sp); ld s1, 8(sp); ld s2, 16(sp); ld s3, 24(sp); ld s4, 32(sp); ld s5, 40(sp)\n"
                     "ld s6, 48(sp); ld s7, 56(sp); ld s8, 64(sp); ld s9, 72(sp); ld s10, 80(sp); ld s11, 88(sp)\n"
                     "ld gp, 96(sp); ld tp, 104(sp)\n"
                     "addi sp, sp, 112\n"
                     "mv %[wrong], a0"
                     : [wrong] "=r"(wrong)
                     : [slot] "r"((uint64_t)endpoint)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6",
                       "memory");
    SAME(wrong, 0);
}

static const struct test_case cases[] = {
    CASE(a_waiting_receiver_gets_the_message),
    CASE(a_waiting_sender_is_received),
    CASE(words_in_the_tag_are_what_arrives),
    CASE(senders_are_received_in_order),
    CASE(receivers_are_served_in_order),
    CASE(call_and_answer),
    CASE(call_of_a_server_with_lower_priority),
    CASE(answer_by_send_on_the_reply_object),
    CASE(answers_in_another_order),
    CASE(try_send_needs_a_receiver),
    CASE(try_recv_needs_a_sender),
    CASE(try_recv_takes_a_call),
    CASE(every_call_needs_its_right),
    CASE(every_call_checks_its_slot),
    CASE(slot_numbers_are_64_bits_wide),
    CASE(failed_calls_leave_no_words),
    CASE(a_call_needs_a_reply_object_of_the_receiver),
    CASE(deleting_the_endpoint_wakes_everybody),
    CASE(a_copy_keeps_the_endpoint_alive),
    CASE(a_revoked_sender_capability_does_not_stop_a_waiting_sender),
    CASE(deleting_a_waiting_thread_leaves_the_queue_whole),
    CASE(endpoints_have_only_the_null_operation),
    CASE(other_registers_come_back_zero),
    CASE(callee_saved_registers_are_kept),
};
GROUP(endpoint, cases);
