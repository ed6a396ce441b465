// SPDX-License-Identifier: Apache-2.0
// Every change redraws from where it happened to the end of the line and steps back with backspaces: dumb, and right on
// every terminal as long as the line does not wrap.
#include "service/console/editor.h"
#include <string.h>

enum { KEY_BACKSPACE = 8, KEY_ESCAPE = 27, KEY_DELETE = 127 };
enum { ESCAPE_NONE = 0, ESCAPE_BEGUN = 1, ESCAPE_CSI = 2, ESCAPE_SS3 = 3 };

#define CONTROL(letter) ((letter) - '@')

static void editor_repeat(struct editor *editor, char character, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        editor->write(&character, 1);
    }
}

static void cursor_set(struct editor *editor, uint32_t cursor)
{
    if (cursor < editor->cursor) {
        editor_repeat(editor, '\b', editor->cursor - cursor);
    } else {
        editor->write(editor->line + editor->cursor, cursor - editor->cursor);
    }
    editor->cursor = cursor;
}

// The line was changed from the cursor on and was `old_length` long: draws that part.
static void tail_redraw(struct editor *editor, uint32_t old_length)
{
    uint32_t end = editor->length;
    editor->write(editor->line + editor->cursor, end - editor->cursor);
    if (old_length > end) {
        editor_repeat(editor, ' ', old_length - end);
        end = old_length;
    }
    editor_repeat(editor, '\b', end - editor->cursor);
}

static void character_insert(struct editor *editor, char character)
{
    if (editor->length == EDITOR_LINE_MAX) {
        editor->write("\a", 1);
        return;
    }
    memmove(editor->line + editor->cursor + 1, editor->line + editor->cursor, editor->length - editor->cursor);
    editor->line[editor->cursor] = character;
    editor->length++;
    editor->write(&character, 1);
    editor->cursor++;
    tail_redraw(editor, editor->length);
}

// Removes [from, to), which touches or contains the cursor, and leaves the cursor at from.
static void range_delete(struct editor *editor, uint32_t from, uint32_t to)
{
    if (from >= to) {
        return;
    }
    cursor_set(editor, from);
    uint32_t old_length = editor->length;
    memmove(editor->line + from, editor->line + to, editor->length - to);
    editor->length -= to - from;
    tail_redraw(editor, old_length);
}

static void line_replace(struct editor *editor, const char *text)
{
    cursor_set(editor, 0);
    uint32_t old_length = editor->length;
    editor->length = (uint32_t)strlen(text);
    memcpy(editor->line, text, editor->length);
    tail_redraw(editor, old_length);
    cursor_set(editor, editor->length);
}

