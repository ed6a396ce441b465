// SPDX-License-Identifier: Apache-2.0
// Faults of processes: what a handler can do about them, and what happens without one.
#include "test/kernel/process.h"

// Reads, writes and reads again; then reports.
static void touch_and_send(uint64_t address)
{
    volatile uint64_t *word = (volatile uint64_t *)address;
    *word = *word + 5;
    child_send(*word);
}

static void a_handler_maps_the_page_and_resumes(void)
{
    struct process process;
    struct fault fault;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), frame = make(NJ_KIND_FRAME, 1);
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_give(&process, 1, endpoint, NJ_RIGHT_ALL);
    process_start(&process, touch_and_send, 0x50000010);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_READ);
    OK(frame_map(frame, process.space, 0x50000000, NJ_RIGHT_READ));
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_WRITE);
    OK(frame_unmap(frame));
    OK(frame_map(frame, process.space, 0x50000000, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    SAME(nj_recv(endpoint, 0, words, &badge), 8);
    SAME(words[0], 5);
    struct thread_info info;
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 2);
}

static void an_empty_answer_resumes(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {1}; // word 0 counts only if it was sent
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    fault_receive(&fault);
    SAME(nj_send(fault.reply, nj_tag(0, 0), words), 0);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED); // the same breakpoint again
    fault_receive(&fault);
}

static void reply_recv_serves_faults(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    fault_receive(&fault);
    for (uint32_t i = 0; i < 20; i++) {
        fault.words[0] = NJ_FAULT_REPLY_RESUME;
        SAME(nj_reply_recv(fault.endpoint, nj_tag(1, 0), nj_receive(fault.reply, 0), fault.words, &fault.badge), 4);
        SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_BREAKPOINT);
    }
    struct thread_info info;
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 21);
}

static void a_suspended_faulter_can_be_sent_elsewhere(void)
{
    struct process process;
    struct fault fault;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_give(&process, 1, endpoint, NJ_RIGHT_ALL);
    process_start(&process, child_break, 0);
    fault_receive(&fault);
    fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
    uint64_t pc = (uint64_t)(uintptr_t)child_send, word = 0xabc;
    OK(thread_write_registers(process.thread, 0, 1, &pc));
    OK(thread_write_registers(process.thread, 10, 1, &word));
    OK(thread_resume(process.thread));
    SAME(nj_recv(endpoint, 0, words, &badge), 8);
    SAME(words[0], 0xabc);
}

static void without_a_handler_the_thread_stops(void)
{
    struct process process;
    process_make(&process, PRIORITY_ABOVE, NJ_SLOT_NONE);
    process_start(&process, child_break, 0);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
    struct thread_info info;
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 1);
    OK(thread_resume(process.thread)); // it faults again
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 2);
}

static void a_handler_without_the_send_right_is_none(void)
{
    struct process process;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    process_make(&process, PRIORITY_ABOVE, copy(endpoint, NJ_RIGHT_RECV));
    process_start(&process, child_break, 0);
    uint64_t words[8] = {0}, badge;
    ANSWERS(nj_status_of(nj_try_recv(endpoint, 0, words, &badge)), NJ_WOULD_BLOCK);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
}

static void deleting_the_handlers_endpoint_stops_the_thread(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
    revoke(fault.endpoint);
    delete (fault.endpoint);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
    OK(thread_resume(process.thread));
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
}

static void deleting_the_handlers_reply_object_stops_the_thread(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    fault_receive(&fault);
    delete (fault.reply);
    CHECK(state_of(process.thread) != NJ_THREAD_READY);
    fault.reply = make(NJ_KIND_REPLY, 0);
    OK(thread_resume(process.thread));
    fault_receive(&fault);
}

static void deleting_a_faulted_thread(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    delete (process.thread);
    ANSWERS(nj_status_of(nj_try_recv(fault.endpoint, nj_receive(fault.reply, 0), words, &badge)), NJ_WOULD_BLOCK);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    fault_receive(&fault);
    delete (process.thread);
    ANSWERS(nj_status_of(nj_send(fault.reply, 0, words)), NJ_WRONG_STATE);
}

static void suspending_a_faulted_thread_takes_its_message_back(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    OK(thread_suspend(process.thread));
    ANSWERS(nj_status_of(nj_try_recv(fault.endpoint, nj_receive(fault.reply, 0), words, &badge)), NJ_WOULD_BLOCK);
    OK(thread_resume(process.thread));
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_BREAKPOINT);
}

