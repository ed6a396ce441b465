// SPDX-License-Identifier: Apache-2.0
// The boot archive is long: the root server's view of it is made a table at a time.
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/mmu.h"

void arch_boot_map(uint32_t space, uint64_t address, uint32_t first, uint32_t end)
{
    uint32_t page = first;
    while (page < end) {
        uint64_t *leaf;
        KERNEL_ASSERT(mmu_leaf_build(space, address, &leaf) == NJ_OK);
        uint64_t entry = (mmu_ram_frame + page) << PTE_PPN_SHIFT | PTE_V | PTE_R | PTE_U | PTE_A | PTE_D;
        uint32_t index = (uint32_t)(address / PAGE_BYTES % TABLE_ENTRIES);
        for (; index < TABLE_ENTRIES && page < end; index++, page++) {
            *leaf++ = entry;
            entry += 1u << PTE_PPN_SHIFT;
            address += PAGE_BYTES;
        }
    }
}
