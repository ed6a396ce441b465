// SPDX-License-Identifier: Apache-2.0
// The editor is tested against a model of a terminal: what stands on the screen line, and where the cursor is.
#include "service/console/editor.h"
#include "test/host/test.h"
#include <stdlib.h>
#include <string.h>

static char screen[1024];
static size_t column;
static unsigned bells;

static void screen_write(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i];
        if (c == '\b') {
            column -= column > 0;
        } else if (c == '\r') {
            column = 0;
        } else if (c == '\n') {
            memset(screen, 0, sizeof screen);
        } else if (c == '\a') {
            bells++;
        } else if (c == '\033') {
            if (CHECK(bytes - i >= 3 && memcmp(text + i, "\033[K", 3) == 0)) {
                memset(screen + column, 0, sizeof screen - column);
            }
            i += 2;
        } else if (CHECK(column + 1 < sizeof screen)) {
            screen[column++] = c;
        }
    }
}

static const char *screen_text(void)
{
    static char text[sizeof screen];
    strcpy(text, screen);
    size_t end = strlen(text); // spaces that erased something do not count
    while (end > 0 && text[end - 1] == ' ') {
        text[--end] = 0;
    }
    return text;
}

static struct editor editor;

static void begin(void)
{
    memset(screen, 0, sizeof screen);
    column = 0;
    bells = 0;
    editor_init(&editor, "nj> ", screen_write);
    editor_show(&editor);
}

static enum editor_event feed(const char *text)
{
    enum editor_event event = EDITOR_NONE;
    for (; *text; text++) {
        event = editor_feed(&editor, (uint8_t)*text);
    }
    return event;
}

// The screen shows prompt and line, the cursor is where the editor believes it.
static bool is_consistent(void)
{
    char expected[EDITOR_LINE_MAX + 8] = "nj> ";
    memcpy(expected + 4, editor.line, editor.length);
    expected[4 + editor.length] = 0;
    size_t end = strlen(expected);
    while (end > 0 && expected[end - 1] == ' ') {
        expected[--end] = 0;
    }
    return CHECK_TEXT(screen_text(), expected) && CHECK_EQUAL(column, 4 + editor.cursor);
}

TEST(editor_takes_a_line)
{
    begin();
    CHECK_EQUAL(feed("start hello"), EDITOR_NONE);
    CHECK(is_consistent());
    CHECK_EQUAL(feed("\r"), EDITOR_LINE);
    CHECK_TEXT(editor.line, "start hello");
    CHECK_EQUAL(feed("\n"), EDITOR_NONE); // CR LF is one end of line
    CHECK_EQUAL(feed("x\n"), EDITOR_LINE);
    CHECK_TEXT(editor.line, "x");
    CHECK_EQUAL(feed("\n"), EDITOR_LINE);
    CHECK_TEXT(editor.line, "");
}

TEST(editor_edits_in_the_middle)
{
    begin();
    feed("helo\033[D\033[Dl");
    CHECK(is_consistent());
    feed("\033[H>\033[F<\001\033[3~\005\177");
    CHECK(is_consistent());
    feed("!\r");
    CHECK_TEXT(editor.line, "hello!");
}

TEST(editor_kills)
{
    begin();
    feed("one two  three\027");
    CHECK(is_consistent());
    feed("\027\013x\033[1~\033[C\013");
    CHECK(is_consistent());
    feed("\r");
    CHECK_TEXT(editor.line, "o");
    feed("abc def\025ghi\r");
    CHECK_TEXT(editor.line, "ghi");
    CHECK_EQUAL(feed("abc\003"), EDITOR_CANCEL);
}

TEST(editor_keeps_history)
{
    begin();
    feed("one\rtwo\rtwo\rthree\r");
    feed("draft\033[A");
    CHECK(is_consistent());
    feed("\033[A\033OA\r");
    CHECK_TEXT(editor.line, "one"); // "two" was kept once
    feed("draft\020\020\016\016");
    CHECK(is_consistent());
    feed("\r");
    CHECK_TEXT(editor.line, "draft");
    for (int i = 0; i < 100; i++) {
        char text[16] = {(char)('a' + i % 26), (char)('a' + i / 26), '\r'};
        feed(text);
    }
    for (int i = 0; i < 30; i++) {
        feed("\033[A");
    }
    CHECK(bells == 30 - EDITOR_HISTORY_MAX);
    CHECK(is_consistent());
    feed("\r");
    CHECK_TEXT(editor.line, "gd"); // 84th: 16 from the end
}

TEST(editor_hides_and_shows)
{
    begin();
    feed("some text\033[D\033[D");
    editor_hide(&editor);
    CHECK_TEXT(screen_text(), "");
    CHECK_EQUAL(column, 0);
    screen_write("output\r\n", 8);
    editor_show(&editor);
    CHECK(is_consistent());
}

TEST(editor_bounds_the_line)
{
    begin();
    for (int i = 0; i < EDITOR_LINE_MAX + 10; i++) {
        feed("x");
    }
    CHECK_EQUAL(editor.length, EDITOR_LINE_MAX);
    CHECK_EQUAL(bells, 10);
    CHECK_EQUAL(feed("\r"), EDITOR_LINE);
    CHECK_EQUAL(strlen(editor.line), EDITOR_LINE_MAX);
}

TEST(editor_survives_anything)
{
    srand(7);
    begin();
    static const char keys[] = "ab \033[ABCDHF13~O\001\002\003\004\005\006\010\013\016\020\025\027\177\r\n\t\200\377";
    for (int i = 0; i < 200000; i++) {
        bool is_key = rand() % 8 != 0;
        uint8_t byte = is_key ? (uint8_t)keys[(size_t)rand() % (sizeof keys - 1)] : (uint8_t)rand();
        if (editor_feed(&editor, byte) != EDITOR_NONE) {
            memset(screen, 0, sizeof screen);
            column = 0;
            editor_show(&editor);
        }
        REQUIRE(editor.cursor <= editor.length && editor.length <= EDITOR_LINE_MAX);
        REQUIRE(is_consistent());
    }
}
