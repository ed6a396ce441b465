// SPDX-License-Identifier: Apache-2.0
// The hart's clock and its one-shot timer.
#pragma once
#include <stdbool.h>
#include <stdint.h>

void timer_init(uint32_t ticks_per_second, bool has_sstc); // boot
uint64_t timer_ticks_to_ns(uint64_t ticks);
void timer_stop(void); // takes a pending timer interrupt away
