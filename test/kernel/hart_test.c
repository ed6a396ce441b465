// SPDX-License-Identifier: Apache-2.0
// Further harts: jobs and how they end. On a machine without one there is nothing to test but that.
#include "test/kernel/hart.h"
#include <stdio.h>

static void a_job_finishes_with_its_result(void)
{
    job_bind();
    SAME(job_result(job_add, 41), 42);
    uint64_t word;
    ANSWERS(nj_poll(job_told, &word), NJ_WOULD_BLOCK); // told once
}

static void info_says_what_the_hart_is(void)
{
    job_bind();
    struct hart_info found = job_info();
    CHECK(found.number < 8);
    CHECK((found.features & NJ_HART_FP) != 0);
    SAME((found.features & NJ_HART_VECTOR) != 0, found.vector_bytes != 0);
    CHECK(found.vector_bytes == 0 || found.vector_bytes >= 16);
}

static void every_fault_is_reported(void)
{
    job_bind();
    job_faults(job_read, 0, NJ_FAULT_READ, 0);
    job_faults(job_read, PROCESS_MEMORY, NJ_FAULT_READ, PROCESS_MEMORY); // no first touch
    job_faults(job_write, 0x123000, NJ_FAULT_WRITE, 0x123000);
    job_faults(job_write, NJ_COMPONENT_BASE, NJ_FAULT_WRITE, NJ_COMPONENT_BASE);
    job_faults(job_jump, 0x777000, NJ_FAULT_FETCH, 0x777000);
    job_faults(job_break, 0, NJ_FAULT_BREAKPOINT, 0);
    job_faults(job_unaligned, NJ_COMPONENT_BASE + 1, NJ_FAULT_MISALIGNED, NJ_COMPONENT_BASE + 1);
}

static void the_kernel_is_out_of_reach(void)
{
    uint64_t kernel = 0xffffffff80200000;
    job_bind();
    job_faults(job_read, kernel, NJ_FAULT_READ, kernel);
    job_faults(job_write, kernel, NJ_FAULT_WRITE, kernel);
    job_faults(job_jump, kernel, NJ_FAULT_FETCH, kernel);
    job_start(job_satp, 0);
    SAME(job_end().result, NJ_FAULT_ILLEGAL);
}

static void no_call_but_the_end(void)
{
    job_bind();
    for (uint64_t number = 0; number < 40; number++)
        SAME(job_result(job_ecalls, number), number);
    SAME(job_result(job_ecalls, UINT64_MAX), UINT64_MAX);
}

static void abort_ends_an_endless_job(void)
{
    job_bind();
    job_start(job_loop, 0);
    SAME(job_info().state, NJ_HART_RUNNING);
    OK(hart_abort(HART));
    SAME(job_info().state, NJ_HART_ABORTED);
    SAME(job_end().state, NJ_HART_ABORTED);
    OK(hart_abort(HART));
    job_share();
    job_start_count();
    OK(hart_abort(HART));
    CHECK(job_info().pc - (uint64_t)(uintptr_t)job_count < 12);
    job_check_stopped();
}

static void start_and_abort_at_once(void)
{
    job_bind();
    for (uint32_t i = 0; i < 200; i++) {
        job_start(i % 2 ? job_loop : job_add, i);
        OK(hart_abort(HART));
        struct hart_info found = job_end();
        if (found.state == NJ_HART_FINISHED)
            SAME(found.result, i % 2 == 0 ? i + 1 : UINT64_MAX); // the other one never does
        else
            SAME(found.state, NJ_HART_ABORTED);
    }
}

static void one_job_at_a_time(void)
{
    job_bind();
    job_start(job_loop, 0);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    ANSWERS(hart_bind(HART, job_process.space, job_told), NJ_WRONG_STATE);
    OK(hart_unbind(HART));
    SAME(job_info().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE); // unbound
    OK(hart_bind(HART, job_process.space, mint(job_told, NJ_RIGHT_SEND, BADGE)));
    uint64_t word;
    OK(nj_poll(job_told, &word));
    SAME(job_result(job_add, 7), 8);
}

static void nothing_of_an_earlier_job_is_visible(void)
{
    job_bind();
    for (uint32_t i = 0; i < 3; i++) {
        SAME(job_result(job_look, 0), 0);
        job_result(job_soil, 0);
    }
    if ((job_info().features & NJ_HART_VECTOR) == 0) {
        job_faults(job_look_vector, 0, NJ_FAULT_ILLEGAL, 0xc2102573); // csrr a0, vtype
        return;
    }
    for (uint32_t i = 0; i < 3; i++) {
        SAME(job_result(job_look_vector, 0), 0);
        job_result(job_soil_vector, 0);
    }
}

static void thousand_jobs(void)
{
    job_bind();
    for (uint64_t i = 0; i < 1000; i++)
        SAME(job_result(job_add, i << 40), (i << 40) + 1);
}

static void memory_is_shared_with_the_coordinator(void)
{
    job_bind();
    job_share();
    for (uint64_t i = 1; i < 100; i++) {
        job_here()[0] = i * 0x10001;
        job_result(job_copy, HERE);
        SAME(job_here()[1], i * 0x10001);
    }
}

