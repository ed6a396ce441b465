// SPDX-License-Identifier: Apache-2.0
// Harts on the portable kernel: what the machine's suite cannot do, because it would give the hart up, or shows too rarely.
#include "kernel/hart.h"
#include "test/host/kernel.h"

#define HART NJ_BOOT_SLOT_HART
#define SPACE 100
#define NOTIFICATION 101
#define COPY 102

static void bind(void)
{
    boot();
    make(NJ_KIND_UNTYPED, 1, 24, 110);
    make(NJ_KIND_SPACE, 1, 0, SPACE);
    make(NJ_KIND_NOTIFICATION, 1, 0, NOTIFICATION);
    CHECK_EQUAL(INVOKE(SPACE, NJ_SPACE_SUPPLY, 110), NJ_OK);
    CHECK_EQUAL(INVOKE(SPACE, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, CNODE), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, COPY, CNODE, NOTIFICATION, NJ_RIGHT_ALL, 4), NJ_OK);
    CHECK_EQUAL(INVOKE(HART, NJ_HART_BIND, SPACE, COPY), NJ_OK);
}

static void start(void)
{
    CHECK_EQUAL(INVOKE(HART, NJ_HART_START, 0x10000, 0, 7), NJ_OK);
}

TEST(the_last_capability_stops_and_unbinds)
{
    for (uint32_t i = 0; i < 50; i++) {
        bind();
        start();
        uint32_t references = notifications[slots[spaces[threads[root].space].cnode.cap.object + NOTIFICATION].cap.object]
                                  .references;
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, HART), NJ_OK);
        CHECK(harts[1].state != NJ_HART_RUNNING);
        CHECK_EQUAL(references,
                    notifications[slots[spaces[threads[root].space].cnode.cap.object + NOTIFICATION].cap.object].references + 1u);
        CHECK_EQUAL(INVOKE(HART + 1, NJ_HART_BIND, SPACE, NOTIFICATION), NJ_OK);
    }
}

TEST(an_end_is_told_once)
{
    bind();
    for (uint32_t i = 0; i < 50; i++) {
        start();
        while (harts[1].state == NJ_HART_RUNNING)
            kernel_harts(root);
        CHECK_TEXT(check_invariants(0), NULL);
        host_syscall(root, NJ_SYS_POLL, NOTIFICATION, 0, 0, (uint64_t[8]){0});
        CHECK_EQUAL(result(0), 4);
        kernel_harts(root);
        host_syscall(root, NJ_SYS_POLL, NOTIFICATION, 0, 0, (uint64_t[8]){0});
        CHECK_EQUAL(status_of(root), NJ_WOULD_BLOCK);
    }
}

TEST(revoking_what_it_is_bound_to_stops_it)
{
    for (uint32_t i = 0; i < 50; i++) {
        bind();
        start();
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, i % 2 ? NOTIFICATION : SPACE), NJ_OK);
        CHECK(harts[1].state != NJ_HART_RUNNING);
        CHECK_EQUAL(INVOKE(HART, NJ_HART_START, 0, 0, 0), NJ_WRONG_STATE);
        CHECK_EQUAL(INVOKE(HART, NJ_HART_BIND, SPACE, NOTIFICATION), NJ_OK);
    }
}

static enum nj_status once(uint64_t slot, uint64_t operation, uint64_t a0)
{
    host_syscall(root, NJ_SYS_INVOKE, slot, operation, 0, (uint64_t[8]){a0});
    CHECK_TEXT(check_invariants(0), NULL);
    return status_of(root);
}

// Whoever has to try again until a job has ended finds no other one.
TEST(no_job_starts_while_a_mapping_shall_go)
{
    uint32_t delayed = 0;
    bind();
    make(NJ_KIND_FRAME, 1, 1, 111);
    make(NJ_KIND_FRAME, 1, 4, 112);
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t frame = 111 + i % 2;
        CHECK_EQUAL(INVOKE(frame, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
        start();
        while (once(frame, NJ_FRAME_UNMAP, 0) == NJ_AGAIN) {
            delayed++;
            do
                kernel_harts(root);
            while (harts[1].state == NJ_HART_RUNNING);
            CHECK_EQUAL(once(HART, NJ_HART_START, 0), NJ_REVOKING);
        }
    }
    CHECK(delayed > 20);
    CHECK_EQUAL(INVOKE(111, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ), NJ_OK);
    start();
}

// Nor if its capability was put elsewhere meanwhile.
TEST(no_job_starts_while_a_mapping_shall_go_whose_capability_moves)
{
    uint32_t delayed = 0, frame = 111;
    bind();
    make(NJ_KIND_FRAME, 1, 1, frame);
    for (uint32_t i = 0; i < 100; i++) {
        CHECK_EQUAL(INVOKE(frame, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
        start();
        while (once(frame, NJ_FRAME_UNMAP, 0) == NJ_AGAIN) {
            delayed++;
            CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MOVE, frame ^ 1u, CNODE, frame), NJ_OK);
            frame ^= 1u;
            do
                kernel_harts(root);
            while (harts[1].state == NJ_HART_RUNNING);
            CHECK_EQUAL(once(HART, NJ_HART_START, 0), NJ_REVOKING);
        }
    }
    CHECK(delayed > 10);
}

// The same for a revoke of what it is bound to, even if the revoker comes back late.
TEST(no_job_starts_while_a_revoke_works_above)
{
    uint32_t delayed = 0;
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t above = i % 2 ? NOTIFICATION : SPACE;
        bind();
        start();
        while (once(CNODE, NJ_CNODE_REVOKE, above) == NJ_AGAIN) {
            delayed++;
            do
                kernel_harts(root);
            while (harts[1].state == NJ_HART_RUNNING);
            CHECK_EQUAL(once(HART, NJ_HART_START, 0), NJ_REVOKING);
        }
        CHECK_EQUAL(once(HART, NJ_HART_START, 0), NJ_WRONG_STATE);
    }
    CHECK(delayed > 10);
}

