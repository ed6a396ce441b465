// SPDX-License-Identifier: Apache-2.0
// The programs of checked_programs.h in the real kernel: each refused one with its rule and place; each other one in a
// capsule and in a process, where it ends as the table says, twice, and nothing outside its windows has changed.
#include "test/fuzz/mutate.h"
#include "test/kernel/capsule.h"
#include "test/kernel/checked_programs.h"
#include <stdio.h>
#include <string.h>

#define CANARY_PAGES 16u
#define CANARY_BELOW 0x38000000ull
#define CANARY_ABOVE 0x38100000ull
#define CANARY_WORD 0xc0ffee0123456789ull

// ---- memory that a program must not change: pages on both sides of what it is made of

static void canary_map(uint64_t address)
{
    OK(frame_map(make(NJ_KIND_FRAME, CANARY_PAGES), SLOT_SPACE, address, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    for (uint64_t i = 0; i < CANARY_PAGES * 512; i++)
        ((volatile uint64_t *)address)[i] = CANARY_WORD + i;
}

static void canary_check(uint64_t address)
{
    for (uint64_t i = 0; i < CANARY_PAGES * 512; i++)
        if (((volatile uint64_t *)address)[i] != CANARY_WORD + i)
            FAIL("memory outside of the windows has changed");
}

// ---- refused

static uint32_t number_of(uint32_t number, bool refused)
{
    uint32_t found = 0;
    for (uint32_t i = 0; checked_programs[i].name[0]; i++)
        if ((checked_programs[i].rule != NJ_CHECK_OK) == refused && found++ == number)
            return i;
    return 0;
}

static uint32_t count_of(bool refused)
{
    uint32_t found = 0;
    for (uint32_t i = 0; checked_programs[i].name[0]; i++)
        found += (checked_programs[i].rule != NJ_CHECK_OK) == refused;
    return found;
}

static uint32_t count_refused(void)
{
    return count_of(true);
}

static void name_refused(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "%s", checked_programs[number_of(number, true)].name);
}

static void run_refused(uint32_t number)
{
    uint32_t program = number_of(number, true), code = slot_next();
    uint64_t offset = 0, rule = 0, bytes;
    enum nj_code_state state;
    ANSWERS(code_make(SLOT_WORK, code, checked_program_words(checked_programs, program),
                      checked_program_count(checked_programs, program), &offset, &rule),
            NJ_REFUSED);
    SAME(rule, checked_programs[program].rule);
    SAME(offset, checked_programs[program].rule_at);
    OK(code_info(code, &state, &bytes));
    SAME(state, NJ_CODE_REFUSED);
    ANSWERS(code_check(code, 4, &offset, &rule), NJ_REFUSED); // for ever, and the answer stays
    SAME(rule, checked_programs[program].rule);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, NJ_COMPONENT_BASE, 4), NJ_WRONG_STATE);
}

const struct test_group refused_group = {
    .name = "refused", .count_of = count_refused, .run = run_refused, .name_of = name_refused};

// ---- permitted

static void check_outcome(const struct checked_program *program, const struct capsule *capsule, struct fault *fault)
{
    uint64_t registers[8] = {0};
    fault_receive(fault);
    bool is_code = (fault->words[NJ_FAULT_WORD_EXTRA] & 2) != 0;
    if (program->fault != CHECKED_ANY)
        SAME(fault->words[NJ_FAULT_WORD_KIND], program->fault);
    if (program->fault_at != CHECKED_ANY && is_code)
        SAME(fault->words[NJ_FAULT_WORD_PC], program->fault_at);
    if (program->fault_at != CHECKED_ANY && !is_code) // one window past the end is no code offset
        SAME(fault->words[NJ_FAULT_WORD_PC] - capsule->code_base, program->fault_at);
    fault_answer(fault, NJ_FAULT_REPLY_SUSPEND);
    OK(thread_read_registers(capsule->thread, 10, registers));
    if (program->a0 != CHECKED_ANY)
        SAME((uint32_t)registers[0], program->a0);
}

// This time the handler waits.
static void check_again(const struct capsule *capsule, const struct fault *fault)
{
    struct worker *handler = fault_wait(fault);
    capsule_start(capsule, 0);
    pause_ns(1000000);
    fault_came_again(handler, fault);
    SAME(state_of(capsule->thread), NJ_THREAD_FAULTED);
}

