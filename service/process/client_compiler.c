// SPDX-License-Identifier: Apache-2.0
// One installation at a time: the compiler's call for work is answered when there is some, so the wait is the compiler's.
// The reply object that holds it is one of two; the other serves everybody else meanwhile.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/process/bundle.h"
#include "service/process/client.h"
#include "service/process/outcome.h"

static uint32_t self_cnode;
static uint32_t space_slot;              // the compiler's space while its result is read; otherwise empty
static uint32_t waiting_reply;           // holds the compiler's call for work, or NJ_SLOT_NONE
static uint64_t job;                     // number of the last one
static struct compiler_job next;         // to be handed out; job 0: none
static char package[PROCESS_NAME_BYTES]; // being compiled; empty: none
static struct process_event news;        // what became of it; kind 0: nothing yet

void compiler_init(void)
{
    self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate(&space_slot);
    component_assert(status == NJ_OK);
}

bool compiler_is_busy(void)
{
    return package[0] != 0;
}

// The image becomes a bundle, or not; the console hears of it when the compiler has cleaned up and asks for more.
static void result_serve(struct message *message)
{
    struct compiler_result result = {0};
    bool has_space = message->has_cap;
    bool is_whole = message_get_bytes(message, 1, &result, sizeof result) == sizeof result;
    if (!is_whole || !package[0] || result.job != job || news.kind != 0) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    memcpy(news.name, package, sizeof news.name);
    news.kind = PROCESS_EVENT_NOT_INSTALLED;
    if (result.status == COMPILER_DONE && has_space) {
        enum nj_status status = cnode_move(self_cnode, space_slot, self_cnode, message->receive_slot);
        component_assert(status == NJ_OK);
        if (bundle_install(package, &result, space_slot, &news.outcome)) {
            news.kind = PROCESS_EVENT_INSTALLED;
            bundle_describe(bundle_find(package), &news.bundle);
        }
        status = cnode_delete(self_cnode, space_slot);
        component_assert(status == NJ_OK);
    } else {
        result.text[sizeof result.text - 1] = 0;
        outcome_set(&news.outcome, PROCESS_REASON_MODULE, "%s", result.text);
    }
    service_answer(message, SERVICE_OK);
}

static void next_hand_out(struct message *message)
{
    answer_put(message, SERVICE_OK, &next);
    next.job = 0;
}

// The compiler has nothing to do. Its call stays unanswered until there is work.
static bool work_serve(struct message *message)
{
    if (next.job != 0) { // begun before the compiler was up
        next_hand_out(message);
        return true;
    }
    if (package[0] && news.kind == 0) { // it was restarted
        news.kind = PROCESS_EVENT_NOT_INSTALLED;
        memcpy(news.name, package, sizeof news.name);
        outcome_set(&news.outcome, PROCESS_REASON_COMPILER_DIED, "%s", "");
    }
    if (news.kind != 0) {
        console_tell(&news);
    }
    memset(&news, 0, sizeof news);
    memset(package, 0, sizeof package);
    waiting_reply = message->reply_slot;
    return false;
}

bool compiler_serve(struct message *message)
{
    if (message->word[0] == PROCESS_WORK) {
        return work_serve(message);
    }
    if (message->word[0] == PROCESS_RESULT) {
        result_serve(message);
    } else {
        service_answer(message, SERVICE_BAD_OPERATION);
    }
    return true;
}

void compiler_begin(const char *name, const char *file)
{
    memcpy(package, name, sizeof package);
    next = (struct compiler_job){.job = ++job};
    strncpy(next.file, file, sizeof next.file - 1);
    if (waiting_reply != NJ_SLOT_NONE) {
        struct message answer = {0};
        next_hand_out(&answer);
        message_reply(waiting_reply, &answer);
        waiting_reply = NJ_SLOT_NONE;
    }
}
