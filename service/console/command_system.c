// SPDX-License-Identifier: Apache-2.0
// Commands about the system: threads, memory, capabilities, log, power.
#include "service/console/output.h"
#include "service/console/shell.h"
#include "service/log/log.h"
#include "service/memory/memory.h"
#include "service/supervisor/supervisor.h"

static bool instance_read(uint32_t index, struct process_instance *instance)
{
    struct message message = {.word = {PROCESS_INSTANCE, index}, .words = 2};
    return service_call(shell.process, &message, 1) == SERVICE_OK &&
           message_get_bytes(&message, 1, instance, sizeof *instance) == sizeof *instance;
}

// Index of the component of that name, or of that badge if the name is null; false if there is none.
static bool component_find(const char *name, uint64_t badge, uint32_t *index, struct supervisor_component *component)
{
    for (*index = 0; supervisor_component(shell.supervisor, *index, component) == SERVICE_OK; ++*index) {
        if (name ? strcmp(component->name, name) == 0 : component->badge == badge) {
            return true;
        }
    }
    return false;
}

void command_ps(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    struct supervisor_component component;
    struct process_instance instance;
    output_printf("  %-23s %-7s %8s %-13s %14s %6s\n", "NAME", "SPACE", "PRIORITY", "STATE", "CPU NS", "FAULTS");
    for (uint32_t i = 0; supervisor_component(shell.supervisor, i, &component) == SERVICE_OK; i++) {
        output_printf("  %-23s %-7s %8lu %-13s %14lu %6lu\n", component.name, space_type_text(component.space_type),
                      (unsigned long)component.priority, thread_state_text(component.state),
                      (unsigned long)component.cpu_ns, (unsigned long)component.faults);
    }
    for (uint32_t i = 0; instance_read(i, &instance); i++) {
        if (instance.state == PROCESS_RUNNING) {
            output_printf("  %-23s %-7s %8lu %-13s %14lu %6u\n", instance.name, space_type_text(instance.space_type),
                          (unsigned long)instance.priority, thread_state_text(instance.thread_state),
                          (unsigned long)instance.cpu_ns, 0u);
        }
    }
}

static void owner_print(const struct memory_owner *owner)
{
    struct supervisor_component component;
    uint32_t index = 0;
    const char *client = component_find(NULL, owner->badge, &index, &component) ? component.name : "?";
    output_printf("  %-31s %12lu bytes in %lu blocks, held by %s\n", owner->name[0] ? owner->name : client,
                  (unsigned long)owner->bytes, (unsigned long)owner->blocks, client);
}

void command_mstats(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    struct memory_stats stats;
    if (!report_status("mstats", "memory", memory_read_stats(shell.memory, &stats))) {
        return;
    }
    output_printf("memory %lu bytes, free %lu, largest block %lu\n", (unsigned long)stats.total,
                  (unsigned long)stats.free, (unsigned long)stats.largest);
    uint64_t info[6];
    if (supervisor_system(shell.supervisor, info) == SERVICE_OK) {
        output_printf("machine %lu bytes, firmware %lu, kernel %lu (text %lu), returned after boot %lu\n",
                      (unsigned long)info[0], (unsigned long)info[5], (unsigned long)info[1], (unsigned long)info[2],
                      (unsigned long)stats.boot);
    }
    struct supervisor_component component;
    output_printf("components:\n");
    for (uint32_t i = 0; supervisor_component(shell.supervisor, i, &component) == SERVICE_OK; i++) {
        output_printf("  %-31s %12lu bytes, %lu of %lu pages used\n", component.name,
                      (unsigned long)component.memory_bytes, (unsigned long)component.pages_used,
                      (unsigned long)component.pages_supplied);
    }
    struct memory_owner owner;
    for (uint32_t i = 0; memory_read_owner(shell.memory, i, &owner) == SERVICE_OK; i++) {
        if (i == 0) {
            output_printf("handed out since boot:\n");
        }
        owner_print(&owner);
    }
}

static const char *kind_text(uint64_t kind)
{
    static const char *const texts[NJ_KIND_COUNT] = {
        "empty", "untyped",   "cnode",      "endpoint",      "notification",
        "reply", "thread",    "scheduling", "space",         "code",
        "frame", "interrupt", "hart",       "sched-control", "interrupt-control",
        "system", "gate"};
    return kind < NJ_KIND_COUNT ? texts[kind] : "unknown";
}

