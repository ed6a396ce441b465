// SPDX-License-Identifier: Apache-2.0
// Capabilities: rights, badges, derivation, deletion, revoke.
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "test/host/kernel.h"

TEST(a_copy_keeps_or_loses_rights_and_never_gains)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 101, CNODE, 100, NJ_RIGHT_SEND), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 102, CNODE, 101, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_INSPECT, 102), NJ_OK);
    CHECK_EQUAL(result(1), NJ_RIGHT_SEND);
}

TEST(a_badge_is_given_once)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 101, CNODE, 100, NJ_RIGHT_ALL, 0), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 101, CNODE, 100, NJ_RIGHT_ALL, 7), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 102, CNODE, 101, NJ_RIGHT_ALL, 8), NJ_IN_USE);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_INSPECT, 101), NJ_OK);
    CHECK_EQUAL(result(2), 7);
}

TEST(only_endpoints_and_notifications_have_badges)
{
    boot();
    make(NJ_KIND_REPLY, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 101, CNODE, 100, NJ_RIGHT_ALL, 7), NJ_WRONG_KIND);
}

TEST(untyped_memory_is_never_copied)
{
    boot();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 100, CNODE, MEMORY, NJ_RIGHT_ALL), NJ_WRONG_KIND);
}

TEST(slot_errors_are_told_apart)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 101, CNODE, 99, NJ_RIGHT_ALL), NJ_EMPTY_SLOT);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 0, CNODE, 100, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 256, CNODE, 100, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 100, CNODE, 100, NJ_RIGHT_ALL), NJ_SLOT_USED);
    CHECK_EQUAL(INVOKE(100, NJ_CNODE_COPY, 101, CNODE, 100, NJ_RIGHT_ALL), NJ_BAD_OPERATION);
    CHECK_EQUAL(INVOKE(0, NJ_OP_NULL, 0), NJ_EMPTY_SLOT);
    CHECK_EQUAL(INVOKE(256, NJ_OP_NULL, 0), NJ_SLOT_RANGE);
    CHECK_EQUAL(INVOKE(UINT64_MAX, NJ_OP_NULL, 0), NJ_SLOT_RANGE);
}

TEST(descendants_of_a_deleted_capability_belong_to_its_nearest_living_ancestor)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 101, CNODE, 100, NJ_RIGHT_ALL, 1), NJ_OK); // elder sibling
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 102, CNODE, 100, NJ_RIGHT_ALL, 2), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 103, CNODE, 102, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 104, CNODE, 103, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 102), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 101), NJ_OK); // not theirs
    CHECK_EQUAL(kind_in(103), NJ_KIND_ENDPOINT);
    CHECK_EQUAL(kind_in(104), NJ_KIND_ENDPOINT);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 100), NJ_OK);
    CHECK_EQUAL(kind_in(100), NJ_KIND_ENDPOINT);
    CHECK_EQUAL(kind_in(101), NJ_KIND_EMPTY);
    CHECK_EQUAL(kind_in(103), NJ_KIND_EMPTY);
    CHECK_EQUAL(kind_in(104), NJ_KIND_EMPTY);
}

TEST(a_moved_capability_keeps_its_descendants)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 101, CNODE, 100, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MOVE, 110, CNODE, 100), NJ_OK);
    CHECK_EQUAL(kind_in(100), NJ_KIND_EMPTY);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 110), NJ_OK);
    CHECK_EQUAL(kind_in(101), NJ_KIND_EMPTY);
    CHECK_EQUAL(kind_in(110), NJ_KIND_ENDPOINT);
}

TEST(nothing_is_derived_below_a_revoke_that_is_under_way)
{
    uint64_t words[8] = {100};

    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    for (uint64_t i = 0; i < 120; i++)
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 101 + i, CNODE, i == 0 ? 100 : 101, NJ_RIGHT_ALL), NJ_OK);
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_REVOKE, 0, words);
    REQUIRE(status_of(root) == NJ_AGAIN);
    CHECK_TEXT(check_invariants(0), NULL);
    uint64_t survivor = 0;
    for (uint64_t i = 101; i < 221 && survivor == 0; i++)
        survivor = kind_in(i) == NJ_KIND_ENDPOINT ? i : 0;
    REQUIRE(survivor != 0);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 230, CNODE, survivor, NJ_RIGHT_ALL), NJ_REVOKING);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 230, CNODE, 100, NJ_RIGHT_ALL), NJ_REVOKING);
    make(NJ_KIND_NOTIFICATION, 1, 0, 231); // elsewhere life goes on
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 100), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 230, CNODE, 100, NJ_RIGHT_ALL), NJ_OK);
}

