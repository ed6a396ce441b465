// SPDX-License-Identifier: Apache-2.0
// Gates: a thread crosses into another capsule and back, and nothing but message words crosses with it.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

// gate_code.S: one program, every part of it an entry.
CAPSULE_PROGRAM(gate_program);
#define PART(name) extern const uint32_t gate_##name[]
PART(client);
PART(client_float);
PART(client_loop);
PART(client_memory);
PART(client_stack);
PART(client_return);
PART(client_wait_then_report);
PART(add);
PART(nest);
PART(trap);
PART(read);
PART(overflow);
PART(spin);
PART(receive);
PART(call);
PART(call_long);
PART(wait);
PART(float);
PART(bad_tag);
PART(end);
PART(invoke);
PART(peek);
PART(alone);
void gate_enter(uint64_t gate, uint64_t *words);
#define OFFSET(name) ((uint64_t)(gate_##name - gate_program) * 4)
#define BADGE 0xbad9eu
#define LOST (-(int64_t)NJ_PEER_LOST)

static void make_side(struct capsule *side, uint32_t priority)
{
    capsule_make(side, CAPSULE_WORDS(gate_program), NJ_SPACE_CAPSULE, priority, 0);
}

// A gate into the capsule, in a new slot.
static uint32_t gate_at(const struct capsule *callee, uint64_t offset)
{
    uint32_t slot = slot_next();
    OK(space_gate(callee->space, offset, BADGE, SLOT_CNODE, slot));
    return slot;
}

// Two capsules; slot 1 of the client is a gate into the callee, slot 2 the endpoint of reports.
struct pair {
    struct capsule client, callee;
    uint32_t report, gate;
};

static void pair_make(struct pair *pair, uint64_t offset)
{
    make_side(&pair->callee, PRIORITY_BELOW);
    make_side(&pair->client, PRIORITY_BELOW);
    pair->report = make(NJ_KIND_ENDPOINT, 0);
    pair->gate = gate_at(&pair->callee, offset);
    capsule_give(&pair->client, 1, pair->gate, NJ_RIGHT_ALL);
    capsule_give(&pair->client, 2, pair->report, NJ_RIGHT_SEND);
}

static void run(const struct capsule *client, uint64_t part, uint64_t argument, uint32_t report, uint64_t words[8])
{
    uint64_t badge;
    OK(thread_start(client->thread, part, 0, argument));
    SAME(nj_recv(report, 0, words, &badge), 8);
    pause_ns(20000);
}

static void pair_run(const struct pair *pair, uint64_t part, uint64_t argument, uint64_t words[8])
{
    run(&pair->client, part, argument, pair->report, words);
}

static void answers(const uint64_t words[8], int64_t tag)
{
    SAME(words[6], tag);
    SAME(words[7], 0);
}

static void state_is(const struct capsule *callee, enum nj_gate_state state, enum nj_status status)
{
    struct gate_state is;
    OK(space_gate_state(callee->space, &is));
    SAME(is.state, state);
    SAME(is.status, status);
}

static void words_cross_and_registers_do_not(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(add));
    for (uint64_t i = 0; i < 3; i++) {
        pair_run(&pair, OFFSET(client), 40 + i, words);
        SAME(words[0], 41 + i);
        SAME(words[1], BADGE);
        SAME(words[2], 8);
        SAME(words[3], 0); // the callee saw none of the caller's
        SAME(words[4], 14);
        SAME(words[5], 0);
        answers(words, 8);
    }
    state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static void stack_and_memory_are_the_space_s_own(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(peek));
    pair_run(&pair, OFFSET(client_memory), 0x55, words);
    SAME(words[1], 0);
    SAME(words[5], 0x77);
    SAME(words[6], 8);
    pair_run(&pair, OFFSET(client_memory), 0x56, words);
    SAME(words[1], 0x55);
    SAME(words[5], 0x77);
    pair_run(&pair, OFFSET(client_stack), 1, words);
    SAME(words[5], 0x99);
}

static void capabilities_are_the_callee_s(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(invoke));
    capsule_give(&pair.callee, 6, pair.report, NJ_RIGHT_SEND);
    pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[0], -(int64_t)NJ_EMPTY_SLOT); // slot 1 is the caller's only
    SAME(words[1], 0);
    answers(words, 8);
}

static void a_process_calls_a_gate(void)
{
    struct capsule callee;
    make_side(&callee, PRIORITY_BELOW);
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
    struct pair pair;
    struct capsule last;
    uint64_t words[8];
    pair_make(&pair, OFFSET(nest));
    make_side(&last, PRIORITY_BELOW);
    capsule_give(&pair.callee, 1, gate_at(&last, OFFSET(add)), NJ_RIGHT_ALL);
    pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[0], 106);
    SAME(words[4], 8);
    answers(words, 8);
}

