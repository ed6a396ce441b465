// SPDX-License-Identifier: Apache-2.0
// The choice of the thread to run where little has changed: the same goes on, or two change places. Everything else, and
// whatever time has to say, is sched.c.
//
// What the fast paths call comes straight from a user program, so something is charged. All is inlined: no function is
// called and no register saved, unless the timer must be set.
#include "kernel/arch/clock.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/turn.h"

uint32_t sched_choose(void)
{
    uint32_t thread = sched_current;

    return thread != NIL && sched_stays(thread) ? thread : sched_choose_anew(thread);
}
