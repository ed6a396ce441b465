// SPDX-License-Identifier: Apache-2.0
// Untyped memory: making objects, splitting, taking everything back.
#include "test/kernel/test.h"
#include <string.h>

static const struct {
    enum nj_kind kind;
    uint64_t size, bytes;
} kinds[] = {
    {NJ_KIND_UNTYPED, 1, 4096}, {NJ_KIND_CNODE, 2, 64},    {NJ_KIND_ENDPOINT, 0, 32}, {NJ_KIND_NOTIFICATION, 0, 32},
    {NJ_KIND_REPLY, 0, 32},     {NJ_KIND_THREAD, 0, 1024}, {NJ_KIND_SCHED, 0, 256},   {NJ_KIND_SPACE, 0, 512},
    {NJ_KIND_CODE, 0, 128},     {NJ_KIND_FRAME, 1, 4096},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void retype_makes_each_kind(void)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        uint32_t slot = make(kinds[i].kind, kinds[i].size);
        SAME(kind_of(slot), kinds[i].kind);
        OK(invoke_raw(slot, NJ_OP_NULL, 0, 0, 0, 0, 0));
    }
}

static void retype_charges_the_size_of_objects(void)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        make(kinds[i].kind, kinds[i].size);
        uint64_t before = work_left();
        make(kinds[i].kind, kinds[i].size);
        SAME(before - work_left(), kinds[i].bytes);
    }
}

static void retype_fills_consecutive_slots(void)
{
    uint32_t first = slot_next_run(100);
    uint64_t words[8] = {NJ_KIND_ENDPOINT, 98, 0, SLOT_CNODE, first + 1};
    enum nj_status status = nj_invoke(SLOT_WORK, NJ_UNTYPED_RETYPE, words);
    for (uint32_t i = 0; status == NJ_AGAIN && i < 100; i++) {
        memcpy(words, (uint64_t[8]){NJ_KIND_ENDPOINT, 98, 0, SLOT_CNODE, first + 1}, sizeof(words));
        status = nj_invoke(SLOT_WORK, NJ_UNTYPED_RETYPE, words);
    }
    OK(status);
    SAME(words[0], 98);
    SAME(kind_of(first), NJ_KIND_EMPTY);
    for (uint32_t i = 1; i < 99; i++)
        SAME(kind_of(first + i), NJ_KIND_ENDPOINT);
    SAME(kind_of(first + 99), NJ_KIND_EMPTY);
}

static void retype_gives_all_rights_and_no_badge(void)
{
    struct cnode_slot found;
    OK(cnode_inspect(SLOT_CNODE, make(NJ_KIND_ENDPOINT, 0), &found));
    SAME(found.rights, NJ_RIGHT_ALL);
    SAME(found.value, 0);
    OK(cnode_inspect(SLOT_CNODE, make(NJ_KIND_FRAME, 7), &found));
    SAME(found.rights, NJ_RIGHT_ALL);
    SAME(found.value, 7 * 4096);
}

static void retype_refuses_kinds_that_are_not_made_of_memory(void)
{
    static const uint64_t wrong[] = {
        NJ_KIND_EMPTY,  NJ_KIND_INTERRUPT, NJ_KIND_HART,      NJ_KIND_SCHED_CONTROL,  NJ_KIND_INTERRUPT_CONTROL,
        NJ_KIND_SYSTEM, NJ_KIND_COUNT,     NJ_KIND_COUNT + 1, 256 + NJ_KIND_ENDPOINT, UINT64_MAX};
    uint32_t slot = slot_next();
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, wrong[i], 1, 0, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
    SAME(work_left(), WORK_PAGES * 4096ull);
}

