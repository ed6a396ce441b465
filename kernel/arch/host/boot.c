// SPDX-License-Identifier: Apache-2.0
// A root thread with all memory, as kernel_main() makes it, without image, archive and machine.
#include <string.h>

#include "abi/boot.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/host/host.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/hart.h"
#include "kernel/interrupt.h"
#include "kernel/message.h"
#include "kernel/ready.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/thread.h"



#define KERNEL_PAGE 1u // plays the kernel's own slots
#define SUPPLY_PAGES 64u

static struct cap object(enum nj_kind kind, uint32_t index)
{
    return (struct cap){.kind = (uint8_t)kind, .rights = NJ_RIGHT_ALL, .object = index};
}

static uint32_t next_page;

static uint32_t take(enum page_kind kind)
{
    page_set_kind(next_page, kind);
    return next_page++;
}

static uint32_t make_table(uint32_t table_slots)
{
    uint32_t first = next_page * UNITS_PER_PAGE;

    for (uint32_t i = 0; i < table_slots; i += UNITS_PER_PAGE)
        take(PAGE_SLOT);
    cnode_init(first, table_slots);
    return first;
}

static void make_thread(uint32_t thread, uint32_t sched, uint32_t space)
{
    thread_join_space(thread, space);
    threads[thread].priority = threads[thread].priority_max = PRIORITIES - 1u;
    threads[thread].is_configured = true;
    sched_configure(sched, 10000000, 10000000);
    sched_bind(sched, thread);
}

uint32_t host_boot(uint32_t table_slots)
{
    uint32_t root = KERNEL_PAGE * UNITS_PER_PAGE;

    host_arch_reset();
    sched_init();
    memset(interrupts, 0, sizeof(interrupts));
    memset(harts, 0, sizeof(harts));
    for (uint32_t page = 0; page < HOST_FIRST_PAGE; page++)
        page_set_kind(page, PAGE_RESERVED);
    derive_init(root);
    interrupt_init(root + UNITS_PER_PAGE / 2u);
    hart_slots = root + 2u;
    next_page = HOST_FIRST_PAGE;
    uint32_t table = make_table(table_slots);
    uint32_t thread = take(PAGE_THREAD) * (PAGE_BYTES / sizeof(struct thread));
    uint32_t sched = take(PAGE_SCHED) * (PAGE_BYTES / sizeof(struct sched));
    uint32_t space = take(PAGE_SPACE) * (PAGE_BYTES / sizeof(struct space));
    struct cap cnode = object(NJ_KIND_CNODE, table), supply = object(NJ_KIND_UNTYPED, next_page);
    cnode.word = table_slots;
    cap_create(root, table + NJ_BOOT_SLOT_CNODE, cnode);
    cap_create(root, table + NJ_BOOT_SLOT_SPACE, object(NJ_KIND_SPACE, space));
    cap_create(root, table + NJ_BOOT_SLOT_THREAD, object(NJ_KIND_THREAD, thread));
    cap_create(root, table + NJ_BOOT_SLOT_SCHED, object(NJ_KIND_SCHED, sched));
    cap_create(root, table + NJ_BOOT_SLOT_SCHED_CONTROL, object(NJ_KIND_SCHED_CONTROL, 0));
    cap_create(root, table + NJ_BOOT_SLOT_INTERRUPT_CONTROL, object(NJ_KIND_INTERRUPT_CONTROL, 0));
    for (uint32_t hart = 1; hart <= HOST_HARTS; hart++)
        cap_create(root, table + NJ_BOOT_SLOT_HART + hart - 1u, object(NJ_KIND_HART, hart));
    supply.kind = KIND_SUPPLY;
    supply.word = SUPPLY_PAGES;
    next_page += SUPPLY_PAGES;
    cap_create(root, space_code_slot(space) + 1u, supply);
    struct cap memory = object(NJ_KIND_UNTYPED, next_page);
    memory.word = HOST_PAGES - next_page;
    cap_create(root, table + NJ_BOOT_SLOT_MEMORY, memory);
    cap_derive(table + NJ_BOOT_SLOT_CNODE, space_cnode_slot(space), NJ_RIGHT_ALL, 0);
    arch_space_create(space, NJ_SPACE_PROCESS);
    spaces[space].type = NJ_SPACE_PROCESS;
    make_thread(thread, sched, space);
    sched_make_ready(thread, false);
    sched_choose();
    return thread;
}

uint32_t host_syscall(uint32_t thread, uint64_t number, uint64_t capability, uint64_t tag, uint64_t reply,
                      const uint64_t words[8])
{
    threads[thread].context.reg[REG_BADGE] = capability;
    threads[thread].context.reg[REG_TAG] = tag;
    threads[thread].context.reg[REG_REPLY] = reply;
    threads[thread].context.reg[REG_NUMBER] = number;
    threads[thread].context.number = (uint32_t)number;
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        threads[thread].context.reg[REG_WORD + i] = words[i];
    threads[thread].context.pc += 4;
    if (number != NJ_SYS_INVOKE)
        return kernel_syscall(thread, number);
    bool stays = sched_stays(thread);
    struct cap table = thread_table(thread);
    enum nj_status status = kernel_invoke(thread, capability, tag, table.object, table.word);
    if (status == OK_STAYS) {
        KERNEL_ASSERT(sched_current == thread && threads[thread].state == NJ_THREAD_READY);
        KERNEL_ASSERT(sched_stays(thread) == stays);
        message_finish_status(thread, NJ_OK);
        return thread;
    }
    if (status != NJ_OK || !sched_stays(thread))
        return kernel_invoke_end(thread, status);
    message_finish_status(thread, NJ_OK);
    return thread;
}
