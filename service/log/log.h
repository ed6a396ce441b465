// SPDX-License-Identifier: Apache-2.0
// The log: lines with a level, kept in a ring and printed on the console when their level is at or below the print
// level. Interface "log". lib/print.h has the formatted form.
#pragma once
#include "lib/service.h"

enum log_level {
    LOG_ERROR = 0,
    LOG_WARN = 1,
    LOG_INFO = 2,
    LOG_DEBUG = 3,
    LOG_TRACE = 4,
    LOG_LEVELS = 5,
};

enum log_operation {
    // Sent without waiting for an answer. word 1: level; word 2: bytes; words 3-63: the text, one line, no newline.
    LOG_WRITE = 1,
    LOG_GET_LEVEL = 2, // -> word 1: print level
    LOG_SET_LEVEL = 3, // word 1: print level
    // word 1: number of a line (they count from 0) -> word 1: number of the line given, the next one that is still kept;
    // word 2: level; word 3: badge of the writer; word 4: ns since boot; word 5: bytes; words 6-63: text. NOT_FOUND: no
    // line of that number or above yet
    LOG_READ = 4,
    LOG_RANGE = 5, // -> word 1: number of the oldest line kept; 2: number of the next line; 3: bytes of the ring
    // With a notification capability (SEND): signalled after each line that was printed, so that whoever owns the screen can
    // draw its prompt again; printed lines then clear what they overwrite. Replaces the last one.
    LOG_WATCH = 6,
};

#define LOG_TEXT_MAX 464u // bytes of a line; longer ones are cut

// One line; never waits longer than the log service needs to take it. Lost lines are nobody's error: the caller cannot
// do anything about them, so there is no status.
static inline void log_write(uint32_t log, enum log_level level, const char *text, size_t bytes)
{
    struct message message = {.word = {LOG_WRITE, level}};
    size_t count = bytes < LOG_TEXT_MAX ? bytes : LOG_TEXT_MAX;
    message.word[2] = count;
    message_put_bytes(&message, 3, text, count);
    enum nj_status lost = message_send(log, &message);
    (void)lost;
}

MUST_CHECK static inline enum service_status log_get_level(uint32_t log, enum log_level *level)
{
    struct message message = {.word = {LOG_GET_LEVEL}, .words = 1};
    enum service_status status = service_call(log, &message, 2);
    *level = (enum log_level)message.word[1];
    return status;
}

MUST_CHECK static inline enum service_status log_set_level(uint32_t log, enum log_level level)
{
    struct message message = {.word = {LOG_SET_LEVEL, level}, .words = 2};
    return service_call(log, &message, 1);
}

// notification: a slot of the caller that may signal.
MUST_CHECK static inline enum service_status log_watch(uint32_t log, uint32_t notification)
{
    struct message message = {.word = {LOG_WATCH}, .words = 1, .send_slot = notification};
    return service_call(log, &message, 1);
}

struct log_line {
    uint64_t number;
    enum log_level level;
    uint32_t bytes;
    uint64_t badge;
    uint64_t time_ns;
    char text[LOG_TEXT_MAX];
};

// The first line still kept whose number is at least `number`. NOT_FOUND: there is none yet.
MUST_CHECK static inline enum service_status log_read(uint32_t log, uint64_t number, struct log_line *line)
{
    struct message message = {.word = {LOG_READ, number}, .words = 2};
    enum service_status status = service_call(log, &message, 6);
    if (status != SERVICE_OK)
        return status;
    line->number = message.word[1];
    line->level = (enum log_level)message.word[2];
    line->badge = message.word[3];
    line->time_ns = message.word[4];
    line->bytes = message.word[5] < LOG_TEXT_MAX ? (uint32_t)message.word[5] : LOG_TEXT_MAX;
    if (message_get_bytes(&message, 6, line->text, line->bytes) != line->bytes)
        return SERVICE_BAD_ANSWER;
    return SERVICE_OK;
}
