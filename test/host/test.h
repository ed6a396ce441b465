// SPDX-License-Identifier: Apache-2.0
// Host unit tests: named cases that register themselves, checks that print what they saw.
//
//   #include "test/host/test.h"
//   TEST(queue_keeps_order)
//   {
//       REQUIRE(queue_push(&q, 7) == NJ_OK); // ends the case when it fails
//       CHECK_EQUAL(queue_pop(&q), 7);       // notes the failure and goes on
//   }
//
// One program per test/host/NAME_test.c; test/host/main.c is linked in and runs every case. The program prints one line
// per failure and ends with "N passed, N failed" (cases). Arguments, if any, select cases by part of their name.
// A module's fragment names the sources under test: $(eval $(call unit_test,NAME,sources,flags)).
#pragma once
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

// Called by TEST before main. The case lives as long as the program.
void test_register(struct test_case *test);

// Report a failure of the running case: it counts as failed. printf-style.
void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

// True if equal; otherwise reports both. NULL is a text equal to itself only.
bool test_equal(const char *file, int line, const char *what, uint64_t actual, uint64_t expected);
bool test_equal_text(const char *file, int line, const char *what, const char *actual, const char *expected);
bool test_equal_bytes(const char *file, int line, const char *what, const void *actual, const void *expected,
                      size_t bytes);

#define TEST(name)                                                                                                     \
    static void test_##name(void);                                                                                     \
    __attribute__((constructor)) static void test_register_##name(void)                                                \
    {                                                                                                                  \
        static struct test_case test = {#name, test_##name, NULL};                                                     \
        test_register(&test);                                                                                          \
    }                                                                                                                  \
    static void test_##name(void)

// Failure is noted, the case goes on. The value tells, so that CHECK can guard what follows.
#define CHECK(condition) ((condition) ? true : (test_fail(__FILE__, __LINE__, "%s", #condition), false))
#define CHECK_EQUAL(actual, expected) test_equal(__FILE__, __LINE__, #actual, (uint64_t)(actual), (uint64_t)(expected))
#define CHECK_TEXT(actual, expected) test_equal_text(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_BYTES(actual, expected, bytes)                                                                           \
    test_equal_bytes(__FILE__, __LINE__, #actual, (actual), (expected), (bytes))

// Failure ends the case.
#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!CHECK(condition)) {                                                                                       \
            return;                                                                                                    \
        }                                                                                                              \
    } while (0)
