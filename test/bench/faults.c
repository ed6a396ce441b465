// SPDX-License-Identifier: Apache-2.0
// Faults of which the faulter or the handler is a capsule. Checked code cannot read the time, so what is measured goes
// from a process to a process: in rounds, or from the fault of a process to the end of the answer.
#include "test/bench/bench.h"

#define FEW 1000u
#define MANY 11000u
#define ABOVE 200u
#define BETWEEN 150u
#define MIDDLE 100u // this thread
#define HERE 0x38000000ull

// bench_code.S
_Static_assert(NJ_FAULT_REPLY_SUSPEND == 1 && NJ_FRAME_MAP == 1 && NJ_RIGHT_READ == 2, "numbers of the ABI");

// ---- In rounds: the handler answers a fault that comes again at once ------------------------------------------------
static struct {
    uint32_t told, endpoint, notification, signals; // signals: the same with a badge
} now;

static void handler_make(bool is_capsule)
{
    struct program program;
    now.told = make(NJ_KIND_ENDPOINT, 0);
    now.endpoint = make(NJ_KIND_ENDPOINT, 0);
    now.notification = make(NJ_KIND_NOTIFICATION, 0);
    now.signals = slot_next();
    NEED(cnode_mint(SLOT_CNODE, now.signals, SLOT_CNODE, now.notification, NJ_RIGHT_ALL, 1));
    if (is_capsule) {
        capsule_make(&program, capsule_handle, capsule_handle_end, now.told, now.endpoint);
        NEED(thread_bind_sched(program.thread, program.sched));
    } else {
        process_make(&program, process_handle, now.told, now.endpoint, false);
    }
    NEED(cnode_copy(program.cnode, 4, SLOT_CNODE, now.signals, NJ_RIGHT_ALL));
}

static uint32_t faulter_make(bool is_capsule)
{
    struct program program;
    uint32_t idle = make(NJ_KIND_ENDPOINT, 0);
    if (is_capsule)
        capsule_make(&program, capsule_wait, capsule_wait_end, idle, NJ_SLOT_NONE);
    else
        process_make(&program, process_wait, idle, NJ_SLOT_NONE, true);
    uint64_t pc = is_capsule ? (uint64_t)(capsule_fault - capsule_wait) * 4 : (uint64_t)(uintptr_t)process_fault;
    return program_add(&program, pc, MIDDLE, HERE, now.endpoint);
}

static uint64_t cost_of_rounds(uint32_t faulter, uint64_t count)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry tell = {.t0 = now.told, .t1 = 1, .t2 = NJ_SYS_SEND, .word = {count}};
        struct entry wait = {.t0 = now.notification, .t2 = NJ_SYS_WAIT};
        bench_enter(&tell);
        bench_enter(&wait);
        uint64_t cost = wait.after - tell.before;
        least = cost < least ? cost : least;
        NEED(thread_resume(faulter));
    }
    return least;
}

static void rounds(const char *name, bool faulter_is_capsule, bool handler_is_capsule)
{
    uint32_t first = slot_next();
    uint64_t count = MANY - FEW, extra = handler_is_capsule ? CAPSULE_HANDLE_EXTRA : PROCESS_HANDLE_EXTRA;
    handler_make(handler_is_capsule);
    uint32_t faulter = faulter_make(faulter_is_capsule);
    uint64_t few = cost_of_rounds(faulter, FEW), many = cost_of_rounds(faulter, MANY);
    figure_of(name, many - few - count * extra, count);
    slots_empty(first);
}

// ---- In one go: a capsule maps the page and answers in a send; the faulter is more important and goes on at once ----
static volatile uint64_t touched[2];

static void touch_and_wait(uint64_t notification)
{
    uint64_t word;
    for (;;) {
        bench_touch(HERE, touched);
        NEED(nj_wait((uint32_t)notification, &word));
    }
}

// From the fault to the end of the answer, the mappings in between included.
static uint64_t cost_with(const uint32_t *words, const uint32_t *end)
{
    struct program handler;
    uint32_t first = slot_next();
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), notification = make(NJ_KIND_NOTIFICATION, 0), badged = slot_next();
    uint32_t frame = make(NJ_KIND_FRAME, 1), other = make(NJ_KIND_FRAME, 1);
    uint64_t least = UINT64_MAX;
    NEED(cnode_mint(SLOT_CNODE, badged, SLOT_CNODE, notification, NJ_RIGHT_ALL, 1));
    capsule_make(&handler, words, end, endpoint, NJ_SLOT_NONE);
    NEED(cnode_copy(handler.cnode, 4, SLOT_CNODE, SLOT_SPACE, NJ_RIGHT_ALL));
    NEED(thread_bind_sched(handler.thread, handler.sched));
    NEED(thread_set_priority(handler.thread, BETWEEN, BETWEEN, NJ_BOOT_SLOT_THREAD));
    for (uint32_t i = 0; i < TRIES; i++) {
        NEED(cnode_copy(handler.cnode, 3, SLOT_CNODE, frame, NJ_RIGHT_ALL));
        NEED(cnode_copy(handler.cnode, 5, SLOT_CNODE, other, NJ_RIGHT_ALL));
        if (i == 0)
            thread_make(touch_and_wait, ABOVE, notification, endpoint);
        else
            NEED(nj_signal(badged));
        uint64_t cost = touched[1] - touched[0] - ENTER_EXTRA - TOUCH_BEFORE_EXTRA - TOUCH_AFTER_EXTRA;
        least = cost < least ? cost : least;
        NEED(cnode_delete(handler.cnode, 3)); // unmapped by that
        NEED(cnode_delete(handler.cnode, 5));
    }
    slots_empty(first);
    return least;
}

void bench_faults(void)
{
    rounds("fault.process_process", false, false);
    rounds("fault.capsule_process", true, false);
    rounds("fault.process_capsule", false, true);
    rounds("fault.capsule_capsule", true, true);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, MIDDLE, 255, NJ_BOOT_SLOT_THREAD));
    uint64_t one = cost_with(capsule_map_one, capsule_map_one_end);
    uint64_t two = cost_with(capsule_map_two, capsule_map_two_end); // what the second mapping takes the first does, too
    figure("fault.process_capsule.send", one - (two - one) - CAPSULE_MAP_EXTRA);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
}
