// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/hart.h"

struct process job_process;
uint32_t job_told;

void job_bind(void)
{
    process_make_space(&job_process, 24);
    job_told = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, job_process.space, mint(job_told, NJ_RIGHT_SEND, BADGE)));
}

uint32_t job_share(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1), own = copy(frame, NJ_RIGHT_ALL);
    OK(frame_map(own, SLOT_SPACE, HERE, R | W));
    OK(frame_map(frame, job_process.space, HERE, R | W));
    return frame;
}

volatile uint64_t *job_here(void)
{
    return (volatile uint64_t *)HERE;
}

void job_start(void (*job)(uint64_t), uint64_t argument)
{
    OK(hart_start(HART, (uint64_t)(uintptr_t)job, 0x5000, argument));
}

struct hart_info job_info(void)
{
    struct hart_info info;
    OK(hart_info(HART, &info));
    return info;
}

struct hart_info job_end(void)
{
    uint64_t word;
    OK(nj_wait(job_told, &word));
    SAME(word, BADGE);
    return job_info();
}

uint64_t job_result(void (*job)(uint64_t), uint64_t argument)
{
    job_start(job, argument);
    struct hart_info found = job_end();
    SAME(found.state, NJ_HART_FINISHED);
    return found.result;
}

void job_start_count(void)
{
    job_here()[0] = 0;
    job_start(job_count, HERE);
    while (job_here()[0] == 0)
        pause_ns(50000); // lets the hart run, where one after the other has the processor
}

void job_check_stopped(void)
{
    uint64_t last = job_here()[0];
    pause_ns(300000);
    SAME(job_here()[0], last);
}

void job_faults(void (*job)(uint64_t), uint64_t argument, enum nj_fault kind, uint64_t detail)
{
    job_start(job, argument);
    struct hart_info found = job_end();
    SAME(found.state, NJ_HART_FAULTED);
    SAME(found.result, kind);
    SAME(found.detail, detail);
    CHECK(kind == NJ_FAULT_FETCH || found.pc == (uint64_t)(uintptr_t)job);
    SAME(job_result(job_add, 1), 2); // and the next job knows nothing of it
}
