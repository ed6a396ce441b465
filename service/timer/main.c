// SPDX-License-Identifier: Apache-2.0
// The timer service. Owns the machine's one-shot timer, and arms it for the next deadline only: with nothing to wait for
// it never interrupts.
//
// Deadline ids: a sleeper's is the number of the reply object that holds it; an alarm's is ALARM_FIRST and its index.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "service/timer/deadline.h"
#include "service/timer/timer.h"

#define REPLIES_MAX 32u
#define ALARM_FIRST REPLIES_MAX
#define ALARMS_MAX (DEADLINES_MAX - REPLIES_MAX)

static struct deadlines deadlines;
static uint32_t self_cnode, interrupt;
static uint32_t reply_slot, reply_count; // reply objects, consecutive
static uint32_t reply_next;              // the one that will hold the next client; never a sleeper's

static struct {
    bool is_used;
    uint64_t badge; // a sleeper's
} sleepers[REPLIES_MAX];

static struct {
    uint64_t badge;
    uint32_t notification; // NJ_SLOT_NONE: unused
} alarms[ALARMS_MAX];

static void sleeper_wake(uint32_t reply, enum service_status status)
{
    struct message message = {0};
    sleepers[reply].is_used = false;
    service_answer(&message, status);
    message_reply(reply_slot + reply, &message);
}

static void fire(uint32_t id)
{
    if (id < ALARM_FIRST) {
        sleeper_wake(id, SERVICE_OK);
        return;
    }
    enum nj_status lost = nj_signal(alarms[id - ALARM_FIRST].notification);
    (void)lost;
}

static void fire_due(void)
{
    uint32_t id;
    while (deadline_take(&deadlines, nj_time(), &id))
        fire(id);
}

// Only a new first deadline makes the machine's timer move; when there is none it is left as it is.
static void arm(void)
{
    static uint64_t armed; // 0: not yet
    uint64_t next = deadline_next(&deadlines);
    if (next == DEADLINE_NEVER || (next == armed && next > nj_time()))
        return;
    armed = next;
    enum nj_status status = interrupt_arm(interrupt, next);
    component_assert(status == NJ_OK);
}

// A reply object that holds nobody, other than the present one.
static bool find_free_reply(uint32_t *reply)
{
    for (uint32_t i = 0; i < reply_count; i++) {
        if (sleepers[i].is_used || i == reply_next)
            continue;
        *reply = i;
        return true;
    }
    return false;
}

// When all are in use: a client with this badge that still seems to sleep was started anew and its old self is gone.
static bool evict_old_self(uint64_t badge)
{
    for (uint32_t i = 0; i < reply_count; i++) {
        if (!sleepers[i].is_used || sleepers[i].badge != badge)
            continue;
        (void)deadline_cancel(&deadlines, i);
        sleeper_wake(i, SERVICE_BUSY);
        return true;
    }
    return false;
}

// False: the client sleeps in the reply object.
static bool serve_sleep(struct message *message)
{
    uint32_t reply;
    if (message->words < 2) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return true;
    }
    if (message->word[1] <= nj_time()) {
        service_answer(message, SERVICE_OK);
        return true;
    }
    if (!find_free_reply(&reply) && (!evict_old_self(message->badge) || !find_free_reply(&reply))) {
        service_answer(message, SERVICE_FULL);
        return true;
    }
    bool is_set = deadline_set(&deadlines, reply_next, message->word[1]);
    component_assert(is_set); // there is room for every id
    sleepers[reply_next].is_used = true;
    sleepers[reply_next].badge = message->badge;
    reply_next = reply;
    return false;
}

// The client's alarm, or else an unused one, or ALARMS_MAX.
static uint32_t alarm_find(uint64_t badge)
{
    uint32_t unused = ALARMS_MAX;
    for (uint32_t i = 0; i < ALARMS_MAX; i++) {
        if (alarms[i].notification == NJ_SLOT_NONE)
            unused = i;
        else if (alarms[i].badge == badge)
            return i;
    }
    return unused;
}

static void serve_bind(struct message *message)
{
    uint32_t alarm = alarm_find(message->badge);
    if (!message->has_cap || alarm == ALARMS_MAX) {
        service_answer(message, message->has_cap ? SERVICE_FULL : SERVICE_BAD_REQUEST);
        return;
    }
    uint32_t old = alarms[alarm].notification;
    (void)deadline_cancel(&deadlines, ALARM_FIRST + alarm);
    alarms[alarm].badge = message->badge;
    alarms[alarm].notification = message->receive_slot;
    message->has_cap = false;
    message->receive_slot = NJ_SLOT_NONE;
    if (old != NJ_SLOT_NONE)
        slot_release(old);
    if (slot_allocate(&message->receive_slot) != NJ_OK)
        message->receive_slot = NJ_SLOT_NONE;
    service_answer(message, SERVICE_OK);
}

static void serve_arm(struct message *message)
{
    uint32_t alarm = alarm_find(message->badge);
    if (message->words < 2 || alarm == ALARMS_MAX || alarms[alarm].notification == NJ_SLOT_NONE) {
        service_answer(message, message->words < 2 ? SERVICE_BAD_REQUEST : SERVICE_NOT_FOUND);
        return;
    }
    if (message->word[1] == TIMER_NEVER) {
        (void)deadline_cancel(&deadlines, ALARM_FIRST + alarm);
    } else {
        bool is_set = deadline_set(&deadlines, ALARM_FIRST + alarm, message->word[1]);
        component_assert(is_set);
    }
    service_answer(message, SERVICE_OK);
}

static bool serve(struct message *message)
{
    switch (message->words > 0 ? message->word[0] : 0) {
    case TIMER_SLEEP:
        return serve_sleep(message);
    case TIMER_BIND:
        serve_bind(message);
        return true;
    case TIMER_ARM:
        serve_arm(message);
        return true;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
        return true;
    }
}

static void drop_capability(struct message *message)
{
    if (!message->has_cap)
        return;
    enum nj_status status = cnode_delete(self_cnode, message->receive_slot);
    component_assert(status == NJ_OK || status == NJ_EMPTY_SLOT);
}

static void setup(struct message *message)
{
    self_cnode = startup_slot("self-cnode");
    interrupt = startup_slot("interrupt");
    reply_slot = startup_slot("reply");
    uint64_t count = startup_value("reply");
    reply_count = count < REPLIES_MAX ? (uint32_t)count : REPLIES_MAX;
    component_assert(reply_count >= 2);
    if (slot_allocate(&message->receive_slot) != NJ_OK)
        panic("no free slot");
}

int main(void)
{
    struct message message = {0};
    setup(&message);
    uint32_t endpoint = startup_slot("serve");
    for (;;) {
        uint32_t reply = reply_slot + reply_next;
        message.reply_slot = reply;
        enum nj_status status = message_recv(endpoint, &message);
        if (status != NJ_OK)
            panic("receive: %s", nj_status_text(status));
        if (message.is_signal) {
            status = interrupt_ack(interrupt);
            component_assert(status == NJ_OK);
        } else {
            bool is_answered = serve(&message);
            drop_capability(&message);
            if (is_answered)
                message_reply(reply, &message);
        }
        fire_due();
        arm();
    }
}
