// SPDX-License-Identifier: Apache-2.0
// Runs the registered cases of one unit test program and counts them.
#include "test/host/test.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct test_case *first;
static struct test_case **last = &first; // registration order is file order
static const char *running;
static bool has_failed;

void test_register(struct test_case *test)
{
    *last = test;
    last = &test->next;
}

void test_fail(const char *file, int line, const char *format, ...)
{
    has_failed = true;
    printf("%s:%d: %s: ", file, line, running);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

bool test_equal(const char *file, int line, const char *what, uint64_t actual, uint64_t expected)
{
    if (actual == expected) {
        return true;
    }
    test_fail(file, line, "%s is %" PRId64 " (0x%" PRIx64 "), expected %" PRId64 " (0x%" PRIx64 ")", what,
              (int64_t)actual, actual, (int64_t)expected, expected);
    return false;
}

bool test_equal_text(const char *file, int line, const char *what, const char *actual, const char *expected)
{
    if (actual == expected || (actual && expected && strcmp(actual, expected) == 0)) {
        return true;
    }
    test_fail(file, line, "%s is \"%s\", expected \"%s\"", what, actual ? actual : "(null)",
              expected ? expected : "(null)");
    return false;
}

bool test_equal_bytes(const char *file, int line, const char *what, const void *actual, const void *expected,
                      size_t bytes)
{
    const uint8_t *a = actual;
    const uint8_t *e = expected;
    for (size_t i = 0; i < bytes; i++) {
        if (a[i] != e[i]) {
            test_fail(file, line, "%s differs at byte %zu of %zu: %02x, expected %02x", what, i, bytes, a[i], e[i]);
            return false;
        }
    }
    return true;
}

static bool is_selected(const char *name, int count, char **parts)
{
    for (int i = 1; i < count; i++) {
        if (strstr(name, parts[i])) {
            return true;
        }
    }
    return count < 2;
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IOLBF, 0); // a crash must not swallow what was found before it
    int passed = 0;
    int failed = 0;
    for (struct test_case *test = first; test; test = test->next) {
        if (!is_selected(test->name, count, arguments)) {
            continue;
        }
        running = test->name;
        has_failed = false;
        test->run();
        *(has_failed ? &failed : &passed) += 1;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