static void a_chain_meets_no_space_twice(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(nest));
    capsule_give(&pair.callee, 1, gate_at(&pair.callee, OFFSET(add)), NJ_RIGHT_ALL);
    pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[4], -(int64_t)NJ_IN_USE);
    answers(words, 8);
    OK(cnode_delete(pair.callee.cnode, 1));
    capsule_give(&pair.callee, 1, gate_at(&pair.client, OFFSET(add)), NJ_RIGHT_ALL);
    pair_run(&pair, OFFSET(client), 5, words);
    SAME(words[4], -(int64_t)NJ_IN_USE);
    capsule_give(&pair.client, 3, gate_at(&pair.client, OFFSET(add)), NJ_RIGHT_ALL);
}

static void faults_behind_a_gate(uint64_t offset, enum nj_fault kind, uint64_t pc, uint64_t detail)
{
    struct pair pair;
    struct gate_state state;
    uint64_t words[8];
    pair_make(&pair, offset);
    capsule_give(&pair.callee, 3, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
    pair_run(&pair, OFFSET(client), 5, words);
    for (uint32_t i = 0; i < 6; i++)
        SAME(words[i], 0);
    answers(words, -(int64_t)NJ_FAULTED);
    OK(space_gate_state(pair.callee.space, &state));
    SAME(state.state, NJ_GATE_BROKEN);
    SAME(state.status, NJ_FAULTED);
    SAME(state.fault, kind);
    SAME(state.pc, offset + pc);
    if (detail != 0)
        SAME(state.detail, detail);
    pair_run(&pair, OFFSET(client), 5, words);
    answers(words, LOST);
    OK(space_gate_reset(pair.callee.space));
    state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
    ANSWERS(space_gate_reset(pair.callee.space), NJ_WRONG_STATE);
    pair_run(&pair, OFFSET(client), 5, words);
    answers(words, -(int64_t)NJ_FAULTED);
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

static void floating_point_does_not_cross(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(float));
    for (uint32_t i = 0; i < 2; i++) {
        pair_run(&pair, OFFSET(client_float), 0x1234, words);
        SAME(words[1], 0);
        SAME(words[5], 0);
        answers(words, 8);
    }
}

static void nothing_to_return_from(void)
{
    struct capsule client;
    uint64_t words[8];
    uint32_t report = make(NJ_KIND_ENDPOINT, 0);
    make_side(&client, PRIORITY_BELOW);
    capsule_give(&client, 2, report, NJ_RIGHT_SEND);
    run(&client, OFFSET(client_return), 0, report, words);
    SAME(words[6], -(int64_t)NJ_WRONG_STATE);
}

// Its own thread in a capsule somebody else is inside of does not leave in that one's stead.
static void a_thread_of_the_callee_s_own_does_not_return(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(spin));
    capsule_give(&pair.callee, 2, pair.report, NJ_RIGHT_SEND);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
    run(&pair.callee, OFFSET(client_return), 0, pair.report, words);
    SAME(words[6], -(int64_t)NJ_WRONG_STATE);
    state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
}

static void nothing_is_received_behind_a_gate(void)
{
    struct pair pair;
    uint64_t words[8];
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    pair_make(&pair, OFFSET(receive));
    capsule_give(&pair.callee, 3, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
    OK(thread_bind_notification(pair.client.thread, notification));
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 4)), NJ_OK);
    pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[0], -(int64_t)NJ_WRONG_STATE);
    SAME(words[1], -(int64_t)NJ_WRONG_STATE);
    answers(words, 8);
}

static void a_callee_calls_a_passive_server(void)
{
    struct pair pair;
    uint64_t words[8];
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    pair_make(&pair, OFFSET(call));
    capsule_give(&pair.callee, 3, endpoint, NJ_RIGHT_SEND);
    struct peer *server = peer_server(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_BELOW);
    pause_ns(100000);
    OK(thread_unbind_sched(server->worker->thread));
    for (uint64_t i = 0; i < 3; i++) {
        pair_run(&pair, OFFSET(client), 20 + i, words);
        SAME(words[0], 21 + i);
        SAME(words[1], 1);
        answers(words, 8);
    }
}

