// SPDX-License-Identifier: Apache-2.0
// What boot needs to know about the machine, read from its devicetree. Boot only.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define RESERVED_MAX 16
#define MEMORY_MAX 8

struct range {
    uint64_t start, bytes; // physical; bytes 0: not there
};

#define FURTHER_HARTS_MAX 3

// What a hart says it has.
struct isa {
    bool has_zba, has_zbb, has_sstc, has_zfinx, has_fp, has_vector;
};

struct further_hart {
    uint32_t number, mmu;
    bool has_fp, has_vector;
};

struct platform {
    uint64_t tree_bytes;                 // of the devicetree itself
    struct range ram;                    // first memory bank: the one that is used
    struct range memory[MEMORY_MAX];     // all of them
    uint32_t memory_count;
    struct range reserved[RESERVED_MAX]; // by firmware
    uint32_t reserved_count;
    struct range archive; // initial ramdisk
    struct range plic;
    uint32_t plic_context, plic_sources;
    struct range finisher;
    struct range machine_timer; // the firmware's own
    uint32_t ticks_per_second;
    struct isa isa;                               // of the boot hart
    struct further_hart harts[FURTHER_HARTS_MAX]; // others that can run what this one runs
    uint32_t hart_count;
    bool wants_sv39;    // "sv39" among the boot arguments
    bool wants_no_asid; // the same of "noasid": to run as on harts that have none
};

// Reads the devicetree at `tree`, of which FDT_BYTES_MAX bytes can be read. NULL, or what is wrong with it. `hart` is the
// boot hart. `platform` is all zero.
const char *boot_devicetree_read(const uint32_t *tree, uint64_t hart, struct platform *platform);
