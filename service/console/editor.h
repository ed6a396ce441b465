// SPDX-License-Identifier: Apache-2.0
// The line editor: turns the bytes of a serial line into edited lines. Needs nothing of the terminal but backspace,
// carriage return and, to redraw after somebody else's output, "erase to end of line" (ESC [ K).
//
//   left right, ^B ^F   move           backspace, delete, ^D   delete a character    up down, ^P ^N   history
//   home end, ^A ^E     ends           ^W ^U ^K  delete the word before, to the start, to the end
//   ^C                  give up the line
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDITOR_LINE_MAX 240 // characters of a line, without the NUL
#define EDITOR_HISTORY_MAX 16

enum editor_event {
    EDITOR_NONE,
    EDITOR_LINE,   // editor->line holds a finished line until the next byte is fed
    EDITOR_CANCEL, // the line was given up
};

// Life: in the console, for ever. `write` is where echo and redrawing go; it must take everything.
struct editor {
    void (*write)(const char *text, size_t bytes);
    const char *prompt;
    char line[EDITOR_LINE_MAX + 1];
    uint32_t length;
    uint32_t cursor; // 0 to length
    char history[EDITOR_HISTORY_MAX][EDITOR_LINE_MAX + 1];
    uint32_t history_count;          // lines ever added; the last EDITOR_HISTORY_MAX of them are kept
    uint32_t history_back;           // 0: the line being written; n: the n-th last line is shown
    char draft[EDITOR_LINE_MAX + 1]; // the line being written, while history is shown
    uint8_t escape;                  // where in an escape sequence we are: 0 not, 1 after ESC, 2 in CSI, 3 after ESC O
    uint32_t escape_number;
    bool was_return;  // the last byte was CR: a following LF belongs to it
    bool is_finished; // the line was handed out: the next byte begins a new one
    bool is_shown;    // prompt and line stand on the screen
    bool is_hidden;   // they stood there and were taken off
};

void editor_init(struct editor *editor, const char *prompt, void (*write)(const char *text, size_t bytes));
// One byte from the terminal.
enum editor_event editor_feed(struct editor *editor, uint8_t byte);
// Prompt and unfinished line, drawn at the start of a screen line. Does nothing if they stand there already.
void editor_show(struct editor *editor);
// Takes them off the screen, so that other output can use the line. Does nothing if they are not there.
void editor_hide(struct editor *editor);
