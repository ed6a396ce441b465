// SPDX-License-Identifier: Apache-2.0
// The log service: keeps lines in the ring and prints those at or below the print level on the serial line.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "service/log/ring.h"
#include "service/uart/uart.h"
#include <stdio.h>
#include <string.h>

static struct ring ring;
static enum log_level print_level;
static uint32_t uart;
static uint32_t watcher = NJ_SLOT_NONE; // notification of whoever owns the screen

// "client-uart" with this badge as its value: "uart".
static const char *client_name(uint64_t badge)
{
    static const char family[] = "client-";
    const struct nj_startup_entry *entry;
    for (uint32_t i = 0; (entry = startup_entry_at(i)) != NULL; i++)
        if (entry->value == badge && strncmp(entry->name, family, sizeof(family) - 1) == 0)
            return entry->name + sizeof(family) - 1;
    return "?";
}

static const char *level_mark(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error: ";
    case LOG_WARN:
        return "warning: ";
    default:
        return "";
    }
}

static void print_line(enum log_level level, uint64_t badge, uint64_t time_ns, const char *text, uint32_t bytes)
{
    char out[LOG_TEXT_MAX + 80];
    uint64_t us = time_ns / 1000;
    bool is_watched = watcher != NJ_SLOT_NONE; // there is a prompt to overwrite
    int length = snprintf(out, sizeof(out), "%s[%4u.%06u] %s: %s%.*s%s\r\n", is_watched ? "\r" : "",
                          (unsigned)(us / 1000000), (unsigned)(us % 1000000), client_name(badge), level_mark(level),
                          (int)bytes, text, is_watched ? "\033[K" : "");
    if (length < 0 || (size_t)length >= sizeof(out))
        return;
    // A serial line that is gone leaves the ring: nothing else can be done about it here.
    enum service_status lost = uart_write(uart, out, (size_t)length);
    (void)lost;
    if (is_watched) {
        enum nj_status nobody = nj_signal(watcher);
        (void)nobody;
    }
}

// Text from outside: what is not printable could move the cursor of whoever reads the log. UTF-8 passes.
static void make_printable(char *text, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = text[i] == '\t' ? ' ' : '?';
}

static void take_line(struct message *message)
{
    char text[LOG_TEXT_MAX];
    if (message->words < 3 || message->word[1] >= LOG_LEVELS || message->word[2] > LOG_TEXT_MAX)
        return;
    enum log_level level = (enum log_level)message->word[1];
    uint64_t badge = message->badge, now = nj_time();
    uint32_t bytes = (uint32_t)message_get_bytes(message, 3, text, message->word[2]);
    make_printable(text, bytes);
    ring_add(&ring, level, badge, now, text, bytes);
    if (level <= print_level)
        print_line(level, badge, now, text, bytes);
}

static void serve_read(struct message *message)
{
    struct log_line line;
    if (message->words < 2 || !ring_find(&ring, message->word[1], &line)) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    service_answer(message, SERVICE_OK);
    message->word[1] = line.number;
    message->word[2] = line.level;
    message->word[3] = line.badge;
    message->word[4] = line.time_ns;
    message->word[5] = line.bytes;
    message_put_bytes(message, 6, line.text, line.bytes);
}

static void serve_set_level(struct message *message)
{
    if (message->words < 2 || message->word[1] >= LOG_LEVELS) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    print_level = (enum log_level)message->word[1];
    service_answer(message, SERVICE_OK);
}

static void serve_range(struct message *message)
{
    service_answer(message, SERVICE_OK);
    message->word[1] = ring.oldest;
    message->word[2] = ring.next;
    message->word[3] = sizeof(ring.word);
    message->words = 4;
}

// Takes the capability in the receive slot; the old one's slot, or a new one, receives next.
static void serve_watch(struct message *message)
{
    if (!message->has_cap) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    uint32_t old = watcher;
    watcher = message->receive_slot;
    message->has_cap = false;
    message->receive_slot = NJ_SLOT_NONE;
    if (old != NJ_SLOT_NONE)
        slot_release(old);
    if (slot_allocate(&message->receive_slot) != NJ_OK)
        message->receive_slot = NJ_SLOT_NONE;
    service_answer(message, SERVICE_OK);
}

// A capability that no operation wanted.
static void drop_capability(struct message *message)
{
    if (!message->has_cap)
        return;
    enum nj_status status = cnode_delete(startup_slot("self-cnode"), message->receive_slot);
    component_assert(status == NJ_OK || status == NJ_EMPTY_SLOT);
}

static void serve(struct message *message)
{
    switch (message->words > 0 ? message->word[0] : 0) {
    case LOG_WRITE: // most are sent, not called: then there is nobody to answer, and that is fine
        take_line(message);
        service_answer(message, SERVICE_OK);
        break;
    case LOG_GET_LEVEL:
        service_answer(message, SERVICE_OK);
        message->word[1] = print_level;
        message->words = 2;
        break;
    case LOG_SET_LEVEL:
        serve_set_level(message);
        break;
    case LOG_READ:
        serve_read(message);
        break;
    case LOG_RANGE:
        serve_range(message);
        break;
    case LOG_WATCH:
        serve_watch(message);
        break;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
    }
}

int main(void)
{
    print_level = LOG_INFO;
    uart = startup_slot("uart");
    uint32_t endpoint = startup_slot("serve");
    struct message message = {.reply_slot = startup_slot("reply")};
    if (slot_allocate(&message.receive_slot) != NJ_OK)
        panic("no free slot");
    enum nj_status status = message_recv(endpoint, &message);
    for (;;) {
        if (status != NJ_OK)
            panic("receive: %s", nj_status_text(status));
        serve(&message);
        drop_capability(&message);
        status = message_reply_recv(endpoint, &message);
    }
}
