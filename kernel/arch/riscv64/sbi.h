// SPDX-License-Identifier: Apache-2.0
// Calls to the firmware (SBI). Interrupts off.
#pragma once
#include <stdint.h>

void sbi_console_write(char c);
void sbi_timer_set(uint64_t ticks);                    // and takes a pending timer interrupt away
void sbi_system_reset(uint32_t type, uint32_t reason); // returns only if the firmware cannot
#define SBI_RESET_SHUTDOWN 0
#define SBI_RESET_COLD_REBOOT 1
#define SBI_REASON_NONE 0
#define SBI_REASON_FAILURE 1
