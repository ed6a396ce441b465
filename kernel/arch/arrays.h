// SPDX-License-Identifier: Apache-2.0
// Where the object arrays are is the architecture's; see kernel/arch/context.h.
#pragma once
#include <arrays.h>
