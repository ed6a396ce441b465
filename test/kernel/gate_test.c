// SPDX-License-Identifier: Apache-2.0
// Gates: a thread crosses into another capsule and back, and nothing but message words crosses with it.
#include "test/kernel/gate.h"
#include "test/kernel/peer.h"

static void words_cross_and_registers_do_not(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(add));
    for (uint64_t i = 0; i < 3; i++) {
        gate_pair_run(&pair, OFFSET(client), 40 + i, words);
        SAME(words[0], 41 + i);
        SAME(words[1], BADGE);
        SAME(words[2], 8);
        SAME(words[3], 0); // the callee saw none of the caller's
        SAME(words[4], 14);
        SAME(words[5], 0);
        gate_answers(words, 8);
    }
    gate_state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static void stack_and_memory_are_the_space_s_own(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(peek));
    gate_pair_run(&pair, OFFSET(client_memory), 0x55, words);
    SAME(words[1], 0);
    SAME(words[5], 0x77);
    SAME(words[6], 8);
    gate_pair_run(&pair, OFFSET(client_memory), 0x56, words);
    SAME(words[1], 0x55);
    SAME(words[5], 0x77);
    gate_pair_run(&pair, OFFSET(client_stack), 1, words);
    SAME(words[5], 0x99);
}

static void capabilities_are_the_callee_s(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(invoke));
    capsule_give(&pair.callee, 6, pair.report, NJ_RIGHT_SEND);
    gate_pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[0], -(int64_t)NJ_EMPTY_SLOT); // slot 1 is the caller's only
    SAME(words[1], 0);
    gate_answers(words, 8);
}

static void a_process_calls_a_gate(void)
{
    struct capsule callee;
    gate_side(&callee, PRIORITY_BELOW);
    uint32_t gate = gate_at(&callee, OFFSET(add)), bad = gate_at(&callee, OFFSET(trap));
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t words[10] = {i, 1, 2, 3, 4, 5, 6, 7};
        gate_enter(gate, words);
        SAME(words[0], i + 1);
        SAME(words[1], BADGE);
        SAME(words[3], 0);
        SAME(words[7], 7);
        SAME(words[8], 8);
        SAME(words[9], 0);
    }
    uint64_t words[10] = {1};
    gate_enter(bad, words);
    SAME(words[8], -(int64_t)NJ_FAULTED);
    SAME(words[9], 0);
}

static void gates_nest(void)
{
    struct gate_pair pair;
    struct capsule last;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(nest));
    gate_side(&last, PRIORITY_BELOW);
    capsule_give(&pair.callee, 1, gate_at(&last, OFFSET(add)), NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[0], 106);
    SAME(words[4], 8);
    gate_answers(words, 8);
}

static void a_chain_meets_no_space_twice(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(nest));
    capsule_give(&pair.callee, 1, gate_at(&pair.callee, OFFSET(add)), NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[4], -(int64_t)NJ_IN_USE);
    gate_answers(words, 8);
    OK(cnode_delete(pair.callee.cnode, 1));
    capsule_give(&pair.callee, 1, gate_at(&pair.client, OFFSET(add)), NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[4], -(int64_t)NJ_IN_USE);
    gate_answers(words, 8);
    OK(cnode_delete(pair.client.cnode, 1));
    capsule_give(&pair.client, 1, gate_at(&pair.client, OFFSET(add)), NJ_RIGHT_ALL);
    gate_pair_run(&pair, OFFSET(client), 5, words); // where it is already
    gate_answers(words, -(int64_t)NJ_IN_USE);
}

static void floating_point_does_not_cross(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(float));
    for (uint32_t i = 0; i < 2; i++) {
        gate_pair_run(&pair, OFFSET(client_float), 0x1234, words);
        SAME(words[1], 0);
        SAME(words[5], 0);
        gate_answers(words, 8);
    }
}