static void retype_checks_sizes(void)
{
    static const struct {
        uint64_t kind, size;
    } wrong[] = {
        {NJ_KIND_CNODE, 0},
        {NJ_KIND_CNODE, 1},
        {NJ_KIND_CNODE, 65537},
        {NJ_KIND_FRAME, 0},
        {NJ_KIND_FRAME, 513},
        {NJ_KIND_UNTYPED, 0},
        {NJ_KIND_ENDPOINT, 1},
        {NJ_KIND_THREAD, 1},
        {NJ_KIND_FRAME, 1ull << 32},
        {NJ_KIND_CNODE, (1ull << 32) + 2},
        {NJ_KIND_UNTYPED, UINT64_MAX},
        {NJ_KIND_UNTYPED, 0xffffffff},
    };
    uint32_t slot = slot_next();
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, wrong[i].kind, 1, wrong[i].size, SLOT_CNODE, slot),
                NJ_BAD_ARGUMENT);
    SAME(work_left(), WORK_PAGES * 4096ull);
}

static void retype_checks_counts(void)
{
    static const uint64_t wrong[] = {0, NJ_RETYPE_MAX + 1, 1ull << 32, UINT64_MAX};
    uint32_t slot = slot_next();
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, wrong[i], 0, SLOT_CNODE, slot),
                NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, 2, NJ_RETYPE_PAGES_MAX, SLOT_CNODE, slot),
            NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, NJ_KIND_CNODE, NJ_RETYPE_MAX, 65536, SLOT_CNODE, slot),
            NJ_BAD_ARGUMENT);
}

static void retype_256_at_once(void)
{
    uint32_t first = slot_next_run(NJ_RETYPE_MAX);
    OK(untyped_retype(SLOT_WORK, NJ_KIND_REPLY, NJ_RETYPE_MAX, 0, SLOT_CNODE, first));
    SAME(kind_of(first), NJ_KIND_REPLY);
    SAME(kind_of(first + NJ_RETYPE_MAX - 1), NJ_KIND_REPLY);
}

static void retype_checks_the_destination(void)
{
    uint32_t table = make(NJ_KIND_CNODE, 8);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, SLOT_SPACE, 1), NJ_WRONG_KIND);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, slot_next(), 1), NJ_EMPTY_SLOT);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, 100000, 1), NJ_SLOT_RANGE);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, table, 0), NJ_SLOT_RANGE);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, table, 8), NJ_SLOT_RANGE);
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 2, 0, table, 7), NJ_SLOT_RANGE);
    ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 1, 0, table, 1ull << 32), NJ_SLOT_RANGE);
    ANSWERS(invoke_raw(SLOT_WORK, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 2, 0, table, UINT64_MAX), NJ_SLOT_RANGE);
    OK(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, table, 3));
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 3, 0, table, 1), NJ_SLOT_USED);
    uint64_t left = work_left();
    ANSWERS(untyped_retype(SLOT_WORK, NJ_KIND_ENDPOINT, 1, 0, table, 3), NJ_SLOT_USED);
    SAME(work_left(), left);
}

static void retype_ends_where_the_memory_ends(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), slot = slot_next_run(3);
    ANSWERS(untyped_retype(memory, NJ_KIND_FRAME, 1, 3, SLOT_CNODE, slot), NJ_NO_MEMORY);
    ANSWERS(untyped_retype(memory, NJ_KIND_FRAME, 3, 1, SLOT_CNODE, slot), NJ_NO_MEMORY);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
    OK(untyped_retype(memory, NJ_KIND_FRAME, 2, 1, SLOT_CNODE, slot));
    ANSWERS(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot + 2), NJ_NO_MEMORY);
}

static void small_objects_of_one_kind_share_pages(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), slot = slot_next_run(129);
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 128, 0, SLOT_CNODE, slot));
    ANSWERS(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot + 128), NJ_NO_MEMORY);
}

