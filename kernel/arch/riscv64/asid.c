// SPDX-License-Identifier: Apache-2.0
// Two small sets: address-space IDs of processes, and regions of capsules. An ID or region that is given back has been
// flushed (mmu.c), so taking one needs no fence.
#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/mmu.h"

#define ASIDS_MAX 1024u
#define REGIONS_MAX 256u

// Sv48: one entry of the root table is 512 GiB and holds a capsule; the upper half but its last entry is theirs.
// Sv39: entries of 1 GiB, a stride of them each; the upper half below the direct map, then the kernel's own lower half,
// where entry 0 stays empty so that a null pointer in the kernel always traps.
#define SV39_ENTRIES ((uint32_t)(NJ_CAPSULE_STRIDE >> 30))
#define SV39_HIGH ((510u - 256u) / SV39_ENTRIES)
#define SV39_LOW (255u / SV39_ENTRIES)
#define SV48_REGIONS 255u

bool asid_is_absent;
static uint32_t asid_limit;
static uint64_t asid_used[ASIDS_MAX / 64];
static uint64_t region_used[REGIONS_MAX / 64];

static uint32_t set_take(uint64_t *set, uint32_t limit)
{
    for (uint32_t i = 0; i < limit; i++) {
        if ((set[i / 64] >> (i % 64) & 1) == 0) {
            set[i / 64] |= 1ull << (i % 64);
            return i;
        }
    }
    return UINT32_MAX;
}

static void set_give(uint64_t *set, uint32_t member)
{
    set[member / 64] &= ~(1ull << (member % 64));
}

BOOT_ONLY void asid_init(bool uses_them)
{
    uint64_t satp = csr_read(satp);
    csr_write(satp, satp | 0xffffull << SATP_ASID_SHIFT);
    uint32_t highest = csr_read(satp) >> SATP_ASID_SHIFT & 0xffff;
    csr_write(satp, satp);
    __asm__ volatile("sfence.vma" : : : "memory");
    asid_limit = highest + 1 < ASIDS_MAX ? highest + 1 : ASIDS_MAX;
    asid_is_absent = highest == 0 || !uses_them;
    asid_used[0] = 1u << ASID_KERNEL;
}

uint32_t asid_take(void)
{
    return asid_is_absent ? ASID_KERNEL : set_take(asid_used, asid_limit);
}

void asid_give(uint32_t asid)
{
    if (asid != ASID_KERNEL) {
        set_give(asid_used, asid);
    }
}

uint32_t region_take(void)
{
    return set_take(region_used, mmu_levels == 4 ? SV48_REGIONS : SV39_HIGH + SV39_LOW);
}

void region_give(uint32_t region)
{
    set_give(region_used, region);
}

uint32_t region_root_index(uint32_t region)
{
    if (mmu_levels == 4) {
        return 256 + region;
    }
    return region < SV39_HIGH ? 256 + region * SV39_ENTRIES : 1 + (region - SV39_HIGH) * SV39_ENTRIES;
}

uint32_t region_root_entries(void)
{
    return mmu_levels == 4 ? 1 : SV39_ENTRIES;
}
