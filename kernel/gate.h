// SPDX-License-Identifier: Apache-2.0
// Gates: threads that cross into a capsule and execute there, one at a time.
#pragma once
#include "abi/fault.h"
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/turn.h"

// The thread inside, NIL if there is none.
/*@ requires space < SPACES_MAX;
    assigns \nothing;
    exits \false;
    ensures \result < THREADS_MAX; */
static inline uint32_t gate_thread(uint32_t space)
{
    return (uint32_t)(spaces[space].gate.lock % RAM_BYTES_MAX / sizeof(struct thread));
}

// Is the thread in a capsule that it entered through a gate? Its registers are that capsule's then.
/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    exits \false;
    ensures \result <==> threads[thread].context.table != threads[thread].context.home; */
static inline bool gate_is_inside(uint32_t thread)
{
    return threads[thread].context.table != threads[thread].context.home;
}

// The two system calls, and operations on a space capability that are about gates.
enum nj_status gate_call(uint32_t thread);
enum nj_status gate_return(uint32_t thread);
enum nj_status gate_invoke(uint32_t caller, uint32_t slot, uint64_t operation);

// The thread, which is inside, is cut off: it goes on in the space it came from, behind its call, which ends with this
// status. The instance is broken, and those who wait for it get PEER_LOST.
/*@ requires is_thread(thread) && threads[thread].is_queued == 0 && sched_holds;
    assigns READY_STATE, KERNEL_STATE;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart;
    ensures \old(can_run(thread) && is_apart(thread)) ==> can_run(thread) && is_apart(thread); */
void gate_unwind(uint32_t thread, enum nj_status status);
// The same for a fault of the code inside.
void gate_fault(uint32_t thread, enum nj_fault kind, uint64_t pc, uint64_t detail);
// The thread waits for its turn no longer.
void gate_cancel(uint32_t thread);
// The thread ends: it is cut off from all it is inside of, from the inside out. AGAIN.
enum nj_status gate_abandon(uint32_t thread, uint32_t *steps);
// The space ends: nobody enters it any more, who is inside or waits gets PEER_LOST. AGAIN.
enum nj_status gate_end(uint32_t space, uint32_t *steps);
