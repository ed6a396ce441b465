// SPDX-License-Identifier: Apache-2.0
// The tester: takes the calls of all victims into reply objects, then runs every test and powers off.
#include "lib/object.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "test/service/test.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VICTIMS_MAX 15u

static struct {
    const char *name;
    uint64_t badge;
    uint32_t reply; // slot that holds its call, or NJ_SLOT_NONE
    uint64_t said;
} victims[VICTIMS_MAX];
static uint32_t victim_count;
static uint32_t replies_used;
static uint32_t passed, failed;
static bool test_failed;

static void print_line(const char *line, int length, size_t room)
{
    size_t bytes = length < 0 ? 0 : (size_t)length < room ? (size_t)length : room - 1;
    uint32_t system = startup_slot("system");
    enum nj_status status = system_write(system, line, bytes);
    if (status == NJ_OK)
        status = system_write(system, "\n", 1);
    (void)status; // there is nobody else to tell
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
    char line[240];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    print_line(line, length, sizeof(line));
}

void test_fail(const char *file, int line_number, const char *format, ...)
{
    char line[240];
    va_list arguments;
    int head = snprintf(line, sizeof(line), "FAILED at %s:%d: ", file, line_number);
    va_start(arguments, format);
    int tail = vsnprintf(line + head, sizeof(line) - (size_t)head, format, arguments);
    va_end(arguments);
    print_line(line, head + tail, sizeof(line));
    test_failed = true;
}

static void run(const struct test *tests)
{
    for (; tests->name; tests++) {
        test_failed = false;
        tests->run();
        print("%s %s", test_failed ? "FAILED" : "ok", tests->name);
        *(test_failed ? &failed : &passed) += 1;
    }
}

// The next call of any victim; its reply object is not used again.
static bool take_call(void)
{
    if (replies_used >= startup_value("reply"))
        return false;
    struct message message = {.reply_slot = startup_slot("reply") + replies_used};
    do { // signals of what other tests bound are nothing here
        if (message_recv(startup_slot("serve"), &message) != NJ_OK)
            return false;
    } while (message.is_signal);
    replies_used++;
    for (uint32_t i = 0; i < victim_count; i++) {
        if (victims[i].badge != message.badge)
            continue;
        victims[i].reply = message.reply_slot;
        victims[i].said = message.word[0];
    }
    return true;
}

static void find_victims(void)
{
    const struct nj_startup_entry *entry;
    for (uint32_t i = 0; (entry = startup_entry_at(i)) != NULL && victim_count < VICTIMS_MAX; i++) {
        if (strncmp(entry->name, "client-", 7) != 0)
            continue;
        victims[victim_count].name = entry->name + 7;
        victims[victim_count++].badge = entry->value;
    }
    for (uint32_t i = 0; i < victim_count; i++)
        CHECK(take_call());
}

bool victim_answer(const char *name, enum action action)
{
    for (uint32_t i = 0; i < victim_count; i++) {
        if (strcmp(victims[i].name, name) != 0 || victims[i].reply == NJ_SLOT_NONE)
            continue;
        struct message message = {.word = {action}, .words = 1};
        message_reply(victims[i].reply, &message);
        victims[i].reply = NJ_SLOT_NONE;
        return true;
    }
    return false;
}

bool victim_is_done(const char *name)
{
    if (!take_call())
        return false;
    for (uint32_t i = 0; i < victim_count; i++)
        if (strcmp(victims[i].name, name) == 0)
            return victims[i].reply != NJ_SLOT_NONE && victims[i].said == VICTIM_DONE;
    return false;
}

// With the log itself a victim, only the records of faults are tested: they must come past it (test/service/run looks).
static void test_without_log(void)
{
    test_failed = !victim_answer("log", ACTION_READ) || !victim_answer("uart", ACTION_WRITE) ||
                  !victim_answer("victim-read", ACTION_READ);
    *(test_failed ? &failed : &passed) += 1;
}

int main(void)
{
    find_victims();
    if (startup_entry("client-log")) {
        test_without_log();
    } else {
        run(memory_tests);
        run(timer_tests);
        run(log_tests);
        run(supervisor_tests);
    }
    print("%u passed, %u failed", (unsigned)passed, (unsigned)failed);
    enum nj_status status = system_poweroff(startup_slot("system"), failed > 0);
    return (int)status;
}
