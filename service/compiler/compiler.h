// SPDX-License-Identifier: Apache-2.0
// The compiler service: turns packages into images. It serves nobody: it fetches its work from the process manager
// (PROCESS_WORK), so that nobody waits for it and a module that breaks it harms one installation, not the system.
//
// It hands over a result (PROCESS_RESULT) by letting its space be read: the message gives a READ capability to it. The
// memory of a job comes from the memory manager and is given back between the two calls.
#pragma once
#include <stdint.h>

#define COMPILER_FILE_BYTES 48 // as a name in the boot archive
#define COMPILER_TEXT_BYTES 192

struct compiler_job {
    uint64_t job; // number, for the result; never 0
    char file[COMPILER_FILE_BYTES];
};
_Static_assert(sizeof(struct compiler_job) == 56, "travels as 7 words");

enum compiler_status {
    COMPILER_DONE = 1,    // address and bytes of the image
    COMPILER_REFUSED = 2, // the text says why
};

struct compiler_result {
    uint64_t job;
    uint64_t status; // enum compiler_status
    uint64_t address;
    uint64_t bytes;
    uint64_t module_bytes;
    char text[COMPILER_TEXT_BYTES];
};
_Static_assert(sizeof(struct compiler_result) == 232, "travels as 29 words");
