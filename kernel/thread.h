// SPDX-License-Identifier: Apache-2.0
// Threads: life, registers, what they are bound to.
#pragma once
#include <stddef.h>

#include "kernel/invariant.h"
#include "kernel/object.h"

// Its hidden slot for the fault endpoint.
/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    ensures \result < SLOTS_MAX; */
static inline uint32_t thread_fault_slot(uint32_t thread)
{
    uint32_t slots_per_thread = sizeof(struct thread) / sizeof(struct slot);

    return thread * slots_per_thread + offsetof(struct thread, fault_endpoint) / sizeof(struct slot);
}

// The space behind context.table.
/*@ assigns \nothing;
    ensures \result == table % RAM_BYTES_MAX / sizeof(struct space);
    ensures \result < SPACES_MAX; */
static inline uint32_t table_space(uint64_t table)
{
    return (uint32_t)(table % RAM_BYTES_MAX / sizeof(struct space));
}

// The space it executes in now: its own, or a capsule it entered through a gate. NIL if it has none.
/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    ensures threads[thread].space == NIL ==> \result == NIL;
    ensures threads[thread].space != NIL ==>
        \result == threads[thread].context.table % RAM_BYTES_MAX / sizeof(struct space);
    ensures \result < SPACES_MAX; */
static inline uint32_t thread_space(uint32_t thread)
{
    return threads[thread].space == NIL ? NIL : table_space(threads[thread].context.table);
}

// The capability that names its capability table; of kind EMPTY, with 0 slots, when its space has none.
/*@ // The slots that a capability table has are slots.
    predicate table_fits(struct cap table) =
        table.word == 0 || (0 < table.object && table.object + table.word <= SLOTS_MAX);
    // The first of a space's hidden slots is for its table.
    logic integer table_slot{L}(integer thread) = threads[thread].context.table % RAM_BYTES_MAX / sizeof(struct space) *
        (sizeof(struct space) / sizeof(struct slot));
    predicate has_table{L}(integer thread) =
        threads[thread].space == NIL || table_fits(slots[table_slot(thread)].cap); */
/*@ requires thread < THREADS_MAX && has_table(thread);
    assigns \nothing;
    ensures table_fits(\result);
    ensures threads[thread].space == NIL ==> \result.kind == NJ_KIND_EMPTY && \result.word == 0;
    ensures threads[thread].space != NIL ==> \result == slots[table_slot(thread)].cap; */
static inline struct cap thread_table(uint32_t thread)
{
    const size_t slots_per_space = sizeof(struct space) / sizeof(struct slot);
    size_t hidden = thread_space(thread) * slots_per_space + offsetof(struct space, cnode) / sizeof(struct slot);

    return threads[thread].space == NIL ? (struct cap){0} : slots[hidden].cap;
}

// Leaves whatever it waits in and stops. Its registers say what it did; a system call can be restarted.
void thread_suspend(uint32_t thread);
// It waited for somebody who is gone: its call ends with PEER_LOST.
void thread_peer_lost(uint32_t thread);
// INACTIVE from now on. Time of others goes home, unless they wait for the thread: it may be long until it goes on.
void thread_stop(uint32_t thread);
// Out of whatever it waits in; INACTIVE then.
void thread_cancel(uint32_t thread);
void thread_join_space(uint32_t thread, uint32_t space);
// Its space goes away: stops for good, is cut off from gates it is inside of, and leaves the space's list. AGAIN.
enum nj_status thread_leave_space(uint32_t thread, uint32_t *steps);

enum nj_status thread_invoke(uint32_t thread, uint32_t slot, uint64_t operation);
/*@ requires thread < THREADS_MAX;
    STOPS_IN_STEPS */
enum nj_status thread_retire(uint32_t thread, uint32_t *steps);
