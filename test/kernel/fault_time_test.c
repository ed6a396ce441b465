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

static const struct test_case cases[] = {
    CASE(the_handler_pays_for_itself), CASE(the_faulter_pays_for_a_passive_handler),
    CASE(a_faulter_with_a_budget),     CASE(a_handler_with_a_budget_that_is_spent),
    CASE(a_turn_that_ends_meanwhile),
};
GROUP(fault_time, cases);
