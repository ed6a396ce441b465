// SPDX-License-Identifier: Apache-2.0
// What the console writes to the serial line. Collected and sent in one piece by output_flush(), or when the buffer is
// full. "\n" becomes a whole line end.
#pragma once
#include <stddef.h>
#include <stdint.h>

void output_init(uint32_t uart);
void output_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Bytes as they are: the line editor's.
void output_raw(const char *text, size_t bytes);
// Text of an application: as lines, and without control characters that could play with the terminal.
void output_foreign(const char *text, size_t bytes);
void output_flush(void);
