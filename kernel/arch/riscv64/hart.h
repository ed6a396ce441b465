// SPDX-License-Identifier: Apache-2.0
// Further harts, what hart.c, hart.S and boot share.
#pragma once
#include <stdint.h>

extern uint64_t hart_root[]; // filled at boot when there are further harts

// hart.S: function 0 of a firmware extension, with three arguments; answers its error.
uint64_t hart_firmware_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t extension);
