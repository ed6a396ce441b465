// SPDX-License-Identifier: Apache-2.0
// Saved registers. The sandbox registers of a capsule are set here from the space's layout and nowhere else; whatever
// is written later by a debugger keeps them valid (abi/capsule.h).
#include <stddef.h>

#include "abi/capsule.h"
#include "abi/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/clock.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/mmu.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/thread.h"
#include "kernel/turn.h"

_Static_assert(offsetof(struct thread, context) == 0, "a thread's context is at its start");
_Static_assert(sizeof(struct thread) == 1u << THREAD_SHIFT, "offsets.h");
_Static_assert(offsetof(struct context, reg) == CONTEXT_REG(0), "offsets.h");
_Static_assert(offsetof(struct context, pc) == CONTEXT_PC, "offsets.h");
_Static_assert(offsetof(struct context, status) == CONTEXT_STATUS, "offsets.h");
_Static_assert(offsetof(struct context, root) == CONTEXT_ROOT, "offsets.h");
_Static_assert(offsetof(struct context, table) == CONTEXT_TABLE, "offsets.h");
_Static_assert(offsetof(struct context, is_capsule) == CONTEXT_IS_CAPSULE, "offsets.h");
_Static_assert(offsetof(struct context, self) == CONTEXT_SELF, "offsets.h");
_Static_assert(offsetof(struct context, number) == CONTEXT_NUMBER, "offsets.h");
_Static_assert(offsetof(struct thread, next) == THREAD_NEXT, "offsets.h");
_Static_assert(offsetof(struct thread, prev) == THREAD_PREV && THREAD_PREV == THREAD_NEXT + 4, "offsets.h");
_Static_assert(offsetof(struct thread, reply) == THREAD_REPLY, "offsets.h");
_Static_assert(offsetof(struct thread, serving) == THREAD_SERVING, "offsets.h");
_Static_assert(offsetof(struct thread, sched) == THREAD_SCHED, "offsets.h");
_Static_assert(offsetof(struct thread, home_sched) == THREAD_HOME_SCHED, "offsets.h");
_Static_assert(offsetof(struct thread, notification) == THREAD_NOTIFICATION, "offsets.h");
_Static_assert(offsetof(struct thread, message_page) == THREAD_MESSAGE_PAGE, "offsets.h");
_Static_assert(offsetof(struct notification, word) == NOTIFICATION_WORD, "offsets.h");
_Static_assert(offsetof(struct notification, queue.head) == NOTIFICATION_HEAD, "offsets.h");
_Static_assert(offsetof(struct notification, queue.tail) == NOTIFICATION_HEAD + 4 && NOTIFICATION_HEAD % 8 == 0,
               "written together");
_Static_assert(offsetof(struct notification, thread) == NOTIFICATION_THREAD, "offsets.h");
_Static_assert(NJ_KIND_NOTIFICATION == CAP_NOTIFICATION, "offsets.h");
_Static_assert(sizeof(struct notification) == 1u << NOTIFICATION_SHIFT, "offsets.h");
_Static_assert(offsetof(struct thread, waits_on) == THREAD_WAITS_ON, "offsets.h");
_Static_assert(offsetof(struct thread, state) == THREAD_STATE, "offsets.h");
_Static_assert(offsetof(struct thread, priority) == THREAD_PRIORITY, "offsets.h");
_Static_assert(offsetof(struct thread, is_queued) == THREAD_IS_QUEUED, "offsets.h");
_Static_assert(offsetof(struct thread, slow) == THREAD_SLOW && offsetof(struct thread, fault_kind) == THREAD_SLOW + 2,
               "offsets.h");
