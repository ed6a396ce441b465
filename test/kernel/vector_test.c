// SPDX-License-Identifier: Apache-2.0
// Vector registers of processes: what a thread finds in them, and which instructions are theirs.
#include "test/kernel/vector.h"

#define FIRST_INSTRUCTIONS 17u // vector_code.S
#define OTHER_INSTRUCTIONS 4u

static void all_is_zero_at_first(void)
{
    struct process process;
    uint64_t who;
    vector_start(&process, vector_look, 0);
    SAME(vector_report(&who), 0);
}

static void nothing_of_an_owner_that_lives(void)
{
    struct process processes[4];
    uint64_t who;
    vector_begin();
    for (uint32_t i = 0; i < 4; i++) {
        vector_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_look, 0);
        do
            SAME(vector_report(&who), 0);
        while (who != i + 1);
    }
}

static void nothing_of_an_owner_that_died(void)
{
    struct process process;
    uint64_t who;
    for (uint32_t i = 0; i < 4; i++) {
        vector_start(&process, vector_look, 0);
        SAME(vector_report(&who), 0);
        pause_ns(20000); // it has reported once more: its secrets are in the unit
        if (i % 2 == 0)
            delete (process.thread);
        else
            revoke(process.memory);
    }
}

static void a_page_fault_in_the_middle(void)
{
    struct process process;
    uint64_t who;
    vector_start(&process, vector_touch, PROCESS_MEMORY + 0x2000);
    SAME(vector_report(&who), 0);
    SAME(vector_report(&who), 0);
}

static void with_floating_point(void)
{
    struct process processes[2];
    uint64_t who;
    vector_begin();
    for (uint32_t i = 0; i < 2; i++) {
        vector_user(&processes[i], i + 1, PRIORITY_BELOW);
        process_start(&processes[i], vector_float, 1000 * (i + 1));
    }
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t sum = vector_report(&who);
        SAME(sum, 2000 * who);
    }
}

static void every_sort_of_instruction_can_be_the_first(void)
{
    struct process process;
    uint64_t who;
    for (uint32_t i = 0; i < FIRST_INSTRUCTIONS; i++) {
        vector_start(&process, vector_first, i);
        SAME(vector_report(&who), 1);
        revoke(process.memory);
    }
}

static void other_illegal_instructions_take_nothing(void)
{
    struct process process;
    for (uint64_t i = 0; i < OTHER_INSTRUCTIONS; i++) {
        vector_start(&process, vector_other, i);
        uint64_t before = pages_used(process.space);
        for (uint32_t n = 0; n < 2; n++) {
            fault_receive(&vector_faults);
            SAME(vector_faults.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
            fault_answer(&vector_faults, NJ_FAULT_REPLY_RESUME);
        }
        SAME(pages_used(process.space), before);
        revoke(process.memory);
    }
}

static const struct test_case cases[] = {
    CASE(all_is_zero_at_first),
    CASE(nothing_of_an_owner_that_lives),
    CASE(nothing_of_an_owner_that_died),
    CASE(a_page_fault_in_the_middle),
    CASE(with_floating_point),
    CASE(every_sort_of_instruction_can_be_the_first),
    CASE(other_illegal_instructions_take_nothing),
};
VECTOR_GROUP(vector, cases, true);