static void capability_print(uint32_t slot, uint64_t kind, uint64_t rights, uint64_t value)
{
    char letters[] = "-----";
    static const struct {
        enum nj_right right;
        char letter;
    } known[] = {{NJ_RIGHT_SEND, 's'},
                 {NJ_RIGHT_RECV, 'r'},
                 {NJ_RIGHT_GRANT, 'g'},
                 {NJ_RIGHT_GRANT_REPLY, 'p'},
                 {NJ_RIGHT_EXECUTE, 'x'}};
    for (uint32_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (rights & known[i].right) {
            letters[i] = known[i].letter;
        }
    }
    output_printf("  %6lu %-17s %s", (unsigned long)slot, kind_text(kind), letters);
    if (value != 0) {
        bool is_size = kind == NJ_KIND_UNTYPED || kind == NJ_KIND_FRAME;
        output_printf(is_size ? "  %lu bytes" : "  badge 0x%lx", (unsigned long)value);
    }
    output_printf("\n");
}

static void capability_header(void)
{
    output_printf("  %6s %-17s %s\n", "SLOT", "KIND", "RIGHTS (send/write receive/read grant reply-grant execute)");
}

static void component_scan(uint32_t index)
{
    struct supervisor_capability list[SUPERVISOR_CAPABILITIES_MAX];
    uint32_t next = 1;
    uint32_t slots = 0;
    uint32_t held = 0;
    capability_header();
    while (next != 0) {
        uint32_t found = 0;
        if (!report_status("capscan", "supervisor",
                           supervisor_capabilities(shell.supervisor, index, &next, &slots, &found, list))) {
            return;
        }
        for (uint32_t i = 0; i < found; i++) {
            capability_print(list[i].slot, list[i].kind, list[i].rights, list[i].value);
        }
        held += found;
    }
    output_printf("%lu capabilities in %lu slots\n", (unsigned long)held, (unsigned long)slots);
}

static bool slot_read(const char *name, uint32_t slot, uint64_t capability[3])
{
    char bytes[PROCESS_NAME_BYTES] = {0};
    strncpy(bytes, name, sizeof bytes - 1);
    struct message message = {.word = {PROCESS_SLOT, slot}};
    message_put_bytes(&message, 2, bytes, sizeof bytes);
    if (service_call(shell.process, &message, 4) != SERVICE_OK) {
        return false;
    }
    memcpy(capability, &message.word[1], 3 * sizeof capability[0]);
    return true;
}

static bool application_scan(const char *name)
{
    uint64_t capability[3];
    uint32_t held = 0;
    uint32_t slot = 1;
    if (!slot_read(name, slot, capability)) {
        return false;
    }
    capability_header();
    for (; slot_read(name, slot, capability); slot++) {
        if (capability[0] != NJ_KIND_EMPTY) {
            capability_print(slot, capability[0], capability[1], capability[2]);
            held++;
        }
    }
    output_printf("%lu capabilities in %lu slots\n", (unsigned long)held, (unsigned long)slot);
    return true;
}

void command_capscan(uint32_t count, char **words)
{
    (void)count;
    struct supervisor_component component;
    uint32_t index = 0;
    if (component_find(words[1], 0, &index, &component)) {
        component_scan(index);
    } else if (!application_scan(words[1])) {
        output_printf("capscan %s: no component or running application has this name; see `ps`\n", words[1]);
    }
}

void command_loglevel(uint32_t count, char **words)
{
    static const char *const names[LOG_LEVELS] = {"error", "warn", "info", "debug", "trace"};
    enum log_level level = LOG_INFO;
    if (count == 1) {
        if (report_status("loglevel", "log", log_get_level(shell.log, &level))) {
            output_printf("loglevel %s\n", level < LOG_LEVELS ? names[level] : "unknown");
        }
        return;
    }
    for (uint32_t i = 0; i < LOG_LEVELS; i++) {
        if (strcmp(words[1], names[i]) == 0) {
            report_status("loglevel", "log", log_set_level(shell.log, (enum log_level)i));
            return;
        }
    }
    output_printf("loglevel %s: no such level; use error, warn, info, debug or trace\n", words[1]);
}

static const char *log_writer(uint64_t badge)
{
    static struct supervisor_component component; // the text outlives the call
    uint32_t index = 0;
    return component_find(NULL, badge, &index, &component) ? component.name : "?";
}

void command_log(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    struct log_line line = {0};
    uint64_t next = 0;
    while (log_read(shell.log, next, &line) == SERVICE_OK) {
        uint64_t us = line.time_ns / 1000;
        output_printf("[%4lu.%06lu] %s: ", (unsigned long)(us / 1000000), (unsigned long)(us % 1000000),
                      log_writer(line.badge));
        output_foreign(line.text, line.bytes);
        next = line.number + 1;
    }
}

void command_poweroff(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    output_flush();
    report_status("poweroff", "supervisor", supervisor_poweroff(shell.supervisor, 0));
}

void command_reboot(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    output_flush();
    report_status("reboot", "supervisor", supervisor_reboot(shell.supervisor));
}
