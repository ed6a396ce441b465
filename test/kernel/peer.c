// SPDX-License-Identifier: Apache-2.0
#include "test/kernel/peer.h"

static struct peer peers[WORKERS_MAX];
static uint32_t next;

int64_t enter(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint64_t words[8], uint64_t *badge)
{
    *badge = slot;
    return syscall_enter(number, badge, tag, receive, words);
}

static void call_once(struct worker *worker)
{
    struct peer *peer = &peers[worker->in[0]];
    uint64_t badge;
    peer->result = enter(peer->number, peer->slot, peer->tag, peer->receive, peer->words, &badge);
    peer->badge = badge;
    peer->calls++;
}

void server_loop(struct worker *worker)
{
    struct peer *peer = &peers[worker->in[0]];
    uint64_t badge;
    int64_t tag = enter(NJ_SYS_RECV, peer->slot, 0, peer->receive, peer->words, &badge);
    while (tag >= 0) {
        peer->calls++;
        peer->badge = badge;
        for (uint32_t i = 0; i < 8; i++)
            peer->words[i]++;
        tag =
            enter(NJ_SYS_REPLY_RECV, peer->slot, (uint64_t)tag & NJ_TAG_WORDS_MASK, peer->receive, peer->words, &badge);
    }
    peer->result = tag;
}

static struct peer *peer_new(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive)
{
    uint32_t index = next++ % WORKERS_MAX;
    struct peer *peer = &peers[index];
    *peer = (struct peer){.number = number, .slot = slot, .tag = tag, .receive = receive, .result = INT64_MIN};
    for (uint32_t i = 0; i < 8; i++)
        peer->words[i] = i + 1;
    return peer;
}

static struct peer *peer_join(struct peer *peer, struct worker *worker)
{
    peer->worker = worker;
    worker->in[0] = (uint64_t)(peer - peers);
    return peer;
}

struct peer *peer_make(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority)
{
    struct peer *peer = peer_new(number, slot, tag, receive);
    return peer_join(peer, worker_make(call_once, priority, NJ_SLOT_NONE));
}

struct peer *peer_make_long(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority)
{
    struct peer *peer = peer_new(number, slot, tag, receive);
    return peer_join(peer, worker_make_long(call_once, priority));
}

struct peer *peer_call(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority)
{
    struct peer *peer = peer_make(number, slot, tag, receive, priority);
    worker_start(peer->worker);
    return peer;
}

static struct peer *server_new(uint32_t endpoint, uint32_t reply)
{
    return peer_new(NJ_SYS_RECV, endpoint, 0, nj_receive(reply, NJ_SLOT_NONE));
}

struct peer *peer_server(uint32_t endpoint, uint32_t reply, uint32_t priority)
{
    struct peer *peer = peer_join(server_new(endpoint, reply), worker_make(server_loop, priority, NJ_SLOT_NONE));
    worker_start(peer->worker);
    return peer;
}

struct peer *peer_server_long(uint32_t endpoint, uint32_t reply, uint32_t priority)
{
    struct peer *peer = peer_join(server_new(endpoint, reply), worker_make_long(server_loop, priority));
    worker_start(peer->worker);
    return peer;
}

struct peer *peer_server_passive(uint32_t endpoint, uint32_t reply, uint32_t priority)
{
    return peer_join(server_new(endpoint, reply), worker_make_passive(server_loop, priority));
}

bool peer_ended(const struct peer *peer, int64_t result)
{
    return peer->worker->is_done && peer->result == result;
}

void peer_check_registers(const uint64_t registers[32], uint64_t tag, uint64_t word)
{
    for (uint32_t n = 1; n < 32; n++) {
        bool is_scratch = n == 5 || n == 7 || n >= 28;
        if (n != 2)
            SAME(registers[n], n == 6 ? tag : n == 10 ? word : is_scratch ? 0 : SET(n));
    }
}
