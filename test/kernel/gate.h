// SPDX-License-Identifier: Apache-2.0
// What cases of gates are made of: capsules of one program, every part of which can be an entry.
#pragma once
#include "test/kernel/capsule.h"

// gate_code.S: one program, every part of it an entry.
CAPSULE_PROGRAM(gate_program);
#define PART(name) extern const uint32_t gate_##name[]
PART(client);
PART(client_late);
PART(client_float);
PART(client_loop);
PART(client_memory);
PART(client_stack);
PART(client_return);
PART(client_wait_then_report);
PART(client_then_wait);
PART(add);
PART(nest);
PART(trap);
PART(read);
PART(overflow);
PART(spin);
PART(linger);
PART(receive);
PART(call);
PART(call_long);
PART(wait);
PART(float);
PART(bad_tag);
PART(end);
PART(invoke);
PART(peek);
PART(alone);
void gate_enter(uint64_t gate, uint64_t *words);
#define OFFSET(name) ((uint64_t)(gate_##name - gate_program) * 4)
#define BADGE 0xbad9eu
#define LOST (-(int64_t)NJ_PEER_LOST)

// A capsule of the program; its thread does not run yet.
void gate_side(struct capsule *side, uint32_t priority);
// A gate into the capsule, in a new slot.
uint32_t gate_at(const struct capsule *callee, uint64_t offset);

// Two capsules; slot 1 of the client is a gate into the callee, slot 2 the endpoint of reports.
struct gate_pair {
    struct capsule client, callee;
    uint32_t report, gate;
};
void gate_pair_make(struct gate_pair *pair, uint64_t offset);

// Starts the part and waits for its report.
void gate_run(const struct capsule *client, uint64_t part, uint64_t argument, uint32_t report, uint64_t words[8]);
void gate_pair_run(const struct gate_pair *pair, uint64_t part, uint64_t argument, uint64_t words[8]);
// How the gate call in a report ended; nothing of the callee was in the other registers.
void gate_answers(const uint64_t words[8], int64_t tag);
void gate_state_is(const struct capsule *callee, enum nj_gate_state state, enum nj_status status);
