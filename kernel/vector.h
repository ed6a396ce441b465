// SPDX-License-Identifier: Apache-2.0
// Vector registers of threads that use them: where they are kept. On a machine without a vector unit nothing of vector.c is
// called: it lies in memory that was given back.
#pragma once
#include "kernel/object.h"

// The thread, which has none yet, gets a cleared page of its space for its vector registers. NEEDS_SUPPLY.
enum nj_status vector_begin(uint32_t thread);
// The thread, which has one, leaves its space. The page stays there for the next thread.
void vector_end(uint32_t thread);
