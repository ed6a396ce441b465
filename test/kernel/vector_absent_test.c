// SPDX-License-Identifier: Apache-2.0
// A machine without vector registers, or with such that are too long.
#include "test/kernel/vector.h"

// Without a unit, or with one whose state is longer than a page.
static void without_a_unit_it_is_an_illegal_instruction(void)
{
    struct process process;
    vector_start(&process, vector_look, 0);
    uint64_t before = pages_used(process.space);
    fault_receive(&vector_faults);
    SAME(vector_faults.words[NJ_FAULT_WORD_KIND], NJ_FAULT_ILLEGAL);
    SAME(vector_faults.words[NJ_FAULT_WORD_DETAIL], 0xc2102473); // csrr s0, vtype
    SAME(pages_used(process.space), before);
}

static const struct test_case cases[] = {
    CASE(without_a_unit_it_is_an_illegal_instruction),
};
VECTOR_GROUP(vector_absent, cases, false);