static void a_receiver_without_a_reply_object_gets_no_faults(void)
{
    struct process process;
    struct fault fault;
    uint64_t words[8] = {0}, badge;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0);
    ANSWERS(nj_status_of(nj_recv(fault.endpoint, 0, words, &badge)), NJ_NO_REPLY_OBJECT);
    fault_receive(&fault);
}

static void first_touch_without_supply(void)
{
    struct process process;
    struct fault fault;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    uint64_t words[8] = {0}, badge;
    struct space_info info;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_give(&process, 1, endpoint, NJ_RIGHT_ALL);
    OK(space_memory(process.space, PROCESS_MEMORY, 0x400000));
    OK(space_info(process.space, &info));
    SAME(info.memory_bytes, 0x400000);
    // The pages that are left go.
    for (uint64_t i = 0; info.pages_used < info.pages_supplied; i++) {
        uint64_t copied, zero = 0;
        OK(space_copy(process.space, PROCESS_MEMORY + 0x200000 + i * 4096, SLOT_SPACE, (uint64_t)(uintptr_t)&zero, 8,
                      &copied));
        OK(space_info(process.space, &info));
    }
    process_start(&process, touch_and_send, PROCESS_MEMORY + 0x3ff000);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], NJ_FAULT_NO_SUPPLY);
    OK(space_supply(process.space, make(NJ_KIND_UNTYPED, 4)));
    fault_answer(&fault, NJ_FAULT_REPLY_RESUME);
    SAME(nj_recv(endpoint, 0, words, &badge), 8);
    SAME(words[0], 5);
}

static void fault_messages_carry_the_state_of_no_other_thread(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, child_break, 0x1234);
    fault.words[7] = 0x5555;
    fault_receive(&fault);
    for (uint32_t i = NJ_FAULT_WORDS; i < 8; i++)
        SAME(fault.words[i], 0);
}

static void many_faulters_one_handler(void)
{
    struct process processes[4];
    struct fault fault;
    fault_make(&fault);
    for (uint32_t i = 0; i < 4; i++) {
        process_make(&processes[i], PRIORITY_ABOVE, fault.badged);
        process_start(&processes[i], child_break, 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        fault_receive(&fault);
        fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    }
}

static void floating_point_is_no_fault(void)
{
    // Two threads with different values in the same register; neither sees the other's.
    struct process processes[2];
    struct fault fault;
    extern void child_float(uint64_t argument);
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    fault_make(&fault);
    for (uint32_t i = 0; i < 2; i++) {
        process_make(&processes[i], PRIORITY_BELOW, fault.badged);
        process_give(&processes[i], 1, mint(endpoint, NJ_RIGHT_SEND, i + 1), NJ_RIGHT_ALL);
        process_start(&processes[i], child_float, 100 * (i + 1));
    }
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t words[8] = {0}, badge;
        SAME(nj_recv(endpoint, 0, words, &badge), 1);
        SAME(words[0], 100 * badge);
    }
}

static void do_wfi(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("wfi");
    __asm__ volatile("ebreak");
}

static void wait_for_interrupt_does_not_stop_the_machine(void)
{
    struct process process;
    struct fault fault;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, do_wfi, 0);
    fault_receive(&fault);
    CHECK(fault.words[0] == NJ_FAULT_ILLEGAL || fault.words[0] == NJ_FAULT_BREAKPOINT);
}

static const struct test_case cases[] = {
    CASE(a_handler_maps_the_page_and_resumes),
    CASE(an_empty_answer_resumes),
    CASE(reply_recv_serves_faults),
    CASE(a_suspended_faulter_can_be_sent_elsewhere),
    CASE(without_a_handler_the_thread_stops),
    CASE(a_handler_without_the_send_right_is_none),
    CASE(deleting_the_handlers_endpoint_stops_the_thread),
    CASE(deleting_the_handlers_reply_object_stops_the_thread),
    CASE(deleting_a_faulted_thread),
    CASE(suspending_a_faulted_thread_takes_its_message_back),
    CASE(a_receiver_without_a_reply_object_gets_no_faults),
    CASE(first_touch_without_supply),
    CASE(fault_messages_carry_the_state_of_no_other_thread),
    CASE(many_faulters_one_handler),
    CASE(floating_point_is_no_fault),
    CASE(wait_for_interrupt_does_not_stop_the_machine),
};
GROUP(fault_handler, cases);
