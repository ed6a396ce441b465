// SPDX-License-Identifier: Apache-2.0
// WASI preview 1, as far as there is something behind it: arguments, clocks, standard streams, polling for time. There
// are no files yet and no entropy: random_get says ENOSYS, because numbers derived from the time would be taken for
// random ones.
#include "abi/sdk.h"
#include "service/sdk/operation.h"

#define WRITE_BYTES_MAX 4096u // of one fd_write; the rest is a short write, which callers continue
#define VECTORS_MAX 16u
#define SUBSCRIPTIONS_MAX 8u
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_LAST 3 // process and thread time
#define FILETYPE_CHARACTER_DEVICE 2
#define RIGHT_FD_READ (1u << 1)
#define RIGHT_FD_WRITE (1u << 6)
#define RIGHT_POLL (1u << 27)
#define EVENT_CLOCK 0
#define SUBSCRIPTION_ABSTIME 1

struct wasi_vector {
    uint32_t address;
    uint32_t bytes;
};
struct wasi_fdstat {
    uint8_t filetype;
    uint8_t reserved;
    uint16_t flags;
    uint32_t reserved2;
    uint64_t rights;
    uint64_t rights_inheriting;
};
struct wasi_filestat {
    uint64_t device, inode;
    uint64_t filetype; // one byte
    uint64_t links, bytes, access_ns, change_ns, status_ns;
};
struct wasi_subscription {
    uint64_t userdata;
    uint64_t tag;   // one byte
    uint64_t clock; // 32 bits; or the file descriptor
    uint64_t timeout_ns;
    uint64_t precision_ns;
    uint64_t flags; // 16 bits
};
struct wasi_event {
    uint64_t userdata;
    uint16_t error;
    uint8_t type;
    uint8_t reserved[5];
    uint64_t bytes;
    uint64_t flags;
};
_Static_assert(sizeof(struct wasi_fdstat) == 24 && sizeof(struct wasi_filestat) == 64 &&
                   sizeof(struct wasi_subscription) == 48 && sizeof(struct wasi_event) == 32,
               "WASI's layouts");

static bool is_open(const struct application *application, uint64_t fd)
{
    return fd < APPLICATION_FD_COUNT && !(application->closed >> fd & 1);
}

static uint32_t u32_write(struct application *application, uint64_t address, uint32_t value)
{
    return application_write(application, address, &value, sizeof value) ? WASI_SUCCESS : WASI_FAULT;
}

static uint32_t u64_write(struct application *application, uint64_t address, uint64_t value)
{
    return application_write(application, address, &value, sizeof value) ? WASI_SUCCESS : WASI_FAULT;
}

static uint32_t argument_count(const struct application *application)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < application->argument_bytes; i++) {
        count += application->arguments[i] == 0;
    }
    return count;
}

// (array of pointers, buffer of texts)
static uint32_t args_get(struct application *application, const uint64_t *argument)
{
    uint32_t text = 0; // start of the current argument
    uint32_t index = 0;
    for (uint32_t i = 0; i < application->argument_bytes; i++) {
        if (application->arguments[i] == 0) {
            uint32_t error = u32_write(application, argument[0] + 4 * (uint64_t)index, (uint32_t)argument[1] + text);
            if (error) {
                return error;
            }
            index++;
            text = i + 1;
        }
    }
    bool is_written = application_write(application, argument[1], application->arguments, application->argument_bytes);
    return is_written ? WASI_SUCCESS : WASI_FAULT;
}

// (count, bytes)
static uint32_t sizes_get(struct application *application, const uint64_t *argument, uint32_t count, uint32_t bytes)
{
    uint32_t error = u32_write(application, argument[0], count);
    return error ? error : u32_write(application, argument[1], bytes);
}

static uint32_t clock_check(uint64_t clock)
{
    return clock <= CLOCK_MONOTONIC ? WASI_SUCCESS : clock <= CLOCK_LAST ? WASI_NOTSUP : WASI_INVAL;
}

