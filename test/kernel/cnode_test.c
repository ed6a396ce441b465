// SPDX-License-Identifier: Apache-2.0
// Capability tables: copy, mint, move, delete, revoke, inspect; who descends from whom.
#include "test/kernel/test.h"

static void copy_keeps_kind_rights_and_badge(void)
{
    struct cnode_slot found;
    uint32_t badged = mint(make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_SEND | NJ_RIGHT_GRANT, 77);
    OK(cnode_inspect(SLOT_CNODE, copy(badged, NJ_RIGHT_ALL), &found));
    SAME(found.kind, NJ_KIND_ENDPOINT);
    SAME(found.rights, NJ_RIGHT_SEND | NJ_RIGHT_GRANT);
    SAME(found.value, 77);
}

static void copy_only_removes_rights(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t rights = 0; rights <= NJ_RIGHT_ALL; rights++) {
        struct cnode_slot found;
        uint32_t one = copy(endpoint, rights), two = copy(one, NJ_RIGHT_ALL);
        OK(cnode_inspect(SLOT_CNODE, one, &found));
        SAME(found.rights, rights);
        OK(cnode_inspect(SLOT_CNODE, two, &found));
        SAME(found.rights, rights);
    }
}

static void rights_beyond_the_known_do_nothing(void)
{
    struct cnode_slot found;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), slot = slot_next();
    OK(invoke_raw(SLOT_CNODE, NJ_CNODE_COPY, slot, SLOT_CNODE, endpoint, UINT64_MAX, 0));
    OK(cnode_inspect(SLOT_CNODE, slot, &found));
    SAME(found.rights, NJ_RIGHT_ALL);
    uint32_t again = copy(slot, NJ_RIGHT_ALL); // had a mark of the kernel slipped in, this would not be allowed
    SAME(kind_of(again), NJ_KIND_ENDPOINT);
}

static void copy_errors(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), slot = slot_next(), table = make(NJ_KIND_CNODE, 4);
    ANSWERS(cnode_copy(SLOT_CNODE, endpoint, SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_SLOT_USED);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, SLOT_CNODE, slot, NJ_RIGHT_ALL), NJ_EMPTY_SLOT);
    ANSWERS(cnode_copy(SLOT_CNODE, 0, SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(SLOT_CNODE, SLOT_END, SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, SLOT_CNODE, 0, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, SLOT_CNODE, SLOT_END, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, endpoint, 1, NJ_RIGHT_ALL), NJ_WRONG_KIND);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, slot, 1, NJ_RIGHT_ALL), NJ_EMPTY_SLOT);
    ANSWERS(cnode_copy(SLOT_CNODE, slot, 100000, 1, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(table, 4, SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    ANSWERS(cnode_copy(table, 1, table, 2, NJ_RIGHT_ALL), NJ_EMPTY_SLOT);
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_COPY, 1ull << 32 | slot, SLOT_CNODE, endpoint, 31, 0), NJ_SLOT_RANGE);
}

static void mint_gives_a_badge_once(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), one = mint(endpoint, NJ_RIGHT_ALL, UINT64_MAX), slot = slot_next();
    SAME(badge_of(one), UINT64_MAX);
    SAME(badge_of(endpoint), 0);
    ANSWERS(cnode_mint(SLOT_CNODE, slot, SLOT_CNODE, one, NJ_RIGHT_ALL, 5), NJ_IN_USE);
    ANSWERS(cnode_mint(SLOT_CNODE, slot, SLOT_CNODE, endpoint, NJ_RIGHT_ALL, 0), NJ_BAD_ARGUMENT);
    SAME(badge_of(mint(make(NJ_KIND_NOTIFICATION, 0), NJ_RIGHT_ALL, 8)), 8);
}

