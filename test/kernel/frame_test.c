// SPDX-License-Identifier: Apache-2.0
// Frames: mapping, rights, slices, and what becomes of mappings.
#include "test/kernel/capsule.h"

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

static uint32_t calls_to_map(uint32_t frame, uint64_t address)
{
    enum nj_status status = NJ_AGAIN;
    uint32_t calls = 0;
    for (; status == NJ_AGAIN && calls < 100; calls++)
        status = invoke_raw(frame, NJ_FRAME_MAP, SLOT_SPACE, address, R | W, 0, 0);
    OK(status);
    return calls;
}

static void a_long_run_is_mapped_in_steps(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 511);
    CHECK(calls_to_map(frame, HERE) >= 8);
    at(HERE + 510 * 4096)[511] = 7;
    ANSWERS(invoke_raw(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0), NJ_AGAIN);
    OK(frame_unmap(frame));
    CHECK(!is_mapped(HERE) && !is_mapped(HERE + 510 * 4096));
}

// ---- Runs of 2 MiB, aligned: one entry of the table above the last level ------------------------------------------------
#define LARGE 0x200000ull
#define AREA 0x50000000ull // nothing else is ever mapped around here by single pages

static void a_large_run_is_mapped_at_once(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512), other = copy(frame, NJ_RIGHT_ALL);
    SAME(calls_to_map(frame, AREA), 1);
    SAME(calls_to_map(other, AREA + LARGE), 1);
    for (uint32_t i = 0; i < 512; i++)
        at(AREA + i * 4096)[i] = i + 1;
    for (uint32_t i = 0; i < 512; i++)
        SAME(at(AREA + LARGE + i * 4096)[i], i + 1);
    CHECK(!is_mapped(AREA - 4096) && !is_mapped(AREA + 2 * LARGE));
    ANSWERS(frame_map(frame, SLOT_SPACE, AREA, R), NJ_ALREADY_MAPPED);
    ANSWERS(invoke_raw(frame, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0), NJ_OK);
    CHECK(!is_mapped(AREA) && !is_mapped(AREA + LARGE - 4096));
    CHECK(is_mapped(AREA + LARGE) && is_mapped(AREA + 2 * LARGE - 4096));
    revoke(frame);
    CHECK(!is_mapped(AREA + LARGE) && !is_mapped(AREA + 2 * LARGE - 4096));
}

static void a_misaligned_run_is_mapped_page_by_page(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512);
    static const uint64_t places[] = {AREA + 4 * LARGE - 4096, AREA + 8 * LARGE + 4096};
    for (uint32_t i = 0; i < 2; i++) {
        CHECK(calls_to_map(frame, places[i]) > 8);
        at(places[i] + LARGE - 4096)[511] = 7;
        OK(frame_unmap(frame));
        CHECK(!is_mapped(places[i]) && !is_mapped(places[i] + LARGE - 4096));
    }
    // Now there are tables of single pages: what would fit is mapped page by page too.
    CHECK(calls_to_map(frame, AREA + 8 * LARGE) > 8);
    SAME(at(AREA + 9 * LARGE - 4096)[511], 7);
    OK(frame_unmap(frame));
    CHECK(!is_mapped(AREA + 8 * LARGE) && !is_mapped(AREA + 9 * LARGE - 4096));
}

static void a_misaligned_frame_is_mapped_page_by_page(void)
{
    uint32_t memory = make(NJ_KIND_UNTYPED, 513), frame = slot_next();
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, slot_next()));
    OK(untyped_retype(memory, NJ_KIND_FRAME, 1, 512, SLOT_CNODE, frame)); // there is no room to align it
    uint32_t second = make(NJ_KIND_UNTYPED, 513), other = slot_next();
    OK(untyped_retype(second, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, slot_next()));
    OK(untyped_retype(second, NJ_KIND_FRAME, 1, 512, SLOT_CNODE, other)); // of two places 513 pages apart one is not aligned
    uint32_t one = calls_to_map(frame, AREA + 12 * LARGE), two = calls_to_map(other, AREA + 16 * LARGE);
    CHECK(one > 8 || two > 8);
    at(AREA + 13 * LARGE - 4096)[0] = 1;
    OK(frame_unmap(frame));
    CHECK(!is_mapped(AREA + 13 * LARGE - 4096));
}

static void nothing_is_mapped_over_a_large_run(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512), page = make(NJ_KIND_FRAME, 1), two = make(NJ_KIND_FRAME, 2);
    uint32_t other = copy(frame, NJ_RIGHT_ALL), part = slot_next();
    OK(frame_map(frame, SLOT_SPACE, AREA, R | W));
    ANSWERS(frame_map(page, SLOT_SPACE, AREA, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(page, SLOT_SPACE, AREA + LARGE - 4096, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(other, SLOT_SPACE, AREA, R), NJ_ALREADY_MAPPED);
    ANSWERS(frame_map(two, SLOT_SPACE, AREA - 4096, R), NJ_ALREADY_MAPPED); // its first page is free
    OK(frame_slice(frame, 5, 1, SLOT_CNODE, part));
    ANSWERS(frame_map(part, SLOT_SPACE, AREA + 5 * 4096, R), NJ_ALREADY_MAPPED);
    OK(frame_map(part, SLOT_SPACE, AREA + LARGE, R));
    at(AREA + 5 * 4096)[3] = 33;
    SAME(at(AREA + LARGE)[3], 33);
    OK(frame_unmap(part));
    CHECK(is_mapped(AREA + 5 * 4096) && !is_mapped(AREA + LARGE));
    delete (frame);
    CHECK(!is_mapped(AREA));
}

static void a_large_run_is_copied_from_and_to(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512), read_only = copy(frame, R);
    uint64_t word = 0x1234, copied;
    OK(frame_map(frame, SLOT_SPACE, AREA, R | W));
    OK(frame_map(read_only, SLOT_SPACE, AREA + LARGE, R));
    OK(space_copy(SLOT_SPACE, AREA + 300 * 4096 + 8, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied));
    SAME(at(AREA + LARGE + 300 * 4096)[1], 0x1234);
    OK(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&word, SLOT_SPACE, AREA + LARGE + 301 * 4096 - 8, 8, &copied));
    SAME(word, 0);
    ANSWERS(space_copy(SLOT_SPACE, AREA + LARGE, SLOT_SPACE, AREA, 8, &copied), NJ_BAD_ADDRESS);
}

