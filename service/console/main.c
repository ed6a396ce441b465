// SPDX-License-Identifier: Apache-2.0
// One receive for everything: keys, output of applications, news of the process manager, the timer. Nothing here waits
// for an application, so the shell answers whatever they do.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/console/console.h"
#include "service/console/editor.h"
#include "service/console/output.h"
#include "service/console/shell.h"
#include "service/log/log.h"
#include "service/memory/memory.h"
#include "service/supervisor/supervisor.h"
#include "service/timer/timer.h"
#include "service/uart/uart.h"
#include <stdio.h>

#define SIGNAL_INPUT 1u
#define SIGNAL_EVENT 2u
#define SIGNAL_TIMER 4u
#define SIGNAL_LOG 8u     // a line of the log stands where prompt and line were
#define AHEAD_BYTES 1024u // typed while a command runs
#define KEY_CANCEL 3      // ^C
#define PROMPT "nj> "
#define BENCH_FILE "bench-boot"

struct shell shell;

static struct editor editor;
static char ahead[AHEAD_BYTES];
static uint32_t ahead_first;
static uint32_t ahead_count;
static uint64_t sdk_badge;

static void command_cancel(void)
{
    output_printf("^C\n");
    if (shell.wait == SHELL_INSTALL || shell.wait == SHELL_RUN) {
        output_printf("%s: goes on in the background; see `status`\n", shell.name);
    }
    shell.wait = SHELL_IDLE;
    shell.script[0] = 0;
    ahead_count = 0;
}

static void input_read(void)
{
    char bytes[128];
    size_t count = 0;
    while (uart_try_read(shell.uart, bytes, sizeof bytes, &count) == SERVICE_OK && count > 0) {
        for (size_t i = 0; i < count; i++) {
            bool is_busy = shell.wait != SHELL_IDLE || shell.script[0];
            if (is_busy && bytes[i] == KEY_CANCEL) {
                command_cancel();
            } else if (ahead_count < AHEAD_BYTES) { // more than that nobody types ahead
                ahead[(ahead_first + ahead_count++) % AHEAD_BYTES] = bytes[i];
            }
        }
    }
}

static bool ahead_take(uint8_t *byte)
{
    if (ahead_count == 0) {
        return false;
    }
    *byte = (uint8_t)ahead[ahead_first];
    ahead_first = (ahead_first + 1) % AHEAD_BYTES;
    ahead_count--;
    return true;
}

// The next line of the script; false at its end.
static bool script_line(char line[EDITOR_LINE_MAX + 1])
{
    char file[PROCESS_NAME_BYTES + 8];
    char text[EDITOR_LINE_MAX + 1];
    snprintf(file, sizeof file, "package/%s", shell.script);
    struct message message = {.word = {PROCESS_READ, shell.script_offset}};
    message_put_bytes(&message, 2, file, strlen(file) + 1);
    enum service_status status = service_call(shell.process, &message, 2);
    uint64_t bytes = message.word[1] < sizeof text - 1 ? message.word[1] : sizeof text - 1;
    if (!report_status("source", "process", status) || bytes == 0 ||
        message_get_bytes(&message, 2, text, bytes) != bytes) {
        return false;
    }
    text[bytes] = 0;
    size_t length = strcspn(text, "\r\n");
    memcpy(line, text, length);
    line[length] = 0;
    shell.script_offset += length + (text[length] != 0);
    return true;
}

static void script_step(void)
{
    char line[EDITOR_LINE_MAX + 1];
    if (!script_line(line)) {
        shell.script[0] = 0;
        return;
    }
    if (line[0] && line[0] != '#') {
        output_printf("+ %s\n", line);
        command_run(line);
    }
}

// Runs lines and feeds keys as long as no command is being waited for.
static void shell_step(void)
{
    while (shell.wait == SHELL_IDLE) {
        uint8_t byte = 0;
        if (shell.script[0]) {
            script_step();
        } else if (!ahead_take(&byte)) {
            editor_show(&editor);
            return;
        } else if (editor_feed(&editor, byte) == EDITOR_LINE) {
            char line[EDITOR_LINE_MAX + 1];
            memcpy(line, editor.line, sizeof line);
            command_run(line);
        }
    }
}

static void event_tell(const struct process_event *event)
{
    bool is_end = event->kind == PROCESS_EVENT_EXITED || event->kind == PROCESS_EVENT_CRASHED;
    bool is_install = event->kind == PROCESS_EVENT_INSTALLED || event->kind == PROCESS_EVENT_NOT_INSTALLED;
    editor_hide(&editor);
    report_event(event);
    bool is_awaited = (shell.wait == SHELL_INSTALL && is_install) || (shell.wait == SHELL_RUN && is_end);
    if ((is_awaited && strcmp(event->name, shell.name) == 0) ||
        (event->kind == PROCESS_EVENT_LOST && (shell.wait == SHELL_INSTALL || shell.wait == SHELL_RUN))) {
        shell.wait = SHELL_IDLE;
    }
}

