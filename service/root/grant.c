// SPDX-License-Identifier: Apache-2.0
// What a component is given: capabilities in its table, and a start-up page that names them. Exactly what its node in the
// description says.
#include "lib/object.h"
#include "service/root/root.h"
#include "service/supervisor/boot.h"

enum { SLOT_SELF_CNODE = 1, SLOT_SELF_SPACE, SLOT_SELF_THREAD };
#define INTERRUPT_BADGE 1u
#define FRAME_PAGES_MAX 512u // mapped at once
#define CLIENT_RIGHTS (NJ_RIGHT_SEND | NJ_RIGHT_GRANT | NJ_RIGHT_GRANT_REPLY)

static const char *name_of(uint32_t index)
{
    return root.component[index].description->name;
}

static uint32_t take_slots(uint32_t index, uint32_t count)
{
    struct making *c = &root.component[index];
    uint32_t slot = c->next_slot;
    if (slot + count > c->description->slots)
        trouble(name_of(index), "slots", "its table is too small for what it is given");
    c->next_slot += count;
    return slot;
}

// Copies a capability of root's into the component's table; badge 0: as it is.
static uint32_t give_copy(uint32_t index, uint32_t source, uint32_t rights, uint64_t badge)
{
    uint32_t cnode = root.component[index].cnode, slot = take_slots(index, 1);
    enum nj_status status = badge != 0 ? cnode_mint(cnode, slot, NJ_BOOT_SLOT_CNODE, source, rights, badge)
                                       : cnode_copy(cnode, slot, NJ_BOOT_SLOT_CNODE, source, rights);
    require(status, name_of(index), "giving it a capability");
    return slot;
}

static void move_into(uint32_t index, uint32_t slot, uint32_t source)
{
    require(cnode_move(root.component[index].cnode, slot, NJ_BOOT_SLOT_CNODE, source), name_of(index),
            "giving it a capability");
}

static void give_self(uint32_t index)
{
    const struct making *c = &root.component[index];
    static const struct {
        const char *name;
        uint32_t slot;
    } self[] = {{"self-cnode", SLOT_SELF_CNODE}, {"self-space", SLOT_SELF_SPACE}, {"self-thread", SLOT_SELF_THREAD}};
    const uint32_t source[] = {c->cnode, c->space, c->thread};
    for (uint32_t i = 0; i < 3; i++) {
        require(cnode_copy(c->cnode, self[i].slot, NJ_BOOT_SLOT_CNODE, source[i], NJ_RIGHT_ALL), name_of(index),
                "giving it itself");
        startup_add(index, "", self[i].name, self[i].slot, 0);
    }
    startup_add(index, "", "badge", NJ_SLOT_NONE, index + 1);
    startup_add(index, "", "heap", NJ_SLOT_NONE, c->heap_bytes);
}

static bool uses(const struct component_description *client, uint32_t server)
{
    for (uint32_t i = 0; i < client->use_count; i++)
        if (client->uses[i] == server)
            return true;
    return false;
}

static void give_connections(uint32_t index)
{
    const struct making *c = &root.component[index];
    const struct component_description *d = c->description;
    for (uint32_t i = 0; i < d->use_count; i++) {
        const struct making *server = &root.component[d->uses[i]];
        uint32_t slot = give_copy(index, server->endpoint, CLIENT_RIGHTS, index + 1);
        startup_add(index, "", server->description->serves, slot, 0);
    }
    if (c->endpoint != NJ_SLOT_NONE)
        startup_add(index, "", "serve", give_copy(index, c->endpoint, NJ_RIGHT_ALL, 0), 0);
    for (uint32_t i = 0; i < root.description.count; i++)
        if (uses(root.component[i].description, index))
            startup_add(index, "client-", name_of(i), NJ_SLOT_NONE, i + 1);
    if (d->replies > 0) // made in place, right behind the component's own objects
        startup_add(index, "", "reply", SLOT_SELF_THREAD + 1, d->replies);
    if (c->notification != NJ_SLOT_NONE) {
        require(thread_bind_notification(c->thread, c->notification), name_of(index), "binding its notification");
        startup_add(index, "", "notification", give_copy(index, c->notification, NJ_RIGHT_ALL, 0), 0);
    }
}

// The binding keeps a notification capability of its own: the one shown to it is dropped.
static void give_interrupt(uint32_t index, uint32_t source)
{
    const struct making *c = &root.component[index];
    const char *name = name_of(index);
    uint32_t interrupt = root.scratch, shown = root.scratch + 1, slot = take_slots(index, 1);
    require(interrupt_get(NJ_BOOT_SLOT_INTERRUPT_CONTROL, source, NJ_BOOT_SLOT_CNODE, interrupt), name,
            "making its interrupt");
    require(cnode_mint(NJ_BOOT_SLOT_CNODE, shown, NJ_BOOT_SLOT_CNODE, c->notification, NJ_RIGHT_SEND, INTERRUPT_BADGE),
            name, "making its notification");
    require(interrupt_bind(interrupt, shown), name, "binding its interrupt");
    require(cnode_delete(NJ_BOOT_SLOT_CNODE, shown), name, "dropping its notification");
    move_into(index, slot, interrupt);
    startup_add(index, "", "interrupt", slot, INTERRUPT_BADGE);
}

// Maps the frame in root.scratch into the component's space, then moves it into its table. Returns the slot.
static uint32_t give_mapped_frame(uint32_t index, uint64_t address, uint32_t rights)
{
    uint32_t slot = take_slots(index, 1);
    require(frame_map(root.scratch, root.component[index].space, address, rights), name_of(index), "mapping a frame");
    move_into(index, slot, root.scratch);
    return slot;
}

