// SPDX-License-Identifier: Apache-2.0
// Runs an image in a riscv64 Linux process (under qemu-riscv64), laid out as capsule.h says for processes. The entry page
// holds words that are no instructions, so calls into the system arrive here as signals, and so do traps.
//
//   execute IMAGE         runs the program; WASI output goes to standard output; ends with the program's exit code,
//                         or with 134 and the reason on standard error if it trapped
//   execute               commands from standard input, one answer line each:
//       load IMAGE        ok | error REASON
//       start             runs the start function: ok | trap REASON
//       call NAME ARG...  returns VALUE... | trap REASON | exit CODE
//       get NAME          returns VALUE
//     NAME is in hexadecimal bytes; values are the bits in decimal, "null" for null references.
#include "test/wasm/sandbox.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES_MAX 4096
#define LINE_BYTES_MAX 65536

static bool name_decode(const char *hex, char *name)
{
    size_t length = strlen(hex) / 2;
    if (length >= NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned int byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        name[i] = (char)byte;
    }
    name[length] = 0;
    return true;
}

static void value_print(char type, uint64_t value)
{
    if ((type == 'r' || type == 'x') && value == 0)
        printf(" null");
    else if (type == 'r')
        printf(" function");
    else if (type == 'x')
        printf(" %" PRIu64, value - 1);
    else if (type == 'i' || type == 'f')
        printf(" %" PRIu32, (uint32_t)value);
    else
        printf(" %" PRIu64, value);
}

static void outcome_print(const struct sandbox *sandbox, enum sandbox_outcome outcome)
{
    if (outcome == SANDBOX_EXITED)
        printf("exit %u", sandbox->exit_code);
    else
        printf("trap %s", sandbox->reason);
}

static void command_call(struct sandbox *sandbox, char *arguments)
{
    char name[NAME_BYTES_MAX];
    char *save;
    char *word = strtok_r(arguments, " ", &save);
    const struct nj_image_export *export;
    if (!word || !name_decode(word, name) || !(export = sandbox_export(sandbox, name, NJ_EXPORT_FUNCTION))) {
        printf("error no such function");
        return;
    }
    const char *type = sandbox_text(sandbox, export->type);
    uint64_t values[SANDBOX_VALUES_MAX];
    uint32_t count = 0;
    for (; type[count] != ':'; count++) {
        word = strtok_r(NULL, " ", &save);
        if (!word || count == SANDBOX_VALUES_MAX) {
            printf("error arguments");
            return;
        }
        bool is_null = strcmp(word, "null") == 0;
        values[count] = is_null ? 0 : strtoull(word, NULL, 10);
        if (type[count] == 'x' && !is_null)
            values[count]++; // 0 is null
    }
    enum sandbox_outcome outcome = sandbox_call(sandbox, export->value, type, values);
    if (outcome != SANDBOX_RETURNED) {
        outcome_print(sandbox, outcome);
        return;
    }
    printf("returns");
    const char *results = type + count + 1;
    for (uint32_t i = 0; results[i]; i++)
        value_print(results[i], values[i]);
}

static void command_get(struct sandbox *sandbox, const char *hex)
{
    char name[NAME_BYTES_MAX];
    const struct nj_image_export *export = NULL;
    if (name_decode(hex, name))
        export = sandbox_export(sandbox, name, NJ_EXPORT_GLOBAL);
    if (!export) {
        printf("error no such global");
        return;
    }
    printf("returns");
    value_print(*sandbox_text(sandbox, export->type), sandbox_global(sandbox, export->value));
}

static void command_start(struct sandbox *sandbox)
{
    enum sandbox_outcome outcome = sandbox_start(sandbox);
    if (outcome == SANDBOX_EXITED && sandbox->exit_code == 0)
        printf("ok");
    else
        outcome_print(sandbox, outcome);
}

static void commands_serve(void)
{
    static char line[LINE_BYTES_MAX];
    struct sandbox sandbox = {0};
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *rest = strchr(line, ' ');
        if (rest)
            *rest++ = 0;
        const char *reason = NULL;
        if (strcmp(line, "load") == 0 && rest)
            printf("%s%s", sandbox_load(&sandbox, rest, &reason) ? "ok" : "error ", reason ? reason : "");
        else if (strcmp(line, "start") == 0)
            command_start(&sandbox);
        else if (strcmp(line, "call") == 0 && rest)
            command_call(&sandbox, rest);
        else if (strcmp(line, "get") == 0 && rest)
            command_get(&sandbox, rest);
        else
            printf("error unknown command");
        printf("\n");
        fflush(stdout);
    }
}

int main(int count, char **arguments)
{
    sandbox_prepare();
    if (count < 2) {
        commands_serve();
        return 0;
    }
    struct sandbox sandbox = {0};
    const char *reason;
    if (!sandbox_load(&sandbox, arguments[1], &reason)) {
        fprintf(stderr, "%s: %s\n", arguments[1], reason);
        return 2;
    }
    enum sandbox_outcome outcome = sandbox_start(&sandbox);
    fflush(stdout);
    if (outcome == SANDBOX_EXITED)
        return (int)sandbox.exit_code;
    fprintf(stderr, "trap: %s in %s\n", sandbox.reason, sandbox_function(&sandbox, sandbox.trap_offset));
    return 134;
}
