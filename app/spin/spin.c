// SPDX-License-Identifier: Apache-2.0
// Misbehaves: never ends and never asks the system for anything, so only preemption can take the processor from it.
#include <stdint.h>
#include <stdio.h>

int main(void)
{
    printf("spin: spinning\n");
    for (volatile uint32_t turns = 0;; turns++) {
    }
}
