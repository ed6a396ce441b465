// SPDX-License-Identifier: Apache-2.0
// Scheduling contexts that wait for their refill, by the time it comes (`start_ns`, which stays as it is meanwhile).
#pragma once
#include "kernel/object.h"

void wakeup_init(void); // none waits
void wakeup_insert(uint32_t sched);
void wakeup_remove(uint32_t sched); // does nothing when it does not wait
uint32_t wakeup_first(void);        // NIL: none waits
uint64_t wakeup_time(void);         // of the first; UINT64_MAX: none waits
