// SPDX-License-Identifier: Apache-2.0
// What every service interface shares: word 0 of a request is the operation, word 0 of the answer a service status.
// A kernel status says what became of the message; a service status what the service made of it.
#pragma once
#include "lib/message.h"

#define SERVICE_STATUS_LIST(X)                                                                                         \
    X(OK, 0, "done")                                                                                                   \
    X(BAD_REQUEST, 1, "the request is malformed")                                                                      \
    X(BAD_OPERATION, 2, "the service has no such operation")                                                           \
    X(NOT_FOUND, 3, "there is nothing of that name or number")                                                         \
    X(NO_MEMORY, 4, "there is not enough free memory")                                                                 \
    X(FULL, 5, "a table of the service is full")                                                                       \
    X(BUSY, 6, "another client is being served or already waits")                                                      \
    X(DENIED, 7, "this client may not do that")                                                                        \
    X(EXISTS, 8, "the name is in use")                                                                                 \
    X(REFUSED, 9, "the code or the request breaks a rule")                                                             \
    X(FAILED, 10, "the service tried and failed")                                                                      \
    X(UNREACHABLE, 11, "the service cannot be reached: it is gone, or no connection to it was granted")                \
    X(BAD_ANSWER, 12, "the service answered with something else than its interface says")

enum service_status {
#define X(name, number, text) SERVICE_##name = number,
    SERVICE_STATUS_LIST(X)
#undef X
};

// The text of a status, or "unknown service status". Never fails.
static inline const char *service_status_text(enum service_status status)
{
    switch (status) {
#define X(name, number, text)                                                                                          \
    case SERVICE_##name:                                                                                               \
        return text;
        SERVICE_STATUS_LIST(X)
#undef X
    }
    return "unknown service status";
}

// Client side: calls the service and takes the status out of word 0 of its answer. UNREACHABLE when the kernel could
// not deliver, BAD_ANSWER when the answer has fewer than `least` words (word 0 included).
MUST_CHECK enum service_status service_call(uint32_t slot, struct message *message, uint32_t least);

// Server side: makes `message` an answer of one word.
static inline void service_answer(struct message *message, enum service_status status)
{
    message->word[0] = status;
    message->words = 1;
    message->send_slot = NJ_SLOT_NONE;
}
