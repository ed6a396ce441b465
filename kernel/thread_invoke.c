// SPDX-License-Identifier: Apache-2.0
// Operations on thread capabilities.
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/gate.h"
#include "kernel/notification.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"

#define REGISTERS_PER_READ 8u
#define REGISTERS_PER_WRITE 6u
#define REGISTERS 33u // pc at number 0, x1 to x31; reading 0 to 32 is one register file

// The capability of fault endpoint `number` (0: none) is copied into the hidden slot.
static enum nj_status set_fault_endpoint(uint32_t caller, uint32_t thread, uint64_t number)
{
    uint32_t source;

    if (number == NJ_SLOT_NONE)
        return NJ_OK;
    enum nj_status status = cap_lookup_kind(caller, number, NJ_KIND_ENDPOINT, &source);
    if (status != NJ_OK)
        return status;
    return cap_derive(source, thread_fault_slot(thread), NJ_RIGHT_ALL, 0);
}

// The highest priority it can give away: none for those it visits through a gate, who could keep it.
static uint8_t authority_of(uint32_t caller)
{
    return gate_is_inside(caller) ? 0 : threads[caller].priority_max;
}

static enum nj_status configure(uint32_t caller, uint32_t thread)
{
    uint64_t priority = argument(caller, 1), maximum = argument(caller, 2), address = argument(caller, 4);
    uint32_t space_cap;

    if (threads[thread].is_configured)
        return NJ_WRONG_STATE;
    if (priority > maximum || maximum > authority_of(caller))
        return NJ_BAD_ARGUMENT;
    enum nj_status status = space_lookup(caller, argument(caller, 0), &space_cap);
    if (status != NJ_OK)
        return status;
    uint32_t space = slots[space_cap].cap.object;
    if (spaces[space].type == NJ_SPACE_NONE || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    if (slots[thread_fault_slot(thread)].cap.kind == NJ_KIND_EMPTY) {
        status = set_fault_endpoint(caller, thread, argument(caller, 3));
        if (status != NJ_OK)
            return status;
    }
    if (address != 0) {
        status = space_map_message_page(space, address, &threads[thread].message_page);
        if (status != NJ_OK)
            return status;
    }
    thread_join_space(thread, space);
    threads[thread].priority_max = (uint8_t)maximum;
    sched_set_priority(thread, (uint8_t)priority);
    threads[thread].is_configured = true;
    return NJ_OK;
}

static enum nj_status set_priority(uint32_t caller, uint32_t thread)
{
    uint64_t priority = argument(caller, 0), maximum = argument(caller, 1);
    uint32_t authority;

    enum nj_status status = cap_lookup_kind(caller, argument(caller, 2), NJ_KIND_THREAD, &authority);
    if (status != NJ_OK)
        return status;
    if (maximum > threads[slots[authority].cap.object].priority_max || priority > maximum)
        return NJ_BAD_ARGUMENT;
    threads[thread].priority_max = (uint8_t)maximum;
    sched_set_priority(thread, (uint8_t)priority);
    return NJ_OK;
}

static enum nj_status bind_sched(uint32_t caller, uint32_t thread)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 0), NJ_KIND_SCHED, &slot);

    return status != NJ_OK ? status : sched_bind(slots[slot].cap.object, thread);
}

static enum nj_status bind_notification(uint32_t caller, uint32_t thread)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 0), NJ_KIND_NOTIFICATION, &slot);

    if (status == NJ_OK && (slots[slot].cap.rights & NJ_RIGHT_RECV) == 0)
        return NJ_NO_RIGHT; // the thread will get its signals
    return status != NJ_OK ? status : notification_bind(slots[slot].cap.object, thread);
}

// Has a space it can run in: a capsule without checked code has nothing to run.
static bool has_space(uint32_t thread)
{
    uint32_t space = threads[thread].space;

    if (!threads[thread].is_configured || space == NIL || spaces[space].is_dead)
        return false;
    return spaces[space].type != NJ_SPACE_CAPSULE || spaces[space].attach_progress == UINT32_MAX;
}

static enum nj_status start(uint32_t caller, uint32_t thread)
{
    if (!has_space(thread) || threads[thread].state != NJ_THREAD_INACTIVE || gate_is_inside(thread))
        return NJ_WRONG_STATE;
    enum nj_status status =
        arch_context_start(thread, argument(caller, 0), argument(caller, 1), argument(caller, 2));
    if (status != NJ_OK)
        return status;
    threads[thread].fault_kind = 0;
    sched_make_ready(thread, false);
    return NJ_OK;
}

