// SPDX-License-Identifier: Apache-2.0
// Untyped memory, spaces, frames, code: what is given comes back, cleared, and nothing overlaps.
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/vector.h"
#include "test/host/kernel.h"
#include <stdlib.h>

TEST(retype_checks_before_it_makes)
{
    boot();
    uint64_t before = free_bytes();
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_EMPTY, 1, 0, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_HART, 1, 0, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 0, 0, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, NJ_RETYPE_MAX + 1, 0, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 1, 1, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, 1, 0, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, 1, 513, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_CNODE, 1, 1, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_UNTYPED, 1, UINT64_MAX, CNODE, 100), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_UNTYPED, 1, HOST_PAGES, CNODE, 100), NJ_NO_MEMORY);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 2, 0, CNODE, 255), NJ_SLOT_RANGE);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 1, 0, CNODE, UINT64_MAX), NJ_SLOT_RANGE);
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_ENDPOINT, 1, 0, CNODE, CNODE), NJ_SLOT_USED);
    CHECK_EQUAL(free_bytes(), before);
}

TEST(small_objects_share_pages_and_kinds_do_not)
{
    boot();
    uint64_t before = free_bytes();
    make(NJ_KIND_ENDPOINT, 1, 0, 100);
    make(NJ_KIND_ENDPOINT, 3, 0, 101);
    CHECK_EQUAL(before - free_bytes(), 4 * sizeof(struct endpoint));
    make(NJ_KIND_NOTIFICATION, 1, 0, 104);
    CHECK_EQUAL(before - free_bytes(), PAGE_BYTES + sizeof(struct notification));
}

TEST(memory_comes_back_cleared)
{
    boot();
    uint64_t before = free_bytes();
    make(NJ_KIND_FRAME, 2, 3, 100);
    uint32_t page = slots[spaces[threads[root].space].cnode.cap.object + 100].cap.object;
    pages[page][7] = 0x1234;
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_EQUAL(pages[page][7], 0);
    CHECK_EQUAL(page_kind(page), PAGE_FREE);
    CHECK_EQUAL(free_bytes(), before);
    CHECK_TEXT(check_invariants(1), NULL);
}

// Threads of one space: each takes a page when it first uses vector registers, and leaves it to the next.
TEST(pages_for_vector_registers_stay_in_their_space)
{
    boot();
    uint32_t first = start_thread(100, 101, 10, 100000, 100000), second = start_thread(102, 103, 10, 100000, 100000);
    uint32_t space = threads[first].space;
    CHECK_EQUAL(host_vector_use(first), first);
    CHECK_EQUAL(host_vector_use(second), second);
    CHECK_TEXT(check_invariants(1), NULL);
    uint32_t page = threads[first].vector_page;
    CHECK(page != NIL && page != threads[second].vector_page);
    CHECK_EQUAL(host_vector_owner(), second);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 102), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 100), NJ_OK);
    CHECK_EQUAL(host_vector_owner(), NIL);
    CHECK_EQUAL(spaces[space].vector_pages, page);
    uint32_t third = start_thread(104, 105, 10, 100000, 100000);
    CHECK_EQUAL(host_vector_use(third), third);
    CHECK_EQUAL(threads[third].vector_page, page);
    CHECK_TEXT(check_invariants(1), NULL);
}

// While a space is being taken apart its threads get no more of it.
TEST(no_page_for_vector_registers_in_a_dying_space)
{
    boot();
    make(NJ_KIND_UNTYPED, 1, 24, 110);
    make(NJ_KIND_SPACE, 1, 0, 100);
    make(NJ_KIND_THREAD, 1, 0, 111);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_SUPPLY, 110), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, CNODE), NJ_OK);
    CHECK_EQUAL(INVOKE(111, NJ_THREAD_CONFIGURE, 100, 1, 1, 0, 0), NJ_OK);
    uint32_t own = spaces[threads[root].space].cnode.cap.object, thread = slots[own + 111].cap.object;
    uint32_t space = threads[thread].space;
    spaces[space].is_dead = true;
    CHECK_EQUAL(vector_begin(thread), NJ_NEEDS_SUPPLY);
    CHECK_EQUAL(threads[thread].vector_page, NIL);
    spaces[space].is_dead = false;
    CHECK_EQUAL(vector_begin(thread), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_EQUAL(spaces[space].vector_pages, NIL);
    CHECK_TEXT(check_invariants(1), NULL);
}

