// SPDX-License-Identifier: Apache-2.0
// Operations on objects: find the capability, hand on to the kind of object it is of.
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/code.h"
#include "kernel/frame.h"
#include "kernel/gate.h"
#include "kernel/hart.h"
#include "kernel/interrupt.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/system.h"
#include "kernel/thread.h"
#include "kernel/untyped.h"

// Arguments are passed on in the registers in which they came.
static inline enum nj_status invoke_object(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table,
                                           uint64_t count)
{
    if (operation == NJ_OP_NULL)
        return NJ_OK;
    if (slots[slot].cap.kind == NJ_KIND_FRAME)
        return frame_invoke(thread, slot, operation, table, count);
    if (slots[slot].cap.kind == NJ_KIND_CNODE)
        return cnode_invoke(thread, slot, operation, table, count, slots[slot].cap.object, slots[slot].cap.word);
    switch (slots[slot].cap.kind) {
    case NJ_KIND_UNTYPED:
        return untyped_invoke(thread, slot, operation, table, count);
    case NJ_KIND_THREAD:
        return thread_invoke(thread, slot, operation);
    case NJ_KIND_SCHED:
        return sched_invoke(thread, slot, operation);
    case NJ_KIND_SPACE:
        return space_invoke(thread, slot, operation);
    case NJ_KIND_CODE:
        return code_invoke(thread, slot, operation);
    case NJ_KIND_INTERRUPT:
        return interrupt_invoke(thread, slot, operation);
    case NJ_KIND_HART:
        return hart_invoke(thread, slot, operation);
    case NJ_KIND_SCHED_CONTROL:
        return sched_control_invoke(thread, operation);
    case NJ_KIND_INTERRUPT_CONTROL:
        return interrupt_control_invoke(thread, slot, operation);
    case NJ_KIND_SYSTEM:
        return system_invoke(thread, slot, operation);
    default:
        return NJ_BAD_OPERATION; // endpoints, notifications, replies: only the null operation
    }
}

enum nj_status kernel_invoke(uint32_t current, uint64_t capability, uint64_t operation, uint32_t table, uint64_t count)
{
    uint32_t slot;
    enum nj_status status = cap_find(table, count, capability, &slot);

    return status != NJ_OK ? status : invoke_object(current, slot, operation, table, count);
}
