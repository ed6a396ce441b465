// SPDX-License-Identifier: Apache-2.0
#include "service/console/output.h"
#include "service/console/shell.h"
#include "service/console/words.h"

static void command_help(uint32_t count, char **words)
{
    (void)count;
    (void)words;
    for (uint32_t i = 0; i < command_count; i++) {
        output_printf("  %-9s %-34s %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    }
}

static void command_sleep(uint32_t count, char **words)
{
    (void)count;
    uint64_t duration = 0;
    if (!seconds_parse(words[1], &duration)) {
        output_printf("sleep %s: not a number of seconds; write e.g. `sleep 0.5`\n", words[1]);
        return;
    }
    shell.deadline_ns = nj_time() + duration;
    shell.wait = SHELL_SLEEP;
}

static void command_source(uint32_t count, char **words)
{
    (void)count;
    if (shell.script[0]) {
        output_printf("source %s: a script cannot read another; put its lines into this one\n", words[1]);
        return;
    }
    struct message message = {.word = {PROCESS_READ, 0}};
    char file[PROCESS_NAME_BYTES + 8] = "package/";
    strncat(file, words[1], PROCESS_NAME_BYTES - 1);
    message_put_bytes(&message, 2, file, strlen(file) + 1);
    enum service_status status = service_call(shell.process, &message, 2);
    if (status == SERVICE_NOT_FOUND) {
        output_printf("source %s: the boot archive has no such script; see `packages`\n", words[1]);
    } else if (report_status("source", "process", status)) {
        strncpy(shell.script, words[1], sizeof shell.script - 1);
        shell.script_offset = 0;
    }
}

const struct command commands[] = {
    {"help", "", "this list", 0, 0, command_help},
    {"packages", "", "what the boot archive offers", 0, 0, command_packages},
    {"install", "NAME", "compile and check a package", 1, 1, command_install},
    {"uninstall", "NAME", "give its memory back", 1, 1, command_uninstall},
    {"bundles", "", "installed packages", 0, 0, command_bundles},
    {"start", "NAME [OPTION...] [-- ARGUMENT...]", "run it: --process --capsule --as NAME --memory MIB --wait", 1,
     WORDS_MAX - 1, command_start},
    {"stop", "NAME", "end an application, whatever it does", 1, 1, command_stop},
    {"status", "[NAME]", "applications: state, exit code or crash", 0, 1, command_status},
    {"ps", "", "all threads", 0, 0, command_ps},
    {"mstats", "", "memory, to the byte", 0, 0, command_mstats},
    {"capscan", "NAME", "capabilities a component or application holds", 1, 1, command_capscan},
    {"log", "", "lines of the log that are still kept", 0, 0, command_log},
    {"loglevel", "[LEVEL]", "show or set: error warn info debug trace", 0, 1, command_loglevel},
    {"sleep", "SECONDS", "wait", 1, 1, command_sleep},
    {"source", "NAME", "run a script of the boot archive", 1, 1, command_source},
    {"poweroff", "", "switch the machine off", 0, 0, command_poweroff},
    {"reboot", "", "start it anew", 0, 0, command_reboot},
};
const uint32_t command_count = sizeof commands / sizeof commands[0];

void command_run(char *line)
{
    struct words words;
    enum words_error error = words_split(line, &words);
    if (error) {
        output_printf("console: %s\n", words_error_text(error));
        return;
    }
    if (words.count == 0) {
        return;
    }
    for (uint32_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        if (strcmp(words.word[0], command->name) != 0) {
            continue;
        }
        if (words.count - 1 < command->words_min || words.count - 1 > command->words_max) {
            output_printf("%s: %s; usage: %s %s\n", command->name,
                          words.count - 1 < command->words_min ? "something is missing" : "too many words",
                          command->name, command->arguments);
            return;
        }
        command->run(words.count, words.word);
        return;
    }
    output_printf("%s: unknown command; `help` lists all commands\n", words.word[0]);
}
