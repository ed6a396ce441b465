// SPDX-License-Identifier: Apache-2.0
// Reply objects: each holds one caller that waits for an answer.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// Can a receiver offer it? IN_USE: it holds a caller, or another receiver offers it.
enum nj_status reply_usable(uint32_t reply, uint32_t thread);
void reply_offer(uint32_t thread, uint32_t reply); // NIL: none
void reply_withdraw(uint32_t thread);              // whatever it offers, if anything

// A receiver has taken a call with it: the caller waits, the receiver serves.
void reply_hold(uint32_t reply, uint32_t caller, uint32_t receiver, bool may_grant);

// The thread's message (checked) answers the caller held by the reply object. WRONG_STATE: it holds none. AGAIN: as in
// endpoint_send().
enum nj_status reply_send(uint32_t thread, uint32_t reply);

// The caller stops waiting for its answer.
void reply_cancel(uint32_t caller);

// Its last capability goes, or the thread that served with it: the caller learns PEER_LOST.
/*@ requires reply < REPLIES_MAX;
    STOPS */
enum nj_status reply_retire(uint32_t reply);
