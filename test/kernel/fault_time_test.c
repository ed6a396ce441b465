// SPDX-License-Identifier: Apache-2.0
// Page faults: on whose time handlers run, and what ends meanwhile.
#include "test/kernel/fault_scene.h"

#define BUDGET_NS 2000000ull
#define SPIN_NS 500000ull

static void the_handler_pays_for_itself(void)
{
    scene_make();
    struct worker *handler = scene_handler(NJ_SYS_SEND, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    handler->in[0] = SPIN_NS;
    worker_start(handler);
    uint64_t of_runner = used_ns(SLOT_RUNNER_SCHED);
    scene_fault();
    of_runner = used_ns(SLOT_RUNNER_SCHED) - of_runner;
    CHECK(used_ns(handler->sched) >= SPIN_NS);
    CHECK(used_ns(scene.process.sched) < SPIN_NS / 2);
    CHECK(of_runner < SPIN_NS / 2);
    scene_check_went_on();
}

static void the_faulter_pays_for_a_passive_handler(void)
{
    scene_make();
    struct worker *handler = worker_make_passive(scene_handle, PRIORITY_ABOVE + 1);
    scene_handler_set(handler, NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME)->in[0] = SPIN_NS;
    worker_start_passive(handler);
    scene_fault();
    scene_check_went_on();
    CHECK(used_ns(scene.process.sched) >= SPIN_NS);
    CHECK(used_ns(scene.process.sched) < 2 * SPIN_NS);
}

// Books are closed whenever a context with a budget stops.
static void a_faulter_with_a_budget(void)
{
    scene_make();
    OK(sched_configure(SLOT_SCHED_CONTROL, scene.process.sched, BUDGET_NS, 10 * BUDGET_NS));
    struct worker *handler = scene_handler(NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    handler->in[0] = 2 * BUDGET_NS;
    worker_start(handler);
    scene_fault();
    scene_check_went_on(); // the handler's spinning was not its own
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    CHECK(used_ns(scene.process.sched) < BUDGET_NS);
}

static void a_handler_with_a_budget_that_is_spent(void)
{
    scene_make();
    struct worker *handler = scene_handler(NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    handler->in[0] = 2 * BUDGET_NS;
    OK(sched_configure(SLOT_SCHED_CONTROL, handler->sched, BUDGET_NS, 10 * BUDGET_NS));
    worker_start(handler);
    scene_fault();
    CHECK(handler->out[0] == NJ_FAULT_WORDS && !scene.is_mapped); // stopped in the middle, this thread runs
    SAME(state_of(scene.process.thread), NJ_THREAD_FAULTED);
    scene_check_went_on();   // after its refill
    CHECK(handler->is_done); // by the faulter's breakpoint
}

static void a_turn_that_ends_meanwhile(void)
{
    scene_make();
    OK(sched_configure(SLOT_SCHED_CONTROL, scene.process.sched, 10000, 10000)); // the shortest turns there are
    struct worker *handler = scene_handler(NJ_SYS_REPLY_RECV, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME);
    OK(sched_configure(SLOT_SCHED_CONTROL, handler->sched, 10000, 10000));
    handler->in[0] = SPIN_NS;
    worker_start(handler);
    scene_fault();
    scene_check_fault(handler, NJ_FAULT_READ, HERE);
    scene_check_went_on();
    CHECK(handler->is_done);
}

// A passive handler gets time of its own while the faulter's is taken away: what it runs on when it answers was not
// lent.
static void answered_on_own_time(uint64_t number, bool both)
{
    scene_make();
    struct worker *handler = worker_make_passive(scene_handle, PRIORITY_ABOVE);
    worker_start_passive(scene_handler_set(handler, number, nj_tag(1, 0), NJ_FAULT_REPLY_RESUME));
    OK(thread_set_priority(handler->thread, PRIORITY_BELOW, PRIORITY_BELOW, NJ_BOOT_SLOT_THREAD));
    scene_fault();
    OK(thread_unbind_sched(scene.thread));
    OK(thread_bind_sched(handler->thread, make_sched(10000000, 10000000)));
    if (both)
        OK(thread_bind_sched(scene.thread, scene.sched));
    pause_ns(100000);
    CHECK(scene.is_mapped);
    if (!both) {
        SAME(handler->is_done, number == NJ_SYS_SEND);
        SAME(state_of(scene.thread), NJ_THREAD_READY);
        scene_check_silent();
        OK(thread_bind_sched(scene.thread, scene.sched));
    }
    scene_check_went_on();
    pause_ns(100000);
    CHECK(handler->is_done);
}

static void a_passive_handler_that_gets_time_of_its_own(void)
{
    answered_on_own_time(NJ_SYS_SEND, false);
    answered_on_own_time(NJ_SYS_SEND, true);
    answered_on_own_time(NJ_SYS_REPLY_RECV, false);
    answered_on_own_time(NJ_SYS_REPLY_RECV, true);
}

// ---- A faulter that has no time, and a handler that runs on somebody else's, which is not the faulter's -------------
static struct {
    uint32_t outer, inner, outer_reply, inner_reply; // endpoints and reply objects of two servers
    struct worker *server;
} loan;

// Runs on a caller's time, and lends it on.
static void lend_on(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(loan.outer, nj_receive(loan.outer_reply, 0), words, &badge), 0);
    worker->out[0] = (uint64_t)nj_call(loan.inner, nj_tag(0, 0), 0, words);
}

// What it runs on is left to it, because who lent it has got other time meanwhile.
static void handle_on_a_loan(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    SAME(nj_recv(loan.inner, nj_receive(loan.inner_reply, 0), words, &badge), 0);
    OK(frame_map(scene.frame, scene.space, HERE, NJ_RIGHT_READ));
    OK(thread_bind_sched(loan.server->thread, make_sched(10000000, 10000000)));
    SAME(nj_send(loan.inner_reply, 0, words), 0);
    uint32_t slot = worker->in[0] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    (void)enter(worker->in[0], slot, 0, scene.fault.reply, words, &badge);
}

static void answered_on_a_loan(uint64_t number)
{
    scene_make();
    loan.outer = make(NJ_KIND_ENDPOINT, 0);
    loan.inner = make(NJ_KIND_ENDPOINT, 0);
    loan.outer_reply = make(NJ_KIND_REPLY, 0);
    loan.inner_reply = make(NJ_KIND_REPLY, 0);
    struct worker *handler = worker_make(handle_on_a_loan, PRIORITY_ABOVE + 1, NJ_SLOT_NONE);
    handler->in[0] = number;
    worker_start(handler);
    scene_fault();
    OK(thread_unbind_sched(handler->thread));
    OK(thread_unbind_sched(scene.thread));
    loan.server = worker_make_passive(lend_on, PRIORITY_ABOVE - 1);
    worker_start_passive(loan.server);
    (void)peer_call(NJ_SYS_CALL, loan.outer, 0, 0, PRIORITY_ABOVE - 1);
    CHECK(loan.server->is_done && loan.server->out[0] == 0);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    SAME(state_of(scene.thread), NJ_THREAD_READY);
    scene_check_silent();
    OK(thread_bind_sched(scene.thread, scene.sched));
    scene_check_went_on();
}

static void a_handler_keeps_what_others_lent(void)
{
    answered_on_a_loan(NJ_SYS_SEND);
    answered_on_a_loan(NJ_SYS_REPLY_RECV);
}

// ---- A faulter that ran on a loan, and gets time of its own before it is answered -----------------------------------
#define TOUCHED 0x39000000ull
static struct worker *borrower;

static void serve_and_touch(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(loan.outer, nj_receive(loan.outer_reply, 0), words, &badge), 0);
    worker->out[0] = *(volatile uint64_t *)TOUCHED;
    spin_ns(SPIN_NS);
}

static void handle_and_bind(struct worker *worker)
{
    uint64_t words[8] = {0}, badge;
    SAME(nj_recv(scene.fault.endpoint, nj_receive(scene.fault.reply, 0), words, &badge), NJ_FAULT_WORDS);
    OK(frame_map(scene.frame, SLOT_SPACE, TOUCHED, NJ_RIGHT_READ));
    OK(thread_bind_sched(borrower->thread, (uint32_t)worker->in[1]));
    uint32_t slot = worker->in[0] == NJ_SYS_SEND ? scene.fault.reply : scene.fault.endpoint;
    (void)enter(worker->in[0], slot, 0, scene.fault.reply, words, &badge);
}

static void a_borrower_is_answered(uint64_t number)
{
    scene_make();
    loan.outer = make(NJ_KIND_ENDPOINT, 0);
    loan.outer_reply = make(NJ_KIND_REPLY, 0);
    borrower = worker_make(serve_and_touch, PRIORITY_ABOVE, scene.fault.badged);
    worker_start(borrower);
    OK(thread_unbind_sched(borrower->thread));
    struct worker *handler = worker_make_passive(handle_and_bind, PRIORITY_ABOVE - 1);
    uint32_t own = make_sched(10000000, 10000000);
    handler->in[0] = number;
    handler->in[1] = own;
    worker_start_passive(handler);
    (void)peer_call(NJ_SYS_CALL, loan.outer, 0, 0, PRIORITY_ABOVE - 1);
    CHECK(borrower->is_done);
    CHECK(used_ns(own) >= SPIN_NS);
    SAME(handler->is_done, number == NJ_SYS_SEND);
    OK(frame_unmap(scene.frame));
}

static void a_borrower_with_time_of_its_own_is_answered(void)
{
    a_borrower_is_answered(NJ_SYS_SEND);
    a_borrower_is_answered(NJ_SYS_REPLY_RECV);
}

static const struct test_case cases[] = {
    CASE(the_handler_pays_for_itself), CASE(the_faulter_pays_for_a_passive_handler),
    CASE(a_faulter_with_a_budget),     CASE(a_handler_with_a_budget_that_is_spent),
    CASE(a_turn_that_ends_meanwhile),  CASE(a_passive_handler_that_gets_time_of_its_own),
    CASE(a_handler_keeps_what_others_lent),
    CASE(a_borrower_with_time_of_its_own_is_answered),
};
GROUP(fault_time, cases);
