// SPDX-License-Identifier: Apache-2.0
// Further harts: jobs, how they end, what is taken away while they run. On a machine without one there is nothing to test
// but that.
#include "test/kernel/process.h"
#include <stdio.h>

#define HART NJ_BOOT_SLOT_HART
#define HERE 0x38000000ull
#define BADGE 0x80u
#define R NJ_RIGHT_READ
#define W NJ_RIGHT_WRITE

void job_add(uint64_t), job_loop(uint64_t), job_count(uint64_t), job_copy(uint64_t), job_read(uint64_t), job_write(uint64_t),
    job_jump(uint64_t), job_break(uint64_t), job_satp(uint64_t), job_unaligned(uint64_t), job_look(uint64_t),
    job_look_vector(uint64_t), job_soil(uint64_t), job_soil_vector(uint64_t), job_dot(uint64_t), job_ecalls(uint64_t);

static struct process process;
static uint32_t notification;

// A confined space with the suite's text, bound to the first further hart.
static void bind(void)
{
    process_make_space(&process, 24);
    notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, process.space, mint(notification, NJ_RIGHT_SEND, BADGE)));
}

// A page of memory that the hart and the runner both see at HERE; the slot is the hart's mapping.
static uint32_t share(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1), own = copy(frame, NJ_RIGHT_ALL);
    OK(frame_map(own, SLOT_SPACE, HERE, R | W));
    OK(frame_map(frame, process.space, HERE, R | W));
    return frame;
}

static volatile uint64_t *here(void)
{
    return (volatile uint64_t *)HERE;
}

static void start(void (*job)(uint64_t), uint64_t argument)
{
    OK(hart_start(HART, (uint64_t)(uintptr_t)job, 0x5000, argument));
}

static struct hart_info info(void)
{
    struct hart_info info;
    OK(hart_info(HART, &info));
    return info;
}

// Waits for the end that is told.
static struct hart_info end(void)
{
    uint64_t word;
    OK(nj_wait(notification, &word));
    SAME(word, BADGE);
    return info();
}

static uint64_t result(void (*job)(uint64_t), uint64_t argument)
{
    start(job, argument);
    struct hart_info found = end();
    SAME(found.state, NJ_HART_FINISHED);
    return found.result;
}

static void start_count(void)
{
    here()[0] = 0;
    start(job_count, HERE);
    while (here()[0] == 0)
        pause_ns(50000); // lets the hart run, where one after the other has the processor
}

// What it counts stands still.
static void check_stopped(void)
{
    uint64_t last = here()[0];
    pause_ns(300000);
    SAME(here()[0], last);
}

static void a_job_finishes_with_its_result(void)
{
    bind();
    SAME(result(job_add, 41), 42);
    uint64_t word;
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK); // told once
}

static void info_says_what_the_hart_is(void)
{
    bind();
    struct hart_info found = info();
    CHECK(found.number < 8);
    CHECK((found.features & NJ_HART_FP) != 0);
    SAME((found.features & NJ_HART_VECTOR) != 0, found.vector_bytes != 0);
    CHECK(found.vector_bytes == 0 || found.vector_bytes >= 16);
}

static void faults(void (*job)(uint64_t), uint64_t argument, enum nj_fault kind, uint64_t detail)
{
    start(job, argument);
    struct hart_info found = end();
    SAME(found.state, NJ_HART_FAULTED);
    SAME(found.result, kind);
    SAME(found.detail, detail);
    CHECK(kind == NJ_FAULT_FETCH || found.pc == (uint64_t)(uintptr_t)job);
    SAME(result(job_add, 1), 2); // and the next job knows nothing of it
}

static void every_fault_is_reported(void)
{
    bind();
    faults(job_read, 0, NJ_FAULT_READ, 0);
    faults(job_read, PROCESS_MEMORY, NJ_FAULT_READ, PROCESS_MEMORY); // no first touch
    faults(job_write, 0x123000, NJ_FAULT_WRITE, 0x123000);
    faults(job_write, NJ_COMPONENT_BASE, NJ_FAULT_WRITE, NJ_COMPONENT_BASE);
    faults(job_jump, 0x777000, NJ_FAULT_FETCH, 0x777000);
    faults(job_break, 0, NJ_FAULT_BREAKPOINT, 0);
    faults(job_unaligned, NJ_COMPONENT_BASE + 1, NJ_FAULT_MISALIGNED, NJ_COMPONENT_BASE + 1);
}

static void the_kernel_is_out_of_reach(void)
{
    uint64_t kernel = 0xffffffff80200000;
    bind();
    faults(job_read, kernel, NJ_FAULT_READ, kernel);
    faults(job_write, kernel, NJ_FAULT_WRITE, kernel);
    faults(job_jump, kernel, NJ_FAULT_FETCH, kernel);
    start(job_satp, 0);
    SAME(end().result, NJ_FAULT_ILLEGAL);
}

