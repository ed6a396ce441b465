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
#define NEXT 108

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

// The lender stops waiting for the answer.
static void give_up(void)
{
    CHECK_EQUAL(INVOKE(LENDER, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(LENDER, NJ_THREAD_RESUME, 0), NJ_OK);
}

// The lender waits for a server, and that for another one, which has its time and lets the root thread run.
static uint32_t begin_chain(void)
{
    begin();
    uint32_t back = passive(BACK_SERVER, BACK, THIRD);
    lender = client(LENDER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_CALL, BACK, 0);
    call(back, NJ_SYS_SIGNAL, 120, 0);
    call(back, NJ_SYS_YIELD, 0, 0);
    return back;
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
    give_up();
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

// Others need the server as well: it ends what it does for a caller that was stopped, on the time that this one lent.
TEST(a_server_goes_on_when_its_caller_is_stopped)
{
    begin();
    lender = client(LENDER);
    other = client(OTHER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_SIGNAL, 120, 0);
    call(server, NJ_SYS_YIELD, 0, 0);
    give_up();
    call(root, NJ_SYS_WAIT, 120, 0);
    CHECK_EQUAL(threads[server].sched, threads[lender].home_sched);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, FIRST);
    CHECK_EQUAL(threads[lender].sched, threads[lender].home_sched);
    CHECK(threads[lender].is_queued || sched_current == lender);
    CHECK_EQUAL(threads[server].state, NJ_THREAD_RECEIVING);
}

// The same in the middle of a chain: the one that lent the time learns of it, and goes on when it has it back.
TEST(a_server_goes_on_when_the_server_before_it_ends)
{
    uint32_t back = begin_chain();
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, SERVER), NJ_OK);
    CHECK_EQUAL(threads[lender].state, NJ_THREAD_READY);
    CHECK_EQUAL(status_of(lender), NJ_PEER_LOST);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(back, NJ_SYS_REPLY_RECV, BACK, THIRD);
    CHECK_EQUAL(threads[back].state, NJ_THREAD_RECEIVING);
    CHECK_EQUAL(sched_current, lender);
}

// It stops in its own call for a caller that still waits for it: it gets the time back when that call's server is done.
TEST(a_server_that_was_stopped_in_a_call_ends_its_work)
{
    uint32_t back = begin_chain();
    CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_RESUME, 0), NJ_OK);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(back, NJ_SYS_REPLY_RECV, BACK, THIRD);
    CHECK_EQUAL(status_of(server), NJ_PEER_LOST);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, FIRST);
    CHECK_EQUAL(sched_current, lender);
}

// A server puts off its answer to another server, and takes up work for others: who lent the time waits for that other one,
// which is to go on with it.
TEST(time_that_is_given_up_goes_to_the_server_that_is_waited_for)
{
    begin();
    uint32_t front = passive(BACK_SERVER, BACK, THIRD);
    make(NJ_KIND_REPLY, 1, 0, 115);
    lender = client(LENDER);
    other = client(OTHER);
    uint32_t next = client(NEXT);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, BACK, 0);
    call(front, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_RECV, ENDPOINT, SECOND);
    call(other, NJ_SYS_CALL, ENDPOINT, 0); // on the time of the lender
    call(server, NJ_SYS_RECV, ENDPOINT, 115);
    CHECK_EQUAL(threads[front].sched, threads[lender].home_sched);
    call(next, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_SEND, FIRST, 0);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, 115);
    call(front, NJ_SYS_REPLY_RECV, BACK, THIRD);
    CHECK_EQUAL(sched_current, lender);
}

