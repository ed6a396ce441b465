// SPDX-License-Identifier: Apache-2.0
// Vector registers, on a machine that has them: what it costs to get them, to get them back from another thread, and to call
// a server with them.
#include "test/bench/bench.h"

#define ABOVE 200u
#define MIDDLE 100u    // this thread
#define AGAIN_EXTRA 1u // the instruction itself, when it is made again

// From a vector instruction that traps to the next one.
static uint64_t use(void)
{
    uint64_t before, after;
    __asm__ volatile(".option push\n.option arch, +v\n"
                     "rdinstret %0\ncsrr t0, vtype\nrdinstret %1\n"
                     ".option pop"
                     : "=&r"(before), "=r"(after)
                     :
                     : "t0");
    return after - before - ENTER_EXTRA - AGAIN_EXTRA;
}

static void use_and_wait(uint64_t notification)
{
    uint64_t word;
    for (;;) {
        (void)use();
        NEED(nj_wait((uint32_t)notification, &word));
    }
}

// A call to a server that does without, by a thread that owns the unit.
static void calls(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct program server;
    process_make(&server, process_serve, endpoint, NJ_SLOT_NONE, true);
    (void)use();
    figure("vector.ipc.process_process.8w", cost_of(NJ_SYS_CALL, endpoint, nj_tag(8, 0), 0) - PROCESS_SERVE_EXTRA);
}

void bench_vectors(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = slot_next();
    uint64_t switches = UINT64_MAX;
    NEED(cnode_mint(SLOT_CNODE, badged, SLOT_CNODE, notification, NJ_RIGHT_ALL, 1));
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, MIDDLE, 255, NJ_BOOT_SLOT_THREAD));
    figure("vector.first_use", use());
    thread_make(use_and_wait, ABOVE, notification, NJ_SLOT_NONE);
    for (uint32_t i = 0; i < TRIES; i++) {
        uint64_t cost = use();
        switches = cost < switches ? cost : switches;
        NEED(nj_signal(badged));
    }
    figure("vector.switch", switches);
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
    calls();
}