static void mint_only_where_badges_mean_something(void)
{
    static const struct {
        enum nj_kind kind;
        uint64_t size;
    } kinds[] = {{NJ_KIND_CNODE, 2}, {NJ_KIND_REPLY, 0}, {NJ_KIND_THREAD, 0}, {NJ_KIND_SCHED, 0},
                 {NJ_KIND_SPACE, 0}, {NJ_KIND_CODE, 0},  {NJ_KIND_FRAME, 1}};
    uint32_t slot = slot_next();
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        ANSWERS(cnode_mint(SLOT_CNODE, slot, SLOT_CNODE, make(kinds[i].kind, kinds[i].size), NJ_RIGHT_ALL, 1),
                NJ_WRONG_KIND);
    ANSWERS(cnode_mint(SLOT_CNODE, slot, SLOT_CNODE, SLOT_SYSTEM, NJ_RIGHT_ALL, 1), NJ_WRONG_KIND);
}

static void every_kind_but_untyped_can_be_copied(void)
{
    static const struct {
        enum nj_kind kind;
        uint64_t size;
    } kinds[] = {{NJ_KIND_CNODE, 2}, {NJ_KIND_REPLY, 0},    {NJ_KIND_THREAD, 0},
                 {NJ_KIND_SCHED, 0}, {NJ_KIND_SPACE, 0},    {NJ_KIND_CODE, 0},
                 {NJ_KIND_FRAME, 1}, {NJ_KIND_ENDPOINT, 0}, {NJ_KIND_NOTIFICATION, 0}};
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint32_t object = make(kinds[i].kind, kinds[i].size);
        SAME(kind_of(copy(object, NJ_RIGHT_ALL)), kinds[i].kind);
    }
    SAME(kind_of(copy(SLOT_SYSTEM, NJ_RIGHT_ALL)), NJ_KIND_SYSTEM);
    SAME(kind_of(copy(SLOT_SCHED_CONTROL, NJ_RIGHT_ALL)), NJ_KIND_SCHED_CONTROL);
    SAME(kind_of(copy(SLOT_INTERRUPT_CONTROL, NJ_RIGHT_ALL)), NJ_KIND_INTERRUPT_CONTROL);
}

static void move_keeps_everything(void)
{
    uint32_t badged = mint(make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_RECV, 9), child = copy(badged, NJ_RIGHT_ALL);
    uint32_t to = slot_next();
    struct cnode_slot found;
    OK(cnode_move(SLOT_CNODE, to, SLOT_CNODE, badged));
    SAME(kind_of(badged), NJ_KIND_EMPTY);
    OK(cnode_inspect(SLOT_CNODE, to, &found));
    SAME(found.rights, NJ_RIGHT_RECV);
    SAME(found.value, 9);
    revoke(to); // its descendants moved along
    SAME(kind_of(child), NJ_KIND_EMPTY);
    SAME(kind_of(to), NJ_KIND_ENDPOINT);
}

static void move_of_one_without_children(void)
{
    uint32_t parent = make(NJ_KIND_ENDPOINT, 0), child = copy(parent, NJ_RIGHT_ALL), to = slot_next();
    OK(cnode_move(SLOT_CNODE, to, SLOT_CNODE, child));
    revoke(to);
    SAME(kind_of(to), NJ_KIND_ENDPOINT);
    revoke(parent);
    SAME(kind_of(to), NJ_KIND_EMPTY);
    SAME(kind_of(parent), NJ_KIND_ENDPOINT);
}

static void move_errors(void)
{
    uint32_t one = make(NJ_KIND_ENDPOINT, 0), two = make(NJ_KIND_ENDPOINT, 0), slot = slot_next();
    ANSWERS(cnode_move(SLOT_CNODE, two, SLOT_CNODE, one), NJ_SLOT_USED);
    ANSWERS(cnode_move(SLOT_CNODE, one, SLOT_CNODE, one), NJ_SLOT_USED);
    ANSWERS(cnode_move(SLOT_CNODE, slot, SLOT_CNODE, slot), NJ_EMPTY_SLOT);
    ANSWERS(cnode_move(SLOT_CNODE, 0, SLOT_CNODE, one), NJ_SLOT_RANGE);
    ANSWERS(cnode_move(SLOT_CNODE, slot, SLOT_CNODE, 0), NJ_SLOT_RANGE);
    SAME(kind_of(one), NJ_KIND_ENDPOINT);
}

