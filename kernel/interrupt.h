// SPDX-License-Identifier: Apache-2.0
// Interrupt objects: a source of the interrupt controller, or the timer, that signals a notification.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/turn.h"

void interrupt_init(uint32_t first_hidden_slot);

// INTERRUPT_CONTROL GET: see abi/object.h. `control` is the slot of the authority.
enum nj_status interrupt_control_invoke(uint32_t thread, uint32_t control, uint64_t operation);
enum nj_status interrupt_invoke(uint32_t thread, uint32_t slot, uint64_t operation);

// The source fired (it is masked until ACK); the alarm deadline passed.
void interrupt_raise(uint32_t source);
/*@ requires sched_holds;
    assigns READY_STATE, KERNEL_STATE;
    exits \false;
    ENSURES_SCHED_HOLDS
    ensures \old(current_apart) ==> current_apart; */
void interrupt_raise_timer(void);

/*@ requires interrupt < INTERRUPTS_MAX;
    STOPS_IN_STEPS */
enum nj_status interrupt_retire(uint32_t interrupt, uint32_t *steps);
