// SPDX-License-Identifier: Apache-2.0
// Installed packages. Everything a bundle has is made from one block of memory: freeing the block frees the bundle.
#pragma once
#include "service/compiler/compiler.h"
#include "service/process/image.h"
#include "service/process/process.h"

// A bundle's run of slots in the process manager's table.
enum { BUNDLE_SLOT_MEMORY, BUNDLE_SLOT_CODE, BUNDLE_SLOT_SUPPLY, BUNDLE_SLOT_FRAME };
#define BUNDLE_FRAMES_MAX 8 // of up to 2 MiB
#define BUNDLE_SLOTS (BUNDLE_SLOT_FRAME + BUNDLE_FRAMES_MAX)

// Where the images (without their code) are mapped, one behind the other: few of them share a page table.
#define BUNDLE_REST_BYTES_MAX (BUNDLE_FRAMES_MAX * 0x200000u)
#define BUNDLE_ADDRESS_FIRST 0x1000000000u

// Life: bundle_install() to bundle_uninstall(), only while no instance runs.
struct bundle {
    char name[PROCESS_NAME_BYTES]; // empty: free
    uint32_t slots;                // first of BUNDLE_SLOTS, for ever
    uint32_t instances;            // that run
    uint64_t address;              // where its frames are mapped
    uint32_t rest_pages;           // how many pages they have
    uint64_t memory_id;
    uint64_t memory_bytes;
    uint64_t module_bytes;
    struct image image;
};

void bundle_init(void);
// A null pointer if there is none of this name. bundle_at(): of this index, free or not; null beyond the table.
struct bundle *bundle_find(const char *name);
struct bundle *bundle_at(uint32_t index);
bool bundle_has_room(void);

// Takes the image that the compiler left in its space (readable through compiler_space) into a new bundle. On failure
// nothing is left of it and the outcome says why.
bool bundle_install(const char *name, const struct compiler_result *result, uint32_t compiler_space,
                    struct process_outcome *outcome);
void bundle_uninstall(struct bundle *bundle);
void bundle_describe(const struct bundle *bundle, struct process_bundle *description);
