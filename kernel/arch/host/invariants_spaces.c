// SPDX-License-Identifier: Apache-2.0
// What is true of spaces: their code, their threads, harts that are bound to them, and who is inside through a gate.
#include <stddef.h>

#include "kernel/arch/host/invariants_objects.h"
#include "kernel/gate.h"
#include "kernel/hart.h"
#include "kernel/space.h"
#include "kernel/thread.h"

const char *check_code(uint32_t c)
{
    uint32_t previous = NIL, steps = 0;

    REQUIRE(codes[c].references != 0 || codes[c].spaces == NIL, "code has ended and runs");
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
    REQUIRE(!hart_is_awaited(h) || harts[h].mail.abort == harts[h].mail.order, "a job keeps a mapping that shall go");
    return NULL;
}

const char *check_harts(void)
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

static bool is_supplied(uint32_t s, uint32_t page)
{
    for (uint32_t i = 0; i < NJ_SPACE_SUPPLIES; i++) {
        struct cap cap = slots[space_code_slot(s) + 1u + i].cap;
        if (kind_of(cap) == KIND_SUPPLY && page - cap.object < cap_used(cap) / UNITS_PER_PAGE)
            return true;
    }
    return false;
}

// Pages for vector registers: each is one thread's of the space, or waits for one; as long as the space lives none is lost.
static const char *check_vector_pages(uint32_t s)
{
    uint32_t held = 0, all = 0;

    for (uint32_t t = spaces[s].threads; t != NIL; t = threads[t].space_next) {
        uint32_t page = threads[t].vector_page;
        REQUIRE(page == NIL || (page_kind(page) == PAGE_VECTOR && is_supplied(s, page)),
                "a thread's vector registers are in a page that is not its space's");
        held += page != NIL;
    }
    for (uint32_t page = spaces[s].vector_pages; page != NIL; page = (uint32_t)pages[page][0]) {
        REQUIRE(page_kind(page) == PAGE_VECTOR && is_supplied(s, page), "a page that waits for vector registers");
        REQUIRE(held++ < HOST_PAGES, "pages that wait for vector registers go round");
    }
    for (uint32_t page = HOST_FIRST_PAGE; page < HOST_PAGES; page++)
        all += page_kind(page) == PAGE_VECTOR && is_supplied(s, page);
    REQUIRE(held == all || spaces[s].is_dead, "a page of vector registers is lost, or has two threads");
    return NULL;
}

const char *check_space(uint32_t s)
{
    uint32_t previous = NIL, count = 0;

    for (uint32_t t = spaces[s].threads; t != NIL && count < SLOTS; t = threads[t].space_next, count++) {
        REQUIRE(threads[t].space == s && threads[t].space_prev == previous, "a space's list of threads");
        previous = t;
    }
    REQUIRE(count == spaces[s].thread_count, "a space miscounts its threads");
    REQUIRE(spaces[s].references != 0 || (count == 0 && spaces[s].type == NJ_SPACE_NONE),
            "a space has ended and goes on");
    uint32_t hart = spaces[s].hart;
    REQUIRE(hart == NIL || (kind_of(slots[hart_slot(hart)].cap) == NJ_KIND_SPACE && slots[hart_slot(hart)].cap.object == s),
            "a hart is not bound to the space that says so");
    for (uint32_t i = 0; i < 2u + NJ_SPACE_SUPPLIES; i++) {
        const char *broken = check_slot(space_cnode_slot(s) + i);
        if (broken != NULL)
            return broken;
    }
    const char *broken = check_gate(s);
    if (broken == NULL)
        broken = check_vector_pages(s);
    return broken != NULL ? broken : check_image(s);
}
