// SPDX-License-Identifier: Apache-2.0
// The entry of a native component. Components define main(); only the root server replaces component_start().
#pragma once
#include <stdint.h>

// Called by arch/<isa>/start.S with the address of the thread's message page.
_Noreturn void component_start(uint64_t page);
// A component runs until it is stopped: returning from main is a panic.
int main(void);
