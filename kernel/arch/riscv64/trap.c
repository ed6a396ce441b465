// SPDX-License-Identifier: Apache-2.0
// From a trap of the hart to an event of the portable kernel. Runs on the kernel stack with all registers of the current
// thread saved, in a system call with those that C does not keep (call.S); the answer is the thread to run next, NIL to idle.
#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/arch/riscv64/plic.h"
#include "kernel/thread.h"

#define INTERRUPT_SOFTWARE 1
#define INTERRUPT_TIMER 5
#define INTERRUPT_EXTERNAL 9

static uint32_t interrupt(uint32_t current, uint64_t number)
{
    if (number == INTERRUPT_TIMER) {
        return kernel_timer(current);
    }
    if (number == INTERRUPT_SOFTWARE) {
        csr_clear(sip, SIE_SOFTWARE);
        return kernel_harts(current);
    }
    uint32_t source = number == INTERRUPT_EXTERNAL ? plic_claim() : 0;
    return source != 0 ? kernel_interrupt(current, source) : current;
}

// Nothing to run: sleep. An interrupt that is pending ends WFI though interrupts are off, and needs no trap.
uint32_t trap_idle(void)
{
    __asm__ volatile("wfi" : : : "memory");
    uint64_t pending = csr_read(sip) & csr_read(sie);
    uint32_t next = NIL;
    if (pending & SIE_SOFTWARE) {
        next = interrupt(next, INTERRUPT_SOFTWARE);
    }
    if (next == NIL && (pending & SIE_TIMER)) {
        next = interrupt(next, INTERRUPT_TIMER);
    }
    if (next == NIL && (pending & SIE_EXTERNAL)) {
        next = interrupt(next, INTERRUPT_EXTERNAL);
    }
    return next;
}

static bool has_image(uint32_t thread)
{
    return spaces[thread_space(thread)].code.cap.kind == NJ_KIND_CODE;
}

// The instruction at the saved pc, read through the direct map: not every hart hands it over. 0 if it is not there.
static uint32_t instruction_fetch(uint32_t thread)
{
    uint32_t space = thread_space(thread);
    uint64_t pc = threads[thread].context.pc;
    uint32_t word = 0;
    for (uint32_t half = 0; half < 2; half++) {
        uint64_t address = pc + 2 * half;
        uint32_t page = arch_space_lookup(space, address, MAP_EXECUTE);
        if (page == NIL) {
            return half == 0 ? 0 : word;
        }
        uint64_t cell = pages[page][address % PAGE_BYTES / 8];
        word |= (uint32_t)(cell >> (address % 8 * 8) & 0xffff) << (16 * half);
        if ((word & 3) != 3) {
            return word; // compressed
        }
    }
    return word;
}

static __attribute__((noinline)) uint32_t illegal(uint32_t current, uint64_t value)
{
    uint32_t word = value != 0 ? (uint32_t)value : instruction_fetch(current);
    if (fp_take(current, word)) {
        return current;
    }
    if (word == NJ_TRAP_WORD && has_image(current)) {
        return kernel_fault(current, NJ_FAULT_TRAP, word);
    }
    return has_vector ? vector_trap(current, word) : kernel_fault(current, NJ_FAULT_ILLEGAL, word);
}

static uint32_t exception(uint32_t current, uint64_t cause, uint64_t value)
{
    switch (cause) {
    case CAUSE_ILLEGAL:
        return illegal(current, value);
    case CAUSE_BREAKPOINT:
        return kernel_fault(current, NJ_FAULT_BREAKPOINT, value);
    case CAUSE_LOAD_ACCESS:
    case CAUSE_LOAD_PAGE:
        return kernel_fault(current, NJ_FAULT_READ, value);
    case CAUSE_STORE_ACCESS:
    case CAUSE_STORE_PAGE:
        return kernel_fault(current, NJ_FAULT_WRITE, value);
    case CAUSE_FETCH_ACCESS:
    case CAUSE_FETCH_PAGE:
        return kernel_fault(current, NJ_FAULT_FETCH, value);
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        return kernel_fault(current, NJ_FAULT_MISALIGNED, value);
    default: // nothing else is delegated to supervisor mode
        return kernel_fault(current, NJ_FAULT_ILLEGAL, value);
    }
}

// `number`: of the system call. An unknown one may have any value; it is kept as one that stays unknown.
uint32_t trap_call(struct context *context, uint64_t number)
{
    uint32_t current = (uint32_t)context->self;
    context->number = number < NJ_SYS_COUNT ? (uint32_t)number : NJ_SYS_COUNT;
    threads[current].blocked = 0;
    context_complete(context);
    return kernel_syscall(current, number);
}

uint32_t trap_handle(struct context *context, uint64_t cause, uint64_t value)
{
    uint32_t current = (uint32_t)context->self;
    // A capsule that was stopped between the last two instructions of a kernel entry, in kernel text: the one that is
    // left is the return.
    if (context->is_capsule && context->pc >= DIRECT_MAP) {
        context->pc = context->reg[NJ_REG_RA];
    }
    if (cause & CAUSE_INTERRUPT) {
        return interrupt(current, cause & ~CAUSE_INTERRUPT);
    }
    return exception(current, cause, value);
}
