// SPDX-License-Identifier: Apache-2.0
// Threads that go on in the middle of another's turn: an alarm wakes one, an answer to a fault resumes one. Most go on at
// once; those that may not are made ready, or wait for their time.
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define SOON_NS 100000u
#define TURNS_NS 500000000u // many turns of every thread here

static uint32_t make_alarm(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    return notification;
}

// The runner is busy when the alarm is due.
static void alarm_while_busy(void)
{
    OK(interrupt_arm(SLOT_TIMER, nj_time() + SOON_NS));
    spin_ns(2 * SOON_NS);
}

static void spin_until_done(const struct worker *worker)
{
    uint64_t start = nj_time();
    while (!worker->is_done && nj_time() - start < TURNS_NS)
        ;
    CHECK(worker->is_done);
}

static void wait_for_alarm(struct worker *worker)
{
    worker->out[3] = nj_wait((uint32_t)worker->in[0], &worker->out[0]);
    worker->out[1] = nj_time();
}

static struct worker *waiter(uint32_t notification, uint32_t priority)
{
    struct worker *worker = worker_make(wait_for_alarm, PRIORITY_ABOVE, NJ_SLOT_NONE);
    worker->in[0] = notification;
    worker_start(worker);
    SAME(state_of(worker->thread), NJ_THREAD_WAITING);
    OK(thread_set_priority(worker->thread, priority, priority, NJ_BOOT_SLOT_THREAD));
    return worker;
}

static void nothing(struct worker *worker)
{
    (void)worker;
}

// Ready from now on, behind the runner, whose turn begins anew: at its end this one would run.
static struct worker *make_equal(void)
{
    struct worker *worker = worker_make(nothing, PRIORITY_RUNNER, NJ_SLOT_NONE);
    OK(sched_configure(SLOT_SCHED_CONTROL, SLOT_RUNNER_SCHED, 10000000, 10000000));
    worker_start(worker);
    CHECK(!worker->is_done);
    return worker;
}

static void an_alarm_wakes_one_of_several_waiters(void)
{
    uint32_t alarm = make_alarm();
    struct worker *first = waiter(alarm, PRIORITY_ABOVE), *second = waiter(alarm, PRIORITY_ABOVE);
    struct worker *equal = make_equal();
    alarm_while_busy();
    CHECK(first->is_done);
    SAME(first->out[0], 1);
    SAME(first->out[3], NJ_OK);
    SAME(state_of(second->thread), NJ_THREAD_WAITING);
    CHECK(!equal->is_done); // the runner came back in front of it
    alarm_while_busy();
    CHECK(second->is_done);
}

static void turns_end_after_an_alarm(void)
{
    uint32_t alarm = make_alarm();
    struct worker *above = waiter(alarm, PRIORITY_ABOVE), *equal = make_equal();
    alarm_while_busy();
    CHECK(above->is_done);
    spin_until_done(equal);
}

static void a_waiter_of_the_same_priority_does_not_preempt(void)
{
    struct worker *worker = waiter(make_alarm(), PRIORITY_RUNNER);
    alarm_while_busy();
    CHECK(!worker->is_done);
    SAME(state_of(worker->thread), NJ_THREAD_READY);
    spin_until_done(worker);
}

static void a_waiter_below_does_not_preempt(void)
{
    struct worker *worker = waiter(make_alarm(), PRIORITY_BELOW);
    alarm_while_busy();
    SAME(state_of(worker->thread), NJ_THREAD_READY);
    pause_ns(SOON_NS);
    CHECK(worker->is_done);
}

static void a_waiter_without_time_is_only_ready(void)
{
    struct worker *worker = waiter(make_alarm(), PRIORITY_ABOVE);
    OK(thread_unbind_sched(worker->thread));
    alarm_while_busy();
    SAME(state_of(worker->thread), NJ_THREAD_READY);
    CHECK(!worker->is_done);
    OK(thread_bind_sched(worker->thread, worker->sched));
    CHECK(worker->is_done);
}

static void spend_and_wait(struct worker *worker)
{
    worker->out[2] = nj_time();
    spin_ns(6500); // what is left of 10,000 is not worth a turn
    wait_for_alarm(worker);
}

static void a_waiter_that_has_used_its_time_waits_for_more(void)
{
    struct worker *worker = worker_make_passive(spend_and_wait, PRIORITY_ABOVE);
    worker->in[0] = make_alarm();
    OK(thread_bind_sched(worker->thread, make_sched(10000, 20000000)));
    worker_start(worker);
    SAME(state_of(worker->thread), NJ_THREAD_WAITING);
    alarm_while_busy();
    SAME(state_of(worker->thread), NJ_THREAD_OUT_OF_BUDGET);
    CHECK(!worker->is_done);
    spin_until_done(worker);
    CHECK(worker->out[1] - worker->out[2] >= 19000000);
}