static void a_large_run_needs_supply_for_tables_only_above_it(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), frame = make(NJ_KIND_FRAME, 512);
    struct space_info before, after;
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 1)));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    ANSWERS(frame_map(frame, space, AREA, R), NJ_NEEDS_SUPPLY);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 8)));
    OK(space_info(space, &before));
    OK(frame_map(frame, space, AREA, R));
    OK(space_info(space, &after));
    CHECK(after.pages_used - before.pages_used <= 2);
}

static void a_large_run_lies_in_linear_memory(void)
{
    uint32_t origin = make(NJ_KIND_FRAME, 512);
    for (uint32_t type = NJ_SPACE_PROCESS; type <= NJ_SPACE_CAPSULE; type++) {
        struct capsule capsule;
        uint32_t frame = copy(origin, NJ_RIGHT_ALL);
        uint64_t word = 0x77 + type, copied;
        capsule_make(&capsule, CAPSULE_WORDS(capsule_trap), (enum nj_space_type)type, PRIORITY_BELOW, 0);
        uint64_t address = (capsule.data_base + 0x10000000 + LARGE - 1) & ~(LARGE - 1);
        ANSWERS(invoke_raw(frame, NJ_FRAME_MAP, capsule.space, address - capsule.data_base, R | W, 0, 0), NJ_OK);
        OK(space_copy(capsule.space, address + LARGE - 8, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied));
        ANSWERS(space_copy(capsule.space, address - 8, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied), NJ_BAD_ADDRESS);
        OK(frame_map(copy(origin, R), SLOT_SPACE, AREA + (24 + type) * LARGE, R));
        SAME(at(AREA + (25 + type) * LARGE - 8)[0], word);
        delete (frame);
        ANSWERS(space_copy(capsule.space, address, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied), NJ_BAD_ADDRESS);
        revoke(capsule.memory);
    }
}

static void a_large_run_goes_with_its_space(void)
{
    uint32_t frame = make(NJ_KIND_FRAME, 512);
    struct process process;
    process_make_space(&process, 16);
    OK(frame_map(frame, process.space, AREA, R | W));
    revoke(process.memory);
    SAME(calls_to_map(frame, AREA), 1);
    at(AREA)[0] = 1;
}

static void a_large_device_is_mapped_at_once(void)
{
    uint32_t device = slot_next();
    uint64_t copied, word = 0;
    OK(system_device_frame(SLOT_SYSTEM, 0x40000000, 512, SLOT_CNODE, device));
    SAME(calls_to_map(device, AREA), 1);
    ANSWERS(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&word, SLOT_SPACE, AREA, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(frame_map(make(NJ_KIND_FRAME, 1), SLOT_SPACE, AREA + 4096, R), NJ_ALREADY_MAPPED);
    ANSWERS(invoke_raw(device, NJ_FRAME_UNMAP, 0, 0, 0, 0, 0), NJ_OK);
    SAME(calls_to_map(make(NJ_KIND_FRAME, 512), AREA), 1);
}

static void first_touch_does_not_replace_a_large_run(void)
{
    struct process process;
    struct fault fault;
    uint32_t frame = make(NJ_KIND_FRAME, 512);
    uint64_t copied, word = 5;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    OK(frame_map(copy(frame, R), process.space, 0x3f200000, R));
    OK(space_memory(process.space, PROCESS_MEMORY, 0x401000)); // grows over it
    OK(space_copy(process.space, 0x3f200000 - 8, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied));
    OK(space_copy(process.space, 0x3f400000, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied));
    ANSWERS(space_copy(process.space, 0x3f201000, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &copied), NJ_BAD_ADDRESS);
    process_start(&process, do_write, 0x3f201000);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_WRITE);
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
    CASE(a_large_run_is_mapped_at_once),
    CASE(a_misaligned_run_is_mapped_page_by_page),
    CASE(a_misaligned_frame_is_mapped_page_by_page),
    CASE(nothing_is_mapped_over_a_large_run),
    CASE(a_large_run_is_copied_from_and_to),
    CASE(a_large_run_needs_supply_for_tables_only_above_it),
    CASE(a_large_run_lies_in_linear_memory),
    CASE(a_large_run_goes_with_its_space),
    CASE(a_large_device_is_mapped_at_once),
    CASE(first_touch_does_not_replace_a_large_run),
    CASE(mapping_needs_supply),
    CASE(shared_memory),
};
GROUP(frame, cases);
