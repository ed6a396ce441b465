// SPDX-License-Identifier: Apache-2.0
// The ring of log lines: the newest lines that fit are kept whole and in order.
#include "service/log/ring.h"
#include "test/host/test.h"
#include <stdio.h>
#include <string.h>

uint64_t *message_page; // lib/message.h wants one; no message is sent here

static struct ring ring;

static void line_text(char *text, unsigned number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        text[i] = (char)('a' + (number + i) % 26);
}

TEST(ring_empty_has_no_line)
{
    struct log_line line;
    memset(&ring, 0, sizeof(ring));
    CHECK(!ring_find(&ring, 0, &line));
}

TEST(ring_gives_back_what_it_took)
{
    struct log_line line;
    memset(&ring, 0, sizeof(ring));
    ring_add(&ring, LOG_WARN, 7, 123456789, "hello, ring", 11);
    ring_add(&ring, LOG_DEBUG, 0x7fffffff, UINT64_MAX, "", 0);
    REQUIRE(ring_find(&ring, 0, &line));
    CHECK_EQUAL(line.number, 0);
    CHECK_EQUAL(line.level, LOG_WARN);
    CHECK_EQUAL(line.badge, 7);
    CHECK_EQUAL(line.time_ns, 123456789);
    REQUIRE(line.bytes == 11);
    CHECK_BYTES(line.text, "hello, ring", 11);
    REQUIRE(ring_find(&ring, 1, &line));
    CHECK_EQUAL(line.bytes, 0);
    CHECK_EQUAL(line.badge, 0x7fffffff);
    CHECK(!ring_find(&ring, 2, &line));
}

TEST(ring_drops_the_oldest_lines_only)
{
    char text[LOG_TEXT_MAX], want[LOG_TEXT_MAX];
    struct log_line line;
    memset(&ring, 0, sizeof(ring));
    for (unsigned number = 0; number < 5000; number++) {
        unsigned bytes = (number * 37) % (LOG_TEXT_MAX + 1);
        line_text(text, number, bytes);
        ring_add(&ring, LOG_INFO, 3, number, text, bytes);
        REQUIRE(ring.end - ring.start <= RING_WORDS);
        REQUIRE(ring.next == number + 1);
        REQUIRE(ring_find(&ring, 0, &line)); // the oldest that is left
        REQUIRE(line.number == ring.oldest);
        for (uint64_t n = line.number; n <= number; n++) {
            unsigned length = ((unsigned)n * 37) % (LOG_TEXT_MAX + 1);
            REQUIRE(ring_find(&ring, n, &line) && line.number == n && line.time_ns == n && line.bytes == length);
            line_text(want, (unsigned)n, length);
            REQUIRE(memcmp(line.text, want, length) == 0);
        }
    }
    CHECK(ring.oldest > 4900);
    // As many as fit: one more line of the same size would not.
    CHECK(ring.end - ring.start > RING_WORDS - (LOG_TEXT_MAX / 8 + 2));
}

TEST(ring_cuts_a_line_that_is_too_long)
{
    static char text[2 * LOG_TEXT_MAX];
    struct log_line line;
    memset(&ring, 0, sizeof(ring));
    memset(text, 'x', sizeof(text));
    ring_add(&ring, LOG_INFO, 1, 1, text, sizeof(text));
    REQUIRE(ring_find(&ring, 0, &line));
    CHECK_EQUAL(line.bytes, LOG_TEXT_MAX);
}
