// SPDX-License-Identifier: Apache-2.0
// Blind changes are nearly always refused, or harmless. So many of these aim: at the reserved registers, at words that
// are almost one of the special forms, at steps of sp together with their probe.
#include "test/fuzz/mutate.h"
#include "abi/capsule.h"
#include "kernel/check/check.h"

#define TRIES_PER_CHANGE 200

uint64_t mutator_random(struct mutator *mutator)
{
    mutator->random ^= mutator->random << 13;
    mutator->random ^= mutator->random >> 7;
    mutator->random ^= mutator->random << 17;
    return mutator->random;
}

static uint32_t below(struct mutator *mutator, uint32_t limit)
{
    return (uint32_t)(mutator_random(mutator) >> 32) % limit;
}

// Mostly the registers that carry the sandbox, or the special ones around them.
static uint32_t some_register(struct mutator *mutator)
{
    static const uint8_t special[] = {
        NJ_REG_RA, NJ_REG_SP, NJ_REG_DATA, NJ_REG_CODE, NJ_REG_WIDE, NJ_REG_MASK, NJ_REG_ADDRESS, NJ_REG_TARGET, 0};
    return below(mutator, 2) ? special[below(mutator, sizeof special)] : below(mutator, 32);
}

// Functions that mean something somewhere: at random, seven bits seldom do.
static uint32_t some_function(struct mutator *mutator)
{
    static const uint8_t function[] = {0x00, 0x01, 0x04, 0x05, 0x08, 0x0d, 0x10, 0x14, 0x20, 0x24, 0x2d, 0x30,
                                       0x34, 0x50, 0x51, 0x60, 0x61, 0x68, 0x69, 0x70, 0x71, 0x79, 0x0c};
    return function[below(mutator, sizeof function)];
}

// A word around one of the special forms, now and then with a wrong operand.
static uint32_t special_form(struct mutator *mutator)
{
    uint32_t x = some_register(mutator) << 15;
    uint32_t y = some_register(mutator) << 20;
    switch (below(mutator, 12)) {
    case 0:
        return 0x08000f3b | x | NJ_REG_DATA << 20; // add.uw t5, x, gp
    case 1:
        return 0x08000f3b | x | NJ_REG_CODE << 20;
    case 2:
        return 0x080003bb | x | (below(mutator, 4) ? (uint32_t)NJ_REG_ADDRESS << 20 : y); // add.uw t2, x, t5
    case 3:
        return 0x08000f3b | x | y;
    case 4:
        return 0x00007fb3 | x | (below(mutator, 4) ? (uint32_t)NJ_REG_MASK << 20 : y); // and t6, x, s11
    case 5:                                                                            // or ra, t6, tp
        return 0x000060b3 | (below(mutator, 4) ? (uint32_t)NJ_REG_TARGET << 15 : x) |
               (below(mutator, 4) ? (uint32_t)NJ_REG_CODE << 20 : y);
    case 6:
    case 7:
        return 0x00010113 | below(mutator, 256) << 24; // addi sp, sp, a multiple of 16
    case 8:
        return 0x00013003 | below(mutator, 4096) << 20; // ld x0, through sp
    case 9:
        return 0x00013023 | below(mutator, 4096) << 20 | below(mutator, 32) << 7; // sd through sp
    case 10:
        return 0x80020067 | below(mutator, 2) << 7 | below(mutator, 128) << 24; // jalr to an entry slot
    default:                                                                    // jalr through ra
        return (below(mutator, 2) ? 0x00000067u : 0x000000e7u) | (below(mutator, 4) ? (uint32_t)NJ_REG_RA << 15 : x);
    }
}

// The same registers with another function of the same opcode.
static uint32_t other_function(struct mutator *mutator, uint32_t word)
{
    return (word & 0x01ff8fff) | (below(mutator, 3) ? some_function(mutator) << 25 : 0) | below(mutator, 8) << 12;
}

