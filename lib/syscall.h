// SPDX-License-Identifier: Apache-2.0
// The system calls as C functions, one to one (abi/syscall.h). For native components. message.h and object.h are the
// comfortable layers above; these are for code that counts instructions.
//
// All return t1: the tag of the received message (>= 0), or -(enum nj_status). words[8] goes in and comes out.
// receive: reply slot | receive slot << 32 (NJ_SLOT_NONE for none), see nj_receive().
#pragma once
#include "abi/status.h"
#include "abi/syscall.h"
#include "lib/arch/riscv64/syscall.h"
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))

// The third register of a receiving call. receive_slot must name an empty slot, or none.
static inline uint64_t nj_receive(uint32_t reply_slot, uint32_t receive_slot)
{
    return reply_slot | (uint64_t)receive_slot << 32;
}

// A tag for a message of `words` words; send_slot: the capability that travels with it, or NJ_SLOT_NONE.
static inline uint64_t nj_tag(uint32_t words, uint32_t send_slot)
{
    uint64_t cap = send_slot == NJ_SLOT_NONE ? 0 : NJ_TAG_CAP | (uint64_t)send_slot << NJ_TAG_CAP_SHIFT;
    return words | cap;
}

static inline enum nj_status nj_status_of(int64_t tag)
{
    return tag < 0 ? (enum nj_status) - tag : NJ_OK;
}

// Send and wait for the answer, which lies in words[].
MUST_CHECK static inline int64_t nj_call(uint32_t slot, uint64_t tag, uint64_t receive, uint64_t words[8])
{
    uint64_t badge = slot;
    return syscall_enter(NJ_SYS_CALL, &badge, tag, receive, words);
}

MUST_CHECK static inline int64_t nj_send(uint32_t slot, uint64_t tag, uint64_t words[8])
{
    uint64_t badge = slot;
    return syscall_enter(NJ_SYS_SEND, &badge, tag, 0, words);
}

MUST_CHECK static inline int64_t nj_try_send(uint32_t slot, uint64_t tag, uint64_t words[8])
{
    uint64_t badge = slot;
    return syscall_enter(NJ_SYS_TRY_SEND, &badge, tag, 0, words);
}

MUST_CHECK static inline int64_t nj_recv(uint32_t slot, uint64_t receive, uint64_t words[8], uint64_t *badge)
{
    *badge = slot;
    return syscall_enter(NJ_SYS_RECV, badge, 0, receive, words);
}

MUST_CHECK static inline int64_t nj_try_recv(uint32_t slot, uint64_t receive, uint64_t words[8], uint64_t *badge)
{
    *badge = slot;
    return syscall_enter(NJ_SYS_TRY_RECV, badge, 0, receive, words);
}

// Answer the caller held by the reply object in `receive`, then receive on `slot`.
MUST_CHECK static inline int64_t nj_reply_recv(uint32_t slot, uint64_t tag, uint64_t receive, uint64_t words[8],
                                               uint64_t *badge)
{
    *badge = slot;
    return syscall_enter(NJ_SYS_REPLY_RECV, badge, tag, receive, words);
}

// An operation on a kernel object: arguments in words[], results in words[].
MUST_CHECK static inline enum nj_status nj_invoke(uint32_t slot, uint64_t operation, uint64_t words[8])
{
    uint64_t badge = slot;
    return nj_status_of(syscall_enter(NJ_SYS_INVOKE, &badge, operation, 0, words));
}

MUST_CHECK static inline enum nj_status nj_signal(uint32_t slot)
{
    uint64_t badge = slot;
    uint64_t words[8] = {0};
    return nj_status_of(syscall_enter(NJ_SYS_SIGNAL, &badge, 0, 0, words));
}

// *bits: the badges that were signalled, OR-ed; the notification's word is cleared.
MUST_CHECK static inline enum nj_status nj_wait(uint32_t slot, uint64_t *bits)
{
    uint64_t badge = slot;
    uint64_t words[8] = {0};
    int64_t tag = syscall_enter(NJ_SYS_WAIT, &badge, 0, 0, words);
    *bits = words[0];
    return nj_status_of(tag);
}

MUST_CHECK static inline enum nj_status nj_poll(uint32_t slot, uint64_t *bits)
{
    uint64_t badge = slot;
    uint64_t words[8] = {0};
    int64_t tag = syscall_enter(NJ_SYS_POLL, &badge, 0, 0, words);
    *bits = words[0];
    return nj_status_of(tag);
}

static inline void nj_yield(void)
{
    uint64_t badge = 0;
    uint64_t words[8] = {0};
    (void)syscall_enter(NJ_SYS_YIELD, &badge, 0, 0, words);
}

// Nanoseconds since boot.
static inline uint64_t nj_time(void)
{
    uint64_t badge = 0;
    uint64_t words[8] = {0};
    (void)syscall_enter(NJ_SYS_TIME, &badge, 0, 0, words);
    return words[0];
}
