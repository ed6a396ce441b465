// SPDX-License-Identifier: Apache-2.0
// An image in a space: where code, entry page, stack, state and linear memory lie.
#pragma once
#include "kernel/object.h"

// SPACE ATTACH of abi/object.h.
enum nj_status space_attach(uint32_t caller, uint32_t space);
