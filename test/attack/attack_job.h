// SPDX-License-Identifier: Apache-2.0
// What a job of attack_hart.S is told. For C and assembly.
#pragma once

#define JOB_DONE 0 // how it ends: by itself,
#define JOB_LOOP 1 // never,
#define JOB_READ 2 // in the kernel's memory, or with
#define JOB_BREAK 3
#define JOB_WRITE 4 // never: it writes
#define JOB_ENDS 8  // of these
#define JOB_VECTOR 0x80

#define JOB_MEMORY 0x400000 // SETTING_MEMORY
#define JOB_PATTERN -1
#define JOB_BAD 0xbad // its result, if it saw what it must not
