// SPDX-License-Identifier: Apache-2.0
// Faults. Addresses are translated to what the program's own world calls them: offsets in its code and linear memory. This is
// the complete path; the architecture's fast paths do the common cases with the same result.
#include "kernel/fault.h"

#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/endpoint.h"
#include "kernel/gate.h"
#include "kernel/message.h"
#include "kernel/sched.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"

#define EXTRA_DATA_OFFSET 1u
#define EXTRA_CODE_OFFSET 2u

static bool is_address(enum nj_fault kind)
{
    return kind == NJ_FAULT_READ || kind == NJ_FAULT_WRITE || kind == NJ_FAULT_FETCH || kind == NJ_FAULT_MISALIGNED ||
           kind == NJ_FAULT_STACK || kind == NJ_FAULT_NO_SUPPLY;
}

static bool is_image(uint32_t space)
{
    return spaces[space].layout.data_base != 0;
}

// A data fault of an image that hit a guard of its stack is a stack overflow.
static enum nj_fault refine(uint32_t space, enum nj_fault kind, uint64_t address)
{
    struct layout layout = spaces[space].layout;
    bool is_data = kind == NJ_FAULT_READ || kind == NJ_FAULT_WRITE;
    bool below = address < layout.stack_low && layout.stack_low - address <= NJ_CAPSULE_GUARD;
    bool above = address >= layout.stack_high && address - layout.stack_high < NJ_CAPSULE_GUARD;

    return is_image(space) && is_data && (below || above) ? NJ_FAULT_STACK : kind;
}

// Of an image: offsets instead of addresses, and which of the two they are.
static uint64_t image_offsets(uint32_t space, enum nj_fault kind, uint64_t *pc, uint64_t *detail)
{
    struct layout layout = spaces[space].layout;
    uint64_t extra = 0;

    if (!is_image(space))
        return 0;
    if (*pc - layout.code_base < 1ull << layout.window_log2) {
        *pc -= layout.code_base;
        extra |= EXTRA_CODE_OFFSET;
    }
    if (is_address(kind) && *detail - layout.data_base < NJ_CAPSULE_WINDOW) {
        *detail -= layout.data_base;
        extra |= EXTRA_DATA_OFFSET;
    }
    return extra;
}

// A fault behind a gate is none of the caller's: it goes on there.
static void fault_inside(uint32_t thread, enum nj_fault kind, uint64_t detail)
{
    uint32_t space = thread_space(thread);
    uint64_t pc = arch_context_read(thread, 0);

    kind = refine(space, kind, detail);
    (void)image_offsets(space, kind, &pc, &detail);
    gate_fault(thread, kind, pc, detail);
}

// Without a handler, or one whose receiver offers no reply object, it stays INACTIVE.
static void send(uint32_t thread)
{
    struct cap handler = slots[thread_fault_slot(thread)].cap;

    if (handler.kind == NJ_KIND_ENDPOINT && (handler.rights & NJ_RIGHT_SEND) != 0)
        (void)endpoint_send(thread, handler.object, handler, true, true);
}

void fault_raise(uint32_t thread, enum nj_fault kind, uint64_t detail, uint64_t extra)
{
    uint32_t space = threads[thread].space;

    threads[thread].faults++;
    if (gate_is_inside(thread)) {
        fault_inside(thread, kind, detail);
        return;
    }
    threads[thread].fault_kind = (uint8_t)(space != NIL ? refine(space, kind, detail) : kind);
    threads[thread].fault_detail = detail;
    threads[thread].fault_extra = extra;
    threads[thread].state = NJ_THREAD_INACTIVE;
    send(thread);
    if (threads[thread].state == NJ_THREAD_INACTIVE)
        thread_stop(thread);
}

void fault_message(uint32_t thread, uint32_t receiver, uint64_t badge)
{
    enum nj_fault kind = (enum nj_fault)threads[thread].fault_kind;
    uint64_t pc = arch_context_read(thread, 0), detail = threads[thread].fault_detail;
    uint64_t extra = image_offsets(threads[thread].space, kind, &pc, &detail);

    clear_results(receiver);
    set_result(receiver, NJ_FAULT_WORD_KIND, kind);
    set_result(receiver, NJ_FAULT_WORD_PC, pc);
    set_result(receiver, NJ_FAULT_WORD_DETAIL, detail);
    set_result(receiver, NJ_FAULT_WORD_EXTRA, threads[thread].fault_extra | extra);
    message_finish(receiver, badge, NJ_FAULT_WORDS);
}
