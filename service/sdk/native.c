// SPDX-License-Identifier: Apache-2.0
// Nightjar's own operations: log, sleep, exit, memory, and names that applications find each other by.
#include "lib/startup.h"
#include "service/log/log.h"
#include "service/sdk/operation.h"
#include <stdio.h>

#define LOG_BYTES_MAX 256u
#define PREFIX_BYTES_MAX (PROCESS_NAME_BYTES + 2u)
#define NAMES_MAX 64u // as many as applications may serve: 32 with up to 4 each take 128; the table is smaller

enum { OP_LOG = 1, OP_SLEEP = 2, OP_EXIT = 3, OP_SERVE = 4, OP_CONNECT = 5, OP_GROW = 6 };

struct name {
    char text[PROCESS_NAME_BYTES]; // empty: free
    uint32_t server;               // id of the application
    uint32_t number;               // of its endpoint
};

static struct name names[NAMES_MAX];
static uint32_t process;
static uint32_t log_slot;

void name_init(void)
{
    process = startup_slot("process");
    log_slot = startup_slot("log");
}

// The import's result for a status: negative.
static uint32_t failure(enum nj_status status)
{
    return 0u - (uint32_t)status;
}

static uint32_t native_log(struct application *application, const uint64_t *argument)
{
    char line[PREFIX_BYTES_MAX + LOG_BYTES_MAX];
    if (argument[0] > LOG_DEBUG) {
        return failure(NJ_BAD_ARGUMENT);
    }
    uint32_t bytes = argument[2] < LOG_BYTES_MAX ? (uint32_t)argument[2] : LOG_BYTES_MAX;
    uint32_t prefix = (uint32_t)snprintf(line, PREFIX_BYTES_MAX, "%s: ", application->name);
    if (!application_read(application, argument[1], line + prefix, bytes)) {
        return failure(NJ_BAD_ADDRESS);
    }
    for (uint32_t i = prefix; i < prefix + bytes; i++) {
        line[i] = line[i] >= ' ' && line[i] != 127 ? line[i] : ' '; // one line, no control of the terminal
    }
    log_write(log_slot, (enum log_level)argument[0], line, prefix + bytes);
    return 0;
}

void native_exit(struct application *application, uint32_t code)
{
    application_flush(application);
    struct message message = {.word = {PROCESS_SDK_EXIT, application->id, code}, .words = 3};
    enum service_status status = service_call(process, &message, 1);
    (void)status; // NOT_FOUND: it was stopped meanwhile
    application_sweep();
}

static uint32_t native_grow(struct application *application, uint64_t pages)
{
    struct message message = {.word = {PROCESS_SDK_GROW, application->id, (uint32_t)pages}, .words = 3};
    enum service_status status = service_call(process, &message, 2);
    return status == SERVICE_OK ? (uint32_t)message.word[1] : UINT32_MAX;
}

static bool name_read(struct application *application, const uint64_t *argument, char name[PROCESS_NAME_BYTES])
{
    memset(name, 0, PROCESS_NAME_BYTES);
    if (argument[1] == 0 || argument[1] >= PROCESS_NAME_BYTES) {
        return false;
    }
    return application_read(application, argument[0], name, (uint32_t)argument[1]) && strlen(name) == argument[1];
}

// The entry of that name whose server lives; entries of others are freed on the way.
static struct name *name_find(const char *text)
{
    struct name *found = NULL;
    for (uint32_t i = 0; i < NAMES_MAX; i++) {
        bool is_living = false;
        for (uint32_t j = 0; names[i].text[0] && application_at(j) && !is_living; j++) {
            is_living = application_at(j)->id == names[i].server;
        }
        if (names[i].text[0] && !is_living) {
            names[i].text[0] = 0;
        }
        if (names[i].text[0] && strcmp(names[i].text, text) == 0) {
            found = &names[i];
        }
    }
    return found;
}

static struct name *name_free(void)
{
    for (uint32_t i = 0; i < NAMES_MAX; i++) {
        if (!names[i].text[0]) {
            return &names[i];
        }
    }
    return NULL;
}

// The slot of the client's new capability, or a failure.
static uint32_t connection_make(const struct application *client, const struct name *name)
{
    struct message message = {.word = {PROCESS_SDK_CLIENT, client->id, name->server, name->number}, .words = 4};
    enum service_status status = service_call(process, &message, 2);
    return status == SERVICE_OK ? (uint32_t)message.word[1] : failure(NJ_NO_MEMORY);
}

static void waiting_wake(const struct name *name)
{
    struct application *client = application_at(0);
    for (uint32_t i = 0; client; client = application_at(++i)) {
        if (client->id != 0 && client->wait == WAIT_CONNECT && strcmp(client->wanted, name->text) == 0) {
            application_wake(client, connection_make(client, name));
        }
    }
}

enum answer name_serve(struct application *application, struct message *message, uint32_t *result)
{
    char text[PROCESS_NAME_BYTES];
    *result = failure(NJ_BAD_ARGUMENT);
    if (!name_read(application, &message->word[1], text)) {
        return ANSWER_NOW;
    }
    application_sweep();
    if (name_find(text)) {
        *result = failure(NJ_IN_USE);
        return ANSWER_NOW;
    }
    struct name *name = name_free();
    *result = failure(NJ_NO_MEMORY);
    struct message request = {.word = {PROCESS_SDK_SERVER, application->id}, .words = 2};
    if (!name || service_call(process, &request, 3) != SERVICE_OK) {
        return ANSWER_NOW;
    }
    *name = (struct name){.server = application->id, .number = (uint32_t)request.word[2]};
    memcpy(name->text, text, sizeof text);
    *result = (uint32_t)request.word[1];
    waiting_wake(name);
    return ANSWER_NOW;
}

enum answer name_connect(struct application *application, struct message *message, uint32_t *result)
{
    if (!name_read(application, &message->word[1], application->wanted)) {
        *result = failure(NJ_BAD_ARGUMENT);
        return ANSWER_NOW;
    }
    application_sweep();
    const struct name *name = name_find(application->wanted);
    if (!name) {
        application_wait(application, message, WAIT_CONNECT);
        return ANSWER_LATER;
    }
    *result = connection_make(application, name);
    return ANSWER_NOW;
}

static enum answer native_sleep(struct application *application, struct message *message, uint32_t *result)
{
    uint64_t now = nj_time();
    uint64_t duration = message->word[1];
    *result = 0;
    if (duration == 0) {
        return ANSWER_NOW;
    }
    clock_wait(application, message, WAIT_SLEEP, duration < UINT64_MAX - now ? now + duration : UINT64_MAX - 1);
    return ANSWER_LATER;
}

enum answer native_serve(struct application *application, struct message *message, uint32_t *result)
{
    switch (message->word[0]) {
    case OP_LOG:
        *result = native_log(application, &message->word[1]);
        return ANSWER_NOW;
    case OP_SLEEP:
        return native_sleep(application, message, result);
    case OP_EXIT:
        native_exit(application, (uint32_t)message->word[1]);
        return ANSWER_NEVER;
    case OP_SERVE:
        return name_serve(application, message, result);
    case OP_CONNECT:
        return name_connect(application, message, result);
    case OP_GROW:
        *result = native_grow(application, message->word[1]);
        return ANSWER_NOW;
    default:
        *result = failure(NJ_BAD_OPERATION);
        return ANSWER_NOW;
    }
}
