// SPDX-License-Identifier: Apache-2.0
// Walks all kernel state: the derivation order first, then every object in every page, from both ends of each link.
#include "kernel/arch/host/invariants.h"

#include <stddef.h>

#include "kernel/arch/host/host.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/gate.h"
#include "kernel/hart.h"
#include "kernel/ready.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/wakeup.h"
#include "kernel/thread.h"
#include "kernel/turn.h"

#define SLOTS (HOST_PAGES * UNITS_PER_PAGE)
#define REQUIRE(condition, text)                                                                                       \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return text;                                                                                               \
    } while (0)

static uint8_t is_linked[SLOTS];
static uint16_t references[NJ_KIND_COUNT][SLOTS];
static uint32_t ancestors[SLOTS], used_slots[SLOTS], used_count;
static uint16_t *counted[SLOTS];
static uint32_t counted_count;

static uint8_t kind_of(struct cap cap)
{
    return cap.kind == KIND_ZOMBIE ? (uint8_t)cap.extra : cap.kind;
}

static bool is_memory(struct cap cap)
{
    return cap.kind == NJ_KIND_UNTYPED || cap.kind == KIND_SUPPLY;
}

static enum page_kind page_of_kind(uint8_t kind, uint32_t object, uint32_t *page)
{
    static const struct {
        uint16_t bytes;
        uint8_t page;
    } kinds[NJ_KIND_COUNT] = {
        [NJ_KIND_CNODE] = {sizeof(struct slot), PAGE_SLOT},
        [NJ_KIND_ENDPOINT] = {sizeof(struct endpoint), PAGE_ENDPOINT},
        [NJ_KIND_NOTIFICATION] = {sizeof(struct notification), PAGE_NOTIFICATION},
        [NJ_KIND_REPLY] = {sizeof(struct reply), PAGE_REPLY},
        [NJ_KIND_THREAD] = {sizeof(struct thread), PAGE_THREAD},
        [NJ_KIND_SCHED] = {sizeof(struct sched), PAGE_SCHED},
        [NJ_KIND_SPACE] = {sizeof(struct space), PAGE_SPACE},
        [NJ_KIND_CODE] = {sizeof(struct code), PAGE_CODE},
        [NJ_KIND_GATE] = {sizeof(struct space), PAGE_SPACE},
    };

    if (kind >= NJ_KIND_COUNT || kinds[kind].bytes == 0)
        return PAGE_DIRTY;
    *page = object / (PAGE_BYTES / kinds[kind].bytes);
    return (enum page_kind)kinds[kind].page;
}

// Memory the capability stands for, in units of 32 bytes.
static bool extent(struct cap cap, uint64_t *start, uint64_t *end)
{
    uint32_t page = 0;

    if (is_memory(cap)) {
        *start = (uint64_t)cap.object * UNITS_PER_PAGE;
        *end = *start + (uint64_t)cap_pages(cap) * UNITS_PER_PAGE;
        return true;
    }
    if (cap.kind == NJ_KIND_FRAME && (cap.rights & CAP_DEVICE) == 0) {
        *start = (uint64_t)cap.object * UNITS_PER_PAGE;
        *end = *start + (uint64_t)cap.extra * UNITS_PER_PAGE;
        return true;
    }
    if (page_of_kind(kind_of(cap), cap.object, &page) == PAGE_DIRTY)
        return false;
    *start = (uint64_t)page * UNITS_PER_PAGE;
    *end = *start + 1;
    return true;
}

static const char *check_child(struct cap parent, struct cap child)
{
    uint64_t parent_start = 0, parent_end = 0, start = 0, end = 0;

    if (is_memory(parent) && extent(parent, &parent_start, &parent_end) && extent(child, &start, &end)) {
        REQUIRE(start >= parent_start && end <= parent_start + cap_used(parent), "an object outside its untyped memory");
        REQUIRE(cap_used(parent) <= parent_end - parent_start, "untyped memory is used beyond its end");
    } else if (kind_of(parent) == kind_of(child) && parent.kind != NJ_KIND_FRAME) {
        REQUIRE(parent.object == child.object, "a copy names another object");
        REQUIRE((child.rights & ~parent.rights & NJ_RIGHT_ALL) == 0, "a copy has more rights");
        REQUIRE(child.kind == KIND_ZOMBIE || parent.word == 0 || parent.word == child.word, "a copy has another badge");
    } else if (kind_of(parent) == NJ_KIND_SPACE) {
        REQUIRE(child.kind == NJ_KIND_GATE && child.object == parent.object, "a gate leads into another space");
    } else if (parent.kind == NJ_KIND_FRAME) {
        REQUIRE(child.kind == NJ_KIND_FRAME, "something but a frame derives from a frame");
        REQUIRE(child.object >= parent.object && child.object + child.extra <= parent.object + parent.extra,
                "a slice reaches outside its frame");
        REQUIRE((child.rights & ~parent.rights & NJ_RIGHT_ALL) == 0, "a frame has more rights than its origin");
    }
    return NULL;
}

