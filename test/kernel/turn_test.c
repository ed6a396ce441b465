// SPDX-License-Identifier: Apache-2.0
// Threads that change places in the middle of a turn, by a signal, a wait or an alarm: what is kept, who comes next, whose
// time it is. One case for each way off the fast paths that notification_test.c and preempt_test.c do not go.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define US 1000ull
#define MS 1000000ull

void child_float_spin(uint64_t value);   // traps if its floating-point register changes
void child_float_signal(uint64_t value); // the same; signals slot 1 meanwhile

static uint64_t waited[32];
static volatile uint64_t flag;

static uint32_t make_badged(uint32_t notification)
{
    return mint(notification, NJ_RIGHT_ALL, 0x77);
}

static struct worker *run(void (*function)(struct worker *worker), uint32_t priority, uint64_t in0, uint64_t in1)
{
    struct worker *worker = worker_make(function, priority, NJ_SLOT_NONE);
    worker->in[0] = in0;
    worker->in[1] = in1;
    worker_start(worker);
    return worker;
}

// Waits for in[0] again and again; in[1]: signals that each time. out[0] counts.
static void wait_for_ever(struct worker *worker)
{
    uint64_t word;
    for (;;) {
        OK(nj_wait((uint32_t)worker->in[0], &word));
        worker->out[0]++;
        if (worker->in[1] != 0)
            OK(nj_signal((uint32_t)worker->in[1]));
    }
}

// ---- Registers ----------------------------------------------------------------------------------------------------------
static void wait_and_set_flag(struct worker *worker)
{
    peer_registers(NJ_SYS_WAIT, worker->in[0], waited);
    flag = 1;
}

static void an_alarm_changes_no_register(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t registers[32];
    OK(interrupt_bind(SLOT_TIMER, make_badged(notification)));
    for (uint32_t i = 0; i < 3; i++) {
        flag = 0;
        run(wait_and_set_flag, PRIORITY_ABOVE, notification, 0);
        OK(interrupt_arm(SLOT_TIMER, nj_time() + 100 * US));
        peer_spin(&flag, registers);
        peer_check_registers(waited, 1, 0x77);
        for (uint32_t n = 1; n < 32; n++)
            if (n != 2 && n != 5 && n != 6)
                SAME(registers[n], SET(n));
    }
}

static void signal_once(struct worker *worker)
{
    peer_registers(NJ_SYS_SIGNAL, worker->in[0], waited);
    flag = 1;
}

// The runner comes first when it is signalled; what it writes into the one that signalled is there when that goes on.
static void who_was_put_aside_is_written_to(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word, junk[4] = {0x111, 0x222, 0x333, 0x444};
    struct worker *worker = run(signal_once, PRIORITY_BELOW, make_badged(notification), 0);
    flag = 0;
    OK(nj_wait(notification, &word));
    SAME(word, 0x77);
    SAME(flag, 0);
    OK(thread_suspend(worker->thread));
    OK(thread_write_registers(worker->thread, 28, 4, junk));
    OK(thread_resume(worker->thread));
    pause_ns(100 * US);
    SAME(flag, 1);
    for (uint32_t n = 28; n < 32; n++)
        SAME(waited[n], junk[n - 28]);
}

static void make_notifier(struct capsule *capsule, uint32_t waits, uint32_t signals, uint32_t priority)
{
    capsule_make(capsule, CAPSULE_WORDS(capsule_notify), NJ_SPACE_CAPSULE, priority, 0);
    capsule_give(capsule, 1, waits, NJ_RIGHT_RECV);
    capsule_give(capsule, 2, signals, NJ_RIGHT_SEND);
    capsule_start(capsule, 0);
}

