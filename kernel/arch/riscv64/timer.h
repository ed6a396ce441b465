// SPDX-License-Identifier: Apache-2.0
// The hart's clock and its one-shot timer.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "kernel/arch/riscv64/clock.h"

extern bool timer_has_compare; // the hart's own compare register is used

uint64_t timer_init(uint64_t entry_ticks, uint32_t ticks_per_second, bool has_sstc); // boot: time at kernel entry
void timer_stop(void); // takes a pending timer interrupt away