static const char *check_cap(struct cap cap)
{
    uint32_t page = 0;
    enum page_kind kind = page_of_kind(kind_of(cap), cap.object, &page);

    REQUIRE(cap.kind != NJ_KIND_EMPTY && cap.kind <= KIND_SUPPLY, "a linked slot is empty");
    if (kind != PAGE_DIRTY)
        REQUIRE(page_kind(page) == kind, "a capability names an object in a page of another kind");
    if (cap.kind == NJ_KIND_FRAME && (cap.rights & CAP_DEVICE) == 0)
        for (uint32_t i = 0; i < cap.extra; i++)
            REQUIRE(page_kind(cap.object + i) == PAGE_FRAME, "a frame capability over another kind of page");
    return NULL;
}

static void count_reference(uint16_t *count)
{
    (*count)++;
    counted[counted_count++] = count;
}

static const char *check_derivation(void)
{
    uint32_t depth = 0, token = derive_root * 2u;
    const char *broken = NULL;

    do {
        uint32_t slot = token / 2u, next = slots[slot].end[token % 2u].next;
        REQUIRE(next / 2u < SLOTS && slots[next / 2u].end[next % 2u].prev == token, "derivation links disagree");
        if (token % 2u == OPEN) {
            REQUIRE(!is_linked[slot] && depth < SLOTS, "a slot is linked twice");
            is_linked[slot] = 1;
            if (depth > 0) {
                broken = check_cap(slots[slot].cap);
                if (broken == NULL && depth > 1)
                    broken = check_child(slots[ancestors[depth - 1u]].cap, slots[slot].cap);
                if (kind_of(slots[slot].cap) < NJ_KIND_COUNT)
                    count_reference(&references[kind_of(slots[slot].cap)][slots[slot].cap.object % SLOTS]);
                used_slots[used_count++] = slot;
            }
            ancestors[depth++] = slot;
        } else {
            REQUIRE(depth > 0 && ancestors[depth - 1u] == slot, "brackets of the derivation order cross");
            depth--;
        }
        token = next;
    } while (broken == NULL && token != derive_root * 2u);
    return broken;
}

// What was noted of the slots in use, for the next time.
static void forget(void)
{
    for (uint32_t i = 0; i < used_count; i++)
        is_linked[used_slots[i]] = 0;
    for (uint32_t i = 0; i < counted_count; i++)
        *counted[i] = 0;
    is_linked[derive_root] = 0;
    used_count = 0;
    counted_count = 0;
}

// Every slot that holds something is linked, wherever slots are.
static const char *check_slot(uint32_t slot)
{
    REQUIRE((slots[slot].cap.kind != NJ_KIND_EMPTY) == is_linked[slot], "a slot in use is not in the derivation order");
    return NULL;
}

static uint32_t object_references(uint8_t kind, uint32_t object)
{
    switch (kind) {
    case NJ_KIND_CNODE:
        return cnode_reference(object, 0);
    case NJ_KIND_ENDPOINT:
        return endpoints[object].references;
    case NJ_KIND_NOTIFICATION:
        return notifications[object].references;
    case NJ_KIND_REPLY:
        return replies[object].references;
    case NJ_KIND_THREAD:
        return threads[object].references;
    case NJ_KIND_SCHED:
        return scheds[object].references;
    case NJ_KIND_SPACE:
        return spaces[object].references;
    case NJ_KIND_CODE:
        return codes[object].references;
    case NJ_KIND_INTERRUPT:
        return interrupts[object].references;
    case NJ_KIND_HART:
        return harts[object].references;
    default:
        return UINT32_MAX;
    }
}

static const char *check_references(void)
{
    for (uint32_t i = 0; i < used_count; i++) {
        struct cap cap = slots[used_slots[i]].cap;
        uint8_t kind = kind_of(cap);
        uint32_t held = kind < NJ_KIND_COUNT ? object_references(kind, cap.object) : UINT32_MAX;
        REQUIRE(held == UINT32_MAX || held == references[kind][cap.object], "references are miscounted");
    }
    return NULL;
}

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

