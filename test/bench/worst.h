// SPDX-License-Identifier: Apache-2.0
// The most that one system call costs: each state is built so that the call does all it ever does at once. Long work
// answers AGAIN; a figure is the dearest single call on the way, not the sum. Interrupts are off from the first
// instruction of a call to its last, so the largest figure is also how late an interrupt can be taken.
#pragma once
#include "test/bench/bench.h"

#define WORST_ABOVE 200u
#define WORST_HERE 100u // this thread
#define WORST_CROWD 100u

// Prints worst.OPERATION and remembers the largest.
void worst_figure(const char *operation, uint64_t instructions);

// Calls until the answer is not AGAIN; the cost of the dearest call. Stops the bench unless the end is OK.
uint64_t worst_step(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4);

// Memory for one state. Its revoke gives everything back and returns the dearest call of doing so.
uint32_t arena_make(uint32_t pages);
uint64_t arena_end(uint32_t arena);
uint32_t make_from(uint32_t untyped, enum nj_kind kind, uint64_t size);

// A capability derived from that in `source` over as many levels, with as many elder siblings on each, as the kernel
// passes in one call. It comes back in a slot of this table.
uint32_t deepen(uint32_t arena, uint32_t source);
#define DEEP_LEVELS 240u
#define DEEP_SIBLINGS 3u
#define DEEP_PAGES 20u // of the arena it takes

// Begins a revoke that nobody finishes until pending_end(): every derivation has to look at all ancestors meanwhile.
void pending_begin(void);
void pending_end(void);

// `count` threads with scheduling contexts of their own, above this one, that enter call `number` on the capability of
// `slot` again and again. In slots first, first + 1, ... of `table`; their scheduling contexts in the ones behind.
void crowd_make(uint32_t arena, uint32_t table, uint32_t first, uint32_t count, uint64_t number, uint32_t slot);
extern const char crowd_run[]; // bench_code.S

void worst_capabilities(void);
void worst_memory(void);
void worst_messages(void);
void worst_gates(void);
bool worst_has_hart(void);
void worst_harts(void); // on a machine that has one
void worst_time(void);