static void events_tell(void)
{
    struct process_event event;
    for (;;) {
        struct message message = {.word = {PROCESS_EVENT}, .words = 1};
        if (service_call(shell.process, &message, 1) != SERVICE_OK ||
            message_get_bytes(&message, 1, &event, sizeof event) != sizeof event) {
            return;
        }
        event_tell(&event);
    }
}

// True if the sleep goes on.
static bool sleep_goes_on(void)
{
    if (nj_time() >= shell.deadline_ns || !report_status("sleep", "timer", timer_arm(shell.timer, shell.deadline_ns))) {
        shell.wait = SHELL_IDLE;
    }
    return shell.wait == SHELL_SLEEP;
}

// Everything that can be done without waiting.
static void shell_advance(void)
{
    do {
        shell_step();
    } while (shell.wait == SHELL_SLEEP && !sleep_goes_on());
}

static void write_serve(struct message *message)
{
    char text[CONSOLE_BYTES_MAX];
    uint64_t bytes = message->word[1];
    if (message->badge != sdk_badge || message->word[0] != CONSOLE_WRITE || bytes > sizeof text ||
        message_get_bytes(message, 2, text, bytes) != bytes) {
        service_answer(message, message->badge != sdk_badge ? SERVICE_DENIED : SERVICE_BAD_REQUEST);
        return;
    }
    editor_hide(&editor);
    output_foreign(text, bytes);
    service_answer(message, SERVICE_OK);
}

// A capability that signals this thread with one bit.
static uint32_t signal_make(uint32_t bit)
{
    uint32_t slot = 0;
    uint32_t self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate(&slot);
    if (status == NJ_OK) {
        status = cnode_mint(self_cnode, slot, self_cnode, startup_slot("notification"), NJ_RIGHT_SEND, bit);
    }
    component_assert(status == NJ_OK);
    return slot;
}

static void connect(void)
{
    shell.uart = startup_slot("uart");
    shell.process = startup_slot("process");
    shell.memory = startup_slot("memory");
    shell.supervisor = startup_slot("supervisor");
    shell.log = startup_slot("log");
    shell.timer = startup_slot("timer");
    const struct nj_startup_entry *sdk = startup_entry("client-sdk");
    sdk_badge = sdk ? sdk->value : 0;
    output_init(shell.uart);
    enum service_status status = uart_bind(shell.uart, signal_make(SIGNAL_INPUT));
    component_assert(status == SERVICE_OK);
    status = timer_bind(shell.timer, signal_make(SIGNAL_TIMER));
    component_assert(status == SERVICE_OK);
    struct message message = {.word = {PROCESS_WATCH}, .words = 1, .send_slot = signal_make(SIGNAL_EVENT)};
    status = service_call(shell.process, &message, 1);
    component_assert(status == SERVICE_OK);
}

// The first prompt is what boot time is measured to. Asking for the memory first waits for the memory manager to have
// taken everything back from the root server: what is said about that comes before the prompt, not into it.
static void ready_tell(void)
{
    struct memory_stats stats;
    report_status("console", "memory", memory_read_stats(shell.memory, &stats));
    report_status("console", "log", log_watch(shell.log, signal_make(SIGNAL_LOG)));
    struct message message = {.word = {PROCESS_READ, 0}};
    message_put_bytes(&message, 2, BENCH_FILE, sizeof BENCH_FILE);
    bool is_bench = service_call(shell.process, &message, 2) == SERVICE_OK;
    output_printf("nightjar: ready\n");
    uint64_t info[6];
    if (is_bench && supervisor_system(shell.supervisor, info) == SERVICE_OK) {
        output_printf("kernel entry to user %lu ns\n", (unsigned long)info[4]);
    }
    if (is_bench) {
        output_printf("bench boot.to_prompt %lu instructions\n", (unsigned long)nj_time());
    }
}

int main(void)
{
    uint32_t endpoint = startup_slot("serve");
    struct message message = {.reply_slot = startup_slot("reply")};
    connect();
    editor_init(&editor, PROMPT, output_raw);
    ready_tell();
    input_read();
    bool has_answer = false;
    for (;;) {
        shell_advance();
        output_flush();
        enum nj_status status = has_answer ? message_reply_recv(endpoint, &message) : message_recv(endpoint, &message);
        if (status != NJ_OK) {
            panic("console: receive: %s", nj_status_text(status));
        }
        has_answer = !message.is_signal;
        if (message.is_signal) {
            uint64_t bits = message.badge;
            if (bits & SIGNAL_LOG) {
                editor_hide(&editor);
            }
            if (bits & SIGNAL_EVENT) {
                events_tell();
            }
            if (bits & SIGNAL_INPUT) {
                input_read();
            }
        } else {
            write_serve(&message);
        }
    }
}
