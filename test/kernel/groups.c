// SPDX-License-Identifier: Apache-2.0
// The list of all groups, in the order in which they run: what later ones build on comes first.
#include "test/kernel/test.h"

// clang-format off
#define GROUPS(X) \
    X(system) \
    X(untyped) \
    X(cnode) \
    X(cnode_end) \
    X(endpoint) \
    X(notification) \
    X(reply) \
    X(message) \
    X(message_search) \
    X(thread) \
    X(sched) \
    X(budget) \
    X(fault) \
    X(fault_handler) \
    X(fault_handover) \
    X(fault_round) \
    X(fault_deliver) \
    X(fault_answer) \
    X(fault_time) \
    X(fault_capsule) \
    X(space) \
    X(frame) \
    X(code) \
    X(capsule) \
    X(gate) \
    X(gate_end) \
    X(gate_line) \
    X(gate_time) \
    X(interrupt) \
    X(preempt) \
    X(turn) \
    X(hart) \
    X(vector) \
    X(vector_switch) \
    X(vector_page) \
    X(vector_absent) \
    X(refused) \
    X(permitted) \
    X(mutants) \
    X(chaos)
// clang-format on

#define X(name) extern const struct test_group name##_group;
GROUPS(X)
#undef X

const struct test_group *const groups[] = {
#define X(name) &name##_group,
    GROUPS(X)
#undef X
        0,
};
