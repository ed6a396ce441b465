// SPDX-License-Identifier: Apache-2.0
// Faults of components: a record in words, kept and reported; memory for those that may grow.
#pragma once
#include "abi/fault.h"
#include "service/supervisor/component.h"

// The text of an enum nj_fault; never fails.
const char *fault_text(uint64_t kind);
// Handles the fault message of component `index`; leaves the answer to the thread in `message`.
void fault_handle(uint64_t index, struct message *message);
