// SPDX-License-Identifier: Apache-2.0
// A word is looked up in the table (table.h), then its operands are held to the rule of their class. What writes a
// reserved register or jumps through one is a row of its own, fixed to the last operand, so most of what keeps the sandbox
// is in the table and little is code. Why a word was refused is worked out apart, from words that are refused anyway.
#include "kernel/check/check.h"
#include "abi/capsule.h"
#include "kernel/check/table.h"
#include <stdbool.h>

enum check_operands {
#define X(name, text) OPERANDS_##name,
    NJ_CHECK_OPERANDS_LIST(X)
#undef X
};

struct check_row {
    uint32_t mask;
    uint32_t match;
    uint32_t operands; // enum check_operands
};

static const struct check_row check_table[] = {
#define X(name, pattern, operands) {pattern, OPERANDS_##operands},
#define G(name, opcode, rows) rows(X)
    NJ_CHECK_GROUPS(G)
#undef G
#undef X
};

// Row numbers: FIRST_name to LAST_name are the rows of a group, CHECK_ROWS is how many there are.
#define X(name, pattern, operands) +1
#define G(name, opcode, rows) FIRST_##name, LAST_##name = FIRST_##name + (0 rows(X)) - 1,
enum { NJ_CHECK_GROUPS(G) CHECK_ROWS };
#undef G
#undef X
_Static_assert(CHECK_ROWS == sizeof check_table / sizeof check_table[0], "the groups are the table");

// Where the rows of a major opcode start and end; indexed by bits 2 to 6 of the word.
struct check_group {
    uint32_t first;
    uint32_t end;
};
#define CHECK_OPCODES 32
static const struct check_group check_group[CHECK_OPCODES] = {
#define G(name, opcode, rows) [(opcode) >> 2] = {FIRST_##name, LAST_##name + 1},
    NJ_CHECK_GROUPS(G)
#undef G
};

#define REGISTER_ZERO 0u
#define OPCODE_LOAD 0x03u
#define OPCODE_LOAD_FP 0x07u
#define OPCODE_FENCE 0x0fu
#define OPCODE_STORE 0x23u
#define OPCODE_STORE_FP 0x27u
#define OPCODE_VECTOR 0x57u
#define OPCODE_JALR 0x67u
#define OPCODE_JAL 0x6fu
#define OPCODE_SYSTEM 0x73u

// The fields of a word. Bit operations live here only.

/*@ assigns \nothing;
    ensures 0 <= \result < 128; */
static uint32_t word_opcode(uint32_t word)
{
    return word & 127;
}

/*@ assigns \nothing;
    ensures 0 <= \result < 32; */
static uint32_t word_rd(uint32_t word)
{
    return (word >> 7) & 31;
}

/*@ assigns \nothing;
    ensures 0 <= \result < 8; */
static uint32_t word_f3(uint32_t word)
{
    return (word >> 12) & 7;
}

/*@ assigns \nothing;
    ensures 0 <= \result < 32; */
static uint32_t word_rs1(uint32_t word)
{
    return (word >> 15) & 31;
}

// Bytes from a branch to its target, from the scattered bits of the B format.
/*@ assigns \nothing;
    ensures -4096 <= \result < 4096; */
static int32_t word_branch_distance(uint32_t word)
{
    uint32_t low = (word >> 8) & 15;
    uint32_t middle = (word >> 25) & 63;
    uint32_t high = (word >> 7) & 1;
    uint32_t distance = high * 2048 + middle * 32 + low * 2;
    return (int32_t)distance - ((word >> 31) != 0 ? 4096 : 0);
}

// Bytes from a jump to its target, from the scattered bits of the J format.
/*@ assigns \nothing;
    ensures -1048576 <= \result < 1048576; */
static int32_t word_jump_distance(uint32_t word)
{
    uint32_t low = (word >> 21) & 1023;
    uint32_t middle = (word >> 20) & 1;
    uint32_t high = (word >> 12) & 255;
    uint32_t distance = high * 4096 + middle * 2048 + low * 2;
    return (int32_t)distance - ((word >> 31) != 0 ? 1048576 : 0);
}

// Row number of the instruction, CHECK_ROWS if it is not in the table.
static uint32_t table_find(uint32_t word)
{
    uint32_t opcode = word_opcode(word) >> 2;
    uint32_t end = check_group[opcode].end;
    for (uint32_t row = check_group[opcode].first; row < end && row < CHECK_ROWS; row++) {
        if ((word & check_table[row].mask) == check_table[row].match)
            return row;
    }
    return CHECK_ROWS;
}

// Writing an integer register. Loads and atomics may drop their result in x0; arithmetic into x0 is a hint, and hints
// are how a program talks to what lies under the kernel (semihosting).
static enum nj_check_rule result_check(uint32_t rd)
{
    switch (rd) {
    case NJ_REG_RA:
        return NJ_CHECK_RETURN;
    case NJ_REG_SP:
        return NJ_CHECK_STACK_STEP;
    case NJ_REG_DATA:
    case NJ_REG_CODE:
    case NJ_REG_MASK:
        return NJ_CHECK_CONSTANT;
    case NJ_REG_WIDE:
        return NJ_CHECK_WIDE;
    case NJ_REG_ADDRESS:
        return NJ_CHECK_ADDRESS;
    case NJ_REG_TARGET:
        return NJ_CHECK_TARGET;
    default:
        return NJ_CHECK_OK;
    }
}

