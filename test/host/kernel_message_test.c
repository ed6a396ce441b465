// SPDX-License-Identifier: Apache-2.0
// Messages: rendezvous, replies, capability transfer, notifications, faults, and peers that vanish.
#include "abi/fault.h"
#include "kernel/thread.h"
#include "test/host/kernel.h"

static uint32_t server;

// Endpoint in slot 110, reply object in 111, a server thread of the same priority as root, waiting.
static void boot_with_server(void)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    server = start_thread(100, 101, 255, 1000000, 1000000);
    host_syscall(root, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, server);
    host_syscall(server, NJ_SYS_RECV, 110, 0, 111, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, root);
}

// The system call of a thread, whoever runs: the thread must be running.
static void calls(uint32_t thread, uint64_t number, uint64_t slot, uint64_t tag, uint64_t reply, uint64_t word)
{
    for (uint32_t i = 0; i < 4 && sched_current != thread; i++)
        host_syscall(sched_current, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, thread);
    host_syscall(thread, number, slot, tag, reply, (uint64_t[8]){word, word + 1, word + 2, 0, 0, 0, 0, word + 7});
    CHECK_TEXT(check_invariants(0), NULL);
}

TEST(a_call_carries_eight_words_a_badge_and_brings_an_answer)
{
    boot_with_server();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 112, CNODE, 110, NJ_RIGHT_SEND, 77), NJ_OK);
    calls(root, NJ_SYS_CALL, 112, 8, 0, 1000);
    CHECK_EQUAL(threads[server].context.reg[REG_BADGE], 77);
    CHECK_EQUAL(threads[server].context.reg[REG_TAG], 8);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD + 7], 1007);
    calls(server, NJ_SYS_REPLY_RECV, 110, 1, 111, 2000);
    CHECK_EQUAL(status_of(root), NJ_OK);
    CHECK_EQUAL(result(0), 2000);
}

TEST(rights_of_an_endpoint_hold)
{
    boot_with_server();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 112, CNODE, 110, NJ_RIGHT_RECV), NJ_OK);
    calls(root, NJ_SYS_CALL, 112, 1, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_NO_RIGHT);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 113, CNODE, 110, NJ_RIGHT_SEND), NJ_OK);
    calls(root, NJ_SYS_RECV, 113, 0, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_NO_RIGHT);
    calls(root, NJ_SYS_SEND, 113, 1 | NJ_TAG_CAP | 110ull << NJ_TAG_CAP_SHIFT, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_NO_RIGHT);
}

TEST(a_capability_travels_into_the_named_slot)
{
    boot_with_server();
    make(NJ_KIND_NOTIFICATION, 1, 0, 120);
    calls(root, NJ_SYS_CALL, 110, 1, 0, 1);
    calls(server, NJ_SYS_REPLY_RECV, 110, 1, 111 | 130ull << 32, 2);
    calls(root, NJ_SYS_CALL, 110, 1 | NJ_TAG_CAP | 120ull << NJ_TAG_CAP_SHIFT, 0, 3);
    CHECK_EQUAL(threads[server].context.reg[REG_TAG], 1 | NJ_TAG_CAP);
    calls(server, NJ_SYS_REPLY_RECV, 110, 1, 111, 2);
    CHECK_EQUAL(kind_in(130), NJ_KIND_NOTIFICATION);
    CHECK_EQUAL(kind_in(120), NJ_KIND_NOTIFICATION);
}

TEST(untyped_memory_moves_when_it_travels)
{
    boot_with_server();
    make(NJ_KIND_UNTYPED, 1, 4, 120);
    calls(root, NJ_SYS_CALL, 110, 1, 0, 1);
    calls(server, NJ_SYS_REPLY_RECV, 110, 1, 111 | 130ull << 32, 2);
    calls(root, NJ_SYS_CALL, 110, 1 | NJ_TAG_CAP | 120ull << NJ_TAG_CAP_SHIFT, 0, 3);
    calls(server, NJ_SYS_REPLY_RECV, 110, 1, 111, 2);
    CHECK_EQUAL(kind_in(130), NJ_KIND_UNTYPED);
    CHECK_EQUAL(kind_in(120), NJ_KIND_EMPTY);
}

