// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/kernel_setting.h"

#include <stdio.h>
#include <stdlib.h>

#include "abi/capsule.h"
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/thread.h"

#define ROOT_PRIORITY 255u
#define NOP 0x00000013u

static uint32_t root, memory_first, memory_pages;
static uint32_t members[SETTING_THREADS], times[SETTING_THREADS]; // threads and their scheduling contexts, as made

static enum nj_status invoke(uint64_t slot, uint64_t operation, const uint64_t words[8])
{
    int64_t tag;

    do {
        host_syscall(root, NJ_SYS_INVOKE, slot, operation, 0, words);
        tag = (int64_t)threads[root].context.reg[REG_TAG];
    } while (tag == -(int64_t)NJ_AGAIN);
    return tag < 0 ? (enum nj_status) - tag : NJ_OK;
}

// A setting that cannot be made attacks nothing: that must not go unnoticed.
static void need(uint64_t slot, uint64_t operation, const uint64_t words[8], int line)
{
    enum nj_status status = invoke(slot, operation, words);

    if (status == NJ_OK)
        return;
    fprintf(stderr, "setting, line %d: %s\n", line, nj_status_text(status));
    abort();
}
#define NEED(slot, operation, ...) need(slot, operation, (const uint64_t[8]){__VA_ARGS__}, __LINE__)

