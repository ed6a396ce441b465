// SPDX-License-Identifier: Apache-2.0
// Faults. Addresses are translated to what the program's own world calls them: offsets in its code and linear memory.
#include "kernel/fault.h"

#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/endpoint.h"
#include "kernel/gate.h"
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
static __attribute__((noinline)) enum nj_fault refine(uint32_t space, enum nj_fault kind, uint64_t address)
{
    struct layout layout = spaces[space].layout;
    bool is_data = kind == NJ_FAULT_READ || kind == NJ_FAULT_WRITE;
    bool below = address < layout.stack_low && layout.stack_low - address <= NJ_CAPSULE_GUARD;
    bool above = address >= layout.stack_high && address - layout.stack_high < NJ_CAPSULE_GUARD;

    return is_data && (below || above) ? NJ_FAULT_STACK : kind;
}

// Offsets instead of addresses, and which of the two they are.
static __attribute__((noinline)) uint64_t image_offsets(uint32_t space, enum nj_fault kind, uint64_t *pc,
                                                        uint64_t *detail)
{
    struct layout layout = spaces[space].layout;
    uint64_t extra = 0;

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
static __attribute__((noinline)) uint32_t fault_inside(uint32_t thread, enum nj_fault kind, uint64_t detail)
{
    uint32_t space = thread_space(thread);
    uint64_t pc = arch_context_read(thread, 0);

    kind = refine(space, kind, detail);
    (void)image_offsets(space, kind, &pc, &detail);
    gate_fault(thread, kind, pc, detail);
    return NIL;
}

static uint32_t send(uint32_t thread)
{
    uint32_t handler = thread_fault_slot(thread);

    return slots[handler].cap.kind == NJ_KIND_ENDPOINT ? endpoint_send_fault(thread, handler) : NIL;
}

static __attribute__((noinline)) uint32_t send_refined(uint32_t thread)
{
    enum nj_fault kind = (enum nj_fault)threads[thread].fault_kind;

    threads[thread].fault_kind = (uint8_t)refine(threads[thread].space, kind, threads[thread].fault_detail);
    return send(thread);
}

uint32_t fault_raise(uint32_t thread, enum nj_fault kind, uint64_t detail, uint64_t extra)
{
    uint32_t space = threads[thread].space;

    threads[thread].faults++;
    if (gate_is_inside(thread))
        return fault_inside(thread, kind, detail);
    threads[thread].fault_kind = (uint8_t)kind;
    threads[thread].fault_detail = detail;
    threads[thread].fault_extra = extra;
    threads[thread].state = NJ_THREAD_INACTIVE;
    return space != NIL && is_image(space) ? send_refined(thread) : send(thread);
}

static __attribute__((noinline)) void finish_with_offsets(uint32_t space, enum nj_fault kind, uint32_t receiver)
{
    uint64_t pc = threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_PC];
    uint64_t detail = threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_DETAIL];

    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_EXTRA] |= image_offsets(space, kind, &pc, &detail);
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_PC] = pc;
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_DETAIL] = detail;
    arch_context_finish_call(receiver);
}

// What message_finish() does is done here, with a call at the end only: so no register needs to be saved.
void fault_message(uint32_t thread, uint32_t receiver, uint64_t badge)
{
    uint32_t space = threads[thread].space;
    enum nj_fault kind = (enum nj_fault)threads[thread].fault_kind;

    threads[receiver].context.reg[REG_BADGE] = badge;
    threads[receiver].context.reg[REG_TAG] = NJ_FAULT_WORDS;
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_KIND] = kind;
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_PC] = threads[thread].context.pc;
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_DETAIL] = threads[thread].fault_detail;
    threads[receiver].context.reg[REG_WORD + NJ_FAULT_WORD_EXTRA] = threads[thread].fault_extra;
    for (uint32_t i = NJ_FAULT_WORDS; i < NJ_MESSAGE_REGISTERS; i++)
        threads[receiver].context.reg[REG_WORD + i] = 0;
    if (is_image(space))
        finish_with_offsets(space, kind, receiver);
    else
        arch_context_finish_call(receiver);
}
