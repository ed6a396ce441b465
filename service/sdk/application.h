// SPDX-License-Identifier: Apache-2.0
// The applications that the SDK runtime serves. It learns of one when its first call comes in, and that one is gone when
// its space capability is: the process manager tells nobody, it frees.
#pragma once
#include "lib/message.h"
#include "service/process/process.h"

#define APPLICATION_LINE_MAX 480
#define APPLICATION_FD_COUNT 3 // standard input, output, error

enum wait_kind { WAIT_NONE, WAIT_SLEEP, WAIT_POLL, WAIT_CONNECT };

struct application {
    uint32_t id;    // badge; 0: free
    uint32_t space; // slot of its space capability, for ever
    uint64_t data_base;
    char name[PROCESS_NAME_BYTES];
    uint32_t argument_bytes;
    char arguments[PROCESS_NAME_BYTES + PROCESS_ARGUMENTS_BYTES];
    uint32_t closed; // bit n: it closed file descriptor n
    uint32_t line_bytes;
    char line[APPLICATION_LINE_MAX]; // of its output, so far
    enum wait_kind wait;
    uint32_t reply;                         // reply object that holds its call while it waits
    uint64_t deadline_ns;                   // SLEEP, POLL
    uint64_t request[NJ_MESSAGE_REGISTERS]; // POLL: the call
    char wanted[PROCESS_NAME_BYTES];        // CONNECT: the name
};

void application_init(void);
// The application of this badge; null if there is none any more.
struct application *application_of(uint64_t badge);
// By index, used or not; null beyond the table.
struct application *application_at(uint32_t index);
// Forgets those that are gone: their last line is printed, their reply objects are free again.
void application_sweep(void);

// Its memory: address and bytes are what the application says. False: not all of it is its memory.
bool application_read(const struct application *application, uint64_t address, void *bytes, uint32_t count);
bool application_write(const struct application *application, uint64_t address, const void *bytes, uint32_t count);

// Output: whole lines go to the console, the rest waits for its end or for application_flush().
void application_print(struct application *application, const char *text, uint32_t bytes);
void application_flush(struct application *application);

// Keeps the caller of this message waiting: its reply object is the application's now, the message gets another one.
void application_wait(struct application *application, struct message *message, enum wait_kind kind);
// Answers it.
void application_wake(struct application *application, uint32_t result);
