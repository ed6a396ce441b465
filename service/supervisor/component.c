// SPDX-License-Identifier: Apache-2.0
#include "service/supervisor/component.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/startup.h"
#include <string.h>

static struct component components[COMPONENTS_MAX];
static uint32_t count;

// Value of the entry `prefix``name`, or 0.
static uint64_t component_value(char prefix, const char *name)
{
    char key[SUPERVISOR_NAME_BYTES + 1] = {prefix};
    strncpy(key + 1, name, sizeof(key) - 2);
    const struct nj_startup_entry *entry = startup_entry(key);
    return entry ? entry->value : 0;
}

void components_init(void)
{
    const struct nj_startup_entry *entry;
    uint32_t first = startup_slot("components");
    for (uint32_t i = 0; (entry = startup_entry_at(i)) != NULL; i++) {
        if (entry->name[0] != '@' || count == COMPONENTS_MAX)
            continue;
        struct component *c = &components[count];
        strncpy(c->name, entry->name + 1, sizeof(c->name) - 1);
        c->slot = first + count * SUPERVISOR_CAPS;
        c->memory_bytes = entry->value;
        c->grow_bytes = component_value('+', c->name);
        count++;
    }
    component_assert(count == startup_value("components"));
}

uint32_t component_count(void)
{
    return count;
}

struct component *component_at(uint64_t index)
{
    return index < count ? &components[index] : NULL;
}

uint32_t component_find(const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(components[i].name, name) == 0)
            return i;
    return COMPONENTS_MAX;
}

enum service_status component_describe(uint32_t index, struct supervisor_component *description)
{
    const struct component *c = component_at(index);
    struct thread_info thread = {0};
    struct space_info space = {0};
    if (!c)
        return SERVICE_NOT_FOUND;
    if (thread_info(c->slot + SUPERVISOR_CAP_THREAD, &thread) != NJ_OK ||
        space_info(c->slot + SUPERVISOR_CAP_SPACE, &space) != NJ_OK)
        return SERVICE_FAILED;
    *description = (struct supervisor_component){
        .badge = index + 1,
        .state = c->has_faulted ? NJ_THREAD_FAULTED : thread.state,
        .priority = thread.priority,
        .cpu_ns = thread.cpu_ns,
        .space_type = thread.space_type,
        .faults = thread.faults,
        .memory_bytes = c->memory_bytes,
        .pages_supplied = space.pages_supplied,
        .pages_used = space.pages_used,
    };
    memcpy(description->name, c->name, sizeof(description->name));
    return SERVICE_OK;
}

// Looks at a bounded number of slots a call: the client comes back for the rest.
#define SLOTS_PER_CALL 512u

enum service_status component_capabilities(uint32_t index, uint32_t first, uint32_t *slots, uint32_t *next,
                                           uint32_t *found, struct supervisor_capability *list)
{
    const struct component *c = component_at(index);
    uint32_t used;
    *found = *next = 0;
    if (!c)
        return SERVICE_NOT_FOUND;
    uint32_t cnode = c->slot + SUPERVISOR_CAP_CNODE;
    if (cnode_info(cnode, slots, &used) != NJ_OK)
        return SERVICE_FAILED;
    uint32_t slot = first > 0 ? first : 1;
    uint32_t end = slot<*slots && * slots - slot> SLOTS_PER_CALL ? slot + SLOTS_PER_CALL : *slots;
    for (; slot < end && *found < SUPERVISOR_CAPABILITIES_MAX; slot++) {
        struct cnode_slot held;
        if (cnode_inspect(cnode, slot, &held) != NJ_OK)
            return SERVICE_FAILED;
        if (held.kind == NJ_KIND_EMPTY)
            continue;
        list[(*found)++] = (struct supervisor_capability){slot, (uint16_t)held.kind, (uint16_t)held.rights, held.value};
    }
    *next = slot < *slots ? slot : 0;
    return SERVICE_OK;
}
