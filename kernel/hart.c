// SPDX-License-Identifier: Apache-2.0
// Hart objects. All state but the hart's half of the mail belongs to the kernel, so nothing is locked: a job is running
// from START until the kernel has seen that the hart wrote its number, and what protects a space from a hart that runs in
// it is that everything which takes something away parks the hart first.
#include "kernel/hart.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/frame.h"
#include "kernel/frame_word.h"
#include "kernel/notification.h"
#include "kernel/page.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

struct hart harts[HARTS_MAX];

static uint32_t space_slot(uint32_t hart)
{
    return hart_slots + hart * SLOTS_PER_HART;
}

static uint32_t notification_slot(uint32_t hart)
{
    return space_slot(hart) + 1u;
}

// Notes the end of a job that has ended, and tells.
static void collect(uint32_t hart)
{
    struct cap cap = slots[notification_slot(hart)].cap;

    if (harts[hart].state != NJ_HART_RUNNING || arch_hart_done(hart) != harts[hart].mail.order)
        return;
    harts[hart].state = (uint8_t)arch_hart_end(hart).state;
    if (cap.kind == NJ_KIND_NOTIFICATION)
        notification_signal(cap.object, cap.word);
}

enum nj_status hart_park(uint32_t hart)
{
    collect(hart);
    if (harts[hart].state != NJ_HART_RUNNING)
        return NJ_OK;
    if (harts[hart].mail.abort != harts[hart].mail.order) {
        harts[hart].mail.abort = harts[hart].mail.order;
        arch_hart_call(hart);
    }
    arch_hart_wait();
    collect(hart);
    return harts[hart].state == NJ_HART_RUNNING ? NJ_AGAIN : NJ_OK;
}

// It is the mapping that is remembered: its capability may lie in another slot by now.
bool hart_is_awaited(uint32_t hart)
{
    return frame_is_mapped_in(harts[hart].awaited, slots[space_slot(hart)].cap.object);
}

enum nj_status hart_park_for(uint32_t hart, uint32_t slot)
{
    enum nj_status status = hart_park(hart);

    if (status == NJ_OK && mapping_is_same(harts[hart].awaited.word, slots[slot].cap.word))
        harts[hart].awaited.word = 0;
    if (status != NJ_OK && !hart_is_awaited(hart))
        harts[hart].awaited = slots[slot].cap;
    return status;
}

static enum nj_status unbind(uint32_t hart, uint32_t *steps)
{
    enum nj_status status = cap_delete(space_slot(hart), steps);

    return status != NJ_OK ? status : cap_delete(notification_slot(hart), steps);
}

// Started by the firmware when it is first needed.
static enum nj_status bring_up(uint32_t hart)
{
    if (!harts[hart].is_called) {
        enum nj_status status = arch_hart_start(hart);
        if (status != NJ_OK)
            return status;
        harts[hart].is_called = true;
    }
    if (!arch_hart_is_up(hart))
        arch_hart_wait();
    return arch_hart_is_up(hart) ? NJ_OK : NJ_AGAIN;
}

static enum nj_status check_space(uint32_t hart, uint32_t space)
{
    if (spaces[space].type != NJ_SPACE_PROCESS || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    return spaces[space].hart == NIL || spaces[space].hart == hart ? NJ_OK : NJ_IN_USE;
}

static enum nj_status bind(uint32_t thread, uint32_t hart)
{
    uint32_t space, notification, steps = STEPS_PER_CALL;

