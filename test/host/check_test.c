// SPDX-License-Identifier: Apache-2.0
// The code checker: every row of its table, every rule, the edges of every range; and the arithmetic of the layout that
// the rules rely on.
#include "abi/capsule.h"
#include "kernel/check/check.h"
#include "kernel/check/table.h"
#include "test/host/test.h"
#include "test/kernel/checked_programs.h"
#include <stdio.h>
#include <string.h>

#define PROBE 0x00013003u // ld x0, 0(sp)
#define NOP 0x00000013u

enum class {
#define X(name, text) CLASS_##name,
    NJ_CHECK_OPERANDS_LIST(X)
#undef X
};

static const struct row {
    const char *name;
    uint32_t mask, match;
    enum class class;
} rows[] = {
#define X(name, pattern, operands) {name, pattern, CLASS_##operands},
#define G(name, opcode, list) list(X)
    NJ_CHECK_GROUPS(G)
#undef G
#undef X
};
#define ROWS (sizeof rows / sizeof rows[0])

static const uint32_t reserved[] = {NJ_REG_RA,   NJ_REG_SP,   NJ_REG_DATA,    NJ_REG_CODE,
                                    NJ_REG_WIDE, NJ_REG_MASK, NJ_REG_ADDRESS, NJ_REG_TARGET};
static const enum nj_check_rule reserved_rule[] = {NJ_CHECK_RETURN,   NJ_CHECK_STACK_STEP, NJ_CHECK_CONSTANT,
                                                   NJ_CHECK_CONSTANT, NJ_CHECK_WIDE,       NJ_CHECK_CONSTANT,
                                                   NJ_CHECK_ADDRESS,  NJ_CHECK_TARGET};
#define RESERVED (sizeof reserved / sizeof reserved[0])

// The row's word with rd = a0, rs1 = t5, rs2 and rounding 0, and what its class needs besides.
static uint32_t word_of(const struct row *row)
{
    uint32_t open = (10u << 7 | 30u << 15) & ~row->mask;
    if (row->class == CLASS_BRANCH || row->class == CLASS_JUMP)
        open = 0; // distance 0
    if (row->class == CLASS_FENCE)
        open = 0x0ff00000;
    return row->match | open;
}

static enum nj_check_rule check_one(uint32_t word)
{
    return check_instruction(word, PROBE, 5, 10);
}

static uint32_t with_rd(uint32_t word, uint32_t rd)
{
    return (word & ~(31u << 7)) | rd << 7;
}

static uint32_t with_rs1(uint32_t word, uint32_t rs1)
{
    return (word & ~(31u << 15)) | rs1 << 15;
}

TEST(every_row_is_permitted)
{
    for (size_t n = 0; n < ROWS; n++) {
        if (check_one(word_of(&rows[n])) != NJ_CHECK_OK)
            test_fail(__FILE__, __LINE__, "%s is refused", rows[n].name);
        CHECK_EQUAL(rows[n].match & ~rows[n].mask, 0);
        for (size_t other = 0; other < n; other++)
            CHECK(strcmp(rows[n].name, rows[other].name) != 0);
    }
}

TEST(no_row_writes_a_reserved_register)
{
    for (size_t n = 0; n < ROWS; n++) {
        enum class class = rows[n].class;
        if (class != CLASS_RESULT && class != CLASS_ROUND_RESULT && class != CLASS_LOAD && class != CLASS_ATOMIC)
            continue;
        for (size_t r = 0; r < RESERVED; r++) {
            enum nj_check_rule rule = check_one(with_rd(word_of(&rows[n]), reserved[r]));
            if (rule != reserved_rule[r])
                test_fail(__FILE__, __LINE__, "%s into x%u: %s", rows[n].name, (unsigned)reserved[r],
                          nj_check_rule_text(rule));
        }
        bool may_drop = class == CLASS_LOAD || class == CLASS_ATOMIC;
        uint32_t dropped = with_rd(word_of(&rows[n]), 0);
        if (dropped != NOP)
            CHECK_EQUAL(check_one(dropped), may_drop ? NJ_CHECK_OK : NJ_CHECK_HINT);
    }
}

TEST(memory_has_a_checked_base)
{
    for (size_t n = 0; n < ROWS; n++) {
        enum class class = rows[n].class;
        for (uint32_t rs1 = 0; rs1 < 32; rs1++) {
            bool wide = rs1 == NJ_REG_SP || rs1 == NJ_REG_DATA || rs1 == NJ_REG_WIDE || rs1 == NJ_REG_ADDRESS;
            enum nj_check_rule rule = check_one(with_rs1(word_of(&rows[n]), rs1));
            if (class == CLASS_LOAD || class == CLASS_MEMORY)
                CHECK_EQUAL(rule, wide ? NJ_CHECK_OK : NJ_CHECK_MEMORY_BASE);
            if (class == CLASS_ATOMIC)
                CHECK_EQUAL(rule, rs1 == NJ_REG_ADDRESS ? NJ_CHECK_OK : NJ_CHECK_ATOMIC_BASE);
        }
    }
}