static void objects_of_one_call_stand_alone(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), first = slot_next_run(6), copy = slot_next();
    uint64_t word;
    for (uint32_t round = 0; round < 3; round++) {
        OK(untyped_retype(memory, NJ_KIND_NOTIFICATION, 6, 0, SLOT_CNODE, first));
        OK(cnode_copy(SLOT_CNODE, copy, SLOT_CNODE, first + 3, NJ_RIGHT_ALL));
        OK(cnode_mint(SLOT_CNODE, SLOT_END - 1, SLOT_CNODE, first + 3, NJ_RIGHT_ALL, 8));
        delete (first + 3); // two others are left
        OK(nj_signal(SLOT_END - 1));
        OK(nj_poll(copy, &word));
        SAME(word, 8);
        for (uint32_t i = 0; i < 6; i++) {
            if (i != 3)
                ANSWERS(nj_poll(first + i, &word), NJ_WOULD_BLOCK);
            delete (first + i);
        }
        SAME(kind_of(copy), NJ_KIND_NOTIFICATION);
        revoke(memory);
        SAME(kind_of(copy), NJ_KIND_EMPTY);
        SAME(kind_of(SLOT_END - 1), NJ_KIND_EMPTY);
    }
}

static void different_kinds_never_share_a_page(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 2), slot = slot_next_run(3);
    OK(untyped_retype(memory, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot));
    OK(untyped_retype(memory, NJ_KIND_NOTIFICATION, 1, 0, SLOT_CNODE, slot + 1));
    ANSWERS(untyped_retype(memory, NJ_KIND_REPLY, 1, 0, SLOT_CNODE, slot + 2), NJ_NO_MEMORY);
}

static void info_tells_size_and_rest(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 5);
    uint64_t bytes, left;
    OK(untyped_info(memory, &bytes, &left));
    SAME(bytes, 5 * 4096);
    SAME(left, 5 * 4096);
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 2, SLOT_CNODE, slot_next()));
    OK(untyped_info(memory, &bytes, &left));
    SAME(bytes, 5 * 4096);
    SAME(left, 3 * 4096);
    SAME(badge_of(memory), 5 * 4096);
}

static void unknown_operation(void)
{
    ANSWERS(invoke_raw(SLOT_WORK, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    ANSWERS(invoke_raw(SLOT_WORK, 1ull << 32 | NJ_UNTYPED_INFO, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void revoke_makes_it_whole(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 64), slot = slot_next_run(KINDS);
    uint64_t bytes, left;
    for (uint32_t i = 0; i < KINDS; i++)
        OK(untyped_retype(memory, kinds[i].kind, 1, kinds[i].size, SLOT_CNODE, slot + i));
    revoke(memory);
    for (uint32_t i = 0; i < KINDS; i++)
        SAME(kind_of(slot + i), NJ_KIND_EMPTY);
    OK(untyped_info(memory, &bytes, &left));
    SAME(left, 64 * 4096);
}

static void revoke_of_a_part_frees_the_part(void)
{
    uint32_t part = make(NJ_KIND_UNTYPED, 4), frame = slot_next(), other = make(NJ_KIND_ENDPOINT, 0);
    OK(untyped_retype(part, NJ_KIND_FRAME, 1, 4, SLOT_CNODE, frame));
    ANSWERS(untyped_retype(part, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot_next()), NJ_NO_MEMORY);
    revoke(part);
    SAME(kind_of(frame), NJ_KIND_EMPTY);
    SAME(kind_of(other), NJ_KIND_ENDPOINT);
    OK(untyped_retype(part, NJ_KIND_FRAME, 1, 4, SLOT_CNODE, frame));
}

static void deleting_an_object_does_not_free_its_memory(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), frame = slot_next();
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, frame));
    delete (frame);
    ANSWERS(untyped_retype(memory, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, frame), NJ_NO_MEMORY);
    revoke(memory);
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, frame));
}

static void memory_is_zero_again(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 4), frame = slot_next();
    volatile uint64_t *words = (volatile uint64_t *)0x38000000;
    for (uint32_t round = 0; round < 3; round++) {
        OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 4, SLOT_CNODE, frame));
        OK(frame_map(frame, SLOT_SPACE, 0x38000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
        for (uint32_t i = 0; i < 4 * 512; i++) {
            SAME(words[i], 0);
            words[i] = UINT64_MAX;
        }
        revoke(memory);
    }
}

