// SPDX-License-Identifier: Apache-2.0
// The system description (system/README.md) as a typed array. Reading checks everything that does not need the machine:
// afterwards every index, count and name is in range.
#pragma once
#include "abi/boot.h"
#include "abi/startup.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPONENTS_MAX 24u
#define USES_MAX 16u
#define COMPONENT_NAME_BYTES 16
#define DESCRIPTION_DEFAULT UINT32_MAX // heap, stack: what the image says

enum authority {
    AUTHORITY_SYSTEM = 1,
    AUTHORITY_SCHED_CONTROL = 2,
    AUTHORITY_INTERRUPT_CONTROL = 4,
    AUTHORITY_INTERRUPT_TIMER = 8,
    AUTHORITY_ARCHIVE = 16,
    AUTHORITY_COMPONENTS = 32,
    AUTHORITY_BOOT_MEMORY = 64,
};

struct device_description {
    uint64_t address;   // physical, a multiple of 4096
    uint64_t bytes;     // 0: no device
    uint32_t interrupt; // 0: none
};

struct component_description {
    char name[COMPONENT_NAME_BYTES];
    char image[NJ_ARCHIVE_NAME_BYTES];
    char serves[NJ_STARTUP_NAME_BYTES]; // empty: serves nothing
    uint32_t priority, priority_max;
    uint32_t budget_us, period_us;
    uint32_t replies, slots;
    uint32_t supply_kib, grow_kib;
    uint32_t heap_kib, stack_kib; // or DESCRIPTION_DEFAULT
    uint32_t authority;           // enum authority, OR-ed
    bool has_notification;
    uint32_t use_count;
    uint8_t uses[USES_MAX]; // indices of components
    struct device_description device;
};

struct description {
    uint32_t count;
    struct component_description component[COMPONENTS_MAX];
};

struct description_error {
    char component[COMPONENT_NAME_BYTES]; // empty: the description as a whole
    const char *rule;                     // what is wrong, and what to write instead
};

// Reads a devicetree blob of `bytes` bytes. False: *error says why, and *description is not to be used.
bool description_read(const void *blob, size_t bytes, struct description *description, struct description_error *error);
