// SPDX-License-Identifier: Apache-2.0
// A setting worth attacking, for fuzzing the portable kernel (kernel/arch/host): objects of every kind, threads that run in
// a process, in a second one and in a capsule, each with a table of its own. All tables have the same layout.
#pragma once
#include <stdbool.h>

#include "abi/boot.h"
#include "kernel/arch/host/host.h"
#include "test/fuzz/kernel_calls.h"

#define ROOT_SLOTS 256u
#define PASSIVE_THREAD 7u // waits as a server without a scheduling context

#define SETTING_CODE_WORDS 1500u // of the sealed code object

// Boots, furnishes, and lets go: any thread may run now.
void setting_make(void);
// What a supervisor outside does when nothing goes on: one of the eight threads continues, if it still can. False: it can
// not.
bool setting_revive(uint32_t number);
// Revokes all memory the way its owner would. NULL, or what is not as it was after boot (static text). A setting whose
// memory capability is gone passes.
const char *setting_end(void);
