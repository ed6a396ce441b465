// SPDX-License-Identifier: Apache-2.0
// Asks the code checker about every 32-bit word there is, and compares each answer with a second description of what is
// permitted, written in terms of decoded instructions (rv64.h) and not of bit patterns.
//
//   check_words [STEP [PLACE]]     all words, or every STEP-th; splits the work between the processors
//
// Each word is asked about in one of a few places in a program; another PLACE gives each word another one.
#include "abi/capsule.h"
#include "kernel/check/check.h"
#include "test/fuzz/rv64.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS ((uint64_t)1 << 32)
#define REPORTS_MAX 10

// Where the word stands: far inside a program, at both ends of one, and before words that are and are no probes.
struct place {
    uint32_t next, index, count;
};
static const struct place place[] = {
    {0x00013003, 1024, 2048},     // ld x0, 0(sp) follows
    {0x00113c23, 0, 2},           // sd ra, 24(sp)
    {0x00013003, 1, 2},           // the last word: what follows does not count
    {0x0001b003, 262143, 300000}, // ld x0, 0(gp)
    {0x00012007, 5, 1000},        // flw through sp
};
#define PLACES (sizeof place / sizeof place[0])

static bool is_free(uint32_t r)
{
    return r != NJ_REG_RA && r != NJ_REG_SP && r != NJ_REG_DATA && r != NJ_REG_CODE && r != NJ_REG_WIDE &&
           r != NJ_REG_MASK && r != NJ_REG_ADDRESS && r != NJ_REG_TARGET;
}

static bool is_base(uint32_t r)
{
    return r == NJ_REG_SP || r == NJ_REG_DATA || r == NJ_REG_WIDE || r == NJ_REG_ADDRESS;
}

static bool is_probe(uint32_t word)
{
    struct rv64 i = rv64_decode(word);
    return (i.kind == RV64_LOAD || i.kind == RV64_STORE) && i.rs1 == NJ_REG_SP;
}

static bool is_special(const struct rv64 *i, const struct place *at)
{
    if (i->kind == RV64_IMMEDIATE)
        return i->operation == RV64_ADD && i->rd == NJ_REG_SP && i->rs1 == NJ_REG_SP && i->immediate % 16 == 0 &&
               at->index + 1 < at->count && is_probe(at->next);
    if (i->kind != RV64_REGISTER)
        return false;
    switch (i->operation) {
    case RV64_ADD_UW:
        return (i->rd == NJ_REG_ADDRESS && (i->rs2 == NJ_REG_DATA || i->rs2 == NJ_REG_CODE)) ||
               (i->rd == NJ_REG_WIDE && i->rs2 == NJ_REG_ADDRESS);
    case RV64_AND:
        return i->rd == NJ_REG_TARGET && i->rs2 == NJ_REG_MASK;
    case RV64_OR:
        return i->rd == NJ_REG_RA && i->rs1 == NJ_REG_TARGET && i->rs2 == NJ_REG_CODE;
    default:
        return false;
    }
}

static bool is_permitted(uint32_t word, const struct place *at)
{
    struct rv64 i = rv64_decode(word);
    int64_t target = (int64_t)at->index * 4 + i.immediate;
    bool lands = i.immediate % 4 == 0 && target >= 0 && target < (int64_t)at->count * 4;

    if (i.has_rounding && i.rounding > 4)
        return false;
    switch (i.kind) {
    case RV64_UNKNOWN:
    case RV64_SHORT:
    case RV64_MANAGE:
        return false;
    case RV64_SYSTEM:
        return word == NJ_TRAP_WORD;
    case RV64_FENCE:
        return (word >> 20 & 15) != 0 && (word >> 24 & 15) != 0;
    case RV64_LUI:
    case RV64_AUIPC:
    case RV64_IMMEDIATE:
    case RV64_REGISTER:
    case RV64_FLOAT_TO_INT:
        return word == 0x00000013 || (is_free(i.rd) && i.rd != 0) || is_special(&i, at);
    case RV64_FLOAT:
        return true;
    case RV64_LOAD:
        return is_free(i.rd) && is_base(i.rs1);
    case RV64_STORE:
    case RV64_LOAD_FP:
    case RV64_STORE_FP:
        return is_base(i.rs1);
    case RV64_ATOMIC:
        return is_free(i.rd) && i.rs1 == NJ_REG_ADDRESS;
    case RV64_BRANCH:
        return lands;
    case RV64_JAL:
        return lands && i.rd <= NJ_REG_RA;
    case RV64_JALR:
        return i.rd <= NJ_REG_RA && ((i.rs1 == NJ_REG_RA && i.immediate == 0) ||
                                     (i.rs1 == NJ_REG_CODE && i.immediate < 0 && i.immediate % 16 == 0));
    }
    return false;
}

// Words first, first + step, ... Returns how many answers differ; reports the first.
static uint32_t compare(uint64_t first, uint64_t step, uint64_t rotation)
{
    uint32_t differ = 0;
    for (uint64_t word = first; word < WORDS; word += step) {
        const struct place *at = &place[(word / step + rotation) % PLACES];
        bool permitted = check_instruction((uint32_t)word, at->next, at->index, at->count) == NJ_CHECK_OK;
        if (permitted == is_permitted((uint32_t)word, at))
            continue;
        if (differ++ < REPORTS_MAX)
            printf("0x%08" PRIx64 " before 0x%08" PRIx32 ", word %" PRIu32 " of %" PRIu32 ": %s\n", word, at->next,
                   at->index, at->count, permitted ? "permitted, but should not be" : "refused, but should not be");
    }
    return differ;
}

int main(int argc, char **argv)
{
    uint64_t stride = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t rotation = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    bool agree = true;
    if (stride == 0)
        return 2;
    workers = workers < 1 ? 1 : workers > 16 ? 16 : workers;
    for (long n = 0; n < workers; n++) {
        pid_t child = fork();
        if (child < 0)
            return 2;
        if (child == 0) {
            uint32_t differ = compare((uint64_t)n * stride, (uint64_t)workers * stride, rotation);
            fflush(stdout);
            _exit(differ == 0 ? 0 : 1);
        }
    }
    for (long n = 0; n < workers; n++) {
        int status;
        if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            agree = false;
    }
    printf("%" PRIu64 " words: %s\n", (WORDS + stride - 1) / stride,
           agree ? "the two descriptions agree" : "DIFFERENCES");
    return agree ? 0 : 1;
}
