// SPDX-License-Identifier: Apache-2.0
// Capability tables that go: what they hold, who waits for it, tables that hold themselves and each other.
#include "test/kernel/peer.h"

static void deleting_a_table_deletes_what_it_holds(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 200), endpoint = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t i = 1; i < 200; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    uint32_t outside = slot_next();
    OK(cnode_copy(SLOT_CNODE, outside, table, 100, NJ_RIGHT_ALL));
    delete (table);
    SAME(kind_of(table), NJ_KIND_EMPTY);
    // Derived from what is gone: the endpoint's own capability is its ancestor now.
    SAME(kind_of(outside), NJ_KIND_ENDPOINT);
    revoke(endpoint);
    SAME(kind_of(outside), NJ_KIND_EMPTY);
}

static void the_last_capability_counts_not_the_first(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 4), other = copy(table, NJ_RIGHT_ALL), endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct cnode_slot found;
    OK(cnode_copy(table, 1, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    delete (table);
    OK(cnode_inspect(other, 1, &found));
    SAME(found.kind, NJ_KIND_ENDPOINT);
}

// The first call ends in the middle of an endpoint that others wait in; all of them learn of its end.
static void a_table_goes_in_steps_and_nobody_waits_in_vain(void)
{
    enum { WAITERS = 14, COPIES = 26 };
    uint32_t table = make(NJ_KIND_CNODE, COPIES + 2), frame = make(NJ_KIND_FRAME, 1),
             endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct peer *waiting[WAITERS];
    for (uint32_t i = 0; i < WAITERS; i++)
        waiting[i] = peer_call(NJ_SYS_SEND, endpoint, nj_tag(0, 0), 0, PRIORITY_ABOVE);
    OK(cnode_move(table, 1, SLOT_CNODE, endpoint));
    for (uint32_t i = 0; i < COPIES; i++)
        OK(cnode_copy(table, 2 + i, SLOT_CNODE, frame, NJ_RIGHT_ALL));
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_DELETE, table, 0, 0, 0, 0), NJ_AGAIN);
    CHECK(peer_ended(waiting[0], -NJ_PEER_LOST));
    CHECK(!waiting[WAITERS - 1]->worker->is_done);
    delete (table);
    for (uint32_t i = 0; i < WAITERS; i++)
        CHECK(peer_ended(waiting[i], -NJ_PEER_LOST));
}

static void a_table_that_holds_itself(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), table = slot_next();
    uint64_t bytes, left;
    OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 16, SLOT_CNODE, table));
    OK(cnode_copy(table, 1, SLOT_CNODE, table, NJ_RIGHT_ALL));
    OK(cnode_copy(table, 2, table, 1, NJ_RIGHT_ALL));
    delete (table); // nobody outside can name it now
    revoke(memory);
    OK(untyped_info(memory, &bytes, &left));
    SAME(left, 2 * 4096);
}

static void a_table_moved_into_itself(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), table = slot_next();
    uint64_t bytes, left;
    OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 16, SLOT_CNODE, table));
    OK(cnode_move(table, 5, SLOT_CNODE, table));
    SAME(kind_of(table), NJ_KIND_EMPTY);
    revoke(memory);
    OK(untyped_info(memory, &bytes, &left));
    SAME(left, 2 * 4096);
}

static void two_tables_that_hold_each_other(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), one = slot_next(), two = slot_next();
    uint64_t bytes, left;
    for (uint32_t round = 0; round < 4; round++) {
        OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 16, SLOT_CNODE, one));
        OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 16, SLOT_CNODE, two));
        OK(cnode_copy(one, 3, SLOT_CNODE, two, NJ_RIGHT_ALL));
        OK(cnode_copy(two, 4, SLOT_CNODE, one, NJ_RIGHT_ALL));
        if (round & 1)
            delete (one);
        if (round & 2)
            delete (two);
        revoke(memory);
        SAME(kind_of(one), NJ_KIND_EMPTY);
        SAME(kind_of(two), NJ_KIND_EMPTY);
        OK(untyped_info(memory, &bytes, &left));
        SAME(left, 2 * 4096);
    }
}

static void tables_nested_a_hundred_deep(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 8), outer = slot_next(), inner = slot_next();
    uint64_t bytes, left;
    OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 4, SLOT_CNODE, outer));
    for (uint32_t i = 0; i < 100; i++) {
        OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 4, SLOT_CNODE, inner));
        OK(cnode_move(inner, 1, SLOT_CNODE, outer));
        OK(cnode_move(SLOT_CNODE, outer, SLOT_CNODE, inner));
    }
    delete (outer);
    revoke(memory);
    OK(untyped_info(memory, &bytes, &left));
    SAME(left, 8 * 4096);
}

static void memory_in_a_table_that_goes_returns_to_its_parent(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 4), table = make(NJ_KIND_CNODE, 4), frame = slot_next();
    OK(untyped_retype(memory, NJ_KIND_UNTYPED, 1, 2, table, 1));
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 2, SLOT_CNODE, frame));
    delete (table);
    revoke(memory);
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 4, SLOT_CNODE, frame));
}

// The slot in which the revoke works goes with what is revoked.
static void memory_moved_into_a_table_made_from_it(void)
{
    for (uint32_t through = 0; through < 2; through++) {
        uint32_t memory = make(NJ_KIND_UNTYPED, 4), table = slot_next(), outside = slot_next();
        OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 16, SLOT_CNODE, table));
        OK(cnode_copy(SLOT_CNODE, outside, SLOT_CNODE, table, NJ_RIGHT_ALL));
        OK(cnode_move(table, 1, SLOT_CNODE, memory));
        enum nj_status status = cnode_revoke(through == 0 ? table : outside, 1);
        CHECK(status == NJ_OK || status == NJ_EMPTY_SLOT || status == NJ_WRONG_KIND);
        OK(cnode_delete(SLOT_CNODE, table));
        OK(cnode_delete(SLOT_CNODE, outside));
    }
}

static const struct test_case cases[] = {
    CASE(deleting_a_table_deletes_what_it_holds),
    CASE(the_last_capability_counts_not_the_first),
    CASE(a_table_goes_in_steps_and_nobody_waits_in_vain),
    CASE(a_table_that_holds_itself),
    CASE(a_table_moved_into_itself),
    CASE(two_tables_that_hold_each_other),
    CASE(tables_nested_a_hundred_deep),
    CASE(memory_in_a_table_that_goes_returns_to_its_parent),
    CASE(memory_moved_into_a_table_made_from_it),
};
GROUP(cnode_end, cases);
