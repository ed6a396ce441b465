// SPDX-License-Identifier: Apache-2.0
#include "abi/startup.h"
#include "abi/syscall.h"
#include "lib/object.h"
#include "service/root/root.h"
#include <string.h>

#define PAGE_REST (4096 - NJ_MESSAGE_BYTES)

static union {
    struct nj_startup startup;
    uint8_t bytes[PAGE_REST];
} page;
_Static_assert(sizeof(struct nj_startup) + NJ_STARTUP_ENTRIES_MAX * sizeof(struct nj_startup_entry) <= PAGE_REST,
               "all entries fit behind the message");

void startup_begin(void)
{
    memset(&page, 0, sizeof(page));
    page.startup.abi_version = NJ_ABI_VERSION;
}

void startup_add(uint32_t index, const char *prefix, const char *name, uint32_t slot, uint64_t value)
{
    const char *component = root.component[index].description->name;
    size_t prefix_bytes = strlen(prefix), name_bytes = strlen(name);
    if (page.startup.count == NJ_STARTUP_ENTRIES_MAX)
        trouble(component, "start-up page", "it is given too many things");
    if (prefix_bytes + name_bytes >= NJ_STARTUP_NAME_BYTES)
        trouble(component, name, "the name is too long for a start-up page");
    struct nj_startup_entry *entry = &page.startup.entry[page.startup.count++];
    memcpy(entry->name, prefix, prefix_bytes);
    memcpy(entry->name + prefix_bytes, name, name_bytes);
    entry->slot = slot;
    entry->value = value;
}

void startup_write(uint32_t index)
{
    struct making *c = &root.component[index];
    uint64_t copied;
    enum nj_status status = space_copy(c->space, STARTUP_ADDRESS + NJ_MESSAGE_BYTES, NJ_BOOT_SLOT_SPACE,
                                       (uint64_t)(uintptr_t)page.bytes, sizeof(page.bytes), &copied);
    require(status, c->description->name, "writing its start-up page");
}
