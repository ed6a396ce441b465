// SPDX-License-Identifier: Apache-2.0
// The shell's state and its commands. One command runs at a time; one that takes longer than a call leaves the shell
// busy until what it waits for happens, and the console goes on serving meanwhile.
#pragma once
#include "lib/service.h"
#include "service/process/process.h"

enum shell_wait {
    SHELL_IDLE,
    SHELL_INSTALL, // until the process manager says what became of `name`
    SHELL_RUN,     // until the application `name` ends
    SHELL_SLEEP,   // until deadline_ns
};

struct shell {
    enum shell_wait wait;
    char name[PROCESS_NAME_BYTES];
    uint64_t deadline_ns;
    char script[PROCESS_NAME_BYTES]; // being read; empty: none
    uint64_t script_offset;
    // Connections.
    uint32_t uart, process, memory, supervisor, log, timer;
};

extern struct shell shell;

// One row of the table of commands.
struct command {
    const char *name;
    const char *arguments; // for help, and when they are wrong
    const char *help;
    uint32_t words_min; // besides the name
    uint32_t words_max;
    void (*run)(uint32_t count, char **words); // words[0] is the command's name
};

// Runs a line. It is changed on the way.
void command_run(char *line);
extern const struct command commands[];
extern const uint32_t command_count;

// command_app.c
void command_packages(uint32_t count, char **words);
void command_install(uint32_t count, char **words);
void command_uninstall(uint32_t count, char **words);
void command_start(uint32_t count, char **words);
void command_stop(uint32_t count, char **words);
void command_status(uint32_t count, char **words);
void command_bundles(uint32_t count, char **words);
// command_system.c
void command_ps(uint32_t count, char **words);
void command_mstats(uint32_t count, char **words);
void command_capscan(uint32_t count, char **words);
void command_loglevel(uint32_t count, char **words);
void command_log(uint32_t count, char **words);
void command_poweroff(uint32_t count, char **words);
void command_reboot(uint32_t count, char **words);

// report.c: what the process manager says, in words.
void report_crash(const char *name, const struct process_crash *crash);
void report_event(const struct process_event *event);
void report_refusal(const char *command, const char *name, const struct process_outcome *outcome);
// A service did not answer as it should: says so. True if the status is OK.
bool report_status(const char *command, const char *service, enum service_status status);
const char *space_type_text(uint64_t space_type);
const char *thread_state_text(uint64_t state);