// Alarms go from a capsule that spins to one that waits, and on to this process; and from this process to a capsule.
static void alarms_among_capsules(void)
{
    uint32_t alarm = make(NJ_KIND_NOTIFICATION, 0), answer = make(NJ_KIND_NOTIFICATION, 0);
    struct capsule spinning, notifier;
    uint64_t word;
    OK(interrupt_bind(SLOT_TIMER, make_badged(alarm)));
    capsule_make(&spinning, CAPSULE_WORDS(capsule_spin), NJ_SPACE_CAPSULE, PRIORITY_BELOW, 0);
    capsule_start(&spinning, 0);
    make_notifier(&notifier, alarm, make_badged(answer), PRIORITY_BELOW + 1);
    for (uint32_t i = 0; i < 20; i++) {
        OK(interrupt_arm(SLOT_TIMER, nj_time() + (20 + i) * US));
        OK(nj_wait(answer, &word));
        SAME(word, 0x77);
    }
    OK(thread_set_priority(notifier.thread, PRIORITY_ABOVE, PRIORITY_ABOVE, NJ_BOOT_SLOT_THREAD));
    for (uint32_t i = 0; i < 20; i++) {
        OK(interrupt_arm(SLOT_TIMER, nj_time() + (20 + i) * US));
        spin_ns(60 * US);
        OK(nj_poll(answer, &word));
    }
    SAME(state_of(spinning.thread), NJ_THREAD_READY);
    SAME(state_of(notifier.thread), NJ_THREAD_WAITING);
}

// Its last call of another kind is not what is repeated.
static void a_capsule_waits_again_after_a_stop(void)
{
    uint32_t to = make(NJ_KIND_NOTIFICATION, 0), back = make(NJ_KIND_NOTIFICATION, 0), badged = make_badged(to);
    struct capsule notifier;
    uint64_t word;
    make_notifier(&notifier, to, make_badged(back), PRIORITY_ABOVE);
    for (uint32_t i = 0; i < 3; i++) {
        OK(thread_suspend(notifier.thread));
        OK(thread_resume(notifier.thread));
        SAME(state_of(notifier.thread), NJ_THREAD_WAITING);
        OK(nj_signal(badged));
        OK(nj_poll(back, &word));
        SAME(word, 0x77);
    }
}

static void make_floating(struct process *process, uint32_t number, uint32_t notification, void (*start)(uint64_t))
{
    process_make(process, PRIORITY_BELOW, NJ_SLOT_NONE);
    OK(sched_configure(SLOT_SCHED_CONTROL, process->sched, 50 * US, 50 * US));
    if (notification != NJ_SLOT_NONE)
        process_give(process, 1, mint(notification, NJ_RIGHT_SEND, 1ull << number), NJ_RIGHT_SEND);
    process_start(process, start, 0x1000 + number);
}

static void floating_point_stays_with_its_thread(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    struct process processes[4];
    uint64_t seen = 0;
    for (uint32_t i = 0; i < 4; i++)
        make_floating(&processes[i], i, notification, i < 2 ? child_float_spin : child_float_signal);
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t word = 0;
        if (i % 4 == 0)
            pause_ns(15 * US); // an alarm takes the processor from who spins
        else
            OK(nj_wait(notification, &word));
        seen |= word;
    }
    SAME(seen, 3ull << 2);
    for (uint32_t i = 0; i < 4; i++)
        SAME(state_of(processes[i].thread), NJ_THREAD_READY);
}

// ---- Who comes next -----------------------------------------------------------------------------------------------------
static uint32_t order[4], order_count;

static void note_and_end(struct worker *worker)
{
    order[order_count++] = (uint32_t)worker->in[0];
}

static void who_signals_stays_in_front_of_its_equals(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = make_badged(notification);
    struct worker *above = run(wait_for_ever, PRIORITY_ABOVE, notification, 0);
    order_count = 0;
    for (uint32_t i = 0; i < 3; i++)
        run(note_and_end, PRIORITY_RUNNER, i + 1, 0);
    for (uint32_t i = 0; i < 5; i++)
        OK(nj_signal(badged));
    SAME(above->out[0], 5);
    SAME(order_count, 0);
    pause_ns(100 * US);
    SAME(order_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        SAME(order[i], i + 1);
}

static void signal_it(struct worker *worker)
{
    for (;;)
        OK(nj_signal((uint32_t)worker->in[0]));
}

// Whoever is ready is found, wherever in the map of priorities.
static void a_wait_finds_who_is_ready(void)
{
    static const uint8_t priorities[] = {0, 1, 62, 63, 64, 65, PRIORITY_RUNNER - 1};
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = make_badged(notification);
    for (uint32_t i = 0; i < sizeof(priorities); i++) {
        struct worker *worker = run(signal_it, priorities[i], badged, 0);
        uint64_t word = 0;
        for (uint32_t round = 0; round < 3; round++) {
            OK(nj_wait(notification, &word));
            SAME(word, 0x77);
        }
        OK(thread_suspend(worker->thread));
    }
}

// Nobody is: the machine sleeps until the alarm.
static void a_wait_with_nobody_else(void)
{
    uint64_t start = nj_time();
    pause_ns(200 * US);
    CHECK(nj_time() - start >= 200 * US);
}

static void serve_and_wait(struct worker *worker)
{
    uint64_t words[8] = {0}, badge, word;
    CHECK(nj_recv((uint32_t)worker->in[0], nj_receive((uint32_t)worker->in[1], 0), words, &badge) >= 0);
    OK(nj_wait((uint32_t)worker->in[2], &word));
    worker->out[0] = word;
}

// A server that waits before it has answered does so on its caller's time.
static void a_wait_on_time_of_others(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), notification = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *server = worker_make_passive(serve_and_wait, PRIORITY_ABOVE + 1);
    server->in[0] = endpoint;
    server->in[1] = make(NJ_KIND_REPLY, 0);
    server->in[2] = notification;
    worker_start_passive(server);
    struct peer *client = peer_call(NJ_SYS_CALL, endpoint, 0, 0, PRIORITY_ABOVE);
    SAME(state_of(server->thread), NJ_THREAD_WAITING);
    SAME(state_of(client->worker->thread), NJ_THREAD_REPLY_WAIT);
    OK(nj_signal(make_badged(notification)));
    CHECK(server->is_done);
    SAME(server->out[0], 0x77);
}

