// SPDX-License-Identifier: Apache-2.0
// Physical ranges that user space must not get as device memory.
#pragma once
#include <stdint.h>

void device_reserve(uint64_t start, uint64_t bytes); // boot; at most DEVICES_RESERVED_MAX
#define DEVICES_RESERVED_MAX 11                      // memory, and the three devices of the kernel
