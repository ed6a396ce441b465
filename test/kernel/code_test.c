// SPDX-License-Identifier: Apache-2.0
// Code objects, and attaching them to spaces.
#include "test/kernel/capsule.h"

static const uint32_t nops[2048] = {[0 ... 2047] = 0x00000013};

static uint64_t words_address(void)
{
    return (uint64_t)(uintptr_t)nops;
}

static uint32_t make_code(uint32_t pages)
{
    uint32_t code = make(NJ_KIND_CODE, 0);
    OK(code_supply(code, make(NJ_KIND_UNTYPED, pages)));
    return code;
}

static void states(void)
{
    uint32_t code = make(NJ_KIND_CODE, 0);
    enum nj_code_state state;
    uint64_t bytes, offset, rule;
    OK(code_info(code, &state, &bytes));
    SAME(state, NJ_CODE_EMPTY);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, words_address(), 4), NJ_NEEDS_SUPPLY);
    ANSWERS(code_check(code, 4, &offset, &rule), NJ_WRONG_STATE);
    OK(code_supply(code, make(NJ_KIND_UNTYPED, 2)));
    ANSWERS(code_check(code, 4, &offset, &rule), NJ_WRONG_STATE);
    OK(code_fill(code, 0, SLOT_SPACE, words_address(), 8));
    OK(code_info(code, &state, &bytes));
    SAME(state, NJ_CODE_FILLING);
    OK(code_check(code, 8, &offset, &rule));
    OK(code_info(code, &state, &bytes));
    SAME(state, NJ_CODE_SEALED);
    SAME(bytes, 8);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, words_address(), 8), NJ_WRONG_STATE);
    ANSWERS(code_check(code, 8, &offset, &rule), NJ_WRONG_STATE);
    ANSWERS(code_supply(code, make(NJ_KIND_UNTYPED, 1)), NJ_WRONG_STATE);
    ANSWERS(invoke_raw(code, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static void supply_errors(void)
{
    uint32_t code = make(NJ_KIND_CODE, 0), used = make(NJ_KIND_UNTYPED, 2);
    OK(untyped_retype(used, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, slot_next()));
    ANSWERS(code_supply(code, used), NJ_IN_USE);
    ANSWERS(code_supply(code, code), NJ_WRONG_KIND);
    ANSWERS(code_supply(code, slot_next()), NJ_EMPTY_SLOT);
    OK(code_supply(code, make(NJ_KIND_UNTYPED, 1)));
    ANSWERS(code_supply(code, make(NJ_KIND_UNTYPED, 1)), NJ_IN_USE);
}

static void fill_errors(void)
{
    uint32_t code = make_code(2);
    ANSWERS(code_fill(code, 8192, SLOT_SPACE, words_address(), 4), NJ_BAD_ARGUMENT);
    ANSWERS(code_fill(code, UINT64_MAX, SLOT_SPACE, words_address(), 4), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(code, NJ_CODE_FILL, 0, SLOT_SPACE, words_address(), 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(code_fill(code, 4096, SLOT_SPACE, words_address(), 4), NJ_BAD_ARGUMENT); // not from the beginning
    ANSWERS(code_fill(code, 0, SLOT_CNODE, words_address(), 4), NJ_WRONG_KIND);
    ANSWERS(code_fill(code, 0, copy(SLOT_SPACE, NJ_RIGHT_WRITE), words_address(), 4), NJ_NO_RIGHT);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, 0x70000000, 4), NJ_BAD_ADDRESS);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, 0xffffffff80200000, 4), NJ_BAD_ADDRESS);
}