// ---- Time ---------------------------------------------------------------------------------------------------------------
static void signal_and_spin(struct worker *worker)
{
    uint64_t word, start;
    OK(nj_wait((uint32_t)worker->in[0], &word));
    OK(nj_signal((uint32_t)worker->in[1]));
    start = nj_time();
    while (flag == 0 && nj_time() - start < 100 * MS)
        ;
    worker->out[0] = nj_time() - start;
}

static void set_flag(struct worker *worker)
{
    uint64_t word;
    OK(nj_wait((uint32_t)worker->in[0], &word));
    flag = 1;
}

// It has a shorter turn than the one that signals has left: its equal runs when that is over.
static void the_timer_ends_the_turn_of_who_was_woken(void)
{
    uint32_t one = make(NJ_KIND_NOTIFICATION, 0), two = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *spinning = worker_make_passive(signal_and_spin, PRIORITY_ABOVE);
    flag = 0;
    OK(thread_bind_sched(spinning->thread, make_sched(200 * US, 200 * US)));
    spinning->in[0] = one;
    spinning->in[1] = make_badged(two);
    worker_start(spinning);
    struct worker *equal = run(set_flag, PRIORITY_ABOVE, two, 0);
    OK(nj_signal(make_badged(one)));
    CHECK(spinning->is_done && equal->is_done);
    CHECK(spinning->out[0] >= 150 * US && spinning->out[0] < 300 * US);
}

static void ping(struct worker *worker)
{
    uint64_t word;
    for (;;) {
        OK(nj_signal((uint32_t)worker->in[0]));
        OK(nj_wait((uint32_t)worker->in[1], &word));
    }
}

// Two threads that signal each other below the runner, for so long; what each used.
static void ping_pong(uint32_t sched_one, uint32_t sched_two, uint64_t ns)
{
    uint32_t one = make(NJ_KIND_NOTIFICATION, 0), two = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *above = worker_make_passive(wait_for_ever, PRIORITY_BELOW + 1);
    struct worker *below = worker_make_passive(ping, PRIORITY_BELOW);
    above->in[0] = one;
    above->in[1] = make_badged(two);
    below->in[0] = make_badged(one);
    below->in[1] = two;
    OK(thread_bind_sched(above->thread, sched_one));
    OK(thread_bind_sched(below->thread, sched_two));
    worker_start(above);
    worker_start(below);
    pause_ns(ns);
    OK(thread_suspend(below->thread));
    OK(thread_suspend(above->thread));
    CHECK(above->out[0] > 10);
}

static void every_switch_is_charged_once(void)
{
    uint32_t one = make_sched(MS, MS), two = make_sched(300 * US, 300 * US);
    ping_pong(one, two, 20 * MS);
    NEAR(used_ns(one) + used_ns(two), 20 * MS, 1);
    NEAR(used_ns(one), 10 * MS, 20);
}

