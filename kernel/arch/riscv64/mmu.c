// SPDX-License-Identifier: Apache-2.0
// Page tables of processes and capsules: map, unmap, look up, create, destroy; the walk is in page_map.h. One code for Sv39
// and Sv48: only the number of levels differs.
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
#include "kernel/arch/riscv64/page_map.h"
#include "kernel/page.h"

uint32_t mmu_levels;
uint32_t mmu_kernel_root;
uint64_t mmu_ram_frame;
uint64_t mmu_table_offset;
uint64_t mmu_satp_mode;
uint64_t arch_user_end;
uint32_t mmu_image_table;

extern const uint8_t entry_slots_capsule[], entry_slots_process[], init_start[], hart_start[];

static void fence_space(uint32_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" : : "r"((uint64_t)asid) : "memory");
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

static inline uint32_t table_of(uint64_t entry)
{
    return (uint32_t)((entry >> PTE_PPN_SHIFT) - mmu_ram_frame);
}

// The table of this level, and what is missing above it, made of pages of the space's supply. ALREADY_MAPPED: a large leaf
// is in the way.
static __attribute__((noinline)) enum nj_status table_build(uint32_t space, uint64_t address, uint32_t bottom,
                                                            uint32_t *table)
{
    *table = spaces[space].root_page;
    for (uint32_t level = mmu_levels - 1; level > bottom; level--) {
        uint32_t index = table_index(address, level);
        if ((pages[*table][index] & PTE_V) == 0) {
            uint32_t page = space_take_page(space, PAGE_TABLE);
            if (page == NIL) {
                return NJ_NEEDS_SUPPLY;
            }
            store_before_walk();
            pages[*table][index] = page_entry(page, PTE_V);
        } else if (!is_table(pages[*table][index])) {
            return NJ_ALREADY_MAPPED;
        }
        *table = table_of(pages[*table][index]);
    }
    fence_space(space_asid(space)); // a hart may remember that there was no table
    return NJ_OK;
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

static bool page_address_ok(uint32_t space, uint64_t address)
{
    if (is_capsule(space)) {
        return address - region_base(space) < NJ_CAPSULE_STRIDE;
    }
    return address - PAGE_BYTES < arch_user_end - PAGE_BYTES;
}

enum nj_status mmu_leaf_build(uint32_t space, uint64_t address, uint64_t **leaf)
{
    uint32_t table;
    if (leaf_find(space, address, leaf)) {
        return NJ_OK;
    }
    enum nj_status status = table_build(space, address, 0, &table);
    *leaf = &pages[table][table_index(address, 0)];
    return status;
}

enum nj_status arch_space_back(uint32_t space, uint64_t address, uint32_t *page)
{
    uint64_t *leaf;
    if (!page_address_ok(space, address)) {
        return NJ_BAD_ARGUMENT;
    }
    enum nj_status status = mmu_leaf_build(space, address, &leaf);
    if (status != NJ_OK) {
        return status;
    }
    if ((*leaf & PTE_V) != 0) {
        return NJ_ALREADY_MAPPED;
    }
    *page = space_take_page(space, PAGE_OWNED);
    if (*page == NIL) {
        return NJ_NEEDS_SUPPLY;
    }
    leaf_set(space, address, leaf, frame_entry(*page, MAP_READ | MAP_WRITE));
    return NJ_OK;
}

static enum nj_status entry_set(uint32_t space, uint64_t address, uint64_t entry)
{
    uint64_t *leaf;
    enum nj_status status = mmu_leaf_build(space, address, &leaf);
    return status == NJ_OK && !leaf_set(space, address, leaf, entry) ? NJ_ALREADY_MAPPED : status;
}

enum nj_status arch_space_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    return entry_set(space, address, frame_entry(page, access));
}

enum nj_status arch_space_map_large(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    bool is_aligned = address % (LARGE_PAGES * PAGE_BYTES) == 0 && frame_of(page, access & MAP_DEVICE) % LARGE_PAGES == 0;
    uint32_t table, index = table_index(address, 1);
    if (!is_aligned) {
        return NJ_NOT_AVAILABLE;
    }
    enum nj_status status = table_build(space, address, 1, &table);
    if (status != NJ_OK) {
        return status;
    }
    if (is_table(pages[table][index])) {
        return NJ_NOT_AVAILABLE;
    }
    return leaf_set(space, address, &pages[table][index], frame_entry(page, access)) ? NJ_OK : NJ_ALREADY_MAPPED;
}

enum nj_status arch_space_map_entry(uint32_t space, uint64_t address)
{
    uint64_t stubs = (uint64_t)(is_capsule(space) ? entry_slots_capsule : entry_slots_process);
    return entry_set(space, address, page_entry((uint32_t)((stubs - DIRECT_MAP) / PAGE_BYTES), PTE_R | PTE_X));
}

void arch_space_unmap(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    arch_page_unmap(space, address, page, device);
}

// The whole space is flushed: a hart may keep a large leaf in pieces, and need not find all of them by one address.
bool arch_space_unmap_large(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    uint64_t *large;
    bool is_aligned = address % (LARGE_PAGES * PAGE_BYTES) == 0;
    if (!is_aligned || !large_entry_find(space, address, &large) || !leaf_clear(large, frame_of(page, device))) {
        return false;
    }
    fence_space(space_asid(space));
    return true;
}

uint32_t arch_space_lookup(uint32_t space, uint64_t address, uint32_t access)
{
    uint64_t wanted = PTE_V | (uint64_t)(access | MAP_READ) << 1;
    uint64_t *large;
    uint64_t entry = page_address_ok(space, address) && large_entry_find(space, address, &large) ? *large : 0;
    uint32_t within = table_index(address, 0); // of a large leaf
    if (is_table(entry)) {
        entry = table_at(entry)[within];
        within = 0;
    }
    uint32_t page = (entry & wanted) == wanted ? entry_page(entry) : NIL;
    return page != NIL ? page + within : NIL;
}

COLD bool arch_space_has(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    uint64_t *large;
    if (!large_entry_find(space, address, &large)) {
        return false;
    }
    uint64_t entry = is_table(*large) ? table_at(*large)[table_index(address, 0)] : *large;
    return (entry & PTE_V) != 0 && entry >> PTE_PPN_SHIFT == frame_of(page, device);
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
    for (uint64_t address = (uint64_t)init_start; address < (uint64_t)hart_start; address += PAGE_BYTES) {
        pages[mmu_image_table][table_index(address, 0)] |= PTE_W;
        pages[mmu_image_table][table_index(address, 0)] &= ~(uint64_t)PTE_X;
    }
    __asm__ volatile("sfence.vma" : : : "memory");
}

void arch_code_sync(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}
