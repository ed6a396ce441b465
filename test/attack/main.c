// SPDX-License-Identifier: Apache-2.0
// The supervisor: makes worlds, answers faults, restarts who stopped, and counts. What it was told (file "parameters" of the
// boot archive): a seed, and how many calls to make.
#include "lib/message.h"
#include "lib/start.h"
#include "test/attack/attack.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORK_PAGES 2048u
#define OWN_PAGES 1024u
#define TICK_MIN_NS 20000u
#define TICK_RANGE_NS 150000u
#define TICKS_MIN 60u
#define TICKS_RANGE 300u
#define TICKS_STUCK 2u // blocked for so many: helped

static uint64_t state, seed, calls, faults, mended, restarts, worlds, private_faults, vector_calls, ticks;
static uint64_t capsules_mended, handled_by_capsule; // faults of capsules; of images, in handlers that are capsules

static volatile uint64_t *const counters = (volatile uint64_t *)(uintptr_t)OWN_COUNTERS;
static uint8_t stuck[ATTACKERS];
uint32_t attackers;
static bool must_have_harts;

uint64_t choose(uint64_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % limit;
}

static void print(const char *format, va_list arguments)
{
    char line[200];
    int length = vsnprintf(line, sizeof(line), format, arguments);

    if (length > 0)
        (void)!system_write(SLOT_SYSTEM, line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
}

void report(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
}

static _Noreturn void end(uint32_t code)
{
    report("%u passed, %u failed\n", code == 0 ? 1u : 0u, code == 0 ? 0u : 1u);
    for (;;)
        (void)!system_poweroff(SLOT_SYSTEM, code);
}

_Noreturn void fail(const char *format, ...)
{
    va_list arguments;

    report("FAILED world %lu of seed 0x%lx: ", (unsigned long)worlds, (unsigned long)seed);
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    report("\n");
    end(1);
}

static uint32_t find_memory(const struct nj_boot *boot)
{
    uint32_t largest = NJ_BOOT_SLOT_MEMORY;
    uint64_t most = 0;

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        uint64_t bytes, left;
        NEED(untyped_info(NJ_BOOT_SLOT_MEMORY + i, &bytes, &left));
        if (left > most) {
            most = left;
            largest = NJ_BOOT_SLOT_MEMORY + i;
        }
    }
    return largest;
}

static void set_up(const struct nj_boot *boot)
{
    uint32_t memory = find_memory(boot);

    NEED(untyped_retype(memory, NJ_KIND_UNTYPED, 1, WORK_PAGES, SLOT_CNODE, SLOT_WORK));
    NEED(untyped_retype(memory, NJ_KIND_UNTYPED, 1, OWN_PAGES, SLOT_CNODE, SLOT_OWN));
    NEED(untyped_retype(memory, NJ_KIND_UNTYPED, 1, OWN_PAGES, SLOT_CNODE, SLOT_WORLD));
    NEED(space_supply(SLOT_SPACE, SLOT_WORLD));
    NEED(untyped_retype(SLOT_OWN, NJ_KIND_NOTIFICATION, 1, 0, SLOT_CNODE, SLOT_EVENTS));
    NEED(untyped_retype(SLOT_OWN, NJ_KIND_ENDPOINT, 1, 0, SLOT_CNODE, SLOT_FAULTS));
    NEED(untyped_retype(SLOT_OWN, NJ_KIND_REPLY, 1, 0, SLOT_CNODE, SLOT_REPLY));
    NEED(untyped_retype(SLOT_OWN, NJ_KIND_FRAME, 1, 16, SLOT_CNODE, SLOT_COUNTERS));
    NEED(untyped_retype(SLOT_OWN, NJ_KIND_FRAME, 1, 1, SLOT_CNODE, SLOT_SECRETS));
    NEED(frame_map(SLOT_COUNTERS, SLOT_SPACE, OWN_COUNTERS, NJ_RIGHT_READ | NJ_RIGHT_WRITE));
    NEED(cnode_mint(SLOT_CNODE, SLOT_ALARM, SLOT_CNODE, SLOT_EVENTS, NJ_RIGHT_ALL, 1));
    NEED(interrupt_get(SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_TIMER, SLOT_CNODE, SLOT_TIMER));
    NEED(interrupt_bind(SLOT_TIMER, SLOT_ALARM));
    NEED(thread_bind_notification(SLOT_SELF, SLOT_EVENTS));
}

