// SPDX-License-Identifier: Apache-2.0
// Random system calls, sensible and not, by programs whose capability tables are laid out as below. Freestanding: the
// fuzzer of the portable kernel and the attack on the real one make the same calls.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Slots of every table.
enum {
    SLOT_THREADS = 20,       // 8
    SLOT_SCHEDS = 28,        // 8
    SLOT_ENDPOINTS = 36,     // 4
    SLOT_NOTIFICATIONS = 40, // 4
    SLOT_REPLIES = 44,       // 6
    SLOT_SPACES = 50,        // 4: process, capsule, process with an image, one without a type
    SLOT_CODES = 54,         // 3: sealed, filled, empty
    SLOT_FRAMES = 57,        // 4
    SLOT_INTERRUPTS = 61,    // 3
    SLOT_CNODES = 64,        // 4: tables of processes and of capsules, two small ones
    SLOT_UNTYPEDS = 68,      // 4 to 8, not shared
    SLOT_GATES = 80,         // 6: two into each capsule
    SLOT_CAPSULES = 86,      // 2: more capsules, where there are any
    SLOT_GATES_END = 88,
    SLOT_SCRATCH = 96,       // what calls fill
    SCRATCH_SLOTS = 32,
};
#define CHILD_SLOTS 128u
#define SETTING_THREADS 8u

// Memory that every process has, and (as offsets) every capsule.
#define SETTING_MEMORY 0x400000u
#define SETTING_MEMORY_PAGES 16u

// What chooses: a generator, or the bytes of a fuzzer.
struct script {
    uint64_t random; // its state; 0: the bytes choose
    const uint8_t *bytes;
    size_t left;
};
bool script_is_over(const struct script *script);
uint8_t script_byte(struct script *script);
uint64_t script_any_argument(struct script *script);
uint64_t script_memory_address(struct script *script);

// One system call, as in abi/syscall.h.
struct request {
    uint64_t number, capability, tag, reply, words[8];
};
// A call that makes sense where everything is still in its place. now_ns: for deadlines.
void request_sensible(struct script *script, struct request *request, uint64_t now_ns);
void request_anything(struct script *script, struct request *request);
