// SPDX-License-Identifier: Apache-2.0
// Interrupts: the timer's alarm, and a real source, the serial port's.
#include "test/kernel/test.h"

#define UART_SOURCE 10u
#define UART_ADDRESS 0x10000000ull
#define HERE 0x38000000ull

static void the_timer_comes_when_armed(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_ALL, 0x40);
    uint64_t word, start = nj_time();
    OK(interrupt_bind(SLOT_TIMER, badged));
    OK(interrupt_arm(SLOT_TIMER, start + 5000000));
    OK(nj_wait(notification, &word));
    SAME(word, 0x40);
    uint64_t late = nj_time() - start - 5000000;
    CHECK(late < 20000);
}

static void a_past_deadline_comes_at_once(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    OK(interrupt_arm(SLOT_TIMER, 0));
    OK(nj_wait(notification, &word));
    OK(interrupt_arm(SLOT_TIMER, nj_time() - 1));
    OK(nj_wait(notification, &word));
}

static void arm_replaces_the_last(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word, start = nj_time();
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    OK(interrupt_arm(SLOT_TIMER, start + 1000000));
    OK(interrupt_arm(SLOT_TIMER, start + 9000000));
    OK(nj_wait(notification, &word));
    CHECK(nj_time() - start >= 9000000);
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 90000000));
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 1000000));
    start = nj_time();
    OK(nj_wait(notification, &word));
    CHECK(nj_time() - start < 1100000);
}

static void the_timer_preempts_a_busy_thread(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word, start = nj_time();
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    OK(interrupt_arm(SLOT_TIMER, start + 100000));
    while (nj_time() - start < 200000)
        ;
    OK(nj_poll(notification, &word));
    SAME(word, 1);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK); // once
}

static void thousand_alarms(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    uint64_t word;
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t deadline = nj_time() + 1000 + i * 13;
        OK(interrupt_arm(SLOT_TIMER, deadline));
        OK(nj_wait(notification, &word));
        CHECK(nj_time() >= deadline);
    }
}

static void one_object_per_source(void)
{
    uint32_t slot = slot_next(), other = slot_next();
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_TIMER, SLOT_CNODE, slot), NJ_IN_USE);
    OK(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, slot));
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, other), NJ_IN_USE);
    uint32_t second = copy(slot, NJ_RIGHT_ALL);
    delete (slot);
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, other), NJ_IN_USE);
    delete (second);
    OK(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, other));
}

static void get_errors(void)
{
    uint32_t slot = slot_next();
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, 5000, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UINT32_MAX, SLOT_CNODE, slot), NJ_NOT_AVAILABLE);
    ANSWERS(invoke_raw(SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_CONTROL_GET, 1ull << 32, SLOT_CNODE, slot, 0, 0),
            NJ_NOT_AVAILABLE);
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, SLOT_WORK), NJ_SLOT_USED);
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, 0), NJ_SLOT_RANGE);
    ANSWERS(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_SPACE, slot), NJ_WRONG_KIND);
    ANSWERS(invoke_raw(SLOT_INTERRUPT_CONTROL, 2, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    OK(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, slot)); // none of that used it up
}

