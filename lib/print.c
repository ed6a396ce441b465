// SPDX-License-Identifier: Apache-2.0
#include "lib/print.h"
#include "lib/startup.h"
#include <stdio.h>

void log_vprintf(enum log_level level, const char *format, va_list arguments)
{
    char line[PRINT_LINE_MAX];
    uint32_t log;
    int length = vsnprintf(line, sizeof(line), format, arguments);
    if (length < 0 || !startup_find("log", &log))
        return;
    log_write(log, level, line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

void log_printf(enum log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_vprintf(level, format, arguments);
    va_end(arguments);
}