static void move_between_tables(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 8), endpoint = make(NJ_KIND_ENDPOINT, 0);
    OK(cnode_move(table, 7, SLOT_CNODE, endpoint));
    SAME(kind_of(endpoint), NJ_KIND_EMPTY);
    OK(cnode_move(table, 1, table, 7));
    OK(cnode_move(SLOT_CNODE, endpoint, table, 1));
    SAME(kind_of(endpoint), NJ_KIND_ENDPOINT);
}

static void delete_empties_the_slot(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    delete (endpoint);
    SAME(kind_of(endpoint), NJ_KIND_EMPTY);
    delete (endpoint); // an empty slot is as it should be
    ANSWERS(invoke_raw(endpoint, NJ_OP_NULL, 0, 0, 0, 0, 0), NJ_EMPTY_SLOT);
    ANSWERS(cnode_delete(SLOT_CNODE, 0), NJ_SLOT_RANGE);
    ANSWERS(cnode_delete(SLOT_CNODE, SLOT_END), NJ_SLOT_RANGE);
}

static void delete_leaves_descendants_to_the_ancestor(void)
{
    uint32_t top = make(NJ_KIND_ENDPOINT, 0), middle = copy(top, NJ_RIGHT_ALL), child[3];
    for (uint32_t i = 0; i < 3; i++)
        child[i] = copy(middle, NJ_RIGHT_ALL);
    uint32_t sibling = copy(top, NJ_RIGHT_ALL);
    delete (middle);
    for (uint32_t i = 0; i < 3; i++)
        SAME(kind_of(child[i]), NJ_KIND_ENDPOINT);
    revoke(sibling); // no relative of theirs
    for (uint32_t i = 0; i < 3; i++)
        SAME(kind_of(child[i]), NJ_KIND_ENDPOINT);
    revoke(top);
    for (uint32_t i = 0; i < 3; i++)
        SAME(kind_of(child[i]), NJ_KIND_EMPTY);
    SAME(kind_of(sibling), NJ_KIND_EMPTY);
    SAME(kind_of(top), NJ_KIND_ENDPOINT);
}

static void delete_of_the_oldest_leaves_descendants_to_memory(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), endpoint = slot_next();
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
    uint32_t child = copy(endpoint, NJ_RIGHT_ALL), grandchild = copy(child, NJ_RIGHT_ALL);
    delete (endpoint);
    delete (child);
    SAME(kind_of(grandchild), NJ_KIND_ENDPOINT);
    revoke(memory);
    SAME(kind_of(grandchild), NJ_KIND_EMPTY);
}

static void revoke_spares_the_capability_itself(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), other = make(NJ_KIND_ENDPOINT, 0);
    uint32_t copies[40];
    for (uint32_t i = 0; i < 40; i++)
        copies[i] = mint(endpoint, NJ_RIGHT_ALL, i + 1);
    uint32_t cousin = copy(other, NJ_RIGHT_ALL);
    revoke(endpoint);
    for (uint32_t i = 0; i < 40; i++)
        SAME(kind_of(copies[i]), NJ_KIND_EMPTY);
    SAME(kind_of(endpoint), NJ_KIND_ENDPOINT);
    SAME(kind_of(cousin), NJ_KIND_ENDPOINT);
    copies[0] = copy(endpoint, NJ_RIGHT_ALL); // and something may be derived again
}

static void revoke_reaches_other_tables(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 64), endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct cnode_slot found;
    for (uint32_t i = 1; i < 64; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    revoke(endpoint);
    for (uint32_t i = 1; i < 64; i++) {
        OK(cnode_inspect(table, i, &found));
        SAME(found.kind, NJ_KIND_EMPTY);
    }
}

