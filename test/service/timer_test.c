// SPDX-License-Identifier: Apache-2.0
// The timer, and the time itself. Under instruction counting these are exact; elsewhere they are merely loose.
#include "lib/object.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/timer/timer.h"
#include "test/service/test.h"

#define MS 1000000ull
#define LATE_MOST (2 * MS) // what the switches to and from the timer may take
#define BIT_ALARM 4u

static uint32_t timer, alarm_notification;

static void timer_setup(void)
{
    timer = startup_slot("timer");
    if (alarm_notification != NJ_SLOT_NONE)
        return;
    uint32_t self = startup_slot("self-cnode");
    SAME(slot_allocate(&alarm_notification), NJ_OK);
    SAME(cnode_mint(self, alarm_notification, self, startup_slot("notification"), NJ_RIGHT_ALL, BIT_ALARM), NJ_OK);
    ANSWERS(timer_bind(timer, alarm_notification), SERVICE_OK);
}

static void timer_sleeps_as_long_as_told(void)
{
    timer_setup();
    for (uint64_t duration = MS / 8; duration <= 64 * MS; duration *= 8) {
        uint64_t before = nj_time();
        ANSWERS(timer_sleep(timer, duration), SERVICE_OK);
        uint64_t slept = nj_time() - before;
        CHECK(slept >= duration);
        CHECK(slept < duration + LATE_MOST);
    }
}

static void timer_does_not_wait_for_the_past(void)
{
    timer_setup();
    uint64_t before = nj_time();
    ANSWERS(timer_sleep(timer, 0), SERVICE_OK);
    ANSWERS(timer_sleep_until(timer, 1), SERVICE_OK);
    CHECK(nj_time() - before < LATE_MOST);
}

// Waits for the alarm's bit; false if something else came.
static bool alarm_comes(void)
{
    uint64_t bits;
    return nj_wait(startup_slot("notification"), &bits) == NJ_OK && bits == BIT_ALARM;
}

static void timer_alarm_signals_once(void)
{
    uint64_t bits, deadline = nj_time() + 5 * MS;
    timer_setup();
    ANSWERS(timer_arm(timer, deadline), SERVICE_OK);
    CHECK(alarm_comes());
    CHECK(nj_time() >= deadline && nj_time() < deadline + LATE_MOST);
    ANSWERS(timer_sleep(timer, 10 * MS), SERVICE_OK);
    SAME(nj_poll(startup_slot("notification"), &bits), NJ_WOULD_BLOCK);
}

static void timer_alarm_is_replaced_and_cancelled(void)
{
    uint64_t bits, now = nj_time();
    timer_setup();
    ANSWERS(timer_arm(timer, now + 50 * MS), SERVICE_OK);
    ANSWERS(timer_arm(timer, now + 10 * MS), SERVICE_OK); // sooner
    CHECK(alarm_comes());
    CHECK(nj_time() < now + 10 * MS + LATE_MOST);
    ANSWERS(timer_arm(timer, now + 20 * MS), SERVICE_OK);
    ANSWERS(timer_arm(timer, now + 30 * MS), SERVICE_OK); // later
    CHECK(alarm_comes());
    CHECK(nj_time() >= now + 30 * MS);
    ANSWERS(timer_arm(timer, now + 40 * MS), SERVICE_OK);
    ANSWERS(timer_arm(timer, TIMER_NEVER), SERVICE_OK);
    ANSWERS(timer_sleep_until(timer, now + 70 * MS), SERVICE_OK);
    SAME(nj_poll(startup_slot("notification"), &bits), NJ_WOULD_BLOCK);
}

static void timer_alarm_in_the_past_comes_at_once(void)
{
    timer_setup();
    ANSWERS(timer_arm(timer, 1), SERVICE_OK);
    CHECK(alarm_comes());
}

// The alarm ends a receive, too: that is how servers wait.
static void timer_alarm_ends_a_receive(void)
{
    struct message message = {0};
    timer_setup();
    ANSWERS(timer_arm(timer, nj_time() + MS), SERVICE_OK);
    SAME(message_recv(startup_slot("serve"), &message), NJ_OK);
    CHECK(message.is_signal);
    SAME(message.badge, BIT_ALARM);
}

static void timer_can_be_bound_again(void)
{
    timer_setup();
    for (int i = 0; i < 100; i++) // no slot of the timer is lost by it
        ANSWERS(timer_bind(timer, alarm_notification), SERVICE_OK);
    timer_alarm_signals_once();
    struct message message = {.word = {TIMER_BIND}, .words = 1};
    ANSWERS(service_call(timer, &message, 1), SERVICE_BAD_REQUEST); // without a capability
    message = (struct message){.word = {77}, .words = 1, .send_slot = alarm_notification};
    ANSWERS(service_call(timer, &message, 1), SERVICE_BAD_OPERATION);
    timer_alarm_signals_once();
}

const struct test timer_tests[] = {
    {"timer_sleeps_as_long_as_told", timer_sleeps_as_long_as_told},
    {"timer_does_not_wait_for_the_past", timer_does_not_wait_for_the_past},
    {"timer_alarm_signals_once", timer_alarm_signals_once},
    {"timer_alarm_is_replaced_and_cancelled", timer_alarm_is_replaced_and_cancelled},
    {"timer_alarm_in_the_past_comes_at_once", timer_alarm_in_the_past_comes_at_once},
    {"timer_alarm_ends_a_receive", timer_alarm_ends_a_receive},
    {"timer_can_be_bound_again", timer_can_be_bound_again},
    {NULL, NULL},
};