// It would never take up new work.
TEST(a_server_whose_space_ends_gives_up_the_time_of_who_is_gone)
{
    begin();
    make(NJ_KIND_SPACE, 1, 0, 130);
    make(NJ_KIND_UNTYPED, 1, 16, 131);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_SUPPLY, 131), NJ_OK);
    CHECK_EQUAL(INVOKE(130, NJ_SPACE_CONFIGURE, NJ_SPACE_PROCESS, CNODE), NJ_OK);
    make(NJ_KIND_THREAD, 1, 0, 132);
    CHECK_EQUAL(INVOKE(132, NJ_THREAD_CONFIGURE, 130, 255, 255, 0, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, SERVER + 1, 1000000, 1000000), NJ_OK);
    CHECK_EQUAL(INVOKE(132, NJ_THREAD_BIND_SCHED, SERVER + 1), NJ_OK);
    CHECK_EQUAL(INVOKE(132, NJ_THREAD_START, 0x10000, 0, 0), NJ_OK);
    call(root, NJ_SYS_YIELD, 0, 0);
    uint32_t ending = sched_current;
    call(ending, NJ_SYS_RECV, BACK, THIRD);
    CHECK_EQUAL(INVOKE(132, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    lender = client(LENDER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, BACK, 0);
    call(ending, NJ_SYS_SIGNAL, 120, 0);
    call(ending, NJ_SYS_YIELD, 0, 0);
    give_up();
    CHECK_EQUAL(threads[ending].sched, threads[lender].home_sched);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_DELETE, 130), NJ_OK);
    call(root, NJ_SYS_WAIT, 120, 0);
    CHECK_EQUAL(sched_current, lender);
}

// The same in a longer chain.
TEST(time_that_was_given_up_is_there_when_the_answer_comes)
{
    begin();
    uint32_t front = passive(BACK_SERVER, BACK, THIRD);
    make(NJ_KIND_ENDPOINT, 1, 0, 116);
    make(NJ_KIND_REPLY, 2, 0, 117);
    uint32_t middle = passive(132, 116, 117);
    lender = client(LENDER);
    other = client(OTHER);
    uint32_t next = client(NEXT);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, BACK, 0);
    call(front, NJ_SYS_CALL, 116, 0);
    call(middle, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_RECV, ENDPOINT, SECOND);
    call(other, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_RECV, ENDPOINT, 118);
    call(next, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_SEND, FIRST, 0);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, 118);
    CHECK_EQUAL(threads[middle].sched, threads[lender].home_sched);
    call(middle, NJ_SYS_REPLY_RECV, 116, 117);
    call(front, NJ_SYS_REPLY_RECV, BACK, THIRD);
    CHECK_EQUAL(sched_current, lender);
}

// It has put off its answer, or is suspended, before or after the call is given up; or it faults.
TEST(a_server_that_has_stopped_keeps_no_time_of_who_is_gone)
{
    for (uint32_t way = 0; way < 4; way++) {
        begin();
        lender = client(LENDER);
        call(root, NJ_SYS_WAIT, 120, 0);
        call(lender, NJ_SYS_CALL, ENDPOINT, 0);
        call(server, NJ_SYS_SIGNAL, 120, 0);
        if (way == 0)
            call(server, NJ_SYS_RECV, ENDPOINT, SECOND);
        else
            call(server, NJ_SYS_YIELD, 0, 0);
        if (way == 1)
            CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_SUSPEND, 0), NJ_OK);
        give_up();
        CHECK_EQUAL(threads[lender].sched == NIL, way >= 2);
        if (way == 2)
            CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_SUSPEND, 0), NJ_OK);
        call(root, NJ_SYS_WAIT, 120, 0);
        if (way == 3)
            call(server, NJ_SYS_COUNT, 0, 0); // a fault, and nobody handles it
        CHECK_EQUAL(sched_current, lender);
    }
}

// It keeps the time of who still waits for it, whatever else it does on that.
TEST(a_server_that_is_suspended_goes_on_afterwards)
{
    begin();
    lender = client(LENDER);
    other = client(OTHER);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(lender, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_RECV, ENDPOINT, SECOND);
    call(other, NJ_SYS_CALL, ENDPOINT, 0);
    call(server, NJ_SYS_SIGNAL, 120, 0);
    call(server, NJ_SYS_YIELD, 0, 0);
    CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_SUSPEND, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(SERVER, NJ_THREAD_RESUME, 0), NJ_OK);
    call(root, NJ_SYS_WAIT, 120, 0);
    call(server, NJ_SYS_SEND, SECOND, 0);
    call(server, NJ_SYS_REPLY_RECV, ENDPOINT, FIRST);
    CHECK_EQUAL(sched_current, lender);
}
