// SPDX-License-Identifier: Apache-2.0
// The system capability, and what the boot page promises.
#include "test/kernel/test.h"

uint32_t machine_ram;

static void info_adds_up(void)
{
    struct system_info info;
    OK(system_info(SLOT_SYSTEM, &info));
    SAME(info.ram_bytes, (uint64_t)machine_ram << 20); // what is reserved behind it is not given out
    CHECK(info.kernel_bytes > 0 && info.kernel_bytes < info.ram_bytes / 8);
    CHECK(info.kernel_text_bytes > 0 && info.kernel_text_bytes < info.kernel_bytes);
    CHECK(info.boot_text_bytes > 0);
    CHECK(info.boot_ns > 0 && info.boot_ns < nj_time());
    CHECK(info.firmware_bytes < info.ram_bytes / 4);
}

static void time_runs(void)
{
    uint64_t start = nj_time();
    for (volatile uint32_t i = 0; i < 100000; i++)
        ;
    CHECK(nj_time() > start);
}

static void write_takes_56_bytes_at_most(void)
{
    OK(invoke_raw(SLOT_SYSTEM, NJ_SYSTEM_WRITE, 0, 0, 0, 0, 0));
    ANSWERS(invoke_raw(SLOT_SYSTEM, NJ_SYSTEM_WRITE, 57, 0, 0, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(SLOT_SYSTEM, NJ_SYSTEM_WRITE, UINT64_MAX, 0, 0, 0, 0), NJ_BAD_ARGUMENT);
}

static void unknown_operation(void)
{
    OK(invoke_raw(SLOT_SYSTEM, NJ_OP_NULL, 0, 0, 0, 0, 0));
    ANSWERS(invoke_raw(SLOT_SYSTEM, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    ANSWERS(invoke_raw(SLOT_SYSTEM, UINT64_MAX, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

#define RAM 0x80000000ull
#define RAM_LAST 0x87fff000ull
#define UART 0x10000000ull
#define UNUSED 0x10010000ull

static void device_frame_never_of_ram(void)
{
    struct system_info info;
    uint32_t slot = slot_next();
    OK(system_info(SLOT_SYSTEM, &info));
    ANSWERS(system_device_frame(SLOT_SYSTEM, RAM, 1, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, RAM - 4096, 2, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, RAM + info.ram_bytes - 4096, 1, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, RAM_LAST, 1, SLOT_CNODE, slot), NJ_NOT_AVAILABLE); // used or not
    SAME(kind_of(slot), NJ_KIND_EMPTY);
}

static void device_frame_never_of_the_interrupt_controller(void)
{
    uint32_t slot = slot_next();
    ANSWERS(system_device_frame(SLOT_SYSTEM, 0x0c000000, 1, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, 0x0c200000, 1, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, 0x0bfff000, 2, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
}

static void device_frame_checks_its_arguments(void)
{
    uint32_t slot = slot_next();
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED + 1, 1, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 0, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 513, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, UINT64_MAX, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(system_device_frame(SLOT_SYSTEM, 0xfffffffffffff000, 1, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 1, SLOT_SPACE, slot), NJ_WRONG_KIND);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 1, SLOT_CNODE, 0), NJ_SLOT_RANGE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 1, SLOT_CNODE, SLOT_END), NJ_SLOT_RANGE);
    ANSWERS(system_device_frame(SLOT_SYSTEM, UNUSED, 1, SLOT_CNODE, SLOT_WORK), NJ_SLOT_USED);
}

static void device_frame_has_no_execute_right(void)
{
    uint32_t slot = slot_next();
    struct cnode_slot found;
    OK(system_device_frame(SLOT_SYSTEM, UART, 1, SLOT_CNODE, slot));
    OK(cnode_inspect(SLOT_CNODE, slot, &found));
    SAME(found.kind, NJ_KIND_FRAME);
    SAME(found.rights, NJ_RIGHT_READ | NJ_RIGHT_WRITE);
    SAME(found.value, 4096);
    ANSWERS(frame_map(slot, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE), NJ_NO_RIGHT);
}

static void device_registers_can_be_read(void)
{
    uint32_t slot = slot_next();
    OK(system_device_frame(SLOT_SYSTEM, UART, 1, SLOT_CNODE, slot));
    OK(frame_map(slot, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    volatile uint8_t *uart = (volatile uint8_t *)0x38000000;
    uart[7] = 0x5a; // the scratch register
    SAME(uart[7], 0x5a);
    OK(frame_unmap(slot));
}

// Memory of a device is not memory that the kernel can copy from.
static void device_frame_is_not_copied_from(void)
{
    uint32_t slot = slot_next();
    uint64_t buffer[1] = {0}, copied;
    OK(system_device_frame(SLOT_SYSTEM, UART, 1, SLOT_CNODE, slot));
    OK(frame_map(slot, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    ANSWERS(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)buffer, SLOT_SPACE, 0x38000000, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, 0x38000000, SLOT_SPACE, (uint64_t)(uintptr_t)buffer, 8, &copied), NJ_BAD_ADDRESS);
    OK(frame_unmap(slot));
}

static void revoke_takes_device_frames_back(void)
{
    uint32_t authority = copy(SLOT_SYSTEM, NJ_RIGHT_ALL), slot = slot_next();
    OK(system_device_frame(authority, UART, 1, SLOT_CNODE, slot));
    OK(frame_map(slot, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    revoke(authority);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
    OK(system_device_frame(authority, UART, 1, SLOT_CNODE, slot));
    OK(frame_map(slot, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ));
}

// A frame descends from the authority by which it was made, as a copy of that would.
static void no_device_frame_while_the_authority_is_revoked(void)
{
    uint32_t authority = copy(SLOT_SYSTEM, NJ_RIGHT_ALL), first = slot_next(), slot = slot_next();
    OK(cnode_copy(SLOT_CNODE, first, SLOT_CNODE, authority, NJ_RIGHT_ALL));
    for (uint32_t i = 0; i < 70; i++)
        OK(cnode_copy(SLOT_CNODE, slot_next(), SLOT_CNODE, authority, NJ_RIGHT_ALL));
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, authority, 0, 0, 0, 0), NJ_AGAIN);
    SAME(kind_of(first), NJ_KIND_SYSTEM); // the last that goes
    ANSWERS(system_device_frame(first, UART, 1, SLOT_CNODE, slot), NJ_REVOKING);
    ANSWERS(system_device_frame(authority, UART, 1, SLOT_CNODE, slot), NJ_REVOKING);
    OK(system_device_frame(SLOT_SYSTEM, UART, 1, SLOT_CNODE, slot));
    revoke(authority);
    SAME(kind_of(first), NJ_KIND_EMPTY);
    SAME(kind_of(slot), NJ_KIND_FRAME);
}

static const struct test_case cases[] = {
    CASE(info_adds_up),
    CASE(time_runs),
    CASE(write_takes_56_bytes_at_most),
    CASE(unknown_operation),
    CASE(device_frame_never_of_ram),
    CASE(device_frame_never_of_the_interrupt_controller),
    CASE(device_frame_checks_its_arguments),
    CASE(device_frame_has_no_execute_right),
    CASE(device_registers_can_be_read),
    CASE(device_frame_is_not_copied_from),
    CASE(revoke_takes_device_frames_back),
    CASE(no_device_frame_while_the_authority_is_revoked),
};
GROUP(system, cases);
