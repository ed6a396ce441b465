// SPDX-License-Identifier: Apache-2.0
// Worst cases of messages: 64 words and a capability that is derived deeply, while a revoke is pending. Figures end in
// the thread that runs next.
#include "test/bench/worst.h"
#include <string.h>

#define CLIENTS 2u

static volatile struct {
    uint32_t endpoint, sent;
    uint32_t received[CLIENTS]; // slot for the capability that comes with the answer
    uint64_t before[CLIENTS], after[CLIENTS];
} shared;

static uint64_t full_tag(uint32_t slot)
{
    return NJ_MESSAGE_WORDS | NJ_TAG_CAP | (uint64_t)slot << NJ_TAG_CAP_SHIFT;
}

static void call_for_ever(uint64_t client)
{
    for (;;) {
        struct entry entry = {.t0 = shared.endpoint, .t1 = full_tag(shared.sent), .t2 = NJ_SYS_CALL};
        entry.t3 = (uint64_t)shared.received[client] << 32;
        bench_enter(&entry);
        shared.before[client] = entry.before;
        shared.after[client] = entry.after;
    }
}

static void receive_for_ever(uint64_t receiver)
{
    for (;;) {
        struct entry entry = {.t0 = shared.endpoint, .t2 = NJ_SYS_RECV};
        entry.t3 = (uint64_t)shared.received[receiver] << 32;
        bench_enter(&entry);
        shared.after[receiver] = entry.after;
    }
}

// As thread_make(), with a message page.
static void peer_make(uint32_t arena, void (*run)(uint64_t), uint64_t number)
{
    static _Alignas(16) uint8_t stacks[CLIENTS][4096];
    static uint64_t pages_at = 0x140000000;
    uint32_t thread = make_from(arena, NJ_KIND_THREAD, 0);
    uint64_t sp = (uint64_t)(uintptr_t)(stacks[number] + sizeof(stacks[number]));
    shared.received[number] = shared.received[number] == 0 ? slot_next() : shared.received[number];
    NEED(thread_configure(thread, SLOT_SPACE, WORST_ABOVE, WORST_ABOVE, NJ_SLOT_NONE, pages_at));
    pages_at += 4096; // the page stays mapped when its thread is gone
    NEED(thread_bind_sched(thread, make_sched()));
    NEED(thread_start(thread, (uint64_t)(uintptr_t)run, sp, number));
}

static void check_arrived(uint32_t slot)
{
    struct cnode_slot content;
    NEED(cnode_inspect(SLOT_CNODE, slot, &content));
    need_at(content.kind == NJ_KIND_ENDPOINT ? NJ_OK : NJ_WRONG_STATE, "the capability of a message", __LINE__);
    NEED(cnode_delete(SLOT_CNODE, slot));
}

// So that the capability arrives at the first attempt: what stands in front of its ancestors is passed once before.
static void derive_once(void)
{
    uint32_t slot = slot_next();
    NEED(cnode_copy(SLOT_CNODE, slot, SLOT_CNODE, shared.sent, NJ_RIGHT_ALL));
    NEED(cnode_delete(SLOT_CNODE, slot));
}

static void sending(void)
{
    uint32_t arena = arena_make(DEEP_PAGES + 8);
    shared.endpoint = make_from(arena, NJ_KIND_ENDPOINT, 0);
    shared.sent = deepen(arena, make_from(arena, NJ_KIND_ENDPOINT, 0));
    peer_make(arena, receive_for_ever, 0);
    pending_begin();
    derive_once();
    struct entry send = {.t0 = shared.endpoint, .t1 = full_tag(shared.sent), .t2 = NJ_SYS_SEND};
    bench_enter(&send);
    worst_figure("send_64_words_with_capability", shared.after[0] - send.before - ENTER_EXTRA);
    check_arrived(shared.received[0]);
    pending_end();
    arena_end(arena);
}

// Takes one client's call; then answers it and takes the other's, all of them of full size.
static void serving(void)
{
    uint32_t arena = arena_make(DEEP_PAGES + 8), reply = make_from(arena, NJ_KIND_REPLY, 0), mine = slot_next();
    shared.endpoint = make_from(arena, NJ_KIND_ENDPOINT, 0);
    shared.sent = deepen(arena, make_from(arena, NJ_KIND_ENDPOINT, 0));
    for (uint32_t i = 0; i < CLIENTS; i++)
        peer_make(arena, call_for_ever, i);
    pending_begin();
    derive_once();
    struct entry receive = {.t0 = shared.endpoint, .t2 = NJ_SYS_RECV, .t3 = reply | (uint64_t)mine << 32};
    bench_enter(&receive);
    worst_figure("recv", receive.after - receive.before - ENTER_EXTRA);
    check_arrived(mine);
    struct entry answer = {.t0 = shared.endpoint, .t1 = full_tag(shared.sent), .t2 = NJ_SYS_REPLY_RECV};
    answer.t3 = receive.t3;
    bench_enter(&answer);
    worst_figure("reply_recv", shared.after[0] - answer.before - ENTER_EXTRA);
    check_arrived(mine);
    check_arrived(shared.received[0]);
    pending_end();
    arena_end(arena);
}

static void writing(void)
{
    static const char text[57] = ".......................................................\n";
    struct entry write = {.t0 = SLOT_SYSTEM, .t1 = NJ_SYSTEM_WRITE, .t2 = NJ_SYS_INVOKE, .word = {56}};
    memcpy(&write.word[1], text, 56);
    bench_enter(&write);
    worst_figure("system_write", write.after - write.before - ENTER_EXTRA);
}

void worst_messages(void)
{
    sending();
    serving();
    writing();
}
