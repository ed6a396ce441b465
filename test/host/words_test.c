// SPDX-License-Identifier: Apache-2.0
#include "service/console/words.h"
#include "test/host/test.h"
#include <string.h>

static char line[512];
static struct words words;

static enum words_error split(const char *text)
{
    strcpy(line, text);
    return words_split(line, &words);
}

TEST(words_split_at_blanks)
{
    CHECK_EQUAL(split("  start\thello -- a  b "), WORDS_OK);
    REQUIRE(words.count == 5);
    CHECK_TEXT(words.word[0], "start");
    CHECK_TEXT(words.word[1], "hello");
    CHECK_TEXT(words.word[2], "--");
    CHECK_TEXT(words.word[4], "b");
    CHECK_EQUAL(split(""), WORDS_OK);
    CHECK_EQUAL(words.count, 0);
    CHECK_EQUAL(split("   # all comment"), WORDS_OK);
    CHECK_EQUAL(words.count, 0);
    CHECK_EQUAL(split("a#b #c"), WORDS_OK);
    REQUIRE(words.count == 1);
    CHECK_TEXT(words.word[0], "a#b");
}

TEST(words_keep_quoted_text)
{
    CHECK_EQUAL(split("a \"b c\" 'd\\e' \\\"f \"\" x\"y z\"w \"q\\\"r\""), WORDS_OK);
    REQUIRE(words.count == 7);
    CHECK_TEXT(words.word[1], "b c");
    CHECK_TEXT(words.word[2], "d\\e");
    CHECK_TEXT(words.word[3], "\"f");
    CHECK_TEXT(words.word[4], "");
    CHECK_TEXT(words.word[5], "xy zw");
    CHECK_TEXT(words.word[6], "q\"r");
}

TEST(words_report_errors)
{
    CHECK_EQUAL(split("a \"b"), WORDS_QUOTE);
    CHECK_EQUAL(split("a 'b\""), WORDS_QUOTE);
    CHECK_EQUAL(split("a b\\"), WORDS_LAST_ESCAPE);
    CHECK_EQUAL(split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"), WORDS_OK);
    CHECK_EQUAL(split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25"), WORDS_TOO_MANY);
}

TEST(numbers_are_exact)
{
    uint64_t n = 0;
    CHECK(number_parse("0", &n) && n == 0);
    CHECK(number_parse("18446744073709551615", &n) && n == UINT64_MAX);
    CHECK(!number_parse("18446744073709551616", &n));
    CHECK(number_parse("0xfFfFffffffffffff", &n) && n == UINT64_MAX);
    CHECK(!number_parse("0x10000000000000000", &n));
    CHECK(!number_parse("", &n) && !number_parse("0x", &n) && !number_parse("12a", &n) && !number_parse("-1", &n));
}

TEST(seconds_have_decimals)
{
    uint64_t n = 0;
    CHECK(seconds_parse("2", &n) && n == 2000000000u);
    CHECK(seconds_parse("0.25", &n) && n == 250000000u);
    CHECK(seconds_parse(".000000001", &n) && n == 1);
    CHECK(seconds_parse("3.", &n) && n == 3000000000u);
    CHECK(!seconds_parse(".", &n) && !seconds_parse("", &n) && !seconds_parse("1.2.3", &n) && !seconds_parse("a", &n));
    CHECK(!seconds_parse("0.0000000001", &n) && !seconds_parse("99999999999999999999", &n));
}
