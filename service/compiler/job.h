// SPDX-License-Identifier: Apache-2.0
// One module to one image, in the workspace.
#pragma once
#include "service/compiler/compiler.h"

enum job_outcome {
    JOB_DONE,         // result: address and bytes
    JOB_REFUSED,      // result: text
    JOB_NEEDS_MEMORY, // try again in a larger workspace
};

enum job_outcome job_compile(const uint8_t *module, uint32_t bytes, uint64_t workspace_bytes,
                             struct compiler_result *result);
