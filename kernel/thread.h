// SPDX-License-Identifier: Apache-2.0
// Threads: life, registers, what they are bound to.
#pragma once
#include "kernel/object.h"

// Its hidden slot for the fault endpoint.
uint32_t thread_fault_slot(uint32_t thread);
// The run of slots that is its capability table; count 0 when its space has none.
void thread_table(uint32_t thread, uint32_t *first, uint32_t *count);

// Leaves whatever it waits in and stops. Its registers say what it did; a system call can be restarted.
void thread_suspend(uint32_t thread);
// It waited for somebody who is gone: its call ends with PEER_LOST.
void thread_peer_lost(uint32_t thread);
void thread_join_space(uint32_t thread, uint32_t space);
// Its space goes away: stops for good and leaves the space's list.
void thread_leave_space(uint32_t thread);

enum nj_status thread_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
enum nj_status thread_retire(uint32_t thread, uint32_t *steps);
