// SPDX-License-Identifier: Apache-2.0
// Checked programs in spaces: in a capsule, or the same image in a process.
#pragma once
#include "test/kernel/process.h"

struct capsule {
    uint32_t memory; // untyped: all it is made of
    uint32_t code, cnode, space, thread, sched;
    uint64_t code_base, data_base, stack_top;
};
// A sealed code object of the words. REFUSED and others: the status of the check; *offset and *rule say where and why.
enum nj_status code_make(uint32_t memory, uint32_t code, const uint32_t *words, uint32_t count, uint64_t *offset,
                         uint64_t *rule);
// Everything but the start, with the sizes of checked_programs.h.
void capsule_make(struct capsule *capsule, const uint32_t *words, uint32_t count, enum nj_space_type type,
                  uint32_t priority, uint32_t fault_endpoint);
// The same from memory of the caller's, which must have CAPSULE_PAGES(count).
void capsule_make_in(uint32_t memory, struct capsule *capsule, const uint32_t *words, uint32_t count,
                     enum nj_space_type type, uint32_t priority, uint32_t fault_endpoint);
#define CAPSULE_PAGES(count) (50 + ((count)*4 + 4095) / 4096)
void capsule_give(const struct capsule *capsule, uint32_t index, uint32_t slot, uint32_t rights);
void capsule_start(const struct capsule *capsule, uint64_t argument);

// Programs of capsule_code.S.
#define CAPSULE_PROGRAM(name) extern const uint32_t name[], name##_end[]
CAPSULE_PROGRAM(capsule_serve); // answers calls on slot 1 with reply object 2: every word plus one
CAPSULE_PROGRAM(capsule_call);  // calls slot 1 with word a0, sends the answer's word and tag to slot 2, traps
CAPSULE_PROGRAM(capsule_grant); // sends word a0 and capability 2 to slot 1, traps
CAPSULE_PROGRAM(capsule_notify); // waits for slot 1, then signals slot 2, for ever; traps if a register is wrong after it
CAPSULE_PROGRAM(capsule_spin);  // for ever
CAPSULE_PROGRAM(capsule_trap);
CAPSULE_PROGRAM(capsule_read);  // address a0 of linear memory; for ever
CAPSULE_PROGRAM(capsule_long);      // calls slot 1 with 64 words, its message page at 0 of linear memory; traps
CAPSULE_PROGRAM(capsule_number_12); // a call that does not exist
CAPSULE_PROGRAM(capsule_bad_tag);   // send with a reserved bit
#define CAPSULE_WORDS(name) name, (uint32_t)(name##_end - name)
