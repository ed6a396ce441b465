// SPDX-License-Identifier: Apache-2.0
// Frames: mapping, rights, slices, and what becomes of mappings.
#include "test/kernel/process.h"

#define HERE 0x38000000ull
#define R NJ_RIGHT_READ
#define W NJ_RIGHT_WRITE
#define X NJ_RIGHT_EXECUTE

static volatile uint64_t *at(uint64_t address)
{
    return (volatile uint64_t *)address;
}

static bool is_mapped(uint64_t address)
{
    uint64_t word = 0, copied;
    return space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&word, SLOT_SPACE, address, 8, &copied) == NJ_OK;
}

static void map_and_unmap(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 3);
    uint64_t bytes, address;
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    at(HERE)[0] = 1;
    at(HERE)[3 * 512 - 1] = 2;
    OK(frame_info(frame, &bytes, &address));
    SAME(bytes, 3 * 4096);
    SAME(address, HERE);
    OK(frame_unmap(frame));
    CHECK(!is_mapped(HERE) && !is_mapped(HERE + 0x2000));
    OK(frame_info(frame, &bytes, &address));
    SAME(address, 0);
    OK(frame_unmap(frame));
    OK(frame_map(frame, SLOT_SPACE, HERE + 0x10000, R));
    SAME(at(HERE + 0x10000)[0], 1);
    SAME(at(HERE + 0x10000)[3 * 512 - 1], 2);
}

static void map_errors(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 2), empty = slot_next();
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE + 8, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, 0, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, 0), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, W), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, X), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, R | W | X), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, R | NJ_RIGHT_GRANT), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(frame, NJ_FRAME_MAP, SLOT_SPACE, HERE, 1ull << 32 | R, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, 1ull << 47, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, (1ull << 47) - 4096, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, 0xffffffffc0000000, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, SLOT_SPACE, 0xfffffffffffff000, R), NJ_BAD_ARGUMENT);
    ANSWERS(frame_map(frame, frame, HERE, R), NJ_WRONG_KIND);
    ANSWERS(frame_map(frame, empty, HERE, R), NJ_EMPTY_SLOT);
    ANSWERS(invoke_raw(frame, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
    CHECK(!is_mapped(HERE));
}

static void a_capability_maps_once(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1), second = copy(frame, NJ_RIGHT_ALL);
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE + 4096, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(frame, SLOT_SPACE, HERE, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(second, SLOT_SPACE, HERE, R), NJ_ALREADY_MAPPED);
    OK(frame_map(second, SLOT_SPACE, HERE + 4096, R));
    at(HERE)[5] = 55;
    SAME(at(HERE + 4096)[5], 55);
}

static void nothing_is_mapped_over(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    ANSWERS(frame_map(frame, SLOT_SPACE, NJ_COMPONENT_BASE, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(frame, SLOT_SPACE, NJ_COMPONENT_BASE - 4096, R), NJ_ALREADY_MAPPED); // the message page
    uint32_t two = make(NJ_KIND_FRAME, 2), one = make(NJ_KIND_FRAME, 1);
    OK(frame_map(one, SLOT_SPACE, HERE + 4096, R));
    ANSWERS(frame_map(two, SLOT_SPACE, HERE, R), NJ_ALREADY_MAPPED);
    OK(frame_unmap(two)); // what was mapped before it stopped
    CHECK(!is_mapped(HERE));
    CHECK(is_mapped(HERE + 4096));
}

static void rights_of_the_capability_limit_the_mapping(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    ANSWERS(frame_map(copy(frame, R), SLOT_SPACE, HERE, R | W), NJ_NO_RIGHT);
    ANSWERS(frame_map(copy(frame, R | W), SLOT_SPACE, HERE, R | X), NJ_NO_RIGHT);
    ANSWERS(frame_map(copy(frame, W | X), SLOT_SPACE, HERE, R), NJ_NO_RIGHT);
    OK(frame_map(copy(frame, R), SLOT_SPACE, HERE, R));
    uint64_t word = 1, copied;
    ANSWERS(space_copy(SLOT_SPACE, HERE, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied), NJ_BAD_ADDRESS);
}

static void do_write(uint64_t address)
{
    *(volatile uint64_t *)address = 1;
    __asm__ volatile("ebreak");
}

static void do_jump(uint64_t address)
{
    ((void (*)(void))(uintptr_t)address)();
}

static uint64_t fault_of(uint32_t frame, uint64_t rights, void (*run)(uint64_t))
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    OK(frame_map(frame, process.space, HERE, (uint32_t)rights));
    process_start(&process, run, HERE);
    fault_receive(&fault);
    return fault.words[NJ_FAULT_WORD_KIND];
}

