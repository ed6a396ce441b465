// SPDX-License-Identifier: Apache-2.0
// Filling in outcomes: the reason, and a formatted detail.
#pragma once
#include "abi/status.h"
#include "service/process/process.h"

// Both return false, so that a failing step can end in `return outcome_set(...)`.
bool outcome_set(struct process_outcome *outcome, enum process_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// The kernel answered `status` where `what` was tried. Out of memory or table space is told as what it is.
bool outcome_kernel(struct process_outcome *outcome, enum nj_status status, const char *what);

// True for 1 to PROCESS_NAME_BYTES - 1 of the permitted characters, with a NUL inside the bytes.
bool name_is_valid(const char name[PROCESS_NAME_BYTES]);
