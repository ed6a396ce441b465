// SPDX-License-Identifier: Apache-2.0
// Splits a command line into words and reads numbers in them. Pure text work, no state.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 24

enum words_error {
    WORDS_OK,
    WORDS_TOO_MANY,    // more than WORDS_MAX
    WORDS_QUOTE,       // a quote is not closed
    WORDS_LAST_ESCAPE, // the line ends in a backslash
};

struct words {
    uint32_t count;
    char *word[WORDS_MAX]; // into the line
};

// Splits at blanks. "..." and '...' keep blanks, \ takes the next character as it is (not within '...'), # at the start
// of a word ends the line. The line is changed in place and must outlive the words.
enum words_error words_split(char *line, struct words *words);
// What to tell the user. Never a null pointer.
const char *words_error_text(enum words_error error);

// A decimal or 0x number; false if the text is anything else or does not fit.
bool number_parse(const char *text, uint64_t *number);
// Seconds with up to nine decimals ("2", "0.25") in nanoseconds; at most a year. False otherwise.
bool seconds_parse(const char *text, uint64_t *nanoseconds);
