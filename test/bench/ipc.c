// SPDX-License-Identifier: Apache-2.0
// System calls that do nothing, and round trips: call and reply_recv together, the server's own instructions taken out.
#include "test/bench/bench.h"
#include <stdio.h>

#define FEW 1000u
#define MANY 11000u

static void name_and_print(const char *path, uint64_t words, uint64_t total, uint64_t count)
{
    char name[48];
    snprintf(name, sizeof(name), "ipc.%s.%luw", path, words);
    figure_of(name, total, count);
}

// From this process to a server.
static void from_process(const char *path, uint32_t endpoint, uint64_t server_extra, uint64_t words)
{
    name_and_print(path, words, cost_of(NJ_SYS_CALL, endpoint, words, 0) - server_extra, 1);
}

// Instructions of MANY - FEW rounds of a checked program, everything else taken out.
static uint64_t rounds(uint32_t endpoint, uint64_t word1)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < TRIES; i++) {
        struct entry few = {.t0 = endpoint, .t1 = 2, .t2 = NJ_SYS_CALL, .word = {FEW, word1}};
        struct entry many = {.t0 = endpoint, .t1 = 2, .t2 = NJ_SYS_CALL, .word = {MANY, word1}};
        bench_enter(&few);
        bench_enter(&many);
        uint64_t cost = (many.after - many.before) - (few.after - few.before);
        least = cost < least ? cost : least;
    }
    return least;
}

static void null_calls(void)
{
    struct program program;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0);
    figure("null_call.process", cost_of(NJ_SYS_INVOKE, endpoint, NJ_OP_NULL, 0));
    figure("time_call.process", cost_of(NJ_SYS_TIME, 0, 0, 0));
    capsule_make(&program, capsule_null, capsule_null_end, endpoint, endpoint);
    uint64_t count = MANY - FEW;
    figure_of("null_call.capsule", rounds(endpoint, 0) - count * CAPSULE_NULL_EXTRA, count);
}

// From a capsule through a gate into another and back: the words are in registers in either case.
static void gates(void)
{
    struct program callee, caller;
    uint32_t idle = make(NJ_KIND_ENDPOINT, 0), to_caller = make(NJ_KIND_ENDPOINT, 0), gate = slot_next();
    uint64_t count = MANY - FEW;
    capsule_make_at(&callee, capsule_gate, capsule_gate_end, capsule_gate_wait, idle, NJ_SLOT_NONE);
    NEED(space_gate(callee.space, 0, 1, SLOT_CNODE, gate));
    capsule_make(&caller, capsule_gate_caller, capsule_gate_caller_end, to_caller, gate);
    (void)rounds(to_caller, 0); // its stack is touched
    for (uint64_t words = 0; words <= 8; words += 8)
        name_and_print("gate", words, rounds(to_caller, words) - count * CAPSULE_GATE_CALLER_EXTRA, count);
}

void bench_ipc(void)
{
    struct program process, active, capsule, caller, process_caller;
    uint32_t to_process = make(NJ_KIND_ENDPOINT, 0), to_active = make(NJ_KIND_ENDPOINT, 0);
    uint32_t to_capsule = make(NJ_KIND_ENDPOINT, 0), to_caller = make(NJ_KIND_ENDPOINT, 0);
    uint32_t to_process_caller = make(NJ_KIND_ENDPOINT, 0);
    uint64_t count = MANY - FEW;

    null_calls();
    process_make(&process, process_serve, to_process, NJ_SLOT_NONE, true);
    process_make(&active, process_serve, to_active, NJ_SLOT_NONE, false);
    capsule_make(&capsule, capsule_serve, capsule_serve_end, to_capsule, NJ_SLOT_NONE);
    capsule_make(&caller, capsule_caller, capsule_caller_end, to_caller, to_capsule);
    capsule_make(&process_caller, capsule_caller, capsule_caller_end, to_process_caller, to_process);
    for (uint64_t words = 0; words <= 8; words += 8) {
        from_process("process_process", to_process, PROCESS_SERVE_EXTRA, words);
        from_process("process_process_active", to_active, PROCESS_SERVE_EXTRA, words);
        from_process("process_capsule", to_capsule, CAPSULE_SERVE_EXTRA, words);
        name_and_print("capsule_process", words,
                       rounds(to_process_caller, words) - count * (CAPSULE_CALLER_EXTRA + PROCESS_SERVE_EXTRA), count);
        name_and_print("capsule_capsule", words,
                       rounds(to_caller, words) - count * (CAPSULE_CALLER_EXTRA + CAPSULE_SERVE_EXTRA), count);
    }
    from_process("process_process", to_process, PROCESS_SERVE_EXTRA, 64);
    from_process("process_process_active", to_active, PROCESS_SERVE_EXTRA, 64);
    gates();
}
