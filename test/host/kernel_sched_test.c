// SPDX-License-Identifier: Apache-2.0
// Who runs: priorities, turns, budgets, donation, the alarm.
#include "kernel/refill.h"
#include "test/host/kernel.h"

// Time passes until the timer fires (or the end), again and again; what each thread used is in its context.
static void run_until(uint64_t end_ns)
{
    for (uint32_t i = 0; i < 1000000 && host_time_ns < end_ns; i++) {
        if (host_deadline > end_ns)
            host_time_ns = end_ns;
        else if (host_deadline > host_time_ns)
            host_time_ns = host_deadline;
        kernel_timer(sched_current);
    }
    CHECK_TEXT(check_invariants(0), NULL);
}

static void stop_root(void)
{
    host_syscall(root, NJ_SYS_INVOKE, NJ_BOOT_SLOT_THREAD, NJ_THREAD_SUSPEND, 0, (uint64_t[8]){0});
}

static uint64_t used_by(uint32_t thread)
{
    return sched_used_ns(threads[thread].home_sched);
}

static void check_share(uint64_t used, uint64_t total, uint64_t percent)
{
    CHECK(used * 100 >= total * (percent - 1) && used * 100 <= total * (percent + 1));
}

TEST(the_highest_priority_runs)
{
    boot();
    uint32_t low = start_thread(100, 101, 10, 1000000, 1000000), high = start_thread(102, 103, 20, 1000000, 1000000);
    stop_root();
    CHECK_EQUAL(sched_current, high);
    host_syscall(high, NJ_SYS_INVOKE, 102, NJ_THREAD_SUSPEND, 0, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, low);
}

TEST(equals_take_turns)
{
    boot();
    uint32_t a = start_thread(100, 101, 10, 1000000, 1000000), b = start_thread(102, 103, 10, 1000000, 1000000);
    uint64_t start = host_time_ns;
    stop_root();
    run_until(start + 1000000000);
    check_share(used_by(a), 1000000000, 50);
    check_share(used_by(b), 1000000000, 50);
}

TEST(two_milliseconds_in_ten_are_a_fifth)
{
    boot();
    uint32_t a = start_thread(100, 101, 10, 2000000, 10000000);
    uint64_t start = host_time_ns;
    stop_root();
    run_until(start + 1000000000);
    check_share(used_by(a), 1000000000, 20);
}

TEST(two_milliseconds_in_ten_are_a_fifth_against_equals)
{
    boot();
    uint32_t a = start_thread(100, 101, 10, 2000000, 10000000), b = start_thread(102, 103, 10, 1000000, 1000000);
    uint64_t start = host_time_ns;
    stop_root();
    run_until(start + 1000000000);
    check_share(used_by(a), 1000000000, 20);
    check_share(used_by(b), 1000000000, 80);
}

TEST(yield_goes_behind_equals)
{
    boot();
    uint32_t a = start_thread(100, 101, 10, 1000000, 1000000), b = start_thread(102, 103, 10, 1000000, 1000000);
    stop_root();
    uint32_t first = sched_current;
    CHECK(first == a || first == b);
    host_syscall(first, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, first == a ? b : a);
}

TEST(a_passive_server_runs_on_its_callers_time)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    uint32_t server = start_thread(100, 101, 30, 1000000, 1000000);
    stop_root();
    host_syscall(server, NJ_SYS_RECV, 110, 0, 111, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, NIL);
    root = host_boot(256); // start over with a passive one
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    server = start_thread(100, 101, 255, 1000000, 1000000);
    host_syscall(root, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    REQUIRE(sched_current == server);
    host_syscall(server, NJ_SYS_INVOKE, 100, NJ_THREAD_UNBIND_SCHED, 0, (uint64_t[8]){0});
    REQUIRE(sched_current == root);
    CHECK_EQUAL(threads[server].sched, NIL);
    // It became passive while ready; give it time once to reach its receive.
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_SCHED, 101), NJ_OK);
    host_syscall(root, NJ_SYS_YIELD, 0, 0, 0, (uint64_t[8]){0});
    REQUIRE(sched_current == server);
    host_syscall(server, NJ_SYS_RECV, 110, 0, 111, (uint64_t[8]){0});
    REQUIRE(sched_current == root);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    host_syscall(root, NJ_SYS_CALL, 110, 1, 0, (uint64_t[8]){42});
    REQUIRE(sched_current == server);
    CHECK(threads[server].sched != NIL && threads[root].sched == NIL);
    CHECK_EQUAL(threads[server].context.reg[REG_WORD], 42);
    CHECK_TEXT(check_invariants(0), NULL);
    host_syscall(server, NJ_SYS_REPLY_RECV, 110, 1, 111, (uint64_t[8]){43});
    REQUIRE(sched_current == root);
    CHECK(threads[server].sched == NIL && threads[root].sched != NIL);
    CHECK_EQUAL(result(0), 43);
    CHECK_TEXT(check_invariants(0), NULL);
}

TEST(a_used_up_budget_waits_even_when_lent)
{
    boot();
    uint32_t a = start_thread(100, 101, 10, 100000, 10000000);
    stop_root();
    CHECK_EQUAL(sched_current, a);
    host_time_ns = host_deadline;
    kernel_timer(sched_current);
    CHECK_EQUAL(sched_current, NIL);
    CHECK(host_deadline > host_time_ns && host_deadline < host_time_ns + 10000000);
    run_until(host_deadline);
    CHECK_EQUAL(sched_current, a);
}

