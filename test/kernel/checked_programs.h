// SPDX-License-Identifier: Apache-2.0
// Programs for the code checker and for the capsules it guards: one or more that break each rule, and attacks that break
// none and must end in a fault of the capsule alone. The code is checked_programs.S; host tests read the same bytes.
//
// A program starts at its first word, in a space laid out with the sizes below. Where a column says "any", the
// outcome depends on the kernel's choices and only has to stay a fault of that thread.
#pragma once
#define CHECKED_STACK_BYTES 4096
#define CHECKED_STATE_BYTES 4096
#define CHECKED_MEMORY_BYTES 65536
#define CHECKED_WINDOW_LOG2 16 // the smallest code window

#define CHECKED_ANY 0xffffffff     // any fault, any pc, any value
#define CHECKED_RUNS_ON 0xfffffffe // no fault: the program runs for ever, and its budget is what stops it

#define CHECKED_NAME_BYTES 32

#ifndef __ASSEMBLER__
#include "abi/check.h"
#include "abi/fault.h"
#include <stdint.h>

struct checked_program {
    char name[CHECKED_NAME_BYTES];
    uint32_t start;    // bytes from the address of checked_programs to the first word
    uint32_t end;      // the same to the end of the last word
    uint32_t rule;     // enum nj_check_rule: the answer of the checker, NJ_CHECK_OK for a program that runs
    uint32_t rule_at;  // byte offset in the program of the word that is refused
    uint32_t fault;    // enum nj_fault, CHECKED_ANY or CHECKED_RUNS_ON; of a program that runs
    uint32_t fault_at; // code offset of the faulting pc, or CHECKED_ANY
    uint32_t a0;       // lower half of a0 at the fault, or CHECKED_ANY
    uint32_t reserved;
};
_Static_assert(sizeof(struct checked_program) == 64, "checked_programs.S has the same layout");

// The table; it ends with a program whose name is empty. On the target both symbols are linked in; on the host the same
// bytes are read from a file (section .rodata.checked of checked_programs.o).
extern const struct checked_program checked_programs[];

// Words of a program. The one cast from the table to its code.
static inline const uint32_t *checked_program_words(const struct checked_program *programs, uint32_t number)
{
    return (const uint32_t *)(const void *)((const uint8_t *)programs + programs[number].start);
}
static inline uint32_t checked_program_count(const struct checked_program *programs, uint32_t number)
{
    return (programs[number].end - programs[number].start) / 4;
}

// The numbers that checked_programs.S uses.
_Static_assert(NJ_FAULT_READ == 1 && NJ_FAULT_WRITE == 2 && NJ_FAULT_FETCH == 3 && NJ_FAULT_ILLEGAL == 4 &&
                   NJ_FAULT_TRAP == 9 && NJ_FAULT_STACK == 10,
               "checked_programs.S repeats them");
#endif
