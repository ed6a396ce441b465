// SPDX-License-Identifier: Apache-2.0
// The supervisor: sets the suite up, runs every case under an alarm, prints what came of it, powers off.
#include "lib/message.h"
#include "lib/start.h"
#include "test/kernel/test.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_ALARM 1u
#define EVENT_DONE 2u
#define CASE_LIMIT_NS 20000000000ull
#define OWN_PAGES 1024u

extern const struct test_group *const groups[];

static uint32_t passed, failed;

void test_print(const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t bytes = (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1;
    enum nj_status status = system_write(SLOT_SYSTEM, line, bytes);
    (void)status; // there is nobody else to tell
}

// The machine must end with a further hart at work, too.
static _Noreturn void end(uint32_t code)
{
    hart_keep_busy();
    test_print("%u passed, %u failed\n", (unsigned)passed, (unsigned)failed);
    for (;;) {
        enum nj_status status = system_poweroff(SLOT_SYSTEM, code);
        (void)status;
    }
}

static void need(enum nj_status status, const char *what)
{
    if (status == NJ_OK)
        return;
    test_print("FAILED set-up: %s: %s\n", what, nj_status_text(status));
    failed++;
    end(1);
}

// The largest piece of memory there is.
static uint32_t find_memory(const struct nj_boot *boot)
{
    uint32_t largest = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < boot->memory_count; i++) {
        uint64_t bytes, left;
        need(untyped_info(NJ_BOOT_SLOT_MEMORY + i, &bytes, &left), "memory");
        if (left > most) {
            most = left;
            largest = NJ_BOOT_SLOT_MEMORY + i;
        }
    }
    return largest;
}

static void make_own(enum nj_kind kind, uint32_t slot)
{
    need(untyped_retype(SLOT_OWN, kind, 1, 0, SLOT_CNODE, slot), "own objects");
}

static void set_up(const struct nj_boot *boot)
{
    uint32_t memory = find_memory(boot);
    need(untyped_retype(memory, NJ_KIND_UNTYPED, 1, WORK_PAGES, SLOT_CNODE, SLOT_WORK), "memory for the cases");
    need(untyped_retype(memory, NJ_KIND_UNTYPED, 1, OWN_PAGES, SLOT_CNODE, SLOT_OWN), "memory for the suite");
    need(untyped_retype(memory, NJ_KIND_UNTYPED, 1, OWN_PAGES, SLOT_CNODE, SLOT_FIRST), "supply");
    need(space_supply(SLOT_SPACE, SLOT_FIRST), "supply");
    make_own(NJ_KIND_NOTIFICATION, SLOT_EVENTS);
    need(cnode_mint(SLOT_CNODE, SLOT_ALARM, SLOT_CNODE, SLOT_EVENTS, NJ_RIGHT_ALL, EVENT_ALARM), "alarm");
    need(cnode_mint(SLOT_CNODE, SLOT_DONE, SLOT_CNODE, SLOT_EVENTS, NJ_RIGHT_ALL, EVENT_DONE), "done");
    need(interrupt_get(SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_TIMER, SLOT_CNODE, SLOT_TIMER), "timer");
    make_own(NJ_KIND_ENDPOINT, SLOT_FAULTS);
    make_own(NJ_KIND_REPLY, SLOT_FAULT_REPLY);
    make_own(NJ_KIND_THREAD, SLOT_RUNNER);
    make_own(NJ_KIND_SCHED, SLOT_RUNNER_SCHED);
    need(sched_configure(SLOT_SCHED_CONTROL, SLOT_RUNNER_SCHED, 10000000, 10000000), "the runner's time");
    need(thread_configure(SLOT_RUNNER, SLOT_SPACE, PRIORITY_RUNNER, 255, SLOT_FAULTS, 0), "runner");
    need(thread_bind_sched(SLOT_RUNNER, SLOT_RUNNER_SCHED), "the runner's time");
}