static void bind_errors(void)
{
    uint32_t source = slot_next(), notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, source));
    ANSWERS(interrupt_bind(source, make(NJ_KIND_ENDPOINT, 0)), NJ_WRONG_KIND);
    ANSWERS(interrupt_bind(source, slot_next()), NJ_EMPTY_SLOT);
    ANSWERS(interrupt_bind(source, copy(notification, NJ_RIGHT_RECV)), NJ_NO_RIGHT);
    ANSWERS(interrupt_arm(source, 0), NJ_BAD_OPERATION);
    ANSWERS(invoke_raw(source, 4, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    OK(interrupt_ack(source)); // bound or not
    OK(interrupt_bind(source, notification));
    OK(interrupt_bind(source, notification));
}

static void revoking_the_authority_ends_its_interrupts(void)
{
    uint32_t authority = copy(SLOT_INTERRUPT_CONTROL, NJ_RIGHT_ALL), source = slot_next();
    OK(interrupt_get(authority, UART_SOURCE, SLOT_CNODE, source));
    revoke(authority);
    SAME(kind_of(source), NJ_KIND_EMPTY);
    OK(interrupt_get(authority, UART_SOURCE, SLOT_CNODE, source));
}

// "Transmitter empty": raised as soon as it is enabled.
static void a_device_interrupts_until_it_is_acknowledged(void)
{
    uint32_t frame = slot_next(), source = slot_next(), notification = make(NJ_KIND_NOTIFICATION, 0);
    volatile uint8_t *uart = (volatile uint8_t *)HERE;
    uint64_t word;
    OK(system_device_frame(SLOT_SYSTEM, UART_ADDRESS, 1, SLOT_CNODE, frame));
    OK(frame_map(frame, SLOT_SPACE, HERE, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    OK(interrupt_get(SLOT_INTERRUPT_CONTROL, UART_SOURCE, SLOT_CNODE, source));
    OK(interrupt_bind(source, mint(notification, NJ_RIGHT_ALL, 0x80)));
    uart[1] = 2; // enable
    OK(nj_wait(notification, &word));
    SAME(word, 0x80);
    pause_ns(100000);
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK); // masked until it is acknowledged
    uart[1] = 0;
    (void)uart[2];
    OK(interrupt_ack(source));
    uart[1] = 2;
    OK(nj_wait(notification, &word));
    SAME(word, 0x80);
    uart[1] = 0;
    delete (source); // masked for good
    uart[1] = 2;
    pause_ns(100000);
    uart[1] = 0;
    ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
}

static void an_interrupt_whose_notification_is_gone(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0);
    OK(interrupt_bind(SLOT_TIMER, mint(notification, NJ_RIGHT_ALL, 1)));
    OK(interrupt_arm(SLOT_TIMER, nj_time() + 100000));
    revoke(notification);
    delete (notification);
    uint64_t start = nj_time();
    while (nj_time() - start < 300000)
        ;
}

// The longest calls there are, one after the other, for as long as the runner waits: memory that gets a type page by page
// and is taken back, and a capability with many copies that is revoked.
#define LOAD_FRAMES 256u
#define LOAD_COPIES 60u

static void load_with_memory(struct worker *worker)
{
    uint32_t memory = (uint32_t)worker->in[0], slots = (uint32_t)worker->in[1];
    for (;; worker->out[0]++)
        if (untyped_retype(memory, NJ_KIND_FRAME, LOAD_FRAMES, 1, SLOT_CNODE, slots) != NJ_OK ||
            cnode_revoke(SLOT_CNODE, memory) != NJ_OK)
            return;
}

static void load_with_copies(struct worker *worker)
{
    uint32_t endpoint = (uint32_t)worker->in[0], slots = (uint32_t)worker->in[1];
    for (;; worker->out[0]++) {
        for (uint32_t i = 0; i < LOAD_COPIES; i++)
            if (cnode_copy(SLOT_CNODE, slots + i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL) != NJ_OK)
                return;
        if (cnode_revoke(SLOT_CNODE, endpoint) != NJ_OK)
            return;
    }
}

static struct worker *load(void (*run)(struct worker *worker), uint32_t object, uint32_t slots)
{
    struct worker *worker = worker_make(run, PRIORITY_BELOW, NJ_SLOT_NONE);
    worker->in[0] = object;
    worker->in[1] = slot_next_run(slots);
    worker_start(worker);
    return worker;
}

// The bound is that of doc/performance.md: 50,000 instructions of a call that is in the way, and 1,000 to get here.
static void an_interrupt_is_served_within_the_bound_under_load(void)
{
    uint32_t notification = make(NJ_KIND_NOTIFICATION, 0), badged = mint(notification, NJ_RIGHT_ALL, 1);
    uint64_t random = 88172645463325252ull, worst = 0, word;
    struct worker *memory = load(load_with_memory, make(NJ_KIND_UNTYPED, LOAD_FRAMES), LOAD_FRAMES);
    struct worker *copies = load(load_with_copies, make(NJ_KIND_ENDPOINT, 0), LOAD_COPIES);
    OK(interrupt_bind(SLOT_TIMER, badged));
    for (uint32_t i = 0; i < 2000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint64_t deadline = nj_time() + 20000 + random % 200000;
        OK(interrupt_arm(SLOT_TIMER, deadline));
        OK(nj_wait(notification, &word));
        uint64_t late = nj_time() - deadline;
        worst = late > worst ? late : worst;
    }
    CHECK(memory->out[0] > 100 && copies->out[0] > 100); // both did work all the time
    CHECK(!memory->is_done && !copies->is_done);
    CHECK(worst > 2000); // some call was in the way
    CHECK(worst <= 51000);
}

static const struct test_case cases[] = {
    CASE(the_timer_comes_when_armed),
    CASE(a_past_deadline_comes_at_once),
    CASE(arm_replaces_the_last),
    CASE(the_timer_preempts_a_busy_thread),
    CASE(thousand_alarms),
    CASE(one_object_per_source),
    CASE(get_errors),
    CASE(bind_errors),
    CASE(revoking_the_authority_ends_its_interrupts),
    CASE(a_device_interrupts_until_it_is_acknowledged),
    CASE(an_interrupt_whose_notification_is_gone),
    CASE(an_interrupt_is_served_within_the_bound_under_load),
};
GROUP(interrupt, cases);