static void an_alarm_reaches_a_bound_receiver(void)
{
    uint32_t alarm = make_alarm();
    struct peer *server = peer_make(NJ_SYS_RECV, make(NJ_KIND_ENDPOINT, 0), 0,
                                    nj_receive(make(NJ_KIND_REPLY, 0), NJ_SLOT_NONE), PRIORITY_ABOVE);
    OK(thread_bind_notification(server->worker->thread, alarm));
    worker_start(server->worker);
    SAME(state_of(server->worker->thread), NJ_THREAD_RECEIVING);
    alarm_while_busy();
    CHECK(peer_ended(server, NJ_TAG_SIGNAL | 1));
    SAME(server->words[0], 1);
}

static uint64_t faults_of(uint32_t thread)
{
    struct thread_info info;
    OK(thread_info(thread, &info));
    return info.faults;
}

// It has stopped at a breakpoint, and the fault is received.
static void stop(struct process *process, struct fault *fault, uint32_t priority)
{
    fault_make(fault);
    process_make(process, PRIORITY_ABOVE, fault->badged);
    process_start(process, child_break, 0);
    fault_receive(fault);
    OK(thread_set_priority(process->thread, priority, priority, NJ_BOOT_SLOT_THREAD));
}

static void an_answer_to_a_thread_above_lets_it_run_at_once(void)
{
    struct process process;
    struct fault fault;
    stop(&process, &fault, PRIORITY_ABOVE);
    struct worker *equal = make_equal();
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    CHECK(!equal->is_done); // who answered waits in front of its equals
    SAME(faults_of(process.thread), 2);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
}

static void an_answer_without_words_resumes(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {NJ_FAULT_REPLY_SUSPEND}, badge;
    stop(&process, &fault, PRIORITY_ABOVE);
    SAME(enter(NJ_SYS_SEND, fault.reply, nj_tag(0, 0), 0, words, &badge), 0);
    SAME(words[0], NJ_FAULT_REPLY_SUSPEND); // what it sent is still there
    SAME(badge, 0);
    SAME(faults_of(process.thread), 2);
}

static void an_answer_to_an_equal_does_not_preempt(void)
{
    struct process process;
    struct fault fault;
    stop(&process, &fault, PRIORITY_RUNNER);
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    SAME(faults_of(process.thread), 1);
    SAME(state_of(process.thread), NJ_THREAD_READY);
    fault_receive(&fault);
    SAME(faults_of(process.thread), 2);
}

static void an_answer_to_a_thread_without_time(void)
{
    struct process process;
    struct fault fault;
    stop(&process, &fault, PRIORITY_ABOVE);
    OK(thread_unbind_sched(process.thread));
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    SAME(faults_of(process.thread), 1);
    SAME(state_of(process.thread), NJ_THREAD_READY);
    OK(thread_bind_sched(process.thread, process.sched));
    SAME(faults_of(process.thread), 2);
}

static void an_answer_to_a_capsule(void)
{
    struct capsule capsule;
    struct fault fault;
    fault_make(&fault);
    capsule_make(&capsule, CAPSULE_WORDS(capsule_trap), NJ_SPACE_CAPSULE, PRIORITY_ABOVE, fault.badged);
    capsule_start(&capsule, 0);
    fault_receive(&fault);
    uint64_t pc = fault.words[NJ_FAULT_WORD_PC];
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    SAME(faults_of(capsule.thread), 2);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_TRAP);
    SAME(fault.words[NJ_FAULT_WORD_PC], pc);
}

static const struct test_case cases[] = {
    CASE(an_alarm_wakes_one_of_several_waiters),
    CASE(turns_end_after_an_alarm),
    CASE(a_waiter_of_the_same_priority_does_not_preempt),
    CASE(a_waiter_below_does_not_preempt),
    CASE(a_waiter_without_time_is_only_ready),
    CASE(a_waiter_that_has_used_its_time_waits_for_more),
    CASE(an_alarm_reaches_a_bound_receiver),
    CASE(an_answer_to_a_thread_above_lets_it_run_at_once),
    CASE(an_answer_without_words_resumes),
    CASE(an_answer_to_an_equal_does_not_preempt),
    CASE(an_answer_to_a_thread_without_time),
    CASE(an_answer_to_a_capsule),
};
GROUP(preempt, cases);
