// SPDX-License-Identifier: Apache-2.0
// Faults of processes: one case for every way to break a rule, then what a handler can do about it.
#include "test/kernel/process.h"
#include <stdio.h>

#define ANY UINT64_MAX

// ---- children

static void do_read(uint64_t address)
{
    (void)*(volatile uint64_t *)address;
    __asm__ volatile("ebreak");
}

static void do_write(uint64_t address)
{
    *(volatile uint64_t *)address = 1;
    __asm__ volatile("ebreak");
}

static void do_jump(uint64_t address)
{
    ((void (*)(void))(uintptr_t)address)();
    __asm__ volatile("ebreak");
}

static void do_zero(uint64_t argument)
{
    (void)argument;
    __asm__ volatile(".4byte 0");
}

static void do_ones(uint64_t argument)
{
    (void)argument;
    __asm__ volatile(".4byte 0xffffffff");
}

static void do_trap_word(uint64_t argument)
{
    (void)argument;
    __asm__ volatile(".4byte 0xC0001073");
}

static void do_read_sstatus(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("csrr a0, sstatus");
}

static void do_write_satp(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("csrw satp, zero");
}

static void do_sret(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("sret");
}

static void do_wfi(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("wfi");
    __asm__ volatile("ebreak");
}

static void do_sfence(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("sfence.vma");
}

static void do_read_stimecmp(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("csrr a0, 0x14d");
}

static void do_break(uint64_t argument)
{
    (void)argument;
    __asm__ volatile("ebreak");
}

static void do_misaligned_atomic(uint64_t address)
{
    __asm__ volatile("amoadd.d zero, zero, (%0)" : : "r"(address) : "memory");
}

static void do_call_number(uint64_t number)
{
    uint64_t words[8] = {0}, badge;
    badge = 1;
    syscall_enter(number, &badge, 0, 0, words);
    __asm__ volatile("ebreak");
}

static void do_tag(uint64_t tag)
{
    uint64_t words[8] = {0}, badge = 1;
    syscall_enter(NJ_SYS_SEND, &badge, tag, 0, words);
    __asm__ volatile("ebreak");
}

static void do_call_tag(uint64_t tag)
{
    uint64_t words[8] = {0}, badge = 1;
    syscall_enter(NJ_SYS_CALL, &badge, tag, 0, words);
    __asm__ volatile("ebreak");
}

static void do_reply_tag(uint64_t tag)
{
    uint64_t words[8] = {0}, badge = 1;
    syscall_enter(NJ_SYS_REPLY_RECV, &badge, tag, 0, words);
    __asm__ volatile("ebreak");
}

static void do_vector(uint64_t argument)
{
    (void)argument;
    __asm__ volatile(".4byte 0xcd057557"); // vsetivli
}

#define STACK_TOP (PROCESS_MEMORY + PROCESS_MEMORY_BYTES)
#define TEXT NJ_COMPONENT_BASE
#define BOOT_CODE 0x80200000ull

