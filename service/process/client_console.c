// SPDX-License-Identifier: Apache-2.0
#include "abi/sdk.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/process/archive.h"
#include "service/process/client.h"
#include "service/process/instance.h"
#include "service/process/outcome.h"
#include <stdio.h>

#define READ_BYTES_MAX MESSAGE_BYTES_MAX(2)

static const uint8_t *archive;
static uint32_t self_cnode;
static uint32_t signal_slot;
static struct event_queue events;

void console_init(void)
{
    archive = (const uint8_t *)(uintptr_t)startup_value("archive");
    component_assert(archive_check(archive, startup_value("archive-bytes")));
    self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate(&signal_slot);
    component_assert(status == NJ_OK);
}

void console_tell(const struct process_event *event)
{
    event_put(&events, event);
    enum nj_status lost = nj_signal(signal_slot); // nobody watches: the event waits
    (void)lost;
}

static bool name_take(struct message *message, uint32_t word, char name[PROCESS_NAME_BYTES])
{
    return message_get_bytes(message, word, name, PROCESS_NAME_BYTES) == PROCESS_NAME_BYTES && name_is_valid(name);
}

static void outcome_answer(struct message *message, bool is_done, const struct process_outcome *outcome)
{
    answer_put(message, is_done ? SERVICE_OK : SERVICE_REFUSED, outcome);
}

static void package_serve(struct message *message)
{
    struct process_package package = {0};
    struct archive_file file;
    uint64_t wanted = message->word[1];
    for (uint32_t i = 0; archive_file(archive, i, &file); i++) {
        bool is_package = archive_package_name(file.name, package.name, sizeof package.name);
        package.is_script = !is_package && archive_script_name(file.name, package.name, sizeof package.name);
        if (!is_package && !package.is_script) {
            continue;
        }
        if (wanted-- == 0) {
            package.bytes = file.size;
            package.is_installed = is_package && bundle_find(package.name) != NULL;
            answer_put(message, SERVICE_OK, &package);
            return;
        }
    }
    service_answer(message, SERVICE_NOT_FOUND);
}

// Parts of files that are meant to be read by a user: scripts, and markers that lie in the archive by name.
static void read_serve(struct message *message)
{
    char name[NJ_ARCHIVE_NAME_BYTES] = {0};
    uint64_t offset = message->word[1];
    message_get_bytes(message, 2, name, sizeof name - 1);
    struct archive_file file;
    char script[PROCESS_NAME_BYTES];
    bool is_readable = archive_script_name(name, script, sizeof script) || strncmp(name, "bench-", 6) == 0;
    if (!is_readable || !archive_find(archive, name, &file)) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    uint64_t left = offset < file.size ? file.size - offset : 0;
    size_t bytes = left < READ_BYTES_MAX ? (size_t)left : READ_BYTES_MAX;
    service_answer(message, SERVICE_OK);
    message->word[1] = bytes;
    message_put_bytes(message, 2, file.bytes + (bytes ? offset : 0), bytes);
}

static bool install(const char *name, struct process_outcome *outcome)
{
    char file[NJ_ARCHIVE_NAME_BYTES];
    struct archive_file found;
    snprintf(file, sizeof file, "package/%s.wasm", name);
    if (!archive_find(archive, file, &found)) {
        return outcome_set(outcome, PROCESS_REASON_NO_PACKAGE, "%s", "");
    }
    if (bundle_find(name)) {
        return outcome_set(outcome, PROCESS_REASON_INSTALLED, "%s", "");
    }
    if (compiler_is_busy()) {
        return outcome_set(outcome, PROCESS_REASON_COMPILING, "%s", "");
    }
    if (!bundle_has_room()) {
        return outcome_set(outcome, PROCESS_REASON_BUNDLES_FULL, "%s", "");
    }
    compiler_begin(name, file);
    return true;
}

static bool uninstall(const char *name, struct process_outcome *outcome)
{
    struct bundle *bundle = bundle_find(name);
    if (!bundle) {
        return outcome_set(outcome, PROCESS_REASON_NOT_INSTALLED, "%s", "");
    }
    if (bundle->instances > 0) {
        return outcome_set(outcome, PROCESS_REASON_RUNNING, "%s", "");
    }
    instance_forget(name);
    bundle_uninstall(bundle);
    return true;
}

static bool stop(const char *name, struct process_outcome *outcome)
{
    struct instance *instance = instance_find(name);
    if (!instance) {
        bool is_installed = bundle_find(name) != NULL;
        return outcome_set(outcome, is_installed ? PROCESS_REASON_NOT_RUNNING : PROCESS_REASON_NOT_INSTALLED, "%s", "");
    }
    if (instance->state != PROCESS_RUNNING) {
        return outcome_set(outcome, PROCESS_REASON_NOT_RUNNING, "%s", "");
    }
    instance_end(instance, PROCESS_STOPPED);
    sdk_tell();
    return true;
}

