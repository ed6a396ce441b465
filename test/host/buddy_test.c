// SPDX-License-Identifier: Apache-2.0
// The buddy tree of the memory manager, against a model of the memory: every block handed out lies in its parent, no two
// overlap, and after everything is freed the memory is as at the start.
#include "service/memory/buddy.h"
#include "test/host/test.h"
#include <stdlib.h>
#include <string.h>

#define PAGES 4096
static struct buddy buddy;
static uint64_t start_page[BUDDY_NODES]; // of every node, set by the hooks
static bool has_halves[BUDDY_NODES];
static uint8_t owner[PAGES]; // model: 1 where a block handed out lies
static unsigned reclaims, fail_splits;

static enum nj_status model_split(uint32_t node, uint32_t child, uint64_t half_pages)
{
    if (fail_splits > 0) {
        fail_splits--;
        return NJ_NO_MEMORY;
    }
    if (has_halves[node])
        test_fail(__FILE__, __LINE__, "node %u split twice", node);
    has_halves[node] = true;
    start_page[child] = start_page[node];
    start_page[child + 1] = start_page[node] + half_pages;
    return NJ_OK;
}

static enum nj_status model_reclaim(uint32_t node)
{
    reclaims++;
    has_halves[node] = false;
    return NJ_OK;
}

static void setup(void)
{
    static const struct buddy_hooks hooks = {model_split, model_reclaim};
    memset(has_halves, 0, sizeof(has_halves));
    memset(owner, 0, sizeof(owner));
    reclaims = fail_splits = 0;
    buddy_init(&buddy, &hooks, 4);
    start_page[buddy_next_arena(&buddy)] = 0;
    CHECK(buddy_add_arena(&buddy, 11)); // 2048 pages
    start_page[buddy_next_arena(&buddy)] = 2048;
    CHECK(buddy_add_arena(&buddy, 10)); // 1024 pages
}

static bool model_take(uint32_t node, bool take)
{
    uint64_t pages = 1ull << buddy.node[node].order;
    for (uint64_t i = start_page[node]; i < start_page[node] + pages; i++) {
        if (i >= PAGES || owner[i] == take)
            return false;
        owner[i] = take;
    }
    return true;
}

TEST(buddy_order_rounds_up)
{
    CHECK_EQUAL(buddy_order(0), 0);
    CHECK_EQUAL(buddy_order(1), 0);
    CHECK_EQUAL(buddy_order(2), 1);
    CHECK_EQUAL(buddy_order(3), 2);
    CHECK_EQUAL(buddy_order(1ull << 19), 19);
    CHECK_EQUAL(buddy_order((1ull << 19) + 1), BUDDY_ORDERS);
    CHECK_EQUAL(buddy_order(UINT64_MAX), BUDDY_ORDERS);
}

TEST(buddy_gives_back_what_it_took)
{
    setup();
    CHECK_EQUAL(buddy.total_pages, 3072);
    CHECK_EQUAL(buddy_largest(&buddy), 11);
    uint32_t a, b;
    REQUIRE(buddy_allocate(&buddy, 0, &a) == NJ_OK);
    REQUIRE(buddy_allocate(&buddy, 11, &b) == NJ_OK); // the small one came from the smaller arena
    CHECK_EQUAL(buddy.free_pages, 1023);
    CHECK_EQUAL(buddy_largest(&buddy), 9);
    CHECK_EQUAL(buddy_free(&buddy, a), NJ_OK);
    CHECK_EQUAL(buddy_free(&buddy, a), NJ_WRONG_STATE);
    CHECK_EQUAL(buddy_free(&buddy, b), NJ_OK);
    CHECK_EQUAL(buddy.free_pages, 3072);
    CHECK_EQUAL(buddy.taken, 0);
    CHECK_EQUAL(buddy_largest(&buddy), 11);
}

TEST(buddy_does_not_merge_without_need)
{
    setup();
    uint32_t a;
    for (int i = 0; i < 10; i++) {
        REQUIRE(buddy_allocate(&buddy, 3, &a) == NJ_OK);
        REQUIRE(buddy_free(&buddy, a) == NJ_OK);
    }
    CHECK_EQUAL(reclaims, 10); // one per free
}

