// SPDX-License-Identifier: Apache-2.0
// Signals, faults, preemption: figures that begin in one thread and end in another. All of one space, so that they can
// write their readings down; a change of space adds a write of satp, which the round trips of ipc.c contain.
#include "test/bench/bench.h"

#define ABOVE 200u
#define MIDDLE 100u // this thread
#define BELOW 50u
#define HERE 0x38000000ull

// What the thread above writes down.
static volatile struct {
    uint32_t notification;
    uint64_t before, after; // of its call
    uint64_t touched[2];    // by bench_touch
} above;

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void wait_for_ever(uint64_t argument)
{
    (void)argument;
    for (;;) {
        struct entry entry = {.t0 = above.notification, .t2 = NJ_SYS_WAIT};
        bench_enter(&entry);
        above.before = entry.before;
        above.after = entry.after;
    }
}

static void signals_without_switch(uint32_t notification, uint32_t badged)
{
    uint64_t active = UINT64_MAX;
    figure("signal.no_waiter", cost_of(NJ_SYS_SIGNAL, badged, 0, 0));
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry entry = {.t0 = notification, .t2 = NJ_SYS_WAIT};
        NEED(nj_signal(badged));
        bench_enter(&entry);
        active = least_of(active, entry.after - entry.before - ENTER_EXTRA);
    }
    figure("wait.active", active);
}

// A signal here wakes the thread above, which waits again; then this one goes on.
static void signals(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = slot_next();
    uint64_t wakes = UINT64_MAX, blocks = UINT64_MAX, went_on = 0;
    NEED(cnode_mint(SLOT_CNODE, badged, SLOT_CNODE, notification, NJ_RIGHT_ALL, 1));
    signals_without_switch(notification, badged);
    above.notification = notification;
    thread_make(wait_for_ever, ABOVE, 0, NJ_SLOT_NONE);
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry entry = {.t0 = badged, .t2 = NJ_SYS_SIGNAL};
        bench_enter(&entry);
        wakes = least_of(wakes, above.after - entry.before - ENTER_EXTRA);
        // Only now it could write down when it had begun the wait that let this thread go on after the last signal.
        if (i > 0)
            blocks = least_of(blocks, went_on - above.before - ENTER_EXTRA);
        went_on = entry.after;
    }
    figure("signal.wakes", wakes);
    figure("wait.blocks", blocks);
}

static void touch_and_wait(uint64_t notification)
{
    uint64_t word;
    for (;;) {
        bench_touch(HERE, above.touched);
        NEED(nj_wait((uint32_t)notification, &word));
    }
}

// A thread reads a page that is not there; this one maps it and answers. It faults below this thread, so that the fault
// is received at once, and goes on above it, so that it runs at once.
static void faults(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), frame = make(NJ_KIND_FRAME, 1);
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = slot_next();
    uint64_t deliver = UINT64_MAX, answer = UINT64_MAX;
    NEED(cnode_mint(SLOT_CNODE, badged, SLOT_CNODE, notification, NJ_RIGHT_ALL, 1));
    uint32_t thread = thread_make(touch_and_wait, BELOW, notification, endpoint);
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry receive = {.t0 = endpoint, .t2 = NJ_SYS_RECV, .t3 = reply};
        struct entry send = {.t0 = reply, .t2 = NJ_SYS_SEND};
        bench_enter(&receive);
        deliver = least_of(deliver, receive.after - above.touched[0] - ENTER_EXTRA - TOUCH_BEFORE_EXTRA);
        NEED(frame_map(frame, SLOT_SPACE, HERE, NJ_RIGHT_READ));
        NEED(thread_set_priority(thread, ABOVE, ABOVE, NJ_BOOT_SLOT_THREAD));
        bench_enter(&send);
        answer = least_of(answer, above.touched[1] - send.before - ENTER_EXTRA - TOUCH_AFTER_EXTRA);
        NEED(thread_set_priority(thread, BELOW, BELOW, NJ_BOOT_SLOT_THREAD));
        NEED(frame_unmap(frame));
        NEED(nj_signal(badged));
    }
    figure("fault.deliver", deliver);
    figure("fault.reply", answer);
}

static void touch_on_and_on(uint64_t argument)
{
    (void)argument;
    for (uint64_t page = 0;; page++)
        bench_touch(HERE + page % 16u * 4096u, above.touched);
}

// The same, in one call: answered, and the next fault received.
static void faults_in_a_loop(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0), frame = make(NJ_KIND_FRAME, 1);
    struct entry entry = {.t0 = endpoint, .t2 = NJ_SYS_RECV, .t3 = reply};
    uint64_t answer = UINT64_MAX;
    uint32_t thread = thread_make(touch_on_and_on, BELOW, 0, endpoint);
    bench_enter(&entry);
    for (uint32_t i = 0; i < TRIES; i++) {
        NEED(frame_map(frame, SLOT_SPACE, HERE + i % 16u * 4096u, NJ_RIGHT_READ));
        entry = (struct entry){.t0 = endpoint, .t2 = NJ_SYS_REPLY_RECV, .t3 = reply};
        bench_enter(&entry);
        answer = least_of(answer, above.touched[1] - entry.before - ENTER_EXTRA - TOUCH_AFTER_EXTRA);
        NEED(frame_unmap(frame));
    }
    NEED(thread_suspend(thread));
    figure("fault.reply_recv", answer);
}

// Memory of this component that nobody has touched yet. The page before is touched first, so that the table is there.
static void first_touch(void)
{
    static uint8_t fresh[TRIES + 2][4096] __attribute__((aligned(4096)));
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES + 2; i++) {
        volatile uint64_t times[2];
        bench_touch((uint64_t)(uintptr_t)fresh[i], times);
        uint64_t cost = times[1] - times[0] - ENTER_EXTRA - TOUCH_BEFORE_EXTRA - TOUCH_AFTER_EXTRA;
        if (i > 0)
            least = least_of(least, cost);
    }
    figure("fault.first_touch", least);
}

// The timer wakes this thread out of a thread that counts.
static void preemption(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = slot_next(), timer = slot_next();
    uint64_t least = UINT64_MAX;
    NEED(cnode_mint(SLOT_CNODE, badged, SLOT_CNODE, notification, NJ_RIGHT_ALL, 1));
    NEED(interrupt_get(NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_TIMER, SLOT_CNODE, timer));
    NEED(interrupt_bind(timer, badged));
    uint32_t thread = thread_make(bench_count, BELOW, 0, NJ_SLOT_NONE);
    for (uint32_t i = 0; i < TRIES; i++) {
        uint64_t a0[8], pc[8];
        struct entry wait = {.t0 = notification, .t2 = NJ_SYS_WAIT};
        NEED(interrupt_arm(timer, nj_time() + 100000));
        bench_enter(&wait);
        NEED(thread_suspend(thread));
        NEED(thread_read_registers(thread, 10, a0));
        NEED(thread_read_registers(thread, 0, pc));
        NEED(thread_resume(thread));
        uint64_t jump = pc[0] == (uint64_t)(uintptr_t)bench_count; // it was made, too
        least = least_of(least, wait.after - a0[0] - ENTER_EXTRA - jump);
    }
    NEED(thread_suspend(thread));
    figure("interrupt.preempt", least);
}

void bench_events(void)
{
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, MIDDLE, 255, NJ_BOOT_SLOT_THREAD));
    signals();
    faults();
    faults_in_a_loop();
    first_touch();
    preemption();
    NEED(thread_set_priority(NJ_BOOT_SLOT_THREAD, 255, 255, NJ_BOOT_SLOT_THREAD));
}
