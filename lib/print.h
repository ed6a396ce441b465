// SPDX-License-Identifier: Apache-2.0
// Formatted lines to the log service; without one they go nowhere. No floating point. A line is cut at PRINT_LINE_MAX.
#pragma once
#include "service/log/log.h"
#include <stdarg.h>

#define PRINT_LINE_MAX 200

// One line, without a newline at its end.
void log_printf(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_vprintf(enum log_level level, const char *format, va_list arguments);