static void a_read_only_mapping_cannot_be_written(void)
{
    SAME(fault_of(make(NJ_KIND_FRAME, 1), R, do_write), NJ_FAULT_WRITE);
    SAME(fault_of(make(NJ_KIND_FRAME, 1), R | W, do_write), NJ_FAULT_BREAKPOINT);
}

static void only_executable_mappings_run(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1), code = copy(frame, NJ_RIGHT_ALL);
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    *(volatile uint32_t *)HERE = 0x00100073; // ebreak
    SAME(fault_of(copy(frame, NJ_RIGHT_ALL), R | W, do_jump), NJ_FAULT_FETCH);
    SAME(fault_of(copy(frame, NJ_RIGHT_ALL), R, do_jump), NJ_FAULT_FETCH);
    SAME(fault_of(code, R | X, do_jump), NJ_FAULT_BREAKPOINT);
}

static void deleting_the_capability_unmaps(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 2), other = copy(frame, NJ_RIGHT_ALL);
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    OK(frame_map(other, SLOT_SPACE, HERE + 0x10000, R | W));
    delete (other);
    CHECK(!is_mapped(HERE + 0x10000) && !is_mapped(HERE + 0x11000));
    CHECK(is_mapped(HERE));
    delete (frame);
    CHECK(!is_mapped(HERE));
}

static void revoking_unmaps_copies_everywhere(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    OK(frame_map(copy(frame, NJ_RIGHT_ALL), process.space, HERE, R | W));
    OK(frame_map(copy(frame, NJ_RIGHT_ALL), SLOT_SPACE, HERE, R | W));
    revoke(frame);
    CHECK(!is_mapped(HERE));
    process_start(&process, do_write, HERE);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_WRITE);
}

static void a_mapping_survives_a_move_of_its_capability(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1), to = slot_next();
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    OK(cnode_move(SLOT_CNODE, to, SLOT_CNODE, frame));
    CHECK(is_mapped(HERE));
    OK(frame_unmap(to));
    CHECK(!is_mapped(HERE));
}

static void a_frame_whose_space_is_gone_can_be_mapped_again(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    struct process process;
    process_make_space(&process, 16);
    OK(frame_map(frame, process.space, HERE, R | W));
    revoke(process.memory);
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    CHECK(is_mapped(HERE));
}

static void an_old_mapping_does_not_touch_a_new_space(void)
{
    uint32_t old = make(NJ_KIND_FRAME, 1), frame = make(NJ_KIND_FRAME, 1);
    struct process process;
    struct fault fault;
    fault_make(&fault);
    uint32_t memory = make(NJ_KIND_UNTYPED, 1), space = slot_next();
    (void)process;
    for (uint32_t round = 0; round < 2; round++) { // twice at the same place
        OK(untyped_retype(memory, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, space));
        OK(space_supply(space, make(NJ_KIND_UNTYPED, 8)));
        OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
        if (round == 0) {
            OK(frame_map(old, space, HERE, R | W));
            revoke(memory);
        }
    }
    OK(frame_map(frame, space, HERE, R | W));
    delete (old);
    uint64_t word = 9, copied;
    OK(space_copy(space, HERE, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied));
}