static void run_program(uint32_t number, enum nj_space_type type)
{
    uint32_t index = number_of(number, false);
    const struct checked_program *program = &checked_programs[index];
    struct capsule capsule;
    struct fault fault;
    struct thread_info info;
    fault_make(&fault);
    canary_map(CANARY_BELOW);
    capsule_make(&capsule, checked_program_words(checked_programs, index),
                 checked_program_count(checked_programs, index), type, PRIORITY_BELOW, fault.badged);
    canary_map(CANARY_ABOVE);
    capsule_start(&capsule, 0);
    pause_ns(30000000); // three turns
    OK(thread_info(capsule.thread, &info));
    if (program->fault == CHECKED_RUNS_ON) {
        SAME(info.state, NJ_THREAD_READY);
        CHECK(info.cpu_ns > 20000000);
        OK(thread_suspend(capsule.thread));
    } else {
        SAME(info.state, NJ_THREAD_FAULTED);
        check_outcome(program, &capsule, &fault);
        check_again(&capsule, &fault);
    }
    canary_check(CANARY_BELOW);
    canary_check(CANARY_ABOVE);
}

static uint32_t count_permitted(void)
{
    return 2 * count_of(false);
}

// The registers that calls leave as valid addresses are a promise to capsules; a process finds zeros.
static bool is_for_capsules(uint32_t number)
{
    return strcmp(checked_programs[number_of(number, false)].name, "call_keeps_state") == 0;
}

static void name_permitted(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "%s in a %s", checked_programs[number_of(number / 2, false)].name,
             number % 2 == 0               ? "capsule"
             : is_for_capsules(number / 2) ? "capsule again"
                                           : "process");
}

static void run_permitted(uint32_t number)
{
    bool in_process = number % 2 == 1 && !is_for_capsules(number / 2);
    run_program(number / 2, in_process ? NJ_SPACE_PROCESS : NJ_SPACE_CAPSULE);
}

const struct test_group permitted_group = {
    .name = "permitted", .count_of = count_permitted, .run = run_permitted, .name_of = name_permitted};

// ---- mutants of the permitted ones

#define MUTANTS_PER_CASE 100u
#define MUTANT_WORDS 1024u

static uint32_t mutant[MUTANT_WORDS];

static uint32_t mutant_make(struct mutator *mutator)
{
    uint32_t program, count;
    do {
        program = number_of((uint32_t)(mutator_random(mutator) >> 33) % count_of(false), false);
        count = checked_program_count(checked_programs, program);
    } while (count > MUTANT_WORDS);
    memcpy(mutant, checked_program_words(checked_programs, program), count * 4);
    if (mutator_random(mutator) % 4 == 0)
        mutate_from_nothing(mutator, mutant, count);
    mutate_program(mutator, mutant, count, 1 + (uint32_t)(mutator_random(mutator) >> 33) % 12);
    return count;
}

static void mutant_run(uint32_t memory, uint32_t count, const uint32_t slots[3])
{
    struct capsule capsule;
    capsule_make_in(memory, &capsule, mutant, count, NJ_SPACE_CAPSULE, PRIORITY_BELOW, NJ_SLOT_NONE);
    for (uint32_t i = 0; i < 3; i++)
        capsule_give(&capsule, 1 + i, slots[i], NJ_RIGHT_ALL);
    capsule_start(&capsule, 0);
    pause_ns(100000);
    revoke(memory);
}

static void run_mutants(uint32_t number)
{
    struct mutator mutator = {0x9e3779b97f4a7c15ull * (number + 1)};
    uint32_t slots[3] = {make(NJ_KIND_ENDPOINT, 0), make(NJ_KIND_REPLY, 0), make(NJ_KIND_NOTIFICATION, 0)};
    struct capsule neighbour;
    uint64_t mark = CANARY_WORD, copied;
    capsule_make(&neighbour, CAPSULE_WORDS(capsule_spin), NJ_SPACE_CAPSULE, 1, NJ_SLOT_NONE);
    OK(space_copy(neighbour.space, neighbour.data_base + 64, SLOT_SPACE, (uint64_t)(uintptr_t)&mark, 8, &copied));
    capsule_start(&neighbour, 0);
    canary_map(CANARY_BELOW);
    uint32_t memory = make(NJ_KIND_UNTYPED, CAPSULE_PAGES(MUTANT_WORDS));
    canary_map(CANARY_ABOVE);
    for (uint32_t i = 0; i < MUTANTS_PER_CASE; i++) {
        uint32_t slot = slot_next(), count = mutant_make(&mutator);
        mutant_run(memory, count, slots);
        slots_forget(slot);
        canary_check(CANARY_BELOW);
        canary_check(CANARY_ABOVE);
        mark = 0;
        OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&mark, neighbour.space, neighbour.data_base + 64, 8, &copied));
        SAME(mark, CANARY_WORD);
        SAME(state_of(neighbour.thread), NJ_THREAD_READY);
    }
}

static void name_mutants(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "mutants %u to %u stay in their windows", (unsigned)(number * MUTANTS_PER_CASE),
             (unsigned)(number * MUTANTS_PER_CASE + MUTANTS_PER_CASE - 1));
}

const struct test_group mutants_group = {.name = "mutants", .count = 10, .run = run_mutants, .name_of = name_mutants};
