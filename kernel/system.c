// SPDX-License-Identifier: Apache-2.0
// The system capability.
#include "kernel/system.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/page.h"
#include "kernel/syscall.h"

#define WRITE_BYTES_MAX 56u
#define DEVICE_PAGES_MAX 512u

extern char text_start[], text_used_end[], init_start[], init_text_end[]; // kernel.ld

static uint64_t ram_start, entry_ns, user_ns;
static uint32_t reserved_pages, firmware_pages;

BOOT_ONLY void system_init(const struct machine *machine, uint32_t reserved)
{
    ram_start = machine->ram_start;
    entry_ns = machine->entry_ns;
    firmware_pages = machine->firmware_end - machine->firmware_start;
    reserved_pages = reserved;
}

void system_user_starts(uint64_t now_ns)
{
    user_ns = now_ns - entry_ns;
}

uint64_t system_entry_ns(void)
{
    return entry_ns;
}

static enum nj_status device_frame(uint32_t thread, uint32_t system)
{
    uint64_t address = argument(thread, 0), count = argument(thread, 1);
    uint64_t ram_end = ram_start + (uint64_t)page_count * PAGE_BYTES, end = address + count * PAGE_BYTES;
    uint32_t destination;

    if (address % PAGE_BYTES != 0 || count == 0 || count > DEVICE_PAGES_MAX || address / PAGE_BYTES > UINT32_MAX - count)
        return NJ_BAD_ARGUMENT;
    if ((address < ram_end && end > ram_start) || arch_device_is_reserved(address, end))
        return NJ_NOT_AVAILABLE;
    enum nj_status status = cap_lookup_in(thread, argument(thread, 2), argument(thread, 3), &destination);
    if (status != NJ_OK)
        return status;
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return NJ_SLOT_USED;
    status = derive_allowed(system);
    if (status != NJ_OK)
        return status;
    struct cap cap = {
        .kind = NJ_KIND_FRAME,
        .rights = NJ_RIGHT_READ | NJ_RIGHT_WRITE | CAP_DEVICE,
        .extra = (uint16_t)count,
        .object = (uint32_t)(address / PAGE_BYTES),
    };
    cap_create(system, destination, cap);
    return NJ_OK;
}

static enum nj_status info(uint32_t thread)
{
    set_result(thread, 0, (uint64_t)page_count * PAGE_BYTES);
    set_result(thread, 1, (uint64_t)(reserved_pages - firmware_pages) * PAGE_BYTES);
    set_result(thread, 2, (uint64_t)(text_used_end - text_start));
    set_result(thread, 3, (uint64_t)(init_text_end - init_start));
    set_result(thread, 4, user_ns);
    set_result(thread, 5, (uint64_t)firmware_pages * PAGE_BYTES);
    return NJ_OK;
}

static enum nj_status write(uint32_t thread)
{
    uint64_t bytes = argument(thread, 0);

    if (bytes > WRITE_BYTES_MAX)
        return NJ_BAD_ARGUMENT;
    for (uint32_t i = 0; i < bytes; i++)
        arch_console_write((char)(argument(thread, 1 + i / 8u) >> (i % 8u * 8u)));
    return NJ_OK;
}

enum nj_status system_invoke(uint32_t thread, uint32_t slot, uint64_t operation)
{
    switch (operation) {
    case NJ_SYSTEM_POWEROFF:
        arch_poweroff((uint32_t)(argument(thread, 0) & 0xffffu));
    case NJ_SYSTEM_REBOOT:
        arch_reboot();
    case NJ_SYSTEM_DEVICE_FRAME:
        return device_frame(thread, slot);
    case NJ_SYSTEM_INFO:
        return info(thread);
    case NJ_SYSTEM_WRITE:
        return write(thread);
    default:
        return NJ_BAD_OPERATION;
    }
}
