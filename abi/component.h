// SPDX-License-Identifier: Apache-2.0
// A native component: what the build makes of an ELF file, and how it lies in memory.
// The file starts with this header at its first byte, linked to NJ_COMPONENT_BASE. Text and read-only data are mapped
// straight from the boot archive, executable and read-only; data is copied; bss, heap and stack are first-touch memory.
#pragma once
#include <stdint.h>

#define NJ_COMPONENT_MAGIC 0x31434a4e // "NJC1"
#define NJ_COMPONENT_BASE 0x10000

// Offsets and sizes in bytes. The writable memory begins at data_address, a page; heap and stack follow bss.
struct nj_component {
    uint32_t magic;
    uint32_t text_bytes;   // header, text and read-only data, from NJ_COMPONENT_BASE, a multiple of 4096
    uint32_t entry;        // address of the first instruction
    uint32_t data_address; // a multiple of 4096
    uint32_t data_bytes;   // initial bytes, in the file directly after the text
    uint32_t bss_bytes;    // zeroed bytes after the data
    uint32_t heap_bytes;   // most the heap may take
    uint32_t stack_bytes;  // most the stack may take, a multiple of 4096; it ends at the end of the writable memory
};
