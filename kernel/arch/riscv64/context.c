// SPDX-License-Identifier: Apache-2.0
// Saved registers. The sandbox registers of a capsule are set here from the space's layout and nowhere else; whatever
// is written later by a debugger keeps them valid (abi/capsule.h).
#include <stddef.h>

#include "abi/capsule.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/offsets.h"

_Static_assert(offsetof(struct thread, context) == 0, "a thread's context is at its start");
_Static_assert(sizeof(struct thread) == 1u << THREAD_SHIFT, "offsets.h");
_Static_assert(offsetof(struct context, reg) == CONTEXT_REG(0), "offsets.h");
_Static_assert(offsetof(struct context, pc) == CONTEXT_PC, "offsets.h");
_Static_assert(offsetof(struct context, status) == CONTEXT_STATUS, "offsets.h");
_Static_assert(offsetof(struct context, root) == CONTEXT_ROOT, "offsets.h");
_Static_assert(offsetof(struct context, table) == CONTEXT_TABLE, "offsets.h");
_Static_assert(offsetof(struct context, table_count) == CONTEXT_TABLE_COUNT, "offsets.h");
_Static_assert(offsetof(struct context, flags) == CONTEXT_FLAGS, "offsets.h");
_Static_assert(offsetof(struct context, self) == CONTEXT_SELF, "offsets.h");
_Static_assert(offsetof(struct context, number) == CONTEXT_NUMBER, "offsets.h");

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
    context->reg[NJ_REG_DATA] = layout->data_base;
    context->reg[NJ_REG_CODE] = layout->code_base;
    context->reg[NJ_REG_MASK] = (1ull << layout->window_log2) - 4;
    context->reg[NJ_REG_ADDRESS] = layout->data_base;
    context->reg[NJ_REG_WIDE] = layout->data_base;
    return NJ_OK;
}

void arch_context_finish_call(uint32_t thread)
{
    struct context *context = &threads[thread].context;
    uint64_t checked_address = is_capsule(threads[thread].space) ? context->reg[NJ_REG_DATA] : 0;
    context->reg[NJ_REG_WIDE] = checked_address;
    context->reg[REG_REPLY] = 0;
    context->reg[29] = 0;
    context->reg[NJ_REG_ADDRESS] = checked_address;
    context->reg[NJ_REG_TARGET] = 0;
}

// A capsule goes back into the entry page, not to the instruction before its return address: it may have jumped there
// with a return address of its own.
void arch_context_restart_call(uint32_t thread)
{
    struct context *context = &threads[thread].context;
    if (is_capsule(threads[thread].space)) {
        context->pc = context->reg[NJ_REG_CODE] + (uint64_t)(int64_t)NJ_ENTRY_OFFSET((int32_t)context->number);
    } else {
        context->pc -= 4;
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

// In a space with an image the pc is a code offset, and it may be set only while sp is inside the stack: execution
// could arrive behind the access that probes a step of sp.
static enum nj_status image_write(uint32_t thread, uint32_t number, uint64_t value)
{
    struct context *context = &threads[thread].context;
    uint32_t space = threads[thread].space;
    const struct layout *layout = &spaces[space].layout;
    if (number == REG_PC) {
        uint64_t sp = context->reg[NJ_REG_SP];
        if (!is_code_offset(space, value) || sp < layout->stack_low || sp > layout->stack_high) {
            return NJ_BAD_ARGUMENT;
        }
        context->pc = layout->code_base + value;
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
    if (number != REG_PC) {
        return context->reg[number];
    }
    return has_image(threads[thread].space) ? context->pc - spaces[threads[thread].space].layout.code_base
                                            : context->pc;
}

void arch_context_bind(uint32_t thread)
{
    struct context *context = &threads[thread].context;
    uint32_t space = threads[thread].space;
    const struct cap *table = &spaces[space].cnode.cap;
    bool capsule = is_capsule(space);
    context->self = thread;
    context->root = spaces[space].root;
    context->table = (uint64_t)&slots[table->object];
    context->table_count = table->kind == NJ_KIND_CNODE ? (uint32_t)table->word : 0;
    context->status = (capsule ? STATUS_CAPSULE : STATUS_PROCESS) | (context->status & SSTATUS_FS);
    context->flags = (context->flags & ~(uint32_t)CONTEXT_CAPSULE) | (capsule ? CONTEXT_CAPSULE : 0);
}
