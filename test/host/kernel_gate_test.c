// SPDX-License-Identifier: Apache-2.0
// Gates on the portable kernel: long lines and deep chains, whose ends take more than one call. All state is checked after
// every call.
#include "kernel/gate.h"
#include "kernel/space.h"
#include "test/host/kernel.h"

#define MADE 40 // slots for what is only needed while something is made
#define CODE 48
#define SPACES 50 // capsules, and
#define GATES 400 // the gates into them
#define ARENA 90
#define THREADS 100 // and behind them
#define SCHEDS 230
#define INSIDE 99
#define INSIDE_SCHED 98
#define SMALL 300 // many small things
#define HOUR 3600000000000u
#define PRIORITY_INSIDE 253
#define PRIORITY_ROOT 252
#define PRIORITY_LINE 251

static uint32_t object_of(uint64_t slot)
{
    return slots[spaces[threads[root].space].cnode.cap.object + slot].cap.object;
}

static void make_in(uint64_t memory, enum nj_kind kind, uint64_t size, uint64_t slot)
{
    CHECK_EQUAL(INVOKE(memory, NJ_UNTYPED_RETYPE, kind, 1, size, CNODE, slot), NJ_OK);
}

// Code that nobody executes, sealed.
static void begin(void)
{
    uint32_t page;
    root = host_boot(512);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_THREAD, NJ_THREAD_SET_PRIORITY, PRIORITY_ROOT, 255, NJ_BOOT_SLOT_THREAD), NJ_OK);
    make(NJ_KIND_CODE, 1, 0, CODE);
    make(NJ_KIND_UNTYPED, 1, 1, MADE);
    CHECK_EQUAL(INVOKE(CODE, NJ_CODE_SUPPLY, MADE), NJ_OK);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SPACE, NJ_SPACE_MEMORY, 0x400000, 4096), NJ_OK);
    CHECK_EQUAL(space_write_page(threads[root].space, 0x400000, &page), NJ_OK);
    for (uint32_t i = 0; i < 64; i++)
        code_words[page][i] = 0x13;
    CHECK_EQUAL(INVOKE(CODE, NJ_CODE_FILL, 0, NJ_BOOT_SLOT_SPACE, 0x400000, 256), NJ_OK);
    CHECK_EQUAL(INVOKE(CODE, NJ_CODE_CHECK, 256), NJ_OK);
}

// A capsule with root's table, and a gate into it.
static void capsule(uint64_t memory, uint32_t number)
{
    make_in(memory, NJ_KIND_SPACE, 0, SPACES + number);
    make_in(memory, NJ_KIND_UNTYPED, 16, MADE);
    CHECK_EQUAL(INVOKE(SPACES + number, NJ_SPACE_SUPPLY, MADE), NJ_OK);
    CHECK_EQUAL(INVOKE(SPACES + number, NJ_SPACE_CONFIGURE, NJ_SPACE_CAPSULE, CNODE), NJ_OK);
    CHECK_EQUAL(INVOKE(SPACES + number, NJ_SPACE_ATTACH, CODE, 4096, 4096), NJ_OK);
    CHECK_EQUAL(INVOKE(SPACES + number, NJ_SPACE_GATE, 0, number, CNODE, GATES + number), NJ_OK);
}

static void call(uint32_t thread, uint64_t number, uint64_t slot)
{
    host_syscall(thread, number, slot, 0, 0, (uint64_t[8]){0});
    CHECK_TEXT(check_invariants(0), NULL);
}

// A thread above root, which goes through the gate; then root goes on. It is inside, and waits, or in line.
static uint32_t caller(uint64_t thread, uint64_t sched, uint64_t gate)
{
    uint32_t made = start_thread(thread, sched, PRIORITY_INSIDE, HOUR, HOUR);
    CHECK_EQUAL(sched_current, made);
    call(made, NJ_SYS_GATE_CALL, gate);
    return made;
}

static uint32_t go_in(uint64_t gate, uint32_t depth)
{
    make(NJ_KIND_NOTIFICATION, 1, 0, MADE);
    uint32_t thread = caller(INSIDE, INSIDE_SCHED, gate);
    for (uint32_t i = 1; i < depth; i++)
        call(thread, NJ_SYS_GATE_CALL, gate + i);
    call(thread, NJ_SYS_WAIT, MADE);
    CHECK_EQUAL(threads[thread].state, NJ_THREAD_WAITING);
    return thread;
}

static void line_up(uint32_t first, uint32_t count, uint64_t gate)
{
    for (uint32_t i = first; i < first + count; i++) {
        CHECK_EQUAL(threads[caller(THREADS + i, SCHEDS + i, gate)].state, NJ_THREAD_GATE_WAIT);
        CHECK_EQUAL(INVOKE(THREADS + i, NJ_THREAD_SET_PRIORITY, PRIORITY_LINE, 255, NJ_BOOT_SLOT_THREAD), NJ_OK);
    }
}

static void all_were_told(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t thread = object_of(THREADS + i);
        CHECK_EQUAL(threads[thread].state, NJ_THREAD_READY);
        CHECK_EQUAL(status_of(thread), NJ_PEER_LOST);
    }
}

