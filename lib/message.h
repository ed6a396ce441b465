// SPDX-License-Identifier: Apache-2.0
// Messages between components. A struct message is the first eight words and everything that travels with them; the
// words from 8 on lie in the thread's message page. message_word() hides the difference.
//
// Fill in words (count), optionally send_slot and receive_slot, then call or send; on return `words`, `badge` and
// `has_cap` describe what came back. receive_slot must name an empty slot; when has_cap is set it holds a capability.
#pragma once
#include "lib/syscall.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct message {
    uint64_t word[NJ_MESSAGE_REGISTERS];
    uint64_t badge;        // out: of the capability that the sender used, or the bits of a notification
    uint32_t words;        // in: words to send; out: words received, 0 to NJ_MESSAGE_WORDS
    uint32_t send_slot;    // in: capability to send along, or NJ_SLOT_NONE; cleared when it was sent
    uint32_t receive_slot; // in: empty slot for a capability that arrives, or NJ_SLOT_NONE; kept
    uint32_t reply_slot;   // in: reply object that will hold a caller, or NJ_SLOT_NONE; kept
    bool has_cap;          // out: a capability arrived in receive_slot
    bool is_signal;        // out: no message, but the thread's bound notification; badge holds its bits
};

// The message page of this component's thread, set before main(). A component has one thread that sends messages.
extern uint64_t *message_page;

// Word `index` (below NJ_MESSAGE_WORDS) of the message, wherever it lies.
static inline uint64_t *message_word(struct message *message, uint32_t index)
{
    return index < NJ_MESSAGE_REGISTERS ? &message->word[index] : &message_page[index];
}

// Copies bytes into the message from word `first` on, zero-filled to a whole word, and sets `words` to end behind them.
// bytes at most MESSAGE_BYTES_MAX(first).
void message_put_bytes(struct message *message, uint32_t first, const void *bytes, size_t count);
// Copies bytes out of a received message from word `first` on; never more than the message holds. Returns the count.
size_t message_get_bytes(struct message *message, uint32_t first, void *bytes, size_t count);
#define MESSAGE_BYTES_MAX(first) ((NJ_MESSAGE_WORDS - (first)) * 8u)

// Send and wait for the answer. PEER_LOST: the server died before it answered.
MUST_CHECK enum nj_status message_call(uint32_t slot, struct message *message);
// Send; waits until somebody receives it.
MUST_CHECK enum nj_status message_send(uint32_t slot, struct message *message);
MUST_CHECK enum nj_status message_try_send(uint32_t slot, struct message *message);
// Answer the caller that the reply object in `slot` holds. The answer is lost when the caller is gone: no error.
void message_reply(uint32_t slot, struct message *message);
MUST_CHECK enum nj_status message_recv(uint32_t slot, struct message *message);
MUST_CHECK enum nj_status message_try_recv(uint32_t slot, struct message *message);
// Answer the caller held by message->reply_slot, then receive on slot with the same reply object.
MUST_CHECK enum nj_status message_reply_recv(uint32_t slot, struct message *message);
