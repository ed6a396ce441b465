// SPDX-License-Identifier: Apache-2.0
// The end of a component that cannot go on: a message to the log (if there is one), then a breakpoint that faults to
// the supervisor, which reports it with the program counter. There is no way back.
#pragma once

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Always compiled in: the build that is tested is the build that ships.
#define component_assert(condition)                                                                                    \
    ((condition) ? (void)0 : panic("%s:%d: assertion failed: %s", __FILE_NAME__, __LINE__, #condition))