static void give_device(uint32_t index)
{
    const struct device_description *device = &root.component[index].description->device;
    uint64_t pages = (device->bytes + 4095) / 4096;
    if (device->bytes == 0)
        return;
    if (pages > (STARTUP_ADDRESS - DEVICE_ADDRESS) / 4096)
        trouble(name_of(index), "device", "more than 7 pages of registers");
    require(system_device_frame(NJ_BOOT_SLOT_SYSTEM, device->address, pages, NJ_BOOT_SLOT_CNODE, root.scratch),
            name_of(index), "taking its device");
    startup_add(index, "", "device", give_mapped_frame(index, DEVICE_ADDRESS, NJ_RIGHT_READ | NJ_RIGHT_WRITE),
                DEVICE_ADDRESS);
    if (device->interrupt != 0)
        give_interrupt(index, device->interrupt);
}

// The archive's pages, for reading, in as many frames as it takes. Returns the slot of the first.
static uint32_t give_archive_pages(uint32_t index, uint64_t count)
{
    uint32_t whole = root.scratch + 1, slot = root.component[index].next_slot;
    for (uint64_t done = 0; done < count; done += FRAME_PAGES_MAX) {
        uint64_t pages = count - done < FRAME_PAGES_MAX ? count - done : FRAME_PAGES_MAX;
        require(frame_slice(NJ_BOOT_SLOT_ARCHIVE, done, pages, NJ_BOOT_SLOT_CNODE, whole), name_of(index),
                "taking the archive");
        require(cnode_copy(NJ_BOOT_SLOT_CNODE, root.scratch, NJ_BOOT_SLOT_CNODE, whole, NJ_RIGHT_READ), name_of(index),
                "taking the archive");
        require(cnode_delete(NJ_BOOT_SLOT_CNODE, whole), name_of(index), "taking the archive");
        (void)give_mapped_frame(index, ARCHIVE_ADDRESS + done * 4096, NJ_RIGHT_READ);
    }
    return slot;
}

// Header and files, without the root server's file behind them: its pages become free memory.
static void give_archive(uint32_t index)
{
    uint32_t slot = give_archive_pages(index, (root.boot->archive_bytes + 4095) / 4096);
    startup_add(index, "", "archive", slot, ARCHIVE_ADDRESS);
    startup_add(index, "", "archive-bytes", NJ_SLOT_NONE, root.archive->bytes);
}

// The supervisor's: four capabilities to every component, and what each costs.
static void give_components(uint32_t index)
{
    uint32_t count = root.description.count, first = take_slots(index, count * SUPERVISOR_CAPS);
    startup_add(index, "", "components", first, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct making *c = &root.component[i];
        const uint32_t source[SUPERVISOR_CAPS] = {c->thread, c->space, c->cnode, c->sched};
        for (uint32_t cap = 0; cap < SUPERVISOR_CAPS; cap++)
            require(cnode_copy(root.component[index].cnode, first + i * SUPERVISOR_CAPS + cap, NJ_BOOT_SLOT_CNODE,
                               source[cap], NJ_RIGHT_ALL),
                    name_of(index), "giving it the components");
        startup_add(index, "@", name_of(i), NJ_SLOT_NONE, c->memory_bytes);
        startup_add(index, "+", name_of(i), NJ_SLOT_NONE, (uint64_t)c->description->grow_kib * 1024);
    }
}

// Names for what memory_hand_over() will move there once nothing more is made.
static void give_boot_memory(uint32_t index)
{
    uint32_t count = root.boot->memory_count, first = take_slots(index, count + 2);
    startup_add(index, "", "boot-memory", first, count);
    startup_add(index, "", "root-memory", first + count, 0);
    startup_add(index, "", "root-file", first + count + 1, 0);
    root.memory_owner = index;
    root.memory_owner_slot = first;
}

static void give_authority(uint32_t index)
{
    uint32_t authority = root.component[index].description->authority;
    if (authority & AUTHORITY_SYSTEM)
        startup_add(index, "", "system", give_copy(index, NJ_BOOT_SLOT_SYSTEM, NJ_RIGHT_ALL, 0), 0);
    if (authority & AUTHORITY_SCHED_CONTROL)
        startup_add(index, "", "sched-control", give_copy(index, NJ_BOOT_SLOT_SCHED_CONTROL, NJ_RIGHT_ALL, 0), 0);
    if (authority & AUTHORITY_INTERRUPT_CONTROL)
        startup_add(index, "", "interrupt-control", give_copy(index, NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_RIGHT_ALL, 0),
                    0);
    if (authority & AUTHORITY_INTERRUPT_TIMER)
        give_interrupt(index, NJ_INTERRUPT_TIMER);
    if (authority & AUTHORITY_ARCHIVE)
        give_archive(index);
    if (authority & AUTHORITY_BOOT_MEMORY)
        give_boot_memory(index);
    if (authority & AUTHORITY_COMPONENTS)
        give_components(index);
}

void component_grant(uint32_t index)
{
    const struct making *c = &root.component[index];
    startup_begin();
    give_self(index);
    give_connections(index);
    give_device(index);
    give_authority(index);
    if (c->next_slot >= c->description->slots)
        trouble(name_of(index), "slots", "its table is too small for what it is given");
    startup_add(index, "", "free-slots", c->next_slot, c->description->slots - c->next_slot);
    startup_write(index);
}

void memory_hand_over(void)
{
    uint32_t owner = root.memory_owner, slot = root.memory_owner_slot;
    for (uint32_t i = 0; i < root.boot->memory_count; i++)
        move_into(owner, slot++, NJ_BOOT_SLOT_MEMORY + i);
    move_into(owner, slot++, NJ_BOOT_SLOT_ROOT_MEMORY);
    move_into(owner, slot++, NJ_BOOT_SLOT_ROOT_FILE);
}