static enum nj_status resume(uint32_t thread)
{
    if (!has_space(thread) || threads[thread].state != NJ_THREAD_INACTIVE)
        return NJ_WRONG_STATE;
    threads[thread].fault_kind = 0;
    sched_make_ready(thread, false);
    return NJ_OK;
}

static enum nj_status suspend(uint32_t thread)
{
    if (!has_space(thread))
        return NJ_WRONG_STATE;
    thread_suspend(thread);
    return NJ_OK;
}

static enum nj_status read_registers(uint32_t caller, uint32_t thread)
{
    uint64_t first = argument(caller, 0);

    if (threads[thread].state != NJ_THREAD_INACTIVE || gate_is_inside(thread))
        return NJ_WRONG_STATE; // inside, its registers are another capsule's
    if (first >= REGISTERS)
        return NJ_BAD_ARGUMENT;
    for (uint32_t i = 0; i < REGISTERS_PER_READ; i++) {
        uint32_t number = (uint32_t)first + i;
        set_result(caller, i, number < REGISTERS ? arch_context_read(thread, number) : 0);
    }
    return NJ_OK;
}

static enum nj_status write_registers(uint32_t caller, uint32_t thread)
{
    uint64_t first = argument(caller, 0), count = argument(caller, 1);

    if (!has_space(thread) || threads[thread].state != NJ_THREAD_INACTIVE || gate_is_inside(thread))
        return NJ_WRONG_STATE;
    if (first >= REGISTERS || count == 0 || count > REGISTERS_PER_WRITE || first + count > REGISTERS)
        return NJ_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++) {
        enum nj_status status = arch_context_write(thread, (uint32_t)first + i, argument(caller, 2 + i));
        if (status != NJ_OK)
            return status;
    }
    return NJ_OK;
}

static enum nj_thread_state visible_state(uint32_t thread)
{
    uint32_t sched = threads[thread].sched;

    if (threads[thread].fault_kind != 0)
        return NJ_THREAD_FAULTED;
    if (threads[thread].state == NJ_THREAD_READY && sched != NIL && scheds[sched].is_waiting)
        return NJ_THREAD_OUT_OF_BUDGET;
    return threads[thread].state;
}

static enum nj_status info(uint32_t caller, uint32_t thread)
{
    uint32_t sched = threads[thread].home_sched, space = threads[thread].space;
    uint64_t used = sched == NIL ? 0 : sched_used_ns(sched);
    uint64_t state = visible_state(thread), priority = threads[thread].priority, faults = threads[thread].faults;

    set_result(caller, 0, state);
    set_result(caller, 1, priority);
    set_result(caller, 2, used);
    set_result(caller, 3, space == NIL ? NJ_SPACE_NONE : spaces[space].type);
    set_result(caller, 4, faults);
    return NJ_OK;
}

enum nj_status thread_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t thread = slots[slot].cap.object;

    switch (operation) {
    case NJ_THREAD_CONFIGURE:
        return configure(caller, thread);
    case NJ_THREAD_SET_PRIORITY:
        return set_priority(caller, thread);
    case NJ_THREAD_BIND_SCHED:
        return bind_sched(caller, thread);
    case NJ_THREAD_UNBIND_SCHED:
        sched_unbind(thread);
        return NJ_OK;
    case NJ_THREAD_START:
        return start(caller, thread);
    case NJ_THREAD_RESUME:
        return resume(thread);
    case NJ_THREAD_SUSPEND:
        return suspend(thread);
    case NJ_THREAD_READ_REGISTERS:
        return read_registers(caller, thread);
    case NJ_THREAD_WRITE_REGISTERS:
        return write_registers(caller, thread);
    case NJ_THREAD_BIND_NOTIFICATION:
        return bind_notification(caller, thread);
    case NJ_THREAD_UNBIND_NOTIFICATION:
        notification_unbind(thread);
        return NJ_OK;
    case NJ_THREAD_TELL_BUDGET:
        if (argument(caller, 0) > 1)
            return NJ_BAD_ARGUMENT;
        threads[thread].tells_budget = argument(caller, 0) != 0;
        return NJ_OK;
    case NJ_THREAD_INFO:
        return info(caller, thread);
    default:
        return NJ_BAD_OPERATION;
    }
}
