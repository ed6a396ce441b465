// SPDX-License-Identifier: Apache-2.0
// The serial line. Interface "uart". Bytes go out and come in as they are; the console does echo and line ends.
#pragma once
#include "lib/service.h"

enum uart_operation {
    UART_WRITE = 1, // word 1: bytes; words 2-63: the bytes. Answered when they are in the driver's queue
    UART_READ = 2,  // word 1: most bytes wanted -> word 1: bytes; words 2-63. Answered when there is at least one byte.
                    //   BUSY: another client waits already
    UART_TRY_READ = 3, // the same, but answers at once, with 0 bytes when there is no input
    UART_BIND = 4,     // with a notification capability (SEND): signalled when input comes in. Replaces the last one
};

#define UART_BYTES_MAX 496u // per message

// All bytes, in as many messages as it takes.
MUST_CHECK static inline enum service_status uart_write(uint32_t uart, const char *bytes, size_t count)
{
    enum service_status status = SERVICE_OK;
    while (count > 0 && status == SERVICE_OK) {
        size_t part = count < UART_BYTES_MAX ? count : UART_BYTES_MAX;
        struct message message = {.word = {UART_WRITE, part}};
        message_put_bytes(&message, 2, bytes, part);
        status = service_call(uart, &message, 1);
        bytes += part;
        count -= part;
    }
    return status;
}

MUST_CHECK static inline enum service_status uart_read_with(uint32_t uart, enum uart_operation operation, char *bytes,
                                                            size_t most, size_t *count)
{
    struct message message = {.word = {operation, most < UART_BYTES_MAX ? most : UART_BYTES_MAX}, .words = 2};
    *count = 0;
    enum service_status status = service_call(uart, &message, 2);
    if (status != SERVICE_OK)
        return status;
    if (message.word[1] > most)
        return SERVICE_BAD_ANSWER;
    *count = message_get_bytes(&message, 2, bytes, message.word[1]);
    return SERVICE_OK;
}

// Waits until there is input, then takes 1 to `most` bytes.
MUST_CHECK static inline enum service_status uart_read(uint32_t uart, char *bytes, size_t most, size_t *count)
{
    return uart_read_with(uart, UART_READ, bytes, most, count);
}

// Takes the bytes that have come in, 0 to `most`; never waits. For servers: bind a notification, then read until 0.
MUST_CHECK static inline enum service_status uart_try_read(uint32_t uart, char *bytes, size_t most, size_t *count)
{
    return uart_read_with(uart, UART_TRY_READ, bytes, most, count);
}

// notification: a slot of the caller that may signal. One notification at a time, whoever bound it last.
MUST_CHECK static inline enum service_status uart_bind(uint32_t uart, uint32_t notification)
{
    struct message message = {.word = {UART_BIND}, .words = 1, .send_slot = notification};
    return service_call(uart, &message, 1);
}