// From where the thread is back to its own space: it is noted in all it is inside of.
static const char *check_chain(uint32_t t)
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

static const char *check_thread(uint32_t t)
{
    struct thread *thread = &threads[t];
    bool waits = thread->sched != NIL && scheds[thread->sched].is_waiting;
    bool should_queue = thread->state == NJ_THREAD_READY && thread->sched != NIL && !waits && t != sched_current;

    REQUIRE(thread->is_queued == should_queue, "a thread is ready and not queued, or the other way round");
    if (thread->is_queued)
        REQUIRE(queue_holds(sched_ready_queue(thread->priority), t), "a ready queue has its thread not");
    REQUIRE(thread->sched == NIL || scheds[thread->sched].thread == t, "a scheduling context has another thread");
    REQUIRE(thread->home_sched == NIL || scheds[thread->home_sched].home == t, "a scheduling context has another home");
    REQUIRE(thread->notification == NIL || notifications[thread->notification].thread == t, "a bound notification");
    for (uint32_t r = thread->serving, previous = NIL; r != NIL; previous = r, r = replies[r].next)
        REQUIRE(replies[r].receiver == t && replies[r].caller != NIL && replies[r].prev == previous,
                "a server serves nobody");
    REQUIRE(thread->space == NIL || !spaces[thread->space].is_dead || thread->state == NJ_THREAD_INACTIVE ||
                thread->state == NJ_THREAD_READY || spaces[thread->space].threads != NIL,
            "a thread outlives its space");
    REQUIRE(thread->state != NJ_THREAD_RECEIVING || !gate_is_inside(t), "a thread receives behind a gate");
    REQUIRE(thread->fault_kind == 0 || !gate_is_inside(t), "a thread is stopped by a fault behind a gate");
    const char *broken = check_slot(thread_fault_slot(t));
    if (broken == NULL)
        broken = check_chain(t);
    return broken != NULL ? broken : check_waiting(t);
}

static uint32_t rank_of(uint32_t s)
{
    return s == NIL ? 0 : scheds[s].rank;
}

// Its place in the heap of those that wait.
static const char *check_wakeup(uint32_t s)
{
    uint32_t child[] = {scheds[s].left, scheds[s].right}, parent = scheds[s].parent, t = scheds[s].thread;

    if (!scheds[s].is_waiting) {
        REQUIRE(child[0] == NIL && child[1] == NIL && parent == NIL, "a context in the heap does not wait");
        return NULL;
    }
    REQUIRE(t == NIL || !threads[t].is_queued, "a thread is ready though its context waits");
    REQUIRE(parent == NIL ? wakeup_first() == s : scheds[parent].left == s || scheds[parent].right == s,
            "a context in the heap has another parent");
    REQUIRE(rank_of(child[0]) >= rank_of(child[1]) && scheds[s].rank == rank_of(child[1]) + 1u, "a rank in the heap");
    for (uint32_t i = 0; i < 2; i++)
        REQUIRE(child[i] == NIL || (scheds[child[i]].is_waiting && scheds[child[i]].parent == s &&
                                    scheds[child[i]].start_ns >= scheds[s].start_ns),
                "the heap of waiting contexts is out of order");
    return NULL;
}

static const char *check_sched(uint32_t s)
{
    uint64_t amount = scheds[s].chunk_ns, last = 0;

    REQUIRE(scheds[s].thread == NIL || threads[scheds[s].thread].sched == s, "a thread runs on another context");
    REQUIRE(scheds[s].home == NIL || threads[scheds[s].home].home_sched == s, "a thread has another home context");
    bool is_round_robin = scheds[s].budget_ns == scheds[s].period_ns;
    REQUIRE(scheds[s].left_ns <= scheds[s].chunk_ns, "a chunk gained time");
    REQUIRE(scheds[s].budget_ns == 0 || scheds[s].left_ns > 0, "nothing is left of a chunk");
    REQUIRE(scheds[s].refill_count <= REFILLS_MAX && (!is_round_robin || scheds[s].refill_count == 0), "too many refills");
    for (uint32_t i = 0; i < scheds[s].refill_count; i++) {
        struct refill refill = scheds[s].refill[(scheds[s].refill_head + i) % REFILLS_MAX];
        amount += refill.amount;
        REQUIRE(refill.time > last && refill.amount > 0, "refills are out of order");
        last = refill.time;
    }
    REQUIRE(amount == scheds[s].budget_ns, "a budget gained or lost time");
    return check_wakeup(s);
}