static void check_errors(void)
{
    uint32_t code = make_code(2);
    uint64_t offset, rule;
    OK(code_fill(code, 0, SLOT_SPACE, words_address(), 4));
    ANSWERS(code_check(code, 0, &offset, &rule), NJ_BAD_ARGUMENT);
    ANSWERS(code_check(code, 6, &offset, &rule), NJ_BAD_ARGUMENT);
    ANSWERS(code_check(code, 4100, &offset, &rule), NJ_BAD_ARGUMENT); // never filled
    ANSWERS(code_check(code, 1ull << 32 | 4, &offset, &rule), NJ_BAD_ARGUMENT);
    ANSWERS(code_check(code, 8, &offset, &rule), NJ_REFUSED); // the word behind is zero
    SAME(offset, 4);
}

static void a_long_check_goes_in_steps(void)
{
    uint32_t code = make_code(2), calls = 1;
    OK(code_fill(code, 0, SLOT_SPACE, words_address(), 8192));
    enum nj_status status = invoke_raw(code, NJ_CODE_CHECK, 8192, 0, 0, 0, 0);
    SAME(status, NJ_AGAIN);
    ANSWERS(code_fill(code, 0, SLOT_SPACE, words_address(), 4), NJ_WRONG_STATE); // not any more
    for (; status == NJ_AGAIN && calls < 100; calls++)
        status = invoke_raw(code, NJ_CODE_CHECK, 4, 0, 0, 0, 0); // the first size counts
    OK(status);
    enum nj_code_state state;
    uint64_t bytes;
    OK(code_info(code, &state, &bytes));
    SAME(bytes, 8192);
}

