// SPDX-License-Identifier: Apache-2.0
// Worst cases of gates: a full line, whose threads have no time left, and a chain of nearly as many capsules as the machine
// has regions for. A thread inside is let go on by a signal from here, which its figure includes.
#include "test/bench/worst.h"

#define LINE NJ_GATE_WAITERS_MAX
#define CHAIN 240u
#define CALLEE_PAGES 12u
#define CHAIN_PAGES (CHAIN * (CALLEE_PAGES + 2u) + 256u)
#define CALLER_EXTRA 2u // instructions of the caller between its first reading and what follows the kernel
#define INSIDE 220u     // priority of the threads inside: above those in line
#define SPIN_ROUND 3u
#define BUDGET_NS 20000u
#define OVERRUN_BUDGET_NS 200000u

// bench_code.S
extern const uint32_t gate_on[], gate_on_end[], gate_wait[], gate_trap[], gate_spin[];
extern const char gate_caller_run[], gate_crowd_run[];
struct gate_caller {
    uint64_t gate, before, after, tag;
    uint64_t notification; // that tells it to call again
};

#define SLOTS 24u
static uint32_t arena;                 // that everything here is made from; its revoke empties all slots
static uint32_t slot_first, slot_used; // for the state that is being built
static uint32_t code, hold, held;      // a table of slots for what is only kept
static volatile struct gate_caller caller, other;
static uint64_t went_on; // this thread, when the newest caller had begun to wait

static uint32_t slot_take(void)
{
    need_at(slot_used < SLOTS ? NJ_OK : NJ_SLOT_RANGE, "slots of a state", __LINE__);
    return slot_first + slot_used++;
}

static uint32_t take(enum nj_kind kind, uint64_t size)
{
    uint32_t slot = slot_take();
    NEED(untyped_retype(arena, kind, 1, size, SLOT_CNODE, slot));
    return slot;
}

static void keep(uint32_t slot)
{
    NEED(cnode_move(hold, held++, SLOT_CNODE, slot));
}

static void begin(void)
{
    uint64_t bytes = (uint64_t)(gate_on_end - gate_on) * 4, offset, rule;
    slot_used = 0;
    hold = take(NJ_KIND_CNODE, 4 * CHAIN + 1);
    held = 1;
    code = take(NJ_KIND_CODE, 0);
    NEED(code_supply(code, take(NJ_KIND_UNTYPED, 1)));
    NEED(code_fill(code, 0, SLOT_SPACE, (uint64_t)(uintptr_t)gate_on, bytes));
    NEED(code_check(code, bytes, &offset, &rule));
}

struct callee {
    uint32_t space, cnode, supply, gate; // slots
    uint64_t data_base;
};

// A capsule without threads, a gate to `entry` in it, and what is in slot 1 of its table. Into the same slots each time.
static void callee_make(struct callee *callee, const uint32_t *entry, uint32_t first)
{
    uint64_t code_base, stack_top;
    NEED(untyped_retype(arena, NJ_KIND_CNODE, 1, 4, SLOT_CNODE, callee->cnode));
    NEED(untyped_retype(arena, NJ_KIND_SPACE, 1, 0, SLOT_CNODE, callee->space));
    NEED(untyped_retype(arena, NJ_KIND_UNTYPED, 1, CALLEE_PAGES, SLOT_CNODE, callee->supply));
    NEED(space_supply(callee->space, callee->supply));
    NEED(space_configure(callee->space, NJ_SPACE_CAPSULE, callee->cnode));
    NEED(space_attach(callee->space, code, 4096, 4096, &code_base, &callee->data_base, &stack_top));
    NEED(space_memory(callee->space, 0, 65536));
    NEED(cnode_copy(callee->cnode, 1, SLOT_CNODE, first, NJ_RIGHT_ALL));
    NEED(space_gate(callee->space, (uint64_t)(entry - gate_on) * 4, 1, SLOT_CNODE, callee->gate));
}

static struct callee callee_new(void)
{
    return (struct callee){slot_take(), slot_take(), slot_take(), slot_take(), 0};
}

// A thread that goes through the gate and waits inside, or in line.
static uint32_t caller_start(volatile struct gate_caller *record, uint32_t gate, uint64_t budget_ns)
{
    uint32_t thread = take(NJ_KIND_THREAD, 0), sched = take(NJ_KIND_SCHED, 0);
    *record = (struct gate_caller){.gate = gate, .notification = take(NJ_KIND_NOTIFICATION, 0)};
    NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, sched, budget_ns, HOUR_NS));
    NEED(thread_configure(thread, SLOT_SPACE, INSIDE, INSIDE, NJ_SLOT_NONE, 0));
    NEED(thread_bind_sched(thread, sched));
    struct entry start = {.t0 = thread, .t1 = NJ_THREAD_START, .t2 = NJ_SYS_INVOKE};
    start.word[0] = (uint64_t)(uintptr_t)gate_caller_run;
    start.word[2] = (uint64_t)(uintptr_t)record;
    bench_enter(&start);
    need_at(record->before != 0 && record->after == 0 ? NJ_OK : NJ_WRONG_STATE, "a thread behind a gate", __LINE__);
    went_on = start.after;
    return thread;
}

