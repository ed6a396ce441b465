// SPDX-License-Identifier: Apache-2.0
// A component with 2 ms in 10 ms gets a fifth of the time, whatever it does with it: a second of each. A budget that is used
// in more pieces than a context can keep loses a little (refill.c holds back what it joins), and never gets more.
#include "test/kernel/peer.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
#define SHARE (200 * MS)
#define LAST_PERIOD (5 * MS) // the second ends before the next budget
#define EQUALS 4u

static void is_share(uint64_t value, uint64_t percent_less)
{
    if (value * 100 < SHARE * (100 - percent_less) || value * 100 > SHARE * 101)
        FAIL("%lu is not within %lu percent of %llu", value, percent_less, SHARE);
}

static void spin(uint32_t rounds)
{
    for (volatile uint32_t i = 0; i < rounds; i++)
        ;
}

// in[1]: endpoint it calls between its rounds, 0: none; in[2]: rounds between two calls.
static void client(struct worker *worker)
{
    uint64_t words[8] = {0};
    int64_t tag = 0;
    while (tag >= 0) {
        spin((uint32_t)worker->in[2]);
        if (worker->in[1] != 0)
            tag = nj_call((uint32_t)worker->in[1], nj_tag(1, 0), 0, words);
    }
}

static struct worker *client_start(uint32_t endpoint, uint32_t rounds, uint32_t priority)
{
    struct worker *worker = worker_make(client, priority, NJ_SLOT_NONE);
    uint32_t sched = make_sched(2 * MS, 10 * MS);
    worker->in[1] = endpoint;
    worker->in[2] = rounds;
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker->sched = sched;
    worker_start(worker);
    return worker;
}

// in[1]: endpoint, in[2]: reply object, in[3]: rounds before an answer.
static void serve(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    int64_t tag = nj_recv((uint32_t)worker->in[1], nj_receive((uint32_t)worker->in[2], 0), words, &badge);
    while (tag >= 0) {
        spin((uint32_t)worker->in[3]);
        tag =
            nj_reply_recv((uint32_t)worker->in[1], nj_tag(1, 0), nj_receive((uint32_t)worker->in[2], 0), words, &badge);
    }
}

// A server above its clients; passive: it runs on their time.
static uint32_t server_start(uint32_t rounds, bool is_passive)
{
    struct worker *worker = worker_make(serve, PRIORITY_ABOVE, NJ_SLOT_NONE);
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    worker->in[1] = endpoint;
    worker->in[2] = make(NJ_KIND_REPLY, 0);
    worker->in[3] = rounds;
    worker_start(worker);
    SAME(state_of(worker->thread), NJ_THREAD_RECEIVING);
    if (is_passive)
        OK(thread_unbind_sched(worker->thread));
    return endpoint;
}

static void alone(void)
{
    struct worker *worker = client_start(0, 100, PRIORITY_BELOW);
    pause_ns(SECOND - LAST_PERIOD);
    is_share(used_ns(worker->sched), 1);
}

static void against_equals(void)
{
    struct worker *workers[EQUALS];
    for (uint32_t i = 0; i < EQUALS; i++)
        workers[i] = client_start(0, 100, PRIORITY_BELOW);
    pause_ns(SECOND);
    for (uint32_t i = 0; i < EQUALS; i++)
        is_share(used_ns(workers[i]->sched), 1);
}

static void above_a_busy_one(void)
{
    struct worker *worker = client_start(0, 100, PRIORITY_ABOVE);
    spin_ns(SECOND - LAST_PERIOD);
    is_share(used_ns(worker->sched), 1);
}

static void calling(uint32_t client_rounds, uint32_t server_rounds, bool is_passive, uint64_t percent_less)
{
    uint32_t endpoint = server_start(server_rounds, is_passive);
    struct worker *worker = client_start(endpoint, client_rounds, PRIORITY_BELOW);
    pause_ns(SECOND - LAST_PERIOD);
    is_share(used_ns(worker->sched), percent_less);
}

static void calling_a_passive_server_without_a_break(void)
{
    calling(0, 0, true, 1);
}

static void calling_a_slow_passive_server(void)
{
    calling(10, 3000, true, 1);
}

static void calling_an_active_server_without_a_break(void)
{
    calling(0, 0, false, 3);
}

static void calling_an_active_server_now_and_then(void)
{
    calling(5000, 100, false, 1);
}

static void calling_a_slow_active_server(void)
{
    calling(1000, 1000, false, 3);
}

static const struct test_case cases[] = {
    CASE(alone),
    CASE(against_equals),
    CASE(above_a_busy_one),
    CASE(calling_a_passive_server_without_a_break),
    CASE(calling_a_slow_passive_server),
    CASE(calling_an_active_server_without_a_break),
    CASE(calling_an_active_server_now_and_then),
    CASE(calling_a_slow_active_server),
};
GROUP(budget, cases);
