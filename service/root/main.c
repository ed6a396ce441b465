// SPDX-License-Identifier: Apache-2.0
#include "lib/message.h"
#include "lib/object.h"
#include "lib/start.h"
#include "service/root/root.h"
#include <string.h>

#define DESCRIPTION_FILE "system.dtb"

struct root root;

static void find_archive(const struct nj_boot *boot)
{
    const struct nj_archive *archive = (const struct nj_archive *)(uintptr_t)boot->archive_address;
    if (boot->abi_version != NJ_ABI_VERSION)
        trouble("", "kernel", "it has another ABI version");
    if (boot->archive_bytes < sizeof(*archive) || archive->magic != NJ_ARCHIVE_MAGIC ||
        archive->count > NJ_ARCHIVE_FILES_MAX || archive->count == 0 || archive->bytes < boot->archive_bytes)
        trouble("", "boot archive", "it has no valid header");
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct nj_archive_entry *file = &archive->entry[i];
        uint64_t end = i == 0 ? archive->bytes : boot->archive_bytes; // the root server's file lies behind the others
        if (file->offset % 4096 != 0 || file->offset > end || file->bytes > end - file->offset ||
            memchr(file->name, 0, sizeof(file->name)) == NULL)
            trouble("", "boot archive", "an entry is damaged");
    }
    root.boot = boot;
    root.archive = archive;
}

static void read_description(void)
{
    struct description_error error;
    for (uint32_t i = 0; i < root.archive->count; i++) {
        const struct nj_archive_entry *file = &root.archive->entry[i];
        if (strcmp(file->name, DESCRIPTION_FILE) != 0)
            continue;
        const void *blob = (const void *)(uintptr_t)(root.boot->archive_address + file->offset);
        if (!description_read(blob, file->bytes, &root.description, &error))
            trouble(error.component, DESCRIPTION_FILE, error.rule);
        return;
    }
    trouble("", "boot archive", "it holds no " DESCRIPTION_FILE);
}

// Root runs above everything it starts: nobody runs before all are there.
static void start_components(void)
{
    for (uint32_t i = 0; i < root.description.count; i++) {
        const struct making *c = &root.component[i];
        require(thread_start(c->thread, c->entry, c->memory_end, STARTUP_ADDRESS), c->description->name, "starting it");
    }
}

_Noreturn void component_start(uint64_t page)
{
    message_page = (uint64_t *)(uintptr_t)page;
    find_archive((const struct nj_boot *)(uintptr_t)(page + NJ_MESSAGE_BYTES));
    read_description();
    objects_make();
    for (uint32_t i = 0; i < root.description.count; i++)
        component_load(i);
    for (uint32_t i = 0; i < root.description.count; i++)
        component_grant(i);
    memory_hand_over();
    start_components();
    enum nj_status status = thread_suspend(NJ_BOOT_SLOT_THREAD);
    trouble("", "ending", nj_status_text(status));
}
