// SPDX-License-Identifier: Apache-2.0
// Timers. Interface "timer". The time itself needs no service: nj_time(), nanoseconds since boot.
//
// A thread that has nothing else to do sleeps. A server that must not block binds a notification once and arms it: the
// notification, bound to the server's thread, ends its recv (message.is_signal).
#pragma once
#include "lib/service.h"

enum timer_operation {
    TIMER_SLEEP = 1, // word 1: deadline, ns since boot. Answered at the deadline. FULL: too many sleepers
    TIMER_BIND = 2,  // with a notification capability (SEND): what TIMER_ARM of this client's badge signals. Replaces
                     //   the last one. FULL
    TIMER_ARM = 3,   // word 1: deadline, ns since boot, or TIMER_NEVER; one shot, replaces the last. NOT_FOUND: no BIND
};

#define TIMER_NEVER UINT64_MAX

MUST_CHECK static inline enum service_status timer_sleep_until(uint32_t timer, uint64_t deadline_ns)
{
    struct message message = {.word = {TIMER_SLEEP, deadline_ns}, .words = 2};
    return service_call(timer, &message, 1);
}

MUST_CHECK static inline enum service_status timer_sleep(uint32_t timer, uint64_t duration_ns)
{
    uint64_t now = nj_time();
    return timer_sleep_until(timer, duration_ns < TIMER_NEVER - now ? now + duration_ns : TIMER_NEVER - 1);
}

// notification: a slot of the caller that may signal; the timer gets a copy of the capability.
MUST_CHECK static inline enum service_status timer_bind(uint32_t timer, uint32_t notification)
{
    struct message message = {.word = {TIMER_BIND}, .words = 1, .send_slot = notification};
    return service_call(timer, &message, 1);
}

MUST_CHECK static inline enum service_status timer_arm(uint32_t timer, uint64_t deadline_ns)
{
    struct message message = {.word = {TIMER_ARM, deadline_ns}, .words = 2};
    return service_call(timer, &message, 1);
}
