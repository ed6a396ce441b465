// SPDX-License-Identifier: Apache-2.0
// Gates: faults behind them, and the end of a callee, of a caller, and of what lies between.
#include "test/kernel/gate.h"
#include "test/kernel/peer.h"

static void faults_behind_a_gate(uint64_t offset, enum nj_fault kind, uint64_t pc, uint64_t detail)
{
    struct gate_pair pair;
    struct gate_state state;
    uint64_t words[8];
    gate_pair_make(&pair, offset);
    capsule_give(&pair.callee, 3, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    for (uint32_t i = 0; i < 6; i++)
        SAME(words[i], 0);
    gate_answers(words, -(int64_t)NJ_FAULTED);
    OK(space_gate_state(pair.callee.space, &state));
    SAME(state.state, NJ_GATE_BROKEN);
    SAME(state.status, NJ_FAULTED);
    SAME(state.fault, kind);
    SAME(state.pc, offset + pc);
    if (detail != 0)
        SAME(state.detail, detail);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    gate_answers(words, LOST);
    OK(space_gate_reset(pair.callee.space));
    gate_state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
    ANSWERS(space_gate_reset(pair.callee.space), NJ_WRONG_STATE);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    gate_answers(words, -(int64_t)NJ_FAULTED);
}

static void a_trap_behind_a_gate(void)
{
    faults_behind_a_gate(OFFSET(trap), NJ_FAULT_TRAP, 13 * 4, 0xC0001073);
}

static void a_bad_access_behind_a_gate(void)
{
    faults_behind_a_gate(OFFSET(read), NJ_FAULT_READ, 8, 0x5000000);
}

static void a_stack_overflow_behind_a_gate(void)
{
    faults_behind_a_gate(OFFSET(overflow), NJ_FAULT_STACK, 4, 0);
}

static void a_bad_call_behind_a_gate(void)
{
    faults_behind_a_gate(OFFSET(bad_tag), NJ_FAULT_SYSCALL, 12, 0);
}

static void the_end_of_the_callee(void)
{
    struct gate_pair pair;
    uint64_t words[8], badge;
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, make(NJ_KIND_NOTIFICATION, 0), NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    SAME(state_of(pair.client.thread), NJ_THREAD_WAITING);
    delete (pair.callee.space);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, LOST);
    pause_ns(20000);
    gate_pair_run(&pair, OFFSET(client), 0, words); // the gate is still there, what it leads to is not
    gate_answers(words, LOST);
}

static void the_callee_ends_itself(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(end));
    capsule_give(&pair.callee, 5, SLOT_CNODE, NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), pair.callee.space, words);
    gate_answers(words, LOST);
    SAME(kind_of(pair.callee.space), NJ_KIND_EMPTY);
}

static void the_caller_s_space_is_ended_from_inside(void)
{
    struct gate_pair pair;
    gate_pair_make(&pair, OFFSET(end));
    capsule_give(&pair.callee, 5, SLOT_CNODE, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, pair.client.space));
    pause_ns(200000);
    SAME(state_of(pair.client.thread), NJ_THREAD_INACTIVE);
    gate_state_is(&pair.callee, NJ_GATE_BROKEN, NJ_PEER_LOST);
    delete (pair.client.space);
}

static void the_end_of_the_thread_inside(void)
{
    struct gate_pair pair;
    gate_pair_make(&pair, OFFSET(spin));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    delete (pair.client.thread);
    gate_state_is(&pair.callee, NJ_GATE_BROKEN, NJ_PEER_LOST);
}

static void the_middle_of_a_chain_ends(void)
{
    struct gate_pair pair;
    struct capsule last;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    gate_pair_make(&pair, OFFSET(nest));
    gate_side(&last, PRIORITY_BELOW);
    capsule_give(&last, 4, notification, NJ_RIGHT_ALL);
    capsule_give(&pair.callee, 1, gate_at(&last, OFFSET(wait)), NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    revoke(pair.callee.memory);
    gate_state_is(&last, NJ_GATE_ACTIVE, NJ_OK); // it goes on
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)), NJ_OK);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, LOST);
    gate_state_is(&last, NJ_GATE_IDLE, NJ_OK);
}

// What a fast path did not save must not be what the callee had when it was stopped.
static void a_call_that_ends_early_shows_nothing(void)
{
    struct gate_pair pair;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    capsule_give(&pair.client, 3, endpoint, NJ_RIGHT_ALL);
    struct peer *server = peer_call(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_BELOW);
    pause_ns(50000);
    OK(thread_start(pair.client.thread, OFFSET(client_wait_then_report), 0, 0x1234));
    pause_ns(50000);
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 0x700)), NJ_OK);
    pause_ns(100000);
    CHECK(peer_ended(server, 8));
    SAME(state_of(pair.client.thread), NJ_THREAD_REPLY_WAIT);
    delete (reply);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    SAME(words[6], LOST);
    SAME(words[7], 0);
    SAME(words[0], 0);
}

static const struct test_case cases[] = {
    CASE(a_trap_behind_a_gate),
    CASE(a_bad_access_behind_a_gate),
    CASE(a_stack_overflow_behind_a_gate),
    CASE(a_bad_call_behind_a_gate),
    CASE(the_end_of_the_callee),
    CASE(the_callee_ends_itself),
    CASE(the_caller_s_space_is_ended_from_inside),
    CASE(the_end_of_the_thread_inside),
    CASE(the_middle_of_a_chain_ends),
    CASE(a_call_that_ends_early_shows_nothing),
};
GROUP(gate_end, cases);