static void nothing_to_return_from(void)
{
    struct capsule client;
    uint64_t words[8];
    uint32_t report = make(NJ_KIND_ENDPOINT, 0);
    gate_side(&client, PRIORITY_BELOW);
    capsule_give(&client, 2, report, NJ_RIGHT_SEND);
    gate_run(&client, OFFSET(client_return), 0, report, words);
    SAME(words[6], -(int64_t)NJ_WRONG_STATE);
}

// Its own thread in a capsule somebody else is inside of does not leave in that one's stead.
static void a_thread_of_the_callee_s_own_does_not_return(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    gate_pair_make(&pair, OFFSET(spin));
    capsule_give(&pair.callee, 2, pair.report, NJ_RIGHT_SEND);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    gate_state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
    gate_run(&pair.callee, OFFSET(client_return), 0, pair.report, words);
    SAME(words[6], -(int64_t)NJ_WRONG_STATE);
    gate_state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
}

static void nothing_is_received_behind_a_gate(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    gate_pair_make(&pair, OFFSET(receive));
    capsule_give(&pair.callee, 3, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
    OK(thread_bind_notification(pair.client.thread, notification));
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 4)), NJ_OK);
    gate_pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[0], -(int64_t)NJ_WRONG_STATE);
    SAME(words[1], -(int64_t)NJ_WRONG_STATE);
    gate_answers(words, 8);
}

static void a_callee_calls_a_passive_server(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    gate_pair_make(&pair, OFFSET(call));
    capsule_give(&pair.callee, 3, endpoint, NJ_RIGHT_SEND);
    struct peer *server = peer_server(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_BELOW);
    pause_ns(100000);
    OK(thread_unbind_sched(server->worker->thread));
    for (uint64_t i = 0; i < 3; i++) {
        gate_pair_run(&pair, OFFSET(client), 20 + i, words);
        SAME(words[0], 21 + i);
        SAME(words[1], 1);
        gate_answers(words, 8);
    }
}

// The message page is in the caller's memory: what the callee says does not come from there, nor does its answer go there.
static void the_callee_has_no_message_page(void)
{
    struct gate_pair pair;
    uint64_t words[8];
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), thread = make(NJ_KIND_THREAD, 0);
    gate_pair_make(&pair, OFFSET(call_long));
    capsule_give(&pair.callee, 3, endpoint, NJ_RIGHT_SEND);
    OK(thread_configure(thread, pair.client.space, PRIORITY_BELOW, PRIORITY_BELOW, 0, 0x8000));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    pair.client.thread = thread;
    peer_server_long(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
    gate_pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[1], -(int64_t)NJ_BAD_ARGUMENT);
    gate_answers(words, 8);
}

static void registers_inside_are_not_the_debugger_s(void)
{
    struct gate_pair pair;
    uint64_t registers[8] = {0}, words[8];
    gate_pair_make(&pair, OFFSET(spin));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    OK(thread_suspend(pair.client.thread));
    ANSWERS(thread_read_registers(pair.client.thread, 0, registers), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(pair.client.thread, NJ_THREAD_WRITE_REGISTERS, 8, 1, 0, 0, 0), NJ_WRONG_STATE);
    ANSWERS(thread_start(pair.client.thread, 0, 0, 0), NJ_WRONG_STATE);
    gate_state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK); // it holds the gate
    OK(thread_resume(pair.client.thread));
    pause_ns(100000);
    revoke(pair.callee.memory);
    uint64_t badge;
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, LOST);
}

static void keep_busy(struct worker *worker)
{
    for (;;)
        (void)worker;
}