// Nor for longer than that: once it is unmapped, wherever its capability is, jobs start again, also if it is mapped anew.
TEST(a_mapping_that_is_gone_delays_nobody)
{
    bind();
    make(NJ_KIND_FRAME, 1, 1, 111);
    for (uint32_t i = 0; i < 50; i++) {
        CHECK_EQUAL(INVOKE(111, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ), NJ_OK);
        start();
        enum nj_status status = once(111, NJ_FRAME_UNMAP, 0);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MOVE, 112, CNODE, 111), NJ_OK);
        if (status == NJ_AGAIN) {
            while (harts[1].state == NJ_HART_RUNNING)
                kernel_harts(root);
            CHECK_EQUAL(once(HART, NJ_HART_START, 0), NJ_REVOKING); // the capability is in another slot
        }
        CHECK_EQUAL(INVOKE(112, NJ_FRAME_UNMAP, 0), NJ_OK);
        if (i % 2)
            CHECK_EQUAL(INVOKE(112, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ), NJ_OK);
        start();
        CHECK_EQUAL(INVOKE(HART, NJ_HART_ABORT, 0), NJ_OK);
        CHECK_EQUAL(INVOKE(112, NJ_FRAME_UNMAP, 0), NJ_OK);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MOVE, 111, CNODE, 112), NJ_OK);
    }
}

// The space is dead and still has threads, so it still has its mappings: deleting the frame takes its mapping away.
TEST(a_frame_deleted_while_its_space_dies_is_unmapped)
{
    bind();
    make(NJ_KIND_FRAME, 1, 1, 111);
    make(NJ_KIND_THREAD, 80, 0, 120);
    CHECK_EQUAL(INVOKE(111, NJ_FRAME_MAP, SPACE, 0x400000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
    for (uint64_t i = 0; i < 80; i++)
        CHECK_EQUAL(INVOKE(120 + i, NJ_THREAD_CONFIGURE, SPACE, 10, 10, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(HART, NJ_HART_UNBIND, 0), NJ_OK);
    uint32_t space = slots[spaces[threads[root].space].cnode.cap.object + SPACE].cap.object;
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_DELETE, 0, (uint64_t[8]){SPACE});
    CHECK_EQUAL(status_of(root), NJ_AGAIN);
    CHECK_EQUAL(host_mapped_pages(space), 1);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 111), NJ_OK);
    CHECK_EQUAL(host_mapped_pages(space), 0);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, SPACE), NJ_OK);
}

#define TABLES 120
#define SPACES 130
#define MADE 140

// A space with a table of its own, and a hart bound to it. What is left of both then are the hart's ties.
static void bind_alone(uint32_t number)
{
    uint64_t table = TABLES + number, space = SPACES + number;
    make(NJ_KIND_CNODE, 1, 16, table);
    make(NJ_KIND_SPACE, 1, 0, space);
    make(NJ_KIND_UNTYPED, 1, 4, MADE);
    CHECK_EQUAL(INVOKE(space, NJ_SPACE_SUPPLY, MADE), NJ_OK);
    CHECK_EQUAL(INVOKE(space, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, table), NJ_OK);
    CHECK_EQUAL(INVOKE(HART + number, NJ_HART_BIND, space, NOTIFICATION), NJ_OK);
    CHECK_EQUAL(INVOKE(HART + number, NJ_HART_START, 0x10000, 0, 7), NJ_OK);
}

static void move_hart(uint32_t number, uint32_t into)
{
    CHECK_EQUAL(INVOKE(TABLES + into, NJ_CNODE_MOVE, 1, CNODE, HART + number), NJ_OK);
}

static void let_go(uint32_t number)
{
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, TABLES + number), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, SPACES + number), NJ_OK);
}

static void both_are_unbound(void)
{
    for (uint32_t hart = 1; hart <= 2; hart++) {
        CHECK(harts[hart].state != NJ_HART_RUNNING);
        CHECK_EQUAL(slots[hart_slots + hart * SLOTS_PER_HART].cap.kind, NJ_KIND_EMPTY);
        CHECK_EQUAL(harts[hart].references, 0);
    }
}

// The one's last capability lies in the table of the space that the other is bound to. Its job ends with that; its own space
// is taken apart with the memory, as tables in tables are.
TEST(a_hart_stops_with_the_space_of_another)
{
    for (uint32_t i = 0; i < 20; i++) {
        boot();
        make(NJ_KIND_NOTIFICATION, 1, 0, NOTIFICATION);
        bind_alone(0);
        bind_alone(1);
        move_hart(1, 0);
        let_go(0);
        let_go(1);
        CHECK_EQUAL(harts[2].state, NJ_HART_RUNNING);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, HART), NJ_OK);
        CHECK(harts[2].state != NJ_HART_RUNNING);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
        both_are_unbound();
    }
}

// Nobody outside has a capability any more: what they were made from still ends them.
TEST(harts_that_hold_each_other_end_with_the_memory)
{
    for (uint32_t i = 0; i < 40; i++) {
        boot();
        make(NJ_KIND_NOTIFICATION, 1, 0, NOTIFICATION);
        bind_alone(0);
        bind_alone(1);
        move_hart(0, i % 2);
        move_hart(1, 1 - i % 2);
        let_go(0);
        let_go(1);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
        both_are_unbound();
    }
}
