// SPDX-License-Identifier: Apache-2.0
// What the supervisor knows of every component, from its start-up page (boot.h).
#pragma once
#include "service/supervisor/boot.h"
#include "service/supervisor/supervisor.h"

#define COMPONENTS_MAX 24u

struct component {
    char name[SUPERVISOR_NAME_BYTES];
    uint32_t slot;         // first of SUPERVISOR_CAPS
    uint64_t memory_bytes; // born with, and added since
    uint64_t grow_bytes;   // may still be added
    bool has_faulted;      // and was left suspended
    bool has_record;
    struct supervisor_fault fault; // the last one
};

void components_init(void);
uint32_t component_count(void);
// The component, or a null pointer.
struct component *component_at(uint64_t index);
// The index of the component with this name, or COMPONENTS_MAX.
uint32_t component_find(const char *name);

// What SUPERVISOR_COMPONENT and SUPERVISOR_CAPABILITIES answer.
enum service_status component_describe(uint32_t index, struct supervisor_component *description);
enum service_status component_capabilities(uint32_t index, uint32_t first, uint32_t *slots, uint32_t *next,
                                           uint32_t *count, struct supervisor_capability *list);
