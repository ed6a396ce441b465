// SPDX-License-Identifier: Apache-2.0
// Measures what the kernel's operations cost, in instructions. QEMU counts them exactly (-icount shift=0,sleep=off).
//
// A figure counts from the instruction that enters the kernel (it included) to the next instruction of a user program:
// the same thread's, or the one that runs instead where the name says so. Programs of others in between are counted by
// hand and subtracted; the numbers stand next to the programs (bench_code.S). No timer interrupt falls into a figure:
// all turns are an hour long. Each figure is the least of several tries; they differ only while page tables are built.
#pragma once
#include "abi/boot.h"
#include "abi/component.h"
#include "abi/fault.h"
#include "lib/object.h"
#include <stdbool.h>

enum {
    SLOT_CNODE = NJ_BOOT_SLOT_CNODE,
    SLOT_SPACE = NJ_BOOT_SLOT_SPACE,
    SLOT_SYSTEM = NJ_BOOT_SLOT_SYSTEM,
    SLOT_FIRST = NJ_BOOT_SLOT_FREE,
};
#define HOUR_NS 3600000000000ull
#define TRIES 5u

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void figure(const char *name, uint64_t instructions);
// `total` instructions in `count` rounds, with fractions if there are any.
void figure_of(const char *name, uint64_t total, uint64_t count);
_Noreturn void stop(uint32_t code);
void need_at(enum nj_status status, const char *what, int line);
#define NEED(call) need_at(call, #call, __LINE__)

uint32_t slot_next(void);
void slots_empty(uint32_t first); // this one and those after it: what is in them ends, and they are given out again
uint32_t make(enum nj_kind kind, uint64_t size);
uint32_t make_sched(void); // turns of an hour
extern uint32_t memory;    // slot of the untyped memory that everything is made from

// A system call with everything in registers; the times before and after it, in instructions.
struct entry {
    uint64_t t0, t1, t2, t3, word[8];
    uint64_t before, after;
};
void bench_enter(struct entry *entry); // bench_code.S
#define ENTER_EXTRA 1u                 // instructions between the two readings that are not the call's
// Cost of the call, the least of TRIES.
uint64_t cost_of(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive);
// Cost of one operation; prepared by the caller, done once.
uint64_t cost_of_invoke(uint32_t slot, uint64_t operation, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                        uint64_t a4);

// Threads.
struct program {
    uint32_t cnode, space, thread, sched, code;
    uint64_t data_base;
};
// Of the component's own space, on a stack of its own.
uint32_t thread_make(void (*run)(uint64_t argument), uint32_t priority, uint64_t argument, uint32_t fault_endpoint);
// In a space of its own, running text of this component; or a checked program in a capsule. Slot 1 of its table is
// `endpoint`, 2 a reply object, 3 `other`. Runs until it waits; then passive: it runs on the time of its callers.
void process_make(struct program *program, const char *entry, uint32_t endpoint, uint32_t other, bool passive);
void capsule_make(struct program *program, const uint32_t *words, const uint32_t *end, uint32_t endpoint,
                  uint32_t other);
// The same, started at another word.
void capsule_make_at(struct program *program, const uint32_t *words, const uint32_t *end, const uint32_t *start,
                     uint32_t endpoint, uint32_t other);
// One more thread in its space, on time of its own, started at this address, or offset in checked code.
uint32_t program_add(const struct program *program, uint64_t pc, uint32_t priority, uint64_t argument,
                     uint32_t fault_endpoint);

// bench_code.S: programs, and what their own instructions in a round are.
extern const char process_serve[];
#define PROCESS_SERVE_EXTRA 4u
extern const uint32_t capsule_serve[], capsule_serve_end[];
#define CAPSULE_SERVE_EXTRA 3u
extern const uint32_t capsule_null[], capsule_null_end[];
#define CAPSULE_NULL_EXTRA 4u
extern const uint32_t capsule_caller[], capsule_caller_end[];
#define CAPSULE_CALLER_EXTRA 5u
extern const uint32_t capsule_gate_caller[], capsule_gate_caller_end[];
#define CAPSULE_GATE_CALLER_EXTRA 5u
extern const uint32_t capsule_gate[], capsule_gate_end[], capsule_gate_wait[];
extern const char process_handle[], process_wait[], process_fault[];
#define PROCESS_HANDLE_EXTRA 6u
extern const uint32_t capsule_handle[], capsule_handle_end[];
#define CAPSULE_HANDLE_EXTRA 5u
extern const uint32_t capsule_wait[], capsule_wait_end[], capsule_fault[];
extern const uint32_t capsule_map_one[], capsule_map_one_end[], capsule_map_two[], capsule_map_two_end[];
#define CAPSULE_MAP_EXTRA 3u // and what a mapping takes
void bench_touch(uint64_t address, volatile uint64_t *times); // reads `address`
#define TOUCH_BEFORE_EXTRA 1u                                 // from the first reading, without it, to the access
#define TOUCH_AFTER_EXTRA 1u                                  // the access itself, when it is made again
void bench_count(uint64_t argument);                          // reads the time for ever, into a0

void bench_ipc(void);
void bench_objects(void);
void bench_events(void);
void bench_faults(void);
void bench_host_call(void);
void bench_vectors(void);
void bench_worst(void); // worst.h