static void objects_are_fresh_after_revoke(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), notification = slot_next();
    for (uint32_t round = 0; round < 3; round++) {
        uint64_t word;
        OK(untyped_retype(memory, NJ_KIND_NOTIFICATION, 1, 0, SLOT_CNODE, notification));
        ANSWERS(nj_poll(notification, &word), NJ_WOULD_BLOCK);
        OK(cnode_mint(SLOT_CNODE, SLOT_END - 1, SLOT_CNODE, notification, NJ_RIGHT_ALL, 0x55));
        OK(nj_signal(SLOT_END - 1));
        revoke(memory);
        SAME(kind_of(SLOT_END - 1), NJ_KIND_EMPTY);
    }
}

static void untyped_cannot_be_copied(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), slot = slot_next();
    ANSWERS(cnode_copy(SLOT_CNODE, slot, SLOT_CNODE, memory, NJ_RIGHT_ALL), NJ_WRONG_KIND);
    ANSWERS(cnode_mint(SLOT_CNODE, slot, SLOT_CNODE, memory, NJ_RIGHT_ALL, 1), NJ_WRONG_KIND);
    OK(cnode_move(SLOT_CNODE, slot, SLOT_CNODE, memory));
    SAME(kind_of(memory), NJ_KIND_EMPTY);
    OK(untyped_retype(slot, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, memory));
    revoke(slot);
    SAME(kind_of(memory), NJ_KIND_EMPTY);
}

static void nested_untyped_ten_deep(void)
{
    uint32_t slot[10];
    slot[0] = make(NJ_KIND_UNTYPED, 16);
    for (uint32_t i = 1; i < 10; i++) {
        slot[i] = slot_next();
        OK(untyped_retype(slot[i - 1], NJ_KIND_UNTYPED, 1, 16 - i, SLOT_CNODE, slot[i]));
    }
    uint32_t endpoint = slot_next();
    OK(untyped_retype(slot[9], NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, endpoint));
    delete (slot[5]); // what came from it belongs to its parent now
    SAME(kind_of(endpoint), NJ_KIND_ENDPOINT);
    revoke(slot[4]);
    SAME(kind_of(endpoint), NJ_KIND_EMPTY);
    SAME(kind_of(slot[6]), NJ_KIND_EMPTY);
    SAME(kind_of(slot[4]), NJ_KIND_UNTYPED);
    OK(untyped_retype(slot[4], NJ_KIND_UNTYPED, 1, 12, SLOT_CNODE, slot[5]));
}

static void boot_memory_in_use_cannot_be_retyped(void)
{
    uint32_t slot = slot_next();
    ANSWERS(untyped_retype(NJ_BOOT_SLOT_ROOT_MEMORY, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot), NJ_NO_MEMORY);
    ANSWERS(untyped_retype(NJ_BOOT_SLOT_ROOT_FILE, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot), NJ_NO_MEMORY);
}

static const struct test_case cases[] = {
    CASE(retype_makes_each_kind),
    CASE(retype_charges_the_size_of_objects),
    CASE(retype_fills_consecutive_slots),
    CASE(retype_gives_all_rights_and_no_badge),
    CASE(retype_refuses_kinds_that_are_not_made_of_memory),
    CASE(retype_checks_sizes),
    CASE(retype_checks_counts),
    CASE(retype_256_at_once),
    CASE(retype_checks_the_destination),
    CASE(retype_ends_where_the_memory_ends),
    CASE(small_objects_of_one_kind_share_pages),
    CASE(objects_of_one_call_stand_alone),
    CASE(different_kinds_never_share_a_page),
    CASE(info_tells_size_and_rest),
    CASE(unknown_operation),
    CASE(revoke_makes_it_whole),
    CASE(revoke_of_a_part_frees_the_part),
    CASE(deleting_an_object_does_not_free_its_memory),
    CASE(memory_is_zero_again),
    CASE(objects_are_fresh_after_revoke),
    CASE(untyped_cannot_be_copied),
    CASE(nested_untyped_ten_deep),
    CASE(boot_memory_in_use_cannot_be_retyped),
};
GROUP(untyped, cases);
