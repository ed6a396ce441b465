// SPDX-License-Identifier: Apache-2.0
#include "lib/message.h"
#include <string.h>

// Part of bytes [0, count) of a message's payload that starts at word `first`: how many lie in registers.
static size_t bytes_in_registers(uint32_t first, size_t count)
{
    size_t room = first < NJ_MESSAGE_REGISTERS ? (NJ_MESSAGE_REGISTERS - first) * sizeof(uint64_t) : 0;
    return count < room ? count : room;
}

void message_put_bytes(struct message *message, uint32_t first, const void *bytes, size_t count)
{
    if (first > NJ_MESSAGE_WORDS)
        first = NJ_MESSAGE_WORDS;
    if (count > MESSAGE_BYTES_MAX(first))
        count = MESSAGE_BYTES_MAX(first);
    uint32_t words = (uint32_t)((count + 7) / 8);
    if (words > 0)
        *message_word(message, first + words - 1) = 0; // the last word may be filled in part only
    size_t near = bytes_in_registers(first, count);
    if (near > 0)
        memcpy(&message->word[first], bytes, near);
    uint32_t far = first > NJ_MESSAGE_REGISTERS ? first : NJ_MESSAGE_REGISTERS;
    if (count > near)
        memcpy(&message_page[far], (const char *)bytes + near, count - near);
    message->words = first + words;
}

size_t message_get_bytes(struct message *message, uint32_t first, void *bytes, size_t count)
{
    uint32_t words = message->words <= NJ_MESSAGE_WORDS ? message->words : NJ_MESSAGE_WORDS;
    size_t held = first < words ? (words - first) * sizeof(uint64_t) : 0;
    if (count > held)
        count = held;
    size_t near = bytes_in_registers(first, count);
    if (near > 0)
        memcpy(bytes, &message->word[first], near);
    uint32_t far = first > NJ_MESSAGE_REGISTERS ? first : NJ_MESSAGE_REGISTERS;
    if (count > near)
        memcpy((char *)bytes + near, &message_page[far], count - near);
    return count;
}

// All eight registers travel, whatever the tag says: nothing that was not meant for the other side stays in them.
static uint64_t message_tag(struct message *message)
{
    for (uint32_t i = message->words; i < NJ_MESSAGE_REGISTERS; i++)
        message->word[i] = 0;
    return nj_tag(message->words, message->send_slot);
}

// Takes apart what came back; the words are in place already.
static enum nj_status message_received(struct message *message, int64_t tag)
{
    message->send_slot = NJ_SLOT_NONE;
    message->words = tag < 0 ? 0 : (uint32_t)tag & NJ_TAG_WORDS_MASK;
    message->has_cap = tag >= 0 && (tag & NJ_TAG_CAP) != 0;
    message->is_signal = tag >= 0 && (tag & NJ_TAG_SIGNAL) != 0;
    if (message->is_signal)
        message->badge = message->word[0];
    return nj_status_of(tag);
}

enum nj_status message_call(uint32_t slot, struct message *message)
{
    message->badge = 0;
    return message_received(
        message, nj_call(slot, message_tag(message), nj_receive(NJ_SLOT_NONE, message->receive_slot), message->word));
}

// The kernel hands nothing back for these, and zeroes what it does not keep: work on a copy, so that the caller's
// message stays as it is and may be sent again.
static enum nj_status send_copy(uint32_t slot, struct message *message,
                                int64_t (*send)(uint32_t slot, uint64_t tag, uint64_t words[8]))
{
    uint64_t words[NJ_MESSAGE_REGISTERS];
    uint64_t tag = message_tag(message);
    memcpy(words, message->word, sizeof(words));
    enum nj_status status = nj_status_of(send(slot, tag, words));
    if (status == NJ_OK)
        message->send_slot = NJ_SLOT_NONE;
    return status;
}

enum nj_status message_send(uint32_t slot, struct message *message)
{
    return send_copy(slot, message, nj_send);
}

enum nj_status message_try_send(uint32_t slot, struct message *message)
{
    return send_copy(slot, message, nj_try_send);
}

void message_reply(uint32_t slot, struct message *message)
{
    enum nj_status status = message_send(slot, message);
    if (status != NJ_NO_RIGHT || message->send_slot == NJ_SLOT_NONE)
        return;
    // The client's capability does not let one travel back: it gets the words at least, and does not wait for ever.
    message->send_slot = NJ_SLOT_NONE;
    status = message_send(slot, message);
    (void)status;
}

enum nj_status message_recv(uint32_t slot, struct message *message)
{
    return message_received(
        message, nj_recv(slot, nj_receive(message->reply_slot, message->receive_slot), message->word, &message->badge));
}

enum nj_status message_try_recv(uint32_t slot, struct message *message)
{
    return message_received(message, nj_try_recv(slot, nj_receive(message->reply_slot, message->receive_slot),
                                                 message->word, &message->badge));
}

enum nj_status message_reply_recv(uint32_t slot, struct message *message)
{
    return message_received(message, nj_reply_recv(slot, message_tag(message),
                                                   nj_receive(message->reply_slot, message->receive_slot),
                                                   message->word, &message->badge));
}
