// SPDX-License-Identifier: Apache-2.0
// Makes a readable record of a fault message.
#pragma once
#include "abi/fault.h"
#include "service/process/image.h"
#include "service/process/process.h"

// words: the fault message. image: of the program that faulted.
void crash_record(const uint64_t words[NJ_FAULT_WORDS], const struct image *image, struct process_crash *crash);