// Objects of one call are siblings, the last one made first, and each is counted once.
TEST(objects_of_one_call_are_children_of_the_memory)
{
    static const enum nj_kind kinds[] = {NJ_KIND_CNODE, NJ_KIND_ENDPOINT, NJ_KIND_THREAD, NJ_KIND_FRAME, NJ_KIND_UNTYPED};
    for (uint32_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        boot();
        uint32_t own = spaces[threads[root].space].cnode.cap.object, memory = own + MEMORY;
        uint32_t before = derive_first_child(memory);
        bool has_size = kinds[k] == NJ_KIND_CNODE || kinds[k] == NJ_KIND_FRAME || kinds[k] == NJ_KIND_UNTYPED;
        make(kinds[k], 20, has_size ? 2 : 0, 100);
        uint32_t child = derive_first_child(memory);
        for (uint32_t i = 20; i-- > 0; child = token_next(token_close(child)) / 2u) {
            CHECK_EQUAL(child, own + 100 + i);
            CHECK_EQUAL(derive_has_children(child), false);
            CHECK_EQUAL(slots[child].cap.kind, kinds[k]);
        }
        CHECK_EQUAL(child, before); // what was made earlier comes behind them, or the end of the memory's bracket
        CHECK_EQUAL(slots[own + 101].cap.object > slots[own + 100].cap.object, true);
        if (kinds[k] == NJ_KIND_CNODE)
            CHECK_EQUAL(cnode_reference(slots[own + 119].cap.object, 0), 1);
        if (kinds[k] == NJ_KIND_ENDPOINT)
            CHECK_EQUAL(endpoints[slots[own + 119].cap.object].references, 1);
        if (kinds[k] == NJ_KIND_THREAD)
            CHECK_EQUAL(threads[slots[own + 119].cap.object].references, 1);
        CHECK_TEXT(check_invariants(1), NULL);
    }
}

TEST(objects_of_one_call_go_in_any_order)
{
    for (uint32_t step = 1; step < 7; step++) { // 7 is prime: i * step visits all
        boot();
        make(NJ_KIND_ENDPOINT, 7, 0, 100);
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 110, CNODE, 103, NJ_RIGHT_ALL), NJ_OK);
        for (uint32_t i = 0; i < 7; i++) {
            CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 100 + i * step % 7), NJ_OK);
            CHECK_TEXT(check_invariants(1), NULL);
            for (uint32_t other = i + 1; other < 7; other++)
                CHECK_EQUAL(kind_in(100 + other * step % 7), NJ_KIND_ENDPOINT);
        }
        uint32_t own = spaces[threads[root].space].cnode.cap.object;
        CHECK_EQUAL(endpoints[slots[own + 110].cap.object].references, 1);
    }
}

// The page-kind table is written by whole words: neighbours keep their kind wherever a run begins and ends.
TEST(a_run_of_frames_changes_the_kind_of_its_pages_only)
{
    for (uint32_t before = 1; before <= 17; before++) {
        for (uint32_t count = 1; count <= 34; count += 3) {
            boot();
            make(NJ_KIND_FRAME, before, 1, 10 + 20);
            make(NJ_KIND_FRAME, count, 1, 100);
            uint32_t own = spaces[threads[root].space].cnode.cap.object;
            uint32_t first = slots[own + 100].cap.object;
            for (uint32_t i = 0; i < before + count; i++)
                CHECK_EQUAL(page_kind(first - before + i), PAGE_FRAME);
            CHECK_EQUAL(page_kind(first + count), PAGE_DIRTY);
            CHECK_EQUAL(page_kind(first - before - 1) != PAGE_FRAME, true);
        }
    }
}

TEST(dirty_memory_is_cleared_before_it_gets_a_type)
{
    boot();
    for (uint32_t page = HOST_FIRST_PAGE; page < HOST_PAGES; page++)
        if (page_kind(page) == PAGE_DIRTY)
            pages[page][3] = ~0ull;
    make(NJ_KIND_THREAD, 20, 0, 100);
    for (uint64_t i = 0; i < 20; i++) {
        CHECK_EQUAL(INVOKE(100 + i, NJ_THREAD_INFO, 0), NJ_OK);
        CHECK_EQUAL(result(0), NJ_THREAD_INACTIVE);
    }
}

TEST(a_space_lives_on_its_supply)
{
    boot();
    make(NJ_KIND_SPACE, 1, 0, 100);
    make(NJ_KIND_CNODE, 1, 16, 101);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, 101), NJ_NEEDS_SUPPLY);
    make(NJ_KIND_UNTYPED, 1, 2, 102);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_SUPPLY, 102), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, 101), NJ_WRONG_STATE);
    make(NJ_KIND_FRAME, 1, 1, 103);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x10000, NJ_RIGHT_READ), NJ_OK);
    make(NJ_KIND_FRAME, 1, 1, 104);
    CHECK_EQUAL(INVOKE(104, NJ_FRAME_MAP, 100, 0x40000000, NJ_RIGHT_READ), NJ_NEEDS_SUPPLY);
}