// The message page is in the caller's memory: what the callee says does not come from there, nor does its answer go there.
static void the_callee_has_no_message_page(void)
{
    struct pair pair;
    uint64_t words[8];
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), thread = make(NJ_KIND_THREAD, 0);
    pair_make(&pair, OFFSET(call_long));
    capsule_give(&pair.callee, 3, endpoint, NJ_RIGHT_SEND);
    OK(thread_configure(thread, pair.client.space, PRIORITY_BELOW, PRIORITY_BELOW, 0, 0x8000));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    pair.client.thread = thread;
    peer_server_long(endpoint, make(NJ_KIND_REPLY, 0), PRIORITY_ABOVE);
    pair_run(&pair, OFFSET(client), 0, words);
    SAME(words[1], -(int64_t)NJ_BAD_ARGUMENT);
    answers(words, 8);
}

static void registers_inside_are_not_the_debugger_s(void)
{
    struct pair pair;
    uint64_t registers[8] = {0}, words[8];
    pair_make(&pair, OFFSET(spin));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    OK(thread_suspend(pair.client.thread));
    ANSWERS(thread_read_registers(pair.client.thread, 0, registers), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(pair.client.thread, NJ_THREAD_WRITE_REGISTERS, 8, 1, 0, 0, 0), NJ_WRONG_STATE);
    ANSWERS(thread_start(pair.client.thread, 0, 0, 0), NJ_WRONG_STATE);
    state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK); // it holds the gate
    OK(thread_resume(pair.client.thread));
    pause_ns(100000);
    revoke(pair.callee.memory);
    uint64_t badge;
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    answers(words, LOST);
}

static void the_end_of_the_callee(void)
{
    struct pair pair;
    uint64_t words[8], badge;
    pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, make(NJ_KIND_NOTIFICATION, 0), NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    SAME(state_of(pair.client.thread), NJ_THREAD_WAITING);
    delete (pair.callee.space);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    answers(words, LOST);
    pause_ns(20000);
    pair_run(&pair, OFFSET(client), 0, words); // the gate is still there, what it leads to is not
    answers(words, LOST);
}

static void the_callee_ends_itself(void)
{
    struct pair pair;
    uint64_t words[8];
    pair_make(&pair, OFFSET(end));
    capsule_give(&pair.callee, 5, SLOT_CNODE, NJ_RIGHT_ALL);
    pair_run(&pair, OFFSET(client), pair.callee.space, words);
    answers(words, LOST);
    SAME(kind_of(pair.callee.space), NJ_KIND_EMPTY);
}

static void the_caller_s_space_is_ended_from_inside(void)
{
    struct pair pair;
    pair_make(&pair, OFFSET(end));
    capsule_give(&pair.callee, 5, SLOT_CNODE, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, pair.client.space));
    pause_ns(200000);
    SAME(state_of(pair.client.thread), NJ_THREAD_INACTIVE);
    state_is(&pair.callee, NJ_GATE_BROKEN, NJ_PEER_LOST);
    delete (pair.client.space);
}

static void the_end_of_the_thread_inside(void)
{
    struct pair pair;
    pair_make(&pair, OFFSET(spin));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    delete (pair.client.thread);
    state_is(&pair.callee, NJ_GATE_BROKEN, NJ_PEER_LOST);
}

static void the_middle_of_a_chain_ends(void)
{
    struct pair pair;
    struct capsule last;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    pair_make(&pair, OFFSET(nest));
    make_side(&last, PRIORITY_BELOW);
    capsule_give(&last, 4, notification, NJ_RIGHT_ALL);
    capsule_give(&pair.callee, 1, gate_at(&last, OFFSET(wait)), NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(100000);
    revoke(pair.callee.memory);
    state_is(&last, NJ_GATE_ACTIVE, NJ_OK); // it goes on
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)), NJ_OK);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    answers(words, LOST);
    state_is(&last, NJ_GATE_IDLE, NJ_OK);
}

static void a_thread_without_time_waits_outside(void)
{
    struct pair pair;
    uint64_t words[8], badge;
    pair_make(&pair, OFFSET(spin));
    OK(thread_unbind_sched(pair.client.thread));
    OK(thread_bind_sched(pair.client.thread, make_sched(1000000, 5000000)));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    answers(words, -(int64_t)NJ_OVERRUN);
    state_is(&pair.callee, NJ_GATE_BROKEN, NJ_OVERRUN);
}