TEST(rounding_is_static)
{
    for (size_t n = 0; n < ROWS; n++) {
        if (rows[n].class != CLASS_ROUND && rows[n].class != CLASS_ROUND_RESULT)
            continue;
        for (uint32_t mode = 0; mode < 8; mode++)
            CHECK_EQUAL(check_one(word_of(&rows[n]) | mode << 12), mode <= 4 ? NJ_CHECK_OK : NJ_CHECK_ROUNDING);
    }
}

static uint32_t branch(int32_t distance) // beq x0, x0
{
    uint32_t d = (uint32_t)distance;
    return 0x63 | (d >> 12 & 1) << 31 | (d >> 5 & 63) << 25 | (d >> 1 & 15) << 8 | (d >> 11 & 1) << 7;
}

static uint32_t jump(int32_t distance) // jal x0
{
    uint32_t d = (uint32_t)distance;
    return 0x6f | (d >> 20 & 1) << 31 | (d >> 1 & 1023) << 21 | (d >> 11 & 1) << 20 | (d >> 12 & 255) << 12;
}

static void check_target(uint32_t word, int64_t distance, uint32_t index, uint32_t count)
{
    int64_t target = (int64_t)index * 4 + distance;
    enum nj_check_rule expected = distance % 4 != 0                            ? NJ_CHECK_JUMP_ALIGN
                                  : target >= 0 && target < (int64_t)count * 4 ? NJ_CHECK_OK
                                                                               : NJ_CHECK_JUMP_RANGE;
    CHECK_EQUAL(check_instruction(word, NOP, index, count), expected);
}

TEST(targets_stay_in_the_code)
{
    static const uint32_t counts[] = {1, 2, 600, 1024, 300000, 1u << 24, 0xffffffff};
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        uint32_t indices[] = {0, 1, counts[n] / 2, counts[n] - 2, counts[n] - 1};
        for (size_t k = 0; k < 5; k++) {
            if (indices[k] >= counts[n])
                continue;
            for (int32_t distance = -4096; distance < 4096; distance += 2)
                check_target(branch(distance), distance, indices[k], counts[n]);
            for (int32_t distance = -1048576; distance < 1048576; distance += 1022)
                check_target(jump(distance), distance, indices[k], counts[n]);
            check_target(jump(1048574), 1048574, indices[k], counts[n]);
            check_target(jump(1048572), 1048572, indices[k], counts[n]);
        }
    }
}

TEST(a_step_is_probed)
{
    for (uint32_t immediate = 0; immediate < 4096; immediate++) {
        uint32_t step = 0x00010113 | immediate << 20;
        CHECK_EQUAL(check_one(step), immediate % 16 == 0 ? NJ_CHECK_OK : NJ_CHECK_STACK_STEP);
    }
    uint32_t step = 0xff010113;
    for (uint32_t rs1 = 0; rs1 < 32; rs1++)
        CHECK_EQUAL(check_instruction(step, with_rs1(PROBE, rs1), 0, 2),
                    rs1 == NJ_REG_SP ? NJ_CHECK_OK : NJ_CHECK_STACK_PROBE);
    for (uint32_t opcode = 0; opcode < 128; opcode++)
        CHECK_EQUAL(check_instruction(step, (PROBE & ~127u) | opcode, 0, 2),
                    opcode == 0x03 || opcode == 0x23 ? NJ_CHECK_OK : NJ_CHECK_STACK_PROBE);
    CHECK_EQUAL(check_instruction(step, PROBE, 0, 1), NJ_CHECK_STACK_PROBE);
    CHECK_EQUAL(check_instruction(step, PROBE, 1, 2), NJ_CHECK_STACK_PROBE);
    CHECK_EQUAL(check_instruction(step, PROBE, 7, 2), NJ_CHECK_STACK_PROBE);
    CHECK_EQUAL(check_instruction(step, PROBE, 0xffffffff, 0xffffffff), NJ_CHECK_STACK_PROBE);
}

TEST(entry_slots_and_returns)
{
    for (uint32_t immediate = 0; immediate < 4096; immediate++) {
        bool slot = immediate >= 2048 && immediate % 16 == 0;
        for (uint32_t rd = 0; rd < 32; rd++) {
            bool link = rd == 0 || rd == NJ_REG_RA;
            uint32_t through_code = 0x67 | rd << 7 | NJ_REG_CODE << 15 | immediate << 20;
            uint32_t through_return = 0x67 | rd << 7 | NJ_REG_RA << 15 | immediate << 20;
            uint32_t through_target = 0x67 | rd << 7 | (uint32_t)NJ_REG_TARGET << 15 | immediate << 20;
            CHECK_EQUAL(check_one(through_code), !link  ? NJ_CHECK_JUMP_LINK
                                                 : slot ? NJ_CHECK_OK
                                                        : NJ_CHECK_JUMP_OFFSET);
            CHECK_EQUAL(check_one(through_return), !link            ? NJ_CHECK_JUMP_LINK
                                                   : immediate == 0 ? NJ_CHECK_OK
                                                                    : NJ_CHECK_JUMP_OFFSET);
            CHECK_EQUAL(check_one(through_target), link ? NJ_CHECK_JUMP_BASE : NJ_CHECK_JUMP_LINK);
        }
    }
    for (uint32_t slot = 0; slot < NJ_ENTRY_SLOTS; slot++)
        CHECK_EQUAL(check_one(0xe7 | NJ_REG_CODE << 15 | (uint32_t)NJ_ENTRY_OFFSET((int32_t)slot) << 20), NJ_CHECK_OK);
}

