// SPDX-License-Identifier: Apache-2.0
// There is no shorter way on the build machine: what fails is tried again by frame_run.c, which says why.
#pragma once
#include "kernel/arch/arch.h"

static inline bool arch_page_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    return arch_space_map(space, address, page, access) == NJ_OK;
}

static inline void arch_page_unmap(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    arch_space_unmap(space, address, page, device);
}
