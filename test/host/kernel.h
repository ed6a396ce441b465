// SPDX-License-Identifier: Apache-2.0
// Short forms for tests of the portable kernel: every call checks all invariants afterwards.
#pragma once
#include "abi/boot.h"
#include "kernel/arch/host/host.h"
#include "kernel/arch/host/invariants.h"
#include "kernel/sched.h"
#include "test/host/test.h"

#define CNODE NJ_BOOT_SLOT_CNODE
#define MEMORY NJ_BOOT_SLOT_MEMORY

static uint32_t root; // thread that makes the calls

static inline void boot(void)
{
    root = host_boot(256);
    CHECK_TEXT(check_invariants(1), NULL);
}

static inline enum nj_status status_of(uint32_t thread)
{
    int64_t tag = (int64_t)threads[thread].context.reg[REG_TAG];
    return tag < 0 ? (enum nj_status) - tag : NJ_OK;
}

static inline uint64_t result(uint32_t number)
{
    return threads[root].context.reg[REG_WORD + number];
}

// An operation by the root thread, until it is finished.
#define INVOKE(slot, operation, ...) invoke_until_done(slot, operation, (const uint64_t[8]){__VA_ARGS__})
static inline enum nj_status invoke_until_done(uint64_t slot, uint64_t operation, const uint64_t words[8])
{
    enum nj_status status;
    do {
        host_syscall(root, NJ_SYS_INVOKE, slot, operation, 0, words);
        CHECK_TEXT(check_invariants(0), NULL);
        status = status_of(root);
    } while (status == NJ_AGAIN);
    return status;
}

// Makes `count` objects in slots from `slot` on.
static inline void make(enum nj_kind kind, uint64_t count, uint64_t size, uint64_t slot)
{
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_RETYPE, kind, count, size, CNODE, slot), NJ_OK);
}

static inline uint64_t kind_in(uint64_t slot)
{
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_INSPECT, slot), NJ_OK);
    return result(0);
}

static inline uint64_t free_bytes(void)
{
    CHECK_EQUAL(INVOKE(MEMORY, NJ_UNTYPED_INFO, 0), NJ_OK);
    return result(1);
}

// A space that is not the root's, with pages and a table of its own, which take the slots from `untyped` on.
static inline void make_space(uint64_t slot, uint64_t untyped, uint64_t supply_pages, enum nj_space_type type)
{
    make(NJ_KIND_SPACE, 1, 0, slot);
    make(NJ_KIND_UNTYPED, 1, supply_pages, untyped);
    make(NJ_KIND_CNODE, 1, 16, untyped + 1);
    CHECK_EQUAL(INVOKE(slot, NJ_SPACE_SUPPLY, untyped), NJ_OK);
    CHECK_EQUAL(kind_in(untyped), NJ_KIND_EMPTY);
    CHECK_EQUAL(INVOKE(slot, NJ_SPACE_CONFIGURE, type, untyped + 1), NJ_OK);
}

// A thread in slot `thread` of root's own space that runs on the context in slot `sched`; returns its index.
static inline uint32_t start_thread(uint64_t thread, uint64_t sched, uint64_t priority, uint64_t budget_ns,
                                    uint64_t period_ns)
{
    static uint32_t started;
    make(NJ_KIND_THREAD, 1, 0, thread);
    make(NJ_KIND_SCHED, 1, 0, sched);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, sched, budget_ns, period_ns), NJ_OK);
    CHECK_EQUAL(INVOKE(thread, NJ_THREAD_CONFIGURE, NJ_BOOT_SLOT_SPACE, priority, 255, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(thread, NJ_THREAD_BIND_SCHED, sched), NJ_OK);
    CHECK_EQUAL(INVOKE(thread, NJ_THREAD_START, 0x10000, 0x20000, started++), NJ_OK);
    uint32_t table = threads[root].space == NIL ? 0 : spaces[threads[root].space].cnode.cap.object;
    return slots[table + thread].cap.object;
}
