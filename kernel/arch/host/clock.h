// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernel/arch/arch.h"

static inline uint64_t clock_ns(void)
{
    return arch_time_ns();
}
