// SPDX-License-Identifier: Apache-2.0
// The thread that runs cases, the checks, and what cases are built from: slots, objects, workers.
#include "test/kernel/test.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STACK_BYTES 4096u
#define MESSAGE_PAGES 0x30000000ull

extern const struct test_group *const groups[];
extern char component_tls[];

char runner_failure[192];

static _Alignas(16) uint8_t runner_stack[16384];
static _Alignas(16) uint8_t stacks[WORKERS_MAX][STACK_BYTES];
static struct worker workers[WORKERS_MAX];
static uint32_t worker_count, next_slot;
static uint64_t next_message_page = MESSAGE_PAGES; // a space keeps its message pages for life
static uint32_t run_group, run_number;

// Every thread of the suite: nothing is switched but registers, so they share the thread-local storage.
static inline void thread_prologue(void)
{
    __asm__ volatile("mv tp, %0" : : "r"(component_tls));
}

static _Noreturn void runner_end(void)
{
    for (;;) {
        enum nj_status status = nj_signal(SLOT_DONE);
        (void)status;
    }
}

_Noreturn void test_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = snprintf(runner_failure, sizeof(runner_failure), "%s:%d: ", file, line);
    vsnprintf(runner_failure + length, sizeof(runner_failure) - (size_t)length, format, arguments);
    va_end(arguments);
    runner_end();
}

// What the case left: its memory is revoked, then what did not come from that memory is deleted.
static void clean_up(void)
{
    uint64_t bytes, left;
    OK(cnode_revoke(SLOT_CNODE, SLOT_WORK));
    for (uint32_t slot = SLOT_FIRST; slot < SLOT_END; slot++)
        OK(cnode_delete(SLOT_CNODE, slot));
    OK(untyped_info(SLOT_WORK, &bytes, &left));
    SAME(bytes, WORK_PAGES * 4096ull);
    SAME(left, bytes);
    next_slot = SLOT_FIRST;
    worker_count = 0;
}

static _Noreturn void runner_main(void)
{
    thread_prologue();
    next_slot = next_slot == 0 ? SLOT_FIRST : next_slot;
    const struct test_group *group = groups[run_group];
    if (run_number == UINT32_MAX)
        clean_up();
    else if (group->cases)
        group->cases[run_number].run();
    else
        group->run(run_number);
    runner_end();
}

void runner_start(uint32_t group, uint32_t number)
{
    run_group = group;
    run_number = number;
    uint64_t sp = (uint64_t)(uintptr_t)(runner_stack + sizeof(runner_stack));
    enum nj_status status = thread_start(SLOT_RUNNER, (uint64_t)(uintptr_t)runner_main, sp, 0);
    if (status != NJ_OK)
        snprintf(runner_failure, sizeof(runner_failure), "cannot start: %s", nj_status_text(status));
}

uint32_t slot_next(void)
{
    return slot_next_run(1);
}

uint32_t slot_next_run(uint32_t count)
{
    uint32_t slot = next_slot;
    CHECK(slot + count <= SLOT_END);
    next_slot += count;
    return slot;
}

void slots_forget(uint32_t first)
{
    for (uint32_t slot = first; slot < next_slot; slot++)
        OK(cnode_delete(SLOT_CNODE, slot));
    next_slot = first;
}

uint32_t make(enum nj_kind kind, uint64_t size)
{
    uint32_t slot = slot_next();
    OK(untyped_retype(SLOT_WORK, kind, 1, size, SLOT_CNODE, slot));
    return slot;
}

uint32_t copy(uint32_t slot, uint32_t rights)
{
    uint32_t to = slot_next();
    OK(cnode_copy(SLOT_CNODE, to, SLOT_CNODE, slot, rights));
    return to;
}

uint32_t mint(uint32_t slot, uint32_t rights, uint64_t badge)
{
    uint32_t to = slot_next();
    OK(cnode_mint(SLOT_CNODE, to, SLOT_CNODE, slot, rights, badge));
    return to;
}

void delete (uint32_t slot)
{
    OK(cnode_delete(SLOT_CNODE, slot));
}

void revoke(uint32_t slot)
{
    OK(cnode_revoke(SLOT_CNODE, slot));
}

enum nj_kind kind_of(uint32_t slot)
{
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, slot, &found));
    return found.kind;
}

