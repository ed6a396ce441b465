// SPDX-License-Identifier: Apache-2.0
// Whole sequences of system calls, faults and timer events by several threads against the portable kernel. The input is
// a script: each step is a number of bytes that choose call, capabilities and arguments, mostly from small ranges so that
// they hit something. All kernel state is checked every few steps; KERNEL_FUZZ_EVERY=1 checks after each.
#include <stdio.h>
#include <stdlib.h>

#include "abi/boot.h"
#include "kernel/arch/host/host.h"
#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"

#define TABLE_SLOTS 256u
#define STEPS_MAX 400u

struct script {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t next_byte(struct script *script)
{
    if (script->left == 0)
        return 0;
    script->left--;
    return *script->bytes++;
}

// Mostly small numbers, sometimes sizes, sometimes anything.
static uint64_t next_argument(struct script *script)
{
    uint8_t choice = next_byte(script), value = next_byte(script);

    switch (choice % 8u) {
    case 0:
        return (uint64_t)value << (choice / 8u);
    case 1:
        return (uint64_t)value * PAGE_BYTES;
    case 2:
        return UINT64_MAX - value;
    case 3:
        return value % 16u;
    default:
        return value % 128u;
    }
}

static void verify(const char *what, uint32_t step, int thorough)
{
    const char *broken = check_invariants(thorough);

    if (broken == NULL)
        return;
    fprintf(stderr, "after %s, step %u: %s\n", what, step, broken);
    abort();
}

// A setting worth attacking: objects of every kind in known slots, threads that can run.
static void furnish(uint32_t root)
{
    static const struct {
        uint8_t kind, count, size, slot;
    } objects[] = {
        {NJ_KIND_THREAD, 6, 0, 20},       {NJ_KIND_SCHED, 6, 0, 26}, {NJ_KIND_ENDPOINT, 4, 0, 32},
        {NJ_KIND_NOTIFICATION, 3, 0, 36}, {NJ_KIND_REPLY, 5, 0, 40}, {NJ_KIND_SPACE, 3, 0, 45},
        {NJ_KIND_CODE, 2, 0, 48},         {NJ_KIND_FRAME, 4, 1, 50}, {NJ_KIND_CNODE, 2, 32, 54},
        {NJ_KIND_UNTYPED, 8, 16, 56},
    };

    for (uint32_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        uint64_t words[8] = {objects[i].kind, objects[i].count, objects[i].size, NJ_BOOT_SLOT_CNODE, objects[i].slot};
        host_syscall(root, NJ_SYS_INVOKE, NJ_BOOT_SLOT_MEMORY, NJ_UNTYPED_RETYPE, 0, words);
    }
    for (uint32_t i = 0; i < 6; i++) {
        uint64_t time[8] = {26u + i, 1000000u * (i + 1u), 10000000};
        uint64_t configure[8] = {NJ_BOOT_SLOT_SPACE, 254u - i % 2u, 255, i < 4 ? 32u + i % 2u : 0};
        uint64_t sched[8] = {26u + i}, start[8] = {0x10000, 0x20000, i};
        host_syscall(root, NJ_SYS_INVOKE, NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 0, time);
        host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_CONFIGURE, 0, configure);
        if (i < 5)
            host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_BIND_SCHED, 0, sched);
        host_syscall(root, NJ_SYS_INVOKE, 20u + i, NJ_THREAD_START, 0, start);
    }
}

static uint32_t step_syscall(struct script *script, uint32_t thread)
{
    uint64_t words[8], number = next_byte(script) % 16u, capability = next_byte(script);
    uint64_t tag = next_byte(script), reply = 0;

    if (number >= 12u)
        number = NJ_SYS_INVOKE; // most of the kernel is behind it
    if (number == NJ_SYS_INVOKE) {
        tag %= 16u;
    } else {
        reply = next_byte(script) % 64u | (uint64_t)(next_byte(script) % 128u) << 32;
        if ((tag & 0x80u) != 0)
            tag = (tag & 0x0fu) | NJ_TAG_CAP | (uint64_t)(next_byte(script) % 128u + 1u) << NJ_TAG_CAP_SHIFT;
    }
    for (uint32_t i = 0; i < 8; i++)
        words[i] = i < 5 ? next_argument(script) : 0;
    return host_syscall(thread, number, capability, tag, reply, words);
}

static uint32_t step(struct script *script, uint32_t thread)
{
    uint8_t choice = next_byte(script);

    host_time_ns += (uint64_t)(choice & 15u) * 50000u;
    if (host_deadline <= host_time_ns)
        return kernel_timer(thread);
    if (thread == NIL || choice > 250u) {
        if (host_deadline != UINT64_MAX && host_deadline > host_time_ns)
            host_time_ns = host_deadline;
        return kernel_timer(thread);
    }
    if (choice > 245u)
        return kernel_interrupt(thread, choice % 8u + 1u);
    if (choice > 232u)
        return kernel_fault(thread, (enum nj_fault)(choice % 6u + 1u), next_argument(script));
    return step_syscall(script, thread);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint32_t every = 0;
    struct script script = {bytes, size};

    if (every == 0)
        every = getenv("KERNEL_FUZZ_EVERY") != NULL ? (uint32_t)atoi(getenv("KERNEL_FUZZ_EVERY")) : 50u;
    uint32_t thread = host_boot(TABLE_SLOTS);
    furnish(thread);
    thread = sched_current;
    for (uint32_t i = 0; i < STEPS_MAX && script.left > 0; i++) {
        thread = step(&script, thread);
        if (thread != sched_current)
            abort();
        if (i % every == every - 1u)
            verify("a step", i, 0);
    }
    verify("the last step", STEPS_MAX, size % 16u == 0);
    return 0;
}
