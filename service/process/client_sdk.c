// SPDX-License-Identifier: Apache-2.0
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/process/client.h"
#include "service/process/instance.h"

static uint32_t self_cnode;
static uint32_t endpoint_slot; // the runtime's endpoint for applications, unbadged; empty: there is none
static uint32_t signal_slot;   // its notification

void sdk_init(void)
{
    self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate_run(2, &endpoint_slot);
    component_assert(status == NJ_OK);
    signal_slot = endpoint_slot + 1;
}

void sdk_tell(void)
{
    enum nj_status lost = nj_signal(signal_slot); // an empty slot: it does not want to know, or is gone
    (void)lost;
}

// Moves the capability that came with the message to `slot`, in place of an older one.
static bool capability_take(const struct message *message, uint32_t slot)
{
    if (!message->has_cap) {
        return false;
    }
    struct cnode_slot held;
    if (cnode_inspect(self_cnode, slot, &held) != NJ_OK ||
        (held.kind != NJ_KIND_EMPTY && cnode_delete(self_cnode, slot) != NJ_OK)) {
        return false;
    }
    return cnode_move(self_cnode, slot, self_cnode, message->receive_slot) == NJ_OK;
}

// Applications of an older runtime hold capabilities that lead nowhere.
static void instances_end_all(void)
{
    struct instance *instance = instance_at(0);
    for (uint32_t i = 0; instance; instance = instance_at(++i)) {
        if (instance->state == PROCESS_RUNNING) {
            log_printf(LOG_WARN, "process: stopping %s: the SDK runtime was restarted", instance->name);
            instance_end(instance, PROCESS_STOPPED);
        }
    }
}

static void open_answer(struct message *message, const struct instance *instance)
{
    struct process_view view = {.data_base = instance->data_base, .argument_bytes = instance->argument_bytes};
    memcpy(view.name, instance->name, sizeof view.name);
    memcpy(view.arguments, instance->arguments, sizeof view.arguments);
    answer_put(message, SERVICE_OK, &view);
    message->send_slot = instance->slots + INSTANCE_SLOT_VIEW;
}

static void exit_serve(struct message *message, struct instance *instance)
{
    instance->exit_code = (int32_t)message->word[2];
    struct process_event event = {.kind = PROCESS_EVENT_EXITED, .value = (uint32_t)instance->exit_code};
    memcpy(event.name, instance->name, sizeof event.name);
    instance_end(instance, PROCESS_EXITED);
    sdk_tell();
    console_tell(&event);
    service_answer(message, SERVICE_OK);
}

static void slot_answer(struct message *message, bool is_done, uint32_t slot, uint32_t number)
{
    service_answer(message, is_done ? SERVICE_OK : SERVICE_FULL);
    message->word[1] = slot;
    message->word[2] = number;
    message->words = 3;
}

static void instance_serve_request(struct message *message, struct instance *instance)
{
    uint32_t first = 0;
    uint32_t second = 0;
    switch (message->word[0]) {
    case PROCESS_SDK_OPEN:
        open_answer(message, instance);
        break;
    case PROCESS_SDK_EXIT:
        exit_serve(message, instance);
        break;
    case PROCESS_SDK_GROW: {
        bool is_done = instance_grow(instance, message->word[2], &first);
        service_answer(message, is_done ? SERVICE_OK : SERVICE_NO_MEMORY);
        message->word[1] = first;
        message->words = 2;
        break;
    }
    case PROCESS_SDK_SERVER: {
        bool is_done = instance_serve(instance, &first, &second);
        slot_answer(message, is_done, first, second);
        break;
    }
    case PROCESS_SDK_CLIENT: {
        struct instance *server = instance_of_id(message->word[2]);
        bool is_done = server && instance_connect(instance, server, message->word[3], &first);
        slot_answer(message, is_done, first, 0);
        break;
    }
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
    }
}

void sdk_serve(struct message *message)
{
    if (message->word[0] == PROCESS_SDK_SERVE) {
        instances_end_all();
        bool is_taken = capability_take(message, endpoint_slot);
        instance_set_sdk(is_taken ? endpoint_slot : NJ_SLOT_NONE);
        service_answer(message, is_taken ? SERVICE_OK : SERVICE_BAD_REQUEST);
        return;
    }
    if (message->word[0] == PROCESS_SDK_WATCH) {
        service_answer(message, capability_take(message, signal_slot) ? SERVICE_OK : SERVICE_BAD_REQUEST);
        return;
    }
    struct instance *instance = instance_of_id(message->word[1]);
    if (!instance || message->words < 2) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    instance_serve_request(message, instance);
}