// An interrupt behind the gate saves all registers, a wait that lets another thread go on only some.
static void registers_inside_are_gone_when_it_waits_outside(void)
{
    worker_run(keep_busy, PRIORITY_BELOW - 1);
    for (enum nj_space_type type = NJ_SPACE_PROCESS; type <= NJ_SPACE_CAPSULE; type++) {
        struct capsule callee, client;
        gate_side(&callee, PRIORITY_BELOW);
        capsule_make(&client, CAPSULE_WORDS(gate_program), type, PRIORITY_BELOW, 0);
        capsule_give(&client, 1, gate_at(&callee, OFFSET(linger)), NJ_RIGHT_ALL);
        capsule_give(&client, 4, make(NJ_KIND_NOTIFICATION, 0), NJ_RIGHT_ALL);
        OK(thread_start(client.thread, OFFSET(client_then_wait), 0, 30000));
        pause_ns(30000);
        gate_state_is(&callee, NJ_GATE_ACTIVE, NJ_OK);
        pause_ns(100000);
        SAME(state_of(client.thread), NJ_THREAD_WAITING);
        OK(thread_suspend(client.thread));
        for (uint32_t first = 0; first < 32; first += 8) {
            uint64_t registers[8] = {0};
            OK(thread_read_registers(client.thread, first, registers));
            for (uint32_t i = 0; i < 8; i++)
                CHECK(registers[i] != 0x7e5);
        }
    }
}

static void what_a_gate_needs(void)
{
    struct capsule callee, image;
    uint32_t slot = slot_next();
    gate_side(&callee, PRIORITY_BELOW);
    capsule_make(&image, CAPSULE_WORDS(gate_program), NJ_SPACE_PROCESS, PRIORITY_BELOW, 0);
    ANSWERS(space_gate(image.space, 0, 0, SLOT_CNODE, slot), NJ_WRONG_STATE);
    ANSWERS(space_gate(callee.space, 2, 0, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(space_gate(callee.space, (uint64_t)(gate_program_end - gate_program) * 4, 0, SLOT_CNODE, slot),
            NJ_BAD_ARGUMENT);
    ANSWERS(space_gate(callee.space, UINT64_MAX - 3, 0, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(callee.space, NJ_SPACE_GATE, 0, 1ull << 32, SLOT_CNODE, slot, 0), NJ_BAD_ARGUMENT);
    ANSWERS(space_gate(callee.space, 0, 0, SLOT_CNODE, callee.space), NJ_SLOT_USED);
    uint32_t reader = copy(callee.space, NJ_RIGHT_READ);
    ANSWERS(space_gate(reader, 0, 0, SLOT_CNODE, slot), NJ_NO_RIGHT);
    ANSWERS(space_gate_reset(reader), NJ_NO_RIGHT);
    OK(space_gate(callee.space, OFFSET(add), BADGE, SLOT_CNODE, slot));
    SAME(kind_of(slot), NJ_KIND_GATE);
    SAME(badge_of(slot), BADGE);
    ANSWERS(cnode_mint(SLOT_CNODE, slot_next(), SLOT_CNODE, slot, NJ_RIGHT_ALL, 5), NJ_WRONG_KIND);
    uint64_t words[10] = {0};
    gate_enter(copy(slot, 0), words);
    SAME(words[8], -(int64_t)NJ_NO_RIGHT);
    gate_enter(callee.space, words);
    SAME(words[8], -(int64_t)NJ_WRONG_KIND);
    gate_enter(copy(slot, NJ_RIGHT_SEND), words);
    SAME(words[8], 8);
    revoke(callee.space);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
    gate_enter(slot, words);
    SAME(words[8], -(int64_t)NJ_EMPTY_SLOT);
}

static const struct test_case cases[] = {
    CASE(words_cross_and_registers_do_not),
    CASE(stack_and_memory_are_the_space_s_own),
    CASE(capabilities_are_the_callee_s),
    CASE(a_process_calls_a_gate),
    CASE(gates_nest),
    CASE(a_chain_meets_no_space_twice),
    CASE(floating_point_does_not_cross),
    CASE(nothing_to_return_from),
    CASE(a_thread_of_the_callee_s_own_does_not_return),
    CASE(nothing_is_received_behind_a_gate),
    CASE(a_callee_calls_a_passive_server),
    CASE(the_callee_has_no_message_page),
    CASE(registers_inside_are_not_the_debugger_s),
    CASE(registers_inside_are_gone_when_it_waits_outside),
    CASE(what_a_gate_needs),
};
GROUP(gate, cases);