static void others_wait_in_line(void)
{
    struct pair pair;
    struct capsule others[3];
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), signal = mint(notification, NJ_RIGHT_SEND, 1);
    pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    for (uint32_t i = 0; i < 3; i++) {
        make_side(&others[i], PRIORITY_BELOW);
        capsule_give(&others[i], 1, pair.gate, NJ_RIGHT_ALL);
        capsule_give(&others[i], 2, mint(pair.report, NJ_RIGHT_SEND, i + 1), NJ_RIGHT_ALL);
        OK(thread_start(others[i].thread, OFFSET(client), 0, 0));
        pause_ns(50000);
        SAME(state_of(others[i].thread), NJ_THREAD_GATE_WAIT);
    }
    OK(thread_suspend(others[1].thread)); // leaves, and comes last
    OK(thread_resume(others[1].thread));
    pause_ns(50000);
    static const uint64_t order[] = {0, 1, 3, 2};
    for (uint32_t i = 0; i < 4; i++) {
        SAME(nj_signal(signal), NJ_OK);
        SAME(nj_recv(pair.report, 0, words, &badge), 8);
        SAME(badge, order[i]);
        SAME(words[0], 1);
        answers(words, 8);
    }
    state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static void who_waits_is_told_when_it_breaks(void)
{
    struct pair pair;
    struct capsule other;
    uint64_t words[8], badge;
    pair_make(&pair, OFFSET(spin));
    make_side(&other, PRIORITY_BELOW);
    capsule_give(&other, 1, pair.gate, NJ_RIGHT_ALL);
    capsule_give(&other, 2, pair.report, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    OK(thread_start(other.thread, OFFSET(client), 0, 0));
    pause_ns(10000000);
    SAME(state_of(other.thread), NJ_THREAD_GATE_WAIT);
    delete (pair.client.thread);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    SAME(words[6], LOST);
}

// Turns end at every instruction of a crossing sooner or later.
static void crossings_are_preempted(void)
{
    struct pair pair;
    struct capsule others[2];
    pair_make(&pair, OFFSET(alone));
    for (uint32_t i = 0; i < 3; i++) {
        struct capsule *client = i == 2 ? &pair.client : &others[i];
        if (i < 2) {
            make_side(client, PRIORITY_BELOW);
            capsule_give(client, 1, pair.gate, NJ_RIGHT_ALL);
        }
        OK(thread_unbind_sched(client->thread));
        uint32_t sched = make_sched(10007 + 6 * i, 10007 + 6 * i);
        OK(thread_bind_sched(client->thread, sched));
        OK(thread_start(client->thread, OFFSET(client_loop), 0, 0));
    }
    pause_ns(30000000);
    static uint64_t seen[512] __attribute__((aligned(4096)));
    uint64_t rounds = 0, copied;
    for (uint32_t i = 0; i < 3; i++) {
        struct capsule *client = i == 2 ? &pair.client : &others[i];
        OK(thread_suspend(client->thread));
        OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)seen, client->space, client->data_base, 64, &copied));
        CHECK(seen[1] > 1000);
        SAME(seen[2], 0);
        rounds += seen[1];
    }
    OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)seen, pair.callee.space, pair.callee.data_base, 64, &copied));
    CHECK(seen[0] <= rounds && seen[0] + 3 >= rounds); // none was lost
}

// What a fast path did not save must not be what the callee had when it was stopped.
static void a_call_that_ends_early_shows_nothing(void)
{
    struct pair pair;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    pair_make(&pair, OFFSET(wait));
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

static void what_a_gate_needs(void)
{
    struct capsule callee, image;
    uint32_t slot = slot_next();
    make_side(&callee, PRIORITY_BELOW);
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
    CASE(a_trap_behind_a_gate),
    CASE(a_bad_access_behind_a_gate),
    CASE(a_stack_overflow_behind_a_gate),
    CASE(a_bad_call_behind_a_gate),
    CASE(floating_point_does_not_cross),
    CASE(nothing_to_return_from),
    CASE(a_thread_of_the_callee_s_own_does_not_return),
    CASE(nothing_is_received_behind_a_gate),
    CASE(a_callee_calls_a_passive_server),
    CASE(the_callee_has_no_message_page),
    CASE(registers_inside_are_not_the_debugger_s),
    CASE(the_end_of_the_callee),
    CASE(the_callee_ends_itself),
    CASE(the_caller_s_space_is_ended_from_inside),
    CASE(the_end_of_the_thread_inside),
    CASE(the_middle_of_a_chain_ends),
    CASE(a_thread_without_time_waits_outside),
    CASE(others_wait_in_line),
    CASE(who_waits_is_told_when_it_breaks),
    CASE(crossings_are_preempted),
    CASE(a_call_that_ends_early_shows_nothing),
    CASE(what_a_gate_needs),
};
GROUP(gate, cases);