// Its fault, if that is what stopped the runner.
static void explain_silence(void)
{
    uint64_t words[8] = {0}, badge;
    int64_t tag = nj_try_recv(SLOT_FAULTS, nj_receive(SLOT_FAULT_REPLY, NJ_SLOT_NONE), words, &badge);
    if (tag >= 0) {
        snprintf(runner_failure, sizeof(runner_failure), "the test faulted: kind %lu, pc 0x%lx, detail 0x%lx, %lx",
                 words[0], words[1], words[2], words[3]);
        return;
    }
    struct thread_info info;
    enum nj_status status = thread_info(SLOT_RUNNER, &info);
    uint64_t registers[8] = {0};
    if (status == NJ_OK)
        status = thread_suspend(SLOT_RUNNER);
    if (status == NJ_OK)
        status = thread_read_registers(SLOT_RUNNER, 0, registers);
    snprintf(runner_failure, sizeof(runner_failure), "hangs in state %u at 0x%lx, ra 0x%lx (%s)", (unsigned)info.state,
             registers[0], registers[1], nj_status_text(status));
}

// Runs one thing in the runner; false: it did not come back.
static bool run(uint32_t group, uint32_t number)
{
    uint64_t events = 0;
    runner_failure[0] = 0;
    need(interrupt_bind(SLOT_TIMER, SLOT_ALARM), "alarm");
    enum nj_status old = nj_poll(SLOT_EVENTS, &events); // an alarm that came too late for the case before
    need(old == NJ_WOULD_BLOCK ? NJ_OK : old, "alarm");
    need(interrupt_arm(SLOT_TIMER, nj_time() + CASE_LIMIT_NS), "alarm");
    runner_start(group, number);
    need(nj_wait(SLOT_EVENTS, &events), "events");
    bool came_back = (events & EVENT_DONE) != 0;
    if (!came_back)
        explain_silence();
    need(thread_suspend(SLOT_RUNNER), "runner");
    return came_back;
}

static void run_case(uint32_t group, uint32_t number)
{
    const struct test_group *of = groups[group];
    char name[64], why[sizeof(runner_failure)];

    if (of->cases)
        snprintf(name, sizeof(name), "%s", of->cases[number].name);
    else
        of->name_of(number, name, sizeof(name));
    run(group, number);
    memcpy(why, runner_failure, sizeof(why));
    // The second visit takes everything apart; a kernel that cannot do that cannot go on.
    bool came_back = run(group, UINT32_MAX);
    const char *reason = why[0] ? why : runner_failure;
    if (reason[0]) {
        failed++;
        test_print("FAILED %s.%s: %s\n", of->name, name, reason);
    } else {
        passed++;
        test_print("ok %s.%s\n", of->name, name);
    }
    if (!came_back) {
        test_print("FAILED clean-up after %s.%s: %s\n", of->name, name, runner_failure);
        end(1);
    }
}

// The machine's command line may name groups by how their names begin, and the number of the case to begin with; say how many
// trees the cases of the chaos group grow; and what the machine must have: harts, bits of a vector register, and MiB of
// memory that is used. run -append "only=chaos trees=625". Found without a parser: the blob holds the line as text, followed by a NUL.
static bool option(const struct nj_boot *boot, const char *name, char value[16])
{
    const char *tree = (const char *)(uintptr_t)boot->devicetree_address;
    size_t length = strlen(name), i = 0, n = 0;
    while (i + length < boot->devicetree_bytes && memcmp(tree + i, name, length) != 0)
        i++;
    if (i + length >= boot->devicetree_bytes)
        return false;
    for (i += length; n < 15 && i < boot->devicetree_bytes && tree[i] != '\0' && tree[i] != ' '; i++)
        value[n++] = tree[i];
    value[n] = '\0';
    return true;
}

static uint32_t number_option(const struct nj_boot *boot, const char *name, uint32_t otherwise)
{
    char value[16];
    return option(boot, name, value) ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

_Noreturn void component_start(uint64_t page)
{
    const struct nj_boot *boot = (const struct nj_boot *)(uintptr_t)(page + NJ_MESSAGE_BYTES);
    message_page = (uint64_t *)(uintptr_t)page;
    set_up(boot);
    char wanted[16] = "";
    option(boot, "only=", wanted);
    uint32_t from = number_option(boot, "case=", 0);
    chaos_trees = number_option(boot, "trees=", chaos_trees);
    machine_harts = number_option(boot, "harts=", 1);
    machine_vlen = number_option(boot, "vlen=", 0);
    machine_ram = number_option(boot, "ram=", 128);
    for (uint32_t group = 0; groups[group]; group++) {
        if (strncmp(wanted, groups[group]->name, strlen(wanted)) != 0)
            continue;
        uint32_t count = groups[group]->count_of ? groups[group]->count_of() : groups[group]->count;
        for (uint32_t number = from; number < count; number++)
            run_case(group, number);
    }
    end(failed == 0 ? 0 : 1);
}
