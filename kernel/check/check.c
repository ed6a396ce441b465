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

// The table in two arrays: padded to whole words in one, the operands would take four times the room.
struct check_pattern {
    uint32_t mask;
    uint32_t match;
};
static const struct check_pattern check_pattern[] = {
#define X(name, pattern, operands) {pattern},
#define G(name, opcode, rows) rows(X)
    NJ_CHECK_GROUPS(G)
#undef G
#undef X
};
static const uint8_t check_operands[] = { // enum check_operands
#define X(name, pattern, operands) OPERANDS_##operands,
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
_Static_assert(CHECK_ROWS == sizeof check_pattern / sizeof check_pattern[0], "the groups are the table");
_Static_assert(CHECK_ROWS == sizeof check_operands, "one for each pattern");
_Static_assert(CHECK_ROWS <= UINT8_MAX, "row numbers fit a byte");

// Where the rows of a major opcode start and end; indexed by bits 2 to 6 of the word.
struct check_group {
    uint8_t first;
    uint8_t end;
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

// The fields of a word, as arithmetic, which provers follow better than shifts; compilers make the same of both.

/*@ logic integer opcode_of(integer word) = word % 128;
    logic integer rd_of(integer word) = (word / 128) % 32;
    logic integer f3_of(integer word) = (word / 4096) % 8;
    logic integer rs1_of(integer word) = (word / 32768) % 32;
    logic integer branch_distance(integer word) =
        ((word / 128) % 2) * 2048 + ((word / 33554432) % 64) * 32 + ((word / 256) % 16) * 2
        - (word / 2147483648) * 4096;
    logic integer jump_distance(integer word) =
        ((word / 4096) % 256) * 4096 + ((word / 1048576) % 2) * 2048 + ((word / 2097152) % 1024) * 2
        - (word / 2147483648) * 1048576;

    predicate reserved(integer r) = r == NJ_REG_RA || r == NJ_REG_SP || r == NJ_REG_DATA || r == NJ_REG_CODE ||
        r == NJ_REG_WIDE || r == NJ_REG_MASK || r == NJ_REG_ADDRESS || r == NJ_REG_TARGET;
    predicate base(integer r) = r == NJ_REG_SP || r == NJ_REG_DATA || r == NJ_REG_WIDE || r == NJ_REG_ADDRESS;
    predicate lands(integer distance, integer index, integer count) =
        distance % 4 == 0 && 0 <= index * 4 + distance < count * 4;
    predicate probes(integer word) =
        (opcode_of(word) == OPCODE_LOAD || opcode_of(word) == OPCODE_STORE) && rs1_of(word) == NJ_REG_SP;

    // What a class of operands demands.
    predicate operands_hold(integer operands, integer word, integer next, integer index, integer count) =
        operands == OPERANDS_ANY ||
        operands == OPERANDS_FORM ||
        (operands == OPERANDS_RESULT && !reserved(rd_of(word)) && rd_of(word) != 0) ||
        (operands == OPERANDS_LOAD && !reserved(rd_of(word)) && base(rs1_of(word))) ||
        (operands == OPERANDS_MEMORY && base(rs1_of(word))) ||
        (operands == OPERANDS_ATOMIC && !reserved(rd_of(word)) && rs1_of(word) == NJ_REG_ADDRESS) ||
        (operands == OPERANDS_ROUND && f3_of(word) <= 4) ||
        (operands == OPERANDS_ROUND_RESULT && f3_of(word) <= 4 && !reserved(rd_of(word)) && rd_of(word) != 0) ||
        (operands == OPERANDS_BRANCH && lands(branch_distance(word), index, count)) ||
        (operands == OPERANDS_JUMP && lands(jump_distance(word), index, count)) ||
        (operands == OPERANDS_STEP && index + 1 < count && probes(next)) ||
        (operands == OPERANDS_FENCE && (word / 16777216) % 16 != 0 && (word / 1048576) % 16 != 0);

    predicate row_matches(uint32_t word, integer row) = (word & check_pattern[row].mask) == check_pattern[row].match; */

/*@ assigns \nothing;
    ensures \result == opcode_of(word); */
static uint32_t word_opcode(uint32_t word)
{
    return word % 128;
}

/*@ assigns \nothing;
    ensures \result == rd_of(word); */
static uint32_t word_rd(uint32_t word)
{
    return word / 128 % 32;
}

/*@ assigns \nothing;
    ensures \result == f3_of(word); */
static uint32_t word_f3(uint32_t word)
{
    return word / 4096 % 8;
}

/*@ assigns \nothing;
    ensures \result == rs1_of(word); */
static uint32_t word_rs1(uint32_t word)
{
    return word / 32768 % 32;
}

// Bytes from a branch to its target, from the scattered bits of the B format: 11 at 7, 10-5 at 25, 4-1 at 8, sign at 31.
/*@ assigns \nothing;
    ensures \result == branch_distance(word);
    ensures -4096 <= \result < 4096; */
static int32_t word_branch_distance(uint32_t word)
{
    uint32_t forward = word / 128 % 2 * 2048 + word / 33554432 % 64 * 32 + word / 256 % 16 * 2;
    //@ assert forward < 4096;
    return (int32_t)forward - (word >= 2147483648 ? 4096 : 0);
}

// Bytes from a jump to its target, from the scattered bits of the J format: 19-12 at 12, 11 at 20, 10-1 at 21, sign at 31.
/*@ assigns \nothing;
    ensures \result == jump_distance(word);
    ensures -1048576 <= \result < 1048576; */
static int32_t word_jump_distance(uint32_t word)
{
    uint32_t forward = word / 4096 % 256 * 4096 + word / 1048576 % 2 * 2048 + word / 2097152 % 1024 * 2;
    //@ assert forward < 1048576;
    return (int32_t)forward - (word >= 2147483648 ? 1048576 : 0);
}

// Row number of the instruction, CHECK_ROWS if it is not in the table.
/*@ assigns \nothing;
    ensures 0 <= \result <= CHECK_ROWS;
    ensures \result < CHECK_ROWS ==> row_matches(word, \result); */
static uint32_t table_find(uint32_t word)
{
    uint32_t opcode = word_opcode(word) / 4;
    uint32_t end = check_group[opcode].end;
    /*@ loop assigns row;
        loop variant CHECK_ROWS - row; */
    for (uint32_t row = check_group[opcode].first; row < end && row < CHECK_ROWS; row++) {
        if ((word & check_pattern[row].mask) == check_pattern[row].match)
            return row;
    }
    return CHECK_ROWS;
}

// Writing an integer register. Loads and atomics may drop their result in x0; arithmetic into x0 is a hint, and hints
// are how a program talks to what lies under the kernel (semihosting).
/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> !reserved(rd); */
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

/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> (!reserved(rd) && rd != 0); */
static enum nj_check_rule arithmetic_check(uint32_t rd)
{
    return rd == REGISTER_ZERO ? NJ_CHECK_HINT : result_check(rd);
}

/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> base(rs1); */
static enum nj_check_rule base_check(uint32_t rs1)
{
    if (rs1 == NJ_REG_SP || rs1 == NJ_REG_DATA || rs1 == NJ_REG_WIDE || rs1 == NJ_REG_ADDRESS)
        return NJ_CHECK_OK;
    return NJ_CHECK_MEMORY_BASE;
}

// The target of a direct jump `distance` bytes away from word number `index`.
/*@ requires -1048576 <= distance < 1048576;
    assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> lands(distance, index, count); */
static enum nj_check_rule target_check(int32_t distance, uint32_t index, uint32_t count)
{
    int64_t target = (int64_t)index * 4 + distance;
    if (distance % 4 != 0)
        return NJ_CHECK_JUMP_ALIGN;
    return target >= 0 && target < (int64_t)count * 4 ? NJ_CHECK_OK : NJ_CHECK_JUMP_RANGE;
}

// A step of sp. The word after it touches memory through sp, so that no run of steps leaves the guards; that the word
// is permitted in itself is found when its own turn comes.
/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> (index + 1 < count && probes(next_word)); */
static enum nj_check_rule step_check(uint32_t next_word, uint32_t index, uint32_t count)
{
    uint32_t opcode = word_opcode(next_word);
    bool is_last = index >= count || count - index == 1;
    bool is_probe = (opcode == OPCODE_LOAD || opcode == OPCODE_STORE) && word_rs1(next_word) == NJ_REG_SP;
    return is_probe && !is_last ? NJ_CHECK_OK : NJ_CHECK_STACK_PROBE;
}

/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK <==> operands_hold(operands, word, next_word, index, count); */
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
        return word / 16777216 % 16 != 0 && word / 1048576 % 16 != 0 ? NJ_CHECK_OK : NJ_CHECK_FENCE;
    default:
        return NJ_CHECK_UNKNOWN;
    }
}

// The rule that a word outside the table breaks. Never OK.
/*@ assigns \nothing;
    ensures \result != NJ_CHECK_OK; */
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

/*@ assigns \nothing;
    ensures \result == NJ_CHECK_OK ==> word % 4 == 3;
    ensures \result == NJ_CHECK_OK ==>
        \exists integer row; 0 <= row < CHECK_ROWS && row_matches(word, row) &&
            operands_hold(check_operands[row], word, next_word, index, count); */
enum nj_check_rule check_instruction(uint32_t word, uint32_t next_word, uint32_t index, uint32_t count)
{
    if (word % 4 != 3)
        return NJ_CHECK_LENGTH;
    uint32_t row = table_find(word);
    if (row >= CHECK_ROWS)
        return word % 32 == 31 ? NJ_CHECK_LENGTH : unknown_rule(word);
    return operands_check(check_operands[row], word, next_word, index, count);
}