static void name_serve(struct message *message, bool (*act)(const char *name, struct process_outcome *outcome))
{
    char name[PROCESS_NAME_BYTES];
    struct process_outcome outcome = {0};
    bool is_done =
        name_take(message, 1, name) ? act(name, &outcome) : outcome_set(&outcome, PROCESS_REASON_NAME, "%s", "");
    outcome_answer(message, is_done, &outcome);
}

static void start_serve(struct message *message)
{
    struct process_start start;
    struct process_outcome outcome = {0};
    bool is_done = false;
    if (message_get_bytes(message, 1, &start, sizeof start) != sizeof start || !name_is_valid(start.bundle) ||
        (start.name[0] && !name_is_valid(start.name)) ||
        (start.space_type != NJ_SPACE_PROCESS && start.space_type != NJ_SPACE_CAPSULE)) {
        outcome_set(&outcome, PROCESS_REASON_NAME, "%s", "");
    } else {
        struct bundle *bundle = bundle_find(start.bundle);
        is_done = bundle ? instance_start(bundle, &start, &outcome)
                         : outcome_set(&outcome, PROCESS_REASON_NOT_INSTALLED, "%s", "");
    }
    outcome_answer(message, is_done, &outcome);
}

static void bundle_serve(struct message *message)
{
    uint64_t wanted = message->word[1];
    struct bundle *bundle = bundle_at(0);
    for (uint32_t i = 0; bundle; bundle = bundle_at(++i)) {
        if (bundle->name[0] && wanted-- == 0) {
            struct process_bundle description;
            bundle_describe(bundle, &description);
            answer_put(message, SERVICE_OK, &description);
            return;
        }
    }
    service_answer(message, SERVICE_NOT_FOUND);
}

static void instance_serve_index(struct message *message)
{
    uint64_t wanted = message->word[1];
    struct instance *instance = instance_at(0);
    for (uint32_t i = 0; instance; instance = instance_at(++i)) {
        if (instance->name[0] && wanted-- == 0) {
            struct process_instance description;
            instance_describe(instance, &description);
            answer_put(message, SERVICE_OK, &description);
            return;
        }
    }
    service_answer(message, SERVICE_NOT_FOUND);
}

static void crash_serve(struct message *message)
{
    char name[PROCESS_NAME_BYTES];
    const struct instance *instance = name_take(message, 1, name) ? instance_find(name) : NULL;
    if (!instance || instance->state != PROCESS_CRASHED) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    answer_put(message, SERVICE_OK, &instance->crash);
}

static void slot_serve(struct message *message)
{
    char name[PROCESS_NAME_BYTES];
    uint64_t slot = message->word[1];
    const struct instance *instance = name_take(message, 2, name) ? instance_find(name) : NULL;
    struct cnode_slot held;
    if (!instance || instance->state != PROCESS_RUNNING || slot >= NJ_APP_SLOTS ||
        cnode_inspect(instance->slots + INSTANCE_SLOT_CNODE, (uint32_t)slot, &held) != NJ_OK) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    service_answer(message, SERVICE_OK);
    message->word[1] = held.kind;
    message->word[2] = held.rights;
    message->word[3] = held.value;
    message->words = 4;
}

static void watch_serve(struct message *message)
{
    struct cnode_slot held;
    if (!message->has_cap || cnode_inspect(self_cnode, signal_slot, &held) != NJ_OK ||
        (held.kind != NJ_KIND_EMPTY && cnode_delete(self_cnode, signal_slot) != NJ_OK) ||
        cnode_move(self_cnode, signal_slot, self_cnode, message->receive_slot) != NJ_OK) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    service_answer(message, SERVICE_OK);
}

static void event_serve(struct message *message)
{
    struct process_event event;
    if (!event_take(&events, &event)) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    answer_put(message, SERVICE_OK, &event);
}

void console_serve(struct message *message)
{
    switch (message->word[0]) {
    case PROCESS_PACKAGE:
        package_serve(message);
        break;
    case PROCESS_READ:
        read_serve(message);
        break;
    case PROCESS_INSTALL:
        name_serve(message, install);
        break;
    case PROCESS_UNINSTALL:
        name_serve(message, uninstall);
        break;
    case PROCESS_START:
        start_serve(message);
        break;
    case PROCESS_STOP:
        name_serve(message, stop);
        break;
    case PROCESS_BUNDLE:
        bundle_serve(message);
        break;
    case PROCESS_INSTANCE:
        instance_serve_index(message);
        break;
    case PROCESS_CRASH:
        crash_serve(message);
        break;
    case PROCESS_SLOT:
        slot_serve(message);
        break;
    case PROCESS_WATCH:
        watch_serve(message);
        break;
    case PROCESS_EVENT:
        event_serve(message);
        break;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
    }
}
