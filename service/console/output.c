// SPDX-License-Identifier: Apache-2.0
#include "service/console/output.h"
#include "service/uart/uart.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BUFFER_BYTES 992u // two messages
#define LINE_MAX 320      // of one formatted text

static uint32_t uart;
static char buffer[BUFFER_BYTES];
static size_t used;

void output_init(uint32_t uart_slot)
{
    uart = uart_slot;
}

void output_flush(void)
{
    if (used > 0) {
        enum service_status lost = uart_write(uart, buffer, used); // without a serial line nobody listens
        (void)lost;
        used = 0;
    }
}

static void character_put(char character)
{
    if (used == BUFFER_BYTES) {
        output_flush();
    }
    buffer[used++] = character;
}

void output_raw(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        character_put(text[i]);
    }
}

static void text_put(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '\n') {
            character_put('\r');
        }
        character_put(text[i]);
    }
}

void output_printf(const char *format, ...)
{
    char text[LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text) {
        length = sizeof text - 1;
        text[length - 1] = '\n';
    }
    text_put(text, length > 0 ? (size_t)length : 0);
}

void output_foreign(const char *text, size_t bytes)
{
    char last = '\n';
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        last = (c < ' ' && c != '\n' && c != '\t') || c == 127 ? '?' : text[i];
        text_put(&last, 1);
    }
    if (last != '\n') {
        text_put("\n", 1);
    }
}