_Static_assert(offsetof(struct thread, fault_kind) == THREAD_FAULT_KIND, "offsets.h");
_Static_assert(offsetof(struct thread, fault_endpoint.cap) == THREAD_FAULT_CAP, "offsets.h");
_Static_assert(offsetof(struct thread, fault_endpoint.cap.word) == THREAD_FAULT_BADGE, "offsets.h");
_Static_assert(offsetof(struct thread, faults) == THREAD_FAULTS, "offsets.h");
_Static_assert(NJ_FAULT_WORDS == FAULT_WORDS && NJ_FAULT_REPLY_SUSPEND == FAULT_SUSPEND, "offsets.h");
_Static_assert(NJ_FAULT_FETCH == FAULT_FETCH && NJ_FAULT_STACK == FAULT_STACK, "offsets.h");
_Static_assert(NJ_CAPSULE_WINDOW == 1ull << CAPSULE_WINDOW_LOG2, "offsets.h");
_Static_assert(NJ_CAPSULE_GUARD == 1u << CAPSULE_GUARD_LOG2, "offsets.h");
_Static_assert(NJ_FAULT_READ == 1 && NJ_FAULT_WRITE == 2 && CAUSE_STORE_PAGE == CAUSE_LOAD_PAGE + 2, "fault.S");
_Static_assert(NJ_FAULT_WORD_KIND == 0 && NJ_FAULT_WORD_PC == 1 && NJ_FAULT_WORD_DETAIL == 2 && NJ_FAULT_WORD_EXTRA == 3,
               "fault.S");
_Static_assert(offsetof(struct thread, blocked) == THREAD_STATE + 1 && THREAD_STATE % 2 == 0, "written together");
_Static_assert(THREAD_SLOW == THREAD_SCHED + 4 && THREAD_SCHED % 8 == 0, "read together");
_Static_assert(THREAD_SERVING == THREAD_REPLY + 4 && THREAD_REPLY % 8 == 0, "written together");
_Static_assert(THREAD_NEXT % 8 == 0, "read together");
_Static_assert(offsetof(struct cap, object) == CAP_OBJECT, "offsets.h");
_Static_assert(offsetof(struct cap, word) == CAP_WORD, "offsets.h");
_Static_assert(offsetof(struct endpoint, queue.head) == ENDPOINT_HEAD, "offsets.h");
_Static_assert(offsetof(struct endpoint, queue.tail) == ENDPOINT_TAIL, "offsets.h");
_Static_assert(offsetof(struct endpoint, has_receivers) == ENDPOINT_HAS_RECEIVERS, "offsets.h");
_Static_assert(offsetof(struct reply, lent) == REPLY_LENT && offsetof(struct reply, caller) == REPLY_LENT + 4,
               "written together");
_Static_assert(offsetof(struct reply, caller) == REPLY_CALLER, "offsets.h");
_Static_assert(offsetof(struct reply, receiver) == REPLY_RECEIVER, "offsets.h");
_Static_assert(offsetof(struct reply, may_grant) == REPLY_MAY_GRANT, "offsets.h");
_Static_assert(offsetof(struct reply, next) == REPLY_NEXT, "offsets.h");
_Static_assert(offsetof(struct sched, thread) == SCHED_THREAD, "offsets.h");
_Static_assert(offsetof(struct sched, budget_ns) == SCHED_BUDGET, "offsets.h");
_Static_assert(offsetof(struct sched, period_ns) == SCHED_PERIOD, "offsets.h");
_Static_assert(offsetof(struct sched, used_ns) == SCHED_USED, "offsets.h");
_Static_assert(offsetof(struct sched, left_ns) == SCHED_LEFT, "offsets.h");
_Static_assert(offsetof(struct sched, start_ns) == SCHED_START, "offsets.h");
_Static_assert(offsetof(struct turn, since_ns) == TURN_SINCE, "offsets.h");
_Static_assert(offsetof(struct turn, timer_ns) == TURN_TIMER, "offsets.h");
_Static_assert(offsetof(struct turn, charged) == TURN_CHARGED, "offsets.h");
_Static_assert(offsetof(struct turn, alarm_ns) == TURN_ALARM, "offsets.h");
_Static_assert(offsetof(struct turn, refill_ns) == TURN_REFILL, "offsets.h");
_Static_assert(INTERRUPT_OF_TIMER == TIMER_ENTRY * sizeof(struct interrupt) &&
                   offsetof(struct interrupt, notification.cap) == 0,
               "offsets.h");
