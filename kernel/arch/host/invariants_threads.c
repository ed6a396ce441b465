// SPDX-License-Identifier: Apache-2.0
// What is true of threads, of what they wait for, and of their time.
#include <stddef.h>

#include "kernel/arch/host/invariants_objects.h"
#include "kernel/gate.h"
#include "kernel/ready.h"
#include "kernel/sched.h"
#include "kernel/thread.h"
#include "kernel/turn.h"
#include "kernel/wakeup.h"

// The thread is in the queue, and the queue's links agree.
static bool queue_holds(struct queue queue, uint32_t thread)
{
    uint32_t previous = NIL, found = 0, steps = 0;

    for (uint32_t t = queue.head; t != NIL && steps < SLOTS; t = threads[t].next, steps++) {
        if (threads[t].prev != previous)
            return false;
        found += t == thread;
        previous = t;
    }
    return queue.tail == previous && found == 1;
}

static const char *check_waiting(uint32_t t)
{
    struct thread *thread = &threads[t];
    uint32_t reply = thread->reply;

    switch (thread->state) {
    case NJ_THREAD_SENDING:
    case NJ_THREAD_RECEIVING:
        REQUIRE(queue_holds(endpoints[thread->waits_on].queue, t), "a thread waits in an endpoint that has it not");
        REQUIRE(endpoints[thread->waits_on].has_receivers == (thread->state == NJ_THREAD_RECEIVING),
                "an endpoint mistakes who waits");
        if (thread->state == NJ_THREAD_RECEIVING && reply != NIL)
            REQUIRE(replies[reply].receiver == t && replies[reply].caller == NIL, "an offered reply object disagrees");
        break;
    case NJ_THREAD_REPLY_WAIT:
        REQUIRE(reply != NIL && replies[reply].caller == t, "a caller waits for a reply object that has it not");
        break;
    case NJ_THREAD_GATE_WAIT:
        REQUIRE(queue_holds(spaces[thread->waits_on].gate.queue, t), "a capsule's line has its thread not");
        break;
    case NJ_THREAD_WAITING:
        REQUIRE(queue_holds(notifications[thread->waits_on].queue, t), "a notification has its waiter not");
        break;
    default:
        REQUIRE(reply == NIL, "a thread that waits for nobody holds a reply object");
        break;
    }
    return NULL;
}

const char *check_chain(uint32_t t)
{
    uint64_t table = threads[t].context.table;

    for (uint32_t steps = 0; table != threads[t].context.home; steps++) {
        uint32_t space = table_space(table);
        REQUIRE(page_kind(space / (PAGE_BYTES / sizeof(struct space))) == PAGE_SPACE, "a thread is in no space");
        REQUIRE(steps < SLOTS && gate_thread(space) == t, "a thread is where nobody knows of it");
        REQUIRE(spaces[space].type == NJ_SPACE_CAPSULE, "a thread is behind a gate of no capsule");
        table = spaces[space].gate.caller;
    }
    return NULL;
}

