// SPDX-License-Identifier: Apache-2.0
// Power-on: the boot archive that the loader hands over (as the initial ramdisk), and what the kernel tells the first
// program, the root server.
#pragma once
#include <stdint.h>

// Boot archive: this header, then `count` entries, then the files, each at a multiple of 4096. Entry 0 is the root server,
// a native component (component.h); its file lies last, so that its memory can be given back. Little-endian.
#define NJ_ARCHIVE_MAGIC 0x31414a4e // "NJA1"
#define NJ_ARCHIVE_NAME_BYTES 48
#define NJ_ARCHIVE_FILES_MAX 72

struct nj_archive_entry {
    char name[NJ_ARCHIVE_NAME_BYTES]; // NUL-terminated
    uint32_t offset;                  // bytes from the start of the archive, a multiple of 4096
    uint32_t bytes;
};
struct nj_archive {
    uint32_t magic;
    uint32_t count;
    uint32_t bytes; // whole archive
    uint32_t reserved;
    struct nj_archive_entry entry[];
};

// The root server starts with a0 = address of its message page; struct nj_boot lies there at NJ_MESSAGE_BYTES.
// Its capability table:
#define NJ_BOOT_SLOT_CNODE 1
#define NJ_BOOT_SLOT_SPACE 2
#define NJ_BOOT_SLOT_THREAD 3
#define NJ_BOOT_SLOT_SCHED 4
#define NJ_BOOT_SLOT_SCHED_CONTROL 5
#define NJ_BOOT_SLOT_INTERRUPT_CONTROL 6
#define NJ_BOOT_SLOT_SYSTEM 7
#define NJ_BOOT_SLOT_ARCHIVE 8       // frame over the archive up to the root server's file, read and execute; mapped at
                                     // archive_address
#define NJ_BOOT_SLOT_DEVICETREE 9    // frame over the machine's devicetree, read; mapped at devicetree_address
#define NJ_BOOT_SLOT_ROOT_MEMORY 10  // untyped the root server itself was made from (revoked, everything of it is free)
#define NJ_BOOT_SLOT_ROOT_FILE 11    // untyped under the root server's file in the archive; as above
#define NJ_BOOT_SLOT_MEMORY 12       // first of memory_count untyped capabilities: all memory that is left
#define NJ_BOOT_MEMORY_MAX 64
#define NJ_BOOT_SLOT_ROOT_TEXT 76    // frame over the root server's text
#define NJ_BOOT_SLOT_HART 77         // first of hart_count capabilities to further harts
#define NJ_BOOT_HARTS_MAX 3
#define NJ_BOOT_SLOT_FREE 80         // from here on all slots are empty
#define NJ_BOOT_SLOTS 512            // slots of the root server's table

struct nj_boot {
    uint32_t abi_version; // NJ_ABI_VERSION
    uint32_t memory_count;
    uint64_t archive_address;
    uint64_t archive_bytes; // of the frame
    uint64_t devicetree_address;
    uint64_t devicetree_bytes;
    uint64_t entry_to_user_ns; // from kernel entry to the first instruction of the root server
    uint32_t first_free_slot;
    uint32_t hart; // boot hart
    uint32_t hart_count; // further ones
    uint32_t reserved;
};

#define NJ_ABI_VERSION 1
