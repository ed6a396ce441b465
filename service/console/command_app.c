// SPDX-License-Identifier: Apache-2.0
// Commands about packages and applications: each is a call to the process manager and words for its answer.
#include "service/console/output.h"
#include "service/console/shell.h"
#include "service/console/words.h"

#define MIB 0x100000u
#define MEMORY_MIB_MAX 4096u

// Calls an operation on a name; true if it was done, otherwise says why not.
static bool name_call(const char *command, enum process_operation operation, const char *name)
{
    struct message message = {.word = {operation}};
    char bytes[PROCESS_NAME_BYTES] = {0};
    struct process_outcome outcome = {0};
    if (strlen(name) >= sizeof bytes) {
        outcome.reason = PROCESS_REASON_NAME;
        report_refusal(command, name, &outcome);
        return false;
    }
    strncpy(bytes, name, sizeof bytes - 1);
    message_put_bytes(&message, 1, bytes, sizeof bytes);
    enum service_status status = service_call(shell.process, &message, 1);
    if (status == SERVICE_REFUSED && message_get_bytes(&message, 1, &outcome, sizeof outcome) == sizeof outcome) {
        report_refusal(command, name, &outcome);
        return false;
    }
    return report_status(command, "process", status);
}

// One element of a list of the process manager; false at its end.
static bool list_read(enum process_operation operation, uint32_t index, void *element, size_t bytes)
{
    struct message message = {.word = {operation, index}, .words = 2};
    enum service_status status = service_call(shell.process, &message, 1);
    if (status != SERVICE_OK) {
        return status != SERVICE_NOT_FOUND && !report_status("list", "process", status) && false;
    }
    return message_get_bytes(&message, 1, element, bytes) == bytes;
}

void command_packages(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    struct process_package package;
    output_printf("  %-31s %10s\n", "NAME", "BYTES");
    for (uint32_t i = 0; list_read(PROCESS_PACKAGE, i, &package, sizeof package); i++) {
        output_printf("  %-31s %10lu  %s\n", package.name, (unsigned long)package.bytes,
                      package.is_script      ? "script"
                      : package.is_installed ? "installed"
                                             : "");
    }
}

void command_install(uint32_t count, char **words)
{
    (void)count;
    if (name_call("install", PROCESS_INSTALL, words[1])) {
        strncpy(shell.name, words[1], sizeof shell.name - 1);
        shell.wait = SHELL_INSTALL;
    }
}

void command_uninstall(uint32_t count, char **words)
{
    (void)count;
    if (name_call("uninstall", PROCESS_UNINSTALL, words[1])) {
        output_printf("%s: uninstalled\n", words[1]);
    }
}

void command_bundles(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    struct process_bundle bundle;
    output_printf("  %-31s %10s %10s %10s %8s\n", "NAME", "MODULE", "CODE", "MEMORY", "RUNNING");
    for (uint32_t i = 0; list_read(PROCESS_BUNDLE, i, &bundle, sizeof bundle); i++) {
        output_printf("  %-31s %10lu %10lu %10lu %8lu\n", bundle.name, (unsigned long)bundle.module_bytes,
                      (unsigned long)bundle.code_bytes, (unsigned long)bundle.memory_bytes,
                      (unsigned long)bundle.running);
    }
}

struct start_options {
    struct process_start start;
    bool is_wait;
};

static bool text_set(char *to, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size) {
        return false;
    }
    memset(to, 0, size);
    memcpy(to, text, length);
    return true;
}

static bool arguments_set(struct process_start *start, uint32_t count, char **words)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t bytes = strlen(words[i]) + 1;
        if (bytes > sizeof start->arguments - start->argument_bytes) {
            return false;
        }
        memcpy(start->arguments + start->argument_bytes, words[i], bytes);
        start->argument_bytes += bytes;
    }
    return true;
}

static bool memory_set(struct process_start *start, const char *text)
{
    uint64_t mib = 0;
    if (!number_parse(text, &mib) || mib == 0 || mib > MEMORY_MIB_MAX) {
        output_printf("start: --memory %s: not a size; write 1 to %u MiB\n", text, MEMORY_MIB_MAX);
        return false;
    }
    start->memory_bytes = mib * MIB;
    return true;
}