static enum nj_check_rule arithmetic_check(uint32_t rd)
{
    return rd == REGISTER_ZERO ? NJ_CHECK_HINT : result_check(rd);
}

static enum nj_check_rule base_check(uint32_t rs1)
{
    if (rs1 == NJ_REG_SP || rs1 == NJ_REG_DATA || rs1 == NJ_REG_WIDE || rs1 == NJ_REG_ADDRESS)
        return NJ_CHECK_OK;
    return NJ_CHECK_MEMORY_BASE;
}

// The target of a direct jump `distance` bytes away from word number `index`.
static enum nj_check_rule target_check(int32_t distance, uint32_t index, uint32_t count)
{
    int64_t target = (int64_t)index * 4 + distance;
    if (distance % 4 != 0)
        return NJ_CHECK_JUMP_ALIGN;
    return target >= 0 && target < (int64_t)count * 4 ? NJ_CHECK_OK : NJ_CHECK_JUMP_RANGE;
}

// A step of sp. The word after it touches memory through sp, so that no run of steps leaves the guards; that the word
// is permitted in itself is found when its own turn comes.
static enum nj_check_rule step_check(uint32_t next_word, uint32_t index, uint32_t count)
{
    uint32_t opcode = word_opcode(next_word);
    bool is_last = index >= count || count - index == 1;
    bool is_probe = (opcode == OPCODE_LOAD || opcode == OPCODE_STORE) && word_rs1(next_word) == NJ_REG_SP;
    return is_probe && !is_last ? NJ_CHECK_OK : NJ_CHECK_STACK_PROBE;
}

static enum nj_check_rule operands_check(uint32_t operands, uint32_t word, uint32_t next_word, uint32_t index,
                                         uint32_t count)
{
    uint32_t rd = word_rd(word);
    uint32_t rs1 = word_rs1(word);
    enum nj_check_rule rule;

    switch (operands) {
    case OPERANDS_ANY:
    case OPERANDS_FORM:
        return NJ_CHECK_OK;
    case OPERANDS_RESULT:
        return arithmetic_check(rd);
    case OPERANDS_LOAD:
        rule = result_check(rd);
        return rule != NJ_CHECK_OK ? rule : base_check(rs1);
    case OPERANDS_MEMORY:
        return base_check(rs1);
    case OPERANDS_ATOMIC:
        rule = result_check(rd);
        if (rule != NJ_CHECK_OK)
            return rule;
        return rs1 == NJ_REG_ADDRESS ? NJ_CHECK_OK : NJ_CHECK_ATOMIC_BASE;
    case OPERANDS_ROUND:
        return word_f3(word) <= 4 ? NJ_CHECK_OK : NJ_CHECK_ROUNDING;
    case OPERANDS_ROUND_RESULT:
        return word_f3(word) <= 4 ? arithmetic_check(rd) : NJ_CHECK_ROUNDING;
    case OPERANDS_BRANCH:
        return target_check(word_branch_distance(word), index, count);
    case OPERANDS_JUMP:
        return target_check(word_jump_distance(word), index, count);
    case OPERANDS_STEP:
        return step_check(next_word, index, count);
    case OPERANDS_FENCE:
        return ((word >> 24) & 15) != 0 && ((word >> 20) & 15) != 0 ? NJ_CHECK_OK : NJ_CHECK_FENCE;
    default:
        return NJ_CHECK_UNKNOWN;
    }
}

// The rule that a word outside the table breaks. Never OK.
static enum nj_check_rule unknown_rule(uint32_t word)
{
    uint32_t rd = word_rd(word);
    uint32_t rs1 = word_rs1(word);
    uint32_t f3 = word_f3(word);

    switch (word_opcode(word)) {
    case OPCODE_SYSTEM:
        return NJ_CHECK_SYSTEM;
    case OPCODE_FENCE:
        return NJ_CHECK_FENCE;
    case OPCODE_VECTOR:
        return NJ_CHECK_VECTOR;
    case OPCODE_LOAD_FP:
    case OPCODE_STORE_FP:
        return f3 == 0 || f3 >= 5 ? NJ_CHECK_VECTOR : NJ_CHECK_UNKNOWN;
    case OPCODE_JAL:
        return NJ_CHECK_JUMP_LINK;
    case OPCODE_JALR:
        if (f3 != 0)
            return NJ_CHECK_UNKNOWN;
        if (rd != REGISTER_ZERO && rd != NJ_REG_RA)
            return NJ_CHECK_JUMP_LINK;
        return rs1 == NJ_REG_RA || rs1 == NJ_REG_CODE ? NJ_CHECK_JUMP_OFFSET : NJ_CHECK_JUMP_BASE;
    default:
        return NJ_CHECK_UNKNOWN;
    }
}

enum nj_check_rule check_instruction(uint32_t word, uint32_t next_word, uint32_t index, uint32_t count)
{
    if (word % 4 != 3)
        return NJ_CHECK_LENGTH;
    uint32_t row = table_find(word);
    if (row >= CHECK_ROWS)
        return word % 32 == 31 ? NJ_CHECK_LENGTH : unknown_rule(word);
    return operands_check(check_table[row].operands, word, next_word, index, count);
}