static void who_signals_keeps_to_its_budget(void)
{
    uint32_t one = make_sched(10 * MS, 10 * MS), two = make_sched(MS, 10 * MS);
    ping_pong(one, two, 100 * MS);
    NEAR(used_ns(two), 10 * MS, 2); // each budget begins a little later than it could
    CHECK(used_ns(two) <= 10 * MS + MS / 10);
}

static void who_is_woken_keeps_to_its_budget(void)
{
    uint32_t one = make_sched(MS, 10 * MS), two = make_sched(10 * MS, 10 * MS);
    ping_pong(one, two, 100 * MS);
    NEAR(used_ns(one), 10 * MS, 2);
    CHECK(used_ns(one) <= 10 * MS + MS / 10);
}

static volatile uint64_t spun[4]; // by whom in[0] says

static void spin_for_ever(struct worker *worker)
{
    for (;;)
        spun[worker->in[0]]++;
}

// Alarms come all the time, also when a refill is waited for, and when a turn is over.
static void alarms_delay_no_refill_and_no_turn(void)
{
    struct worker *limited = worker_make_passive(spin_for_ever, PRIORITY_BELOW + 1);
    uint32_t sched = make_sched(MS, 5 * MS), turn[2] = {make_sched(100 * US, 100 * US), make_sched(100 * US, 100 * US)};
    OK(thread_bind_sched(limited->thread, sched));
    worker_start(limited);
    for (uint32_t i = 0; i < 2; i++) {
        struct worker *equal = worker_make_passive(spin_for_ever, PRIORITY_BELOW);
        OK(thread_bind_sched(equal->thread, turn[i]));
        worker_start(equal);
    }
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t start = nj_time(), word;
    OK(interrupt_bind(SLOT_TIMER, make_badged(notification)));
    for (uint32_t i = 0; nj_time() - start < 100 * MS; i++) {
        uint64_t deadline = nj_time() + 40 * US + i % 64 * US;
        OK(interrupt_arm(SLOT_TIMER, deadline));
        OK(nj_wait(notification, &word));
        CHECK(nj_time() - deadline < 10 * US);
    }
    NEAR(used_ns(sched), 20 * MS, 2);
    NEAR(used_ns(turn[0]), used_ns(turn[1]), 2);
}

static void wait_and_watch(struct worker *worker)
{
    uint64_t word, before, start;
    OK(nj_wait((uint32_t)worker->in[0], &word));
    before = spun[1];
    start = nj_time();
    while (spun[1] == before && nj_time() - start < 40 * MS)
        ;
    worker->out[0] = nj_time() - start;
}

// Who is woken has a long turn, and the refill comes in it.
static void a_refill_comes_after_an_alarm(void)
{
    uint32_t alarm = make(NJ_KIND_NOTIFICATION, 0);
    struct worker *limited = worker_make_passive(spin_for_ever, PRIORITY_ABOVE + 1);
    struct worker *watching = worker_make_passive(wait_and_watch, PRIORITY_ABOVE);
    OK(interrupt_bind(SLOT_TIMER, make_badged(alarm)));
    OK(thread_bind_sched(watching->thread, make_sched(100 * MS, 100 * MS)));
    OK(thread_bind_sched(limited->thread, make_sched(MS, 5 * MS)));
    watching->in[0] = alarm;
    limited->in[0] = 1;
    worker_start(watching);
    worker_start(limited); // until its budget is used up
    OK(interrupt_arm(SLOT_TIMER, nj_time() + MS));
    spin_ns(2 * MS);
    CHECK(watching->is_done);
    CHECK(watching->out[0] > MS && watching->out[0] < 5 * MS);
}

static const struct test_case cases[] = {
    CASE(an_alarm_changes_no_register),
    CASE(who_was_put_aside_is_written_to),
    CASE(alarms_among_capsules),
    CASE(a_capsule_waits_again_after_a_stop),
    CASE(floating_point_stays_with_its_thread),
    CASE(who_signals_stays_in_front_of_its_equals),
    CASE(a_wait_finds_who_is_ready),
    CASE(a_wait_with_nobody_else),
    CASE(a_wait_on_time_of_others),
    CASE(the_timer_ends_the_turn_of_who_was_woken),
    CASE(every_switch_is_charged_once),
    CASE(who_signals_keeps_to_its_budget),
    CASE(who_is_woken_keeps_to_its_budget),
    CASE(alarms_delay_no_refill_and_no_turn),
    CASE(a_refill_comes_after_an_alarm),
};
GROUP(turn, cases);
