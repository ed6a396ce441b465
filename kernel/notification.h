// SPDX-License-Identifier: Apache-2.0
// Notifications: a word of flags that threads wait for.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// ORs the badge in, or hands it to a waiter. From any context, interrupts included.
void notification_signal(uint32_t notification, uint64_t badge);
// Ends the thread's wait or receive with this word. It has left its queue.
void notification_give(uint32_t thread, uint64_t word, uint64_t tag);
// Takes the word if it is not 0. WOULD_BLOCK, or the thread blocks.
enum nj_status notification_wait(uint32_t thread, uint32_t notification, bool may_block);
// The word of the thread's bound notification, taken as the end of a receive. False: there is none.
bool notification_take_bound(uint32_t thread);
void notification_cancel(uint32_t thread);
enum nj_status notification_bind(uint32_t notification, uint32_t thread); // IN_USE
void notification_unbind(uint32_t thread);
/*@ requires notification < NOTIFICATIONS_MAX;
    STOPS_IN_STEPS */
enum nj_status notification_retire(uint32_t notification, uint32_t *steps);
