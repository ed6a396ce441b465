// SPDX-License-Identifier: Apache-2.0
// Free slots of the component's own capability table, from the start-up entry "free-slots".
#pragma once
#include "lib/syscall.h"
#include <stdint.h>

#define SLOT_MAX 4096 // slots above this are never handed out

void slot_init(void); // by the start code
// An empty slot, or NO_MEMORY when none is left.
MUST_CHECK enum nj_status slot_allocate(uint32_t *slot);
// `count` consecutive empty slots, for retype and reply pools.
MUST_CHECK enum nj_status slot_allocate_run(uint32_t count, uint32_t *first);
// Gives back a slot that is empty (its capability moved away, was revoked or never came).
void slot_free(uint32_t slot);
// Deletes the capability in the slot, then gives the slot back.
void slot_release(uint32_t slot);
uint32_t slot_free_count(void);
