// SPDX-License-Identifier: Apache-2.0
// Messages between threads: tag checks, words, the one capability that may travel along.
#pragma once
#include "kernel/object.h"

/*@ // A tag that was checked when its sender entered the kernel.
    predicate tag_fits(integer tag) = (tag & NJ_TAG_WORDS_MASK) <= NJ_MESSAGE_WORDS;
    // The page that a message lies in beyond what the registers hold.
    predicate has_page{L}(integer thread) = threads[thread].message_page < PAGES_MAX; */

/*@ assigns \nothing;
    ensures \result ==> tag_fits(tag); */
bool message_tag_is_valid(uint64_t tag);

// May the thread send this? BAD_ARGUMENT: long message without a message page. NO_RIGHT: carries a capability that the
// path does not let through.
/*@ requires sender < THREADS_MAX;
    assigns \nothing;
    ensures \result == NJ_OK && !may_grant ==> (threads[sender].context.reg[REG_TAG] & NJ_TAG_CAP) == 0; */
enum nj_status message_check(uint32_t sender, bool may_grant);

// Moves the message in the sender's registers and message page to the receiver's, and the capability if it may travel;
// finishes the receiver's system call with this badge. The sender is left as it is.
void message_transfer(uint32_t sender, uint32_t receiver, uint64_t badge, bool may_grant);

// Finishes a thread's system call: badge, tag; all else that a call does not return is cleared.
/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.reg[0 .. 31];
    ensures threads[thread].context.reg[REG_BADGE] == badge && threads[thread].context.reg[REG_TAG] == tag;
    ensures \forall integer i; REG_WORD <= i < REG_WORD + NJ_MESSAGE_REGISTERS ==>
        threads[thread].context.reg[i] == \old(threads[thread].context.reg[i]); */
void message_finish(uint32_t thread, uint64_t badge, uint64_t tag);

// A fast path that blocked the thread did not save its message words: what the context has there may be another space's.
/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1]; */
void message_forget(uint32_t thread);

// Finishes it with a status.
/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.reg[0 .. 31];
    ensures threads[thread].context.reg[REG_BADGE] == 0; */
void message_finish_status(uint32_t thread, enum nj_status status);
