// SPDX-License-Identifier: Apache-2.0
// System calls: decode, check, hand to the object. The architecture's trap code enters here with all registers saved, or, in
// a system call, all that C does not keep.
#include "kernel/syscall.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/endpoint.h"
#include "kernel/fault.h"
#include "kernel/gate.h"
#include "kernel/interrupt.h"
#include "kernel/message.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/system.h"
#include "kernel/thread.h"

// What a system call leaves for its caller.
enum outcome {
    RETURNS,  // the status goes back
    FINISHED, // its registers hold the answer, or it waits for one
};

static uint64_t in_capability(uint32_t thread)
{
    return threads[thread].context.reg[REG_BADGE];
}

static uint64_t in_tag(uint32_t thread)
{
    return threads[thread].context.reg[REG_TAG];
}

static enum nj_status send(uint32_t thread, bool is_call, bool may_block)
{
    uint32_t slot;
    enum nj_status status = cap_lookup(thread, in_capability(thread), &slot);

    if (status != NJ_OK)
        return status;
    struct cap cap = slots[slot].cap;
    if (cap.kind == NJ_KIND_REPLY && !is_call)
        return reply_send(thread, cap.object);
    if (cap.kind != NJ_KIND_ENDPOINT)
        return NJ_WRONG_KIND;
    if ((cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    status = message_check(thread, (cap.rights & NJ_RIGHT_GRANT) != 0);
    if (status != NJ_OK)
        return status;
    return endpoint_send(thread, cap.object, cap, is_call, may_block);
}

// The reply object named in t3, if any.
static enum nj_status offered_reply(uint32_t thread, uint32_t *reply)
{
    uint64_t number = threads[thread].context.reg[REG_REPLY] & 0xffffffffu;
    uint32_t slot;

    *reply = NIL;
    if (number == NJ_SLOT_NONE)
        return NJ_OK;
    enum nj_status status = cap_lookup_kind(thread, number, NJ_KIND_REPLY, &slot);
    if (status == NJ_OK)
        *reply = slots[slot].cap.object;
    return status;
}

// Where the thread receives, and what the message that it will receive carries along (endpoint_first_source).
static enum nj_status receives_from(uint32_t thread, uint32_t *endpoint, uint32_t *source)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(thread, in_capability(thread), NJ_KIND_ENDPOINT, &slot);

    if (status != NJ_OK)
        return status;
    if ((slots[slot].cap.rights & NJ_RIGHT_RECV) == 0)
        return NJ_NO_RIGHT;
    if (gate_is_inside(thread))
        return NJ_WRONG_STATE; // its bound notification is not for those it visits
    *endpoint = slots[slot].cap.object;
    return endpoint_first_source(*endpoint, source);
}

static enum nj_status take(uint32_t thread, uint32_t endpoint, uint32_t source, bool may_block, enum outcome *outcome)
{
    uint32_t reply;
    enum nj_status status = offered_reply(thread, &reply);

    if (status == NJ_OK && reply != NIL)
        status = reply_usable(reply, thread);
    if (status != NJ_OK)
        return status;
    *outcome = FINISHED;
    if (notification_take_bound(thread))
        return NJ_OK;
    status = endpoint_receive(thread, endpoint, source, reply, may_block);
    if (status != NJ_OK)
        *outcome = RETURNS;
    return status;
}

static enum nj_status receive(uint32_t thread, bool may_block, enum outcome *outcome)
{
    uint32_t endpoint, source;
    enum nj_status status = receives_from(thread, &endpoint, &source);

    return status != NJ_OK ? status : take(thread, endpoint, source, may_block, outcome);
}

// Nothing to answer (a server's first round, or its caller is gone) is no error. What takes more steps comes first: a server
// that has answered may have no time left to repeat its call, having given back what it was lent.
static enum nj_status reply_receive(uint32_t thread, enum outcome *outcome)
{
    uint32_t reply, endpoint, source;

    if (gate_is_inside(thread))
        return NJ_WRONG_STATE;
    enum nj_status found = receives_from(thread, &endpoint, &source);
    if (found == NJ_AGAIN)
        return NJ_AGAIN;
    enum nj_status status = offered_reply(thread, &reply);
    if (status == NJ_OK && reply != NIL)
        status = reply_send(thread, reply);
    if (status != NJ_OK && status != NJ_WRONG_STATE)
        return status;
    if (found != NJ_OK)
        return found;
    if (source != NIL && !cap_is_usable(slots[source].cap))
        source = NIL; // the answer took it along
    return take(thread, endpoint, source, true, outcome);
}

static enum nj_status notify(uint32_t thread)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(thread, in_capability(thread), NJ_KIND_NOTIFICATION, &slot);

    if (status != NJ_OK)
        return status;
    if ((slots[slot].cap.rights & NJ_RIGHT_SEND) == 0)
        return NJ_NO_RIGHT;
    notification_signal(slots[slot].cap.object, slots[slot].cap.word);
    return NJ_OK;
}

