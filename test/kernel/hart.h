// SPDX-License-Identifier: Apache-2.0
// What cases of harts are made of: jobs in a confined space that is bound to the first further hart.
#pragma once
#include "test/kernel/process.h"

#define HART NJ_BOOT_SLOT_HART
#define HERE 0x38000000ull
#define BADGE 0x80u
#define R NJ_RIGHT_READ
#define W NJ_RIGHT_WRITE

// hart_code.S
void job_add(uint64_t), job_loop(uint64_t), job_count(uint64_t), job_copy(uint64_t), job_read(uint64_t),
    job_write(uint64_t), job_jump(uint64_t), job_break(uint64_t), job_satp(uint64_t), job_unaligned(uint64_t),
    job_look(uint64_t), job_look_vector(uint64_t), job_soil(uint64_t), job_soil_vector(uint64_t), job_dot(uint64_t),
    job_ecalls(uint64_t);

extern struct process job_process;
extern uint32_t job_told; // notification of ends

// A confined space with the suite's text, bound to the first further hart.
void job_bind(void);
// A page of memory that the hart and the runner both see at HERE; the slot is the hart's mapping.
uint32_t job_share(void);
volatile uint64_t *job_here(void);
void job_start(void (*job)(uint64_t), uint64_t argument);
struct hart_info job_info(void);
// Waits for the end that is told.
struct hart_info job_end(void);
uint64_t job_result(void (*job)(uint64_t), uint64_t argument);
void job_start_count(void);
// What it counts stands still.
void job_check_stopped(void);
void job_faults(void (*job)(uint64_t), uint64_t argument, enum nj_fault kind, uint64_t detail);

// Cases of what is taken away while a job runs (hart_take_test.c): a part of the group.
extern const struct test_case hart_take_cases[];
extern const uint32_t hart_take_count;
