// SPDX-License-Identifier: Apache-2.0
// Page tables of processes and capsules: walk, map, unmap, look up, create, destroy. One code for Sv39 and Sv48: only
// the number of levels differs.
//
// A process has its own root table, in which the kernel's top entry is copied (it never changes after boot). A capsule
// has entries of the kernel's own root table to itself and is reached only through that. Accessed and dirty bits are
// set from the start: nothing here ever reads them. What the kernel maps for itself is global; what a capsule has is
// not, because only the kernel's root holds it.
#include "kernel/arch/riscv64/mmu.h"
#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/page.h"

uint32_t mmu_levels;
uint32_t mmu_kernel_root;
uint64_t mmu_ram_frame;
uint64_t mmu_satp_mode;
uint64_t mmu_user_end;
uint32_t mmu_image_table;

extern const uint8_t entry_slots_capsule[], entry_slots_process[], init_start[], init_end[];

static void fence_page(uint64_t address, uint32_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(address), "r"((uint64_t)asid) : "memory");
}

static void fence_space(uint32_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" : : "r"((uint64_t)asid) : "memory");
}

static bool is_capsule(uint32_t space)
{
    return spaces[space].type == NJ_SPACE_CAPSULE;
}

static uint32_t space_asid(uint32_t space)
{
    return is_capsule(space) ? ASID_KERNEL : spaces[space].region;
}

static uint32_t table_index(uint64_t address, uint32_t level)
{
    return address >> (12 + 9 * level) & (TABLE_ENTRIES - 1);
}

// Page of RAM that an entry points to, or NIL when it is no page of RAM.
static uint32_t entry_page(uint64_t entry)
{
    uint64_t frame = (entry >> PTE_PPN_SHIFT & 0xfffffffffff) - mmu_ram_frame;
    return frame < page_count ? (uint32_t)frame : NIL;
}

static uint64_t page_entry(uint32_t page, uint64_t bits)
{
    return (mmu_ram_frame + page) << PTE_PPN_SHIFT | bits;
}

// The table that an entry of a table leads to, or NIL.
static inline uint32_t table_below(uint32_t table, uint32_t index)
{
    uint64_t entry = pages[table][index];
    return (entry & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V ? (uint32_t)((entry >> PTE_PPN_SHIFT) - mmu_ram_frame)
                                                              : NIL;
}

uint32_t mmu_table_find(uint32_t space, uint64_t address)
{
    uint32_t table = spaces[space].root_page;
    if (mmu_levels == 4) {
        table = table_below(table, table_index(address, 3));
    }
    if (table != NIL) {
        table = table_below(table, table_index(address, 2));
    }
    return table != NIL ? table_below(table, table_index(address, 1)) : NIL;
}

// Makes what is missing of pages of the space's supply.
static __attribute__((noinline)) uint32_t table_build(uint32_t space, uint64_t address)
{
    uint32_t table = spaces[space].root_page;
    for (uint32_t level = mmu_levels - 1; level > 0; level--) {
        uint32_t index = table_index(address, level);
        if (table_below(table, index) == NIL) {
            uint32_t page = space_take_page(space, PAGE_TABLE);
            if (page == NIL) {
                return NIL;
            }
            pages[table][index] = page_entry(page, PTE_V);
        }
        table = table_below(table, index);
    }
    fence_space(space_asid(space)); // a hart may remember that there was no table
    return table;
}

// The last-level table for the address, made if it is missing. NIL: no supply left.
static uint32_t table_make(uint32_t space, uint64_t address)
{
    uint32_t table = mmu_table_find(space, address);
    return table != NIL ? table : table_build(space, address);
}

static uint64_t region_base(uint32_t space)
{
    uint64_t base = (uint64_t)region_root_index(spaces[space].region) << (12 + 9 * (mmu_levels - 1));
    uint32_t unused = 64 - (12 + 9 * mmu_levels);
    return (uint64_t)((int64_t)(base << unused) >> unused); // canonical
}

uint64_t arch_space_image_base(uint32_t space, uint32_t window_log2)
{
    uint64_t base = is_capsule(space) ? region_base(space) : NJ_IMAGE_PROCESS_BASE;
    uint64_t align = 1ull << window_log2;
    return (base + align - 1) & ~(align - 1);
}

bool arch_space_address_ok(uint32_t space, uint64_t address, uint64_t bytes)
{
    return !is_capsule(space) && address >= PAGE_BYTES && address < mmu_user_end && bytes <= mmu_user_end - address;
}

static bool page_address_ok(uint32_t space, uint64_t address)
{
    if (is_capsule(space)) {
        return address - region_base(space) < NJ_CAPSULE_STRIDE;
    }
    return address - PAGE_BYTES < mmu_user_end - PAGE_BYTES;
}

static enum nj_status table_prepare(uint32_t space, uint64_t address, uint32_t *table)
{
    if (!page_address_ok(space, address)) {
        return NJ_BAD_ARGUMENT;
    }
    *table = table_make(space, address);
    return *table == NIL ? NJ_NEEDS_SUPPLY : NJ_OK;
}

enum nj_status arch_space_prepare(uint32_t space, uint64_t address)
{
    uint32_t table;
    return table_prepare(space, address, &table);
}

static enum nj_status entry_set(uint32_t space, uint64_t address, uint64_t entry)
{
    uint32_t table;
    enum nj_status status = table_prepare(space, address, &table);
    if (status != NJ_OK) {
        return status;
    }
    uint32_t index = table_index(address, 0);
    if ((pages[table][index] & PTE_V) != 0) {
        return NJ_ALREADY_MAPPED;
    }
    pages[table][index] = entry | PTE_V | PTE_A | PTE_D | (is_capsule(space) ? 0 : PTE_U);
    fence_page(address, space_asid(space));
    return NJ_OK;
}

enum nj_status arch_space_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    uint64_t bits = PTE_R | ((access & MAP_WRITE) ? PTE_W : 0) | ((access & MAP_EXECUTE) ? PTE_X : 0);
    uint64_t frame = (access & MAP_DEVICE) ? page : mmu_ram_frame + page;
    return entry_set(space, address, frame << PTE_PPN_SHIFT | bits);
}