static void no_call_but_the_end(void)
{
    bind();
    for (uint64_t number = 0; number < 40; number++)
        SAME(result(job_ecalls, number), number);
    SAME(result(job_ecalls, UINT64_MAX), UINT64_MAX);
}

static void abort_ends_an_endless_job(void)
{
    bind();
    start(job_loop, 0);
    SAME(info().state, NJ_HART_RUNNING);
    OK(hart_abort(HART));
    SAME(info().state, NJ_HART_ABORTED);
    SAME(end().state, NJ_HART_ABORTED);
    OK(hart_abort(HART));
    share();
    start_count();
    OK(hart_abort(HART));
    CHECK(info().pc - (uint64_t)(uintptr_t)job_count < 12);
    check_stopped();
}

static void start_and_abort_at_once(void)
{
    bind();
    for (uint32_t i = 0; i < 200; i++) {
        start(i % 2 ? job_loop : job_add, i);
        OK(hart_abort(HART));
        CHECK(end().state == NJ_HART_ABORTED || i % 2 == 0);
    }
}

static void one_job_at_a_time(void)
{
    bind();
    start(job_loop, 0);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    ANSWERS(hart_bind(HART, process.space, notification), NJ_WRONG_STATE);
    OK(hart_unbind(HART));
    SAME(info().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE); // unbound
    OK(hart_bind(HART, process.space, mint(notification, NJ_RIGHT_SEND, BADGE)));
    uint64_t word;
    OK(nj_poll(notification, &word));
    SAME(result(job_add, 7), 8);
}

static void nothing_of_an_earlier_job_is_visible(void)
{
    bind();
    for (uint32_t i = 0; i < 3; i++) {
        SAME(result(job_look, 0), 0);
        result(job_soil, 0);
    }
    if ((info().features & NJ_HART_VECTOR) == 0)
        return;
    for (uint32_t i = 0; i < 3; i++) {
        SAME(result(job_look_vector, 0), 0);
        result(job_soil_vector, 0);
    }
}

static void thousand_jobs(void)
{
    bind();
    for (uint64_t i = 0; i < 1000; i++)
        SAME(result(job_add, i << 40), (i << 40) + 1);
}

static void memory_is_shared_with_the_coordinator(void)
{
    bind();
    share();
    for (uint64_t i = 1; i < 100; i++) {
        here()[0] = i * 0x10001;
        result(job_copy, HERE);
        SAME(here()[1], i * 0x10001);
    }
}

static void vectors_compute(void)
{
    bind();
    if ((info().features & NJ_HART_VECTOR) == 0)
        return;
    share();
    volatile int8_t *row = (volatile int8_t *)(HERE + 8);
    for (uint64_t n = 1; n <= 1000; n = n * 3 + 1) {
        int32_t sum = 0;
        here()[0] = n;
        for (uint64_t i = 0; i < n; i++) {
            row[i] = (int8_t)(i * 37 + 11);
            row[n + i] = (int8_t)(i * 91 - 50);
        }
        for (uint64_t i = 0; i < n; i++)
            sum += row[i] * row[n + i];
        SAME((int32_t)result(job_dot, HERE), sum);
    }
}

static void unmap_ends_the_job_first(void)
{
    bind();
    uint32_t frame = share();
    start_count();
    OK(frame_unmap(frame));
    SAME(end().state, NJ_HART_ABORTED);
    check_stopped();
    faults(job_read, HERE, NJ_FAULT_READ, HERE); // the hart forgot the translation
    OK(frame_map(frame, process.space, HERE + 0x1000, R | W));
    SAME(result(job_read, HERE + 0x1000), here()[0]);
}

static void a_frame_deleted_ends_the_job_first(void)
{
    bind();
    uint32_t frame = share();
    start_count();
    delete (frame);
    SAME(end().state, NJ_HART_ABORTED);
    check_stopped();
}

static void other_mappings_do_not_end_it(void)
{
    bind();
    share();
    start_count();
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    OK(frame_map(frame, SLOT_SPACE, HERE + 0x2000, R | W));
    OK(frame_unmap(frame));
    OK(frame_map(frame, process.space, HERE + 0x3000, R | W)); // more may come while it runs
    SAME(info().state, NJ_HART_RUNNING);
    OK(hart_abort(HART));
}

static void the_memory_of_the_space_revoked(void)
{
    bind();
    share();
    start_count();
    revoke(process.memory); // the space, its tables, its supply
    SAME(end().state, NJ_HART_ABORTED);
    check_stopped();
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
}

