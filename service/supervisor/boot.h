// SPDX-License-Identifier: Apache-2.0
// What the root server hands to the supervisor, in start-up entries:
//   "components"  slot: first of SUPERVISOR_CAPS capabilities per component, in the order of the description;
//                 value: number of components
//   "@<name>"     one per component, in the same order. value: bytes of memory it was born with; slot: 0
//   "+<name>"     one per component. value: bytes that may be added when its supply runs out; slot: 0
// The badge under which services know component i is i + 1. Its faults carry the badge SUPERVISOR_FAULT_BADGE | i.
#pragma once

#define SUPERVISOR_FAULT_BADGE 0x40000000u

enum supervisor_cap {
    SUPERVISOR_CAP_THREAD = 0,
    SUPERVISOR_CAP_SPACE = 1,
    SUPERVISOR_CAP_CNODE = 2,
    SUPERVISOR_CAP_SCHED = 3,
    SUPERVISOR_CAPS = 4,
};
