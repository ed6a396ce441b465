// SPDX-License-Identifier: Apache-2.0
// Gates: those who wait in line.
#include "test/kernel/gate.h"

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

// A thread more of the capsule, which goes through the gate as its own does.
static uint32_t another(const struct capsule *client, uint32_t sched)
{
    uint32_t thread = make(NJ_KIND_THREAD, 0);
    OK(thread_configure(thread, client->space, PRIORITY_BELOW, PRIORITY_BELOW, 0, 0));
    OK(thread_bind_sched(thread, sched));
    OK(thread_start(thread, OFFSET(client), 0, 0));
    return thread;
}

static void a_line_is_full(void)
{
    struct gate_pair pair;
    uint64_t words[8], badge;
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), signal = mint(notification, NJ_RIGHT_SEND, 1);
    gate_pair_make(&pair, OFFSET(wait));
    capsule_give(&pair.callee, 4, notification, NJ_RIGHT_ALL);
    OK(thread_start(pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    for (uint32_t i = 0; i < NJ_GATE_WAITERS_MAX; i++) {
        uint32_t thread = another(&pair.client, make_sched(1000000, 1000000));
        pause_ns(50000);
        SAME(state_of(thread), NJ_THREAD_GATE_WAIT);
    }
    another(&pair.client, make_sched(1000000, 1000000));
    SAME(nj_recv(pair.report, 0, words, &badge), 8);
    gate_answers(words, -(int64_t)NJ_WOULD_BLOCK);
    gate_state_is(&pair.callee, NJ_GATE_ACTIVE, NJ_OK);
    for (uint32_t i = 0; i <= NJ_GATE_WAITERS_MAX; i++) { // nobody in line was disturbed
        SAME(nj_signal(signal), NJ_OK);
        SAME(nj_recv(pair.report, 0, words, &badge), 8);
        gate_answers(words, 8);
    }
    gate_state_is(&pair.callee, NJ_GATE_IDLE, NJ_OK);
}

// Somebody inside who waits, and others in line behind it; reports of the others have badges 1, 2, ...
#define OTHERS 4u
struct line {
    struct gate_pair pair;
    struct capsule others[OTHERS];
    uint32_t signal;
};

static void line_make(struct line *line)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    line->signal = mint(notification, NJ_RIGHT_SEND, 1);
    gate_pair_make(&line->pair, OFFSET(wait));
    capsule_give(&line->pair.callee, 4, notification, NJ_RIGHT_ALL);
    OK(thread_start(line->pair.client.thread, OFFSET(client), 0, 0));
    pause_ns(50000);
    for (uint32_t i = 0; i < OTHERS; i++) {
        gate_side(&line->others[i], PRIORITY_BELOW);
        capsule_give(&line->others[i], 1, line->pair.gate, NJ_RIGHT_ALL);
        capsule_give(&line->others[i], 2, mint(line->pair.report, NJ_RIGHT_SEND, i + 1), NJ_RIGHT_ALL);
        OK(thread_start(line->others[i].thread, OFFSET(client), 0, 0));
        pause_ns(50000);
        SAME(state_of(line->others[i].thread), NJ_THREAD_GATE_WAIT);
    }
}

// The next one leaves.
static void line_next(const struct line *line, uint64_t badge)
{
    uint64_t words[8], is;
    SAME(nj_signal(line->signal), NJ_OK);
    SAME(nj_recv(line->pair.report, 0, words, &is), 8);
    SAME(is, badge);
    gate_answers(words, 8);
    pause_ns(50000);
}

static void suspended_in_line(void)
{
    struct line line;
    line_make(&line);
    OK(thread_suspend(line.others[0].thread));
    SAME(state_of(line.others[0].thread), NJ_THREAD_INACTIVE);
    line_next(&line, 0);
    line_next(&line, 2);                      // it lost its turn
    OK(thread_resume(line.others[0].thread)); // calls again
    pause_ns(50000);
    SAME(state_of(line.others[0].thread), NJ_THREAD_GATE_WAIT);
    line_next(&line, 3);
    line_next(&line, 4);
    line_next(&line, 1);
    gate_state_is(&line.pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static void deleted_in_line(void)
{
    struct line line;
    line_make(&line);
    delete (line.others[0].thread);
    delete (line.others[2].space);
    line_next(&line, 0);
    revoke(line.others[3].memory);
    line_next(&line, 2);
    gate_state_is(&line.pair.callee, NJ_GATE_IDLE, NJ_OK);
}

// A line is first come, first served. Who gets in runs at its new priority.
static void another_priority_in_line(void)
{
    struct line line;
    struct thread_info info;
    line_make(&line);
    OK(thread_set_priority(line.others[1].thread, PRIORITY_ABOVE, PRIORITY_ABOVE, SLOT_RUNNER));
    SAME(state_of(line.others[1].thread), NJ_THREAD_GATE_WAIT);
    OK(thread_set_priority(line.others[2].thread, 1, 1, SLOT_RUNNER));
    line_next(&line, 0);
    line_next(&line, 1);
    OK(thread_info(line.others[1].thread, &info));
    SAME(info.priority, PRIORITY_ABOVE);
    SAME(state_of(line.others[1].thread), NJ_THREAD_WAITING);
    SAME(nj_signal(line.signal), NJ_OK); // it leaves before this thread goes on
    CHECK(state_of(line.others[1].thread) != NJ_THREAD_WAITING);
    uint64_t words[8], badge;
    SAME(nj_recv(line.pair.report, 0, words, &badge), 8);
    SAME(badge, 2);
    line_next(&line, 3);
    line_next(&line, 4);
    gate_state_is(&line.pair.callee, NJ_GATE_IDLE, NJ_OK);
}

static const struct test_case cases[] = {
    CASE(others_wait_in_line),     CASE(who_waits_is_told_when_it_breaks),
    CASE(a_line_is_full),          CASE(suspended_in_line),
    CASE(deleted_in_line),         CASE(another_priority_in_line),
    CASE(crossings_are_preempted),
};
GROUP(gate_line, cases);