TEST(a_receiver_without_a_reply_object_takes_sends_only)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    server = start_thread(100, 101, 255, 1000000, 1000000);
    calls(server, NJ_SYS_RECV, 110, 0, 0, 0);
    calls(root, NJ_SYS_CALL, 110, 1, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_NO_REPLY_OBJECT);
    calls(root, NJ_SYS_SEND, 110, 1, 0, 9);
    CHECK_EQUAL(status_of(root), NJ_OK);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD], 9);
}

TEST(calls_that_do_not_wait_say_so)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_NOTIFICATION, 1, 0, 111);
    calls(root, NJ_SYS_TRY_SEND, 110, 1, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_WOULD_BLOCK);
    calls(root, NJ_SYS_TRY_RECV, 110, 0, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_WOULD_BLOCK);
    calls(root, NJ_SYS_POLL, 111, 0, 0, 0);
    CHECK_EQUAL(status_of(root), NJ_WOULD_BLOCK);
}

TEST(what_no_correct_program_says_is_a_fault)
{
    static const uint64_t tags[] = {65, 0x80, 0x200, 0x400, NJ_TAG_CAP, 1ull << 32, UINT64_MAX};

    for (uint32_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        boot();
        make(NJ_KIND_ENDPOINT, 1, 0, 110);
        calls(root, NJ_SYS_SEND, 110, tags[i], 0, 0);
        CHECK_EQUAL(threads[root].fault_kind, NJ_FAULT_SYSCALL);
    }
    boot();
    calls(root, NJ_SYS_COUNT, 0, 0, 0, 0);
    CHECK_EQUAL(threads[root].fault_kind, NJ_FAULT_SYSCALL);
}

TEST(signals_gather_and_wake)
{
    boot();
    make(NJ_KIND_NOTIFICATION, 1, 0, 110);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 111, CNODE, 110, NJ_RIGHT_ALL, 1), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 112, CNODE, 110, NJ_RIGHT_ALL, 4), NJ_OK);
    calls(root, NJ_SYS_SIGNAL, 111, 0, 0, 0);
    calls(root, NJ_SYS_SIGNAL, 112, 0, 0, 0);
    calls(root, NJ_SYS_WAIT, 110, 0, 0, 0);
    CHECK_EQUAL(result(0), 5);
    server = start_thread(100, 101, 255, 1000000, 1000000);
    calls(server, NJ_SYS_WAIT, 110, 0, 0, 0);
    calls(root, NJ_SYS_SIGNAL, 112, 0, 0, 0);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD], 4);
}

TEST(a_bound_notification_ends_a_receive)
{
    boot_with_server();
    make(NJ_KIND_NOTIFICATION, 1, 0, 120);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 121, CNODE, 120, NJ_RIGHT_ALL, 6), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_NOTIFICATION, 120), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_NOTIFICATION, 120), NJ_IN_USE);
    calls(root, NJ_SYS_SIGNAL, 121, 0, 0, 0);
    CHECK_EQUAL(threads[server].context.reg[REG_TAG], NJ_TAG_SIGNAL | 1);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD], 6);
    calls(root, NJ_SYS_SIGNAL, 121, 0, 0, 0); // kept for the next receive
    calls(server, NJ_SYS_RECV, 110, 0, 111, 0);
    CHECK_EQUAL(threads[server].context.reg[REG_TAG], NJ_TAG_SIGNAL | 1);
}

