// SPDX-License-Identifier: Apache-2.0
// An image in this process: load it, call into it, learn how the call ended. Test harness for riscv64 Linux.
#pragma once
#include "abi/capsule.h"
#include "abi/image.h"
#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_VALUES_MAX 1024

enum sandbox_outcome { SANDBOX_RETURNED, SANDBOX_TRAPPED, SANDBOX_EXITED };

struct sandbox {
    uint8_t *image;
    struct nj_image header;
    uint64_t code_base;
    uint64_t window;
    uint64_t stack_low;
    uint64_t data_base;
    uint32_t pages; // of 64 KiB, mapped now
    uint32_t exit_code;
    uint32_t trap_offset; // code offset of the last trap
    char reason[128];     // of the last trap, in the words of the WebAssembly test suite where it has some
};

// Signal handlers; once, before anything else.
void sandbox_prepare(void);

// Maps the image, in the place of the one before. False with a reason if it cannot be.
bool sandbox_load(struct sandbox *sandbox, const char *path, const char **reason);

// Runs from the image's entry: the program, until it exits.
enum sandbox_outcome sandbox_start(struct sandbox *sandbox);

// Calls the function at a code offset. `type` is its type text; values[] holds the arguments, then the results.
enum sandbox_outcome sandbox_call(struct sandbox *sandbox, uint32_t code_offset, const char *type, uint64_t *values);

// The export of a name and kind, or NULL.
const struct nj_image_export *sandbox_export(const struct sandbox *sandbox, const char *name, uint32_t kind);
const char *sandbox_text(const struct sandbox *sandbox, uint32_t offset);
const char *sandbox_function(const struct sandbox *sandbox, uint32_t code_offset);
uint64_t sandbox_global(const struct sandbox *sandbox, uint32_t below);

// system.c: the system calls and SDK operations of a program that runs alone. True if it ends there.
bool system_call(struct sandbox *sandbox, uint32_t number, uint64_t *registers);
bool sandbox_grow(struct sandbox *sandbox, uint32_t pages);
