// SPDX-License-Identifier: Apache-2.0
// The authority over power, device memory and what the machine is.
#pragma once
#include "kernel/object.h"

struct machine;
// `reserved`: pages of RAM that user space can never get.
void system_init(const struct machine *machine, uint32_t reserved);
// The first user instruction runs next.
void system_user_starts(uint64_t now_ns);
uint64_t system_entry_ns(void); // time at kernel entry: time_now() of user space counts from here
enum nj_status system_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