TEST(only_unused_memory_becomes_a_supply)
{
    boot();
    make(NJ_KIND_SPACE, 1, 0, 100);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_SUPPLY, MEMORY), NJ_IN_USE);
}

TEST(a_frame_is_mapped_once_and_unmapped_with_its_capability)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    uint32_t space = slots[spaces[threads[root].space].cnode.cap.object + 100].cap.object;
    make(NJ_KIND_FRAME, 1, 40, 103);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x10001, NJ_RIGHT_READ), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0, NJ_RIGHT_READ), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x10000, NJ_RIGHT_WRITE), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x10000, NJ_RIGHT_READ | NJ_RIGHT_WRITE | NJ_RIGHT_EXECUTE),
                NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x10000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
    CHECK_EQUAL(host_mapped_pages(space), 40);
    CHECK_EQUAL(INVOKE(103, NJ_FRAME_MAP, 100, 0x80000, NJ_RIGHT_READ), NJ_ALREADY_MAPPED);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 104, CNODE, 103, NJ_RIGHT_READ), NJ_OK);
    CHECK_EQUAL(INVOKE(104, NJ_FRAME_MAP, 100, 0x10000, NJ_RIGHT_READ), NJ_ALREADY_MAPPED);
    CHECK_EQUAL(INVOKE(104, NJ_FRAME_MAP, 100, 0x80000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_NO_RIGHT);
    CHECK_EQUAL(INVOKE(104, NJ_FRAME_MAP, 100, 0x80000, NJ_RIGHT_READ), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 103), NJ_OK);
    CHECK_EQUAL(host_mapped_pages(space), 40);
    CHECK_EQUAL(INVOKE(104, NJ_FRAME_UNMAP, 0), NJ_OK);
    CHECK_EQUAL(host_mapped_pages(space), 0);
}

TEST(a_slice_stays_inside_its_frame)
{
    boot();
    make(NJ_KIND_FRAME, 1, 8, 100);
    CHECK_EQUAL(INVOKE(100, NJ_FRAME_SLICE, 8, 1, CNODE, 101), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(100, NJ_FRAME_SLICE, 4, 5, CNODE, 101), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(100, NJ_FRAME_SLICE, UINT64_MAX, 2, CNODE, 101), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(100, NJ_FRAME_SLICE, 4, 4, CNODE, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(101, NJ_FRAME_INFO, 0), NJ_OK);
    CHECK_EQUAL(result(0), 4 * PAGE_BYTES);
}

TEST(copying_between_spaces_touches_memory_and_obeys_rights)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    make_space(120, 130, 16, NJ_SPACE_PROCESS);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x10000, 0x4000), NJ_OK);
    CHECK_EQUAL(INVOKE(120, NJ_SPACE_MEMORY, 0x10000, 0x4000), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_COPY, 0x10ffb, 120, 0x11002, 100), NJ_OK);
    CHECK_EQUAL(result(0), 5); // up to the end of the page
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_COPY, 0x14000, 120, 0x10000, 1), NJ_BAD_ADDRESS);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 140, CNODE, 100, NJ_RIGHT_READ), NJ_OK);
    CHECK_EQUAL(INVOKE(140, NJ_SPACE_COPY, 0x10000, 120, 0x10000, 8), NJ_NO_RIGHT);
    CHECK_EQUAL(INVOKE(120, NJ_SPACE_COPY, 0x10000, 140, 0x10000, 8), NJ_OK);
}

// Nor gets code to run in it, which would use its capabilities.
TEST(who_may_only_read_a_space_changes_nothing_in_it)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    make(NJ_KIND_UNTYPED, 1, 1, 120);
    make(NJ_KIND_FRAME, 1, 1, 121);
    make(NJ_KIND_FRAME, 1, 2, 122);
    make(NJ_KIND_THREAD, 1, 0, 123);
    make(NJ_KIND_CODE, 1, 0, 124);
    make(NJ_KIND_NOTIFICATION, 1, 0, 125);
    for (uint64_t i = 0, rights = NJ_RIGHT_READ; i < 2; i++, rights = NJ_RIGHT_ALL) {
        enum nj_status status = i == 0 ? NJ_NO_RIGHT : NJ_OK, gate = i == 0 ? NJ_NO_RIGHT : NJ_WRONG_STATE;
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_COPY, 140 + i, CNODE, 100, rights), NJ_OK);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_GATE, 0, 0, CNODE, 150), gate);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_GATE_RESET, 0), gate);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, CNODE), gate);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_ATTACH, 124, PAGE_BYTES, PAGE_BYTES), gate);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_SUPPLY, 120), status);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_MEMORY, 0x10000, 0x1000), status);
        CHECK_EQUAL(INVOKE(121, NJ_FRAME_MAP, 140 + i, 0x20000, NJ_RIGHT_READ), status);
        CHECK_EQUAL(INVOKE(122, NJ_FRAME_MAP, 140 + i, 0x30000, NJ_RIGHT_READ), status);
        CHECK_EQUAL(INVOKE(123, NJ_THREAD_CONFIGURE, 140 + i, 0, 0, 0, 0), status);
        CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_HART, NJ_HART_BIND, 140 + i, 125), status);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_INFO, 0), NJ_OK);
        CHECK_EQUAL(INVOKE(140 + i, NJ_SPACE_GATE_STATE, 0), NJ_OK);
    }
}