_Static_assert(offsetof(struct timer_conversion, entry_ns) == CLOCK_ENTRY, "offsets.h");
_Static_assert(offsetof(struct timer_conversion, factor) == CLOCK_FACTOR, "offsets.h");
_Static_assert(offsetof(struct timer_conversion, shift) == CLOCK_SHIFT, "offsets.h");
_Static_assert(offsetof(struct timer_conversion, compare) == CLOCK_COMPARE, "offsets.h");
_Static_assert((int32_t)SCHED_UNSTEADY < 0 && SCHEDS_MAX <= INT32_MAX, "turn.S looks at the sign");
_Static_assert(sizeof(struct slot) == 1u << SLOT_SHIFT, "offsets.h");
_Static_assert(sizeof(struct endpoint) == 1u << ENDPOINT_SHIFT, "offsets.h");
_Static_assert(sizeof(struct reply) == 1u << REPLY_SHIFT, "offsets.h");
_Static_assert(sizeof(struct sched) == 1u << SCHED_SHIFT, "offsets.h");
_Static_assert(NJ_KIND_ENDPOINT == CAP_ENDPOINT && NJ_KIND_REPLY == CAP_REPLY, "offsets.h");
_Static_assert(NJ_RIGHT_SEND << CAP_RIGHTS_SHIFT == CAP_SEND && NJ_RIGHT_RECV << CAP_RIGHTS_SHIFT == CAP_RECV,
               "offsets.h");
_Static_assert((NJ_RIGHT_GRANT | NJ_RIGHT_GRANT_REPLY) == CAP_GRANT_BOTH, "offsets.h");
_Static_assert(NJ_KIND_COUNT <= CAP_KIND_USABLE + 1 && (KIND_ZOMBIE & CAP_KIND_USABLE) == 0, "offsets.h");
_Static_assert(NJ_KIND_GATE == CAP_GATE, "offsets.h");
_Static_assert((int32_t)NUMBER_CROSSED < 0 && (int32_t)NUMBER_REPEATS == -2, "call.S");
_Static_assert(offsetof(struct context, home) == CONTEXT_HOME, "offsets.h");
_Static_assert(offsetof(struct thread, uses_fp) == THREAD_USES_FP, "offsets.h");
_Static_assert(sizeof(struct space) == 1u << SPACE_SHIFT && offsetof(struct space, cnode.cap) == 0, "offsets.h");
_Static_assert(offsetof(struct space, memory_start) == SPACE_MEMORY_START, "offsets.h");
_Static_assert(offsetof(struct space, memory_bytes) == SPACE_MEMORY_BYTES, "offsets.h");
_Static_assert(offsetof(struct space, layout.code_base) == SPACE_CODE_BASE, "offsets.h");
_Static_assert(offsetof(struct space, layout.stack_low) == SPACE_STACK_LOW, "offsets.h");
_Static_assert(offsetof(struct space, layout.stack_high) == SPACE_STACK_HIGH, "offsets.h");
_Static_assert(offsetof(struct space, layout.data_base) == SPACE_DATA_BASE, "offsets.h");
_Static_assert(offsetof(struct space, layout.code_mask) == SPACE_CODE_MASK, "offsets.h");
_Static_assert(offsetof(struct space, gate.lock) == GATE_LOCK, "offsets.h");
_Static_assert(offsetof(struct space, gate.caller) == GATE_CALLER, "offsets.h");
_Static_assert(offsetof(struct space, gate.sp) == GATE_SP, "offsets.h");
_Static_assert(offsetof(struct space, gate.pc) == GATE_PC, "offsets.h");
_Static_assert(NJ_THREAD_READY == STATE_READY && NJ_THREAD_RECEIVING == STATE_RECEIVING &&
                   NJ_THREAD_REPLY_WAIT == STATE_REPLY_WAIT && NJ_THREAD_WAITING == STATE_WAITING,
               "offsets.h");

#define REG_PC 0
#define REGISTERS 32

static bool has_image(uint32_t space)
{
    return spaces[space].code.cap.kind == NJ_KIND_CODE;
}

static bool is_capsule(uint32_t space)
{
    return spaces[space].type == NJ_SPACE_CAPSULE;
}

static bool is_code_offset(uint32_t space, uint64_t offset)
{
    return offset % 4 == 0 && offset < codes[spaces[space].code.cap.object].bytes;
}

