// SPDX-License-Identifier: Apache-2.0
#include "lib/object.h"
#include "service/root/root.h"

static uint64_t bytes_left(uint32_t memory)
{
    uint64_t bytes, left;
    enum nj_status status = untyped_info(NJ_BOOT_SLOT_MEMORY + memory, &bytes, &left);
    return status == NJ_OK ? left : 0;
}

void memory_retype(enum nj_kind kind, uint32_t count, uint64_t size, uint32_t cnode, uint32_t index,
                   const char *component, uint64_t *taken)
{
    for (; root.memory < root.boot->memory_count; root.memory++) {
        uint64_t before = bytes_left(root.memory);
        enum nj_status status = untyped_retype(NJ_BOOT_SLOT_MEMORY + root.memory, kind, count, size, cnode, index);
        if (status == NJ_NO_MEMORY) // what is left of this piece goes to the memory manager
            continue;
        require(status, component, "making its objects");
        *taken += before - bytes_left(root.memory);
        return;
    }
    trouble(component, "making its objects", "the machine has too little memory");
}
