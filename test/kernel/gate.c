// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/gate.h"

void gate_side(struct capsule *side, uint32_t priority)
{
    capsule_make(side, CAPSULE_WORDS(gate_program), NJ_SPACE_CAPSULE, priority, 0);
}

uint32_t gate_at(const struct capsule *callee, uint64_t offset)
{
    uint32_t slot = slot_next();
    OK(space_gate(callee->space, offset, BADGE, SLOT_CNODE, slot));
    return slot;
}

void gate_pair_make(struct gate_pair *pair, uint64_t offset)
{
    gate_side(&pair->callee, PRIORITY_BELOW);
    gate_side(&pair->client, PRIORITY_BELOW);
    pair->report = make(NJ_KIND_ENDPOINT, 0);
    pair->gate = gate_at(&pair->callee, offset);
    capsule_give(&pair->client, 1, pair->gate, NJ_RIGHT_ALL);
    capsule_give(&pair->client, 2, pair->report, NJ_RIGHT_SEND);
}

void gate_run(const struct capsule *client, uint64_t part, uint64_t argument, uint32_t report, uint64_t words[8])
{
    uint64_t badge;
    OK(thread_start(client->thread, part, 0, argument));
    SAME(nj_recv(report, 0, words, &badge), 8);
    pause_ns(20000);
}

void gate_pair_run(const struct gate_pair *pair, uint64_t part, uint64_t argument, uint64_t words[8])
{
    gate_run(&pair->client, part, argument, pair->report, words);
}

void gate_answers(const uint64_t words[8], int64_t tag)
{
    SAME(words[6], tag);
    SAME(words[7], 0);
}

void gate_state_is(const struct capsule *callee, enum nj_gate_state state, enum nj_status status)
{
    struct gate_state is;
    OK(space_gate_state(callee->space, &is));
    SAME(is.state, state);
    SAME(is.status, status);
}
