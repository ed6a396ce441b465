// SPDX-License-Identifier: Apache-2.0
// Threads in spaces of their own. A process runs functions of the suite's own text, mapped at the same address; it has a
// stack, but neither data nor bss: what it runs must not touch globals.
#pragma once
#include "test/kernel/test.h"

#define PROCESS_SLOTS 16u
#define PROCESS_MEMORY 0x3f000000ull // first-touch memory, with the stack at its end
#define PROCESS_MEMORY_BYTES 0x10000ull
#define PROCESS_MESSAGE_PAGE 0x3e000000ull

struct process {
    uint32_t memory; // untyped: all it is made of
    uint32_t cnode, space, thread, sched;
};
// Everything but the start. fault_endpoint: slot, or NJ_SLOT_NONE.
void process_make(struct process *process, uint32_t priority, uint32_t fault_endpoint);
// The space only: text mapped, memory allowed, no thread.
void process_make_space(struct process *process, uint32_t supply_pages);
// A copy of the runner's capability at `index` of its table.
void process_give(const struct process *process, uint32_t index, uint32_t slot, uint32_t rights);
void process_start(const struct process *process, void (*run)(uint64_t argument), uint64_t argument);

// What it runs: one message of 8 words to slot 1, then again, for ever.
void child_send(uint64_t word);
// Stops at a breakpoint.
void child_break(uint64_t argument);
// Answers calls on slot 1, with reply object 2: every word plus `add`.
void child_serve(uint64_t add);
// Calls slot 1 with `word` and sends the answer's first word to slot 2.
void child_call(uint64_t word);

// Faults. One endpoint and reply object for all threads of a case.
struct fault {
    uint32_t endpoint, badged, reply;
    uint64_t words[8], badge;
};
#define FAULT_BADGE 0xf00d
void fault_make(struct fault *fault);
void fault_receive(struct fault *fault);                 // waits for one, checks the form of the message
void fault_answer(struct fault *fault, uint64_t answer); // NJ_FAULT_REPLY_*
// A handler above everybody that waits for the same fault to come again: its message must be the one that was received.
struct worker *fault_wait(const struct fault *fault);
void fault_came_again(const struct worker *handler, const struct fault *fault);
