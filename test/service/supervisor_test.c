// SPDX-License-Identifier: Apache-2.0
// The supervisor: a record of every fault, in its answers and in the log; memory for those that may grow.
#include "abi/component.h"
#include "abi/fault.h"
#include "lib/startup.h"
#include "service/log/log.h"
#include "service/memory/memory.h"
#include "service/supervisor/supervisor.h"
#include "test/service/test.h"
#include <string.h>

static uint32_t supervisor;

static uint32_t index_of(const char *name, struct supervisor_component *component)
{
    uint32_t count;
    supervisor = startup_slot("supervisor");
    ANSWERS(supervisor_count(supervisor, &count), SERVICE_OK);
    for (uint32_t i = 0; i < count; i++) {
        ANSWERS(supervisor_component(supervisor, i, component), SERVICE_OK);
        if (strcmp(component->name, name) == 0)
            return i;
    }
    CHECK(!"there is a component of that name");
    return count;
}

static bool log_has(uint64_t from, const char *text)
{
    static struct log_line line;
    for (uint64_t number = from; log_read(startup_slot("log"), number, &line) == SERVICE_OK; number = line.number + 1) {
        line.text[line.bytes < LOG_TEXT_MAX ? line.bytes : LOG_TEXT_MAX - 1] = '\0';
        if (strstr(line.text, text))
            return true;
    }
    return false;
}

static uint64_t log_next(void)
{
    struct message message = {.word = {LOG_RANGE}, .words = 1};
    ANSWERS(service_call(startup_slot("log"), &message, 4), SERVICE_OK);
    return message.word[2];
}

// Lets the victim do it; its record says `kind`, and the log says `text`.
static void expect_fault(const char *name, enum action action, enum nj_fault kind, const char *text,
                         struct supervisor_fault *fault)
{
    struct supervisor_component component;
    uint32_t index = index_of(name, &component);
    uint64_t from = log_next();
    SAME(component.faults, 0);
    ANSWERS(supervisor_fault(supervisor, index, fault), SERVICE_NOT_FOUND);
    CHECK(victim_answer(name, action));
    ANSWERS(supervisor_fault(supervisor, index, fault), SERVICE_OK);
    SAME(fault->kind, kind);
    CHECK(fault->time_ns <= nj_time());
    CHECK(log_has(from, text));
    ANSWERS(supervisor_component(supervisor, index, &component), SERVICE_OK);
    SAME(component.state, NJ_THREAD_FAULTED);
    SAME(component.faults, 1);
}

static bool is_in_text(uint64_t pc)
{
    return pc >= NJ_COMPONENT_BASE && pc < NJ_COMPONENT_BASE + 0x10000;
}

static void supervisor_records_reads(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-read", ACTION_READ, NJ_FAULT_READ, "fault: victim-read: read of memory it does not have",
                 &fault);
    SAME(fault.detail, 8);
    CHECK(is_in_text(fault.pc));
}

static void supervisor_records_writes(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-write", ACTION_WRITE, NJ_FAULT_WRITE, "fault: victim-write: write to memory", &fault);
    CHECK(is_in_text(fault.detail)); // it tried to write to its own text
}

static void supervisor_records_jumps(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-fetch", ACTION_FETCH, NJ_FAULT_FETCH, "fault: victim-fetch: jump to memory", &fault);
    CHECK(!is_in_text(fault.detail) || fault.pc == fault.detail);
}

static void supervisor_records_illegal_instructions(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-illegal", ACTION_ILLEGAL, NJ_FAULT_ILLEGAL, "fault: victim-illegal: illegal instruction",
                 &fault);
    CHECK(is_in_text(fault.pc));
}

static void supervisor_records_panics(void)
{
    struct supervisor_fault fault;
    uint64_t from = log_next();
    expect_fault("victim-panic", ACTION_PANIC, NJ_FAULT_BREAKPOINT, "fault: victim-panic: breakpoint", &fault);
    CHECK(log_has(from, "asked to, 1 times"));
    from = log_next();
    expect_fault("victim-return", ACTION_RETURN, NJ_FAULT_BREAKPOINT, "fault: victim-return: breakpoint", &fault);
    CHECK(log_has(from, "main returned 7"));
}

