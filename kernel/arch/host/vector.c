// SPDX-License-Identifier: Apache-2.0
// A vector unit of one register for the build machine: moved as on a machine, and every use sees to it that the thread finds
// what it left, or nothing.
#include "kernel/vector.h"
#include "kernel/arch/host/host.h"
#include "kernel/gate.h"

#define PLACE 1u // in the thread's page

static uint32_t owner;
static uint64_t unit;

void arch_vector_forget(uint32_t thread)
{
    owner = owner == thread ? NIL : owner;
}

static void move_registers(uint32_t thread)
{
    if (owner != NIL)
        pages[threads[owner].vector_page][PLACE] = unit;
    owner = thread;
    unit = pages[threads[thread].vector_page][PLACE];
}

uint32_t host_vector_use(uint32_t thread)
{
    uint64_t mark = (uint64_t)thread << 32 | threads[thread].vector_page;

    if (gate_is_inside(thread) || spaces[threads[thread].space].type != NJ_SPACE_PROCESS)
        return kernel_fault(thread, NJ_FAULT_ILLEGAL, 0);
    if (threads[thread].vector_page == NIL) {
        mark = 0;
        if (vector_begin(thread) != NJ_OK)
            return kernel_fault(thread, NJ_FAULT_NO_SUPPLY, threads[thread].context.pc);
    }
    if (owner != thread)
        move_registers(thread);
    KERNEL_ASSERT(unit == mark);
    unit = (uint64_t)thread << 32 | threads[thread].vector_page;
    return thread;
}

uint32_t host_vector_owner(void)
{
    return owner;
}

void host_vector_reset(void)
{
    owner = NIL;
}
