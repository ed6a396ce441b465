// SPDX-License-Identifier: Apache-2.0
// Code objects on the portable kernel: filled, checked, attached to capsules, and taken away.
#include "abi/capsule.h"
#include "kernel/capability.h"
#include "test/host/kernel.h"

// A nop and a return, in the memory of a space: accepted code.
static void fill_code(uint64_t code, uint64_t untyped, uint64_t space, uint32_t second_word)
{
    make(NJ_KIND_CODE, 1, 0, code);
    make(NJ_KIND_UNTYPED, 1, 4, untyped + 4);
    CHECK_EQUAL(INVOKE(untyped + 4, NJ_UNTYPED_RETYPE, NJ_KIND_UNTYPED, 1, 2, CNODE, untyped), NJ_OK);
    CHECK_EQUAL(INVOKE(code, NJ_CODE_FILL, 0, space, 0x10000, 8), NJ_NEEDS_SUPPLY);
    CHECK_EQUAL(INVOKE(code, NJ_CODE_SUPPLY, untyped), NJ_OK);
    CHECK_EQUAL(INVOKE(space, NJ_SPACE_MEMORY, 0x10000, 0x4000), NJ_OK);
    CHECK_EQUAL(INVOKE(space, NJ_SPACE_COPY, 0x10000, space, 0x10800, 8), NJ_OK); // touch it
    uint32_t index = slots[spaces[threads[root].space].cnode.cap.object + space].cap.object;
    uint32_t page = arch_space_lookup(index, 0x10000, MAP_READ);
    code_words[page][0] = 0x00000013;
    code_words[page][1] = second_word;
    CHECK_EQUAL(INVOKE(code, NJ_CODE_FILL, 0, space, 0x10000, 16), NJ_OK);
}

// Accepted code in slot 120, and a capsule that runs it in slot 130.
static void make_capsule(void)
{
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    fill_code(120, 121, 100, 0x00008067);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_OK);
    make_space(130, 140, 16, NJ_SPACE_CAPSULE);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_OK);
}

TEST(code_is_sealed_once_it_passed_the_checker)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    fill_code(120, 121, 100, 0x00008067);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 6), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8192), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_OK);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_FILL, 0, 100, 0x10000, 8), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_INFO, 0), NJ_OK);
    CHECK_EQUAL(result(0), NJ_CODE_SEALED);
}

// As if 64 MiB and one page had been filled: what does not fit in the code window would lie where guard and stack belong.
TEST(code_is_not_longer_than_its_window)
{
    const uint64_t window = 1ull << NJ_CODE_WINDOW_LOG2_MAX, filled = window / PAGE_BYTES + 1;
    boot();
    make_space(100, 101, 8, NJ_SPACE_PROCESS);
    CHECK_EQUAL(INVOKE(100, NJ_SPACE_MEMORY, 0x10000, 8 * PAGE_BYTES), NJ_OK);
    make(NJ_KIND_CODE, 1, 0, 120);
    make(NJ_KIND_UNTYPED, 1, 1, 121);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_SUPPLY, 121), NJ_OK);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_FILL, 0, 100, 0x10000, PAGE_BYTES), NJ_OK);
    uint32_t own = spaces[threads[root].space].cnode.cap.object, code = slots[own + 120].cap.object;
    struct cap supply = codes[code].supply.cap;
    codes[code].supply.cap.word = filled | filled * UNITS_PER_PAGE << 32;
    host_syscall(root, NJ_SYS_INVOKE, 120, NJ_CODE_CHECK, 0, (const uint64_t[8]){window + PAGE_BYTES});
    CHECK_EQUAL(status_of(root), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(codes[code].state, NJ_CODE_FILLING);
    host_syscall(root, NJ_SYS_INVOKE, 120, NJ_CODE_CHECK, 0, (const uint64_t[8]){window});
    CHECK_EQUAL(status_of(root), NJ_REFUSED); // the first word is zero
    codes[code].supply.cap = supply;
    CHECK_TEXT(check_invariants(1), NULL);
}

