// SPDX-License-Identifier: Apache-2.0
#include "lib/startup.h"
#include "abi/boot.h"
#include "abi/syscall.h"
#include "lib/panic.h"
#include <string.h>

static const struct nj_startup *startup;

void startup_init(uint64_t page)
{
    startup = (const struct nj_startup *)(uintptr_t)(page + NJ_MESSAGE_BYTES);
    if (startup->abi_version != NJ_ABI_VERSION)
        panic("start-up page of ABI version %u, built for %u", (unsigned)startup->abi_version, NJ_ABI_VERSION);
    if (startup->count > NJ_STARTUP_ENTRIES_MAX)
        panic("start-up page with %u entries", (unsigned)startup->count);
}

const struct nj_startup_entry *startup_entry(const char *name)
{
    for (uint32_t i = 0; startup && i < startup->count; i++)
        if (strncmp(startup->entry[i].name, name, NJ_STARTUP_NAME_BYTES) == 0)
            return &startup->entry[i];
    return NULL;
}

const struct nj_startup_entry *startup_entry_at(uint32_t index)
{
    return startup && index < startup->count ? &startup->entry[index] : NULL;
}

bool startup_find(const char *name, uint32_t *slot)
{
    const struct nj_startup_entry *entry = startup_entry(name);
    *slot = entry ? entry->slot : NJ_SLOT_NONE;
    return *slot != NJ_SLOT_NONE;
}

static const struct nj_startup_entry *startup_required(const char *name)
{
    const struct nj_startup_entry *entry = startup_entry(name);
    if (!entry)
        panic("was not given \"%s\"", name);
    return entry;
}

uint32_t startup_slot(const char *name)
{
    uint32_t slot = startup_required(name)->slot;
    if (slot == NJ_SLOT_NONE)
        panic("\"%s\" came without a capability", name);
    return slot;
}

uint64_t startup_value(const char *name)
{
    return startup_required(name)->value;
}