static const char *check_reply(uint32_t r)
{
    uint32_t caller = replies[r].caller, receiver = replies[r].receiver;

    if (caller != NIL)
        REQUIRE(threads[caller].state == NJ_THREAD_REPLY_WAIT && threads[caller].reply == r && receiver != NIL,
                "a reply's caller waits not");
    else if (receiver != NIL)
        REQUIRE(threads[receiver].state == NJ_THREAD_RECEIVING && threads[receiver].reply == r, "a reply's receiver");
    return NULL;
}

// Every thread in a queue waits there, in a state that fits.
static const char *check_queue(struct queue queue, uint32_t object, enum nj_thread_state one, enum nj_thread_state other)
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

static const char *check_notification(uint32_t n)
{
    uint32_t bound = notifications[n].thread;

    REQUIRE(bound == NIL || threads[bound].notification == n, "a notification is bound to a thread that knows nothing of it");
    return check_queue(notifications[n].queue, n, NJ_THREAD_WAITING, NJ_THREAD_WAITING);
}

static const char *check_code(uint32_t c)
{
    uint32_t previous = NIL, steps = 0;

    for (uint32_t s = codes[c].spaces; s != NIL; previous = s, s = spaces[s].code_next) {
        REQUIRE(steps++ < SLOTS && spaces[s].code_prev == previous, "links of a code object's spaces disagree");
        struct cap cap = slots[space_code_slot(s)].cap;
        REQUIRE(kind_of(cap) == NJ_KIND_CODE && cap.object == c, "a space is on the list of code it does not run");
    }
    return NULL;
}

static const char *check_image(uint32_t s)
{
    bool has_layout = spaces[s].layout.data_base != 0, has_code = slots[space_code_slot(s)].cap.kind == NJ_KIND_CODE;

    REQUIRE(spaces[s].is_dead || has_layout == has_code, "a living space has an image without its code");
    return NULL;
}

static uint32_t hart_slot(uint32_t hart)
{
    return hart_slots + hart * SLOTS_PER_HART;
}

// A hart that runs is bound to a space that has its page table yet, and to whom it tells the end.
static const char *check_hart(uint32_t h)
{
    struct cap space = slots[hart_slot(h)].cap, notification = slots[hart_slot(h) + 1u].cap;

    for (uint32_t i = 0; i < 2; i++) {
        const char *broken = check_slot(hart_slot(h) + i);
        if (broken != NULL)
            return broken;
    }
    REQUIRE(space.kind != NJ_KIND_SPACE || spaces[space.object].hart == h, "a space does not know the hart bound to it");
    if (harts[h].state != NJ_HART_RUNNING)
        return NULL;
    REQUIRE(kind_of(space) == NJ_KIND_SPACE && notification.kind != NJ_KIND_EMPTY, "a hart runs and is not bound");
    REQUIRE(spaces[space.object].type == NJ_SPACE_PROCESS, "a hart runs in a space that was taken apart");
    return NULL;
}

static const char *check_harts(void)
{
    const char *broken = NULL;

    for (uint32_t hart = 1; hart < HARTS_MAX && broken == NULL; hart++)
        broken = check_hart(hart);
    return broken;
}

static bool chain_holds(uint32_t t, uint32_t space)
{
    uint64_t table = threads[t].context.table;

    while (table != threads[t].context.home) {
        if (table_space(table) == space)
            return true;
        table = spaces[table_space(table)].gate.caller;
    }
    return false;
}

static const char *check_gate(uint32_t s)
{
    struct gate *gate = &spaces[s].gate;
    uint32_t t = gate_thread(s), waiters = 0;

    for (uint32_t w = gate->queue.head; w != NIL && waiters <= NJ_GATE_WAITERS_MAX; w = threads[w].next)
        waiters++;
    REQUIRE(waiters == gate->waiters && waiters <= NJ_GATE_WAITERS_MAX, "a line is miscounted");
    REQUIRE(waiters == 0 || t != NIL || spaces[s].is_dead, "somebody waits for nobody");
    REQUIRE(waiters == 0 || (gate->lock & GATE_SLOW) != 0, "who leaves would not hand over");
    REQUIRE(gate->broken == 0 || gate->lock != 0, "a broken capsule is open");
    REQUIRE(!gate->is_lost || (gate->lock & GATE_SLOW) != 0, "who leaves would return to nobody");
    REQUIRE(t == NIL || threads[t].space != s, "a thread entered its own space");
    if (t != NIL) {
        const char *broken = check_chain(t);
        if (broken != NULL)
            return broken;
        REQUIRE(chain_holds(t, s), "a capsule holds a thread that is not inside");
    }
    return check_queue(gate->queue, s, NJ_THREAD_GATE_WAIT, NJ_THREAD_GATE_WAIT);
}