static void make_objects(void)
{
    static const struct {
        uint8_t kind, count, size, slot;
    } objects[] = {
        {NJ_KIND_THREAD, 8, 0, SLOT_THREADS},     {NJ_KIND_SCHED, 8, 0, SLOT_SCHEDS},
        {NJ_KIND_ENDPOINT, 4, 0, SLOT_ENDPOINTS}, {NJ_KIND_NOTIFICATION, 4, 0, SLOT_NOTIFICATIONS},
        {NJ_KIND_REPLY, 6, 0, SLOT_REPLIES},      {NJ_KIND_SPACE, 4, 0, SLOT_SPACES},
        {NJ_KIND_CODE, 3, 0, SLOT_CODES},         {NJ_KIND_FRAME, 4, 2, SLOT_FRAMES},
        {NJ_KIND_CNODE, 2, 128, SLOT_CNODES},     {NJ_KIND_CNODE, 2, 32, SLOT_CNODES + 2},
        {NJ_KIND_UNTYPED, 8, 12, SLOT_UNTYPEDS},  {NJ_KIND_SPACE, 2, 0, SLOT_CAPSULES},
    };

    for (uint32_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        NEED(NJ_BOOT_SLOT_MEMORY, NJ_UNTYPED_RETYPE, objects[i].kind, objects[i].count, objects[i].size,
             NJ_BOOT_SLOT_CNODE, objects[i].slot);
    for (uint32_t table = 0; table < 2; table++)
        NEED(NJ_BOOT_SLOT_MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_UNTYPED, 4, 8, SLOT_CNODES + table, SLOT_UNTYPEDS);
    for (uint32_t i = 0; i < 3; i++) {
        NEED(NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_CONTROL_GET, i, NJ_BOOT_SLOT_CNODE, SLOT_INTERRUPTS + i);
        NEED(NJ_BOOT_SLOT_CNODE, NJ_CNODE_MINT, SLOT_SCRATCH + i, NJ_BOOT_SLOT_CNODE, SLOT_NOTIFICATIONS + i,
             NJ_RIGHT_ALL, 1u << i);
        NEED(SLOT_INTERRUPTS + i, NJ_INTERRUPT_BIND, SLOT_SCRATCH + i);
    }
}

static void supply(uint32_t slot, uint64_t operation, uint64_t pages_wanted)
{
    NEED(NJ_BOOT_SLOT_MEMORY, NJ_UNTYPED_RETYPE, NJ_KIND_UNTYPED, 1, pages_wanted, NJ_BOOT_SLOT_CNODE,
         SLOT_SCRATCH + SCRATCH_SLOTS - 1u);
    NEED(slot, operation, SLOT_SCRATCH + SCRATCH_SLOTS - 1u);
}

// What root writes into its own memory, to fill code objects from: accepted words, and one that is not at the end.
static void write_code(uint32_t space)
{
    for (uint32_t i = 0; i < SETTING_CODE_WORDS; i++) {
        uint32_t page;
        if (space_write_page(space, SETTING_MEMORY + i * 4u, &page) != NJ_OK)
            abort();
        code_words[page][i % (PAGE_BYTES / 4u)] = i % 16u == 15u ? NJ_TRAP_WORD : NOP;
    }
}

static void fill_code(uint32_t slot, uint32_t bytes)
{
    for (uint64_t done = 0; done < bytes; done += threads[root].context.reg[REG_WORD])
        NEED(slot, NJ_CODE_FILL, done, NJ_BOOT_SLOT_SPACE, SETTING_MEMORY + done, bytes - done);
}

static void make_code(void)
{
    supply(SLOT_CODES, NJ_CODE_SUPPLY, 2);
    supply(SLOT_CODES + 1, NJ_CODE_SUPPLY, 2);
    NEED(NJ_BOOT_SLOT_SPACE, NJ_SPACE_MEMORY, SETTING_MEMORY, SETTING_MEMORY_PAGES * PAGE_BYTES);
    write_code(threads[root].space);
    fill_code(SLOT_CODES, SETTING_CODE_WORDS * 4u);
    fill_code(SLOT_CODES + 1, PAGE_BYTES);
    NEED(SLOT_CODES, NJ_CODE_CHECK, SETTING_CODE_WORDS * 4u);
}

static void make_spaces(void)
{
    for (uint32_t i = 0; i < 4; i++)
        supply(SLOT_SPACES + i, NJ_SPACE_SUPPLY, 24);
    NEED(SLOT_SPACES, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, SLOT_CNODES);
    NEED(SLOT_SPACES, NJ_SPACE_MEMORY, SETTING_MEMORY, SETTING_MEMORY_PAGES * PAGE_BYTES);
    NEED(SLOT_SPACES + 1, NJ_SPACE_CONFIGURE, NJ_SPACE_CAPSULE, SLOT_CNODES + 1);
    NEED(SLOT_SPACES + 2, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, SLOT_CNODES);
    for (uint32_t i = 1; i < 3; i++) {
        NEED(SLOT_SPACES + i, NJ_SPACE_ATTACH, SLOT_CODES, PAGE_BYTES, PAGE_BYTES);
        NEED(SLOT_SPACES + i, NJ_SPACE_MEMORY, 0, SETTING_MEMORY + SETTING_MEMORY_PAGES * PAGE_BYTES);
    }
}

// Two into each of the three capsules.
static void make_gates(void)
{
    static const uint8_t capsules[] = {SLOT_SPACES + 1, SLOT_CAPSULES, SLOT_CAPSULES + 1};

    for (uint32_t i = 0; i < 2; i++) {
        uint32_t capsule = SLOT_CAPSULES + i;
        supply(capsule, NJ_SPACE_SUPPLY, 24);
        NEED(capsule, NJ_SPACE_CONFIGURE, NJ_SPACE_CAPSULE, SLOT_CNODES + 1);
        NEED(capsule, NJ_SPACE_ATTACH, SLOT_CODES, PAGE_BYTES, PAGE_BYTES);
    }
    for (uint32_t i = 0; i < 6; i++)
        NEED(capsules[i / 2u], NJ_SPACE_GATE, i * 4u, i, NJ_BOOT_SLOT_CNODE, SLOT_GATES + i);
}

// Thread 0 to 2 in root's space, 3 to 5 in the process, 6 and 7 in the capsule.
static void make_threads(void)
{
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t space = i < 3 ? (uint32_t)NJ_BOOT_SLOT_SPACE : SLOT_SPACES + (i < 6 ? 0 : 1);
        uint32_t priority = i == PASSIVE_THREAD ? ROOT_PRIORITY : 254u - i % 2u;
        uint32_t page = i % 4u == 3 ? 0 : 0x800000u + i * PAGE_BYTES;
        NEED(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, SLOT_SCHEDS + i, 1000000u * (i + 1u),
             i % 3u == 0 ? 1000000u * (i + 1u) : 10000000);
        NEED(SLOT_THREADS + i, NJ_THREAD_CONFIGURE, space, priority, 255, i % 4u == 1 ? 0 : SLOT_ENDPOINTS + i % 2u,
             page);
        NEED(SLOT_THREADS + i, NJ_THREAD_BIND_SCHED, SLOT_SCHEDS + i);
        NEED(SLOT_THREADS + i, NJ_THREAD_START, i < 6 ? SETTING_MEMORY : 4u * i, 0x20000, i);
    }
    NEED(SLOT_THREADS + 2, NJ_THREAD_BIND_NOTIFICATION, SLOT_NOTIFICATIONS + 3);
    NEED(NJ_BOOT_SLOT_HART, NJ_HART_BIND, SLOT_SPACES, SLOT_NOTIFICATIONS);
    NEED(NJ_BOOT_SLOT_HART, NJ_HART_START, SETTING_MEMORY, 0x20000, 1);
}

// The server goes to its endpoint, and then loses its time: calls lend it theirs.
static void make_passive(void)
{
    uint64_t none[8] = {0};
    uint32_t server = host_syscall(root, NJ_SYS_YIELD, 0, 0, 0, none);

    if (server == root)
        abort();
    host_syscall(server, NJ_SYS_RECV, SLOT_ENDPOINTS + 2, 0, SLOT_REPLIES + 5, none);
    NEED(SLOT_THREADS + PASSIVE_THREAD, NJ_THREAD_UNBIND_SCHED, 0);
}

