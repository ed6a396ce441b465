// SPDX-License-Identifier: Apache-2.0
// The log: what is written can be read back, and what cannot be printed is made harmless.
#include "lib/object.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/log/log.h"
#include "test/service/test.h"
#include <string.h>

static uint32_t log_slot;

// The number of the next line.
static uint64_t next_line(void)
{
    struct message message = {.word = {LOG_RANGE}, .words = 1};
    log_slot = startup_slot("log");
    ANSWERS(service_call(log_slot, &message, 4), SERVICE_OK);
    return message.word[2];
}

static void expect(uint64_t number, enum log_level level, const char *text)
{
    static struct log_line line;
    ANSWERS(log_read(log_slot, number, &line), SERVICE_OK);
    SAME(line.number, number);
    SAME(line.level, level);
    SAME(line.badge, startup_value("badge"));
    CHECK(line.time_ns <= nj_time() && line.time_ns + 1000000000 > nj_time());
    SAME(line.bytes, strlen(text));
    CHECK(memcmp(line.text, text, strlen(text)) == 0);
}

static void log_keeps_lines(void)
{
    uint64_t first = next_line();
    log_printf(LOG_INFO, "number %d, %s", 42, "text");
    log_printf(LOG_TRACE, "%s", ""); // not printed, but kept
    log_write(log_slot, LOG_DEBUG, "a\tb\x1b[2Jc\x7f", 9);
    expect(first, LOG_INFO, "number 42, text");
    expect(first + 1, LOG_TRACE, "");
    expect(first + 2, LOG_DEBUG, "a b?[2Jc?");
    static struct log_line line;
    ANSWERS(log_read(log_slot, first + 3, &line), SERVICE_NOT_FOUND);
}

static void log_cuts_long_lines(void)
{
    static char text[LOG_TEXT_MAX + 100];
    static struct log_line line;
    uint64_t first = next_line();
    memset(text, 'x', sizeof(text));
    log_write(log_slot, LOG_TRACE, text, sizeof(text));
    ANSWERS(log_read(log_slot, first, &line), SERVICE_OK);
    SAME(line.bytes, LOG_TEXT_MAX);
}

static void log_drops_the_oldest(void)
{
    static struct log_line line;
    uint64_t first = next_line();
    for (int i = 0; i < 1000; i++)
        log_printf(LOG_TRACE, "line %d", i);
    SAME(next_line(), first + 1000);
    ANSWERS(log_read(log_slot, 0, &line), SERVICE_OK);
    CHECK(line.number > first && line.number < first + 1000);
    expect(first + 999, LOG_TRACE, "line 999");
}

static void log_level_is_set(void)
{
    enum log_level level;
    (void)next_line();
    ANSWERS(log_get_level(log_slot, &level), SERVICE_OK);
    SAME(level, LOG_INFO);
    ANSWERS(log_set_level(log_slot, LOG_ERROR), SERVICE_OK);
    ANSWERS(log_get_level(log_slot, &level), SERVICE_OK);
    SAME(level, LOG_ERROR);
    ANSWERS(log_set_level(log_slot, LOG_LEVELS), SERVICE_BAD_REQUEST);
    ANSWERS(log_set_level(log_slot, LOG_INFO), SERVICE_OK);
}

// Only lines that are printed signal, and binding again loses no slot of the log's.
static void log_tells_its_watcher(void)
{
    uint64_t bits = 0;
    uint32_t self = startup_slot("self-cnode"), bit;
    (void)next_line();
    SAME(slot_allocate(&bit), NJ_OK);
    SAME(cnode_mint(self, bit, self, startup_slot("notification"), NJ_RIGHT_ALL, 8), NJ_OK);
    for (int i = 0; i < 100; i++)
        ANSWERS(log_watch(log_slot, bit), SERVICE_OK);
    log_printf(LOG_TRACE, "not printed");
    SAME(nj_poll(startup_slot("notification"), &bits), NJ_WOULD_BLOCK);
    log_printf(LOG_INFO, "printed");
    SAME(nj_poll(startup_slot("notification"), &bits), NJ_OK);
    SAME(bits, 8);
    struct message message = {.word = {LOG_WATCH}, .words = 1};
    ANSWERS(service_call(log_slot, &message, 1), SERVICE_BAD_REQUEST); // without a capability
    message = (struct message){.word = {LOG_GET_LEVEL}, .words = 1, .send_slot = bit};
    ANSWERS(service_call(log_slot, &message, 1), SERVICE_OK); // one that is not wanted
    ANSWERS(log_watch(log_slot, bit), SERVICE_OK);
    slot_release(bit); // the log keeps its own, which nobody notices
    log_printf(LOG_INFO, "printed");
    SAME(nj_poll(startup_slot("notification"), &bits), NJ_OK);
}

static void log_survives_nonsense(void)
{
    uint64_t first = next_line();
    for (uint64_t operation = 0; operation < 16; operation++) {
        for (uint32_t words = 0; words <= 8; words++) {
            struct message message = {.word = {operation, UINT64_MAX, UINT64_MAX, 1, 2, 3, 4, 5}, .words = words};
            enum service_status answer = service_call(log_slot, &message, 1);
            CHECK(answer != SERVICE_UNREACHABLE && answer != SERVICE_BAD_ANSWER);
        }
    }
    SAME(next_line(), first);
}

const struct test log_tests[] = {
    {"log_keeps_lines", log_keeps_lines},
    {"log_cuts_long_lines", log_cuts_long_lines},
    {"log_drops_the_oldest", log_drops_the_oldest},
    {"log_level_is_set", log_level_is_set},
    {"log_tells_its_watcher", log_tells_its_watcher},
    {"log_survives_nonsense", log_survives_nonsense},
    {NULL, NULL},
};