static void the_supply_revoked(void)
{
    uint32_t supply = make(NJ_KIND_UNTYPED, 32), part = slot_next(), space = make(NJ_KIND_SPACE, 0);
    OK(untyped_retype(supply, NJ_KIND_UNTYPED, 1, 16, SLOT_CNODE, part));
    OK(space_supply(space, part));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    OK(frame_map(copy(SLOT_TEXT, NJ_RIGHT_ALL), space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, space, mint(notification, NJ_RIGHT_SEND, BADGE)));
    SAME(result(job_add, 1), 2);
    start(job_loop, 0);
    revoke(supply); // its page tables
    SAME(end().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    ANSWERS(hart_bind(HART, space, notification), NJ_WRONG_STATE);
}

// Starts a job whenever there is none.
static void start_for_ever(struct worker *worker)
{
    for (;;) {
        worker->out[0] += invoke_raw(HART, NJ_HART_START, (uint64_t)(uintptr_t)job_loop, 0x5000, 0, 0, 0) == NJ_OK;
        nj_yield();
    }
}

static void taking_away_ends_though_jobs_are_started(void)
{
    bind();
    struct worker *worker = worker_run(start_for_ever, PRIORITY_RUNNER);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t frame = share();
        uint64_t jobs = worker->out[0];
        while (worker->out[0] == jobs)
            nj_yield();
        while (invoke_raw(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0) == NJ_AGAIN)
            nj_yield();
        OK(frame_unmap(frame + 1)); // the runner's own
    }
    while (invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, process.memory, 0, 0, 0, 0) == NJ_AGAIN)
        nj_yield();
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
    OK(thread_suspend(worker->thread));
}

static void the_notification_revoked(void)
{
    bind();
    start(job_loop, 0);
    revoke(notification);
    SAME(info().state, NJ_HART_ABORTED);
    ANSWERS(hart_start(HART, (uint64_t)(uintptr_t)job_add, 0, 0), NJ_WRONG_STATE);
}

// The last capability of a hart is gone for good, so this one is a copy's end and the original's unbind.
static void capabilities_to_the_hart(void)
{
    bind();
    uint32_t other = copy(HART, NJ_RIGHT_ALL), reader = copy(HART, NJ_RIGHT_RECV);
    start(job_loop, 0);
    delete (other);
    SAME(info().state, NJ_HART_RUNNING);
    struct hart_info found;
    OK(hart_info(reader, &found));
    ANSWERS(hart_abort(reader), NJ_NO_RIGHT);
    ANSWERS(hart_unbind(reader), NJ_NO_RIGHT);
    ANSWERS(hart_start(reader, 0, 0, 0), NJ_NO_RIGHT);
    ANSWERS(hart_bind(reader, process.space, notification), NJ_NO_RIGHT);
    ANSWERS(invoke_raw(HART, NJ_HART_INFO + 1, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    OK(hart_unbind(HART));
    SAME(info().state, NJ_HART_ABORTED);
}

static void bind_errors(void)
{
    struct process other;
    uint32_t raw = make(NJ_KIND_SPACE, 0);
    bind();
    ANSWERS(hart_bind(HART, slot_next(), notification), NJ_EMPTY_SLOT);
    ANSWERS(hart_bind(HART, process.space, slot_next()), NJ_EMPTY_SLOT);
    ANSWERS(hart_bind(HART, notification, notification), NJ_WRONG_KIND);
    ANSWERS(hart_bind(HART, process.space, process.space), NJ_WRONG_KIND);
    ANSWERS(hart_bind(HART, process.space, copy(notification, NJ_RIGHT_RECV)), NJ_NO_RIGHT);
    ANSWERS(hart_bind(HART, raw, notification), NJ_WRONG_STATE);
    SAME(result(job_add, 3), 4); // the old one holds
    process_make_space(&other, 16);
    OK(hart_bind(HART, other.space, mint(notification, NJ_RIGHT_SEND, BADGE)));
    OK(hart_bind(HART, process.space, mint(notification, NJ_RIGHT_SEND, BADGE)));
    SAME(result(job_add, 3), 4);
    if (kind_of(HART + 1) == NJ_KIND_HART) {
        ANSWERS(hart_bind(HART + 1, process.space, notification), NJ_IN_USE);
        OK(hart_bind(HART + 1, other.space, notification));
        OK(hart_unbind(HART + 1));
    }
    OK(hart_unbind(HART));
    OK(hart_unbind(HART));
    OK(hart_abort(HART));
}

static void beside_a_thread_in_the_same_space(void)
{
    notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(hart_bind(HART, SLOT_SPACE, mint(notification, NJ_RIGHT_SEND, BADGE)));
    volatile uint64_t words[2] = {5, 0};
    result(job_copy, (uint64_t)(uintptr_t)words);
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
    CASE(unmap_ends_the_job_first),
    CASE(a_frame_deleted_ends_the_job_first),
    CASE(other_mappings_do_not_end_it),
    CASE(the_memory_of_the_space_revoked),
    CASE(the_supply_revoked),
    CASE(the_notification_revoked),
    CASE(taking_away_ends_though_jobs_are_started),
    CASE(capabilities_to_the_hart),
    CASE(bind_errors),
    CASE(beside_a_thread_in_the_same_space),
};

static void one_hart_has_no_objects(void)
{
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
    return has_hart() ? &cases[number] : &without;
}

static uint32_t count_of(void)
{
    return has_hart() ? sizeof(cases) / sizeof(cases[0]) : 1;
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
