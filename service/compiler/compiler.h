// SPDX-License-Identifier: Apache-2.0
// The compiler service: turns packages into images. It serves nobody: it fetches its work from the process manager
// (PROCESS_WORK), so that nobody waits for it and a module that breaks it harms one installation, not the system.
//
// A result is fetched by reading: the image lies in the compiler's space, to which the message gives a READ capability,
// and stays there until the next job.
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
    COMPILER_IDLE = 0,    // no result: the service just started
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
