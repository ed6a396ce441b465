// SPDX-License-Identifier: Apache-2.0
#include "service/timer/deadline.h"

bool deadline_cancel(struct deadlines *deadlines, uint32_t id)
{
    uint32_t at = 0;
    while (at < deadlines->count && deadlines->entry[at].id != id)
        at++;
    if (at == deadlines->count)
        return false;
    deadlines->count--;
    for (; at < deadlines->count; at++)
        deadlines->entry[at] = deadlines->entry[at + 1];
    return true;
}

bool deadline_set(struct deadlines *deadlines, uint32_t id, uint64_t time_ns)
{
    (void)deadline_cancel(deadlines, id);
    if (deadlines->count == DEADLINES_MAX)
        return false;
    uint32_t at = deadlines->count++;
    for (; at > 0 && deadlines->entry[at - 1].time_ns <= time_ns; at--)
        deadlines->entry[at] = deadlines->entry[at - 1];
    deadlines->entry[at].time_ns = time_ns;
    deadlines->entry[at].id = id;
    return true;
}

uint64_t deadline_next(const struct deadlines *deadlines)
{
    return deadlines->count > 0 ? deadlines->entry[deadlines->count - 1].time_ns : DEADLINE_NEVER;
}

bool deadline_take(struct deadlines *deadlines, uint64_t now_ns, uint32_t *id)
{
    if (deadlines->count == 0 || deadline_next(deadlines) > now_ns)
        return false;
    *id = deadlines->entry[--deadlines->count].id;
    return true;
}