static enum nj_status wait(uint32_t thread, bool may_block, enum outcome *outcome)
{
    uint32_t slot;
    enum nj_status status = cap_lookup_kind(thread, in_capability(thread), NJ_KIND_NOTIFICATION, &slot);

    if (status != NJ_OK)
        return status;
    if ((slots[slot].cap.rights & NJ_RIGHT_RECV) == 0)
        return NJ_NO_RIGHT;
    status = notification_wait(thread, slots[slot].cap.object, may_block);
    *outcome = status == NJ_OK ? FINISHED : RETURNS;
    return status;
}

static enum nj_status cross(uint32_t thread, bool is_call, enum outcome *outcome)
{
    enum nj_status status = is_call ? gate_call(thread) : gate_return(thread);

    *outcome = status == NJ_OK ? FINISHED : RETURNS;
    return status;
}

static bool is_message(uint64_t number)
{
    return number == NJ_SYS_CALL || number == NJ_SYS_REPLY_RECV || number == NJ_SYS_SEND || number == NJ_SYS_TRY_SEND;
}

static enum nj_status dispatch(uint32_t thread, uint64_t number, enum outcome *outcome)
{
    switch (number) {
    case NJ_SYS_CALL:
        return send(thread, true, true);
    case NJ_SYS_REPLY_RECV:
        return reply_receive(thread, outcome);
    case NJ_SYS_SEND:
        return send(thread, false, true);
    case NJ_SYS_TRY_SEND:
        return send(thread, false, false);
    case NJ_SYS_RECV:
        return receive(thread, true, outcome);
    case NJ_SYS_TRY_RECV:
        return receive(thread, false, outcome);
    case NJ_SYS_SIGNAL:
        return notify(thread);
    case NJ_SYS_WAIT:
        return wait(thread, true, outcome);
    case NJ_SYS_POLL:
        return wait(thread, false, outcome);
    case NJ_SYS_YIELD:
        sched_yield(thread);
        return NJ_OK;
    case NJ_SYS_GATE_CALL:
        return cross(thread, true, outcome);
    case NJ_SYS_GATE_RETURN:
        return cross(thread, false, outcome);
    default: // NJ_SYS_TIME
        set_result(thread, 0, arch_time_ns() - system_entry_ns());
        return NJ_OK;
    }
}

static uint32_t raise(uint32_t current, enum nj_fault kind, uint64_t detail, uint64_t extra)
{
    fault_raise(current, kind, detail, extra);
    return sched_choose();
}

static void call_finish(uint32_t thread, enum nj_status status)
{
    bool has_results = status == NJ_OK || status == NJ_AGAIN || status == NJ_REFUSED;

    message_finish_status(thread, status);
    if (!has_results)
        clear_results(thread);
}

// Takes more steps than one call may: it comes again, with all its registers, and interrupts between.
static void repeat(uint32_t thread)
{
    arch_context_restart_call(thread);
    threads[thread].context.number = NUMBER_REPEATS;
}

uint32_t kernel_syscall(uint32_t current, uint64_t number)
{
    enum outcome outcome = RETURNS;

    if (number >= NJ_SYS_COUNT || (is_message(number) && !message_tag_is_valid(in_tag(current)))) {
        return raise(current, NJ_FAULT_SYSCALL, number, in_tag(current));
    }
    enum nj_status status = dispatch(current, number, &outcome);
    // A thread that sent, and waits for its turn or its answer, gets nothing now; nor does one that is in another space.
    bool is_here = sched_current == current && threads[current].state == NJ_THREAD_READY &&
                   threads[current].context.number != NUMBER_CROSSED;
    if (is_here && status == NJ_AGAIN)
        repeat(current);
    else if (is_here && outcome == RETURNS)
        call_finish(current, status);
    return sched_choose();
}

// A thread that has stopped itself is told so when it is resumed. One without capabilities will not be: it has ended
// itself, and its memory may have been given back.
uint32_t kernel_invoke_end(uint32_t current, enum nj_status status)
{
    threads[current].blocked = 0; // what a fast path may have left, long ago: the words of this call are saved
    if (threads[current].references != 0 && threads[current].context.number != NUMBER_CROSSED)
        call_finish(current, status);
    return sched_choose();
}

uint32_t kernel_fault(uint32_t current, enum nj_fault kind, uint64_t detail)
{
    uint32_t space = thread_space(current);
    bool may_be_touch = (kind == NJ_FAULT_READ || kind == NJ_FAULT_WRITE) && space != NIL;
    enum nj_status status = may_be_touch ? space_touch(space, detail) : NJ_BAD_ADDRESS;

    if (status == NJ_OK)
        return sched_choose();
    return raise(current, status == NJ_NEEDS_SUPPLY ? NJ_FAULT_NO_SUPPLY : kind, detail, 0);
}

uint32_t kernel_timer(uint32_t current)
{
    (void)current;
    return sched_tick();
}

uint32_t kernel_interrupt(uint32_t current, uint32_t source)
{
    (void)current;
    interrupt_raise(source);
    return sched_choose();
}
