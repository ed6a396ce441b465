// SPDX-License-Identifier: Apache-2.0
// The platform-level interrupt controller, as seen by supervisor mode of the boot hart.
#pragma once
#include <stdint.h>

// boot; `context` is the boot hart's supervisor context, `sources` the highest source number.
void plic_init(uint32_t context, uint32_t sources);
// The pending source of highest priority, masked and completed, or 0.
uint32_t plic_claim(void);