const char *check_thread(uint32_t t)
{
    struct thread *thread = &threads[t];
    bool waits = thread->sched != NIL && scheds[thread->sched].is_waiting;
    bool should_queue = thread->state == NJ_THREAD_READY && thread->sched != NIL && !waits && t != sched_current;

    REQUIRE(thread->is_queued == should_queue, "a thread is ready and not queued, or the other way round");
    if (thread->is_queued)
        REQUIRE(queue_holds(sched_ready_queue(thread->priority), t), "a ready queue has its thread not");
    REQUIRE(thread->sched == NIL || scheds[thread->sched].thread == t, "a scheduling context has another thread");
    REQUIRE(thread->home_sched == NIL || scheds[thread->home_sched].home == t, "a scheduling context has another home");
    bool is_lent = thread->sched != NIL && thread->sched != thread->home_sched;
    REQUIRE(!is_lent || thread->state != NJ_THREAD_RECEIVING ||
                (thread->serving != NIL && replies[thread->serving].lent == thread->sched),
            "a thread that waits for work keeps time of who does not wait for it");
    REQUIRE(thread->notification == NIL || notifications[thread->notification].thread == t, "a bound notification");
    for (uint32_t r = thread->serving, previous = NIL; r != NIL; previous = r, r = replies[r].next)
        REQUIRE(replies[r].receiver == t && replies[r].caller != NIL && replies[r].prev == previous,
                "a server serves nobody");
    REQUIRE(thread->space == NIL || !spaces[thread->space].is_dead || thread->state == NJ_THREAD_INACTIVE ||
                thread->state == NJ_THREAD_READY || spaces[thread->space].threads != NIL,
            "a thread outlives its space");
    REQUIRE(thread->state != NJ_THREAD_RECEIVING || !gate_is_inside(t), "a thread receives behind a gate");
    REQUIRE(thread->vector_page == NIL || thread->space != NIL, "a thread keeps vector registers without a space");
    REQUIRE(t != host_vector_owner() || thread->vector_page != NIL, "the vector unit's owner has no page for it");
    REQUIRE(thread->fault_kind == 0 || !gate_is_inside(t), "a thread is stopped by a fault behind a gate");
    bool lets_go = thread->space == NIL && thread->sched == NIL && thread->serving == NIL;
    REQUIRE(thread->references != 0 || (thread->state == NJ_THREAD_INACTIVE && lets_go), "a thread has ended and goes on");
    const char *broken = check_slot(thread_fault_slot(t));
    if (broken == NULL)
        broken = check_chain(t);
    return broken != NULL ? broken : check_waiting(t);
}

const char *check_queue(struct queue queue, uint32_t object, enum nj_thread_state one, enum nj_thread_state other)
{
    uint32_t previous = NIL, steps = 0;

    for (uint32_t t = queue.head; t != NIL; previous = t, t = threads[t].next) {
        REQUIRE(steps++ < SLOTS && threads[t].prev == previous, "links of a queue disagree");
        REQUIRE(threads[t].state == one || threads[t].state == other, "a thread stands in a queue and does not wait");
        REQUIRE(threads[t].waits_on == object, "a thread stands in one queue and waits in another");
    }
    REQUIRE(queue.tail == previous, "a queue has another end");
    return NULL;
}

const char *check_notification(uint32_t n)
{
    uint32_t bound = notifications[n].thread;

    REQUIRE(bound == NIL || threads[bound].notification == n,
            "a notification is bound to a thread that knows nothing of it");
    REQUIRE(notifications[n].references != 0 || (bound == NIL && notifications[n].queue.head == NIL),
            "a notification has ended and is waited for");
    REQUIRE(notifications[n].word == 0 ||
                (notifications[n].queue.head == NIL && (bound == NIL || threads[bound].state != NJ_THREAD_RECEIVING)),
            "a signal wakes nobody though somebody waits for it");
    return check_queue(notifications[n].queue, n, NJ_THREAD_WAITING, NJ_THREAD_WAITING);
}

const char *check_reply(uint32_t r)
{
    uint32_t caller = replies[r].caller, receiver = replies[r].receiver;

    REQUIRE(caller != NIL || replies[r].lent == NIL, "a reply object keeps what nobody lent");
    REQUIRE(replies[r].references != 0 || receiver == NIL, "a reply object has ended and is waited for");
    if (caller != NIL)
        REQUIRE(threads[caller].state == NJ_THREAD_REPLY_WAIT && threads[caller].reply == r && receiver != NIL,
                "a reply's caller waits not");
    else if (receiver != NIL)
        REQUIRE(threads[receiver].state == NJ_THREAD_RECEIVING && threads[receiver].reply == r, "a reply's receiver");
    return NULL;
}

static uint32_t rank_of(uint32_t s)
{
    return s == NIL ? 0 : scheds[s].rank;
}

// The way up from a context that waits ends at the first.
static bool leads_to_first(uint32_t s)
{
    uint32_t steps = 0;

    while (scheds[s].parent != NIL && steps++ < SLOTS)
        s = scheds[s].parent;
    return scheds[s].parent == NIL && wakeup_first() == s;
}

