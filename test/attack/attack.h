// SPDX-License-Identifier: Apache-2.0
// An attack on the kernel from the inside: programs in processes and capsules make random system calls, fault, and derive,
// while a supervisor above them (main.c, the component the kernel boots) restarts them, takes their objects away, and now
// and then the whole world (world.c), after which memory must be as it was before. The calls are those of test/fuzz.
#pragma once
#include "abi/boot.h"
#include "abi/capsule.h"
#include "abi/component.h"
#include "abi/fault.h"
#include "lib/object.h"
#include "test/fuzz/kernel_calls.h"
#include <stdbool.h>

// Slots of the supervisor's table.
enum {
    SLOT_CNODE = NJ_BOOT_SLOT_CNODE,
    SLOT_SPACE = NJ_BOOT_SLOT_SPACE,
    SLOT_SELF = NJ_BOOT_SLOT_THREAD,
    SLOT_SCHED_CONTROL = NJ_BOOT_SLOT_SCHED_CONTROL,
    SLOT_INTERRUPT_CONTROL = NJ_BOOT_SLOT_INTERRUPT_CONTROL,
    SLOT_SYSTEM = NJ_BOOT_SLOT_SYSTEM,
    SLOT_TEXT = NJ_BOOT_SLOT_ROOT_TEXT,
    SLOT_WORK = NJ_BOOT_SLOT_FREE, // untyped: every world is made of it
    SLOT_OWN,                               // untyped: what stays
    SLOT_TIMER,
    SLOT_EVENTS,      // notification of the alarm
    SLOT_ALARM,       // the same with a badge
    SLOT_FAULTS,      // endpoint
    SLOT_REPLY,       // for faults
    SLOT_COUNTERS,    // frame: one page for each attacker
    SLOT_SECRETS,     // frame
    SLOT_WORLD = 200, // from here on the world's, and empty between worlds
    SLOT_WORLD_END = NJ_BOOT_SLOTS,
};
// The attackers' slots (test/fuzz/kernel_calls.h) in the supervisor's table; further ones that attackers do not get.
#define WORLD(slot) (SLOT_WORLD + (slot))
enum {
    WORLD_PRIVATE_THREADS = SLOT_WORLD + CHILD_SLOTS, // 2: in spaces nobody else has a capability to
    WORLD_PRIVATE_SCHEDS = WORLD_PRIVATE_THREADS + 2,
    WORLD_PRIVATE_SPACES = WORLD_PRIVATE_SCHEDS + 2,
    WORLD_PRIVATE_CNODES = WORLD_PRIVATE_SPACES + 2,
    WORLD_PRIVATE_CODE = WORLD_PRIVATE_CNODES + 2,
    WORLD_TEXT,
    WORLD_COUNTERS,                     // slices of the frame, one for each attacker
    WORLD_FAULTS = WORLD_COUNTERS + 16, // badged endpoint of each
    WORLD_VECTOR_THREADS = WORLD_FAULTS + 16, // 2, in a private space as well
    WORLD_VECTOR_SCHEDS = WORLD_VECTOR_THREADS + 2,
    WORLD_VECTOR_SPACE = WORLD_VECTOR_SCHEDS + 2,
    WORLD_VECTOR_NEXT,                  // a thread that takes the place of one of them
    WORLD_NEXT,                         // supplies on their way
};

// Attackers 0 to 7 are the threads that all know of; 8 and 9 are private, and check that their registers stay theirs. So are
// 10 and 11, on a machine with vector registers, where they check those.
#define ATTACKERS 12u
extern uint32_t attackers;
#define ATTACKER_PASSIVE 3u // serves on time that is lent to it
#define ATTACKER_MUTANT 6u
#define ATTACKER_PRIVATE 8u
#define ATTACKER_VECTOR 10u
#define ATTACKERS_IN_PROCESS 4u // 0 to 3

#define PROCESS_MEMORY_BYTES 0x40000ull // from SETTING_MEMORY on, stacks at its end
#define PROCESS_STACK_BYTES 0x4000ull
#define PROCESS_MESSAGES 0x500000ull // message pages
#define COUNTERS 0x380000ull         // in linear memory, too; a page each
#define OWN_COUNTERS 0x50000000ull   // in the supervisor's space
#define REQUESTS 0x300000ull         // in linear memory
#define REQUEST_COUNT 256u
#define IMAGE_MEMORY_BYTES (SETTING_MEMORY + 0x10000ull)

// A system call as attack_code.S reads it.
struct attack_request {
    uint64_t capability, tag, reply, number, words[8], unused[4];
};
_Static_assert(sizeof(struct attack_request) == 128, "attack_code.S");

#define SECRETS 0x60000000ull // a page that is mapped when it is read, and taken away again
#define BAD_REGISTERS 0xbad // in a0 at a trap: a register of a private attacker has changed

// attacker.c: what the processes run. argument: seed << 8 | number.
_Noreturn void attack(uint64_t argument);
_Noreturn void attack_serve(uint64_t argument);
_Noreturn void attack_vectors(uint64_t argument);
// attack_fault.S: reads the address with something in every register that is made of the seed. Not 0: one has changed.
uint64_t attack_fault(uint64_t address, uint64_t seed);
// A system call of the supervisor: its tag, and not 0 if a register that it keeps has changed or one that it clears is not.
struct exchanged {
    uint64_t tag, spoilt;
};
struct exchanged exchange(uint64_t number, uint64_t slot, uint64_t tag, uint64_t reply, uint64_t words[8], uint64_t *badge);
// attack_vector.S
void vectors_fill(uint64_t byte);
uint64_t vectors_differ(uint64_t byte, uint64_t may_be_new);
void vectors_spoil(uint64_t byte);
// attack_code.S: checked code, for capsules and processes with an image.
extern const uint32_t attack_image[], attack_image_end[], attack_gate[]; // and where gates lead to
extern const uint32_t attack_handle[], attack_read[]; // where a handler of faults begins, and who only faults
#define SLOT_FAULTS_OF_IMAGES (SLOT_ENDPOINTS + 3)
_Static_assert(SLOT_FAULTS_OF_IMAGES == 39 && SLOT_REPLIES + 4 == 48, "attack_code.S");

// attack_hart.S: what runs on further harts.
void attack_job(uint64_t argument);

// harts.c: nothing, on a machine without them.
extern uint64_t jobs_started, jobs_ended;
void harts_share(uint32_t cnode); // capabilities to them for attackers
void harts_hurt(void);            // starts a job, ends one, takes capabilities away
void harts_check(void);           // what jobs have seen
void harts_check_memory(void);    // that nobody writes to what came back

// main.c
uint64_t choose(uint64_t limit); // a number below
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define NEED(call)                                                                                                     \
    do {                                                                                                               \
        enum nj_status is_ = (call);                                                                                   \
        if (is_ != NJ_OK)                                                                                              \
            fail("%s:%d: %s: %s", __FILE_NAME__, __LINE__, #call, nj_status_text(is_));                                \
    } while (0)

// world.c
void world_make(void);
void world_start(uint32_t attacker); // from the beginning, with another seed; whatever it did before
uint32_t world_thread(uint32_t attacker);
uint32_t world_space(uint32_t attacker);
void world_mend(void); // gives attackers some of what they have lost
void world_hurt(void); // takes something away, or something back, or apart
void world_end(void);  // and checks that everything is as it was
