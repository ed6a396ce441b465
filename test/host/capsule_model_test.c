// SPDX-License-Identifier: Apache-2.0
// The capsule model: the programs of test/kernel/checked_programs.S end in it as they must end on a hart.
#include "abi/capsule.h"
#include "test/fuzz/capsule_model.h"
#include "test/host/test.h"
#include "test/kernel/checked_programs.h"
#include <stdio.h>

#define STEPS_MAX 100000

static uint8_t program_bytes[1 << 18] __attribute__((aligned(64)));
static struct capsule_model model;

static const struct checked_program *read_programs(void)
{
    FILE *file = fopen(CHECKED_PROGRAMS, "rb");
    size_t size = file != NULL ? fread(program_bytes, 1, sizeof program_bytes, file) : 0;
    if (file != NULL)
        fclose(file);
    return size > sizeof(struct checked_program) && size < sizeof program_bytes ? (const void *)program_bytes : NULL;
}

static enum model_result run(const uint32_t *words, uint32_t count)
{
    enum model_result result = MODEL_RUNS;
    model.random = 88172645463325252ull;
    model_attach(&model, words, count, CHECKED_WINDOW_LOG2);
    model_start(&model, 0);
    for (uint32_t step = 0; step < STEPS_MAX && result == MODEL_RUNS; step++)
        result = model_step(&model);
    return result;
}

_Static_assert(MODEL_STACK_BYTES == CHECKED_STACK_BYTES && MODEL_STATE_BYTES == CHECKED_STATE_BYTES &&
                   MODEL_MEMORY_BYTES == CHECKED_MEMORY_BYTES,
               "the programs expect these sizes");

TEST(programs_end_as_they_must)
{
    const struct checked_program *program = read_programs();
    uint32_t ran = 0;
    REQUIRE(program != NULL);
    for (uint32_t n = 0; program[n].name[0] != 0; n++) {
        if (program[n].rule != NJ_CHECK_OK)
            continue;
        enum model_result result = run(checked_program_words(program, n), checked_program_count(program, n));
        enum model_result expected = program[n].fault == CHECKED_RUNS_ON ? MODEL_RUNS : MODEL_FAULT;
        uint64_t at = model.pc - model.code_base;
        if (result != expected)
            test_fail(__FILE__, __LINE__, "%s: %s", program[n].name,
                      result == MODEL_VIOLATION ? model.violation : "ends otherwise");
        else if (result == MODEL_FAULT && program[n].fault_at != CHECKED_ANY && at != program[n].fault_at)
            test_fail(__FILE__, __LINE__, "%s: faults at 0x%" PRIx64, program[n].name, at);
        else if (program[n].a0 != CHECKED_ANY && (uint32_t)model.x[10] != program[n].a0)
            test_fail(__FILE__, __LINE__, "%s: a0 is 0x%" PRIx64, program[n].name, model.x[10]);
        ran++;
    }
    CHECK(ran > 30);
}

TEST(refused_programs_break_out_or_fault)
{
    const struct checked_program *program = read_programs();
    uint32_t violations = 0;
    REQUIRE(program != NULL);
    for (uint32_t n = 0; program[n].name[0] != 0; n++) {
        if (program[n].rule != NJ_CHECK_OK)
            violations += run(checked_program_words(program, n), checked_program_count(program, n)) == MODEL_VIOLATION;
    }
    CHECK(violations > 40); // some need register values that a start does not have
}