TEST(code_that_breaks_a_rule_is_refused_for_ever)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    fill_code(120, 121, 100, 0x00000073); // ecall
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_REFUSED);
    CHECK_EQUAL(result(0), 4);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 4), NJ_REFUSED);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_FILL, 0, 100, 0x10000, 8), NJ_WRONG_STATE);
    make_space(130, 140, 16, NJ_SPACE_CAPSULE);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_WRONG_STATE);
}

// The memory it lies in is taken away, which takes more than one call: no further space can run it meanwhile.
TEST(code_that_goes_is_attached_no_more)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    fill_code(120, 121, 100, 0x00008067);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_OK);
    make_space(130, 140, 16, NJ_SPACE_CAPSULE);
    make_space(131, 145, 16, NJ_SPACE_CAPSULE);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_OK);
    for (uint32_t i = 0; i < STEPS_PER_CALL; i++) {
        make(NJ_KIND_THREAD, 1, 0, 150 + i);
        CHECK_EQUAL(INVOKE(150 + i, NJ_THREAD_CONFIGURE, 130, 0, 0, 0, 0), NJ_OK);
    }
    host_syscall(root, NJ_SYS_INVOKE, CNODE, NJ_CNODE_REVOKE, 0, (const uint64_t[8]){125});
    REQUIRE(status_of(root) == NJ_AGAIN);
    CHECK_EQUAL(INVOKE(131, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_FILL, 0, 100, 0x10000, 8), NJ_NEEDS_SUPPLY);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 125), NJ_OK);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_INFO, 0), NJ_OK);
    CHECK_EQUAL(result(0), NJ_CODE_EMPTY);
}

TEST(a_capsule_has_an_image_and_no_mappings_of_its_own)
{
    boot();
    make_space(100, 110, 16, NJ_SPACE_PROCESS);
    fill_code(120, 121, 100, 0x00008067);
    CHECK_EQUAL(INVOKE(120, NJ_CODE_CHECK, 8), NJ_OK);
    make_space(130, 140, 16, NJ_SPACE_CAPSULE);
    make(NJ_KIND_FRAME, 1, 1, 150);
    CHECK_EQUAL(INVOKE(150, NJ_FRAME_MAP, 130, 0x10000, NJ_RIGHT_READ), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, 100, PAGE_BYTES), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, 0), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_OK);
    CHECK_EQUAL(result(1) - result(0), 0x10000 + 2 * 8192 + 2 * PAGE_BYTES);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(150, NJ_FRAME_MAP, 130, 0x10000, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE), NJ_NO_RIGHT);
    CHECK_EQUAL(INVOKE(150, NJ_FRAME_MAP, 130, 0x10000, NJ_RIGHT_READ | NJ_RIGHT_WRITE), NJ_OK);
}

TEST(taking_the_code_away_ends_the_capsule)
{
    boot();
    make(NJ_KIND_UNTYPED, 1, 4, 122);
    make_capsule();
    make(NJ_KIND_THREAD, 1, 0, 150);
    CHECK_EQUAL(INVOKE(150, NJ_THREAD_CONFIGURE, 130, 1, 1, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 120), NJ_OK); // the space still holds it
    CHECK_EQUAL(INVOKE(150, NJ_THREAD_START, 0, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_TEXT(check_invariants(1), NULL);
}

TEST(revoking_the_code_ends_the_capsule)
{
    boot();
    make_capsule();
    make(NJ_KIND_THREAD, 1, 0, 150);
    CHECK_EQUAL(INVOKE(150, NJ_THREAD_CONFIGURE, 130, 1, 1, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, 120), NJ_OK);
    CHECK_EQUAL(INVOKE(150, NJ_THREAD_START, 0, 0, 0), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_ATTACH, 120, PAGE_BYTES, PAGE_BYTES), NJ_WRONG_STATE);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 120), NJ_OK);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_REVOKE, MEMORY), NJ_OK);
    CHECK_TEXT(check_invariants(1), NULL);
}
