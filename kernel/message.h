// SPDX-License-Identifier: Apache-2.0
// Messages between threads: tag checks, words, the one capability that may travel along.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"
#include "kernel/thread.h"

/*@ // A tag that was checked when its sender entered the kernel.
    predicate tag_fits(integer tag) = (tag & NJ_TAG_WORDS_MASK) <= NJ_MESSAGE_WORDS;
    // The page that a message lies in beyond what the registers hold.
    predicate has_page{L}(integer thread) = threads[thread].message_page < PAGES_MAX;
    // The slot that is named for a capability is one of a node, if there is any.
    predicate table_is_node{L}(integer thread) = has_table(thread) && (threads[thread].space == NIL ||
        (is_slot(table_slot(thread)) && (slots[table_slot(thread)].cap.kind == NJ_KIND_CNODE ||
            slots[table_slot(thread)].cap.word == 0)));
    // A capability that travels.
    predicate is_source{L}(integer slot) = is_slot(slot) && NJ_KIND_EMPTY < slots[slot].cap.kind < KIND_ZOMBIE; */

/*@ assigns \nothing;
    ensures \result ==> tag_fits(tag); */
bool message_tag_is_valid(uint64_t tag);

// May the thread send this? BAD_ARGUMENT: long message without a message page. NO_RIGHT: carries a capability that the
// path does not let through.
/*@ requires sender < THREADS_MAX;
    assigns \nothing;
    ensures \result == NJ_OK && !may_grant ==> (threads[sender].context.reg[REG_TAG] & NJ_TAG_CAP) == 0; */
enum nj_status message_check(uint32_t sender, bool may_grant);

// Finds the capability that the sender's message carries along. *source: its slot, NIL if there is none, if it may not
// travel, or if nothing may be derived from it now (as long as no revoke begins, what may be may be). AGAIN: to find that
// out takes more steps; the message has to wait.
/*@ requires sender < THREADS_MAX && has_table(sender) && \valid(source) && order_holds && caps_valid;
    assigns *source, slots[..].end[..];
    CAPS_ARE_VALID
    ensures \result == NJ_OK || \result == NJ_AGAIN;
    ensures caps_stay{Pre, Post};
    ensures \result == NJ_OK ==> *source == NIL || is_source(*source);
    ensures \result == NJ_AGAIN ==> *source == NIL;
    ensures !may_grant || (threads[sender].context.reg[REG_TAG] & NJ_TAG_CAP) == 0 ==> *source == NIL; */
enum nj_status message_source(uint32_t sender, bool may_grant, uint32_t *source);

// Moves the message in the sender's registers and message page to the receiver's, and the capability that
// message_source() found, if any; finishes the receiver's system call with this badge. The sender is left as it is.
/*@ requires sender < THREADS_MAX && receiver < THREADS_MAX && has_page(sender) && has_page(receiver);
    requires tag_fits(threads[sender].context.reg[REG_TAG]);
    requires source == NIL || is_source(source);
    requires table_is_node(receiver) && order_holds && caps_valid;
    assigns threads[receiver].context.reg[0 .. 31];
    assigns pages[threads[receiver].message_page]
        [NJ_MESSAGE_REGISTERS .. (threads[sender].context.reg[REG_TAG] & NJ_TAG_WORDS_MASK) - 1];
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID
    behavior only_words:
        assumes source == NIL;
        assigns threads[receiver].context.reg[0 .. 31];
        assigns pages[threads[receiver].message_page]
            [NJ_MESSAGE_REGISTERS .. (threads[sender].context.reg[REG_TAG] & NJ_TAG_WORDS_MASK) - 1]; */
void message_transfer(uint32_t sender, uint32_t receiver, uint64_t badge, uint32_t source);

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