TEST(a_table_that_holds_itself_comes_apart)
{
    uint64_t before;

    boot();
    before = free_bytes();
    make(NJ_KIND_CNODE, 2, 32, 100);
    CHECK_EQUAL(INVOKE(100, NJ_CNODE_COPY, 5, CNODE, 100, NJ_RIGHT_ALL), NJ_OK); // itself
    CHECK_EQUAL(INVOKE(100, NJ_CNODE_COPY, 6, CNODE, 101, NJ_RIGHT_ALL), NJ_OK); // and each other
    CHECK_EQUAL(INVOKE(101, NJ_CNODE_COPY, 6, CNODE, 100, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 100), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_EQUAL(free_bytes(), before);
    CHECK_TEXT(check_invariants(1), NULL);
}

TEST(deleting_a_table_deletes_what_it_holds)
{
    boot();
    make(NJ_KIND_CNODE, 1, 200, 100);
    make(NJ_KIND_ENDPOINT, 1, 0, 101);
    for (uint64_t i = 1; i < 200; i++)
        CHECK_EQUAL(INVOKE(100, NJ_CNODE_COPY, i, CNODE, 101, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 100), NJ_OK);
    CHECK_EQUAL(endpoints[slots[spaces[threads[root].space].cnode.cap.object + 101].cap.object].references, 1);
}

// Many elder siblings between a slot and its parent: the search for a revoke in progress takes several calls, each
// shorter.
TEST(derivation_among_many_siblings_gets_through_while_another_revoke_is_under_way)
{
    uint64_t words[8] = {101};

    boot();
    make(NJ_KIND_ENDPOINT, 2, 0, 100);
    for (uint64_t i = 0; i < 70; i++)
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 102 + i, CNODE, 101, NJ_RIGHT_ALL), NJ_OK);
    for (uint64_t i = 0; i < 70; i++)
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 172 + i, CNODE, 100, NJ_RIGHT_ALL), NJ_OK);
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_REVOKE, 0, words);
    REQUIRE(status_of(root) == NJ_AGAIN);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 250, CNODE, 172, NJ_RIGHT_ALL), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 101), NJ_OK);
}

// An interrupt object descends from the authority by which it was made, as a copy of that would.
TEST(an_authority_that_is_revoked_makes_nothing)
{
    uint64_t words[8] = {100};

    boot();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 100, CNODE, NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_RIGHT_ALL), NJ_OK);
    for (uint64_t i = 0; i < 70; i++)
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 101 + i, CNODE, 100, NJ_RIGHT_ALL), NJ_OK);
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_REVOKE, 0, words);
    REQUIRE(status_of(root) == NJ_AGAIN && kind_in(101) == NJ_KIND_INTERRUPT_CONTROL);
    CHECK_EQUAL(INVOKE(101, NJ_INTERRUPT_CONTROL_GET, 1, CNODE, 200), NJ_REVOKING);
    CHECK_EQUAL(INVOKE(100, NJ_INTERRUPT_CONTROL_GET, 1, CNODE, 200), NJ_REVOKING);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_CONTROL_GET, 2, CNODE, 200), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 100), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_INTERRUPT_CONTROL_GET, 1, CNODE, 201), NJ_OK); // nothing was taken when it was refused
    CHECK_TEXT(check_invariants(1), NULL);
}

TEST(memory_revoked_from_within_itself_goes_with_its_table)
{
    boot();
    uint64_t before = free_bytes();
    make(NJ_KIND_UNTYPED, 1, 4, 100);
    CHECK_EQUAL(INVOKE(100, NJ_UNTYPED_RETYPE, NJ_KIND_CNODE, 1, 8, CNODE, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(101, NJ_CNODE_MOVE, 2, CNODE, 100), NJ_OK);
    CHECK_EQUAL(INVOKE(101, NJ_CNODE_REVOKE, 2), NJ_OK);
    CHECK_EQUAL(kind_in(101), NJ_KIND_EMPTY);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK(free_bytes() >= before);
}

// The first call ends in front of the code object, inside of it, or behind; nothing that was begun is left.
TEST(a_table_goes_with_what_takes_more_than_one_call)
{
    for (uint64_t copies = 29, size = copies + 2; size < copies + 8; size++) {
        boot();
        make(NJ_KIND_CNODE, 1, size, 100);
        make(NJ_KIND_FRAME, 1, 1, 101);
        make(NJ_KIND_CODE, 1, 0, 102);
        make(NJ_KIND_UNTYPED, 1, 1, 103);
        CHECK_EQUAL(INVOKE(102, NJ_CODE_SUPPLY, 103), NJ_OK);
        uint32_t code = slots[spaces[threads[root].space].cnode.cap.object + 102].cap.object;
        CHECK_EQUAL(INVOKE(100, NJ_CNODE_MOVE, 1, CNODE, 102), NJ_OK);
        for (uint64_t i = 0; i < copies; i++)
            CHECK_EQUAL(INVOKE(100, NJ_CNODE_COPY, 2 + i, CNODE, 101, NJ_RIGHT_ALL), NJ_OK);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 100), NJ_OK);
        CHECK_EQUAL(codes[code].references, 0);
        CHECK_EQUAL(codes[code].supply.cap.kind, NJ_KIND_EMPTY);
    }
}