TEST(a_full_line_takes_nobody_and_goes_with_its_capsule)
{
    begin();
    capsule(MEMORY, 0);
    go_in(GATES, 1);
    line_up(0, NJ_GATE_WAITERS_MAX, GATES);
    uint32_t late = start_thread(THREADS + 40, SCHEDS + 40, PRIORITY_INSIDE, HOUR, HOUR);
    call(late, NJ_SYS_GATE_CALL, GATES);
    CHECK_EQUAL(status_of(late), NJ_WOULD_BLOCK);
    call(late, NJ_SYS_WAIT, MADE);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, SPACES), NJ_OK);
    all_were_told(NJ_GATE_WAITERS_MAX);
}

// The time and the priority of who calls are lent for the call; threads that stay get nothing of them.
TEST(the_priority_of_a_caller_is_no_authority_behind_a_gate)
{
    begin();
    capsule(MEMORY, 0);
    make(NJ_KIND_THREAD, 1, 0, MADE);
    uint32_t thread = caller(INSIDE, INSIDE_SCHED, GATES);
    REQUIRE(gate_is_inside(thread) && sched_current == thread);
    const uint64_t high[8] = {SPACES, 1, 1}, lowest[8] = {SPACES, 0, 0};
    host_syscall(thread, NJ_SYS_INVOKE, MADE, NJ_THREAD_CONFIGURE, 0, high);
    CHECK_EQUAL(status_of(thread), NJ_BAD_ARGUMENT);
    host_syscall(thread, NJ_SYS_INVOKE, MADE, NJ_THREAD_CONFIGURE, 0, lowest);
    CHECK_EQUAL(status_of(thread), NJ_OK);
    CHECK_TEXT(check_invariants(0), NULL);
}

// The thread inside, which waits, is woken and returns; then it waits again.
static void come_back(uint32_t thread)
{
    CHECK_EQUAL(INVOKE(INSIDE, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(INSIDE, NJ_THREAD_RESUME, 0), NJ_OK);
    call(thread, NJ_SYS_GATE_RETURN, 0);
    call(thread, NJ_SYS_WAIT, MADE);
}

// More to do than one call does: what it is inside of is broken, one after the other.
TEST(the_end_of_a_thread_with_full_lines_behind_it)
{
    uint32_t again = 0;
    begin();
    for (uint32_t i = 0; i < 3; i++)
        capsule(MEMORY, i);
    go_in(GATES, 3);
    for (uint32_t i = 0; i < 3; i++)
        line_up(i * NJ_GATE_WAITERS_MAX, NJ_GATE_WAITERS_MAX, GATES + i);
    do {
        host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_DELETE, 0, (uint64_t[8]){INSIDE});
        CHECK_TEXT(check_invariants(0), NULL);
        again += status_of(root) == NJ_AGAIN;
    } while (status_of(root) == NJ_AGAIN);
    CHECK(again > 0);
    all_were_told(3 * NJ_GATE_WAITERS_MAX);
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQUAL(spaces[object_of(SPACES + i)].gate.broken, NJ_PEER_LOST);
}

// It comes back between two attempts to end the capsule: nobody in line goes in instead.
TEST(a_return_from_a_capsule_that_is_being_ended)
{
    begin();
    make(NJ_KIND_UNTYPED, 1, 24, ARENA);
    capsule(ARENA, 0);
    uint32_t thread = go_in(GATES, 1), space = object_of(SPACES);
    line_up(0, NJ_GATE_WAITERS_MAX, GATES);
    for (uint32_t i = 0; i < 45; i++) // that the first call deals with
        make_in(ARENA, NJ_KIND_ENDPOINT, 0, SMALL + i);
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_REVOKE, 0, (uint64_t[8]){ARENA});
    CHECK_EQUAL(status_of(root), NJ_AGAIN);
    CHECK(spaces[space].is_dead && spaces[space].gate.waiters > 0);
    come_back(thread);
    CHECK(!gate_is_inside(thread));
    CHECK_EQUAL(gate_thread(space), NIL);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, ARENA), NJ_OK);
    all_were_told(NJ_GATE_WAITERS_MAX);
}

// Out of the middle of a chain, far from its inner end. What is left of it returns to whom was there before.
TEST(capsules_end_anywhere_in_a_chain)
{
    const uint32_t depth = 12;
    for (uint32_t first = 0; first < depth; first++) {
        begin();
        for (uint32_t i = 0; i < depth; i++)
            capsule(MEMORY, i);
        uint32_t thread = go_in(GATES, depth);
        for (uint32_t i = 0; i < 5; i++) {
            CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, SPACES + (first + i * 5) % depth), NJ_OK);
            if (sched_current == thread) // it was in there
                call(thread, NJ_SYS_WAIT, MADE);
        }
        uint32_t left = 0;
        for (; gate_is_inside(thread) && left < depth; left++)
            come_back(thread);
        CHECK_EQUAL(left, depth - 5);
        CHECK_EQUAL(threads[thread].context.table, threads[thread].context.home);
    }
}