static uint32_t word_start(const struct editor *editor)
{
    uint32_t at = editor->cursor;
    while (at > 0 && editor->line[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && editor->line[at - 1] != ' ') {
        at--;
    }
    return at;
}

static const char *history_line(const struct editor *editor, uint32_t back)
{
    return editor->history[(editor->history_count - back) % EDITOR_HISTORY_MAX];
}

static void history_add(struct editor *editor)
{
    editor->history_back = 0;
    if (editor->length == 0 || (editor->history_count > 0 && strcmp(history_line(editor, 1), editor->line) == 0)) {
        return;
    }
    memcpy(editor->history[editor->history_count % EDITOR_HISTORY_MAX], editor->line, editor->length + 1);
    editor->history_count++;
}

static void history_show(struct editor *editor, uint32_t back)
{
    uint32_t kept = editor->history_count < EDITOR_HISTORY_MAX ? editor->history_count : EDITOR_HISTORY_MAX;
    if (back > kept) {
        editor->write("\a", 1);
        return;
    }
    if (editor->history_back == 0) {
        memcpy(editor->draft, editor->line, editor->length);
        editor->draft[editor->length] = 0;
    }
    editor->history_back = back;
    line_replace(editor, back == 0 ? editor->draft : history_line(editor, back));
}

static void history_newer(struct editor *editor)
{
    if (editor->history_back > 0) {
        history_show(editor, editor->history_back - 1);
    }
}

static void key_left(struct editor *editor)
{
    cursor_set(editor, editor->cursor > 0 ? editor->cursor - 1 : 0);
}

static void key_right(struct editor *editor)
{
    cursor_set(editor, editor->cursor < editor->length ? editor->cursor + 1 : editor->length);
}

static void key_delete(struct editor *editor)
{
    range_delete(editor, editor->cursor, editor->cursor < editor->length ? editor->cursor + 1 : editor->length);
}

// The last byte of an escape sequence; `number` is its parameter, 0 if it has none.
static void escape_finish(struct editor *editor, uint8_t byte, uint32_t number)
{
    if (byte == 'A') {
        history_show(editor, editor->history_back + 1);
    } else if (byte == 'B') {
        history_newer(editor);
    } else if (byte == 'C') {
        key_right(editor);
    } else if (byte == 'D') {
        key_left(editor);
    } else if (byte == 'H' || (byte == '~' && (number == 1 || number == 7))) {
        cursor_set(editor, 0);
    } else if (byte == 'F' || (byte == '~' && (number == 4 || number == 8))) {
        cursor_set(editor, editor->length);
    } else if (byte == '~' && number == 3) {
        key_delete(editor);
    }
}

static void escape_feed(struct editor *editor, uint8_t byte)
{
    if (editor->escape == ESCAPE_BEGUN) {
        editor->escape = byte == '[' ? ESCAPE_CSI : byte == 'O' ? ESCAPE_SS3 : ESCAPE_NONE;
        editor->escape_number = 0;
    } else if (editor->escape == ESCAPE_CSI && byte >= '0' && byte <= '9') {
        if (editor->escape_number < 100) { // longer numbers mean nothing to us
            editor->escape_number = editor->escape_number * 10 + (byte - '0');
        }
    } else if (byte >= '@' && byte <= '~') {
        editor->escape = ESCAPE_NONE;
        escape_finish(editor, byte, editor->escape_number);
    } else if (byte < ' ') {
        editor->escape = ESCAPE_NONE;
    }
}

static enum editor_event line_finish(struct editor *editor, enum editor_event event)
{
    cursor_set(editor, editor->length);
    editor->write(event == EDITOR_CANCEL ? "^C\r\n" : "\r\n", event == EDITOR_CANCEL ? 4 : 2);
    editor->line[editor->length] = 0;
    if (event == EDITOR_LINE) {
        history_add(editor);
    }
    editor->history_back = 0;
    editor->is_finished = true;
    editor->is_shown = false;
    return event;
}

static enum editor_event control_feed(struct editor *editor, uint8_t byte)
{
    switch (byte) {
    case CONTROL('A'):
        cursor_set(editor, 0);
        break;
    case CONTROL('B'):
        key_left(editor);
        break;
    case CONTROL('C'):
        return line_finish(editor, EDITOR_CANCEL);
    case CONTROL('D'):
        key_delete(editor);
        break;
    case CONTROL('E'):
        cursor_set(editor, editor->length);
        break;
    case CONTROL('F'):
        key_right(editor);
        break;
    case KEY_BACKSPACE:
    case KEY_DELETE:
        range_delete(editor, editor->cursor > 0 ? editor->cursor - 1 : 0, editor->cursor);
        break;
    case CONTROL('K'):
        range_delete(editor, editor->cursor, editor->length);
        break;
    case CONTROL('N'):
        history_newer(editor);
        break;
    case CONTROL('P'):
        history_show(editor, editor->history_back + 1);
        break;
    case CONTROL('U'):
        range_delete(editor, 0, editor->cursor);
        break;
    case CONTROL('W'):
        range_delete(editor, word_start(editor), editor->cursor);
        break;
    case '\r':
    case '\n':
        return line_finish(editor, EDITOR_LINE);
    case KEY_ESCAPE:
        editor->escape = ESCAPE_BEGUN;
        break;
    default:
        break;
    }
    return EDITOR_NONE;
}

void editor_init(struct editor *editor, const char *prompt, void (*write)(const char *text, size_t bytes))
{
    memset(editor, 0, sizeof *editor);
    editor->prompt = prompt;
    editor->write = write;
}

enum editor_event editor_feed(struct editor *editor, uint8_t byte)
{
    bool is_second_half = editor->was_return && byte == '\n';
    editor->was_return = byte == '\r';
    if (is_second_half) {
        return EDITOR_NONE;
    }
    if (editor->is_finished) {
        editor->is_finished = false;
        editor->length = 0;
        editor->cursor = 0;
    }
    editor_show(editor);
    if (editor->escape != ESCAPE_NONE) {
        escape_feed(editor, byte);
        return EDITOR_NONE;
    }
    if (byte < ' ' || byte == KEY_DELETE) {
        return control_feed(editor, byte);
    }
    if (byte < KEY_DELETE) { // characters beyond ASCII would take an unknown number of columns
        character_insert(editor, (char)byte);
    }
    return EDITOR_NONE;
}

void editor_show(struct editor *editor)
{
    if (editor->is_shown) {
        return;
    }
    if (editor->is_finished) {
        editor->is_finished = false;
        editor->length = 0;
        editor->cursor = 0;
    } else if (editor->is_hidden) {
        editor->write(" \r", 2); // so that programs that drive the console can tell it from the prompt of a new line
    }
    editor->is_hidden = false;
    editor->write(editor->prompt, strlen(editor->prompt));
    editor->write(editor->line, editor->length);
    editor_repeat(editor, '\b', editor->length - editor->cursor);
    editor->is_shown = true;
}

void editor_hide(struct editor *editor)
{
    if (editor->is_shown) {
        editor->write("\r\033[K", 4);
        editor->is_shown = false;
        editor->is_hidden = true;
    }
}
