// SPDX-License-Identifier: Apache-2.0
// The SDK runtime: the one endpoint an application has. It holds no authority over applications but access to their
// memory; everything that makes or ends something is the process manager's. Nobody waits for an application here: those
// that sleep or wait for a name are kept in reply objects.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/sdk/operation.h"
#include "service/timer/timer.h"

#define SIGNAL_TIMER 1u
#define SIGNAL_ENDED 2u
#define WASI_FIRST 32u

static uint32_t timer;
static uint64_t armed_ns = TIMER_NEVER;

void clock_wait(struct application *application, struct message *message, enum wait_kind kind, uint64_t deadline_ns)
{
    application->deadline_ns = deadline_ns;
    application_wait(application, message, kind);
}

static bool is_timed(const struct application *application)
{
    return application->id != 0 && (application->wait == WAIT_SLEEP || application->wait == WAIT_POLL);
}

static void clock_wake(void)
{
    uint64_t now = nj_time();
    struct application *application = application_at(0);
    for (uint32_t i = 0; application; application = application_at(++i)) {
        if (is_timed(application) && application->deadline_ns <= now) {
            application_wake(application, application->wait == WAIT_POLL ? wasi_poll_finish(application) : 0);
        }
    }
}

// One timer for all: the earliest deadline.
static void clock_arm(void)
{
    uint64_t earliest = TIMER_NEVER;
    const struct application *application = application_at(0);
    for (uint32_t i = 0; application; application = application_at(++i)) {
        if (is_timed(application) && application->deadline_ns < earliest) {
            earliest = application->deadline_ns;
        }
    }
    if (earliest != armed_ns) {
        enum service_status status = timer_arm(timer, earliest);
        component_assert(status == SERVICE_OK);
        armed_ns = earliest;
    }
}

static void signal_serve(uint64_t bits)
{
    if (bits & SIGNAL_ENDED) {
        application_sweep();
    }
    if (bits & SIGNAL_TIMER) {
        armed_ns = TIMER_NEVER;
        clock_wake();
    }
}

// True: the answer is in the message.
static bool call_serve(struct message *message)
{
    uint32_t result = 0;
    struct application *application = application_of(message->badge);
    if (!application) {
        return false; // stopped while its call waited here: there is nobody to answer
    }
    enum answer answer = message->word[0] < WASI_FIRST ? native_serve(application, message, &result)
                                                       : wasi_serve(application, message, &result);
    message->word[0] = result;
    message->words = 1;
    message->send_slot = NJ_SLOT_NONE;
    return answer == ANSWER_NOW;
}

// A capability that signals this thread with one bit.
static uint32_t signal_make(uint32_t bit)
{
    uint32_t slot = 0;
    uint32_t self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate(&slot);
    if (status == NJ_OK) {
        status = cnode_mint(self_cnode, slot, self_cnode, startup_slot("notification"), NJ_RIGHT_SEND, bit);
    }
    component_assert(status == NJ_OK);
    return slot;
}

static void process_register(uint32_t process, enum process_operation operation, uint32_t slot)
{
    struct message message = {.word = {operation}, .words = 1, .send_slot = slot};
    enum service_status status = service_call(process, &message, 1);
    component_assert(status == SERVICE_OK);
}

int main(void)
{
    uint32_t endpoint = startup_slot("serve");
    uint32_t process = startup_slot("process");
    timer = startup_slot("timer");
    application_init();
    name_init();
    enum service_status bound = timer_bind(timer, signal_make(SIGNAL_TIMER));
    component_assert(bound == SERVICE_OK);
    process_register(process, PROCESS_SDK_WATCH, signal_make(SIGNAL_ENDED));
    process_register(process, PROCESS_SDK_SERVE, endpoint);

    struct message message = {.reply_slot = startup_slot("reply")};
    bool has_answer = false;
    for (;;) {
        enum nj_status status = has_answer ? message_reply_recv(endpoint, &message) : message_recv(endpoint, &message);
        if (status != NJ_OK) {
            panic("sdk: receive: %s", nj_status_text(status));
        }
        has_answer = false;
        if (message.is_signal) {
            signal_serve(message.badge);
        } else {
            has_answer = call_serve(&message);
        }
        clock_arm();
    }
}
