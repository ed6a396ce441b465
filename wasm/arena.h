// SPDX-License-Identifier: Apache-2.0
// All memory of the engine comes from one run of bytes that the caller gives. Nothing is freed one by one: remember
// `used` and put it back to release what was taken since.
#pragma once
#include <stdint.h>

struct wasm_arena {
    uint8_t *bytes; // aligned to 16
    uint64_t size;
    uint64_t used;
};

// Zeroed memory for `count` elements of `element_bytes` each, aligned to 16; a null pointer if too little is left.
// A count of 0 gives a pointer that must not be read or written.
void *wasm_arena_allocate(struct wasm_arena *arena, uint64_t count, uint32_t element_bytes);
