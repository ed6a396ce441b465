// SPDX-License-Identifier: Apache-2.0
// Harts on the portable kernel: what the machine's suite cannot do, because it would give the hart up, or shows too rarely.
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