static uint64_t read_parameters(const struct nj_boot *boot)
{
    const struct nj_archive *archive = (const struct nj_archive *)(uintptr_t)boot->archive_address;
    char text[64] = {0}, *end_of_seed;

    for (uint32_t i = 0; i < archive->count && i < NJ_ARCHIVE_FILES_MAX; i++) {
        const struct nj_archive_entry *entry = &archive->entry[i];
        if (strcmp(entry->name, "parameters") == 0 && entry->bytes < sizeof(text))
            memcpy(text, (const char *)archive + entry->offset, entry->bytes);
    }
    seed = strtoull(text, &end_of_seed, 0);
    state = seed * 6364136223846793005u | 1u;
    uint64_t wanted = strtoull(end_of_seed, &end_of_seed, 0);
    attackers = strtoull(end_of_seed, &end_of_seed, 0) != 0 ? ATTACKERS : ATTACKER_VECTOR;
    must_have_harts = strtoull(end_of_seed, NULL, 0) != 0;
    if (wanted == 0)
        fail("the boot archive has no file \"parameters\" with a seed, a number of calls, 1 for vector registers, 1 "
             "for harts");
    return wanted;
}

// A system call over which all registers are watched.
static int64_t enter(uint64_t number, uint32_t slot, uint64_t tag, uint64_t words[8], uint64_t *badge)
{
    struct exchanged exchanged = exchange(number, slot, tag, nj_receive(SLOT_REPLY, NJ_SLOT_NONE), words, badge);

    if (exchanged.spoilt != 0)
        fail("registers of the supervisor after call %lu differ by 0x%lx", (unsigned long)number,
             (unsigned long)exchanged.spoilt);
    return (int64_t)exchanged.tag;
}

// The page is there from now on, until the next tick or somebody else's fault.
static bool mend(uint32_t attacker, const uint64_t fault[8])
{
    bool is_secret = fault[NJ_FAULT_WORD_KIND] == NJ_FAULT_READ && fault[NJ_FAULT_WORD_DETAIL] - SECRETS < 4096u;

    NEED(frame_unmap(SLOT_SECRETS));
    if (!is_secret || frame_map(SLOT_SECRETS, world_space(attacker), SECRETS, NJ_RIGHT_READ) != NJ_OK)
        return false;
    mended++;
    capsules_mended += attacker == 4 || attacker == ATTACKER_PRIVATE;
    return true;
}

// Replies, and most often lets it start anew.
static void answer_fault(uint64_t badge, const uint64_t fault[8])
{
    uint32_t attacker = (uint32_t)badge - 1u;
    bool resumes = mend(attacker, fault);
    resumes |= choose(8) == 0 && attacker < ATTACKER_PRIVATE; // those would go on with registers of before a call
    uint64_t words[8] = {resumes ? NJ_FAULT_REPLY_RESUME : NJ_FAULT_REPLY_SUSPEND}, registers[8] = {0};

    if (badge == 0 || badge > attackers)
        fail("a fault with badge %lu", (unsigned long)badge);
    faults++;
    uint64_t nobody;
    int64_t tag = enter(NJ_SYS_SEND, SLOT_REPLY, nj_tag(1, 0), words, &nobody);
    if (tag != 0)
        fail("a fault cannot be answered: %s", nj_status_text(nj_status_of(tag)));
    if (resumes)
        return;
    if (attacker >= ATTACKER_PRIVATE) {
        private_faults++;
        NEED(thread_read_registers(world_thread(attacker), 10, registers));
        if (fault[NJ_FAULT_WORD_DETAIL] == NJ_TRAP_WORD && registers[0] == BAD_REGISTERS) {
            uint64_t saved[8];
            NEED(thread_read_registers(world_thread(attacker), 22, registers));
            NEED(thread_read_registers(world_thread(attacker), 25, saved));
            fail("registers of attacker %u have changed: s6 0x%lx, s7 0x%lx, s8 0x%lx, t3 or t4 0x%lx",
                 (unsigned)attacker, registers[0], registers[1], registers[2], saved[4]);
        }
    }
    world_start(attacker);
}