// (fd, stat)
static uint32_t fdstat_get(struct application *application, const uint64_t *argument)
{
    if (!is_open(application, argument[0])) {
        return WASI_BADF;
    }
    struct wasi_fdstat stat = {
        .filetype = FILETYPE_CHARACTER_DEVICE,
        .rights = RIGHT_POLL | (argument[0] == 0 ? RIGHT_FD_READ : RIGHT_FD_WRITE),
    };
    return application_write(application, argument[1], &stat, sizeof stat) ? WASI_SUCCESS : WASI_FAULT;
}

static uint32_t filestat_get(struct application *application, const uint64_t *argument)
{
    if (!is_open(application, argument[0])) {
        return WASI_BADF;
    }
    struct wasi_filestat stat = {.filetype = FILETYPE_CHARACTER_DEVICE};
    return application_write(application, argument[1], &stat, sizeof stat) ? WASI_SUCCESS : WASI_FAULT;
}

// Prints up to `most` bytes of one vector; false if they are not all the application's.
static bool vector_print(struct application *application, struct wasi_vector vector, uint32_t most, uint32_t *written)
{
    char text[256];
    uint32_t bytes = vector.bytes < most ? vector.bytes : most;
    for (uint32_t done = 0; done < bytes;) {
        uint32_t part = bytes - done < sizeof text ? bytes - done : (uint32_t)sizeof text;
        if (!application_read(application, (uint64_t)vector.address + done, text, part)) {
            return false;
        }
        application_print(application, text, part);
        done += part;
        *written += part;
    }
    return true;
}

// (fd, vectors, count, written)
static uint32_t fd_write(struct application *application, const uint64_t *argument)
{
    if (!is_open(application, argument[0])) {
        return WASI_BADF;
    }
    if (argument[0] == 0) {
        return WASI_BADF;
    }
    uint32_t count = argument[2] < VECTORS_MAX ? (uint32_t)argument[2] : VECTORS_MAX;
    uint32_t written = 0;
    for (uint32_t i = 0; i < count && written < WRITE_BYTES_MAX; i++) {
        struct wasi_vector vector;
        if (!application_read(application, argument[1] + i * sizeof vector, &vector, sizeof vector) ||
            !vector_print(application, vector, WRITE_BYTES_MAX - written, &written)) {
            return WASI_FAULT;
        }
    }
    return u32_write(application, argument[3], written);
}

// (fd, vectors, count, read): standard input is always at its end.
static uint32_t fd_read(struct application *application, const uint64_t *argument)
{
    return is_open(application, argument[0]) && argument[0] == 0 ? u32_write(application, argument[3], 0) : WASI_BADF;
}

static uint32_t fd_close(struct application *application, const uint64_t *argument)
{
    if (!is_open(application, argument[0])) {
        return WASI_BADF;
    }
    application->closed |= 1u << argument[0];
    return WASI_SUCCESS;
}

static bool subscription_read(struct application *application, uint64_t address, uint32_t index,
                              struct wasi_subscription *subscription)
{
    return application_read(application, address + index * sizeof *subscription, subscription, sizeof *subscription);
}

// When the subscription is due; file descriptors are at once, they never block.
static uint64_t subscription_deadline(const struct wasi_subscription *subscription, uint64_t now)
{
    if ((uint8_t)subscription->tag != EVENT_CLOCK) {
        return 0;
    }
    uint64_t timeout = subscription->timeout_ns;
    if (subscription->flags & SUBSCRIPTION_ABSTIME) {
        return timeout;
    }
    return timeout < UINT64_MAX - now ? now + timeout : UINT64_MAX;
}

static uint16_t subscription_error(const struct application *application, const struct wasi_subscription *subscription)
{
    if ((uint8_t)subscription->tag == EVENT_CLOCK) {
        return (uint16_t)clock_check((uint32_t)subscription->clock);
    }
    return is_open(application, (uint32_t)subscription->clock) ? WASI_SUCCESS : WASI_BADF;
}