// What checked code relies on, as its space has it: all the reserved registers but ra and sp.
static void reserve(struct context *context)
{
    const struct space *space = (const struct space *)context->table;
    context->reg[NJ_REG_DATA] = space->layout.data_base;
    context->reg[NJ_REG_CODE] = space->layout.code_base;
    context->reg[NJ_REG_MASK] = space->layout.code_mask;
    context->reg[NJ_REG_ADDRESS] = space->layout.data_base;
    context->reg[NJ_REG_WIDE] = space->layout.data_base;
    context->reg[NJ_REG_TARGET] = 0;
}

// Fast paths save no caller-saved registers, so the context may still hold those of another space, from before a gate
// was crossed. Whatever sends a capsule that came by a fast path to thread_resume makes them its own first.
void context_complete(struct context *context)
{
    if (context->is_capsule) {
        reserve(context);
        context->reg[NJ_REG_RA] = context->pc;
        context->reg[29] = 0;
    }
}

enum nj_status arch_context_start(uint32_t thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    uint32_t space = threads[thread].space;
    const struct layout *layout = &spaces[space].layout;
    struct context *context = &threads[thread].context;
    bool image = has_image(space);
    if (image ? !is_code_offset(space, pc) : is_capsule(space) || pc % 2 != 0) {
        return NJ_BAD_ARGUMENT;
    }
    for (uint32_t n = 0; n < REGISTERS; n++) {
        context->reg[n] = 0;
    }
    arch_context_bind(thread);
    context->reg[REG_WORD] = argument;
    if (!image) {
        context->pc = pc;
        context->reg[2] = sp;
        return NJ_OK;
    }
    context->pc = layout->code_base + pc;
    context->reg[NJ_REG_RA] = layout->code_base;
    context->reg[NJ_REG_SP] = layout->stack_high;
    reserve(context);
    return NJ_OK;
}

void arch_context_finish_call(uint32_t thread)
{
    struct context *context = &threads[thread].context;
    context->reg[NJ_REG_WIDE] = 0;
    context->reg[REG_REPLY] = 0;
    context->reg[29] = 0;
    context->reg[NJ_REG_ADDRESS] = 0;
    context->reg[NJ_REG_TARGET] = 0;
    context_complete(context);
}

// A capsule goes back into the entry page, not to the instruction before its return address: it may have jumped there
// with a return address of its own.
void arch_context_restart_call(uint32_t thread)
{
    struct context *context = &threads[thread].context;
    bool is_wait = context->number == NJ_SYS_WAIT;
    if (is_wait || threads[thread].blocked != 0) {
        context->reg[REG_TAG] = 0; // not saved, like the words (message_forget)
    }
    if (is_wait) {
        context->reg[REG_REPLY] = 0; // nor is this
    }
    threads[thread].blocked = 0;
    if (context->is_capsule) {
        context_complete(context);
        context->pc = context->reg[NJ_REG_CODE] + (uint64_t)(int64_t)NJ_ENTRY_OFFSET((int32_t)context->number);
    } else {
        context->pc -= 4;
        context->reg[REG_NUMBER] = context->number;
    }
}

// Registers that checked code may not choose freely.
static bool is_reserved(uint32_t number)
{
    switch (number) {
    case NJ_REG_RA:
    case NJ_REG_SP:
    case NJ_REG_DATA:
    case NJ_REG_CODE:
    case NJ_REG_WIDE:
    case NJ_REG_MASK:
    case NJ_REG_ADDRESS:
    case NJ_REG_TARGET:
        return true;
    default:
        return false;
    }
}

// The pc of an image stays in its code, and may be set only while sp is inside the stack: execution could arrive behind
// the access that probes a step of sp.
static enum nj_status image_write(uint32_t thread, uint32_t number, uint64_t value)
{
    struct context *context = &threads[thread].context;
    uint32_t space = threads[thread].space;
    const struct layout *layout = &spaces[space].layout;
    if (number == REG_PC) {
        uint64_t sp = context->reg[NJ_REG_SP];
        if (!is_code_offset(space, value - layout->code_base) || sp < layout->stack_low || sp > layout->stack_high) {
            return NJ_BAD_ARGUMENT;
        }
        context->pc = value;
        return NJ_OK;
    }
    if (is_reserved(number)) {
        return NJ_BAD_ARGUMENT;
    }
    context->reg[number] = value;
    return NJ_OK;
}

