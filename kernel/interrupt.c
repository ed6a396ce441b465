// SPDX-License-Identifier: Apache-2.0
// Interrupt objects. A small static table: a board has few sources, and their objects are made once at boot. Entry 0 is
// never used (NIL).
#include "kernel/interrupt.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/notification.h"
#include "kernel/sched.h"
#include "kernel/syscall.h"
#include "kernel/system.h"

#define SLOTS_PER_INTERRUPT (sizeof(struct interrupt) / sizeof(struct slot))

struct interrupt interrupts[INTERRUPTS_MAX];
static uint32_t first_hidden; // index in slots[] of the first entry's hidden slot

BOOT_ONLY void interrupt_init(uint32_t first_hidden_slot)
{
    first_hidden = first_hidden_slot;
}

static uint32_t hidden_slot(uint32_t interrupt)
{
    return first_hidden + interrupt * (uint32_t)SLOTS_PER_INTERRUPT;
}

static uint32_t interrupt_find(uint64_t source)
{
    for (uint32_t i = 1; i < INTERRUPTS_MAX; i++)
        if (interrupts[i].is_used && interrupts[i].source == source)
            return i;
    return NIL;
}

static uint32_t interrupt_find_unused(void)
{
    for (uint32_t i = TIMER_ENTRY + 1u; i < INTERRUPTS_MAX; i++)
        if (!interrupts[i].is_used)
            return i;
    return NIL;
}

enum nj_status interrupt_control_invoke(uint32_t thread, uint32_t control, uint64_t operation)
{
    uint64_t source = argument(thread, 0);
    uint32_t destination;

    if (operation != NJ_INTERRUPT_CONTROL_GET)
        return NJ_BAD_OPERATION;
    if (source > UINT32_MAX || (source != NJ_INTERRUPT_TIMER && !arch_interrupt_exists((uint32_t)source)))
        return NJ_NOT_AVAILABLE;
    enum nj_status status = cap_lookup_in(thread, argument(thread, 1), argument(thread, 2), &destination);
    if (status != NJ_OK)
        return status;
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return NJ_SLOT_USED;
    if (interrupt_find(source) != NIL)
        return NJ_IN_USE;
    uint32_t interrupt = source == NJ_INTERRUPT_TIMER ? TIMER_ENTRY : interrupt_find_unused();
    if (interrupt == NIL)
        return NJ_NO_MEMORY;
    status = derive_allowed(control);
    if (status != NJ_OK)
        return status;
    interrupts[interrupt].is_used = true;
    interrupts[interrupt].source = (uint32_t)source;
    struct cap cap = {.kind = NJ_KIND_INTERRUPT, .rights = NJ_RIGHT_ALL, .object = interrupt};
    cap_create(control, destination, cap);
    return NJ_OK;
}

static bool is_timer(uint32_t interrupt)
{
    return interrupt == TIMER_ENTRY;
}

static enum nj_status bind(uint32_t thread, uint32_t interrupt)
{
    uint32_t source, steps = STEPS_PER_CALL;

    enum nj_status status = cap_lookup_kind(thread, argument(thread, 0), NJ_KIND_NOTIFICATION, &source);
    if (status != NJ_OK)
        return status;
    if ((slots[source].cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    status = cap_delete(hidden_slot(interrupt), &steps);
    if (status == NJ_OK)
        status = cap_derive(source, hidden_slot(interrupt), NJ_RIGHT_ALL, 0);
    if (status == NJ_OK && !is_timer(interrupt))
        arch_interrupt_unmask(interrupts[interrupt].source);
    return status;
}

// Deadlines of user space count from kernel entry.
static void arm(uint64_t deadline_ns)
{
    uint64_t entry_ns = system_entry_ns();

    sched_set_alarm(deadline_ns < UINT64_MAX - entry_ns ? deadline_ns + entry_ns : UINT64_MAX);
}

enum nj_status interrupt_invoke(uint32_t thread, uint32_t slot, uint64_t operation)
{
    uint32_t interrupt = slots[slot].cap.object;

    switch (operation) {
    case NJ_INTERRUPT_BIND:
        return bind(thread, interrupt);
    case NJ_INTERRUPT_ACK:
        if (!is_timer(interrupt) && slots[hidden_slot(interrupt)].cap.kind != NJ_KIND_EMPTY)
            arch_interrupt_unmask(interrupts[interrupt].source);
        return NJ_OK;
    case NJ_INTERRUPT_ARM:
        if (!is_timer(interrupt))
            return NJ_BAD_OPERATION;
        arm(argument(thread, 0));
        return NJ_OK;
    default:
        return NJ_BAD_OPERATION;
    }
}

static void raise(uint32_t interrupt)
{
    struct cap cap = slots[hidden_slot(interrupt)].cap;

    if (cap.kind == NJ_KIND_NOTIFICATION)
        notification_signal(cap.object, cap.word);
}

void interrupt_raise(uint32_t source)
{
    uint32_t interrupt = interrupt_find(source);

    arch_interrupt_mask(source);
    if (interrupt != NIL)
        raise(interrupt);
}

void interrupt_raise_timer(void)
{
    raise(TIMER_ENTRY);
}

enum nj_status interrupt_retire(uint32_t interrupt, uint32_t *steps)
{
    if (is_timer(interrupt))
        sched_set_alarm(UINT64_MAX);
    else
        arch_interrupt_mask(interrupts[interrupt].source);
    enum nj_status status = cap_delete(hidden_slot(interrupt), steps);
    if (status != NJ_OK)
        return status;
    interrupts[interrupt].is_used = false;
    return NJ_OK;
}
