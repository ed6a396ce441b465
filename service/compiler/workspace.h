// SPDX-License-Identifier: Apache-2.0
// Memory for one job: a block of the memory manager, mapped in one piece. Closing gives every byte back.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define WORKSPACE_ADDRESS 0x1000000000u
#define WORKSPACE_BYTES_MAX 0x4000000u // 64 MiB

void workspace_init(void);
// A guess at what a module of this size needs.
uint64_t workspace_first_size(uint32_t module_bytes);
// False: the machine has not so much to spare. size: a power of two of at least a page. Zeroed.
bool workspace_open(uint64_t size);
void workspace_close(void);