// A child has what root has, but its own table and space for root's.
static void share(uint32_t number)
{
    uint32_t cnode = SLOT_CNODES + number;

    NEED(cnode, NJ_CNODE_COPY, NJ_BOOT_SLOT_CNODE, NJ_BOOT_SLOT_CNODE, cnode, NJ_RIGHT_ALL);
    NEED(cnode, NJ_CNODE_COPY, NJ_BOOT_SLOT_SPACE, NJ_BOOT_SLOT_CNODE, SLOT_SPACES + number, NJ_RIGHT_ALL);
    for (uint32_t slot = NJ_BOOT_SLOT_SCHED_CONTROL; slot < SLOT_UNTYPEDS; slot++)
        if (slot <= NJ_BOOT_SLOT_SYSTEM || slot >= SLOT_THREADS)
            NEED(cnode, NJ_CNODE_COPY, slot, NJ_BOOT_SLOT_CNODE, slot, NJ_RIGHT_ALL);
    for (uint32_t slot = NJ_BOOT_SLOT_HART; slot < NJ_BOOT_SLOT_HART + HOST_HARTS; slot++)
        NEED(cnode, NJ_CNODE_COPY, slot, NJ_BOOT_SLOT_CNODE, slot, NJ_RIGHT_ALL);
    for (uint32_t slot = SLOT_GATES; slot < SLOT_GATES_END; slot++)
        NEED(cnode, NJ_CNODE_COPY, slot, NJ_BOOT_SLOT_CNODE, slot, NJ_RIGHT_ALL);
}

void setting_make(void)
{
    struct cap system = {.kind = NJ_KIND_SYSTEM, .rights = NJ_RIGHT_ALL};

    root = host_boot(ROOT_SLOTS);
    uint32_t table = slots[space_cnode_slot(threads[root].space)].cap.object;
    memory_first = slots[table + NJ_BOOT_SLOT_MEMORY].cap.object;
    memory_pages = cap_pages(slots[table + NJ_BOOT_SLOT_MEMORY].cap);
    cap_create(derive_root, table + NJ_BOOT_SLOT_SYSTEM, system);
    make_objects();
    make_code();
    make_spaces();
    make_gates();
    for (uint32_t i = 0; i < 2; i++)
        share(i);
    make_threads();
    for (uint32_t i = 0; i < SETTING_THREADS; i++) {
        members[i] = slots[table + SLOT_THREADS + i].cap.object;
        times[i] = slots[table + SLOT_SCHEDS + i].cap.object;
    }
    make_passive();
}

static bool is_alive(uint32_t thread)
{
    uint32_t page = thread / (PAGE_BYTES / (uint32_t)sizeof(struct thread));

    return page_kind(page) == PAGE_THREAD && threads[thread].references > 0 && threads[thread].space != NIL;
}

bool setting_revive(uint32_t number)
{
    uint32_t thread = members[number % SETTING_THREADS], sched = times[number % SETTING_THREADS];

    if (!is_alive(thread) || threads[thread].state == NJ_THREAD_READY)
        return false;
    thread_suspend(thread);
    threads[thread].fault_kind = 0;
    if (page_kind(sched / (PAGE_BYTES / (uint32_t)sizeof(struct sched))) == PAGE_SCHED && scheds[sched].references > 0)
        (void)sched_bind(sched, thread);
    sched_make_ready(thread, false);
    sched_choose();
    return true;
}

// The capability to all memory, wherever it has been moved.
static uint32_t find_memory(void)
{
    uint32_t token = slots[derive_root].end[OPEN].next;

    while (token / 2u != derive_root) {
        struct cap cap = slots[token / 2u].cap;
        if (cap.kind == NJ_KIND_UNTYPED && cap.object == memory_first && cap_pages(cap) == memory_pages)
            return token / 2u;
        token = slots[token / 2u].end[CLOSE].next;
    }
    return NIL;
}

const char *setting_end(void)
{
    uint32_t slot = find_memory(), calls = 0;
    enum nj_status status = NJ_AGAIN;

    if (slot == NIL)
        return NULL;
    while (status == NJ_AGAIN && calls++ < 1000000u) {
        uint32_t steps = STEPS_PER_CALL;
        status = cap_revoke(slot, &steps);
        sched_choose();
        if (slots[slot].cap.kind != NJ_KIND_UNTYPED)
            return NULL; // it lay in a table that was made from it
    }
    if (status != NJ_OK)
        return status == NJ_AGAIN ? "revoking all memory does not end" : "all memory cannot be revoked";
    if (cap_used(slots[slot].cap) != 0)
        return "revoked memory is in use";
    for (uint32_t page = memory_first; page < memory_first + memory_pages; page++)
        if (page_kind(page) != PAGE_FREE && page_kind(page) != PAGE_DIRTY)
            return "revoked memory has a type";
    return NULL;
}
