// SPDX-License-Identifier: Apache-2.0
// arch_time_ns() as an inline function is the architecture's; the build puts its folder on the include path.
#pragma once
#include <clock.h>
