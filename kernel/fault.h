// SPDX-License-Identifier: Apache-2.0
// Faults of threads, as messages to whoever handles them.
#pragma once
#include "abi/fault.h"
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/turn.h"

// The running thread did what it must not: stops it and sends the message to its fault endpoint, if it has one. Behind
// a gate it is cut off instead: it goes on in the space it came from, and no message is sent.
/*@ requires is_thread(thread) && threads[thread].is_queued == 0 && sched_holds;
    assigns READY_STATE, KERNEL_STATE;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void fault_raise(uint32_t thread, enum nj_fault kind, uint64_t detail, uint64_t extra);
// Writes the fault message of a faulted thread into a receiver and finishes the receiver's call.
void fault_message(uint32_t thread, uint32_t receiver, uint64_t badge);
