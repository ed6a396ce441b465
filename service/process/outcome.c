// SPDX-License-Identifier: Apache-2.0
#include "service/process/outcome.h"
#include <stdarg.h>
#include <stdio.h>

bool outcome_set(struct process_outcome *outcome, enum process_reason reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    outcome->reason = reason;
    vsnprintf(outcome->detail, sizeof outcome->detail, format, arguments);
    va_end(arguments);
    return false;
}

bool outcome_kernel(struct process_outcome *outcome, enum nj_status status, const char *what)
{
    return outcome_set(outcome, PROCESS_REASON_KERNEL, "%s: %s", what, nj_status_text(status));
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

bool name_is_valid(const char name[PROCESS_NAME_BYTES])
{
    uint32_t length = 0;
    while (length < PROCESS_NAME_BYTES && is_name_character(name[length])) {
        length++;
    }
    return length > 0 && length < PROCESS_NAME_BYTES && name[length] == 0;
}
