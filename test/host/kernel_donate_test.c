// SPDX-License-Identifier: Apache-2.0
// Time that is lent: whose a server's time is when those it serves lose theirs, or go.
#include "test/host/kernel.h"

#define ENDPOINT 110
#define FIRST 111 // reply objects
#define SECOND 112
#define BACK 113   // endpoint of another server, and
#define THIRD 114  // its reply object
#define LENDER 100 // threads; their contexts are in the slots behind
#define OTHER 102
#define SERVER 104
#define BACK_SERVER 106

static uint32_t lender, other, server;

static void call(uint32_t thread, uint64_t number, uint64_t slot, uint64_t reply)
{
    REQUIRE(sched_current == thread);
    host_syscall(thread, number, slot, 0, reply, (uint64_t[8]){0});
    CHECK_TEXT(check_invariants(0), NULL);
}

// A server that waits for calls, and has no context of its own.
static uint32_t passive(uint64_t slot, uint64_t endpoint, uint64_t reply)
{
    uint32_t thread = start_thread(slot, slot + 1u, 255, 1000000, 1000000);

    call(root, NJ_SYS_YIELD, 0, 0);
    call(thread, NJ_SYS_RECV, endpoint, reply);
    CHECK_EQUAL(INVOKE(slot, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    return thread;
}

static uint32_t client(uint64_t slot)
{
    return start_thread(slot, slot + 1u, 200, 1000000, 1000000);
}

static void begin(void)
{
    boot();
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_THREAD, NJ_THREAD_SET_PRIORITY, 255, 255, NJ_BOOT_SLOT_THREAD), NJ_OK);
    make(NJ_KIND_ENDPOINT, 1, 0, ENDPOINT);
    make(NJ_KIND_REPLY, 2, 0, FIRST);
    make(NJ_KIND_ENDPOINT, 1, 0, BACK);
    make(NJ_KIND_REPLY, 1, 0, THIRD);
    make(NJ_KIND_NOTIFICATION, 4, 0, 120);
    server = passive(SERVER, ENDPOINT, FIRST);
}

// A server answers a caller late, and that has lost the time it had lent: it gets no time of another caller's.
TEST(who_has_lost_what_it_lent_gets_nothing_of_others)
{
    begin();
    lender = client(LENDER);
    other = client(OTHER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_RECV, ENDPOINT, SECOND); // it keeps the time for that call
    call(other, NJ_SYS_SIGNAL, 120, 0);
    CHECK_EQUAL(INVOKE(LENDER, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(other, NJ_SYS_CALL, ENDPOINT, 0);
    uint32_t lent = threads[other].home_sched;
    CHECK_EQUAL(threads[server].sched, lent);
    call(server, NJ_SYS_SEND, FIRST, 0);
    CHECK_EQUAL(threads[lender].sched, NIL);
    CHECK_EQUAL(threads[server].sched, lent);
    call(server, NJ_SYS_SEND, SECOND, 0);
    CHECK_EQUAL(threads[other].sched, lent);
    CHECK_EQUAL(sched_current, other);
}

// A caller goes away while its time is lent further on. It comes back to a server that has nobody left to answer for it:
// the next caller's work is done on that one's time.
TEST(no_work_for_others_is_done_on_the_time_of_who_is_gone)
{
    begin();
    uint32_t back = passive(BACK_SERVER, BACK, THIRD);
    lender = client(LENDER);
    other = client(OTHER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_CALL, BACK, 0);
    call(back, NJ_SYS_SIGNAL, 120, 0);
    host_syscall(back, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    CHECK_EQUAL(INVOKE(LENDER, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(LENDER, NJ_THREAD_RESUME, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(OTHER, NJ_THREAD_SET_PRIORITY, 255, 255, NJ_BOOT_SLOT_THREAD), NJ_OK);
    call(root, NJ_SYS_YIELD, 0, 0);
    CHECK_EQUAL(sched_current, back);
    host_syscall(back, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    call(other, NJ_SYS_CALL, ENDPOINT, 0);
    CHECK_EQUAL(threads[other].state, NJ_THREAD_SENDING);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(back, NJ_SYS_REPLY_RECV, BACK, THIRD);
    CHECK_EQUAL(threads[server].sched, threads[lender].home_sched);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, FIRST);
    CHECK_EQUAL(threads[server].sched, threads[other].home_sched);
    CHECK_EQUAL(threads[lender].sched, threads[lender].home_sched);
    CHECK_EQUAL(sched_current, server);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, FIRST);
    CHECK_EQUAL(sched_current, other);
}
