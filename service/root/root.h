// SPDX-License-Identifier: Apache-2.0
// The root server's own state and steps. It runs once, from the boot archive to "all components started", and is then
// taken apart by the memory manager; nothing of it stays.
//
// Every object is made from the boot memory (never from root's own), all of one kind after each other, so that they
// share pages. Capabilities lie in root's table at fixed places until they move to their owners.
#pragma once
#include "abi/boot.h"
#include "abi/component.h"
#include "service/root/description.h"

// Addresses in every component's space, below and far above its own memory.
#define DEVICE_ADDRESS 0x8000u
#define STARTUP_ADDRESS 0xf000u
#define ARCHIVE_ADDRESS 0x10000000u

// What root knows of a component while it makes it.
struct making {
    const struct component_description *description;
    uint32_t thread, space, cnode, sched, endpoint, notification; // slots of root; the last two may be NJ_SLOT_NONE
    uint64_t memory_bytes;                                        // taken for it so far
    uint64_t file_address;                                        // of its image, in root's space
    uint32_t file_page;                                           // the same, page of the archive
    uint64_t memory_end;                                          // end of its writable memory: the stack's top
    uint64_t heap_bytes;
    uint32_t next_slot; // first unused slot of its table
    uint32_t entry;     // address of its first instruction
};

struct root {
    const struct nj_boot *boot;
    const struct nj_archive *archive;
    struct description description;
    struct making component[COMPONENTS_MAX];
    uint32_t scratch;                         // two empty slots of root's table, for capabilities on their way
    uint32_t memory;                          // index of the boot untyped that memory comes from at present
    uint32_t memory_owner, memory_owner_slot; // who gets all that is left, and where
};
extern struct root root;

// trouble.c: the end when something went wrong: a line on the firmware's console, then power off with a failure code.
_Noreturn void trouble(const char *component, const char *what, const char *why);
// The same unless status is OK.
void require(enum nj_status status, const char *component, const char *what);

// memory.c: makes objects from the boot memory; the bytes it took are added to *taken.
void memory_retype(enum nj_kind kind, uint32_t count, uint64_t size, uint32_t cnode, uint32_t index,
                   const char *component, uint64_t *taken);

// objects.c: all kernel objects of all components.
void objects_make(void);
// load.c: a component's space: supply, text, data, writable memory, its thread configured.
void component_load(uint32_t index);
// grant.c: a component's capabilities and its start-up page.
void component_grant(uint32_t index);
// Afterwards root can make nothing more: all memory, its own included, is the memory manager's.
void memory_hand_over(void);
// startup.c: the start-up page being written; one at a time.
void startup_begin(void);
void startup_add(uint32_t index, const char *prefix, const char *name, uint32_t slot, uint64_t value);
void startup_write(uint32_t index);