static void slices(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 8), part = slot_next(), slot = slot_next();
    uint64_t bytes, address;
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    at(HERE + 0x3000)[0] = 33;
    OK(frame_slice(frame, 3, 2, SLOT_CNODE, part));
    OK(frame_info(part, &bytes, &address));
    SAME(bytes, 2 * 4096);
    SAME(address, 0);
    OK(frame_map(part, SLOT_SPACE, HERE + 0x10000, R));
    SAME(at(HERE + 0x10000)[0], 33);
    CHECK(!is_mapped(HERE + 0x12000));
    ANSWERS(frame_slice(frame, 8, 1, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(frame, 7, 2, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(frame, 0, 0, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(frame, UINT64_MAX, 2, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(frame, 1, UINT64_MAX, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(part, 1, 2, SLOT_CNODE, slot), NJ_BAD_ARGUMENT);
    ANSWERS(frame_slice(frame, 0, 1, SLOT_CNODE, part), NJ_SLOT_USED);
    ANSWERS(frame_slice(frame, 0, 1, SLOT_SPACE, slot), NJ_WRONG_KIND);
    ANSWERS(frame_slice(frame, 0, 1, SLOT_CNODE, 0), NJ_SLOT_RANGE);
    OK(frame_slice(part, 1, 1, SLOT_CNODE, slot));
    revoke(frame);
    SAME(kind_of(part), NJ_KIND_EMPTY);
    SAME(kind_of(slot), NJ_KIND_EMPTY);
    CHECK(is_mapped(HERE));
    CHECK(!is_mapped(HERE + 0x10000));
}

static void a_long_run_is_mapped_in_steps(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512), calls = 1;
    enum nj_status status = invoke_raw(frame, NJ_FRAME_MAP, SLOT_SPACE, HERE, R | W, 0, 0);
    SAME(status, NJ_AGAIN);
    for (; status == NJ_AGAIN && calls < 100; calls++)
        status = invoke_raw(frame, NJ_FRAME_MAP, SLOT_SPACE, HERE, R | W, 0, 0);
    OK(status);
    CHECK(calls >= 8);
    at(HERE + 511 * 4096)[511] = 7;
    status = invoke_raw(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0);
    SAME(status, NJ_AGAIN);
    OK(frame_unmap(frame));
    CHECK(!is_mapped(HERE) && !is_mapped(HERE + 511 * 4096));
}

static void mapping_needs_supply(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), frame = make(NJ_KIND_FRAME, 1);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 1)));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    ANSWERS(frame_map(frame, space, HERE, R), NJ_NEEDS_SUPPLY);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 8)));
    OK(frame_map(frame, space, HERE, R));
}

static void shared_memory(void)
{
    struct process process;
    struct fault fault;
    uint32_t frame = make(NJ_KIND_FRAME, 1);
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    OK(frame_map(frame, SLOT_SPACE, HERE, R | W));
    OK(frame_map(copy(frame, NJ_RIGHT_ALL), process.space, HERE + 0x5000, R | W));
    process_start(&process, do_write, HERE + 0x5000);
    fault_receive(&fault);
    SAME(at(HERE)[0], 1);
}

static const struct test_case cases[] = {
    CASE(map_and_unmap),
    CASE(map_errors),
    CASE(a_capability_maps_once),
    CASE(nothing_is_mapped_over),
    CASE(rights_of_the_capability_limit_the_mapping),
    CASE(a_read_only_mapping_cannot_be_written),
    CASE(only_executable_mappings_run),
    CASE(deleting_the_capability_unmaps),
    CASE(revoking_unmaps_copies_everywhere),
    CASE(a_mapping_survives_a_move_of_its_capability),
    CASE(a_frame_whose_space_is_gone_can_be_mapped_again),
    CASE(an_old_mapping_does_not_touch_a_new_space),
    CASE(slices),
    CASE(a_long_run_is_mapped_in_steps),
    CASE(mapping_needs_supply),
    CASE(shared_memory),
};
GROUP(frame, cases);
