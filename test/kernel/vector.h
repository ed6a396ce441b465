// SPDX-License-Identifier: Apache-2.0
// What cases of vector registers are made of: processes that use them, and report. The machine's command line says how long
// the registers are (vlen=BITS), if there are any.
#pragma once
#include "test/kernel/process.h"
#include <stdio.h>

#define VECTOR_REPORTS 2u // slot of a process
#define VECTOR_TURN_NS 20000u

// vector_code.S: what they run.
void vector_keep(uint64_t), vector_look(uint64_t), vector_signal_and_look(uint64_t), vector_touch(uint64_t),
    vector_first(uint64_t), vector_no_type(uint64_t), vector_float(uint64_t), vector_serve(uint64_t),
    vector_other(uint64_t), vector_fault(uint64_t), vector_handle(uint64_t);

extern uint32_t vector_reports; // endpoint
extern struct fault vector_faults;

// Before anything else in a case.
void vector_begin(void);
// A process of the suite's text, which reports with its number as badge; its faults are received.
void vector_user(struct process *process, uint32_t number, uint32_t priority);
// All of these for one process.
void vector_start(struct process *process, void (*run)(uint64_t argument), uint64_t argument);
// The next report of anybody.
uint64_t vector_report(uint64_t *who);
uint64_t pages_used(uint32_t space);
// The argument of vector_keep().
static inline uint64_t keep(uint64_t seed, uint64_t call, uint64_t rounds)
{
    return seed | call << 8 | rounds << 16;
}

bool vector_is_there(void);
// A group of cases for machines that have the unit, or have it not; elsewhere it is empty.
#define VECTOR_GROUP(label, table, is_there)                                                                           \
    static uint32_t count_of(void)                                                                                     \
    {                                                                                                                  \
        return vector_is_there() == (is_there) ? sizeof(table) / sizeof(table[0]) : 0;                                 \
    }                                                                                                                  \
    static void run(uint32_t number)                                                                                   \
    {                                                                                                                  \
        table[number].run();                                                                                           \
    }                                                                                                                  \
    static void name_of(uint32_t number, char *name, uint32_t bytes)                                                   \
    {                                                                                                                  \
        snprintf(name, bytes, "%s", table[number].name);                                                               \
    }                                                                                                                  \
    const struct test_group label##_group = {.name = #label, .count_of = count_of, .run = run, .name_of = name_of}
