// SPDX-License-Identifier: Apache-2.0
// What the other side of a case does: one system call of a worker, its arguments in `peer`, its outcome there too.
#pragma once
#include "test/kernel/test.h"

struct peer {
    struct worker *worker;
    uint64_t number; // NJ_SYS_*
    uint32_t slot;
    uint64_t tag, receive, words[8]; // in and out
    volatile int64_t result;         // tag, or -status
    volatile uint64_t badge;
    volatile uint32_t calls; // finished
};

// A worker that makes one system call with 8 words (1, 2, ... 8 unless the case writes others) and ends. It starts at once.
struct peer *peer_call(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority);
// The same, not started, for cases that set it up further.
struct peer *peer_make(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority);
// The same with a message page.
struct peer *peer_make_long(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint32_t priority);
// A worker that answers every call on the endpoint with its words plus one, until it is stopped.
struct peer *peer_server(uint32_t endpoint, uint32_t reply, uint32_t priority);
struct peer *peer_server_long(uint32_t endpoint, uint32_t reply, uint32_t priority); // with a message page
// The same without a scheduling context, not started.
struct peer *peer_server_passive(uint32_t endpoint, uint32_t reply, uint32_t priority);
void server_loop(struct worker *worker); // what it runs; in[0]: index of the peer
bool peer_ended(const struct peer *peer, int64_t result);
// What is in the registers (peer_code.S); sp and what is there of it in a record have no meaning.
// A system call with `in` in the registers; `out`: what is in them afterwards.
void peer_exchange(const uint64_t in[32], uint64_t out[32]);
// The same with SET(n) in register n, but for the number and the slot.
#define SET(n) (0x500 + (n))
void peer_registers(uint64_t number, uint64_t slot, uint64_t registers[32]);
// After a call that took SET(n) along and answered this tag and word: all others are kept, or cleared.
void peer_check_registers(const uint64_t registers[32], uint64_t tag, uint64_t word);
// SET(n) in register n until the flag is set. Needs t0 and t1.
void peer_spin(volatile uint64_t *flag, uint64_t registers[32]);
void peer_float_set(uint64_t value); // in one register
uint64_t peer_float_get(void);
// Any system call by the runner itself.
int64_t enter(uint64_t number, uint32_t slot, uint64_t tag, uint64_t receive, uint64_t words[8], uint64_t *badge);
