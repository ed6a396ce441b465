// SPDX-License-Identifier: Apache-2.0
// Lazy floating point: the registers keep the state of the thread that used them last, everybody else runs with the
// unit switched off, and the first use by another thread traps and moves them. Threads that never use it pay nothing.
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/gate.h"
#include "kernel/thread.h"

bool has_fp;
static uint32_t fp_owner; // thread, or NIL

void fp_save(uint64_t *registers, uint64_t *fcsr); // fp_registers.S, unit on
void fp_load(const uint64_t *registers, const uint64_t *fcsr);

static bool is_fp_instruction(uint32_t word)
{
    uint32_t funct3 = word >> 12 & 7;
    switch (word & 0x7f) {
    case 0x07: // loads and stores; other widths are the vector unit's
    case 0x27:
        return funct3 == 2 || funct3 == 3;
    case 0x43: // fused multiply-add
    case 0x47:
    case 0x4b:
    case 0x4f:
    case 0x53:
        return true;
    case 0x57: // vectors of floating-point numbers need this unit as well as theirs
        return funct3 == 1 || funct3 == 5;
    case 0x73: // fflags, frm, fcsr
        return (funct3 & 3) != 0 && word >> 20 >= 1 && word >> 20 <= 3;
    default:
        break;
    }
    uint32_t compressed = word >> 13 & 7; // c.fld, c.fsd, c.fldsp, c.fsdsp
    return ((word & 3) == 0 || (word & 3) == 2) && (compressed == 1 || compressed == 5);
}

bool fp_take(uint32_t thread, uint32_t instruction)
{
    if (!has_fp || fp_owner == thread || !is_fp_instruction(instruction)) {
        return false;
    }
    csr_set(sstatus, SSTATUS_FS);
    if (fp_owner != NIL) {
        struct context *old = &threads[fp_owner].context;
        fp_save(old->fp, &old->fcsr);
        old->status &= ~(uint64_t)SSTATUS_FS;
        threads[fp_owner].slow &= (uint16_t)~CONTEXT_FP;
    }
    struct context *new = &threads[thread].context;
    fp_load(new->fp, &new->fcsr);
    new->status |= SSTATUS_FS;
    threads[thread].slow |= CONTEXT_FP;
    threads[thread].uses_fp = true;
    if (gate_is_inside(thread)) { // the way out must not leave it for the caller
        spaces[thread_space(thread)].gate.lock |= GATE_SLOW;
    }
    fp_owner = thread;
    csr_clear(sstatus, SSTATUS_FS);
    return true;
}

void arch_context_drop_fp(uint32_t thread)
{
    if (fp_owner == thread) {
        fp_owner = NIL;
        threads[thread].context.status &= ~(uint64_t)SSTATUS_FS;
        threads[thread].slow &= (uint16_t)~CONTEXT_FP;
    }
    if (threads[thread].uses_fp) {
        struct context *context = &threads[thread].context;
        for (uint32_t i = 0; i < 32; i++) {
            context->fp[i] = 0;
        }
        context->fcsr = 0;
        threads[thread].uses_fp = false;
    }
}
