// SPDX-License-Identifier: Apache-2.0
// Messages between threads: tag checks, words, the one capability that may travel along.
#pragma once
#include "kernel/object.h"

bool message_tag_is_valid(uint64_t tag);

// May the thread send this? BAD_ARGUMENT: long message without a message page. NO_RIGHT: carries a capability that the
// path does not let through.
enum nj_status message_check(uint32_t sender, bool may_grant);

// Moves the message in the sender's registers and message page to the receiver's, and the capability if it may travel;
// finishes the receiver's system call with this badge. The sender is left as it is.
void message_transfer(uint32_t sender, uint32_t receiver, uint64_t badge, bool may_grant);

// Finishes a thread's system call: badge, tag; all else that a call does not return is cleared.
void message_finish(uint32_t thread, uint64_t badge, uint64_t tag);

// A fast path that blocked the thread did not save its message words: what the context has there may be another space's.
void message_forget(uint32_t thread);

// Finishes it with a status.
void message_finish_status(uint32_t thread, enum nj_status status);
