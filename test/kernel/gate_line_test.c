// SPDX-License-Identifier: Apache-2.0
// Gates: those who wait in line, and time that runs out behind a gate.
#include "test/kernel/gate.h"
#include "test/kernel/peer.h"

static void a_thread_without_time_waits_outside(void)
{
    struct gate_pair pair;
    uint64_t words[8], badge;
    gate_pair_make(&pair, OFFSET(spin));
    OK(thread_unbind_sched(pair.client.thread));
    OK(thread_bind_sched(pair.client.thread, make_sched(1000000, 5000000)));
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, -(int64_t)NJ_OVERRUN);
    gate_state_is(&pair.callee, NJ_GATE_BROKEN, NJ_OVERRUN);
}

static void others_wait_in_line(void)
{
    struct gate_pair pair;
    struct capsule others[3];
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), signal = mint(notification, NJ_RIGHT_SEND, 1);
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    for (uint32_t i = 0; i < 3; i++) {
        gate_side(&others[i], PRIORITY_BELOW);
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
        gate_answers(words, 8);
    }
    gate_state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static void who_waits_is_told_when_it_breaks(void)
{
    struct gate_pair pair;
    struct capsule other;
    uint64_t words[8], badge;
    gate_pair_make(&pair, OFFSET(spin));
    gate_side(&other, PRIORITY_BELOW);
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
    struct gate_pair pair;
    struct capsule others[2];
    gate_pair_make(&pair, OFFSET(alone));
    for (uint32_t i = 0; i < 3; i++) {
        struct capsule *client = i == 2 ? &pair.client : &others[i];
        if (i < 2) {
            gate_side(client, PRIORITY_BELOW);
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

static const struct test_case cases[] = {
    CASE(a_thread_without_time_waits_outside),
    CASE(others_wait_in_line),
    CASE(who_waits_is_told_when_it_breaks),
    CASE(crossings_are_preempted),
};
GROUP(gate_line, cases);
