// SPDX-License-Identifier: Apache-2.0
#include "lib/panic.h"
#include "lib/print.h"

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_vprintf(LOG_ERROR, format, arguments);
    va_end(arguments);
    for (;;)
        __asm__ volatile("ebreak");
}
