// SPDX-License-Identifier: Apache-2.0
// The saved registers of a thread are the architecture's; the build puts its folder on the include path.
#pragma once
#include <context.h>
