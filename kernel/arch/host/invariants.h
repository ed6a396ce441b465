// SPDX-License-Identifier: Apache-2.0
// What is true of all kernel state between two system calls. For tests and fuzzing.
#pragma once

// NULL if everything holds, else what does not (static text). Thorough also compares the content of free pages with zero.
const char *check_invariants(int thorough);
