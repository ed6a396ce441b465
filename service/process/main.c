// SPDX-License-Identifier: Apache-2.0
// The process manager's one loop: who called is told by the badge, faults of applications come in as calls too. It calls
// only what is above it (memory manager, log, supervisor) and so cannot wait for anybody it serves.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/process/client.h"
#include "service/process/crash.h"
#include "service/process/instance.h"

static uint64_t console_badge;
static uint64_t sdk_badge;
static uint64_t compiler_badge;

// A component that is not part of this system has a badge nobody carries.
static uint64_t client_badge(const char *name)
{
    const struct nj_startup_entry *entry = startup_entry(name);
    return entry ? entry->value : 0;
}

// The application is stopped for good; its memory is free before anybody hears of it.
static void fault_serve(const struct message *message)
{
    struct instance *instance = instance_of_id(message->badge & ~(uint64_t)INSTANCE_FAULT_BADGE);
    if (!instance) {
        return; // ended meanwhile
    }
    crash_record(message->word, &instance->bundle->image, &instance->crash);
    struct process_event event = {.kind = PROCESS_EVENT_CRASHED, .crash = instance->crash};
    memcpy(event.name, instance->name, sizeof event.name);
    instance_end(instance, PROCESS_CRASHED);
    sdk_tell();
    console_tell(&event);
}

// True: the answer is in the message.
static bool message_serve(struct message *message)
{
    if (message->badge & INSTANCE_FAULT_BADGE) {
        fault_serve(message);
        return false;
    }
    if (message->badge == console_badge) {
        console_serve(message);
    } else if (message->badge == sdk_badge) {
        sdk_serve(message);
    } else if (message->badge == compiler_badge) {
        return compiler_serve(message);
    } else {
        service_answer(message, SERVICE_DENIED);
    }
    return true;
}

// A capability that came with a request and was not taken: nobody asked for it.
static void capability_drop(const struct message *message)
{
    struct cnode_slot held;
    uint32_t self_cnode = startup_slot("self-cnode");
    if (cnode_inspect(self_cnode, message->receive_slot, &held) == NJ_OK && held.kind != NJ_KIND_EMPTY) {
        enum nj_status status = cnode_delete(self_cnode, message->receive_slot);
        component_assert(status == NJ_OK);
    }
}

int main(void)
{
    console_badge = client_badge("client-console");
    sdk_badge = client_badge("client-sdk");
    compiler_badge = client_badge("client-compiler");
    bundle_init();
    instance_init();
    console_init();
    sdk_init();
    compiler_init();

    uint32_t endpoint = startup_slot("serve");
    uint32_t first_reply = startup_slot("reply");
    component_assert(startup_value("reply") >= 2);
    struct message message = {.reply_slot = first_reply};
    enum nj_status status = slot_allocate(&message.receive_slot);
    component_assert(status == NJ_OK);

    bool has_answer = false;
    for (;;) {
        status = has_answer ? message_reply_recv(endpoint, &message) : message_recv(endpoint, &message);
        if (status != NJ_OK) {
            panic("process: receive: %s", nj_status_text(status));
        }
        bool is_compiler = message.badge == compiler_badge;
        has_answer = message_serve(&message);
        if (!has_answer && is_compiler) { // it waits for work: the other reply object for the next caller
            message.reply_slot = message.reply_slot == first_reply ? first_reply + 1 : first_reply;
        }
        if (message.has_cap) {
            capability_drop(&message);
        }
    }
}