TEST(buddy_merges_when_a_large_block_is_wanted)
{
    setup();
    uint32_t a[96], b;
    for (int i = 0; i < 96; i++)
        REQUIRE(buddy_allocate(&buddy, 5, &a[i]) == NJ_OK);
    CHECK_EQUAL(buddy_allocate(&buddy, 0, &b), NJ_NO_MEMORY);
    CHECK_EQUAL(buddy_largest(&buddy), BUDDY_ORDERS);
    for (int i = 0; i < 96; i++)
        REQUIRE(buddy_free(&buddy, a[i]) == NJ_OK);
    CHECK_EQUAL(buddy_largest(&buddy), 11);
    REQUIRE(buddy_allocate(&buddy, 11, &a[0]) == NJ_OK);
    REQUIRE(buddy_allocate(&buddy, 10, &a[1]) == NJ_OK);
    CHECK_EQUAL(buddy.free_pages, 0);
    CHECK_EQUAL(buddy_allocate(&buddy, 0, &b), NJ_NO_MEMORY);
}

TEST(buddy_survives_a_failing_split)
{
    setup();
    uint32_t a;
    fail_splits = 1;
    CHECK_EQUAL(buddy_allocate(&buddy, 0, &a), NJ_NO_MEMORY);
    CHECK_EQUAL(buddy.free_pages, 3072);
    CHECK_EQUAL(buddy_allocate(&buddy, 0, &a), NJ_OK);
    CHECK_EQUAL(buddy_free(&buddy, a), NJ_OK);
    CHECK_EQUAL(buddy_largest(&buddy), 11);
}

TEST(buddy_runs_out_of_nodes_and_recovers)
{
    setup();
    static uint32_t a[PAGES];
    uint32_t count = 0;
    enum nj_status status;
    while ((status = buddy_allocate(&buddy, 0, &a[count])) == NJ_OK)
        count++;
    CHECK_EQUAL(status, NJ_SLOT_USED);
    CHECK(count > BUDDY_NODES / 2 - 32);
    for (uint32_t i = 0; i < count; i++)
        REQUIRE(buddy_free(&buddy, a[i]) == NJ_OK);
    CHECK_EQUAL(buddy.free_pages, 3072);
    CHECK_EQUAL(buddy_allocate(&buddy, 11, &a[0]), NJ_OK);
    CHECK_EQUAL(buddy_allocate(&buddy, 10, &a[1]), NJ_OK);
}

TEST(buddy_random_work_keeps_blocks_apart)
{
    setup();
    uint32_t held[256];
    uint32_t count = 0;
    srand(1);
    for (int step = 0; step < 20000; step++) {
        if (count < 256 && rand() % 2) {
            uint32_t node;
            enum nj_status status = buddy_allocate(&buddy, (uint32_t)rand() % 8, &node);
            if (status != NJ_OK)
                continue;
            REQUIRE(model_take(node, true));
            held[count++] = node;
        } else if (count > 0) {
            uint32_t pick = (uint32_t)rand() % count;
            REQUIRE(model_take(held[pick], false));
            REQUIRE(buddy_free(&buddy, held[pick]) == NJ_OK);
            held[pick] = held[--count];
        }
        uint64_t used = 0;
        for (uint32_t i = 0; i < count; i++)
            used += 1ull << buddy.node[held[i]].order;
        REQUIRE(buddy.free_pages == buddy.total_pages - used);
        REQUIRE(buddy.taken == count);
    }
    while (count > 0)
        REQUIRE(buddy_free(&buddy, held[--count]) == NJ_OK);
    CHECK_EQUAL(buddy_largest(&buddy), 11);
    CHECK_EQUAL(buddy_allocate(&buddy, 11, &held[0]), NJ_OK);
    CHECK_EQUAL(buddy_allocate(&buddy, 10, &held[0]), NJ_OK);
}
