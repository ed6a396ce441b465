// SPDX-License-Identifier: Apache-2.0
// Endpoints: rendezvous of senders and receivers.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

// The thread sends (its message is in its registers, checked) through a capability with this badge and rights. OK: sent,
// its call goes on (or waits for the answer, if is_call). It blocks unless is_call is false and may_block is false: then
// WOULD_BLOCK. NO_REPLY_OBJECT. AGAIN: nothing was done but search, the call has to be repeated.
enum nj_status endpoint_send(uint32_t thread, uint32_t endpoint, struct cap cap, bool is_call, bool may_block);

// What the first sender's message carries along, if one waits: as message_source() does. AGAIN: it sends anew, to find that
// out in its own time, and somebody else may be the first now; the call has to be repeated.
enum nj_status endpoint_first_source(uint32_t endpoint, uint32_t *source);

// The thread receives, offering a reply object (NIL: none); from the first sender, if one waits, with what it carries along.
// When OK and it did not block, its call is finished. WOULD_BLOCK, NO_REPLY_OBJECT.
enum nj_status endpoint_receive(uint32_t thread, uint32_t endpoint, uint32_t source, uint32_t reply, bool may_block);

// The thread stops waiting in the endpoint it waits on.
void endpoint_cancel(uint32_t thread);

// Its last capability goes: everybody in the queue learns PEER_LOST.
/*@ requires endpoint < ENDPOINTS_MAX;
    STOPS_IN_STEPS */
enum nj_status endpoint_retire(uint32_t endpoint, uint32_t *steps);