// Writes an event for every subscription that is due. The application waited since `start`.
static uint32_t poll_events(struct application *application, const uint64_t *argument, uint64_t start)
{
    uint64_t now = nj_time();
    uint32_t events = 0;
    for (uint32_t i = 0; i < argument[2] && i < SUBSCRIPTIONS_MAX; i++) {
        struct wasi_subscription subscription;
        if (!subscription_read(application, argument[0], i, &subscription)) {
            return WASI_FAULT;
        }
        uint16_t error = subscription_error(application, &subscription);
        if (!error && subscription_deadline(&subscription, start) > now) {
            continue;
        }
        struct wasi_event event = {
            .userdata = subscription.userdata, .error = error, .type = (uint8_t)subscription.tag};
        if (!application_write(application, argument[1] + events * sizeof event, &event, sizeof event)) {
            return WASI_FAULT;
        }
        events++;
    }
    return u32_write(application, argument[3], events);
}

// (subscriptions, events, count, event count)
static enum answer poll_oneoff(struct application *application, struct message *message, uint32_t *result)
{
    const uint64_t *argument = &message->word[1];
    uint64_t now = nj_time();
    uint64_t earliest = UINT64_MAX;
    if (argument[2] == 0 || argument[2] > SUBSCRIPTIONS_MAX) {
        *result = WASI_INVAL;
        return ANSWER_NOW;
    }
    for (uint32_t i = 0; i < argument[2]; i++) {
        struct wasi_subscription subscription;
        if (!subscription_read(application, argument[0], i, &subscription)) {
            *result = WASI_FAULT;
            return ANSWER_NOW;
        }
        uint64_t deadline =
            subscription_error(application, &subscription) ? 0 : subscription_deadline(&subscription, now);
        earliest = deadline < earliest ? deadline : earliest;
    }
    if (earliest <= now) {
        *result = poll_events(application, argument, now);
        return ANSWER_NOW;
    }
    memcpy(application->request, message->word, sizeof application->request);
    application->request[0] = now;
    clock_wait(application, message, WAIT_POLL, earliest);
    return ANSWER_LATER;
}

uint32_t wasi_poll_finish(struct application *application)
{
    return poll_events(application, &application->request[1], application->request[0]);
}

static uint32_t wasi_now(struct application *application, const struct message *message)
{
    const uint64_t *argument = &message->word[1];
    uint32_t error = WASI_SUCCESS;
    switch (message->word[0]) {
    case 32:
        return args_get(application, argument);
    case 33:
        return sizes_get(application, argument, argument_count(application), application->argument_bytes);
    case 34: // environ_get: there is none
        return WASI_SUCCESS;
    case 35:
        return sizes_get(application, argument, 0, 0);
    case 36: // clock_res_get(clock, ns)
        error = clock_check(argument[0]);
        return error ? error : u64_write(application, argument[1], 1);
    case 37: // clock_time_get(clock, precision, ns): the real time is not known, both clocks count from boot
        error = clock_check(argument[0]);
        return error ? error : u64_write(application, argument[2], nj_time());
    case 38:
        return fd_close(application, argument);
    case 39:
        return fdstat_get(application, argument);
    case 40: // fd_fdstat_set_flags(fd, flags)
        return !is_open(application, argument[0]) ? WASI_BADF : argument[1] == 0 ? WASI_SUCCESS : WASI_NOTSUP;
    case 41:
        return filestat_get(application, argument);
    case 42: // fd_prestat_get, fd_prestat_dir_name: no directory is open
    case 43:
        return WASI_BADF;
    case 44:
        return fd_read(application, argument);
    case 45: // fd_seek: a terminal has no position
        return is_open(application, argument[0]) ? WASI_SPIPE : WASI_BADF;
    case 46:
        return fd_write(application, argument);
    default: // random_get, and what a later list may add
        return WASI_NOSYS;
    }
}

enum answer wasi_serve(struct application *application, struct message *message, uint32_t *result)
{
    if (message->word[0] == 47) {
        return poll_oneoff(application, message, result);
    }
    if (message->word[0] == 48) {
        native_exit(application, (uint32_t)message->word[1]);
        return ANSWER_NEVER;
    }
    *result = wasi_now(application, message);
    return ANSWER_NOW;
}