TEST(a_thread_can_ask_that_its_handler_learns_of_a_used_up_budget)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    make(NJ_KIND_THREAD, 1, 0, 100);
    make(NJ_KIND_SCHED, 1, 0, 101);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 101, 100000, 10000000), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_CONFIGURE, NJ_BOOT_SLOT_SPACE, 10, 10, 110, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_TELL_BUDGET, 1), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_BIND_SCHED, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_START, 0x10000, 0, 0), NJ_OK);
    host_syscall(root, NJ_SYS_RECV, 110, 0, 111, (uint64_t[8]){0});
    uint32_t spender = sched_current;
    REQUIRE(spender != NIL && spender != root);
    host_time_ns = host_deadline;
    kernel_timer(spender);
    CHECK_EQUAL(sched_current, root);
    CHECK_EQUAL(result(0), 8); // NJ_FAULT_BUDGET
    CHECK_TEXT(check_invariants(0), NULL);
    host_syscall(root, NJ_SYS_REPLY_RECV, 110, 0, 111, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, NIL); // until the refill
    run_until(host_deadline);
    CHECK_EQUAL(sched_current, spender);
}

TEST(the_alarm_signals_once)
{
    boot();
    make(NJ_KIND_NOTIFICATION, 1, 0, 100);
    CHECK_EQUAL(INVOKE(CNODE, NJ_CNODE_MINT, 101, CNODE, 100, NJ_RIGHT_ALL, 5), NJ_OK);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_INTERRUPT_CONTROL, NJ_INTERRUPT_CONTROL_GET, NJ_INTERRUPT_TIMER, CNODE, 102), NJ_OK);
    CHECK_EQUAL(INVOKE(102, NJ_INTERRUPT_BIND, 101), NJ_OK);
    CHECK_EQUAL(INVOKE(102, NJ_INTERRUPT_ARM, host_time_ns + 5000000), NJ_OK);
    host_syscall(root, NJ_SYS_WAIT, 100, 0, 0, (uint64_t[8]){0});
    CHECK_EQUAL(sched_current, NIL);
    run_until(host_deadline);
    CHECK_EQUAL(sched_current, root);
    CHECK_EQUAL(result(0), 5);
    CHECK_EQUAL(host_deadline == UINT64_MAX, 0); // root's own turn
}

TEST(configuration_is_checked)
{
    boot();
    make(NJ_KIND_SCHED, 1, 0, 100);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 100, 9999, 10000), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 100, 20000, 10000), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_SCHED_CONTROL_CONFIGURE, 100, 10000, UINT64_MAX), NJ_BAD_ARGUMENT);
    CHECK_EQUAL(INVOKE(NJ_BOOT_SLOT_THREAD, NJ_THREAD_BIND_SCHED, 100), NJ_IN_USE);
}

static void call(uint32_t thread, uint64_t number, uint64_t slot)
{
    REQUIRE(sched_current == thread);
    host_syscall(thread, number, slot, 0, 111, (uint64_t[8]){0});
    CHECK_TEXT(check_invariants(0), NULL);
}

// A context whose refill is yet to come is taken from who used it up and given to a thread that waits to call a passive
// server. The server, which answers somebody else, takes that call: it goes on, on this context, when the refill comes.
TEST(a_context_that_waits_for_its_refill_is_lent)
{
    boot();
    make(NJ_KIND_ENDPOINT, 1, 0, 110);
    make(NJ_KIND_REPLY, 1, 0, 111);
    make(NJ_KIND_NOTIFICATION, 3, 0, 120);
    uint32_t server = start_thread(100, 101, 20, 1000000, 1000000);
    uint32_t client = start_thread(102, 103, 35, 1000000, 1000000);
    uint32_t caller = start_thread(104, 105, 30, 1000000, 1000000);
    uint32_t spender = start_thread(106, 107, 50, 100000, 10000000);
    uint32_t other = start_thread(108, 109, 5, 1000000, 1000000);
    uint32_t spent = threads[spender].sched;
    call(root, NJ_SYS_WAIT, 120);
    host_time_ns = host_deadline;
    kernel_timer(spender);
    REQUIRE(scheds[spent].is_waiting);
    call(client, NJ_SYS_WAIT, 121);
    call(caller, NJ_SYS_WAIT, 122);
    call(server, NJ_SYS_RECV, 110);
    call(other, NJ_SYS_SIGNAL, 120);
    CHECK_EQUAL(INVOKE(100, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(106, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    call(root, NJ_SYS_SIGNAL, 121);
    call(root, NJ_SYS_WAIT, 120);
    call(client, NJ_SYS_CALL, 110);
    call(server, NJ_SYS_SIGNAL, 122);
    call(caller, NJ_SYS_CALL, 110);
    call(server, NJ_SYS_SIGNAL, 120);
    CHECK_EQUAL(INVOKE(104, NJ_THREAD_UNBIND_SCHED, 0), NJ_OK);
    CHECK_EQUAL(INVOKE(104, NJ_THREAD_BIND_SCHED, 107), NJ_OK);
    call(root, NJ_SYS_WAIT, 120);
    call(server, NJ_SYS_REPLY_RECV, 110);
    CHECK_EQUAL(threads[server].sched, spent);
    call(client, NJ_SYS_WAIT, 121);
    CHECK_EQUAL(sched_current, other);
    uint64_t refill_ns = scheds[spent].start_ns;
    run_until(refill_ns - 1000);
    CHECK_EQUAL(sched_current, other);
    run_until(refill_ns + 1000);
    CHECK_EQUAL(sched_current, server);
}
