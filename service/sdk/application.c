// SPDX-License-Identifier: Apache-2.0
#include "service/sdk/application.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/console/console.h"

static struct application applications[PROCESS_INSTANCES_MAX];
static uint32_t self_cnode;
static uint32_t self_space;
static uint32_t process;
static uint32_t console;
static uint32_t reply_first;
static uint32_t reply_count;

void application_init(void)
{
    self_cnode = startup_slot("self-cnode");
    self_space = startup_slot("self-space");
    process = startup_slot("process");
    console = startup_slot("console");
    reply_first = startup_slot("reply");
    reply_count = (uint32_t)startup_value("reply");
    component_assert(reply_count > PROCESS_INSTANCES_MAX); // everybody may wait, and one call comes in
    uint32_t first = 0;
    enum nj_status status = slot_allocate_run(PROCESS_INSTANCES_MAX, &first);
    component_assert(status == NJ_OK);
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        applications[i].space = first + i;
    }
}

struct application *application_at(uint32_t index)
{
    return index < PROCESS_INSTANCES_MAX ? &applications[index] : NULL;
}

static bool is_gone(const struct application *application)
{
    struct cnode_slot held;
    return cnode_inspect(self_cnode, application->space, &held) != NJ_OK || held.kind == NJ_KIND_EMPTY;
}

static void application_forget(struct application *application)
{
    application_flush(application);
    uint32_t space = application->space;
    memset(application, 0, sizeof *application);
    application->space = space;
}

void application_sweep(void)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (applications[i].id != 0 && is_gone(&applications[i])) {
            application_forget(&applications[i]);
        }
    }
}

static struct application *application_open(uint64_t badge)
{
    application_sweep();
    struct application *application = NULL;
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX && !application; i++) {
        application = applications[i].id == 0 ? &applications[i] : NULL;
    }
    if (!application) {
        return NULL; // cannot be: the process manager has as many
    }
    struct process_view view;
    struct message message = {.word = {PROCESS_SDK_OPEN, badge}, .words = 2, .receive_slot = application->space};
    if (service_call(process, &message, 1) != SERVICE_OK || !message.has_cap ||
        message_get_bytes(&message, 1, &view, sizeof view) != sizeof view ||
        view.argument_bytes > sizeof view.arguments) {
        return NULL;
    }
    application->id = (uint32_t)badge;
    application->data_base = view.data_base;
    application->argument_bytes = (uint32_t)view.argument_bytes;
    memcpy(application->name, view.name, sizeof view.name);
    application->name[sizeof application->name - 1] = 0;
    memcpy(application->arguments, view.arguments, sizeof view.arguments);
    return application;
}

struct application *application_of(uint64_t badge)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (applications[i].id == badge && badge != 0) {
            return &applications[i];
        }
    }
    return application_open(badge);
}

// Offsets are 32 bits and counts too: the sum stays in the 8 GiB window, where only the application's own pages are.
bool application_read(const struct application *application, uint64_t address, void *bytes, uint32_t count)
{
    uint64_t copied = 0;
    uint64_t from = application->data_base + (uint32_t)address;
    return count == 0 || space_copy(self_space, (uintptr_t)bytes, application->space, from, count, &copied) == NJ_OK;
}

bool application_write(const struct application *application, uint64_t address, const void *bytes, uint32_t count)
{
    uint64_t copied = 0;
    uint64_t to = application->data_base + (uint32_t)address;
    return count == 0 || space_copy(application->space, to, self_space, (uintptr_t)bytes, count, &copied) == NJ_OK;
}

void application_flush(struct application *application)
{
    if (application->line_bytes > 0) {
        // Without a console there is nobody to read it, and nothing else to do about it.
        enum service_status lost = console_write(console, application->line, application->line_bytes);
        (void)lost;
        application->line_bytes = 0;
    }
}

// Lines are collected as long as whole ones fit, so that many short lines cost one message.
void application_print(struct application *application, const char *text, uint32_t bytes)
{
    uint32_t line_end = 0; // in the buffer: behind its last newline
    for (uint32_t i = 0; i < bytes; i++) {
        if (application->line_bytes == APPLICATION_LINE_MAX) {
            uint32_t rest = line_end > 0 ? APPLICATION_LINE_MAX - line_end : 0;
            application->line_bytes -= rest;
            application_flush(application);
            memmove(application->line, application->line + line_end, rest);
            application->line_bytes = rest;
            line_end = 0;
        }
        application->line[application->line_bytes++] = text[i];
        if (text[i] == '\n') {
            line_end = application->line_bytes;
        }
    }
    if (line_end > 0) {
        uint32_t rest = application->line_bytes - line_end;
        application->line_bytes = line_end;
        application_flush(application);
        memmove(application->line, application->line + line_end, rest);
        application->line_bytes = rest;
    }
}

static bool reply_is_used(uint32_t reply)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (applications[i].id != 0 && applications[i].reply == reply) {
            return true;
        }
    }
    return false;
}

void application_wait(struct application *application, struct message *message, enum wait_kind kind)
{
    application->wait = kind;
    application->reply = message->reply_slot;
    for (uint32_t i = 0; i < reply_count; i++) {
        if (!reply_is_used(reply_first + i)) {
            message->reply_slot = reply_first + i;
            return;
        }
    }
    panic("sdk: all reply objects are in use");
}

void application_wake(struct application *application, uint32_t result)
{
    struct message answer = {.word = {result}, .words = 1};
    message_reply(application->reply, &answer);
    application->wait = WAIT_NONE;
    application->reply = NJ_SLOT_NONE;
}
