// SPDX-License-Identifier: Apache-2.0
// One installation at a time: the compiler's call for work is answered when there is some, so the wait is the compiler's.
// The reply object that holds it is one of two; the other serves everybody else meanwhile.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/process/bundle.h"
#include "service/process/client.h"
#include "service/process/outcome.h"

static uint32_t self_cnode;
static uint32_t space_slot;              // the compiler's space while its result is read; otherwise empty
static uint32_t waiting_reply;           // holds the compiler's call for work, or NJ_SLOT_NONE
static uint64_t job;                     // number of the last one
static struct compiler_job next;         // job 0: none is waiting
static char package[PROCESS_NAME_BYTES]; // being compiled; empty: none

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

static void installed_tell(const struct bundle *bundle)
{
    struct process_event event = {.kind = PROCESS_EVENT_INSTALLED};
    memcpy(event.name, package, sizeof event.name);
    bundle_describe(bundle, &event.bundle);
    console_tell(&event);
}

static void refused_tell(const struct process_outcome *outcome)
{
    struct process_event event = {.kind = PROCESS_EVENT_NOT_INSTALLED, .outcome = *outcome};
    memcpy(event.name, package, sizeof event.name);
    console_tell(&event);
}

static void result_take(struct compiler_result *result, bool has_space)
{
    if (!package[0]) {
        return; // the first call, or a result nobody asked for
    }
    struct process_outcome outcome = {0};
    bool is_installed = false;
    if (result->status == COMPILER_IDLE || result->job != job) {
        outcome_set(&outcome, PROCESS_REASON_COMPILER_DIED, "%s", "");
    } else if (result->status == COMPILER_DONE && has_space) {
        is_installed = bundle_install(package, result, space_slot, &outcome);
    } else {
        result->text[sizeof result->text - 1] = 0;
        outcome_set(&outcome, PROCESS_REASON_MODULE, "%s", result->text);
    }
    if (is_installed) {
        installed_tell(bundle_find(package));
    } else {
        refused_tell(&outcome);
    }
    memset(package, 0, sizeof package);
}

bool compiler_serve(struct message *message)
{
    struct compiler_result result = {0};
    bool has_space = message->has_cap;
    uint32_t reply = message->reply_slot;
    if (message->word[0] != PROCESS_WORK || message_get_bytes(message, 1, &result, sizeof result) != sizeof result) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return true;
    }
    if (has_space) {
        enum nj_status status = cnode_move(self_cnode, space_slot, self_cnode, message->receive_slot);
        component_assert(status == NJ_OK);
    }
    result_take(&result, has_space);
    if (has_space) {
        enum nj_status status = cnode_delete(self_cnode, space_slot);
        component_assert(status == NJ_OK);
    }
    if (waiting_reply != NJ_SLOT_NONE) { // of a compiler that died
        log_printf(LOG_WARN, "process: the compiler was restarted");
    }
    waiting_reply = reply;
    return false;
}

bool compiler_begin(const char *name, const char *file, struct process_outcome *outcome)
{
    if (waiting_reply == NJ_SLOT_NONE) {
        return outcome_set(outcome, PROCESS_REASON_NO_COMPILER, "%s", "");
    }
    memcpy(package, name, sizeof package);
    memset(&next, 0, sizeof next);
    next.job = ++job;
    strncpy(next.file, file, sizeof next.file - 1);
    struct message answer = {0};
    answer_put(&answer, SERVICE_OK, &next);
    message_reply(waiting_reply, &answer);
    waiting_reply = NJ_SLOT_NONE;
    return true;
}
