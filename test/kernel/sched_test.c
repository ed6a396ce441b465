// SPDX-License-Identifier: Apache-2.0
// Time: priorities, turns, budgets, passive servers.
#include "test/kernel/peer.h"

#define MS 1000000ull

static volatile uint64_t counters[4];

static void count_for_ever(struct worker *worker)
{
    for (;;)
        counters[worker->in[1]]++;
}

static struct worker *counter(uint32_t number, uint32_t priority)
{
    struct worker *worker = worker_make(count_for_ever, priority, NJ_SLOT_NONE);
    worker->in[1] = number;
    counters[number] = 0;
    return worker;
}

static void configure_checks_its_arguments(void)
{
    uint32_t sched = make(NJ_KIND_SCHED, 0);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, sched, 9999, 20000), NJ_BAD_ARGUMENT);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, sched, 20001, 20000), NJ_BAD_ARGUMENT);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, sched, 10000, 3600000000001), NJ_BAD_ARGUMENT);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, sched, UINT64_MAX, UINT64_MAX), NJ_BAD_ARGUMENT);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, sched, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, SLOT_SPACE, 10000, 10000), NJ_WRONG_KIND);
    ANSWERS(sched_configure(SLOT_SCHED_CONTROL, slot_next(), 10000, 10000), NJ_EMPTY_SLOT);
    ANSWERS(sched_configure(sched, sched, 10000, 10000), NJ_OK); // INFO, by the same number: no authority
    uint64_t budget, period, time;
    OK(sched_info(sched, &budget, &period, &time));
    SAME(budget, 0);
    OK(sched_configure(SLOT_SCHED_CONTROL, sched, 10000, 3600000000000));
    OK(sched_configure(SLOT_SCHED_CONTROL, sched, 2 * MS, 10 * MS));
    OK(sched_info(sched, &budget, &period, &time));
    SAME(budget, 2 * MS);
    SAME(period, 10 * MS);
    SAME(time, 0);
    ANSWERS(invoke_raw(SLOT_SCHED_CONTROL, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    ANSWERS(invoke_raw(sched, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void bind_once(void)
{
    uint32_t one = make_sched(MS, MS), two = make_sched(MS, MS);
    uint32_t thread = make(NJ_KIND_THREAD, 0), other = make(NJ_KIND_THREAD, 0);
    OK(thread_bind_sched(thread, one));
    ANSWERS(thread_bind_sched(thread, two), NJ_IN_USE);
    ANSWERS(thread_bind_sched(other, one), NJ_IN_USE);
    OK(thread_unbind_sched(thread));
    OK(thread_unbind_sched(thread));
    OK(thread_bind_sched(other, one));
    OK(thread_bind_sched(thread, two));
    delete (one);
    OK(thread_bind_sched(other, make_sched(MS, MS)));
    ANSWERS(thread_bind_sched(make(NJ_KIND_THREAD, 0), SLOT_SPACE), NJ_WRONG_KIND);
    ANSWERS(thread_bind_sched(make(NJ_KIND_THREAD, 0), make(NJ_KIND_SCHED, 0)), NJ_WRONG_STATE);
}

static void without_time_nothing_runs(void)
{
    struct worker *worker = worker_make_passive(count_for_ever, PRIORITY_ABOVE);
    worker->in[1] = 0;
    counters[0] = 0;
    worker_start(worker);
    SAME(counters[0], 0);
    uint32_t sched = make_sched(10 * MS, 10 * MS);
    OK(thread_set_priority(worker->thread, PRIORITY_BELOW, PRIORITY_BELOW, SLOT_RUNNER));
    OK(thread_bind_sched(worker->thread, sched));
    pause_ns(MS);
    uint64_t ran = counters[0];
    CHECK(ran > 0);
    OK(thread_unbind_sched(worker->thread));
    pause_ns(MS);
    SAME(counters[0], ran);
}

static void the_higher_priority_runs(void)
{
    struct worker *high = counter(0, PRIORITY_BELOW), *low = counter(1, PRIORITY_BELOW - 1);
    worker_start(low);
    worker_start(high);
    pause_ns(30 * MS);
    CHECK(counters[0] > 0);
    SAME(counters[1], 0);
    OK(thread_suspend(high->thread));
    pause_ns(MS);
    CHECK(counters[1] > 0);
}

static void every_pair_of_priorities(void)
{
    static const uint8_t priorities[] = {0, 1, 31, 32, 62, 63, 64, 65, 90};
    for (uint32_t i = 1; i < sizeof(priorities); i++) {
        struct worker *low = counter(0, priorities[i - 1]), *high = counter(1, priorities[i]);
        worker_start(low);
        worker_start(high);
        pause_ns(MS);
        SAME(counters[0], 0);
        CHECK(counters[1] > 0);
        OK(thread_suspend(high->thread));
        OK(thread_suspend(low->thread));
    }
}

static void raising_a_priority_preempts(void)
{
    struct worker *one = counter(0, PRIORITY_BELOW), *two = counter(1, PRIORITY_BELOW - 10);
    worker_start(one);
    worker_start(two);
    pause_ns(MS);
    SAME(counters[1], 0);
    OK(thread_set_priority(two->thread, PRIORITY_BELOW + 1, PRIORITY_BELOW + 1, SLOT_RUNNER));
    uint64_t before = counters[0];
    pause_ns(MS);
    CHECK(counters[1] > 0);
    SAME(counters[0], before);
    OK(thread_set_priority(two->thread, 1, 1, SLOT_RUNNER));
    before = counters[1];
    pause_ns(MS);
    SAME(counters[1], before);
}

static void equal_priorities_take_turns(void)
{
    struct worker *workers[3];
    for (uint32_t i = 0; i < 3; i++) {
        workers[i] = counter(i, PRIORITY_BELOW);
        worker_start(workers[i]);
    }
    pause_ns(300 * MS); // turns of 10 ms
    for (uint32_t i = 0; i < 3; i++)
        NEAR(used_ns(workers[i]->sched), 100 * MS, 11);
}

static void yield_for_ever(struct worker *worker)
{
    for (;;) {
        counters[worker->in[1]]++;
        nj_yield();
    }
}

static void yield_lets_others_of_the_same_priority_run(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct worker *worker = worker_make(yield_for_ever, PRIORITY_BELOW, NJ_SLOT_NONE);
        worker->in[1] = i;
        counters[i] = 0;
        worker_start(worker);
    }
    pause_ns(MS);
    CHECK(counters[0] > 50);
    NEAR(counters[0], counters[1], 3);
}

static void yield_alone_goes_on(void)
{
    for (uint32_t i = 0; i < 1000; i++)
        nj_yield();
}

// A budget of 2 ms in 10 ms is a fifth of the time, even above everybody else.
static void a_budget_limits_the_highest(void)
{
    struct worker *worker = counter(0, PRIORITY_ABOVE);
    uint32_t sched = make_sched(2 * MS, 10 * MS);
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    uint64_t start = nj_time();
    while (nj_time() - start < 995 * MS) // 100 periods, without the budget of the next
        ;
    NEAR(used_ns(sched), 200 * MS, 1);
    SAME(state_of(worker->thread), NJ_THREAD_OUT_OF_BUDGET);
}

static void a_budget_limits_an_idle_machine(void)
{
    struct worker *worker = counter(0, PRIORITY_BELOW);
    uint32_t sched = make_sched(2 * MS, 10 * MS);
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    pause_ns(995 * MS);
    NEAR(used_ns(sched), 200 * MS, 1);
}

static void budgets_share_the_machine(void)
{
    static const uint64_t budget[] = {1 * MS, 2 * MS, 3 * MS};
    uint32_t sched[3];
    for (uint32_t i = 0; i < 3; i++) {
        struct worker *worker = counter(i, PRIORITY_ABOVE);
        sched[i] = make_sched(budget[i], 10 * MS);
        OK(thread_unbind_sched(worker->thread));
        OK(thread_bind_sched(worker->thread, sched[i]));
        worker_start(worker);
    }
    uint64_t start = nj_time();
    while (nj_time() - start < 500 * MS)
        ;
    for (uint32_t i = 0; i < 3; i++)
        NEAR(used_ns(sched[i]), 50 * budget[i], 4);
}

// Sleeps most of the time, with breaks that split its budget into many pieces; no window may give it more.
static void nap(struct worker *worker)
{
    uint64_t word;
    for (;;) {
        enum nj_status status = nj_wait((uint32_t)worker->in[2], &word);
        for (volatile uint32_t i = 0; status == NJ_OK && i < 3000; i++)
            counters[worker->in[1]]++;
    }
}

static void a_budget_in_many_pieces_is_not_exceeded(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_SEND, 1);
    struct worker *worker = worker_make(nap, PRIORITY_ABOVE, NJ_SLOT_NONE);
    uint32_t sched = make_sched(MS / 2, 10 * MS);
    worker->in[1] = 0;
    worker->in[2] = notification;
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    uint64_t start = nj_time();
    while (nj_time() - start < 500 * MS) {
        OK(nj_signal(badged));
        for (volatile uint32_t i = 0; i < 2000; i++)
            ;
    }
    CHECK(used_ns(sched) <= 26 * MS);
    CHECK(used_ns(sched) >= 20 * MS);
}

static struct worker *counter_with(uint32_t sched, uint32_t priority)
{
    struct worker *worker = counter(0, priority);
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    return worker;
}

// What is left of a budget when its thread is preempted, and used much later, comes back a period after that.
static void a_budget_is_not_exceeded_after_a_preemption(void)
{
    uint32_t sched = make_sched(5 * MS, 50 * MS);
    counter_with(sched, PRIORITY_BELOW);
    pause_ns(2 * MS);
    spin_ns(40 * MS);
    uint64_t before = used_ns(sched);
    NEAR(before, 2 * MS, 5);
    pause_ns(45 * MS);
    NEAR(used_ns(sched) - before, 5 * MS, 1);
}

static void the_smallest_budget_is_given_in_full(void)
{
    uint32_t sched = make_sched(10000, 100000);
    counter_with(sched, PRIORITY_ABOVE);
    spin_ns(200 * MS);
    NEAR(used_ns(sched), 20 * MS, 2);
}

static void changing_a_running_budget(void)
{
    struct worker *worker = counter(0, PRIORITY_BELOW);
    worker_start(worker);
    pause_ns(20 * MS);
    OK(sched_configure(SLOT_SCHED_CONTROL, worker->sched, MS, 10 * MS));
    uint64_t before = used_ns(worker->sched);
    pause_ns(200 * MS);
    NEAR(used_ns(worker->sched) - before, 20 * MS, 6);
    OK(sched_configure(SLOT_SCHED_CONTROL, worker->sched, 10 * MS, 10 * MS));
    before = used_ns(worker->sched);
    pause_ns(50 * MS);
    NEAR(used_ns(worker->sched) - before, 50 * MS, 3);
}

static void deleting_a_running_context(void)
{
    struct worker *worker = counter(0, PRIORITY_BELOW);
    worker_start(worker);
    pause_ns(MS);
    delete (worker->sched);
    uint64_t ran = counters[0];
    CHECK(ran > 0);
    pause_ns(MS);
    SAME(counters[0], ran);
    OK(thread_bind_sched(worker->thread, make_sched(MS, MS)));
    pause_ns(MS);
    CHECK(counters[0] > ran);
}

static void deleting_a_context_that_waits_for_its_refill(void)
{
    struct worker *worker = counter(0, PRIORITY_ABOVE);
    uint32_t sched = make_sched(MS, 50 * MS);
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    SAME(state_of(worker->thread), NJ_THREAD_OUT_OF_BUDGET);
    delete (sched);
    pause_ns(100 * MS);
    SAME(state_of(worker->thread), NJ_THREAD_READY);
}

static void suspending_a_thread_out_of_budget(void)
{
    struct worker *worker = counter(0, PRIORITY_ABOVE);
    uint32_t sched = make_sched(MS, 20 * MS);
    OK(thread_unbind_sched(worker->thread));
    OK(thread_bind_sched(worker->thread, sched));
    worker_start(worker);
    OK(thread_suspend(worker->thread));
    uint64_t ran = counters[0];
    pause_ns(60 * MS);
    SAME(counters[0], ran);
    SAME(state_of(worker->thread), NJ_THREAD_INACTIVE);
    OK(thread_resume(worker->thread));
    CHECK(counters[0] > ran);
}

// Passive servers.

// Runs the server, with time of its own, up to its first receive.
static struct peer *passive_server(uint32_t endpoint, uint32_t reply)
{
    struct peer *server = peer_server_passive(endpoint, reply, PRIORITY_ABOVE);
    uint32_t sched = make_sched(10 * MS, 10 * MS);
    OK(thread_bind_sched(server->worker->thread, sched));
    worker_start(server->worker);
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    OK(thread_unbind_sched(server->worker->thread));
    return server;
}

static void a_passive_server_runs_on_the_callers_time(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = passive_server(endpoint, reply);
    for (uint64_t round = 0; round < 100; round++) {
        uint64_t words[8] = {round};
        SAME(nj_call(endpoint, nj_tag(1, 0), 0, words), 1);
        SAME(words[0], round + 1);
    }
    SAME(server->calls, 100);
    struct thread_info info;
    OK(thread_info(server->worker->thread, &info));
    SAME(info.cpu_ns, 0);
}

static void a_passive_server_does_not_run_for_a_send(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = passive_server(endpoint, reply);
    uint64_t words[8] = {0};
    SAME(nj_send(endpoint, 0, words), 0);
    SAME(server->calls, 0);
    SAME(state_of(server->worker->thread), NJ_THREAD_READY);
    OK(thread_bind_sched(server->worker->thread, make_sched(MS, MS)));
    SAME(server->calls, 1);
}

static void two_passive_servers_in_a_row(void)
{
    uint32_t first = make(NJ_KIND_ENDPOINT, 0), second = make(NJ_KIND_ENDPOINT, 0);
    struct peer *back = passive_server(second, make(NJ_KIND_REPLY, 0));
    struct peer *front = passive_server(first, make(NJ_KIND_REPLY, 0));
    for (uint32_t i = 0; i < 10; i++) {
        uint64_t words[8] = {5};
        SAME(nj_call(first, nj_tag(1, 0), 0, words), 1);
        SAME(words[0], 6);
        SAME(nj_call(second, nj_tag(1, 0), 0, words), 1);
        SAME(words[0], 7);
    }
    SAME(front->calls, 10);
    SAME(back->calls, 10);
}

static void killing_a_passive_server_gives_the_time_back(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_make(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    worker_start(server->worker);
    OK(thread_unbind_sched(server->worker->thread)); // it ends after the message without answering
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    CHECK(server->worker->is_done);
    SAME(state_of(client->worker->thread), NJ_THREAD_REPLY_WAIT);
    delete (server->worker->thread);
    CHECK(peer_ended(client, -NJ_PEER_LOST));
}

static void deleting_the_reply_object_gives_the_time_back(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_make(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    worker_start(server->worker);
    OK(thread_unbind_sched(server->worker->thread));
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    delete (reply);
    CHECK(peer_ended(client, -NJ_PEER_LOST));
}

static void a_caller_deleted_while_its_time_is_lent(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    struct peer *server = peer_make(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, 0), PRIORITY_ABOVE);
    worker_start(server->worker);
    OK(thread_unbind_sched(server->worker->thread));
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    delete (client->worker->thread);
    delete (client->worker->sched);
    uint64_t words[8] = {0};
    ANSWERS(nj_status_of(nj_send(reply, 0, words)), NJ_WRONG_STATE);
}

static void a_passive_server_out_of_the_callers_budget(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    passive_server(endpoint, reply);
    struct peer *client = peer_make(NJ_SYS_CALL, endpoint, nj_tag(1, 0), 0, PRIORITY_ABOVE);
    uint32_t sched = make_sched(10000, 10 * MS);
    OK(thread_unbind_sched(client->worker->thread));
    OK(thread_bind_sched(client->worker->thread, sched));
    worker_start(client->worker);
    pause_ns(100 * MS); // it may take several periods, but it comes to an end
    CHECK(client->worker->is_done);
    SAME(client->words[0], 2);
}

static const struct test_case cases[] = {
    CASE(configure_checks_its_arguments),
    CASE(bind_once),
    CASE(without_time_nothing_runs),
    CASE(the_higher_priority_runs),
    CASE(every_pair_of_priorities),
    CASE(raising_a_priority_preempts),
    CASE(equal_priorities_take_turns),
    CASE(yield_lets_others_of_the_same_priority_run),
    CASE(yield_alone_goes_on),
    CASE(a_budget_limits_the_highest),
    CASE(a_budget_limits_an_idle_machine),
    CASE(budgets_share_the_machine),
    CASE(a_budget_in_many_pieces_is_not_exceeded),
    CASE(a_budget_is_not_exceeded_after_a_preemption),
    CASE(the_smallest_budget_is_given_in_full),
    CASE(changing_a_running_budget),
    CASE(deleting_a_running_context),
    CASE(deleting_a_context_that_waits_for_its_refill),
    CASE(suspending_a_thread_out_of_budget),
    CASE(a_passive_server_runs_on_the_callers_time),
    CASE(a_passive_server_does_not_run_for_a_send),
    CASE(two_passive_servers_in_a_row),
    CASE(killing_a_passive_server_gives_the_time_back),
    CASE(deleting_the_reply_object_gives_the_time_back),
    CASE(a_caller_deleted_while_its_time_is_lent),
    CASE(a_passive_server_out_of_the_callers_budget),
};
GROUP(sched, cases);
