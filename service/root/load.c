// SPDX-License-Identifier: Apache-2.0
// A component's space and thread, from its image in the boot archive. The archive is part of the boot image, but every
// number of it that becomes an address is checked here all the same.
#include "lib/object.h"
#include "service/root/root.h"
#include "service/supervisor/boot.h"
#include <string.h>

#define PAGE 4096u

static const struct nj_archive_entry *find_image(const struct making *c)
{
    for (uint32_t i = 0; i < root.archive->count; i++)
        if (strncmp(root.archive->entry[i].name, c->description->image, NJ_ARCHIVE_NAME_BYTES) == 0)
            return &root.archive->entry[i];
    trouble(c->description->name, "image", "the boot archive has no such file");
}

static uint64_t page_up(uint64_t bytes)
{
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static bool image_is_sound(const struct nj_component *image, uint32_t file_bytes)
{
    return file_bytes >= sizeof(*image) && image->magic == NJ_COMPONENT_MAGIC && image->text_bytes > 0 &&
           image->text_bytes % PAGE == 0 && image->text_bytes <= file_bytes &&
           image->data_bytes <= file_bytes - image->text_bytes &&
           image->data_address == NJ_COMPONENT_BASE + image->text_bytes && image->entry >= NJ_COMPONENT_BASE &&
           image->entry < NJ_COMPONENT_BASE + image->text_bytes && image->stack_bytes % PAGE == 0;
}

static uint64_t limit_of(uint32_t kib, uint32_t image_bytes)
{
    return kib == DESCRIPTION_DEFAULT ? image_bytes : (uint64_t)kib * 1024;
}

static void supply(struct making *c)
{
    const char *name = c->description->name;
    memory_retype(NJ_KIND_UNTYPED, 1, c->description->supply_kib / 4, NJ_BOOT_SLOT_CNODE, root.scratch, name,
                  &c->memory_bytes);
    require(space_supply(c->space, root.scratch), name, "supplying its space");
    require(space_configure(c->space, NJ_SPACE_PROCESS, c->cnode), name, "configuring its space");
}

// The text stays where it lies in the archive. The frame that maps it lives in the component's own table.
static void map_text(struct making *c, const struct nj_component *image)
{
    const char *name = c->description->name;
    require(frame_slice(NJ_BOOT_SLOT_ARCHIVE, c->file_page, image->text_bytes / PAGE, NJ_BOOT_SLOT_CNODE, root.scratch),
            name, "taking its text");
    require(frame_map(root.scratch, c->space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE), name,
            "mapping its text");
    require(cnode_move(c->cnode, c->next_slot, NJ_BOOT_SLOT_CNODE, root.scratch), name, "giving it its text");
    c->next_slot++;
}

static void make_memory(struct making *c, const struct nj_component *image)
{
    const char *name = c->description->name;
    uint64_t stack = limit_of(c->description->stack_kib, image->stack_bytes);
    uint64_t heap = limit_of(c->description->heap_kib, image->heap_bytes);
    uint64_t begin = image->data_address, copied;
    c->heap_bytes = heap;
    c->memory_end = begin + page_up((uint64_t)image->data_bytes + image->bss_bytes + heap) + stack;
    if (c->memory_end > ARCHIVE_ADDRESS)
        trouble(name, "its memory", "data, heap and stack do not fit below 256 MiB");
    require(space_memory(c->space, begin, c->memory_end - begin), name, "giving it writable memory");
    require(space_copy(c->space, begin, NJ_BOOT_SLOT_SPACE, c->file_address + image->text_bytes, image->data_bytes,
                       &copied),
            name, "copying its data");
}

// Faults go to the supervisor, under a badge that says whose they are; its own go nowhere.
static void configure_thread(struct making *c, uint32_t index)
{
    const char *name = c->description->name;
    uint32_t fault = NJ_SLOT_NONE;
    for (uint32_t i = 0; i < root.description.count; i++) {
        const struct making *supervisor = &root.component[i];
        if (i == index || (supervisor->description->authority & AUTHORITY_COMPONENTS) == 0 ||
            supervisor->endpoint == NJ_SLOT_NONE)
            continue;
        fault = root.scratch;
        require(cnode_mint(NJ_BOOT_SLOT_CNODE, fault, NJ_BOOT_SLOT_CNODE, supervisor->endpoint,
                           NJ_RIGHT_SEND | NJ_RIGHT_GRANT_REPLY, SUPERVISOR_FAULT_BADGE | index),
                name, "making its fault endpoint");
    }
    const struct component_description *d = c->description;
    uint32_t maximum = d->priority_max > d->priority ? d->priority_max : d->priority;
    require(thread_configure(c->thread, c->space, d->priority, maximum, fault, STARTUP_ADDRESS), name,
            "configuring its thread");
    if (fault != NJ_SLOT_NONE)
        require(cnode_delete(NJ_BOOT_SLOT_CNODE, fault), name, "dropping its fault endpoint");
    require(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, c->sched, (uint64_t)c->description->budget_us * 1000,
                            (uint64_t)c->description->period_us * 1000),
            name, "setting its budget");
    require(thread_bind_sched(c->thread, c->sched), name, "giving it its budget");
}

void component_load(uint32_t index)
{
    struct making *c = &root.component[index];
    const struct nj_archive_entry *file = find_image(c);
    c->file_page = file->offset / PAGE;
    c->file_address = root.boot->archive_address + file->offset;
    struct nj_component image = {0};
    if (file->bytes >= sizeof(image))
        memcpy(&image, (const void *)(uintptr_t)c->file_address, sizeof(image));
    if (!image_is_sound(&image, file->bytes))
        trouble(c->description->name, "image", "the file is no component");
    c->entry = image.entry;
    supply(c);
    map_text(c, &image);
    make_memory(c, &image);
    configure_thread(c, index);
}