// A full line behind the gate. Each has used up its time but for what is not worth a turn.
static void line_up(uint32_t gate)
{
    uint32_t told = take(NJ_KIND_NOTIFICATION, 0), thread = slot_take(), sched = slot_take();
    struct thread_info info;
    for (uint32_t i = 0; i < LINE; i++) {
        NEED(untyped_retype(arena, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, thread));
        NEED(untyped_retype(arena, NJ_KIND_SCHED, 1, 0, SLOT_CNODE, sched));
        NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, sched, BUDGET_NS, HOUR_NS));
        NEED(thread_configure(thread, SLOT_SPACE, WORST_ABOVE, WORST_ABOVE, NJ_SLOT_NONE, 0));
        NEED(thread_bind_sched(thread, sched));
        NEED(thread_start(thread, (uint64_t)(uintptr_t)gate_crowd_run, 0, gate | (uint64_t)told << 32));
        NEED(thread_info(thread, &info));
        need_at(info.state == NJ_THREAD_GATE_WAIT ? NJ_OK : NJ_WRONG_STATE, "a thread in line", (int)i);
        keep(thread);
        keep(sched);
    }
}

static void signal(uint32_t notification, struct entry *entry)
{
    *entry = (struct entry){.t0 = notification, .t2 = NJ_SYS_SIGNAL};
    bench_enter(entry);
}

static void ended_with(int64_t tag)
{
    need_at((int64_t)caller.tag == tag ? NJ_OK : NJ_WRONG_STATE, "how a gate call ended", (int)caller.tag);
}

// A full line behind a thread that waits inside.
static void state_make(struct callee *callee, const uint32_t *entry, uint32_t *told, uint64_t budget_ns)
{
    begin();
    *callee = callee_new();
    *told = take(NJ_KIND_NOTIFICATION, 0);
    callee_make(callee, entry, *told);
    (void)caller_start(&caller, callee->gate, budget_ns);
    line_up(callee->gate);
}

// It is let go on: instructions to its next one outside.
static uint64_t let_go_on(const uint32_t *entry, int64_t tag, const char *reset_figure)
{
    struct callee callee;
    struct entry from;
    uint32_t told;
    state_make(&callee, entry, &told, HOUR_NS);
    signal(told, &from);
    ended_with(tag);
    if (reset_figure != NULL)
        worst_figure(reset_figure, worst_step(callee.space, NJ_SPACE_GATE_RESET, 0, 0, 0, 0, 0));
    arena_end(arena);
    return caller.after - from.before - ENTER_EXTRA;
}

// The thread inside counts what it does itself.
static uint64_t overrun(void)
{
    static volatile uint64_t rounds;
    struct callee callee;
    struct entry from;
    uint64_t copied;
    uint32_t told;
    state_make(&callee, gate_spin, &told, OVERRUN_BUDGET_NS);
    signal(told, &from);
    NEED(space_copy(SLOT_SPACE, (uint64_t)(uintptr_t)&rounds, callee.space, callee.data_base + 8, 8, &copied));
    struct gate_state state;
    NEED(space_gate_state(callee.space, &state));
    need_at(state.status == NJ_OVERRUN ? NJ_OK : NJ_WRONG_STATE, "how the thread without time ended", __LINE__);
    arena_end(arena);
    return from.after - from.before - ENTER_EXTRA - rounds * SPIN_ROUND;
}

// To the next instruction of this thread, which goes on when the caller waits.
static void waiting(void)
{
    struct callee callee;
    begin();
    callee = callee_new();
    callee_make(&callee, gate_wait, take(NJ_KIND_NOTIFICATION, 0));
    (void)caller_start(&caller, callee.gate, HOUR_NS);
    (void)caller_start(&other, callee.gate, HOUR_NS);
    worst_figure("gate_call", went_on - other.before - CALLER_EXTRA);
    arena_end(arena);
}

static void making(void)
{
    struct callee callee;
    begin();
    callee = callee_new();
    callee_make(&callee, gate_wait, SLOT_SYSTEM);
    uint32_t deep = deepen(arena, callee.space);
    pending_begin();
    worst_figure("space_gate", worst_step(deep, NJ_SPACE_GATE, 0, 1, SLOT_CNODE, slot_take(), 0));
    pending_end();
    arena_end(arena);
}

// As many capsules as can be, each of which calls the next; a thread waits in the last one. What leads to the first of
// them stays in this table. Returns the thread.
static uint32_t chain_make(struct callee *callee)
{
    begin();
    uint32_t gate = slot_take();
    *callee = callee_new();
    callee_make(callee, gate_wait, take(NJ_KIND_NOTIFICATION, 0));
    for (uint32_t i = 1; i < CHAIN; i++) {
        NEED(cnode_move(SLOT_CNODE, gate, SLOT_CNODE, callee->gate));
        keep(callee->space);
        keep(callee->cnode);
        callee_make(callee, gate_on, gate);
        keep(gate);
    }
    return caller_start(&caller, callee->gate, HOUR_NS);
}

static void ending(void)
{
    struct callee callee;
    (void)chain_make(&callee);
    line_up(callee.gate);
    worst_figure("cnode_delete.space_in_chain", worst_step(SLOT_CNODE, NJ_CNODE_DELETE, callee.space, 0, 0, 0, 0));
    worst_figure("cnode_revoke.chain", arena_end(arena));
}

static void abandoning(void)
{
    struct callee callee;
    uint32_t thread = chain_make(&callee);
    worst_figure("cnode_delete.thread_in_chain", worst_step(SLOT_CNODE, NJ_CNODE_DELETE, thread, 0, 0, 0, 0));
    arena_end(arena);
}

void worst_gates(void)
{
    arena = arena_make(CHAIN_PAGES);
    slot_first = slot_next();
    for (uint32_t i = 1; i < SLOTS; i++)
        (void)slot_next();
    making();
    waiting();
    worst_figure("gate_return", let_go_on(gate_wait, NJ_MESSAGE_REGISTERS, NULL));
    worst_figure("gate_fault", let_go_on(gate_trap, -(int64_t)NJ_FAULTED, "gate_reset"));
    worst_figure("gate_overrun", overrun());
    ending();
    abandoning();
}
