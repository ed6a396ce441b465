// SPDX-License-Identifier: Apache-2.0
// Arguments and results of operations, in the saved registers of the calling thread.
#pragma once
#include "kernel/object.h"

// Argument 0-7 (a0-a7).
static inline uint64_t argument(uint32_t thread, uint32_t number)
{
    return threads[thread].context.reg[REG_WORD + number];
}

// Result 0-7; only kept when the operation answers OK, AGAIN or REFUSED.
static inline void set_result(uint32_t thread, uint32_t number, uint64_t value)
{
    threads[thread].context.reg[REG_WORD + number] = value;
}

static inline void clear_results(uint32_t thread)
{
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        set_result(thread, i, 0);
}
