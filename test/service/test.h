// SPDX-License-Identifier: Apache-2.0
// Tests of the first services from the inside: a component, the tester, that uses them through their client headers, and
// victims that break in every way a component can. Results go to the firmware's console, past the services under test.
#pragma once
#include "lib/service.h"
#include <stdbool.h>

// What a victim does when the tester answers its call.
enum action {
    ACTION_READ = 1, // reads address 8
    ACTION_WRITE,    // writes to its own text
    ACTION_FETCH,    // jumps into its own data
    ACTION_ILLEGAL,
    ACTION_PANIC,
    ACTION_RETURN,  // from main
    ACTION_SYSCALL, // an unknown one
    ACTION_TOUCH,   // TOUCH_BYTES of its heap, then calls again with VICTIM_DONE
};
enum { VICTIM_READY = 1, VICTIM_DONE = 2 };
#define TOUCH_BYTES 0xc0000u

struct test {
    const char *name;
    void (*run)(void);
};
extern const struct test memory_tests[], timer_tests[], log_tests[], supervisor_tests[]; // each ends with a null name

// Fails the running test; it goes on.
void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define CHECK(fact) ((fact) ? (void)0 : test_fail(__FILE_NAME__, __LINE__, "not so: %s", #fact))
#define SAME(value, expected)                                                                                          \
    do {                                                                                                               \
        uint64_t is_ = (uint64_t)(value), should_ = (uint64_t)(expected);                                              \
        if (is_ != should_)                                                                                            \
            test_fail(__FILE_NAME__, __LINE__, "%s is 0x%lx, not 0x%lx", #value, is_, should_);                        \
    } while (0)
#define ANSWERS(call, expected)                                                                                        \
    do {                                                                                                               \
        enum service_status is_ = (call), should_ = (expected);                                                        \
        if (is_ != should_)                                                                                            \
            test_fail(__FILE_NAME__, __LINE__, "%s: \"%s\", not \"%s\"", #call, service_status_text(is_),              \
                      service_status_text(should_));                                                                   \
    } while (0)

// Lets the victim of that name do something. False: there is no such victim, or it is gone already.
bool victim_answer(const char *name, enum action action);
// Waits for the victim's next call; true if it says VICTIM_DONE.
bool victim_is_done(const char *name);
