// SPDX-License-Identifier: Apache-2.0
// A setting worth attacking, for fuzzing the portable kernel (kernel/arch/host): objects of every kind, threads that run in
// a process, in a second one and in a capsule, each with a table of its own. All tables have the same layout.
#pragma once
#include <stdbool.h>

#include "abi/boot.h"
#include "kernel/arch/host/host.h"

#define ROOT_SLOTS 256u
#define CHILD_SLOTS 128u

enum {
    SLOT_THREADS = 20,       // 8: three of root's space, three of a process, two of a capsule
    SLOT_SCHEDS = 28,        // 8
    SLOT_ENDPOINTS = 36,     // 4
    SLOT_NOTIFICATIONS = 40, // 4
    SLOT_REPLIES = 44,       // 6
    SLOT_SPACES = 50,        // 4: process, capsule, process with an image, one without a type
    SLOT_CODES = 54,         // 3: sealed, filled, empty
    SLOT_FRAMES = 57,        // 4
    SLOT_INTERRUPTS = 61,    // 3: the timer, two devices
    SLOT_CNODES = 64,        // 4: tables of process and capsule, two small ones
    SLOT_UNTYPEDS = 68,      // 8 in root's table, 4 in those of children, not shared
    SLOT_SCRATCH = 96,       // what calls fill
    SCRATCH_SLOTS = 32,
};
#define SETTING_THREADS 8u
#define PASSIVE_THREAD 7u // waits as a server without a scheduling context

// Memory that every process has, and (as offsets) the capsule.
#define SETTING_MEMORY 0x10000u
#define SETTING_MEMORY_PAGES 16u
#define SETTING_CODE_WORDS 1500u // of the sealed code object

// Boots, furnishes, and lets go: any thread may run now.
void setting_make(void);
// What a supervisor outside does when nothing goes on: one of the eight threads continues, if it still can. False: it can
// not.
bool setting_revive(uint32_t number);
// Revokes all memory the way its owner would. NULL, or what is not as it was after boot (static text). A setting whose
// memory capability is gone passes.
const char *setting_end(void);
