// SPDX-License-Identifier: Apache-2.0
// Misbehaves: asks for memory until there is no more, touches all of it, then waits to be stopped.
#include <nightjar.h>
#include <stdint.h>
#include <stdio.h>

#define PAGE_BYTES 65536
#define STEP_BYTES 4096
#define REST_NS 1000000000

int main(void)
{
    uint32_t first = __builtin_wasm_memory_size(0);
    uint32_t pages = 1024;
    while (pages > 0) {
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) {
            pages /= 2; // less may still be had
        }
    }
    uint32_t now = __builtin_wasm_memory_size(0);
    for (uint32_t page = first; page < now; page++) {
        for (uint32_t at = 0; at < PAGE_BYTES; at += STEP_BYTES) {
            *(volatile uint32_t *)(page * PAGE_BYTES + at) = page;
        }
    }
    printf("hog: grew from %u to %u pages of 64 KiB and wrote to all of them\n", (unsigned)first, (unsigned)now);
    fflush(stdout);
    for (;;) {
        nj_sleep(REST_NS);
    }
}