static uint8_t program_bytes[1 << 18] __attribute__((aligned(64)));

static const struct checked_program *read_programs(void)
{
    FILE *file = fopen(CHECKED_PROGRAMS, "rb");
    size_t size = file != NULL ? fread(program_bytes, 1, sizeof program_bytes, file) : 0;
    if (file != NULL)
        fclose(file);
    return size > sizeof(struct checked_program) && size < sizeof program_bytes ? (const void *)program_bytes : NULL;
}

TEST(programs_break_the_rule_they_name)
{
    const struct checked_program *program = read_programs();
    uint32_t broken[NJ_CHECK_RULE_COUNT] = {0};
    REQUIRE(program != NULL);
    for (uint32_t n = 0; program[n].name[0] != 0; n++) {
        const uint32_t *words = checked_program_words(program, n);
        uint32_t count = checked_program_count(program, n);
        uint32_t index = 0;
        enum nj_check_rule rule = NJ_CHECK_OK;
        while (index < count && rule == NJ_CHECK_OK) {
            rule = check_instruction(words[index], index + 1 < count ? words[index + 1] : 0, index, count);
            index += rule == NJ_CHECK_OK;
        }
        REQUIRE(rule < NJ_CHECK_RULE_COUNT);
        broken[rule]++;
        if (rule != program[n].rule || (rule != NJ_CHECK_OK && index * 4 != program[n].rule_at))
            test_fail(__FILE__, __LINE__, "%s: at %u: %s", program[n].name, (unsigned)index * 4,
                      nj_check_rule_text(rule));
    }
    for (uint32_t rule = 0; rule < NJ_CHECK_RULE_COUNT; rule++) {
        if (broken[rule] == 0)
            test_fail(__FILE__, __LINE__, "no program for: %s", nj_check_rule_text((enum nj_check_rule)rule));
    }
}

TEST(rules_have_a_text_each)
{
    for (uint32_t rule = 0; rule < NJ_CHECK_RULE_COUNT; rule++) {
        const char *text = nj_check_rule_text((enum nj_check_rule)rule);
        CHECK(strcmp(text, "unknown rule") != 0);
        for (uint32_t other = 0; other < rule; other++)
            CHECK(strcmp(text, nj_check_rule_text((enum nj_check_rule)other)) != 0);
    }
    CHECK_TEXT(nj_check_rule_text((enum nj_check_rule)NJ_CHECK_RULE_COUNT), "unknown rule");
}

// doc/capsule.md, "Reach": what the offsets and steps of single instructions add up to.
#define OFFSET_LOW 2048
#define OFFSET_HIGH (2047 + 8) // one past the last byte of a doubleword at the largest offset
#define SP_DRIFT 2032          // sp after a probe that succeeded, outside of the stack
#define SP_STEP 2048

#define DATA_MAX NJ_DATA_BASE(2ull << NJ_CODE_WINDOW_LOG2_MAX, 0ull, NJ_STACK_BYTES_MAX, NJ_STATE_BYTES_MAX)

_Static_assert(SP_DRIFT + SP_STEP + OFFSET_HIGH <= NJ_CAPSULE_GUARD, "a probe above the stack ends in the guard");
_Static_assert(SP_DRIFT + SP_STEP + OFFSET_LOW <= NJ_CAPSULE_GUARD, "a probe below the stack ends in the guard");
_Static_assert(SP_DRIFT + SP_DRIFT + OFFSET_HIGH > 4096, "a guard of one page would not do");
_Static_assert(OFFSET_LOW <= 4096, "what lies below the code base is the entry page");
_Static_assert((1ull << NJ_CODE_WINDOW_LOG2_MIN) >= 4096, "the entry page lies inside of the region");
_Static_assert(0xffffffffull + 0xffffffff + OFFSET_HIGH <= NJ_CAPSULE_WINDOW + 4096,
               "t2 ends in the page after the window");
_Static_assert(DATA_MAX + NJ_CAPSULE_WINDOW + 4096 <= NJ_CAPSULE_STRIDE, "which lies inside of the region");
_Static_assert(DATA_MAX <= NJ_CAPSULE_HEAD && NJ_CAPSULE_HEAD + NJ_CAPSULE_WINDOW <= NJ_CAPSULE_STRIDE,
               "the head has room");
_Static_assert(NJ_ENTRY_OFFSET(0) == -2048 && NJ_ENTRY_OFFSET(NJ_ENTRY_SLOTS - 1) == -16,
               "every slot is in reach of a jalr");
