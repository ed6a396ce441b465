// SPDX-License-Identifier: Apache-2.0
// The timer's deadlines come in order, once each, against a plain list.
#include "service/timer/deadline.h"
#include "test/host/test.h"
#include <stdlib.h>
#include <string.h>

static struct deadlines deadlines;

TEST(deadline_none)
{
    uint32_t id;
    memset(&deadlines, 0, sizeof(deadlines));
    CHECK_EQUAL(deadline_next(&deadlines), DEADLINE_NEVER);
    CHECK(!deadline_take(&deadlines, UINT64_MAX, &id));
    CHECK(!deadline_cancel(&deadlines, 3));
}

TEST(deadline_order_and_ties)
{
    uint32_t id;
    memset(&deadlines, 0, sizeof(deadlines));
    CHECK(deadline_set(&deadlines, 1, 50));
    CHECK(deadline_set(&deadlines, 2, 40));
    CHECK(deadline_set(&deadlines, 3, 50));
    CHECK(deadline_set(&deadlines, 4, 60));
    CHECK_EQUAL(deadline_next(&deadlines), 40);
    CHECK(!deadline_take(&deadlines, 39, &id));
    CHECK(deadline_take(&deadlines, 55, &id) && id == 2);
    CHECK(deadline_take(&deadlines, 55, &id) && id == 1);
    CHECK(deadline_take(&deadlines, 55, &id) && id == 3);
    CHECK(!deadline_take(&deadlines, 55, &id));
    CHECK_EQUAL(deadline_next(&deadlines), 60);
}

TEST(deadline_replaces)
{
    uint32_t id;
    memset(&deadlines, 0, sizeof(deadlines));
    CHECK(deadline_set(&deadlines, 1, 50));
    CHECK(deadline_set(&deadlines, 1, 70));
    CHECK_EQUAL(deadlines.count, 1);
    CHECK(!deadline_take(&deadlines, 60, &id));
    CHECK(deadline_cancel(&deadlines, 1));
    CHECK_EQUAL(deadlines.count, 0);
}

TEST(deadline_full)
{
    memset(&deadlines, 0, sizeof(deadlines));
    for (uint32_t id = 0; id < DEADLINES_MAX; id++)
        REQUIRE(deadline_set(&deadlines, id, id));
    CHECK(!deadline_set(&deadlines, DEADLINES_MAX, 5));
    CHECK(deadline_set(&deadlines, 7, 1000)); // replacing needs no room
    CHECK_EQUAL(deadlines.count, DEADLINES_MAX);
}

TEST(deadline_random_against_model)
{
    uint64_t model[DEADLINES_MAX]; // 0: none
    memset(model, 0, sizeof(model));
    memset(&deadlines, 0, sizeof(deadlines));
    srand(2);
    for (int step = 0; step < 50000; step++) {
        uint32_t id = (uint32_t)rand() % DEADLINES_MAX;
        uint64_t time = 1 + (uint64_t)rand() % 1000;
        switch (rand() % 3) {
        case 0:
            REQUIRE(deadline_set(&deadlines, id, time));
            model[id] = time;
            break;
        case 1:
            REQUIRE(deadline_cancel(&deadlines, id) == (model[id] != 0));
            model[id] = 0;
            break;
        default:
            if (deadline_take(&deadlines, time, &id)) {
                REQUIRE(model[id] != 0 && model[id] <= time);
                for (uint32_t i = 0; i < DEADLINES_MAX; i++)
                    REQUIRE(model[i] == 0 || model[i] >= model[id]);
                model[id] = 0;
            } else {
                for (uint32_t i = 0; i < DEADLINES_MAX; i++)
                    REQUIRE(model[i] == 0 || model[i] > time);
            }
        }
    }
}
