// SPDX-License-Identifier: Apache-2.0
#include "kernel/arch/riscv64/device.h"

#include "kernel/arch/arch.h"

static struct {
    uint64_t start, end;
} reserved[DEVICES_RESERVED_MAX];
static uint32_t reserved_count;

BOOT_ONLY void device_reserve(uint64_t start, uint64_t bytes)
{
    if (bytes == 0) {
        return;
    }
    KERNEL_ASSERT(reserved_count < DEVICES_RESERVED_MAX);
    reserved[reserved_count].start = start;
    reserved[reserved_count].end = start + bytes;
    reserved_count++;
}

bool arch_device_is_reserved(uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < reserved_count; i++) {
        if (start < reserved[i].end && end > reserved[i].start) {
            return true;
        }
    }
    return false;
}
