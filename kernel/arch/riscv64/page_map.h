// SPDX-License-Identifier: Apache-2.0
// The walk through page tables, and what mmu.c and the short ways of mapping (kernel/arch/page_map.h) share.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/mmu.h"

static inline void fence_page(uint64_t address, uint32_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(address), "r"((uint64_t)asid) : "memory");
}

static inline bool is_capsule(uint32_t space)
{
    return spaces[space].type == NJ_SPACE_CAPSULE;
}

static inline uint32_t space_asid(uint32_t space)
{
    return is_capsule(space) ? ASID_KERNEL : spaces[space].region;
}

static inline uint32_t table_index(uint64_t address, uint32_t level)
{
    return address >> (12 + 9 * level) & (TABLE_ENTRIES - 1);
}

// An entry that points to a table holds its page number and PTE_V, no other bit: two places to the left it is the
// physical address of the table, plus 4.
static inline bool is_table(uint64_t entry)
{
    return (entry & ((1u << PTE_PPN_SHIFT) - 1u)) == PTE_V;
}

static inline uint64_t *table_at(uint64_t entry)
{
    return (uint64_t *)((entry << (12 - PTE_PPN_SHIFT)) + mmu_table_offset);
}

// The entry of the table above the last level. False: there is no such table.
static inline bool large_entry_find(uint32_t space, uint64_t address, uint64_t **large)
{
    const uint64_t *table = pages[spaces[space].root_page];
    uint64_t entry;

    if (__builtin_expect(mmu_levels == 4, true)) {
        entry = table[table_index(address, 3)];
        if (!is_table(entry)) {
            return false;
        }
        table = table_at(entry);
    }
    entry = table[table_index(address, 2)];
    *large = &table_at(entry)[table_index(address, 1)];
    return is_table(entry);
}

// The entry of the last-level table. False: there is no such table.
static inline bool leaf_find(uint32_t space, uint64_t address, uint64_t **leaf)
{
    uint64_t *large;

    if (!large_entry_find(space, address, &large)) {
        return false;
    }
    *leaf = &table_at(*large)[table_index(address, 0)];
    return is_table(*large);
}

static inline uint64_t frame_of(uint32_t page, bool device)
{
    return device ? page : mmu_ram_frame + page;
}

// The bits of map_access that are rights are one place below those of an entry.
static inline uint64_t frame_entry(uint32_t page, uint32_t access)
{
    _Static_assert(MAP_READ << 1 == PTE_R && MAP_WRITE << 1 == PTE_W && MAP_EXECUTE << 1 == PTE_X, "one shift");
    uint64_t bits = (uint64_t)(access & (MAP_READ | MAP_WRITE | MAP_EXECUTE)) << 1;
    return frame_of(page, (access & MAP_DEVICE) != 0) << PTE_PPN_SHIFT | bits;
}

// A further hart's page-table walker finds an entry only after what it leads to.
static inline void store_before_walk(void)
{
    __asm__ volatile("fence w, w" : : : "memory");
}

// Fills a leaf, if it is empty.
static inline bool leaf_set(uint32_t space, uint64_t address, uint64_t *leaf, uint64_t entry)
{
    if ((*leaf & PTE_V) != 0) {
        return false;
    }
    uint64_t bits = entry | PTE_V | PTE_A | PTE_D;
    uint32_t asid = ASID_KERNEL;
    if (!is_capsule(space)) {
        bits |= PTE_U;
        asid = spaces[space].region;
    }
    store_before_walk();
    *leaf = bits;
    fence_page(address, asid);
    return true;
}

// Empties the entry if it is a leaf of exactly this frame.
static inline bool leaf_clear(uint64_t *leaf, uint64_t frame)
{
    if ((*leaf & (PTE_V | PTE_R)) != (PTE_V | PTE_R) || *leaf >> PTE_PPN_SHIFT != frame) {
        return false;
    }
    *leaf = 0;
    return true;
}

static inline bool arch_page_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    uint64_t *leaf;

    return leaf_find(space, address, &leaf) && leaf_set(space, address, leaf, frame_entry(page, access));
}

static inline void arch_page_unmap(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    uint64_t *leaf;

    if (leaf_find(space, address, &leaf) && leaf_clear(leaf, frame_of(page, device))) {
        fence_page(address, space_asid(space));
    }
}
