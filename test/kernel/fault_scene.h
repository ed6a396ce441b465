// SPDX-License-Identifier: Apache-2.0
// What cases of page faults are made of: a process or an image that reads where nothing is mapped, and a worker that
// maps it and answers.
#pragma once
#include "test/kernel/capsule.h"
#include "test/kernel/peer.h"

#define HERE 0x50000000ull
#define OF_FAULTER(n) (0x700 + (n)) // in registers 1 to 30 of the programs below

// fault_code.S: programs of a faulter. They access the address, and tell slot 1 what of their registers has changed over it.
void child_read(uint64_t address), child_write(uint64_t address);
void child_jump(uint64_t address); // and goes on there with the code at child_jump_behind
extern const char child_jump_behind[];
// The same with floating-point state from before the access; and looking for such only after it.
void child_read_with_float(uint64_t address), child_write_with_float(uint64_t address);
void child_read_then_float(uint64_t address), child_write_then_float(uint64_t address);
// The same as images, which end in traps; the address is an offset in linear memory.
CAPSULE_PROGRAM(image_read);
CAPSULE_PROGRAM(image_write);
CAPSULE_PROGRAM(image_read_with_float);
CAPSULE_PROGRAM(image_write_with_float);
CAPSULE_PROGRAM(image_read_then_float);
CAPSULE_PROGRAM(image_write_then_float);

extern struct scene {
    struct fault fault;
    struct process process; // the faulter, unless it is an image
    struct capsule image;
    uint32_t thread, space, sched; // the faulter's
    uint32_t told, frame;   // endpoint that it tells; what a handler maps
    bool is_mapped;
} scene;

// Everything but the handler; the faulter does not run yet.
void scene_make(void);
// The same with a capability of the case's for its faults; with an image.
void scene_make_process(uint32_t fault_endpoint);
void scene_make_image(const uint32_t *words, uint32_t count, enum nj_space_type type);
// It reads at HERE.
void scene_fault(void);

// What handlers run: receives a fault, spins for in[0] ns, maps the page, gives the answer number in[1] with tag in[2] and
// word in[3]. out: tag, badge and words 0 to 2 of the fault; then the outcome of the answer, and the badge and word 0 with it.
void scene_handle(struct worker *worker);
struct worker *scene_handler_set(struct worker *handler, uint64_t answer, uint64_t tag, uint64_t word);
// A handler above everybody, which does not run yet; one that waits for a fault, and answers with one word.
struct worker *scene_handler(uint64_t answer, uint64_t tag, uint64_t word);
struct worker *scene_handler_start(uint64_t answer, uint64_t word);
// It waits, and comes last from now on: when this thread is ready it has received a fault but has not run.
void scene_handler_wait(struct worker *handler);
// All of this, and the fault.
struct worker *scene_handler_with_fault(uint64_t answer, uint64_t word);

void scene_check_fault(const struct worker *handler, uint64_t kind, uint64_t address);
// The faulter went on, and all its registers are there.
void scene_check_went_on(void);
void scene_check_stopped(void);
// Nothing was told.
void scene_check_silent(void);
