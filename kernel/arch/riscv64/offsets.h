// SPDX-License-Identifier: Apache-2.0
// Places of fields that assembly uses. context.c asserts each against the C structures.
#pragma once

#define THREAD_SHIFT 10 // bytes of a thread, log2

#define CONTEXT_REG(n) (8 * (n))
#define CONTEXT_PC 256
#define CONTEXT_STATUS 264
#define CONTEXT_ROOT 272
#define CONTEXT_TABLE 280
#define CONTEXT_TABLE_COUNT 288
#define CONTEXT_FLAGS 292
#define CONTEXT_SELF 296
#define CONTEXT_NUMBER 300
#define CONTEXT_FP_REG 304
#define CONTEXT_FCSR 560
