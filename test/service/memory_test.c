// SPDX-License-Identifier: Apache-2.0
// The memory manager: every byte and slot comes back, whatever a client did with its blocks.
#include "lib/object.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/memory/memory.h"
#include "test/service/test.h"
#include <string.h>

static uint32_t memory, self;

static uint64_t free_bytes(void)
{
    struct memory_stats stats;
    memory = startup_slot("memory");
    self = startup_slot("self-cnode");
    ANSWERS(memory_read_stats(memory, &stats), SERVICE_OK);
    return stats.free;
}

static uint32_t new_slot(void)
{
    uint32_t slot = NJ_SLOT_NONE;
    SAME(slot_allocate(&slot), NJ_OK);
    return slot;
}

static void memory_comes_back(void)
{
    uint64_t before = free_bytes(), id, bytes, left;
    uint32_t slot = new_slot();
    for (uint64_t size = 1; size <= 0x800000; size *= 7) {
        ANSWERS(memory_allocate(memory, size, "", slot, &id, &bytes), SERVICE_OK);
        CHECK(bytes >= size && (bytes & (bytes - 1)) == 0 && (bytes < 2 * size || bytes == 4096));
        SAME(free_bytes(), before - bytes);
        uint64_t has = 0;
        SAME(untyped_info(slot, &has, &left), NJ_OK);
        SAME(has, bytes);
        SAME(left, bytes);
        ANSWERS(memory_free(memory, id), SERVICE_OK);
        SAME(free_bytes(), before);
        SAME(untyped_info(slot, &has, &left), NJ_EMPTY_SLOT); // the capability is gone as well
    }
    slot_free(slot);
}