static void revoke_of_a_chain(void)
{
    uint32_t slot[60];
    slot[0] = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t i = 1; i < 60; i++)
        slot[i] = copy(slot[i - 1], NJ_RIGHT_ALL);
    revoke(slot[30]);
    SAME(kind_of(slot[30]), NJ_KIND_ENDPOINT);
    SAME(kind_of(slot[31]), NJ_KIND_EMPTY);
    SAME(kind_of(slot[59]), NJ_KIND_EMPTY);
    revoke(slot[0]);
    SAME(kind_of(slot[1]), NJ_KIND_EMPTY);
}

static void revoke_is_bounded_and_answers_again(void)
{
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), table = make(NJ_KIND_CNODE, 300), calls = 1;
    for (uint32_t i = 1; i < 300; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    enum nj_status status = invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0);
    SAME(status, NJ_AGAIN);
    // Half done, nothing may be derived from it.
    ANSWERS(cnode_copy(SLOT_CNODE, slot_next(), SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_REVOKING);
    struct cnode_slot found;
    uint32_t child = 0;
    for (uint32_t i = 1; i < 300 && child == 0; i++) {
        OK(cnode_inspect(table, i, &found));
        child = found.kind == NJ_KIND_ENDPOINT ? i : 0;
    }
    CHECK(child != 0);
    ANSWERS(cnode_copy(SLOT_CNODE, slot_next(), table, child, NJ_RIGHT_ALL), NJ_REVOKING);
    ANSWERS(cnode_mint(SLOT_CNODE, slot_next(), table, child, NJ_RIGHT_ALL, 3), NJ_REVOKING);
    for (; status == NJ_AGAIN && calls < 300; calls++)
        status = invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0);
    OK(status);
    CHECK(calls > 2);
    copy(endpoint, NJ_RIGHT_ALL);
}

static void retype_is_blocked_by_revoke_above(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 64), table = slot_next(), part = slot_next();
    OK(untyped_retype(memory, NJ_KIND_CNODE, 1, 512, SLOT_CNODE, table));
    OK(untyped_retype(memory, NJ_KIND_UNTYPED, 1, 2, SLOT_CNODE, part));
    // Kept outside of what is revoked, to be the last to go.
    uint32_t endpoint = slot_next();
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
    for (uint32_t i = 1; i < 400; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, memory, 0, 0, 0, 0), NJ_AGAIN);
    ANSWERS(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot_next()), NJ_REVOKING);
    if (kind_of(part) == NJ_KIND_UNTYPED)
        ANSWERS(untyped_retype(part, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot_next()), NJ_REVOKING);
    revoke(memory);
    SAME(kind_of(part), NJ_KIND_EMPTY);
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
}

static void a_mark_of_an_abandoned_revoke_goes_with_its_capability(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 32), endpoint = slot_next(), table = make(NJ_KIND_CNODE, 300);
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
    for (uint32_t i = 1; i < 300; i++)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_REVOKE, endpoint, 0, 0, 0, 0), NJ_AGAIN);
    delete (endpoint);
    uint32_t survivor = slot_next();
    for (uint32_t i = 1; i < 300; i++)
        if (cnode_copy(SLOT_CNODE, survivor, table, i, NJ_RIGHT_ALL) == NJ_OK)
            return; // what was left may be derived from again
    FAIL("nothing was left of 299 copies");
}

static void revoke_errors(void)
{
    ANSWERS(cnode_revoke(SLOT_CNODE, slot_next()), NJ_EMPTY_SLOT);
    ANSWERS(cnode_revoke(SLOT_CNODE, 0), NJ_SLOT_RANGE);
    ANSWERS(cnode_revoke(SLOT_CNODE, SLOT_END), NJ_SLOT_RANGE);
}

