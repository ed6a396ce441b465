// SPDX-License-Identifier: Apache-2.0
// The supervisor: one endpoint, on which the faults of components and the questions of clients arrive; the badge tells
// them apart.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "service/supervisor/fault.h"

static uint32_t system_slot;

static void serve_component(struct message *message)
{
    struct supervisor_component description;
    enum service_status status = message->words >= 2 && message->word[1] < COMPONENTS_MAX
                                     ? component_describe((uint32_t)message->word[1], &description)
                                     : SERVICE_NOT_FOUND;
    service_answer(message, status);
    if (status == SERVICE_OK)
        message_put_bytes(message, 1, &description, sizeof(description));
}

static void serve_fault(struct message *message)
{
    const struct component *c = message->words >= 2 ? component_at(message->word[1]) : NULL;
    service_answer(message, c && c->has_record ? SERVICE_OK : SERVICE_NOT_FOUND);
    if (c && c->has_record)
        message_put_bytes(message, 1, &c->fault, sizeof(c->fault));
}

static void serve_capabilities(struct message *message)
{
    struct supervisor_capability list[SUPERVISOR_CAPABILITIES_MAX];
    uint32_t slots = 0, next, count;
    if (message->words < 3 || message->word[1] >= COMPONENTS_MAX || message->word[2] > UINT32_MAX) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    enum service_status status =
        component_capabilities((uint32_t)message->word[1], (uint32_t)message->word[2], &slots, &next, &count, list);
    service_answer(message, status);
    if (status != SERVICE_OK)
        return;
    message->word[1] = slots;
    message->word[2] = next;
    message->word[3] = count;
    message->words = 4;
    if (count > 0)
        message_put_bytes(message, 4, list, count * sizeof(list[0]));
}

static void serve_system(struct message *message)
{
    struct system_info info;
    if (system_info(system_slot, &info) != NJ_OK) {
        service_answer(message, SERVICE_FAILED);
        return;
    }
    service_answer(message, SERVICE_OK);
    message_put_bytes(message, 1, &info, sizeof(info));
}

// Comes back only if the machine did not do it.
static void serve_power(struct message *message, bool is_reboot)
{
    uint32_t code = message->words >= 2 ? (uint32_t)message->word[1] : 0;
    enum nj_status status = is_reboot ? system_reboot(system_slot) : system_poweroff(system_slot, code);
    service_answer(message, status == NJ_OK ? SERVICE_OK : SERVICE_FAILED);
}

static void serve(struct message *message)
{
    switch (message->words > 0 ? message->word[0] : 0) {
    case SUPERVISOR_COUNT:
        service_answer(message, SERVICE_OK);
        message->word[1] = component_count();
        message->words = 2;
        break;
    case SUPERVISOR_COMPONENT:
        serve_component(message);
        break;
    case SUPERVISOR_FAULT:
        serve_fault(message);
        break;
    case SUPERVISOR_CAPABILITIES:
        serve_capabilities(message);
        break;
    case SUPERVISOR_SYSTEM:
        serve_system(message);
        break;
    case SUPERVISOR_POWEROFF:
        serve_power(message, false);
        break;
    case SUPERVISOR_REBOOT:
        serve_power(message, true);
        break;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
    }
}

int main(void)
{
    components_init();
    system_slot = startup_slot("system");
    uint32_t endpoint = startup_slot("serve");
    struct message message = {.reply_slot = startup_slot("reply")};
    enum nj_status status = message_recv(endpoint, &message);
    for (;;) {
        if (status != NJ_OK)
            panic("receive: %s", nj_status_text(status));
        if ((message.badge & SUPERVISOR_FAULT_BADGE) != 0)
            fault_handle(message.badge & ~(uint64_t)SUPERVISOR_FAULT_BADGE, &message);
        else
            serve(&message);
        status = message_reply_recv(endpoint, &message);
    }
}
