// SPDX-License-Identifier: Apache-2.0
// Spaces: supply, configuration, first-touch memory, copying, and how they end.
#include "test/kernel/process.h"

static void a_process_talks_to_its_parent(void)
{
    struct process process;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_give(&process, 1, mint(endpoint, NJ_RIGHT_SEND, 0x99), NJ_RIGHT_ALL);
    process_start(&process, child_send, 0xfeed);
    for (uint32_t i = 0; i < 100; i++) {
        SAME(nj_recv(endpoint, 0, words, &badge), 8);
        SAME(badge, 0x99);
        SAME(words[0], 0xfeed);
        for (uint32_t k = 1; k < 8; k++)
            SAME(words[k], k + 1);
    }
}

static void two_processes_call_each_other(void)
{
    struct process client, server;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), result = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    process_make(&server, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_make(&client, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_give(&server, 1, endpoint, NJ_RIGHT_RECV);
    process_give(&server, 2, make(NJ_KIND_REPLY, 0), NJ_RIGHT_ALL);
    process_give(&client, 1, endpoint, NJ_RIGHT_SEND);
    process_give(&client, 2, result, NJ_RIGHT_SEND);
    process_start(&server, child_serve, 7);
    process_start(&client, child_call, 100);
    SAME(nj_recv(result, 0, words, &badge), 2);
    SAME(words[0], 107);
    SAME(words[1], 1);
}

static void configure_needs_supply_and_happens_once(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0), cnode = make(NJ_KIND_CNODE, 4);
    ANSWERS(space_configure(space, NJ_SPACE_PROCESS, cnode), NJ_NEEDS_SUPPLY);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 4)));
    ANSWERS(space_configure(space, NJ_SPACE_NONE, cnode), NJ_BAD_ARGUMENT);
    ANSWERS(space_configure(space, (enum nj_space_type)3, cnode), NJ_BAD_ARGUMENT);
    ANSWERS(space_configure(space, NJ_SPACE_PROCESS, space), NJ_WRONG_KIND);
    ANSWERS(space_configure(space, NJ_SPACE_PROCESS, slot_next()), NJ_EMPTY_SLOT);
    OK(space_configure(space, NJ_SPACE_PROCESS, cnode));
    ANSWERS(space_configure(space, NJ_SPACE_PROCESS, cnode), NJ_WRONG_STATE);
    ANSWERS(space_configure(space, NJ_SPACE_CAPSULE, cnode), NJ_WRONG_STATE);
}

static void nothing_works_before_configure(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0);
    uint64_t a, b, c, word = 0;
    ANSWERS(space_memory(space, 0x10000, 4096), NJ_WRONG_STATE);
    ANSWERS(frame_map(make(NJ_KIND_FRAME, 1), space, 0x10000, NJ_RIGHT_READ), NJ_WRONG_STATE);
    ANSWERS(space_attach(space, make(NJ_KIND_CODE, 0), 4096, 4096, &a, &b, &c), NJ_WRONG_STATE);
    ANSWERS(space_copy(space, 0x10000, SLOT_SPACE, (uint64_t)(uintptr_t)&word, 8, &a), NJ_WRONG_STATE);
}

static void supply_takes_unused_untyped_memory(void)
{
    struct space_info info;
    uint32_t space = make(NJ_KIND_SPACE, 0), used = make(NJ_KIND_UNTYPED, 4);
    OK(untyped_retype(used, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, slot_next()));
    ANSWERS(space_supply(space, used), NJ_IN_USE);
    ANSWERS(space_supply(space, space), NJ_WRONG_KIND);
    ANSWERS(space_supply(space, slot_next()), NJ_EMPTY_SLOT);
    for (uint32_t i = 0; i < NJ_SPACE_SUPPLIES; i++) {
        uint32_t memory = make(NJ_KIND_UNTYPED, 2);
        OK(space_supply(space, memory));
        SAME(kind_of(memory), NJ_KIND_EMPTY);
    }
    ANSWERS(space_supply(space, make(NJ_KIND_UNTYPED, 2)), NJ_IN_USE);
    OK(space_info(space, &info));
    SAME(info.pages_supplied, 2 * NJ_SPACE_SUPPLIES);
    SAME(info.pages_used, 0);
    SAME(info.type, NJ_SPACE_NONE);
    SAME(info.threads, 0);
}