static void memory_takes_objects_back(void)
{
    uint64_t before = free_bytes(), id, bytes;
    uint32_t slot = new_slot(), first;
    SAME(slot_allocate_run(8, &first), NJ_OK);
    ANSWERS(memory_allocate(memory, 0x10000, "", slot, &id, &bytes), SERVICE_OK);
    SAME(untyped_retype(slot, NJ_KIND_FRAME, 4, 2, self, first), NJ_OK);
    SAME(untyped_retype(slot, NJ_KIND_ENDPOINT, 1, 0, self, first + 4), NJ_OK);
    SAME(untyped_retype(slot, NJ_KIND_CNODE, 1, 16, self, first + 5), NJ_OK);
    SAME(cnode_copy(first + 5, 3, self, first + 5, NJ_RIGHT_ALL), NJ_OK); // a cycle
    SAME(cnode_move(first + 5, 4, self, first + 4), NJ_OK);
    // Mapped frames must leave the address space with their memory.
    SAME(frame_map(first, startup_slot("self-space"), 0x20000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
    *(volatile uint64_t *)0x20000000 = 1;
    ANSWERS(memory_free(memory, id), SERVICE_OK);
    SAME(free_bytes(), before);
    for (uint32_t i = 0; i < 8; i++) {
        struct cnode_slot held;
        SAME(cnode_inspect(self, first + i, &held), NJ_OK);
        SAME(held.kind, NJ_KIND_EMPTY);
        slot_free(first + i);
    }
    slot_free(slot);
}

static void memory_frees_in_any_order(void)
{
    uint64_t before = free_bytes(), id[64], bytes;
    uint32_t first;
    SAME(slot_allocate_run(64, &first), NJ_OK);
    for (uint32_t i = 0; i < 64; i++)
        ANSWERS(memory_allocate(memory, 4096u << i % 6, "", first + i, &id[i], &bytes), SERVICE_OK);
    for (uint32_t i = 0; i < 64; i++)
        ANSWERS(memory_free(memory, id[i * 37 % 64]), SERVICE_OK);
    for (uint32_t i = 0; i < 64; i++)
        slot_free(first + i);
    SAME(free_bytes(), before);
}

static void memory_gives_all_there_is(void)
{
    struct memory_stats stats;
    uint64_t before = free_bytes(), id[64], bytes;
    uint32_t first, count = 0;
    SAME(slot_allocate_run(64, &first), NJ_OK);
    // Always the largest block: in the end nothing is left, and everything comes back.
    while (count < 64 && memory_read_stats(memory, &stats) == SERVICE_OK && stats.largest > 0) {
        ANSWERS(memory_allocate(memory, stats.largest, "", first + count, &id[count], &bytes), SERVICE_OK);
        SAME(bytes, stats.largest);
        count++;
    }
    SAME(free_bytes(), 0);
    uint32_t slot = new_slot();
    ANSWERS(memory_allocate(memory, 1, "", slot, &id[63], &bytes), SERVICE_NO_MEMORY);
    slot_free(slot);
    for (uint32_t i = 0; i < count; i++)
        ANSWERS(memory_free(memory, id[i]), SERVICE_OK);
    for (uint32_t i = 0; i < 64; i++)
        slot_free(first + i);
    SAME(free_bytes(), before);
}

static void memory_refuses_strangers_and_nonsense(void)
{
    uint64_t before = free_bytes(), id, other, bytes;
    uint32_t slot = new_slot();
    ANSWERS(memory_allocate(memory, 0, "", slot, &other, &bytes), SERVICE_BAD_REQUEST);
    ANSWERS(memory_allocate(memory, UINT64_MAX, "", slot, &other, &bytes), SERVICE_NO_MEMORY);
    ANSWERS(memory_allocate(memory, 4096, "", slot, &id, &bytes), SERVICE_OK);
    ANSWERS(memory_free(memory, id + 1), SERVICE_NOT_FOUND);
    ANSWERS(memory_free(memory, id + 0x10000), SERVICE_NOT_FOUND);
    ANSWERS(memory_free(memory, UINT64_MAX), SERVICE_NOT_FOUND);
    ANSWERS(memory_free(memory, id), SERVICE_OK);
    ANSWERS(memory_free(memory, id), SERVICE_NOT_FOUND);
    struct message message = {.word = {99}, .words = 1};
    ANSWERS(service_call(memory, &message, 1), SERVICE_BAD_OPERATION);
    message = (struct message){.words = 0};
    ANSWERS(service_call(memory, &message, 1), SERVICE_BAD_OPERATION);
    slot_free(slot);
    SAME(free_bytes(), before);
}

// A client that names no empty slot does not get the block, and does not lose it either.
static void memory_keeps_what_is_not_taken(void)
{
    uint64_t before = free_bytes(), id, bytes;
    ANSWERS(memory_allocate(memory, 8192, "", NJ_SLOT_NONE, &id, &bytes), SERVICE_BAD_ANSWER);
    SAME(free_bytes(), before);
    ANSWERS(memory_allocate(memory, 8192, "", self, &id, &bytes), SERVICE_BAD_ANSWER); // a slot in use
    SAME(free_bytes(), before);
    ANSWERS(memory_free(memory, id), SERVICE_NOT_FOUND);
}

static bool owner_holds(const char *name, uint64_t bytes, uint64_t blocks)
{
    struct memory_owner owner;
    for (uint32_t i = 0; memory_read_owner(memory, i, &owner) == SERVICE_OK; i++)
        if (owner.badge == startup_value("badge") && strcmp(owner.name, name) == 0)
            return owner.bytes == bytes && owner.blocks == blocks;
    return blocks == 0;
}

static void memory_knows_its_owners(void)
{
    uint64_t id[3], bytes;
    uint32_t first;
    (void)free_bytes();
    SAME(slot_allocate_run(3, &first), NJ_OK);
    ANSWERS(memory_allocate(memory, 4096, "one", first, &id[0], &bytes), SERVICE_OK);
    ANSWERS(memory_allocate(memory, 8192, "one", first + 1, &id[1], &bytes), SERVICE_OK);
    ANSWERS(memory_allocate(memory, 16384, "a name longer than 23 letters", first + 2, &id[2], &bytes), SERVICE_OK);
    CHECK(owner_holds("one", 12288, 2));
    CHECK(owner_holds("a name longer than 23 l", 16384, 1));
    ANSWERS(memory_free(memory, id[0]), SERVICE_OK);
    CHECK(owner_holds("one", 8192, 1));
    ANSWERS(memory_free(memory, id[1]), SERVICE_OK);
    ANSWERS(memory_free(memory, id[2]), SERVICE_OK);
    CHECK(owner_holds("one", 0, 0));
    for (uint32_t i = 0; i < 3; i++)
        slot_free(first + i);
}

static void memory_knows_what_root_returned(void)
{
    struct memory_stats stats;
    (void)free_bytes();
    ANSWERS(memory_read_stats(memory, &stats), SERVICE_OK);
    CHECK(stats.boot > 0x10000 && stats.boot < stats.total);
    SAME(stats.free, stats.total);
    SAME(stats.blocks, 0);
    SAME(stats.boot % 4096, 0);
}

const struct test memory_tests[] = {
    {"memory_knows_what_root_returned", memory_knows_what_root_returned},
    {"memory_comes_back", memory_comes_back},
    {"memory_takes_objects_back", memory_takes_objects_back},
    {"memory_frees_in_any_order", memory_frees_in_any_order},
    {"memory_gives_all_there_is", memory_gives_all_there_is},
    {"memory_refuses_strangers_and_nonsense", memory_refuses_strangers_and_nonsense},
    {"memory_keeps_what_is_not_taken", memory_keeps_what_is_not_taken},
    {"memory_knows_its_owners", memory_knows_its_owners},
    {NULL, NULL},
};