// What was signalled before it was bound does not wait for the next signal.
TEST(binding_a_notification_ends_a_receive)
{
    boot_with_server();
    make(NJ_KIND_NOTIFICATION, 1, 0, 120);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 121, CNODE, 120, NJ_RIGHT_ALL, 6), NJ_OK);
    calls(root, NJ_SYS_SIGNAL, 121, 0, 0, 0);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_NOTIFICATION, 120), NJ_OK);
    CHECK_EQUAL(threads[server].state, NJ_THREAD_READY);
    CHECK_EQUAL(threads[server].context.reg[REG_TAG], NJ_TAG_SIGNAL | 1);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD], 6);
    calls(server, NJ_SYS_RECV, 110, 0, 111, 0);
    CHECK_EQUAL(threads[server].state, NJ_THREAD_RECEIVING); // once
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_UNBIND_NOTIFICATION, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_NOTIFICATION, 120), NJ_OK);
    CHECK_EQUAL(threads[server].state, NJ_THREAD_RECEIVING);
}

TEST(callers_learn_when_their_server_is_gone)
{
    static const uint64_t victims[] = {111, 100}; // reply object, thread

    for (uint32_t i = 0; i < 2; i++) {
        boot_with_server();
        uint32_t killer = start_thread(102, 103, 254, 1000000, 1000000);
        calls(root, NJ_SYS_CALL, 110, 1, 0, 5);
        host_syscall(server, NJ_SYS_INVOKE, 100, NJ_THREAD_SUSPEND, 0, (uint64_t[8]){0});
        calls(killer, NJ_SYS_INVOKE, CNODE, NJ_CNODE_DELETE, 0, victims[i]);
        CHECK_EQUAL(sched_current, root);
        CHECK_EQUAL(status_of(root), NJ_PEER_LOST);
    }
}

TEST(senders_and_receivers_learn_when_their_endpoint_is_gone)
{
    boot_with_server();
    calls(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_DELETE, 0, 110);
    CHECK_EQUAL(status_of(server), NJ_PEER_LOST);
}

TEST(a_fault_is_a_message_and_its_answer_resumes)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    make(NJ_KIND_THREAD, 1, 0, 100);
    make(NJ_KIND_SCHED, 1, 0, 101);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 101, 1000000, 1000000), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 112, CNODE, 110, NJ_RIGHT_ALL, 99), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_CONFIGURE, NJ_BOOT_SLOT_SPACE, 255, 255, 112, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_SCHED, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_START, 0x12340, 0, 0), NJ_OK);
    calls(root, NJ_SYS_RECV, 110, 0, 111, 0);
    uint32_t child = sched_current;
    kernel_fault(child, NJ_FAULT_READ, 0xdead0);
    CHECK_EQUAL(sched_current, root);
    CHECK_EQUAL(threads[root].context.reg[REG_BADGE], 99);
    CHECK_EQUAL(result(NJ_FAULT_WORD_KIND), NJ_FAULT_READ);
    CHECK_EQUAL(result(NJ_FAULT_WORD_PC), 0x12340);
    CHECK_EQUAL(result(NJ_FAULT_WORD_DETAIL), 0xdead0);
    calls(root, NJ_SYS_SEND, 111, 1, 0, NJ_FAULT_REPLY_RESUME);
    CHECK_EQUAL(threads[child].state, NJ_THREAD_READY);
    calls(root, NJ_SYS_RECV, 110, 0, 111, 0);
    kernel_fault(child, NJ_FAULT_ILLEGAL, 7);
    calls(root, NJ_SYS_SEND, 111, 1, 0, NJ_FAULT_REPLY_SUSPEND);
    CHECK_EQUAL(threads[child].state, NJ_THREAD_INACTIVE);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_INFO, 0), NJ_OK);
    CHECK_EQUAL(result(0), NJ_THREAD_FAULTED);
    CHECK_EQUAL(result(4), 2);
}

TEST(suspension_repeats_what_had_no_effect_yet)
{
    boot_with_server();
    uint64_t pc = threads[server].context.pc;
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(threads[server].context.pc, pc - 4);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_RESUME, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_RESUME, 0), NJ_WRONG_STATE);
}