enum nj_status arch_space_map_entry(uint32_t space, uint64_t address)
{
    uint64_t stubs = (uint64_t)(is_capsule(space) ? entry_slots_capsule : entry_slots_process);
    return entry_set(space, address, page_entry((uint32_t)((stubs - DIRECT_MAP) / PAGE_BYTES), PTE_R | PTE_X));
}

void arch_space_unmap(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    uint32_t table = page_address_ok(space, address) ? mmu_table_find(space, address) : NIL;
    if (table == NIL) {
        return;
    }
    uint32_t index = table_index(address, 0);
    uint64_t frame = device ? page : mmu_ram_frame + page;
    uint64_t entry = pages[table][index];
    if ((entry & PTE_V) != 0 && entry >> PTE_PPN_SHIFT == frame) {
        pages[table][index] = 0;
        fence_page(address, space_asid(space));
    }
}

uint32_t arch_space_lookup(uint32_t space, uint64_t address, uint32_t access)
{
    uint64_t wanted = PTE_V | PTE_R | ((access & MAP_WRITE) ? PTE_W : 0) | ((access & MAP_EXECUTE) ? PTE_X : 0);
    uint32_t table = page_address_ok(space, address) ? mmu_table_find(space, address) : NIL;
    if (table == NIL) {
        return NIL;
    }
    uint64_t entry = pages[table][table_index(address, 0)];
    return (entry & wanted) == wanted ? entry_page(entry) : NIL;
}

static enum nj_status capsule_create(uint32_t space)
{
    uint32_t region = region_take();
    if (region == REGION_NONE) {
        return NJ_NOT_AVAILABLE;
    }
    spaces[space].region = (uint16_t)region;
    spaces[space].root_page = mmu_kernel_root;
    spaces[space].root = mmu_satp_mode | (mmu_ram_frame + mmu_kernel_root);
    return NJ_OK;
}

static enum nj_status process_create(uint32_t space)
{
    uint32_t asid = asid_take();
    if (asid == ASID_NONE) {
        return NJ_NOT_AVAILABLE;
    }
    uint32_t root = space_take_page(space, PAGE_TABLE);
    if (root == NIL) {
        asid_give(asid);
        return NJ_NEEDS_SUPPLY;
    }
    uint32_t kernel = table_index(DIRECT_MAP, mmu_levels - 1);
    pages[root][kernel] = pages[mmu_kernel_root][kernel];
    spaces[space].region = (uint16_t)asid;
    spaces[space].root_page = root;
    spaces[space].root = mmu_satp_mode | (uint64_t)asid << SATP_ASID_SHIFT | (mmu_ram_frame + root);
    return NJ_OK;
}

enum nj_status arch_space_create(uint32_t space, enum nj_space_type type)
{
    return type == NJ_SPACE_CAPSULE ? capsule_create(space) : process_create(space);
}

void arch_space_destroy(uint32_t space)
{
    if (is_capsule(space)) {
        uint32_t first = region_root_index(spaces[space].region);
        for (uint32_t i = 0; i < region_root_entries(); i++) {
            pages[mmu_kernel_root][first + i] = 0;
        }
        fence_space(ASID_KERNEL);
        region_give(spaces[space].region);
    } else {
        if (csr_read(satp) == spaces[space].root) {
            csr_write(satp, mmu_satp_mode | (mmu_ram_frame + mmu_kernel_root));
        }
        fence_space(spaces[space].region);
        asid_give(spaces[space].region);
    }
    spaces[space].root = 0;
    spaces[space].root_page = NIL;
}

void arch_init_release(void)
{
    for (uint64_t address = (uint64_t)init_start; address < (uint64_t)init_end; address += PAGE_BYTES) {
        pages[mmu_image_table][table_index(address, 0)] |= PTE_W;
        pages[mmu_image_table][table_index(address, 0)] &= ~(uint64_t)PTE_X;
    }
    __asm__ volatile("sfence.vma" : : : "memory");
}

void arch_code_sync(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}
