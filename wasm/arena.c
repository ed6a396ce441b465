// SPDX-License-Identifier: Apache-2.0
// The one place where bytes become arrays: everything else in the decoder works on typed arrays, which provers can follow.
#include "arena.h"
#include <string.h>

#define ARENA_ALIGNMENT 16u

void *wasm_arena_allocate(struct wasm_arena *arena, uint64_t count, uint32_t element_bytes)
{
    uint64_t start = (arena->used + ARENA_ALIGNMENT - 1) & ~(uint64_t)(ARENA_ALIGNMENT - 1);
    if (start > arena->size || (element_bytes != 0 && count > (arena->size - start) / element_bytes)) {
        return 0;
    }
    uint64_t size = count * element_bytes;
    memset(arena->bytes + start, 0, size);
    arena->used = start + size;
    return arena->bytes + start;
}
