// SPDX-License-Identifier: Apache-2.0
// Arguments and results of operations, in the saved registers of the calling thread.
#pragma once
#include "kernel/object.h"

// Argument 0-7 (a0-a7).
/*@ requires thread < THREADS_MAX && number < NJ_MESSAGE_REGISTERS;
    assigns \nothing;
    ensures \result == threads[thread].context.reg[REG_WORD + number]; */
static inline uint64_t argument(uint32_t thread, uint32_t number)
{
    return threads[thread].context.reg[REG_WORD + number];
}

// Result 0-7; only kept when the operation answers OK, AGAIN or REFUSED.
/*@ requires thread < THREADS_MAX && number < NJ_MESSAGE_REGISTERS;
    assigns threads[thread].context.reg[REG_WORD + number];
    ensures threads[thread].context.reg[REG_WORD + number] == value; */
static inline void set_result(uint32_t thread, uint32_t number, uint64_t value)
{
    threads[thread].context.reg[REG_WORD + number] = value;
}

/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1]; */
static inline void clear_results(uint32_t thread)
{
    /*@ loop invariant i <= NJ_MESSAGE_REGISTERS;
        loop assigns i, threads[thread].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1];
        loop variant NJ_MESSAGE_REGISTERS - i; */
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        set_result(thread, i, 0);
}