static void inspect_shows_slots(void)
{
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, slot_next(), &found));
    SAME(found.kind, NJ_KIND_EMPTY);
    SAME(found.rights, 0);
    SAME(found.value, 0);
    SAME(badge_of(make(NJ_KIND_CNODE, 5)), 5 * 32);
    SAME(badge_of(make(NJ_KIND_THREAD, 0)), 0);
    SAME(badge_of(make(NJ_KIND_SPACE, 0)), 0);
    ANSWERS(cnode_inspect(SLOT_CNODE, 0, &found), NJ_SLOT_RANGE);
    ANSWERS(cnode_inspect(SLOT_CNODE, SLOT_END, &found), NJ_SLOT_RANGE);
}

static void info_counts_used_slots(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 300), endpoint = make(NJ_KIND_ENDPOINT, 0), slots, used;
    OK(cnode_info(table, &slots, &used));
    SAME(slots, 300);
    SAME(used, 0);
    for (uint32_t i = 1; i < 300; i += 3)
        OK(cnode_copy(table, i, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    OK(cnode_info(table, &slots, &used));
    SAME(used, 100);
    uint64_t words[8] = {301};
    ANSWERS(nj_invoke(table, NJ_CNODE_INFO, words), NJ_SLOT_RANGE);
}

static void smallest_and_largest_table(void)
{
    uint32_t small = make(NJ_KIND_CNODE, 2), large = make(NJ_KIND_CNODE, 65536), endpoint = make(NJ_KIND_ENDPOINT, 0);
    struct cnode_slot found;
    OK(cnode_copy(small, 1, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    ANSWERS(cnode_copy(small, 2, SLOT_CNODE, endpoint, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
    OK(cnode_copy(large, 65535, small, 1, NJ_RIGHT_SEND));
    OK(cnode_inspect(large, 65535, &found));
    SAME(found.rights, NJ_RIGHT_SEND);
    ANSWERS(cnode_copy(large, 65536, small, 1, NJ_RIGHT_ALL), NJ_SLOT_RANGE);
}

static void unknown_operation(void)
{
    ANSWERS(invoke_raw(SLOT_CNODE, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    ANSWERS(invoke_raw(SLOT_CNODE, UINT64_MAX, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void slots_are_checked_in_full_width(void)
{
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_DELETE, 1ull << 32 | SLOT_WORK, 0, 0, 0, 0), NJ_SLOT_RANGE);
    ANSWERS(invoke_raw(SLOT_CNODE, NJ_CNODE_INSPECT, UINT64_MAX, 0, 0, 0, 0), NJ_SLOT_RANGE);
    SAME(kind_of(SLOT_WORK), NJ_KIND_UNTYPED);
}

static const struct test_case cases[] = {
    CASE(copy_keeps_kind_rights_and_badge),
    CASE(copy_only_removes_rights),
    CASE(rights_beyond_the_known_do_nothing),
    CASE(copy_errors),
    CASE(mint_gives_a_badge_once),
    CASE(mint_only_where_badges_mean_something),
    CASE(every_kind_but_untyped_can_be_copied),
    CASE(move_keeps_everything),
    CASE(move_of_one_without_children),
    CASE(move_errors),
    CASE(move_between_tables),
    CASE(delete_empties_the_slot),
    CASE(delete_leaves_descendants_to_the_ancestor),
    CASE(delete_of_the_oldest_leaves_descendants_to_memory),
    CASE(revoke_spares_the_capability_itself),
    CASE(revoke_reaches_other_tables),
    CASE(revoke_of_a_chain),
    CASE(revoke_is_bounded_and_answers_again),
    CASE(retype_is_blocked_by_revoke_above),
    CASE(a_mark_of_an_abandoned_revoke_goes_with_its_capability),
    CASE(revoke_errors),
    CASE(inspect_shows_slots),
    CASE(info_counts_used_slots),
    CASE(smallest_and_largest_table),
    CASE(unknown_operation),
    CASE(slots_are_checked_in_full_width),
};
GROUP(cnode, cases);