enum nj_status arch_context_write(uint32_t thread, uint32_t number, uint64_t value)
{
    struct context *context = &threads[thread].context;
    if (number >= REGISTERS) {
        return NJ_BAD_ARGUMENT;
    }
    if (has_image(threads[thread].space) || is_capsule(threads[thread].space)) {
        return image_write(thread, number, value);
    }
    if (number != REG_PC) {
        context->reg[number] = value;
    } else if (value % 2 != 0) {
        return NJ_BAD_ARGUMENT;
    } else {
        context->pc = value;
    }
    return NJ_OK;
}

uint64_t arch_context_read(uint32_t thread, uint32_t number)
{
    const struct context *context = &threads[thread].context;
    if (number >= REGISTERS) {
        return 0;
    }
    return number == REG_PC ? context->pc : context->reg[number];
}

// The table is found through its capability each time, because that may be taken from the space at any moment. Without
// a space (spaces[NIL] is not memory of ours) it is an empty one.
static void run_in(uint32_t thread, uint32_t space)
{
    static const struct cap no_table;
    struct context *context = &threads[thread].context;
    context->self = (uint64_t)thread << 32 | thread;
    context->root = space == NIL ? 0 : spaces[space].root;
    context->table = (uint64_t)(space == NIL ? &no_table : &spaces[space].cnode.cap);
    context->is_capsule = space != NIL && is_capsule(space);
    context->status = (context->is_capsule ? STATUS_CAPSULE : STATUS_PROCESS) | (context->status & SSTATUS_FS);
    threads[thread].slow =
        (uint16_t)((threads[thread].slow & ~CONTEXT_NO_ASID) | (asid_is_absent ? CONTEXT_NO_ASID : 0));
}

void arch_context_bind(uint32_t thread)
{
    run_in(thread, threads[thread].space);
    threads[thread].context.home = threads[thread].context.table;
}

// Nothing of one side's registers is there for the other: message words may stay, everything else is 0.
static void clear_registers(struct context *context, bool keeps_words)
{
    for (uint32_t n = 0; n < REGISTERS; n++) {
        bool is_word = n >= REG_WORD && n < REG_WORD + NJ_MESSAGE_REGISTERS;
        if (!is_word || !keeps_words) {
            context->reg[n] = 0;
        }
    }
}

void arch_gate_enter(uint32_t thread, uint32_t callee, uint64_t where)
{
    struct context *context = &threads[thread].context;
    struct gate *gate = &spaces[callee].gate;
    arch_context_drop_fp(thread);
    gate->lock = (uint64_t)context | (context->is_capsule ? 0 : GATE_SLOW);
    gate->caller = context->table;
    gate->sp = context->reg[NJ_REG_SP];
    gate->pc = context->pc;
    gate->kept[0] = context->reg[NJ_REG_RA];
    gate->kept[1] = context->reg[NJ_REG_DATA];
    gate->kept[2] = context->reg[NJ_REG_CODE];
    run_in(thread, callee);
    clear_registers(context, true);
    context->pc = spaces[callee].layout.code_base + (uint32_t)where;
    context_complete(context);
    context->reg[NJ_REG_SP] = spaces[callee].layout.stack_high;
    context->reg[REG_BADGE] = where >> 32;
    context->reg[REG_TAG] = NJ_MESSAGE_REGISTERS;
}

void arch_gate_leave(uint32_t thread, uint64_t tag)
{
    struct context *context = &threads[thread].context;
    struct gate *gate = &spaces[thread_space(thread)].gate;
    uint32_t caller = table_space(gate->caller);
    arch_context_drop_fp(thread);
    run_in(thread, caller);
    clear_registers(context, (int64_t)tag >= 0);
    context->pc = gate->pc;
    context->reg[NJ_REG_SP] = gate->sp;
    context->reg[NJ_REG_RA] = gate->kept[0];
    context->reg[NJ_REG_DATA] = gate->kept[1];
    context->reg[NJ_REG_CODE] = gate->kept[2];
    if (has_image(caller)) {
        context->reg[NJ_REG_MASK] = spaces[caller].layout.code_mask;
    }
    context_complete(context);
    context->reg[REG_TAG] = tag;
    gate->lock = 0;
}