static void memory_may_grow_and_not_shrink(void)
{
    struct process process;
    process_make_space(&process, 12);
    OK(space_memory(process.space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES));
    OK(space_memory(process.space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES + 4096));
    ANSWERS(space_memory(process.space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(process.space, PROCESS_MEMORY + 4096, 0x100000), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(process.space, PROCESS_MEMORY, 0x20001), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(process.space, PROCESS_MEMORY + 8, 0x20000), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(process.space, PROCESS_MEMORY, 1ull << 47), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(process.space, PROCESS_MEMORY, UINT64_MAX - 4095), NJ_BAD_ARGUMENT);
}

static void memory_stays_in_the_users_half(void)
{
    uint32_t space = make(NJ_KIND_SPACE, 0);
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 8)));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    ANSWERS(space_memory(space, 0xffffffff80000000, 4096), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(space, 0xfffffffffffff000, 4096), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(space, 1ull << 47, 4096), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(space, (1ull << 47) - 4096, 8192), NJ_BAD_ARGUMENT);
    ANSWERS(space_memory(space, 0, 4096), NJ_BAD_ARGUMENT); // page 0 stays a trap for null pointers
}

static uint64_t address_of(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

static void copy_moves_bytes_between_spaces(void)
{
    static uint8_t out[10000], in[10000];
    struct process process;
    uint64_t copied;
    process_make_space(&process, 16);
    for (uint32_t i = 0; i < sizeof(out); i++)
        out[i] = (uint8_t)(i * 7 + 3);
    static const uint32_t offsets[] = {0, 8, 1, 4093};
    for (uint32_t k = 0; k < 4; k++) {
        OK(space_copy(process.space, PROCESS_MEMORY + offsets[k], SLOT_SPACE, address_of(out), sizeof(out), &copied));
        SAME(copied, sizeof(out));
        OK(space_copy(SLOT_SPACE, address_of(in), process.space, PROCESS_MEMORY + offsets[k], sizeof(in), &copied));
        for (uint32_t i = 0; i < sizeof(in); i++)
            SAME(in[i], out[i]);
    }
}

static void copy_stops_at_page_ends(void)
{
    struct process process;
    static _Alignas(4096) uint8_t bytes[8192];
    process_make_space(&process, 16);
    uint64_t words[8] = {PROCESS_MEMORY + 4000, SLOT_SPACE, address_of(bytes), 8192};
    OK(nj_invoke(process.space, NJ_SPACE_COPY, words));
    SAME(words[0], 96);
    uint64_t again[8] = {PROCESS_MEMORY, SLOT_SPACE, address_of(bytes) + 4090, 8192};
    OK(nj_invoke(process.space, NJ_SPACE_COPY, again));
    SAME(again[0], 6);
    uint64_t most[8] = {PROCESS_MEMORY, SLOT_SPACE, address_of(bytes), UINT64_MAX};
    OK(nj_invoke(process.space, NJ_SPACE_COPY, most));
    SAME(most[0], 4096);
}

static void copy_needs_rights(void)
{
    struct process process;
    uint64_t word = 0, copied;
    process_make_space(&process, 16);
    uint32_t unreadable = copy(process.space, NJ_RIGHT_ALL & ~NJ_RIGHT_READ);
    uint32_t unwritable = copy(process.space, NJ_RIGHT_ALL & ~NJ_RIGHT_WRITE);
    ANSWERS(space_copy(unwritable, PROCESS_MEMORY, SLOT_SPACE, address_of(&word), 8, &copied), NJ_NO_RIGHT);
    ANSWERS(space_copy(SLOT_SPACE, address_of(&word), unreadable, PROCESS_MEMORY, 8, &copied), NJ_NO_RIGHT);
    OK(space_copy(unreadable, PROCESS_MEMORY, SLOT_SPACE, address_of(&word), 8, &copied));
    OK(space_copy(SLOT_SPACE, address_of(&word), unwritable, PROCESS_MEMORY, 8, &copied));
}

static void copy_respects_mappings(void)
{
    struct process process;
    uint64_t word = 0, copied;
    process_make_space(&process, 16);
    uint64_t ours = address_of(&word);
    ANSWERS(space_copy(process.space, 0x70000000, SLOT_SPACE, ours, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, ours, process.space, 0x70000000, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(process.space, NJ_COMPONENT_BASE, SLOT_SPACE, ours, 8, &copied), NJ_BAD_ADDRESS); // text
    OK(space_copy(SLOT_SPACE, ours, process.space, NJ_COMPONENT_BASE, 8, &copied));
    ANSWERS(space_copy(process.space, 0xffffffff80200000, SLOT_SPACE, ours, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, ours, process.space, 0xffffffff80200000, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, ours, process.space, 0x80200000, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, ours, process.space, 1ull << 48 | NJ_COMPONENT_BASE, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(space_copy(SLOT_SPACE, ours, process.space, 1ull << 63 | NJ_COMPONENT_BASE, 8, &copied), NJ_BAD_ADDRESS);
    ANSWERS(invoke_raw(process.space, NJ_SPACE_COPY, PROCESS_MEMORY, SLOT_SPACE, ours, 0, 0), NJ_BAD_ARGUMENT);
    ANSWERS(invoke_raw(process.space, NJ_SPACE_COPY, PROCESS_MEMORY, SLOT_CNODE, ours, 8, 0), NJ_WRONG_KIND);
}

static void first_touch_memory_is_zero_and_counted(void)
{
    struct process process;
    struct space_info before, after;
    uint64_t word = 1, copied;
    process_make_space(&process, 16);
    OK(space_copy(SLOT_SPACE, address_of(&word), process.space, PROCESS_MEMORY, 8, &copied)); // its tables, too
    OK(space_info(process.space, &before));
    word = 1;
    OK(space_copy(SLOT_SPACE, address_of(&word), process.space, PROCESS_MEMORY + 4096, 8, &copied));
    SAME(word, 0);
    OK(space_info(process.space, &after));
    SAME(after.pages_used, before.pages_used + 1);
    SAME(after.memory_bytes, PROCESS_MEMORY_BYTES);
    SAME(after.type, NJ_SPACE_PROCESS);
}

static void copy_without_supply(void)
{
    struct process process;
    uint64_t word = 1, copied;
    enum nj_status status = NJ_OK;
    process_make_space(&process, 12);
    for (uint32_t i = 0; i < 16 && status == NJ_OK; i++)
        status = space_copy(process.space, PROCESS_MEMORY + i * 4096, SLOT_SPACE, address_of(&word), 8, &copied);
    SAME(status, NJ_NEEDS_SUPPLY);
}

static void deleting_the_space_stops_its_threads(void)
{
    struct process process;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_give(&process, 1, endpoint, NJ_RIGHT_ALL);
    process_start(&process, child_send, 1);
    SAME(state_of(process.thread), NJ_THREAD_SENDING);
    delete (process.space);
    SAME(state_of(process.thread), NJ_THREAD_INACTIVE);
    ANSWERS(nj_status_of(nj_try_recv(endpoint, 0, words, &badge)), NJ_WOULD_BLOCK);
    ANSWERS(thread_resume(process.thread), NJ_WRONG_STATE);
    ANSWERS(thread_start(process.thread, 0x10000, 0, 0), NJ_WRONG_STATE);
    uint64_t registers[8] = {0};
    enum nj_status status = thread_write_registers(process.thread, 1, 1, registers);
    SAME(status, NJ_WRONG_STATE);
    struct thread_info info;
    OK(thread_info(process.thread, &info));
    SAME(info.space_type, NJ_SPACE_NONE);
}

static void revoking_the_supply_stops_the_space(void)
{
    uint32_t supplies = make(NJ_KIND_UNTYPED, 20), supply = slot_next();
    uint32_t space = make(NJ_KIND_SPACE, 0), thread = make(NJ_KIND_THREAD, 0), text = copy(SLOT_TEXT, NJ_RIGHT_ALL);
    uint64_t bytes, left, word = 0, copied;
    OK(untyped_retype(supplies, NJ_KIND_UNTYPED, 1, 20, SLOT_CNODE, supply));
    OK(space_supply(space, supply));
    OK(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)));
    OK(frame_map(text, space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    OK(space_memory(space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, 0, PROCESS_MESSAGE_PAGE));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    OK(thread_start(thread, NJ_COMPONENT_BASE, 0, 0));
    revoke(supplies);
    OK(untyped_info(supplies, &bytes, &left));
    SAME(left, bytes);
    SAME(state_of(thread), NJ_THREAD_INACTIVE);
    ANSWERS(space_copy(space, PROCESS_MEMORY, SLOT_SPACE, address_of(&word), 8, &copied), NJ_WRONG_STATE);
    ANSWERS(thread_resume(thread), NJ_WRONG_STATE);
    ANSWERS(space_configure(space, NJ_SPACE_PROCESS, make(NJ_KIND_CNODE, 4)), NJ_WRONG_STATE);
}

static void a_revoked_table_leaves_the_process_without(void)
{
    struct process process;
    struct fault fault;
    uint32_t table = make(NJ_KIND_UNTYPED, 1), cnode = slot_next(), space = make(NJ_KIND_SPACE, 0);
    uint32_t thread = make(NJ_KIND_THREAD, 0), text = copy(SLOT_TEXT, NJ_RIGHT_ALL);
    fault_make(&fault);
    (void)process;
    OK(untyped_retype(table, NJ_KIND_CNODE, 1, 4, SLOT_CNODE, cnode));
    OK(space_supply(space, make(NJ_KIND_UNTYPED, 16)));
    OK(space_configure(space, NJ_SPACE_PROCESS, cnode));
    OK(frame_map(text, space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    OK(space_memory(space, PROCESS_MEMORY, PROCESS_MEMORY_BYTES));
    OK(thread_configure(thread, space, PRIORITY_BELOW, PRIORITY_BELOW, fault.badged, 0));
    OK(thread_bind_sched(thread, make_sched(1000000, 1000000)));
    OK(thread_start(thread, address_of((void *)(uintptr_t)child_send), PROCESS_MEMORY + PROCESS_MEMORY_BYTES, 0));
    revoke(table);
    fault_receive(&fault); // its send has no table to look into: a status, at which it breaks
    SAME(fault.words[0], NJ_FAULT_BREAKPOINT);
}

static void a_space_in_its_own_table(void)
{
    struct process process;
    uint64_t bytes, left;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_give(&process, 3, process.space, NJ_RIGHT_ALL);
    process_give(&process, 4, process.cnode, NJ_RIGHT_ALL);
    process_give(&process, 5, process.thread, NJ_RIGHT_ALL);
    delete (process.space);
    delete (process.cnode);
    delete (process.thread);
    revoke(process.memory);
    OK(untyped_info(process.memory, &bytes, &left));
    SAME(left, bytes);
}

static void many_spaces_at_once(void)
{
    struct process processes[10];
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    for (uint32_t i = 0; i < 10; i++) {
        process_make(&processes[i], PRIORITY_ABOVE, NJ_SLOT_NONE);
        process_give(&processes[i], 1, mint(endpoint, NJ_RIGHT_SEND, i + 1), NJ_RIGHT_ALL);
        process_start(&processes[i], child_send, 1000 + i);
    }
    for (uint32_t i = 0; i < 40; i++) {
        uint64_t words[8] = {0}, badge;
        SAME(nj_recv(endpoint, 0, words, &badge), 8);
        SAME(words[0], 999 + badge);
        SAME(badge, i % 10 + 1);
    }
}

static void spaces_come_and_go(void)
{
    for (uint32_t i = 0; i < 300; i++) {
        struct process process;
        uint32_t slot = slot_next(), endpoint = make(NJ_KIND_ENDPOINT, 0);
        uint64_t words[8] = {0}, badge;
        process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
        process_give(&process, 1, endpoint, NJ_RIGHT_ALL);
        process_start(&process, child_send, i);
        SAME(nj_recv(endpoint, 0, words, &badge), 8);
        SAME(words[0], i);
        revoke(SLOT_WORK);
        slots_forget(slot);
    }
}

static void unknown_operation(void)
{
    ANSWERS(invoke_raw(SLOT_SPACE, 200, 0, 0, 0, 0, 0), NJ_BAD_OPERATION);
}

static const struct test_case cases[] = {
    CASE(a_process_talks_to_its_parent),
    CASE(two_processes_call_each_other),
    CASE(configure_needs_supply_and_happens_once),
    CASE(nothing_works_before_configure),
    CASE(supply_takes_unused_untyped_memory),
    CASE(memory_may_grow_and_not_shrink),
    CASE(memory_stays_in_the_users_half),
    CASE(copy_moves_bytes_between_spaces),
    CASE(copy_stops_at_page_ends),
    CASE(copy_needs_rights),
    CASE(copy_respects_mappings),
    CASE(first_touch_memory_is_zero_and_counted),
    CASE(copy_without_supply),
    CASE(deleting_the_space_stops_its_threads),
    CASE(revoking_the_supply_stops_the_space),
    CASE(a_revoked_table_leaves_the_process_without),
    CASE(a_space_in_its_own_table),
    CASE(many_spaces_at_once),
    CASE(spaces_come_and_go),
    CASE(unknown_operation),
};
GROUP(space, cases);
