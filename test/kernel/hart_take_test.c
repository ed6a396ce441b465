// SPDX-License-Identifier: Apache-2.0
// Further harts: whatever is taken away, the job ends first.
#include "test/kernel/hart.h"

static void unmap_ends_the_job_first(void)
{
    job_bind();
    uint32_t frame = job_share();
    job_start_count();
    OK(frame_unmap(frame));
    SAME(job_end().state, NJ_HART_ABORTED);
    job_check_stopped();
    job_faults(job_read, HERE, NJ_FAULT_READ, HERE); // the hart forgot the translation
    OK(frame_map(frame, job_process.space, HERE + 0x1000, R | W));
    SAME(job_result(job_read, HERE + 0x1000), job_here()[0]);
}

static void a_frame_deleted_ends_the_job_first(void)
{
    job_bind();
    uint32_t frame = job_share();
    job_start_count();
    delete (frame);
    SAME(job_end().state, NJ_HART_ABORTED);
    job_check_stopped();
}

static void other_mappings_do_not_end_it(void)
{
    job_bind();
    job_share();
    job_start_count();
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    OK(frame_map(frame, SLOT_SPACE, HERE + 0x2000, R | W));
    OK(frame_unmap(frame));
    OK(frame_map(frame, job_process.space, HERE + 0x3000, R | W)); // more may come while it runs
    SAME(job_info().state, NJ_HART_RUNNING);
    OK(hart_abort(HART));
}

static void the_memory_of_the_space_revoked(void)
{
    job_bind();
    job_share();
    job_start_count();
    revoke(job_process.memory); // the space, its tables, its supply
    SAME(job_end().state, NJ_HART_ABORTED);
    job_check_stopped();
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
}

static void the_supply_revoked(void)
{
    uint32_t supply = make(NJ_KIND_UNTYPED, 32), part = slot_next(), space = make(NJ_KIND_SPACE, 0);
    OK(untyped_retype(supply, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, part));
    OK(space_supply(space, part));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    OK(frame_map(copy(SLOT_TEXT, NJ_RIGHT_ALL), space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    job_told = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, space, mint(job_told, NJ_RIGHT_SEND, BADGE)));
    SAME(job_result(job_add, 1), 2);
    job_start(job_loop, 0);
    revoke(supply); // its page tables
    SAME(job_end().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    ANSWERS(hart_bind(HART, space, job_told), NJ_WRONG_STATE);
}

// Starts a job whenever there is none.
static void start_for_ever(struct worker *worker)
{
    (void)worker;
    for (;;) {
        (void)invoke_raw(HART, NJ_HART_START, (uint64_t)(uintptr_t)job_loop, 0x5000, 0, 0, 0);
        nj_yield();
    }
}

// Lets others run whenever it has to try again.
static void until_done(uint32_t slot, uint64_t operation, uint64_t argument)
{
    enum nj_status status;
    while ((status = invoke_raw(slot, operation, argument, 0, 0, 0, 0)) == NJ_AGAIN)
        nj_yield();
    OK(status);
}

static void taking_away_ends_though_jobs_are_started(void)
{
    job_bind();
    struct worker *worker = worker_run(start_for_ever, PRIORITY_RUNNER);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t frame = job_share();
        while (job_info().state != NJ_HART_RUNNING) // perhaps since before the frame was mapped
            nj_yield();
        until_done(frame, NJ_FRAME_UNMAP, 0);
        OK(frame_unmap(frame + 1)); // the runner's own
    }
    until_done(SLOT_CNODE, NJ_CNODE_REVOKE, job_process.memory);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    OK(thread_suspend(worker->thread));
}

static void the_notification_revoked(void)
{
    job_bind();
    job_start(job_loop, 0);
    revoke(job_told);
    SAME(job_info().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
}

// The last capability of a hart is gone for good, so this one is a copy's end and the original's unbind.
static void capabilities_to_the_hart(void)
{
    job_bind();
    uint32_t other = copy(HART, NJ_RIGHT_ALL), reader = copy(HART, NJ_RIGHT_RECV);
    job_start(job_loop, 0);
    delete (other);
    SAME(job_info().state, NJ_HART_RUNNING);
    struct hart_info found;
    OK(hart_info(reader, &found));
    ANSWERS(hart_abort(reader), NJ_NO_RIGHT);
    ANSWERS(hart_unbind(reader), NJ_NO_RIGHT);
    ANSWERS(hart_start(reader, 0, 0, 0), NJ_NO_RIGHT);
    ANSWERS(hart_bind(reader, job_process.space, job_told), NJ_NO_RIGHT);
    ANSWERS(invoke_raw(HART, NJ_HART_INFO + 1, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    OK(hart_unbind(HART));
    SAME(job_info().state, NJ_HART_ABORTED);
}

const struct test_case hart_take_cases[] = {
    CASE(unmap_ends_the_job_first),     CASE(a_frame_deleted_ends_the_job_first),
    CASE(other_mappings_do_not_end_it), CASE(the_memory_of_the_space_revoked),
    CASE(the_supply_revoked),           CASE(taking_away_ends_though_jobs_are_started),
    CASE(the_notification_revoked),     CASE(capabilities_to_the_hart),
};
const uint32_t hart_take_count = sizeof(hart_take_cases) / sizeof(hart_take_cases[0]);
