// SPDX-License-Identifier: Apache-2.0
// The supervisor: receives the faults of system components and knows all of them. Interface "supervisor".
#pragma once
#include "abi/object.h"
#include "lib/service.h"
#include <string.h>

#define SUPERVISOR_NAME_BYTES 24

enum supervisor_operation {
    SUPERVISOR_COUNT = 1,        // -> word 1: components, the root server not included
    SUPERVISOR_COMPONENT = 2,    // word 1: index -> struct supervisor_component from word 1 on. NOT_FOUND
    SUPERVISOR_FAULT = 3,        // word 1: index -> struct supervisor_fault from word 1 on. NOT_FOUND: it never faulted
    SUPERVISOR_CAPABILITIES = 4, // word 1: index; word 2: first slot -> word 1: slots of the table; 2: slot to go on
                                 //   with, 0 at the end; 3: capabilities that follow, 2 words each: slot | kind << 32 |
                                 //   rights << 48, then badge or size
    SUPERVISOR_SYSTEM = 5,       // -> words 1-6: what NJ_SYSTEM_INFO answers
    SUPERVISOR_POWEROFF = 6,     // word 1: code
    SUPERVISOR_REBOOT = 7,
};

struct supervisor_component {
    char name[SUPERVISOR_NAME_BYTES];
    uint64_t badge; // under which all services know it
    uint64_t state; // enum nj_thread_state
    uint64_t priority;
    uint64_t cpu_ns;
    uint64_t space_type; // enum nj_space_type
    uint64_t faults;
    uint64_t memory_bytes;   // taken from the machine for it: objects and supplied pages
    uint64_t pages_supplied; // of its space
    uint64_t pages_used;
};
_Static_assert(sizeof(struct supervisor_component) == 96, "travels as 12 words");

struct supervisor_fault {
    uint64_t kind; // enum nj_fault
    uint64_t pc;
    uint64_t detail;
    uint64_t extra;
    uint64_t time_ns;
};
_Static_assert(sizeof(struct supervisor_fault) == 40, "travels as 5 words");

struct supervisor_capability {
    uint32_t slot;
    uint16_t kind;   // enum nj_kind
    uint16_t rights; // enum nj_right
    uint64_t value;  // badge, or size in bytes
};
_Static_assert(sizeof(struct supervisor_capability) == 16, "travels as 2 words");
#define SUPERVISOR_CAPABILITIES_MAX 30u // per answer

MUST_CHECK static inline enum service_status supervisor_count(uint32_t supervisor, uint32_t *count)
{
    struct message message = {.word = {SUPERVISOR_COUNT}, .words = 1};
    enum service_status status = service_call(supervisor, &message, 2);
    *count = (uint32_t)message.word[1];
    return status;
}

MUST_CHECK static inline enum service_status supervisor_component(uint32_t supervisor, uint32_t index,
                                                                  struct supervisor_component *component)
{
    struct message message = {.word = {SUPERVISOR_COMPONENT, index}, .words = 2};
    enum service_status status = service_call(supervisor, &message, 13);
    if (status == SERVICE_OK && message_get_bytes(&message, 1, component, sizeof(*component)) != sizeof(*component))
        return SERVICE_BAD_ANSWER;
    if (status == SERVICE_OK)
        component->name[SUPERVISOR_NAME_BYTES - 1] = '\0';
    return status;
}

MUST_CHECK static inline enum service_status supervisor_fault(uint32_t supervisor, uint32_t index,
                                                              struct supervisor_fault *fault)
{
    struct message message = {.word = {SUPERVISOR_FAULT, index}, .words = 2};
    enum service_status status = service_call(supervisor, &message, 6);
    if (status == SERVICE_OK && message_get_bytes(&message, 1, fault, sizeof(*fault)) != sizeof(*fault))
        return SERVICE_BAD_ANSWER;
    return status;
}

// Capabilities of a component's table from slot *next on (start with 1): *count of them in list[], which has room for
// SUPERVISOR_CAPABILITIES_MAX; *next: where to go on, 0 at the end; *slots: size of the table.
MUST_CHECK static inline enum service_status supervisor_capabilities(uint32_t supervisor, uint32_t index,
                                                                     uint32_t *next, uint32_t *slots, uint32_t *count,
                                                                     struct supervisor_capability *list)
{
    struct message message = {.word = {SUPERVISOR_CAPABILITIES, index, *next}, .words = 3};
    *count = 0;
    enum service_status status = service_call(supervisor, &message, 4);
    if (status != SERVICE_OK)
        return status;
    if (message.word[3] > SUPERVISOR_CAPABILITIES_MAX)
        return SERVICE_BAD_ANSWER;
    *slots = (uint32_t)message.word[1];
    *next = (uint32_t)message.word[2];
    size_t bytes = message.word[3] * sizeof(*list);
    if (message_get_bytes(&message, 4, list, bytes) != bytes)
        return SERVICE_BAD_ANSWER;
    *count = (uint32_t)message.word[3];
    return SERVICE_OK;
}

// info[6]: RAM bytes, kernel's RAM bytes, kernel text bytes, boot text bytes, boot ns, firmware bytes.
MUST_CHECK static inline enum service_status supervisor_system(uint32_t supervisor, uint64_t info[6])
{
    struct message message = {.word = {SUPERVISOR_SYSTEM}, .words = 1};
    enum service_status status = service_call(supervisor, &message, 7);
    memcpy(info, &message.word[1], 6 * sizeof(info[0]));
    return status;
}

// Comes back only if it did not work.
MUST_CHECK static inline enum service_status supervisor_poweroff(uint32_t supervisor, uint32_t code)
{
    struct message message = {.word = {SUPERVISOR_POWEROFF, code}, .words = 2};
    return service_call(supervisor, &message, 1);
}

MUST_CHECK static inline enum service_status supervisor_reboot(uint32_t supervisor)
{
    struct message message = {.word = {SUPERVISOR_REBOOT}, .words = 1};
    return service_call(supervisor, &message, 1);
}