static void vectors_compute(void)
{
    job_bind();
    if ((job_info().features & NJ_HART_VECTOR) == 0) {
        job_faults(job_soil_vector, 0, NJ_FAULT_ILLEGAL, 0x0c3075d7); // vsetvli a1, zero, e8, m8
        return;
    }
    job_share();
    volatile int8_t *row = (volatile int8_t *)(HERE + 8);
    for (uint64_t n = 1; n <= 1000; n = n * 3 + 1) {
        int32_t sum = 0;
        job_here()[0] = n;
        for (uint64_t i = 0; i < n; i++) {
            row[i] = (int8_t)(i * 37 + 11);
            row[n + i] = (int8_t)(i * 91 - 50);
        }
        for (uint64_t i = 0; i < n; i++)
            sum += row[i] * row[n + i];
        SAME((int32_t)job_result(job_dot, HERE), sum);
    }
}

static void bind_errors(void)
{
    struct process other;
    uint32_t raw = make(NJ_KIND_SPACE, 0);
    job_bind();
    ANSWERS(hart_bind(HART, slot_next(), job_told), NJ_EMPTY_SLOT);
    ANSWERS(hart_bind(HART, job_process.space, slot_next()), NJ_EMPTY_SLOT);
    ANSWERS(hart_bind(HART, job_told, job_told), NJ_WRONG_KIND);
    ANSWERS(hart_bind(HART, job_process.space, job_process.space), NJ_WRONG_KIND);
    ANSWERS(hart_bind(HART, job_process.space, copy(job_told, NJ_RIGHT_RECV)), NJ_NO_RIGHT);
    ANSWERS(hart_bind(HART, raw, job_told), NJ_WRONG_STATE);
    SAME(job_result(job_add, 3), 4); // the old one holds
    process_make_space(&other, 16);
    OK(hart_bind(HART, other.space, mint(job_told, NJ_RIGHT_SEND, BADGE)));
    OK(hart_bind(HART, job_process.space, mint(job_told, NJ_RIGHT_SEND, BADGE)));
    SAME(job_result(job_add, 3), 4);
    if (kind_of(HART + 1) == NJ_KIND_HART) {
        ANSWERS(hart_bind(HART + 1, job_process.space, job_told), NJ_IN_USE);
        OK(hart_bind(HART + 1, other.space, job_told));
        OK(hart_unbind(HART + 1));
    }
    OK(hart_unbind(HART));
    OK(hart_unbind(HART));
    OK(hart_abort(HART));
}

static void beside_a_thread_in_the_same_space(void)
{
    job_told = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, SLOT_SPACE, mint(job_told, NJ_RIGHT_SEND, BADGE)));
    volatile uint64_t words[2] = {5, 0};
    job_result(job_copy, (uint64_t)(uintptr_t)words);
    SAME(words[1], 5);
    OK(hart_unbind(HART));
}

static const struct test_case cases[] = {
    CASE(a_job_finishes_with_its_result),
    CASE(info_says_what_the_hart_is),
    CASE(every_fault_is_reported),
    CASE(the_kernel_is_out_of_reach),
    CASE(no_call_but_the_end),
    CASE(abort_ends_an_endless_job),
    CASE(start_and_abort_at_once),
    CASE(one_job_at_a_time),
    CASE(nothing_of_an_earlier_job_is_visible),
    CASE(thousand_jobs),
    CASE(memory_is_shared_with_the_coordinator),
    CASE(vectors_compute),
    CASE(bind_errors),
    CASE(beside_a_thread_in_the_same_space),
};

#define COUNT ((uint32_t)(sizeof(cases) / sizeof(cases[0])))

uint32_t machine_harts;

static void one_hart_has_no_objects(void)
{
    SAME(machine_harts, 1);
    for (uint32_t slot = HART; slot < NJ_BOOT_SLOT_FREE; slot++)
        SAME(kind_of(slot), NJ_KIND_EMPTY);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_HART, 1, 0, SLOT_CNODE, slot_next()), NJ_BAD_ARGUMENT);
}
static const struct test_case without = CASE(one_hart_has_no_objects);

static bool has_hart(void)
{
    struct cnode_slot found;
    return cnode_inspect(SLOT_CNODE, HART, &found) == NJ_OK && found.kind == NJ_KIND_HART;
}

static const struct test_case *case_of(uint32_t number)
{
    if (!has_hart())
        return &without;
    return number < COUNT ? &cases[number] : &hart_take_cases[number - COUNT];
}

static uint32_t count_of(void)
{
    return has_hart() ? COUNT + hart_take_count : 1;
}

static void run(uint32_t number)
{
    case_of(number)->run();
}

static void name_of(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "%s", case_of(number)->name);
}

void hart_keep_busy(void)
{
    if (has_hart() && hart_bind(HART, SLOT_SPACE, SLOT_EVENTS) == NJ_OK)
        (void)!hart_start(HART, (uint64_t)(uintptr_t)job_loop, 0, 0);
}

const struct test_group hart_group = {.name = "hart", .count_of = count_of, .run = run, .name_of = name_of};
