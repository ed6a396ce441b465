// SPDX-License-Identifier: Apache-2.0
// The console: the shell, and whatever else is to be seen on the serial line. Interface "console".
#pragma once
#include "lib/service.h"

enum console_operation {
    CONSOLE_WRITE = 1, // word 1: bytes; words 2-63: text. Printed as lines of its own, never inside another line
};

#define CONSOLE_BYTES_MAX 496u // per message

// The text should be whole lines; if it ends in none, the line end is added. More than CONSOLE_BYTES_MAX is cut.
MUST_CHECK static inline enum service_status console_write(uint32_t console, const char *text, size_t bytes)
{
    size_t count = bytes < CONSOLE_BYTES_MAX ? bytes : CONSOLE_BYTES_MAX;
    struct message message = {.word = {CONSOLE_WRITE, count}};
    message_put_bytes(&message, 2, text, count);
    return service_call(console, &message, 1);
}
