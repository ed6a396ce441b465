// SPDX-License-Identifier: Apache-2.0
// Page tables, shared by boot and the rest. A table is named by its page of RAM.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "abi/status.h"

#define PTE_V 0x01u
#define PTE_R 0x02u
#define PTE_W 0x04u
#define PTE_X 0x08u
#define PTE_U 0x10u
#define PTE_G 0x20u
#define PTE_A 0x40u
#define PTE_D 0x80u
#define PTE_PPN_SHIFT 10
#define TABLE_ENTRIES 512u

extern uint32_t mmu_levels;      // 3: Sv39, 4: Sv48
extern uint32_t mmu_kernel_root; // page of the kernel's root table
extern uint64_t mmu_ram_frame;   // physical page number of the first page of RAM
extern uint64_t mmu_table_offset; // what table_at() adds (page_map.h)
extern uint64_t mmu_satp_mode;   // mode bits of satp
extern uint32_t mmu_image_table; // last-level table of the 2 MiB around the kernel image

// The entry of the last-level table, which is made from the space's supply if it is missing. NEEDS_SUPPLY; ALREADY_MAPPED,
// of a large mapping.
enum nj_status mmu_leaf_build(uint32_t space, uint64_t address, uint64_t **leaf);

// asid.c: address-space IDs, and regions of capsules in the kernel's root table
#define ASID_KERNEL 0
#define ASID_NONE UINT32_MAX
#define REGION_NONE UINT32_MAX
extern bool asid_is_absent; // the hart has none: every change of root flushes
void asid_init(bool uses_them); // boot, kernel root active
uint32_t asid_take(void);
void asid_give(uint32_t asid);
uint32_t region_take(void);
void region_give(uint32_t region);
uint32_t region_root_index(uint32_t region); // first entry of the kernel's root table that belongs to it
uint32_t region_root_entries(void);          // and how many do
