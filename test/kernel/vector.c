// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/vector.h"

uint32_t machine_vlen, vector_reports;
struct fault vector_faults;

void vector_user(struct process *process, uint32_t number, uint32_t priority)
{
    process_make(process, priority, vector_faults.badged);
    process_give(process, VECTOR_REPORTS, mint(vector_reports, NJ_RIGHT_SEND, number), NJ_RIGHT_ALL);
    OK(sched_configure(SLOT_SCHED_CONTROL, process->sched, VECTOR_TURN_NS, VECTOR_TURN_NS));
}

void vector_begin(void)
{
    vector_reports = make(NJ_KIND_ENDPOINT, 0);
    fault_make(&vector_faults);
}

void vector_start(struct process *process, void (*run)(uint64_t argument), uint64_t argument)
{
    vector_begin();
    vector_user(process, 1, PRIORITY_BELOW);
    process_start(process, run, argument);
}

uint64_t vector_report(uint64_t *who)
{
    uint64_t words[8] = {0};
    SAME(nj_recv(vector_reports, 0, words, who), 1);
    return words[0];
}

uint64_t pages_used(uint32_t space)
{
    struct space_info info;
    OK(space_info(space, &info));
    return info.pages_used;
}

bool vector_is_there(void)
{
    return machine_vlen >= 128 && machine_vlen <= 512; // the longest that the kernel keeps
}