static const char *check_space(uint32_t s)
{
    uint32_t previous = NIL, count = 0;

    for (uint32_t t = spaces[s].threads; t != NIL && count < SLOTS; t = threads[t].space_next, count++) {
        REQUIRE(threads[t].space == s && threads[t].space_prev == previous, "a space's list of threads");
        previous = t;
    }
    REQUIRE(count == spaces[s].thread_count, "a space miscounts its threads");
    uint32_t hart = spaces[s].hart;
    REQUIRE(hart == NIL || (kind_of(slots[hart_slot(hart)].cap) == NJ_KIND_SPACE && slots[hart_slot(hart)].cap.object == s),
            "a hart is not bound to the space that says so");
    for (uint32_t i = 0; i < 2u + NJ_SPACE_SUPPLIES; i++) {
        const char *broken = check_slot(space_cnode_slot(s) + i);
        if (broken != NULL)
            return broken;
    }
    const char *broken = check_gate(s);
    return broken != NULL ? broken : check_image(s);
}

static const char *check_element(enum page_kind kind, uint32_t index)
{
    switch (kind) {
    case PAGE_SLOT:
        return check_slot(index);
    case PAGE_THREAD:
        return check_thread(index);
    case PAGE_SCHED:
        return check_sched(index);
    case PAGE_REPLY:
        return check_reply(index);
    case PAGE_SPACE:
        return check_space(index);
    case PAGE_ENDPOINT:
        return check_queue(endpoints[index].queue, index, NJ_THREAD_SENDING, NJ_THREAD_RECEIVING);
    case PAGE_NOTIFICATION:
        return check_notification(index);
    case PAGE_CODE:
        return check_code(index);
    default:
        return NULL;
    }
}

static const char *check_pages(int thorough)
{
    static const uint16_t bytes[] = {
        [PAGE_SLOT] = sizeof(struct slot),   [PAGE_THREAD] = sizeof(struct thread), [PAGE_SCHED] = sizeof(struct sched),
        [PAGE_REPLY] = sizeof(struct reply), [PAGE_SPACE] = sizeof(struct space),   [PAGE_CODE] = sizeof(struct code),
        [PAGE_ENDPOINT] = sizeof(struct endpoint), [PAGE_NOTIFICATION] = sizeof(struct notification),
        [PAGE_INSTRUCTIONS] = 0,
    };

    for (uint32_t page = HOST_FIRST_PAGE; page < HOST_PAGES; page++) {
        enum page_kind kind = page_kind(page);
        uint32_t count = bytes[kind] == 0 ? 0 : PAGE_BYTES / bytes[kind];
        for (uint32_t i = 0; i < count; i++) {
            const char *broken = check_element(kind, page * count + i);
            if (broken != NULL)
                return broken;
        }
        for (uint32_t i = 0; thorough && kind == PAGE_FREE && i < PAGE_BYTES / 8u; i++)
            REQUIRE(pages[page][i] == 0, "a free page is not cleared");
    }
    return NULL;
}

// A turn that may go on: its time is charged to the context the thread runs on, and the timer ends it.
static const char *check_turn(void)
{
    uint32_t sched = sched_steady;

    REQUIRE(sched_current != NIL || sched_top_priority == 0, "the machine idles while a thread is ready");
    if (sched == SCHED_UNSTEADY)
        return NULL;
    REQUIRE(sched_current != NIL && sched == turn.charged, "time is charged to another context than the one that runs");
    REQUIRE(host_deadline == turn.timer_ns && turn.timer_ns <= turn.alarm_ns && turn.timer_ns <= wakeup_time(),
            "the timer misses an alarm or a refill");
    REQUIRE(turn.timer_ns <= turn.since_ns + scheds[sched].left_ns, "the timer does not end the turn");
    return NULL;
}

const char *check_invariants(int thorough)
{
    const char *broken = check_derivation();

    if (broken == NULL)
        broken = check_references();
    if (broken == NULL)
        broken = check_pages(thorough);
    if (broken == NULL)
        broken = check_harts();
    if (broken == NULL)
        broken = check_turn();
    if (broken == NULL && host_wrongly_mapped_page() != NIL)
        broken = "a page is mapped that must not be";
    if (broken == NULL && host_space_with_unknown_frame() != NIL)
        broken = "a space does not know of a frame in it";
    forget();
    return broken;
}
