// SPDX-License-Identifier: Apache-2.0
// Faults whose handler waits: it goes on in the faulter's stead, unless somebody ready comes first.
#include "test/kernel/peer.h"
#include "test/kernel/process.h"

// Handles one fault. in: endpoint, reply object, answer, endpoint to tell (or NJ_SLOT_NONE). out: tag, badge, words 0 to 5.
static void handle_one(struct worker *worker)
{
    uint64_t words[8] = {0}, badge = 0;
    int64_t tag = nj_recv((uint32_t)worker->in[0], nj_receive((uint32_t)worker->in[1], NJ_SLOT_NONE), words, &badge);
    worker->out[0] = (uint64_t)tag;
    worker->out[1] = badge;
    for (uint32_t i = 0; i < 6; i++)
        worker->out[2 + i] = words[i];
    words[0] = worker->in[2];
    enter(NJ_SYS_SEND, (uint32_t)worker->in[1], nj_tag(1, 0), 0, words, &badge);
    if (worker->in[3] != NJ_SLOT_NONE)
        enter(NJ_SYS_SEND, (uint32_t)worker->in[3], nj_tag(0, 0), 0, words, &badge);
}

static void handler_set(struct worker *worker, const struct fault *fault, uint64_t answer, uint32_t tell)
{
    worker->in[0] = fault->endpoint;
    worker->in[1] = fault->reply;
    worker->in[2] = answer;
    worker->in[3] = tell;
}

static struct worker *handler_start(const struct fault *fault, uint32_t priority, uint64_t answer, uint32_t tell)
{
    struct worker *worker = worker_make(handle_one, priority, NJ_SLOT_NONE);
    handler_set(worker, fault, answer, tell);
    worker_start(worker);
    return worker;
}

static void check_break(const struct worker *handler)
{
    SAME(handler->out[0], NJ_FAULT_WORDS);
    SAME(handler->out[1], FAULT_BADGE);
    SAME(handler->out[2], NJ_FAULT_BREAKPOINT);
    SAME(handler->out[5], 0);
    SAME(handler->out[6], 0); // nothing beyond the words of a fault
    SAME(handler->out[7], 0);
}

static void a_handler_above_runs_at_once(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    struct worker *handler = handler_start(&fault, PRIORITY_ABOVE, NJ_FAULT_REPLY_SUSPEND, NJ_SLOT_NONE);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    CHECK(handler->is_done);
    check_break(handler);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
}

static void a_handler_of_the_same_priority_runs_before_its_equals(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    uint32_t told = make(NJ_KIND_ENDPOINT, 0);
    struct worker *handler = handler_start(&fault, PRIORITY_ABOVE, NJ_FAULT_REPLY_SUSPEND, told);
    OK(thread_set_priority(handler->thread, PRIORITY_RUNNER, PRIORITY_RUNNER, NJ_BOOT_SLOT_THREAD));
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    check_break(handler); // this thread was ready all the time
}

static void a_handler_below_a_ready_thread_waits_for_it(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    uint32_t told = make(NJ_KIND_ENDPOINT, 0);
    struct worker *handler = handler_start(&fault, PRIORITY_ABOVE, NJ_FAULT_REPLY_SUSPEND, told);
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
    SAME(state_of(handler->thread), NJ_THREAD_READY);
    SAME(handler->out[0], 0); // it has the message, but has not run
    SAME(nj_recv(told, 0, words, &badge), 0);
    check_break(handler);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
}

static void a_passive_handler_runs_on_the_faulters_time(void)
{
    struct process process;
    struct fault fault;
    struct thread_info info;
    fault_make(&fault);
    struct worker *handler = worker_make_passive(handle_one, PRIORITY_ABOVE);
    handler_set(handler, &fault, NJ_FAULT_REPLY_RESUME, NJ_SLOT_NONE);
    worker_start_passive(handler);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    check_break(handler);
    CHECK(!handler->is_done); // the answer gave the time back
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 2); // it went on, to the same breakpoint, and nobody waits now
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_BREAKPOINT);
}

static void a_handler_that_offers_no_reply_object_stays_where_it_is(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    struct worker *handler = worker_make(handle_one, PRIORITY_ABOVE, NJ_SLOT_NONE);
    handler_set(handler, &fault, NJ_FAULT_REPLY_SUSPEND, NJ_SLOT_NONE);
    handler->in[1] = NJ_SLOT_NONE;
    worker_start(handler);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    SAME(state_of(handler->thread), NJ_THREAD_RECEIVING);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
}

static const struct test_case cases[] = {
    CASE(a_handler_above_runs_at_once),
    CASE(a_handler_of_the_same_priority_runs_before_its_equals),
    CASE(a_handler_below_a_ready_thread_waits_for_it),
    CASE(a_passive_handler_runs_on_the_faulters_time),
    CASE(a_handler_that_offers_no_reply_object_stays_where_it_is),
};
GROUP(fault_handover, cases);