// Takes one option at words[*at]; false, after saying why, if it is none.
static bool option_take(struct start_options *options, uint32_t count, char **words, uint32_t *at)
{
    const char *word = words[*at];
    bool has_value = *at + 1 < count;
    if (strcmp(word, "--process") == 0) {
        options->start.space_type = NJ_SPACE_PROCESS;
    } else if (strcmp(word, "--capsule") == 0) {
        options->start.space_type = NJ_SPACE_CAPSULE;
    } else if (strcmp(word, "--wait") == 0) {
        options->is_wait = true;
    } else if (strcmp(word, "--as") == 0 && has_value) {
        if (!text_set(options->start.name, PROCESS_NAME_BYTES, words[++*at])) {
            output_printf("start: --as %s: %s; choose another name\n", words[*at],
                          process_reason_text(PROCESS_REASON_NAME));
            return false;
        }
    } else if (strcmp(word, "--memory") == 0 && has_value) {
        return memory_set(&options->start, words[++*at]);
    } else {
        output_printf("start: %s: no such option, or its value is missing; arguments of the application go behind --\n",
                      word);
        return false;
    }
    return true;
}

static bool start_parse(struct start_options *options, uint32_t count, char **words)
{
    if (!text_set(options->start.bundle, PROCESS_NAME_BYTES, words[1])) {
        output_printf("start %s: %s; see `bundles`\n", words[1], process_reason_text(PROCESS_REASON_NAME));
        return false;
    }
    for (uint32_t at = 2; at < count; at++) {
        if (strcmp(words[at], "--") == 0) {
            if (arguments_set(&options->start, count - at - 1, words + at + 1)) {
                return true;
            }
            output_printf("start %s: %s; pass fewer or shorter ones\n", words[1],
                          process_reason_text(PROCESS_REASON_ARGUMENTS));
            return false;
        }
        if (!option_take(options, count, words, &at)) {
            return false;
        }
    }
    return true;
}

void command_start(uint32_t count, char **words)
{
    struct start_options options = {.start = {.space_type = NJ_SPACE_CAPSULE}};
    if (!start_parse(&options, count, words)) {
        return;
    }
    const char *name = options.start.name[0] ? options.start.name : options.start.bundle;
    struct process_outcome outcome = {0};
    struct message message = {.word = {PROCESS_START}};
    message_put_bytes(&message, 1, &options.start, sizeof options.start);
    enum service_status status = service_call(shell.process, &message, 1);
    if (status == SERVICE_REFUSED && message_get_bytes(&message, 1, &outcome, sizeof outcome) == sizeof outcome) {
        report_refusal("start", name, &outcome);
        return;
    }
    if (!report_status("start", "process", status)) {
        return;
    }
    output_printf("%s: started as a %s\n", name, space_type_text(options.start.space_type));
    if (options.is_wait) {
        strncpy(shell.name, name, sizeof shell.name - 1);
        shell.wait = SHELL_RUN;
    }
}

void command_stop(uint32_t count, char **words)
{
    (void)count;
    if (name_call("stop", PROCESS_STOP, words[1])) {
        output_printf("%s: stopped\n", words[1]);
    }
}

static void crash_print(const char *name)
{
    struct process_crash crash;
    struct message message = {.word = {PROCESS_CRASH}};
    message_put_bytes(&message, 1, name, PROCESS_NAME_BYTES);
    if (service_call(shell.process, &message, 1) == SERVICE_OK &&
        message_get_bytes(&message, 1, &crash, sizeof crash) == sizeof crash) {
        report_crash(name, &crash);
    }
}

static void instance_print(const struct process_instance *instance)
{
    static const char *const states[] = {"free", "running", "exited", "crashed", "stopped"};
    const char *state = instance->state < sizeof states / sizeof states[0] ? states[instance->state] : "unknown";
    char code[16] = "";
    if (instance->state == PROCESS_EXITED) {
        output_printf("  %-23s %-7s %-8s %5ld", instance->name, space_type_text(instance->space_type), state,
                      (long)(int32_t)instance->exit_code);
    } else {
        output_printf("  %-23s %-7s %-8s %5s", instance->name, space_type_text(instance->space_type), state, code);
    }
    output_printf(" %12lu %14lu\n", (unsigned long)instance->memory_bytes, (unsigned long)instance->cpu_ns);
}

void command_status(uint32_t count, char **words)
{
    struct process_instance instance;
    bool is_any = false;
    for (uint32_t i = 0; list_read(PROCESS_INSTANCE, i, &instance, sizeof instance); i++) {
        if (count > 1 && strcmp(words[1], instance.name) != 0) {
            continue;
        }
        if (!is_any) {
            output_printf("  %-23s %-7s %-8s %5s %12s %14s\n", "NAME", "FORM", "STATE", "CODE", "MEMORY", "CPU NS");
        }
        is_any = true;
        instance_print(&instance);
        if (count > 1 && instance.state == PROCESS_CRASHED) {
            crash_print(instance.name);
        }
    }
    if (count > 1 && !is_any) {
        struct process_outcome outcome = {.reason = PROCESS_REASON_UNKNOWN};
        report_refusal("status", words[1], &outcome);
    } else if (!is_any) {
        output_printf("no application was started yet; `packages` shows what can be installed\n");
    }
}