uint64_t badge_of(uint32_t slot)
{
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, slot, &found));
    return found.value;
}

uint32_t make_sched(uint64_t budget_ns, uint64_t period_ns)
{
    uint32_t sched = make(NJ_KIND_SCHED, 0);
    OK(sched_configure(SLOT_SCHED_CONTROL, sched, budget_ns, period_ns));
    return sched;
}

uint64_t used_ns(uint32_t sched)
{
    uint64_t budget, period, used;
    OK(sched_info(sched, &budget, &period, &used));
    return used;
}

uint64_t work_left(void)
{
    uint64_t bytes, left;
    OK(untyped_info(SLOT_WORK, &bytes, &left));
    return left;
}

enum nj_status invoke_raw(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                          uint64_t a4)
{
    uint64_t words[8] = {a0, a1, a2, a3, a4};
    return nj_invoke(slot, operation, words);
}

static _Noreturn void worker_main(struct worker *worker)
{
    thread_prologue();
    worker->run(worker);
    worker->is_done = true;
    for (;;) {
        enum nj_status status = thread_suspend(worker->thread);
        (void)status;
    }
}

static struct worker *worker_new(void (*run)(struct worker *worker))
{
    CHECK(worker_count < WORKERS_MAX);
    struct worker *worker = &workers[worker_count++];
    *worker = (struct worker){.run = run};
    worker->thread = make(NJ_KIND_THREAD, 0);
    return worker;
}

static void worker_bind(struct worker *worker)
{
    worker->sched = make_sched(10000000, 10000000);
    OK(thread_bind_sched(worker->thread, worker->sched));
}

struct worker *worker_make(void (*run)(struct worker *worker), uint32_t priority, uint32_t fault_endpoint)
{
    struct worker *worker = worker_new(run);
    OK(thread_configure(worker->thread, SLOT_SPACE, priority, priority, fault_endpoint, 0));
    worker_bind(worker);
    return worker;
}

struct worker *worker_make_passive(void (*run)(struct worker *worker), uint32_t priority)
{
    struct worker *worker = worker_new(run);
    OK(thread_configure(worker->thread, SLOT_SPACE, priority, priority, NJ_SLOT_NONE, 0));
    return worker;
}

struct worker *worker_make_long(void (*run)(struct worker *worker), uint32_t priority)
{
    struct worker *worker = worker_new(run);
    worker->message_page = next_message_page;
    next_message_page += 4096;
    OK(thread_configure(worker->thread, SLOT_SPACE, priority, priority, NJ_SLOT_NONE, worker->message_page));
    worker_bind(worker);
    return worker;
}

void worker_start(struct worker *worker)
{
    uint64_t sp = (uint64_t)(uintptr_t)(stacks[worker - workers] + STACK_BYTES);
    OK(thread_start(worker->thread, (uint64_t)(uintptr_t)worker_main, sp, (uint64_t)(uintptr_t)worker));
}

void worker_start_passive(struct worker *worker)
{
    OK(thread_bind_sched(worker->thread, make_sched(10000000, 10000000)));
    worker_start(worker);
    SAME(state_of(worker->thread), NJ_THREAD_RECEIVING);
    OK(thread_unbind_sched(worker->thread));
}

struct worker *worker_run(void (*run)(struct worker *worker), uint32_t priority)
{
    struct worker *worker = worker_make(run, priority, NJ_SLOT_NONE);
    worker_start(worker);
    return worker;
}

enum nj_thread_state state_of(uint32_t thread)
{
    struct thread_info info;
    OK(thread_info(thread, &info));
    return info.state;
}

// The alarm is the supervisor's, and may be armed only once: this one takes its place and is given back longer.
void pause_ns(uint64_t ns)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint32_t badged = mint(notification, NJ_RIGHT_ALL, 1);
    uint64_t word;
    OK(interrupt_bind(SLOT_TIMER, badged));
    OK(interrupt_arm(SLOT_TIMER, nj_time() + ns));
    OK(nj_wait(notification, &word));
    OK(interrupt_bind(SLOT_TIMER, SLOT_ALARM));
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 20000000000ull));
}

void spin_ns(uint64_t ns)
{
    uint64_t start = nj_time();
    while (nj_time() - start < ns)
        ;
}