// A random word of one major opcode, its registers often the special ones.
static uint32_t random_word(struct mutator *mutator)
{
    static const uint8_t opcode[] = {0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b,
                                     0x43, 0x4b, 0x53, 0x63, 0x67, 0x6f, 0x73, 0x57, 0x33, 0x3b, 0x03, 0x23};
    uint64_t choice = mutator_random(mutator);
    uint32_t word = ((uint32_t)mutator_random(mutator) & ~127u) | opcode[below(mutator, sizeof opcode)];
    if (choice & 1)
        word = (word & ~(31u << 7)) | some_register(mutator) << 7;
    if (choice & 2)
        word = (word & ~(31u << 15)) | some_register(mutator) << 15;
    if (choice & 4)
        word = (word & ~(31u << 20)) | some_register(mutator) << 20;
    if ((choice & 24) == 8)
        word &= 0x01ffffff; // the base set, and short jumps
    if ((choice & 24) == 24)
        word = (word & 0x01ffffff) | some_function(mutator) << 25;
    if ((word & 127) == 0x53 && (choice & 32))
        word &= 0xfe3fffff; // conversions: the other format or kind of integer in rs2
    if ((word & 127) == 0x6f && (choice & 32))
        word &= 0x03f00fff; // a jump that is likely to stay inside
    if ((word & 127) == 0x63 && (choice & 32))
        word &= 0x07fff07f | 15u << 8;
    return word;
}

static uint32_t other_word(struct mutator *mutator, uint32_t word, const uint32_t *words, uint32_t count)
{
    switch (below(mutator, 9)) {
    case 0:
        return word ^ 1u << below(mutator, 32);
    case 6:
        return other_function(mutator, below(mutator, 2) ? word : special_form(mutator));
    case 1:
        return word ^ 1u << below(mutator, 32) ^ 1u << below(mutator, 32);
    case 2:
        return words[below(mutator, count)]; // splice
    case 3:
        return (word & ~(31u << 7)) | some_register(mutator) << 7;
    case 4:
        return (word & ~(31u << 15)) | some_register(mutator) << 15;
    case 5:
        return random_word(mutator);
    default:
        return special_form(mutator);
    }
}

// Whether the words around `index` are accepted: a change may also break the step of sp before it.
static int is_accepted(const uint32_t *words, uint32_t index, uint32_t count)
{
    uint32_t next = index + 1 < count ? words[index + 1] : 0;
    if (check_instruction(words[index], next, index, count) != NJ_CHECK_OK)
        return 0;
    return index == 0 || check_instruction(words[index - 1], words[index], index - 1, count) == NJ_CHECK_OK;
}

// Swaps two words. Returns whether the checker accepted it; otherwise nothing has changed.
static int swap(struct mutator *mutator, uint32_t *words, uint32_t count)
{
    uint32_t i = below(mutator, count);
    uint32_t j = below(mutator, count);
    uint32_t at_i = words[i];
    words[i] = words[j];
    words[j] = at_i;
    if (is_accepted(words, i, count) && is_accepted(words, j, count))
        return 1;
    words[j] = words[i];
    words[i] = at_i;
    return 0;
}

static int replace(struct mutator *mutator, uint32_t *words, uint32_t count)
{
    uint32_t i = below(mutator, count);
    uint32_t before = words[i];
    words[i] = other_word(mutator, before, words, count);
    if (words[i] != before && is_accepted(words, i, count))
        return 1;
    words[i] = before;
    return 0;
}

// A step of sp has to arrive together with its probe, or it never will.
static int insert_step(struct mutator *mutator, uint32_t *words, uint32_t count)
{
    if (count < 2)
        return 0;
    uint32_t i = below(mutator, count - 1);
    uint32_t before[2] = {words[i], words[i + 1]};
    words[i] = 0x00010113 | below(mutator, 256) << 24;
    words[i + 1] = below(mutator, 2) ? 0x00013003 | below(mutator, 4096) << 20
                                     : 0x00013023 | below(mutator, 4096) << 20 | below(mutator, 32) << 7;
    if (below(mutator, 4) == 0)
        words[i + 1] = other_word(mutator, words[i + 1], words, count);
    if (is_accepted(words, i, count) && is_accepted(words, i + 1, count))
        return 1;
    words[i] = before[0];
    words[i + 1] = before[1];
    return 0;
}

uint32_t mutate_program(struct mutator *mutator, uint32_t *words, uint32_t count, uint32_t changes)
{
    uint32_t made = 0;
    for (uint64_t tries = (uint64_t)changes * TRIES_PER_CHANGE; count > 0 && made < changes && tries > 0; tries--) {
        switch (below(mutator, 8)) {
        case 0:
            made += (uint32_t)swap(mutator, words, count);
            break;
        case 1:
            made += (uint32_t)insert_step(mutator, words, count);
            break;
        default:
            made += (uint32_t)replace(mutator, words, count);
        }
    }
    return made;
}

void mutate_from_nothing(struct mutator *mutator, uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = NJ_TRAP_WORD;
    mutate_program(mutator, words, count, count * 2);
}