    collect(hart);
    if (harts[hart].state == NJ_HART_RUNNING)
        return NJ_WRONG_STATE;
    enum nj_status status = space_lookup(thread, argument(thread, 0), &space);
    if (status == NJ_OK)
        status = cap_lookup_kind(thread, argument(thread, 1), NJ_KIND_NOTIFICATION, &notification);
    if (status != NJ_OK)
        return status;
    if ((slots[notification].cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    status = check_space(hart, slots[space].cap.object);
    if (status == NJ_OK)
        status = derive_allowed(space);
    if (status == NJ_OK)
        status = derive_allowed(notification);
    if (status == NJ_OK)
        status = bring_up(hart);
    if (status == NJ_OK)
        status = unbind(hart, &steps);
    if (status == NJ_OK)
        status = cap_derive(space, space_slot(hart), NJ_RIGHT_ALL, 0);
    if (status != NJ_OK)
        return status;
    slots[space_slot(hart)].cap.rights |= CAP_HART;
    spaces[slots[space].cap.object].hart = (uint8_t)hart;
    status = cap_derive(notification, notification_slot(hart), NJ_RIGHT_ALL, 0);
    if (status == NJ_OK)
        slots[notification_slot(hart)].cap.rights |= CAP_HART;
    return status;
}

// Whoever takes something from the space may have to try again until the job has ended: no other begins meanwhile, or that
// could go on for ever. A space whose memory goes is dead already.
static enum nj_status check_takers(uint32_t hart)
{
    if (hart_is_awaited(hart))
        return NJ_REVOKING;
    harts[hart].awaited.word = 0; // the same mapping, made anew, is another matter
    enum nj_status status = derive_allowed(space_slot(hart));

    return status != NJ_OK ? status : derive_allowed(notification_slot(hart));
}

static enum nj_status start(uint32_t thread, uint32_t hart)
{
    struct cap cap = slots[space_slot(hart)].cap;
    struct hart_mail *mail = &harts[hart].mail;

    collect(hart);
    bool is_bound = cap.kind == NJ_KIND_SPACE && slots[notification_slot(hart)].cap.kind == NJ_KIND_NOTIFICATION;
    if (harts[hart].state == NJ_HART_RUNNING || !is_bound || check_space(hart, cap.object) != NJ_OK)
        return NJ_WRONG_STATE;
    enum nj_status status = check_takers(hart);
    if (status != NJ_OK)
        return status;
    mail->pc = argument(thread, 0);
    mail->sp = argument(thread, 1);
    mail->argument = argument(thread, 2);
    mail->root = spaces[cap.object].root;
    harts[hart].state = NJ_HART_RUNNING;
    // It may be looking already, without being called: what it sees the order by, it must see page tables and job by too.
    __atomic_store_n(&mail->order, mail->order + 1u, __ATOMIC_RELEASE);
    arch_hart_call(hart);
    return NJ_OK;
}

static enum nj_status info(uint32_t thread, uint32_t hart)
{
    struct hart_end end = {0};

    collect(hart);
    if (harts[hart].state > NJ_HART_RUNNING)
        end = arch_hart_end(hart);
    set_result(thread, 0, harts[hart].state);
    set_result(thread, 1, end.result);
    set_result(thread, 2, end.pc);
    set_result(thread, 3, end.detail);
    set_result(thread, 4, harts[hart].number);
    set_result(thread, 5, harts[hart].mail.features);
    set_result(thread, 6, arch_hart_is_up(hart) ? harts[hart].mail.vector_bytes : 0);
    return NJ_OK;
}

enum nj_status hart_invoke(uint32_t thread, uint32_t slot, uint64_t operation)
{
    uint32_t hart = slots[slot].cap.object, steps = STEPS_PER_CALL;

    if (operation == NJ_HART_INFO)
        return info(thread, hart);
    if (operation > NJ_HART_INFO)
        return NJ_BAD_OPERATION;
    if ((slots[slot].cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    switch (operation) {
    case NJ_HART_BIND:
        return bind(thread, hart);
    case NJ_HART_UNBIND:
        return unbind(hart, &steps);
    case NJ_HART_START:
        return start(thread, hart);
    default:
        return hart_park(hart);
    }
}

enum nj_status hart_lose(uint32_t slot)
{
    uint32_t hart = (slot - hart_slots) / SLOTS_PER_HART;
    enum nj_status status = hart_park(hart);

    if (status == NJ_OK && slot == space_slot(hart))
        spaces[slots[slot].cap.object].hart = NIL;
    return status;
}

enum nj_status hart_retire(uint32_t hart, uint32_t *steps)
{
    return unbind(hart, steps);
}

uint32_t kernel_harts(uint32_t current)
{
    (void)current;
    for (uint32_t hart = 1; hart < HARTS_MAX; hart++)
        collect(hart);
    return sched_choose();
}
