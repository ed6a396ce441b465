// SPDX-License-Identifier: Apache-2.0
// Misbehaves: stores outside its memory. `start wild -- read` loads instead; a number is the address.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WILD_ADDRESS 0xfffffff0u // the last bytes of the 4 GiB a pointer can name

__attribute__((noinline)) static void wild_store(uint32_t address)
{
    *(volatile uint32_t *)address = 42;
}

__attribute__((noinline)) static uint32_t wild_load(uint32_t address)
{
    return *(volatile uint32_t *)address;
}

int main(int count, char **arguments)
{
    uint32_t address = WILD_ADDRESS;
    int is_load = 0;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "read") == 0) {
            is_load = 1;
        } else {
            address = (uint32_t)strtoul(arguments[i], NULL, 0);
        }
    }
    printf("wild: %s at 0x%x\n", is_load ? "loading" : "storing", (unsigned)address);
    if (is_load) {
        printf("wild: loaded %u\n", (unsigned)wild_load(address));
    } else {
        wild_store(address);
    }
    printf("wild: survived\n");
    return 0;
}