static void attach_errors(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), code = make_code(1), other = make_code(1);
    uint64_t a, b, c, offset, rule;
    OK(code_fill(code, 0, SLOT_SPACE, words_address(), 4));
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 20)));
    OK(space_configure(space, NJ_SPACE_CAPSULE, make(NJ_KIND_CNODE, 4)));
    ANSWERS(space_attach(space, code, 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
    OK(code_check(code, 4, &offset, &rule));
    static const struct {
        uint64_t stack, state;
    } wrong[] = {{0, 4096},
                 {4096, 0},
                 {4097, 4096},
                 {4096, 4095},
                 {0x1001000, 4096},
                 {4096, 0x4001000},
                 {UINT64_MAX - 4095, 4096},
                 {4096, UINT64_MAX - 4095}};
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ANSWERS(space_attach(space, code, wrong[i].stack, wrong[i].state, &a, &b, &c), NJ_BAD_ARGUMENT);
    ANSWERS(space_attach(space, space, 4096, 4096, &a, &b, &c), NJ_WRONG_KIND);
    OK(space_attach(space, code, 4096, 4096, &a, &b, &c));
    ANSWERS(space_attach(space, code, 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
    ANSWERS(space_attach(space, other, 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
}

// The address of a mapping means something else once there is an image: a frame mapped before could not be found again.
static void no_image_where_a_frame_was_mapped(void)
{
    struct capsule model;
    uint32_t space = make(NJ_KIND_SPACE, 0), frame = make(NJ_KIND_FRAME, 1);
    uint64_t a, b, c, word = 1, copied;
    capsule_make(&model, CAPSULE_WORDS(capsule_trap), NJ_SPACE_PROCESS, PRIORITY_BELOW, 0);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 40)));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    OK(frame_map(frame, space, model.data_base, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    ANSWERS(space_attach(space, model.code, 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
    delete (frame);
    ANSWERS(space_copy(space, model.data_base, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_attach(space, model.code, 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
}

static void attach_lays_out_as_documented(void)
{
    struct capsule capsule;
    for (uint32_t type = NJ_SPACE_PROCESS; type <= NJ_SPACE_CAPSULE; type++) {
        capsule_make(&capsule, CAPSULE_WORDS(capsule_trap), (enum nj_space_type)type, PRIORITY_BELOW, 0);
        SAME(capsule.code_base % 0x10000, 0);
        SAME(capsule.stack_top, capsule.code_base + 0x10000 + 8192 + 4096);
        SAME(capsule.data_base, capsule.stack_top + 8192 + 4096);
        if (type == NJ_SPACE_PROCESS)
            SAME(capsule.code_base, 0x100000000 + 0x10000);
        else
            CHECK((int64_t)capsule.code_base < 0);
    }
}

static void capsules_are_far_apart(void)
{
    struct capsule one, two;
    capsule_make(&one, CAPSULE_WORDS(capsule_trap), NJ_SPACE_CAPSULE, PRIORITY_BELOW, 0);
    capsule_make(&two, CAPSULE_WORDS(capsule_trap), NJ_SPACE_CAPSULE, PRIORITY_BELOW, 0);
    uint64_t distance = one.code_base > two.code_base ? one.code_base - two.code_base : two.code_base - one.code_base;
    CHECK(distance >= 0x240000000);
}

static void two_spaces_share_a_code_object(void)
{
    struct capsule one, two;
    struct fault fault;
    fault_make(&fault);
    capsule_make(&one, CAPSULE_WORDS(capsule_spin), NJ_SPACE_CAPSULE, PRIORITY_BELOW, fault.badged);
    capsule_make(&two, CAPSULE_WORDS(capsule_trap), NJ_SPACE_PROCESS, PRIORITY_BELOW, fault.badged);
    uint32_t space = make(NJ_KIND_SPACE, 0), thread = make(NJ_KIND_THREAD, 0);
    uint64_t a, b, c;
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 20)));
    OK(space_configure(space, NJ_SPACE_CAPSULE, make(NJ_KIND_CNODE, 4)));
    OK(space_attach(space, two.code, 4096, 4096, &a, &b, &c));
    OK(thread_configure(thread, space, PRIORITY_ABOVE, PRIORITY_ABOVE, fault.badged, 0));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    OK(thread_start(thread, 0, 0, 0));
    fault_receive(&fault);
    SAME(fault.words[0], NJ_FAULT_TRAP);
    fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    capsule_start(&two, 0);
    fault_receive(&fault);
    SAME(fault.words[0], NJ_FAULT_TRAP);
    SAME(fault.words[1], 0);
}

static void revoking_the_code_stops_its_capsules(void)
{
    struct capsule capsule;
    uint32_t memory = make(NJ_KIND_UNTYPED, 4), code = slot_next();
    uint64_t offset, rule, a, b, c, bytes, left;
    OK(code_make(memory, code, CAPSULE_WORDS(capsule_spin), &offset, &rule));
    uint32_t space = make(NJ_KIND_SPACE, 0), thread = make(NJ_KIND_THREAD, 0);
    (void)capsule;
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 20)));
    OK(space_configure(space, NJ_SPACE_CAPSULE, make(NJ_KIND_CNODE, 4)));
    OK(space_attach(space, code, 4096, 4096, &a, &b, &c));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, 0, 0));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    OK(thread_start(thread, 0, 0, 0));
    pause_ns(100000);
    SAME(state_of(thread), NJ_THREAD_READY);
    revoke(memory);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    OK(untyped_info(memory, &bytes, &left));
    SAME(left, bytes);
    pause_ns(100000);
}

static void deleting_the_code_capability_leaves_capsules_running(void)
{
    struct capsule capsule;
    capsule_make(&capsule, CAPSULE_WORDS(capsule_spin), NJ_SPACE_CAPSULE, PRIORITY_BELOW, 0);
    capsule_start(&capsule, 0);
    delete (capsule.code); // the space holds one itself
    pause_ns(100000);
    SAME(state_of(capsule.thread), NJ_THREAD_READY);
}

static const struct test_case cases[] = {
    CASE(states),
    CASE(supply_errors),
    CASE(fill_errors),
    CASE(check_errors),
    CASE(a_long_check_goes_in_steps),
    CASE(attach_errors),
    CASE(no_image_where_a_frame_was_mapped),
    CASE(attach_lays_out_as_documented),
    CASE(capsules_are_far_apart),
    CASE(two_spaces_share_a_code_object),
    CASE(revoking_the_code_stops_its_capsules),
    CASE(deleting_the_code_capability_leaves_capsules_running),
};
GROUP(code, cases);