// Its place in the heap of those that wait.
static const char *check_wakeup(uint32_t s)
{
    uint32_t child[] = {scheds[s].left, scheds[s].right}, parent = scheds[s].parent, t = scheds[s].thread;

    if (!scheds[s].is_waiting) {
        REQUIRE(wakeup_first() != s, "the first in the heap does not wait");
        REQUIRE(child[0] == NIL && child[1] == NIL && parent == NIL, "a context in the heap does not wait");
        return NULL;
    }
    REQUIRE(t == NIL || !threads[t].is_queued, "a thread is ready though its context waits");
    REQUIRE(parent == NIL || scheds[parent].left == s || scheds[parent].right == s,
            "a context in the heap has another parent");
    REQUIRE(leads_to_first(s), "a context waits outside of the heap");
    REQUIRE(s != turn.charged, "a context runs and waits");
    REQUIRE(rank_of(child[0]) >= rank_of(child[1]) && scheds[s].rank == rank_of(child[1]) + 1u, "a rank in the heap");
    for (uint32_t i = 0; i < 2; i++)
        REQUIRE(child[i] == NIL || (scheds[child[i]].is_waiting && scheds[child[i]].parent == s &&
                                    scheds[child[i]].start_ns >= scheds[s].start_ns),
                "the heap of waiting contexts is out of order");
    return NULL;
}

const char *check_sched(uint32_t s)
{
    uint64_t amount = scheds[s].chunk_ns, last = 0;

    REQUIRE(scheds[s].thread == NIL || threads[scheds[s].thread].sched == s, "a thread runs on another context");
    REQUIRE(scheds[s].home == NIL || threads[scheds[s].home].home_sched == s, "a thread has another home context");
    REQUIRE(scheds[s].home != NIL || scheds[s].thread == NIL, "a thread runs on a context that is bound to nobody");
    REQUIRE(scheds[s].references != 0 || scheds[s].home == NIL, "a context has ended and is bound");
    REQUIRE(scheds[s].thread != NIL || !scheds[s].is_waiting, "a context waits for nobody");
    REQUIRE(scheds[s].home == NIL || scheds[s].thread != NIL, "nobody has the time of a thread");
    bool is_round_robin = scheds[s].budget_ns == scheds[s].period_ns;
    REQUIRE(scheds[s].left_ns <= scheds[s].chunk_ns, "a chunk gained time");
    REQUIRE(scheds[s].budget_ns == 0 || scheds[s].left_ns > 0, "nothing is left of a chunk");
    REQUIRE(scheds[s].refill_count <= REFILLS_MAX && (!is_round_robin || scheds[s].refill_count == 0),
            "too many refills");
    for (uint32_t i = 0; i < scheds[s].refill_count; i++) {
        struct refill refill = scheds[s].refill[(scheds[s].refill_head + i) % REFILLS_MAX];
        amount += refill.amount;
        REQUIRE(refill.time > last && refill.amount > 0, "refills are out of order");
        last = refill.time;
    }
    REQUIRE(amount == scheds[s].budget_ns, "a budget gained or lost time");
    return check_wakeup(s);
}

const char *check_turn(void)
{
    uint32_t sched = sched_steady;

    REQUIRE(sched_current != NIL || sched_top_priority == 0 || host_deadline <= host_time_ns,
            "the machine idles while a thread is ready");
    if (sched_current == NIL || host_deadline <= host_time_ns)
        return NULL; // the timer's interrupt brings the choice
    REQUIRE(sched == turn.charged && sched == threads[sched_current].sched,
            "time is charged to another context than the one that runs");
    REQUIRE(host_deadline == turn.timer_ns && turn.timer_ns <= turn.alarm_ns && turn.timer_ns <= wakeup_time(),
            "the timer misses an alarm or a refill");
    REQUIRE(turn.timer_ns <= turn.since_ns + scheds[sched].left_ns, "the timer does not end the turn");
    return NULL;
}
