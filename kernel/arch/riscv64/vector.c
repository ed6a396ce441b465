// SPDX-License-Identifier: Apache-2.0
// Lazy vector registers, like floating point (fp.c): they keep the state of the thread that used them last, and everybody
// else runs with the unit switched off. A first use, or one after another thread's, traps and moves them. Fast paths
// see in `slow` who owns the registers, as they do for floating point, and write sstatus only then.
//
// The state is always saved, never by what sstatus.VS says of it: the instruction that brought it in was about to change
// it, and to note at every switch whether it did would cost those who have none.
#include "kernel/vector.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/machine.h"

#define VTYPE_ILLEGAL (1ull << 63) // no valid type, as after reset

bool has_vector;
static uint32_t vector_owner; // thread, or NIL

void vector_save(uint64_t *state); // vector_registers.S, unit on
void vector_load(const uint64_t *state);

// By the ratified specification 1.0 of vectors, and of the vector extensions for cryptography.
static bool is_vector_instruction(uint32_t word)
{
    uint32_t funct3 = word >> 12 & 7, csr = word >> 20;
    switch (word & 0x7f) {
    case 0x07: // loads and stores; other widths are floating point
    case 0x27:
        return funct3 == 0 || funct3 >= 5;
    case 0x57:
    case 0x77: // cryptography
        return true;
    case 0x73: // vstart, vxsat, vxrm, vcsr; vl, vtype, vlenb
        return (funct3 & 3) != 0 && ((csr >= 0x008 && csr <= 0x00a) || csr == 0x00f || (csr >= 0xc20 && csr <= 0xc22));
    default:
        return false;
    }
}

void arch_vector_forget(uint32_t thread)
{
    if (vector_owner == thread) {
        vector_owner = NIL; // what is in the registers nobody can read: whoever is next loads all of them
        threads[thread].context.status &= ~(uint64_t)SSTATUS_VS;
        threads[thread].slow &= (uint16_t)~CONTEXT_VECTOR;
    }
}

static void move_registers(uint32_t thread)
{
    uint32_t old = vector_owner;
    csr_set(sstatus, SSTATUS_VS);
    if (old != NIL) {
        vector_save(pages[threads[old].vector_page]);
        arch_vector_forget(old);
    }
    vector_load(pages[threads[thread].vector_page]);
    threads[thread].slow |= CONTEXT_VECTOR;
    vector_owner = thread;
    csr_clear(sstatus, SSTATUS_VS);
}

// A process that has been behind a gate finds the unit switched off, though the registers may still be its own.
uint32_t vector_trap(uint32_t thread, uint32_t instruction)
{
    struct context *context = &threads[thread].context;
    bool had_unit = (context->status & SSTATUS_VS) != 0;
    if (context->is_capsule || had_unit || !is_vector_instruction(instruction)) {
        return kernel_fault(thread, NJ_FAULT_ILLEGAL, instruction);
    }
    if (threads[thread].vector_page == NIL) {
        if (vector_begin(thread) != NJ_OK) {
            return kernel_fault(thread, NJ_FAULT_NO_SUPPLY, context->pc);
        }
        pages[threads[thread].vector_page][VECTOR_TYPE / 8] = VTYPE_ILLEGAL;
    }
    if (vector_owner != thread) {
        move_registers(thread);
    }
    context->status |= SSTATUS_VS;
    return thread;
}
