// SPDX-License-Identifier: Apache-2.0
// The serial driver. Input comes by interrupt and waits in a queue for whoever reads; when the queue is full, the input
// interrupt goes off and the device holds its sender back. Output goes to the device at once as far as it takes it, the
// rest by interrupt.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "service/uart/ns16550.h"
#include "service/uart/queue.h"
#include "service/uart/uart.h"

static struct ns16550 device;
static struct queue input, output;
static uint32_t self_cnode, interrupt, notification;

// Who waits for input: a client held by a reply object, and a notification.
static struct {
    bool is_waiting;
    uint32_t reply;
    uint64_t badge;
    uint64_t most;
} reader;
static uint32_t input_notification = NJ_SLOT_NONE;

static uint32_t free_reply; // the reply object the next client will be held by; reader.reply is the other one

static void pump_output(void)
{
    while (queue_count(&output) > 0) {
        uint32_t room = ns16550_room(&device);
        if (room == 0)
            return;
        for (; room > 0 && queue_count(&output) > 0; room--)
            ns16550_put(&device, queue_take(&output));
    }
}

// True if bytes came in.
static bool pump_input(void)
{
    uint8_t byte;
    uint32_t before = input.in;
    while (queue_room(&input) > 0 && ns16550_get(&device, &byte))
        queue_put(&input, byte);
    return input.in != before;
}

static void choose_interrupts(void)
{
    ns16550_enable(&device, queue_room(&input) > 0, queue_count(&output) > 0);
}

// An answer with the bytes that are there, at most `most`.
static void give_input(struct message *message, uint64_t most)
{
    char bytes[UART_BYTES_MAX];
    uint32_t count = 0;
    while (count < most && count < sizeof(bytes) && queue_count(&input) > 0)
        bytes[count++] = (char)queue_take(&input);
    service_answer(message, SERVICE_OK);
    message->word[1] = count;
    message_put_bytes(message, 2, bytes, count);
}

static void handle_interrupt(void)
{
    bool has_input = pump_input();
    pump_output();
    if (has_input && reader.is_waiting) {
        struct message message = {0};
        give_input(&message, reader.most);
        reader.is_waiting = false;
        message_reply(reader.reply, &message);
    }
    if (has_input && input_notification != NJ_SLOT_NONE) {
        enum nj_status lost = nj_signal(input_notification);
        (void)lost;
    }
    choose_interrupts();
    enum nj_status status = interrupt_ack(interrupt);
    component_assert(status == NJ_OK);
}

static void wait_for_room(uint32_t bytes)
{
    while (queue_room(&output) < bytes) {
        uint64_t bits;
        choose_interrupts();
        enum nj_status status = nj_wait(notification, &bits);
        component_assert(status == NJ_OK);
        handle_interrupt();
    }
}

static void serve_write(struct message *message)
{
    char bytes[UART_BYTES_MAX];
    uint64_t count = message->words >= 2 ? message->word[1] : UINT64_MAX;
    if (count > sizeof(bytes) || message_get_bytes(message, 2, bytes, count) != count) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    wait_for_room((uint32_t)count);
    for (uint32_t i = 0; i < count; i++)
        queue_put(&output, (uint8_t)bytes[i]);
    pump_output();
    choose_interrupts();
    service_answer(message, SERVICE_OK);
}

static void reader_end(enum service_status status)
{
    struct message message = {0};
    reader.is_waiting = false;
    service_answer(&message, status);
    message_reply(reader.reply, &message);
}

// True: answered. False: the client waits in the reply object.
static bool serve_read(struct message *message, bool may_wait)
{
    uint64_t most = message->words >= 2 ? message->word[1] : 0;
    if (most == 0) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return true;
    }
    // What the device has goes to this reader or stays queued behind what it takes: bytes that come in after this answer
    // must come by interrupt, or nobody would be told of them.
    (void)pump_input();
    if (queue_count(&input) > 0 || !may_wait) {
        give_input(message, most);
        choose_interrupts();
        return true;
    }
    if (reader.is_waiting && reader.badge != message->badge) {
        service_answer(message, SERVICE_BUSY);
        return true;
    }
    if (reader.is_waiting) // the same client was started anew: its old self does not wait any more
        reader_end(SERVICE_BUSY);
    uint32_t reply = reader.reply;
    reader.is_waiting = true;
    reader.reply = free_reply;
    reader.badge = message->badge;
    reader.most = most;
    free_reply = reply;
    return false;
}

// Takes the capability in the receive slot as the notification for input; the old one's slot receives next.
static void serve_bind(struct message *message)
{
    if (!message->has_cap) {
        service_answer(message, SERVICE_BAD_REQUEST);
        return;
    }
    uint32_t old = input_notification;
    input_notification = message->receive_slot;
    message->receive_slot = old;
    message->has_cap = false;
    if (old != NJ_SLOT_NONE) {
        enum nj_status status = cnode_delete(self_cnode, old);
        component_assert(status == NJ_OK || status == NJ_EMPTY_SLOT);
    } else if (slot_allocate(&message->receive_slot) != NJ_OK) {
        message->receive_slot = NJ_SLOT_NONE;
    }
    if (queue_count(&input) > 0) {
        enum nj_status lost = nj_signal(input_notification);
        (void)lost;
    }
    service_answer(message, SERVICE_OK);
}

static bool serve(struct message *message)
{
    switch (message->words > 0 ? message->word[0] : 0) {
    case UART_WRITE:
        serve_write(message);
        return true;
    case UART_READ:
        return serve_read(message, true);
    case UART_TRY_READ:
        return serve_read(message, false);
    case UART_BIND:
        serve_bind(message);
        return true;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
        return true;
    }
}

// A capability that no operation wanted.
static void drop_capability(struct message *message)
{
    if (!message->has_cap)
        return;
    enum nj_status status = cnode_delete(self_cnode, message->receive_slot);
    component_assert(status == NJ_OK || status == NJ_EMPTY_SLOT);
}

int main(void)
{
    self_cnode = startup_slot("self-cnode");
    interrupt = startup_slot("interrupt");
    notification = startup_slot("notification");
    uint32_t endpoint = startup_slot("serve");
    free_reply = startup_slot("reply");
    reader.reply = free_reply + 1;
    component_assert(startup_value("reply") >= 2);

    struct message message = {0};
    if (slot_allocate(&message.receive_slot) != NJ_OK)
        panic("no free slot");
    ns16550_init(&device, startup_value("device"));
    handle_interrupt();
    for (;;) {
        message.reply_slot = free_reply;
        enum nj_status status = message_recv(endpoint, &message);
        if (status != NJ_OK)
            panic("receive: %s", nj_status_text(status));
        if (message.is_signal) {
            handle_interrupt();
            continue;
        }
        uint32_t reply = free_reply;
        bool is_answered = serve(&message);
        drop_capability(&message);
        if (is_answered)
            message_reply(reply, &message);
    }
}
