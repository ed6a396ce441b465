// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/kernel_steps.h"

#include "kernel/capability.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "test/fuzz/kernel_setting.h"

#define LITTLE_NS 15000u // not much more than the kernel thinks worth a turn

struct step_counts step_counts;

// The machine must not be switched off: those two operations become others.
static uint64_t without_poweroff(uint32_t thread, uint64_t number, uint64_t capability, uint64_t tag)
{
    uint32_t slot;
    bool ends = number == NJ_SYS_INVOKE && (tag == NJ_SYSTEM_POWEROFF || tag == NJ_SYSTEM_REBOOT);

    if (!ends || cap_lookup_kind(thread, capability, NJ_KIND_SYSTEM, &slot) != NJ_OK)
        return tag;
    return tag + NJ_SYSTEM_DEVICE_FRAME - NJ_SYSTEM_POWEROFF;
}

static uint32_t call(struct request *request, uint32_t thread)
{
    uint64_t tag = without_poweroff(thread, request->number, request->capability, request->tag);

    step_counts.calls++;
    uint32_t next = host_syscall(thread, request->number, request->capability, tag, request->reply, request->words);
    step_counts.succeeded += next == thread && (int64_t)threads[thread].context.reg[REG_TAG] >= 0;
    return next;
}

// What a program writes where it may: later this is code to fill, a message, or nothing.
static uint32_t step_write(struct script *script, uint32_t thread)
{
    static const uint32_t values[] = {0x13, 0xc0001073, 0, 0x08000f3b, 0x00010113, 0xffffffff};
    uint32_t space = threads[thread].space, word = script_byte(script) * 4u;
    uint64_t address = SETTING_MEMORY + (uint64_t)(script_byte(script) % 4u) * PAGE_BYTES;
    uint32_t value = values[script_byte(script) % (sizeof(values) / sizeof(values[0]))];

    address += space == NIL ? 0 : spaces[space].layout.data_base;
    uint32_t page = space == NIL ? NIL : arch_space_lookup(space, address, MAP_WRITE);
    if (page != NIL)
        code_words[page][word] = value;
    step_counts.writes++;
    return thread;
}

static uint32_t step_fault(struct script *script, uint32_t thread)
{
    enum nj_fault kind = (enum nj_fault)(script_byte(script) % (NJ_FAULT_COUNT - 1u) + 1u);
    uint32_t space = threads[thread].space;
    uint64_t detail = script_memory_address(script);

    step_counts.faults++;
    if (script_byte(script) % 4u == 0)
        detail = script_any_argument(script);
    else if (space != NIL)
        detail += spaces[space].layout.data_base;
    return kernel_fault(thread, kind, detail);
}

// Time passes, sometimes until shortly before the timer fires: who is charged then has little left.
static void pass_time(struct script *script, uint8_t choice)
{
    if (choice != 9u || host_deadline == UINT64_MAX || host_deadline <= host_time_ns + LITTLE_NS)
        host_time_ns += choice * 50000ull;
    else
        host_time_ns = host_deadline - 1u - script_byte(script) * (LITTLE_NS / 256u);
}

uint32_t step(struct script *script, uint32_t thread)
{
    uint8_t choice = script_byte(script);

    if (thread == NIL && host_deadline == UINT64_MAX && choice < 128u && setting_revive(choice))
        return sched_current;
    pass_time(script, choice & 15u);
    if (choice > 248u || (thread == NIL && choice > 128u)) {
        step_counts.interrupts++;
        if (choice % 4u == 3u)
            return kernel_harts(thread);
        return kernel_interrupt(thread, choice % 4u + 1u);
    }
    if (host_deadline <= host_time_ns || thread == NIL || choice > 244u) {
        if (host_deadline != UINT64_MAX && host_deadline > host_time_ns)
            host_time_ns = host_deadline;
        host_deadline = UINT64_MAX; // it fires once
        step_counts.timers++;
        return kernel_timer(thread);
    }
    if (choice > 240u) {
        step_counts.vectors++;
        return host_vector_use(thread);
    }
    if (choice > 236u)
        return step_write(script, thread);
    if (choice > 224u)
        return step_fault(script, thread);
    struct request request;
    if (choice > 200u)
        request_anything(script, &request);
    else
        request_sensible(script, &request, host_time_ns);
    return call(&request, thread);
}
