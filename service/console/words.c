// SPDX-License-Identifier: Apache-2.0
#include "service/console/words.h"

#define SECONDS_MAX (366u * 24 * 3600)
#define NS_PER_SECOND 1000000000u

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

// Reads one word at *from, writes it unquoted at *to (never ahead of *from), leaves both behind it.
static enum words_error word_take(char **from, char **to)
{
    char quote = 0;
    while (**from && (quote || !is_blank(**from))) {
        char character = *(*from)++;
        if (quote && character == quote) {
            quote = 0;
        } else if (!quote && (character == '"' || character == '\'')) {
            quote = character;
        } else if (character == '\\' && quote != '\'') {
            if (!**from) {
                return WORDS_LAST_ESCAPE;
            }
            *(*to)++ = *(*from)++;
        } else {
            *(*to)++ = character;
        }
    }
    return quote ? WORDS_QUOTE : WORDS_OK;
}

enum words_error words_split(char *line, struct words *words)
{
    words->count = 0;
    char *from = line;
    char *to = line;
    for (;;) {
        while (is_blank(*from)) {
            from++;
        }
        if (!*from || *from == '#') {
            return WORDS_OK;
        }
        if (words->count == WORDS_MAX) {
            return WORDS_TOO_MANY;
        }
        words->word[words->count++] = to;
        enum words_error error = word_take(&from, &to);
        if (error) {
            return error;
        }
        bool is_end = !*from;
        from += !is_end;
        *to++ = 0; // at or before the blank just read, or on the final NUL
        if (is_end) {
            return WORDS_OK;
        }
    }
}

const char *words_error_text(enum words_error error)
{
    switch (error) {
    case WORDS_OK:
        return "no error";
    case WORDS_TOO_MANY:
        return "the line has too many words; a command takes at most 24";
    case WORDS_QUOTE:
        return "a quote is not closed; write the missing quote, or \\ before a quote that is meant as a character";
    case WORDS_LAST_ESCAPE:
        return "the line ends in a backslash; write \\\\ for a backslash";
    }
    return "unknown error";
}

static int digit_value(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    char lower = (char)(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool number_parse(const char *text, uint64_t *number)
{
    uint64_t base = 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    uint64_t value = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        int digit = digit_value(*text);
        if (digit < 0 || (uint64_t)digit >= base || value > (UINT64_MAX - (uint64_t)digit) / base) {
            return false;
        }
        value = value * base + (uint64_t)digit;
    }
    *number = value;
    return true;
}

bool seconds_parse(const char *text, uint64_t *nanoseconds)
{
    uint64_t value = 0;
    uint64_t scale = NS_PER_SECOND;
    bool has_digit = false;
    bool is_fraction = false;
    for (; *text; text++) {
        if (*text == '.' && !is_fraction) {
            is_fraction = true;
            continue;
        }
        int digit = digit_value(*text);
        if (digit < 0 || digit > 9 || (is_fraction && scale == 1)) {
            return false;
        }
        has_digit = true;
        if (is_fraction) {
            scale /= 10;
            value += (uint64_t)digit * scale;
        } else {
            value = value * 10 + (uint64_t)digit * NS_PER_SECOND;
        }
        if (value > (uint64_t)SECONDS_MAX * NS_PER_SECOND) {
            return false;
        }
    }
    *nanoseconds = value;
    return has_digit;
}
