// SPDX-License-Identifier: Apache-2.0
// Gates: a thread that has no time left keeps nobody out of a capsule.
#include "test/kernel/gate.h"

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

// Time that is used up but for what is not worth a turn: whoever waits has none until the next refill.
#define LITTLE_NS 20000u
#define LATE_ROUNDS 6500u
#define REFILL_NS 50000000u
static void start_late(const struct capsule *client)
{
    OK(thread_unbind_sched(client->thread));
    OK(thread_bind_sched(client->thread, make_sched(LITTLE_NS, REFILL_NS)));
    OK(thread_start(client->thread, OFFSET(client_late), 0, LATE_ROUNDS));
    pause_ns(100000);
}

static void without_time_nobody_gets_in(void)
{
    struct gate_pair pair;
    struct capsule late, other;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), signal = mint(notification, NJ_RIGHT_SEND, 1);
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    struct capsule *both[] = {&late, &other};
    for (uint32_t i = 0; i < 2; i++) {
        gate_side(both[i], PRIORITY_BELOW);
        capsule_give(both[i], 1, pair.gate, NJ_RIGHT_ALL);
        capsule_give(both[i], 2, mint(pair.report, NJ_RIGHT_SEND, i + 1), NJ_RIGHT_ALL);
    }
    start_late(&late);
    SAME(state_of(late.thread), NJ_THREAD_GATE_WAIT);
    OK(thread_start(other.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    uint64_t start = nj_time();
    for (uint32_t i = 0; i < 2; i++) { // the late one does not delay the other
        SAME(nj_signal(signal), NJ_OK);
        SAME(nj_recv(pair.report, 0, words, &badge), 8);
        SAME(badge, 2 * i);
        gate_answers(words, 8);
    }
    CHECK(nj_time() - start < REFILL_NS / 2);
    gate_state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
    SAME(nj_recv(pair.report, 0, words, &badge), 8); // when it has time
    SAME(badge, 1);
    gate_answers(words, -(int64_t)NJ_OVERRUN);
}

// What a thread waits for behind a gate comes when it has no time: it does not wait there for its refill.
static void woken_without_time(void)
{
    struct gate_pair pair;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    start_late(&pair.client);
    gate_state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
    SAME(nj_signal(mint(notification, NJ_RIGHT_SEND, 1)), NJ_OK);
    pause_ns(50000);
    gate_state_is(&pair.callee, NJ_GATE_BROKEN, NJ_OVERRUN);
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, -(int64_t)NJ_OVERRUN);
}

// More of these at once than one choice of a thread cuts off.
static void many_woken_without_time(void)
{
    struct gate_pair pairs[5];
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    for (uint32_t i = 0; i < 5; i++) {
        gate_pair_make(&pairs[i], OFFSET(wait));
        capsule_give(&pairs[i].callee, 4, notification, NJ_RIGHT_ALL);
    }
    for (uint32_t i = 0; i < 5; i++) {
        start_late(&pairs[i].client);
        gate_state_is(&pairs[i].callee, NJ_GATE_ACTIVE, NJ_OK);
    }
    revoke(notification);
    delete (notification);
    pause_ns(100000);
    for (uint32_t i = 0; i < 5; i++)
        gate_state_is(&pairs[i].callee, NJ_GATE_BROKEN, NJ_OVERRUN);
}

static const struct test_case cases[] = {
    CASE(a_thread_without_time_waits_outside),
    CASE(without_time_nobody_gets_in),
    CASE(woken_without_time),
    CASE(many_woken_without_time),
};
GROUP(gate_time, cases);