static const struct {
    const char *name;
    void (*run)(uint64_t argument);
    uint64_t argument;
    uint64_t kind, detail, extra; // ANY
} table[] = {
    {"read of address 0", do_read, 0, NJ_FAULT_READ, 0, ANY},
    {"read of an unmapped page", do_read, 0x70000008, NJ_FAULT_READ, 0x70000008, ANY},
    {"write of address 0", do_write, 0, NJ_FAULT_WRITE, 0, ANY},
    {"write of an unmapped page", do_write, 0x70000ff8, NJ_FAULT_WRITE, 0x70000ff8, ANY},
    {"write of text", do_write, TEXT, NJ_FAULT_WRITE, TEXT, ANY},
    {"jump to address 0", do_jump, 0, NJ_FAULT_FETCH, 0, ANY},
    {"jump to an unmapped page", do_jump, 0x70000000, NJ_FAULT_FETCH, 0x70000000, ANY},
    {"jump into the stack", do_jump, STACK_TOP - 64, NJ_FAULT_FETCH, STACK_TOP - 64, ANY},
    {"jump into the message page", do_jump, PROCESS_MESSAGE_PAGE, NJ_FAULT_FETCH, PROCESS_MESSAGE_PAGE, ANY},
    {"read past the memory", do_read, STACK_TOP, NJ_FAULT_READ, STACK_TOP, ANY},
    {"read before the memory", do_read, PROCESS_MEMORY - 8, NJ_FAULT_READ, PROCESS_MEMORY - 8, ANY},
    {"read of the kernel's text", do_read, 0xffffffff80200000, NJ_FAULT_READ, 0xffffffff80200000, ANY},
    {"write of the kernel's memory", do_write, 0xffffffff80000000, NJ_FAULT_WRITE, 0xffffffff80000000, ANY},
    {"write of the last address", do_write, 0xfffffffffffffff8, NJ_FAULT_WRITE, 0xfffffffffffffff8, ANY},
    {"jump into the kernel's text", do_jump, 0xffffffff80200000, NJ_FAULT_FETCH, 0xffffffff80200000, ANY},
    {"read of the interrupt controller's mapping", do_read, 0xffffffffbfa00000, NJ_FAULT_READ, 0xffffffffbfa00000, ANY},
    {"read of a capsule region", do_read, 0xffff800000000000, NJ_FAULT_READ, 0xffff800000000000, ANY},
    {"read of a physical address", do_read, BOOT_CODE, NJ_FAULT_READ, BOOT_CODE, ANY},
    {"read of an address that is not canonical", do_read, 0x0001000000000000, NJ_FAULT_READ, 0x0001000000000000, ANY},
    {"jump to an address that is not canonical", do_jump, 0x0001000000000000, NJ_FAULT_FETCH, ANY, ANY},
    {"instruction zero", do_zero, 0, NJ_FAULT_ILLEGAL, 0, ANY},
    {"instruction of ones", do_ones, 0, NJ_FAULT_ILLEGAL, 0xffffffff, ANY},
    {"the trap word is nothing special in a process", do_trap_word, 0, NJ_FAULT_ILLEGAL, 0xc0001073, ANY},
    {"read of sstatus", do_read_sstatus, 0, NJ_FAULT_ILLEGAL, 0x10002573, ANY},
    {"write of satp", do_write_satp, 0, NJ_FAULT_ILLEGAL, 0x18001073, ANY},
    {"sret", do_sret, 0, NJ_FAULT_ILLEGAL, 0x10200073, ANY},
    {"sfence.vma", do_sfence, 0, NJ_FAULT_ILLEGAL, 0x12000073, ANY},
    {"read of stimecmp", do_read_stimecmp, 0, NJ_FAULT_ILLEGAL, 0x14d02573, ANY},
    {"vector instruction", do_vector, 0, NJ_FAULT_ILLEGAL, 0xcd057557, ANY},
    {"breakpoint", do_break, 0, NJ_FAULT_BREAKPOINT, ANY, ANY},
    {"misaligned atomic", do_misaligned_atomic, STACK_TOP - 63, NJ_FAULT_MISALIGNED, STACK_TOP - 63, ANY},
    {"call number 12", do_call_number, NJ_SYS_COUNT, NJ_FAULT_SYSCALL, NJ_SYS_COUNT, 0},
    {"call number 127", do_call_number, 127, NJ_FAULT_SYSCALL, 127, 0},
    {"call number 2^32", do_call_number, 1ull << 32, NJ_FAULT_SYSCALL, 1ull << 32, 0},
    {"call number 2^64-1", do_call_number, UINT64_MAX, NJ_FAULT_SYSCALL, UINT64_MAX, 0},
    {"tag with 65 words", do_tag, 65, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 65},
    {"tag with 127 words", do_tag, 127, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 127},
    {"tag with bit 7", do_tag, 0x80, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 0x80},
    {"tag with the receiver's bit 9", do_tag, NJ_TAG_SIGNAL, NJ_FAULT_SYSCALL, NJ_SYS_SEND, NJ_TAG_SIGNAL},
    {"tag with bit 10", do_tag, 1 << 10, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 1 << 10},
    {"tag with bit 31", do_tag, 1ull << 31, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 1ull << 31},
    {"tag with a capability but no slot", do_tag, NJ_TAG_CAP, NJ_FAULT_SYSCALL, NJ_SYS_SEND, NJ_TAG_CAP},
    {"tag with a slot but no capability", do_tag, 1ull << 32, NJ_FAULT_SYSCALL, NJ_SYS_SEND, 1ull << 32},
    {"tag of a call with bit 31", do_call_tag, 1ull << 31, NJ_FAULT_SYSCALL, NJ_SYS_CALL, 1ull << 31},
    {"tag of a call with 65 words", do_call_tag, 65, NJ_FAULT_SYSCALL, NJ_SYS_CALL, 65},
    {"tag of a call below zero", do_call_tag, UINT64_MAX, NJ_FAULT_SYSCALL, NJ_SYS_CALL, UINT64_MAX},
    {"tag of an answer with bit 7", do_reply_tag, 0x80, NJ_FAULT_SYSCALL, NJ_SYS_REPLY_RECV, 0x80},
    {"tag of an answer with 100 words", do_reply_tag, 100, NJ_FAULT_SYSCALL, NJ_SYS_REPLY_RECV, 100},
};

static void name_of(uint32_t number, char *name, uint32_t bytes)
{
    snprintf(name, bytes, "%s", table[number].name);
}

static void run(uint32_t number)
{
    struct process process;
    struct fault fault;
    struct thread_info info;
    fault_make(&fault);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_give(&process, 1, make(NJ_KIND_ENDPOINT, 0), NJ_RIGHT_ALL);
    process_start(&process, table[number].run, table[number].argument);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
    fault_receive(&fault);
    SAME(fault.words[NJ_FAULT_WORD_KIND], table[number].kind);
    if (table[number].detail != ANY)
        SAME(fault.words[NJ_FAULT_WORD_DETAIL], table[number].detail);
    if (table[number].extra != ANY)
        SAME(fault.words[NJ_FAULT_WORD_EXTRA], table[number].extra);
    for (uint32_t i = NJ_FAULT_WORDS; i < 8; i++)
        SAME(fault.words[i], 0);
    uint64_t start = (uint64_t)(uintptr_t)table[number].run, pc = fault.words[NJ_FAULT_WORD_PC];
    if (table[number].kind == NJ_FAULT_FETCH)
        SAME(pc, fault.words[NJ_FAULT_WORD_DETAIL]);
    else
        CHECK(pc >= start && pc < start + 128);
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 1);
    SAME(info.state, NJ_THREAD_FAULTED);
    fault_answer(&fault, NJ_FAULT_REPLY_SUSPEND);
    SAME(state_of(process.thread) == NJ_THREAD_READY, 0);
}

const struct test_group fault_group = {
    .name = "fault",
    .count = sizeof(table) / sizeof(table[0]),
    .run = run,
    .name_of = name_of,
};

// ---- handlers

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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
    delete (process.thread);
    ANSWERS(nj_status_of(nj_try_recv(fault.endpoint, nj_receive(fault.reply, 0), words, &badge)), NJ_WOULD_BLOCK);
    process_make(&process, PRIORITY_ABOVE, fault.badged);
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0);
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
    process_start(&process, do_break, 0x1234);
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
        process_start(&processes[i], do_break, 0);
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
