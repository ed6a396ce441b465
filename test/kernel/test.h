// SPDX-License-Identifier: Apache-2.0
// Tests of the kernel from the inside: a program that the kernel boots in place of the root server.
//
// The first thread supervises. It runs one case after the other in a second thread, the runner, under an alarm: a case
// that hangs or faults is reported and its threads are stopped. Everything a case makes comes from one untyped memory;
// when the case ends that memory is revoked and must be whole again, so every case also tests deletion.
//
// A case is a function that returns. The checks below end it early when they fail; only the runner may use them.
#pragma once
#include "abi/boot.h"
#include "abi/component.h"
#include "abi/fault.h"
#include "lib/object.h"
#include <stdbool.h>

struct test_case {
    const char *name;
    void (*run)(void);
};
// A file of cases. Either a table of functions, or (for cases that differ in their data) one function and a namer.
struct test_group {
    const char *name;
    const struct test_case *cases;
    uint32_t count;
    uint32_t (*count_of)(void); // if count is 0
    void (*run)(uint32_t number);
    void (*name_of)(uint32_t number, char *name, uint32_t bytes);
};
#define CASE(function)                                                                                                 \
    {                                                                                                                  \
#function, function                                                                                            \
    }
#define GROUP(label, table)                                                                                            \
    const struct test_group label##_group = {.name = #label, .cases = table, .count = sizeof(table) / sizeof(table[0])}

_Noreturn void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define FAIL(...) test_fail(__FILE_NAME__, __LINE__, __VA_ARGS__)
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            FAIL("not so: %s", #condition);                                                                            \
    } while (0)
// The value is what is expected.
#define SAME(value, expected)                                                                                          \
    do {                                                                                                               \
        uint64_t is_ = (uint64_t)(value), should_ = (uint64_t)(expected);                                              \
        if (is_ != should_)                                                                                            \
            FAIL("%s is 0x%lx, not 0x%lx", #value, is_, should_);                                                      \
    } while (0)
// The call answers this status.
#define ANSWERS(call, expected)                                                                                        \
    do {                                                                                                               \
        enum nj_status is_ = (call), should_ = (expected);                                                             \
        if (is_ != should_)                                                                                            \
            FAIL("%s: \"%s\", not \"%s\"", #call, nj_status_text(is_), nj_status_text(should_));                       \
    } while (0)
#define OK(call) ANSWERS(call, NJ_OK)
#define NEAR(value, expected, percent)                                                                                 \
    do {                                                                                                               \
        uint64_t is_ = (value), should_ = (expected);                                                                  \
        if (is_ * 100 < should_ * (100 - (percent)) || is_ * 100 > should_ * (100 + (percent)))                        \
            FAIL("%s is %lu, not within %u percent of %lu", #value, is_, (unsigned)(percent), should_);                \
    } while (0)

// Slots of the suite's own table.
enum {
    SLOT_CNODE = NJ_BOOT_SLOT_CNODE,
    SLOT_SPACE = NJ_BOOT_SLOT_SPACE,
    SLOT_SCHED_CONTROL = NJ_BOOT_SLOT_SCHED_CONTROL,
    SLOT_INTERRUPT_CONTROL = NJ_BOOT_SLOT_INTERRUPT_CONTROL,
    SLOT_SYSTEM = NJ_BOOT_SLOT_SYSTEM,
    SLOT_TEXT = NJ_BOOT_SLOT_ROOT_TEXT,
    SLOT_WORK = NJ_BOOT_SLOT_FREE, // untyped memory that cases make their objects from
    SLOT_OWN,                               // untyped memory of the suite itself
    SLOT_TIMER,                             // interrupt object of the timer
    SLOT_EVENTS,                            // notification the supervisor waits for
    SLOT_ALARM,                             // the same, badge EVENT_ALARM
    SLOT_DONE,                              // the same, badge EVENT_DONE
    SLOT_FAULTS,                            // endpoint for faults of the runner
    SLOT_FAULT_REPLY,
    SLOT_RUNNER,
    SLOT_RUNNER_SCHED,
    SLOT_FIRST = 100, // from here on slots belong to the running case
    SLOT_END = NJ_BOOT_SLOTS,
};
#define WORK_PAGES 2048u
#define PRIORITY_RUNNER 100u
#define PRIORITY_ABOVE 110u // threads that run as soon as they can
#define PRIORITY_BELOW 90u  // threads that run when the runner waits

// Empty slots, in order; all are empty again when the next case starts.
uint32_t slot_next(void);
uint32_t slot_next_run(uint32_t count);
// Slots from this one on are empty again, and are given out anew.
void slots_forget(uint32_t first);
// One new object in a new slot.
uint32_t make(enum nj_kind kind, uint64_t size);
// A copy in a new slot.
uint32_t copy(uint32_t slot, uint32_t rights);
uint32_t mint(uint32_t slot, uint32_t rights, uint64_t badge);
void delete (uint32_t slot);
void revoke(uint32_t slot);
enum nj_kind kind_of(uint32_t slot);
uint64_t badge_of(uint32_t slot);
uint32_t make_sched(uint64_t budget_ns, uint64_t period_ns);
uint64_t used_ns(uint32_t sched);
uint64_t work_left(void); // bytes not given out of SLOT_WORK
// Any operation, unwrapped: for what the wrappers would not pass on. Once, AGAIN included.
enum nj_status invoke_raw(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                          uint64_t a4);

// A job that never ends, on a further hart if there is one. (hart_test.c)
void hart_keep_busy(void);

// Threads in the suite's own space: same memory, same capability table.
struct worker {
    uint32_t thread, sched;
    void (*run)(struct worker *worker); // its end suspends the thread
    uint64_t in[4], out[8];             // for the case
    volatile bool is_done;
    uint64_t message_page; // address, 0 if none
};
#define WORKERS_MAX 16u
struct worker *worker_make(void (*run)(struct worker *worker), uint32_t priority, uint32_t fault_endpoint);
// The same with the parts left out: no scheduling context, a message page.
struct worker *worker_make_passive(void (*run)(struct worker *worker), uint32_t priority);
struct worker *worker_make_long(void (*run)(struct worker *worker), uint32_t priority);
void worker_start(struct worker *worker);
// A passive one: it has time of its own until it waits for others, and then only what they lend.
void worker_start_passive(struct worker *worker);
// Both in one.
struct worker *worker_run(void (*run)(struct worker *worker), uint32_t priority);
enum nj_thread_state state_of(uint32_t thread);
// Lets lower threads run for a while: the runner waits for an alarm.
void pause_ns(uint64_t ns);
void spin_ns(uint64_t ns);

extern uint32_t chaos_trees; // chaos_test.c: random trees in one case
extern uint32_t machine_harts; // hart_test.c: how many there must be
extern uint32_t machine_ram; // system_test.c: MiB of RAM that the kernel uses
extern uint32_t machine_vlen; // vector.c: bits of a vector register, 0 if there is none

// The supervisor's means of reporting (main.c).
void test_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void runner_start(uint32_t group, uint32_t number); // by the supervisor
extern char runner_failure[192];                    // why the case failed; empty: it did not
