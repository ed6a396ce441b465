// SPDX-License-Identifier: Apache-2.0
// The start-up page of a native component: its message page, with this structure at NJ_MESSAGE_BYTES. Written by the
// root server before the component starts; a0 holds the page's address at the first instruction.
#pragma once
#include <stdint.h>

#define NJ_STARTUP_NAME_BYTES 24
#define NJ_STARTUP_ENTRIES_MAX 64

struct nj_startup_entry {
    char name[NJ_STARTUP_NAME_BYTES]; // interface or resource, NUL-terminated: "log", "uart", "self-cnode"
    uint32_t slot;                    // capability slot; or 0 for a plain value
    uint32_t reserved;
    uint64_t value; // badge given to clients, mapped address, bytes, ...: what the name says
};
struct nj_startup {
    uint32_t abi_version; // NJ_ABI_VERSION
    uint32_t count;
    struct nj_startup_entry entry[];
};
_Static_assert(sizeof(struct nj_startup_entry) == 40, "layout is part of the ABI");