static void help(uint32_t attacker)
{
    struct thread_info info;

    NEED(thread_info(world_thread(attacker), &info));
    if (info.state == NJ_THREAD_READY || info.state == NJ_THREAD_OUT_OF_BUDGET) {
        stuck[attacker] = 0;
        if (attacker < ATTACKER_PRIVATE && choose(64) != 0)
            return;
    } else if (info.state != NJ_THREAD_INACTIVE && ++stuck[attacker] < TICKS_STUCK) {
        return;
    }
    stuck[attacker] = 0;
    restarts++;
    if (info.state != NJ_THREAD_INACTIVE && choose(3) != 0) { // its call is left, and made again or ended
        if (thread_suspend(world_thread(attacker)) == NJ_OK)
            (void)!thread_resume(world_thread(attacker));
        return;
    }
    world_start(attacker);
}

static void tick(void)
{
    ticks++;
    NEED(frame_unmap(SLOT_SECRETS));
    if (choose(8) == 0) // its handler cannot
        (void)!frame_map(SLOT_SECRETS, world_space(ATTACKER_PRIVATE + 1), SECRETS, NJ_RIGHT_READ);
    for (uint32_t i = 0; i < attackers; i++)
        help(i);
    world_mend();
    harts_check();
    if (choose(2) == 0)
        world_hurt();
    if (choose(2) == 0)
        harts_hurt();
    NEED(interrupt_arm(SLOT_TIMER, nj_time() + TICK_MIN_NS + choose(TICK_RANGE_NS)));
}

static void world_run(void)
{
    uint64_t last = ticks + TICKS_MIN + choose(TICKS_RANGE);

    world_make();
    NEED(interrupt_arm(SLOT_TIMER, nj_time() + TICK_MIN_NS));
    while (ticks < last) {
        uint64_t words[8] = {0}, badge;
        int64_t tag = enter(NJ_SYS_RECV, SLOT_FAULTS, 0, words, &badge);
        if (tag < 0)
            fail("no fault, but %s", nj_status_text(nj_status_of(tag)));
        if ((tag & NJ_TAG_SIGNAL) != 0)
            tick();
        else
            answer_fault(badge, words);
    }
    world_end();
    handled_by_capsule += counters[ATTACKER_PRIVATE * 512u + 3u];
    counters[ATTACKER_PRIVATE * 512u + 3u] = 0;
    for (uint32_t i = 0; i < attackers; i++) {
        calls += i == ATTACKER_MUTANT ? 0 : counters[i * 512u]; // a mutant counts what it likes
        vector_calls += i >= ATTACKER_VECTOR ? counters[i * 512u] : 0;
        counters[i * 512u] = 0;
        if (i >= ATTACKER_VECTOR && counters[i * 512u + 2u] != 0)
            fail("registers of attacker %u have changed over a fault", i);
        if (i >= ATTACKER_PRIVATE && counters[i * 512u + 1u] != 0)
            fail("world %lu of seed 0x%lx: registers behind a gate, in the space of attacker %u", (unsigned long)worlds,
                 (unsigned long)seed, i);
    }
    worlds++;
}

static void report_counts(void)
{
    report("%lu calls, %lu faults (%lu mended, %lu of capsules; capsules handled %lu), %lu restarts, %lu worlds, "
           "%lu jobs (%lu ended), in %lu ms\n",
           (unsigned long)calls, (unsigned long)faults, (unsigned long)mended, (unsigned long)capsules_mended,
           (unsigned long)handled_by_capsule, (unsigned long)restarts, (unsigned long)worlds,
           (unsigned long)jobs_started, (unsigned long)jobs_ended, (unsigned long)(nj_time() / 1000000u));
}

// An attack that did not get to what its machine is for has shown nothing.
static void check_reached(void)
{
    if (attackers > ATTACKER_VECTOR && vector_calls == 0)
        fail("no attacker has used vector registers");
    if (capsules_mended == 0 || handled_by_capsule == 0)
        fail("no fault of a capsule was handled, or none by a capsule");
    if (must_have_harts && jobs_started == 0)
        fail("no job was started");
}

_Noreturn void component_start(uint64_t page)
{
    const struct nj_boot *boot = (const struct nj_boot *)(uintptr_t)(page + NJ_MESSAGE_BYTES);

    message_page = (uint64_t *)(uintptr_t)page;
    uint64_t wanted = read_parameters(boot);
    set_up(boot);
    report("seed 0x%lx\n", (unsigned long)seed);
    while (calls < wanted) {
        world_run();
        if (worlds % 64u == 0)
            report_counts();
    }
    report_counts();
    check_reached();
    end(0);
}
