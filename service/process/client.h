// SPDX-License-Identifier: Apache-2.0
// The operations of each client: the request is in the message, the answer goes there. One file per client. Requests are
// taken out of the message before anything else is called: other calls use the same message page.
#pragma once
#include "lib/message.h"
#include "service/process/event.h"

void console_init(void);
void console_serve(struct message *message);
// Queues news and wakes the console.
void console_tell(const struct process_event *event);

void sdk_init(void);
void sdk_serve(struct message *message);
// Wakes the SDK runtime: an instance ended.
void sdk_tell(void);

void compiler_init(void);
// False: there is no work yet and the caller is kept waiting in the reply object of the message; use another one.
bool compiler_serve(struct message *message);
bool compiler_is_busy(void); // a package is being installed
// Work for the compiler, now or when it asks for some. The console hears what became of it.
void compiler_begin(const char *name, const char *file);

// Puts a struct into an answer after its status.
#define answer_put(message, status, pointer) answer_bytes(message, status, pointer, sizeof *(pointer))
static inline void answer_bytes(struct message *message, enum service_status status, const void *bytes, size_t count)
{
    service_answer(message, status);
    message_put_bytes(message, 1, bytes, count);
}