TEST(memory_of_a_space_grows_and_never_shrinks)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x10000, 0x4000), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x10000, 0x8000), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x10000, 0x4000), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x20000, 0x8000), NJ_BAD_ARGUMENT);
}

// The table with the slot that is revoked is held by a space alone, whose last capability is in the revoked memory.
TEST(memory_whose_own_slot_goes_while_it_is_cleared)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    make(NJ_KIND_UNTYPED, 1, 4, 120);
    CHECK_EQUAL(INVOKE(120, NJ_UNTYPED_RETYPE, NJ_KIND_FRAME, 1, 2, CNODE, 122), NJ_OK);
    CHECK_EQUAL(INVOKE(120, NJ_UNTYPED_RETYPE, NJ_KIND_CNODE, 1, 8, CNODE, 121), NJ_OK);
    uint32_t own = spaces[threads[root].space].cnode.cap.object, space = slots[own + 100].cap.object;
    uint32_t slot = spaces[space].cnode.cap.object + 2;
    CHECK_EQUAL(INVOKE(121, NJ_CNODE_MOVE, 1, CNODE, 100), NJ_OK);
    CHECK_EQUAL(cap_move(own + 120, slot), NJ_OK);
    for (uint64_t i = 101; i < 120; i++)
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, i), NJ_OK);
    CHECK_EQUAL(slots[slot].cap.kind, NJ_KIND_UNTYPED);
    enum nj_status status = NJ_AGAIN;
    for (uint32_t i = 0; i < 100 && status == NJ_AGAIN; i++) {
        uint32_t steps = 64;
        status = cap_revoke(slot, &steps);
    }
    CHECK_EQUAL(status, NJ_OK);
    CHECK_EQUAL(slots[slot].cap.kind, NJ_KIND_EMPTY);
    CHECK_EQUAL(slots[slot].cap.word, 0);
    CHECK_TEXT(check_invariants(1), NULL);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_TEXT(check_invariants(1), NULL);
}

static const struct {
    uint8_t kind;
    uint16_t size;
} every_kind[] = {
    {NJ_KIND_UNTYPED, 3}, {NJ_KIND_CNODE, 40}, {NJ_KIND_ENDPOINT, 0}, {NJ_KIND_NOTIFICATION, 0}, {NJ_KIND_REPLY, 0},
    {NJ_KIND_THREAD, 0},  {NJ_KIND_SCHED, 0},  {NJ_KIND_SPACE, 0},    {NJ_KIND_CODE, 0},         {NJ_KIND_FRAME, 2},
};

// Objects of every kind, bound to each other at random, deleted at random, then revoked.
TEST(a_tree_of_every_kind_leaves_memory_as_it_was)
{
    boot();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    uint64_t before = free_bytes();
    srand(1);
    for (uint32_t round = 0; round < 200; round++) {
        for (uint64_t slot = 100; slot < 140; slot++) {
            uint32_t k = (uint32_t)rand() % (sizeof(every_kind) / sizeof(every_kind[0]));
            make((enum nj_kind)every_kind[k].kind, 1, every_kind[k].size, slot);
        }
        for (uint32_t i = 0; i < 100; i++) {
            uint64_t a = 100 + (uint64_t)rand() % 60, b = 100 + (uint64_t)rand() % 60;
            uint64_t operation = (uint64_t)rand() % 12 + 1;
            host_syscall(root, NJ_SYS_INVOKE, a, operation, 0, (uint64_t[8]){b, 100 + (uint64_t)rand() % 60, b, 31, a});
            const char *broken = check_invariants(0);
            if (!CHECK_TEXT(broken, NULL))
                return;
        }
        CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
        if (!CHECK_EQUAL(free_bytes(), before) || !CHECK_TEXT(check_invariants(1), NULL))
            return;
    }
}
