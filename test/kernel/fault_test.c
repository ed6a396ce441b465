// SPDX-License-Identifier: Apache-2.0
// Faults of processes: one case for every way to break a rule. Each comes twice: to nobody, and to a handler that
// waits.
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
    {"breakpoint", child_break, 0, NJ_FAULT_BREAKPOINT, ANY, ANY},
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
    struct worker *handler = fault_wait(&fault);
    process_start(&process, table[number].run, table[number].argument);
    fault_came_again(handler, &fault);
    SAME(state_of(process.thread), NJ_THREAD_FAULTED);
    OK(thread_info(process.thread, &info));
    SAME(info.faults, 2);
}

const struct test_group fault_group = {
    .name = "fault",
    .count = sizeof(table) / sizeof(table[0]),
    .run = run,
    .name_of = name_of,
};