static void supervisor_records_bad_calls(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-syscall", ACTION_SYSCALL, NJ_FAULT_SYSCALL, "fault: victim-syscall: system call", &fault);
    SAME(fault.detail, 99);
}

static void supervisor_records_the_end_of_memory(void)
{
    struct supervisor_fault fault;
    expect_fault("victim-supply", ACTION_TOUCH, NJ_FAULT_NO_SUPPLY, "fault: victim-supply: out of memory", &fault);
}

static void supervisor_gives_memory_to_those_that_may_grow(void)
{
    struct supervisor_component before, after;
    struct memory_stats free_before, free_after;
    uint32_t index = index_of("victim-grow", &before);
    ANSWERS(memory_read_stats(startup_slot("memory"), &free_before), SERVICE_OK);
    CHECK(victim_answer("victim-grow", ACTION_TOUCH));
    CHECK(victim_is_done("victim-grow"));
    ANSWERS(supervisor_component(supervisor, index, &after), SERVICE_OK);
    ANSWERS(memory_read_stats(startup_slot("memory"), &free_after), SERVICE_OK);
    CHECK(after.pages_used * 4096 >= TOUCH_BYTES);
    CHECK(after.state != NJ_THREAD_FAULTED);
    SAME(after.memory_bytes - before.memory_bytes, free_before.free - free_after.free);
    SAME((after.pages_supplied - before.pages_supplied) * 4096, after.memory_bytes - before.memory_bytes);
}

static void supervisor_lists_capabilities(void)
{
    static struct supervisor_capability list[SUPERVISOR_CAPABILITIES_MAX];
    struct supervisor_component component;
    uint32_t index = index_of("memory", &component), next = 1, slots, count, untyped = 0, total = 0;
    while (next != 0 && total < 10000) {
        ANSWERS(supervisor_capabilities(supervisor, index, &next, &slots, &count, list), SERVICE_OK);
        for (uint32_t i = 0; i < count; i++)
            untyped += list[i].kind == NJ_KIND_UNTYPED;
        total += count;
    }
    SAME(slots, 1280);
    CHECK(untyped > 2);
    CHECK(total > untyped + 4);
    ANSWERS(supervisor_capabilities(supervisor, 99, &next, &slots, &count, list), SERVICE_BAD_REQUEST);
}

static void supervisor_accounts_for_all_memory(void)
{
    struct supervisor_component component;
    struct memory_stats stats;
    uint64_t info[6], taken = 0;
    uint32_t count = 0;
    supervisor = startup_slot("supervisor");
    ANSWERS(supervisor_count(supervisor, &count), SERVICE_OK);
    for (uint32_t i = 0; i < count; i++) {
        ANSWERS(supervisor_component(supervisor, i, &component), SERVICE_OK);
        SAME(component.badge, i + 1);
        CHECK(component.pages_supplied * 4096 < component.memory_bytes);
        CHECK(component.pages_used <= component.pages_supplied);
        taken += component.memory_bytes;
    }
    ANSWERS(supervisor_system(supervisor, info), SERVICE_OK);
    ANSWERS(memory_read_stats(startup_slot("memory"), &stats), SERVICE_OK);
    // What is neither free, nor the components', nor the kernel's and firmware's, is the boot archive and the last bytes
    // of pages: less than a MiB here.
    uint64_t known = stats.free + taken + info[1] + info[5];
    CHECK(known <= info[0]);
    CHECK(info[0] - known < 0x100000);
}

const struct test supervisor_tests[] = {
    {"supervisor_records_reads", supervisor_records_reads},
    {"supervisor_records_writes", supervisor_records_writes},
    {"supervisor_records_jumps", supervisor_records_jumps},
    {"supervisor_records_illegal_instructions", supervisor_records_illegal_instructions},
    {"supervisor_records_panics", supervisor_records_panics},
    {"supervisor_records_bad_calls", supervisor_records_bad_calls},
    {"supervisor_records_the_end_of_memory", supervisor_records_the_end_of_memory},
    {"supervisor_gives_memory_to_those_that_may_grow", supervisor_gives_memory_to_those_that_may_grow},
    {"supervisor_lists_capabilities", supervisor_lists_capabilities},
    {"supervisor_accounts_for_all_memory", supervisor_accounts_for_all_memory},
    {NULL, NULL},
};
