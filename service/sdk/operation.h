// SPDX-License-Identifier: Apache-2.0
// The operations of an application's one endpoint (abi/sdk.h). Each takes the call's words and gives the import's result.
#pragma once
#include "service/sdk/application.h"

#define WASI_LIST(X)                                                                                                   \
    X(SUCCESS, 0)                                                                                                      \
    X(BADF, 8)                                                                                                         \
    X(FAULT, 21)                                                                                                       \
    X(INVAL, 28)                                                                                                       \
    X(IO, 29)                                                                                                          \
    X(NOSYS, 52)                                                                                                       \
    X(NOTSUP, 58)                                                                                                      \
    X(SPIPE, 70)

enum wasi_errno {
#define X(name, number) WASI_##name = number,
    WASI_LIST(X)
#undef X
};

enum answer { ANSWER_NOW, ANSWER_LATER, ANSWER_NEVER };

// One of the WASI operations, 32 and up. ANSWER_LATER: the application waits (poll_oneoff).
enum answer wasi_serve(struct application *application, struct message *message, uint32_t *result);
// Ends a poll whose time has come.
uint32_t wasi_poll_finish(struct application *application);

// Ends the application; it is never answered.
void native_exit(struct application *application, uint32_t code);
// One of Nightjar's own operations.
enum answer native_serve(struct application *application, struct message *message, uint32_t *result);

// Names that applications serve.
void name_init(void);
enum answer name_serve(struct application *application, struct message *message, uint32_t *result);
enum answer name_connect(struct application *application, struct message *message, uint32_t *result);

// Makes the caller wait until a time; an older one ends at once.
void clock_wait(struct application *application, struct message *message, enum wait_kind kind, uint64_t deadline_ns);
