// SPDX-License-Identifier: Apache-2.0
// njc MODULE.wasm [-o IMAGE] [--stack BYTES] [--dump]: compiles a WebAssembly module to an image of checked machine code,
// with the library that the device uses, and holds every word of it against the kernel's checker.
//
// --dump lists the code with function names (needs riscv64-unknown-elf-objdump). Without arguments it takes lines
// "MODULE IMAGE" from standard input and answers each with one line, for test drivers:
//
//   ok BYTES  |  invalid byte OFFSET: REASON  |  refused byte OFFSET: REASON
#include "abi/image.h"
#include "kernel/check/check.h"
#include "wasm/compile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES_MIN 0x400000u
#define IMAGE_BYTES_MAX 0x10000000u
#define TEXT_BYTES 512

struct job {
    const char *input;
    const char *output;
    uint32_t stack_bytes;
    bool has_dump;
    char text[TEXT_BYTES]; // the answer
};

static uint8_t *file_read(const char *path, uint32_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *bytes = NULL;
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (length >= 0 && length <= WASM_MODULE_BYTES_MAX)
        bytes = malloc((size_t)length + 1);
    rewind(file);
    if (bytes && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    *size = (uint32_t)length;
    return bytes;
}

static bool file_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool is_written = fwrite(bytes, 1, size, file) == size;
    return fclose(file) == 0 && is_written;
}

// The texts an import is known by, for messages.
static void import_describe(const struct wasm_module *module, uint32_t index, char *text, size_t size)
{
    text[0] = 0;
    if (index == WASM_NONE)
        return;
    const struct wasm_import *import = &module->imports[index];
    snprintf(text, size, ": %.*s.%.*s", (int)import->module.length, (const char *)module->bytes + import->module.offset,
             (int)import->name.length, (const char *)module->bytes + import->name.offset);
}

static bool image_check(const uint32_t *words, struct job *job)
{
    struct nj_image header;
    memcpy(&header, words, sizeof header);
    const uint32_t *code = words + header.code.offset / 4;
    uint32_t count = header.code.count / 4;
    for (uint32_t i = 0; i < count; i++) {
        enum nj_check_rule rule = check_instruction(code[i], i + 1 < count ? code[i + 1] : 0, i, count);
        if (rule != NJ_CHECK_OK) {
            snprintf(job->text, sizeof job->text, "refused by the checker at code offset %u, word %08x: %s", 4 * i,
                     code[i], nj_check_rule_text(rule));
            return false;
        }
    }
    return true;
}

// The disassembler sees the code alone; names are put before the functions.
static bool image_dump(const uint32_t *words)
{
    struct nj_image header;
    memcpy(&header, words, sizeof header);
    char path[] = "/tmp/njc-XXXXXX";
    int handle = mkstemp(path);
    if (handle < 0 || !file_write(path, words + header.code.offset / 4, header.code.count))
        return false;
    char command[128];
    snprintf(command, sizeof command, "riscv64-unknown-elf-objdump -D -b binary -m riscv:rv64 -M no-aliases %s", path);
    FILE *listing = popen(command, "r");
    char line[256];
    const uint8_t *image = (const uint8_t *)words;
    uint32_t next = 0;
    while (listing && fgets(line, sizeof line, listing)) {
        char *rest;
        unsigned long offset = strtoul(line, &rest, 16);
        if (*rest != ':' || rest == line)
            continue;
        struct nj_image_function function;
        while (next < header.functions.count) {
            memcpy(&function, image + header.functions.offset + next * sizeof function, sizeof function);
            if (function.code_offset > offset)
                break;
            printf("\n%s (function %d):\n", (const char *)image + header.strings.offset + function.name,
                   (int)function.index);
            next++;
        }
        fputs(line, stdout);
    }
    bool is_done = listing && pclose(listing) == 0;
    remove(path);
    return is_done;
}

enum attempt { ATTEMPT_DONE, ATTEMPT_FAILED, ATTEMPT_NO_MEMORY };

// Loads and compiles with what room there is.
static enum attempt compile_attempt(struct job *job, const uint8_t *bytes, uint32_t size, struct wasm_arena *arena,
                                    uint32_t *words, uint32_t capacity, uint32_t *image_bytes)
{
    struct wasm_module module;
    struct wasm_error error = {0, WASM_OK};
    if (!wasm_module_load(&module, bytes, size, arena, &error)) {
        snprintf(job->text, sizeof job->text, "invalid byte %u: %s", error.offset, wasm_status_text(error.status));
        return error.status == WASM_NO_MEMORY ? ATTEMPT_NO_MEMORY : ATTEMPT_FAILED;
    }
    struct wasm_compile_error compile_error;
    if (wasm_compile(&module, job->stack_bytes, arena, words, capacity, image_bytes, &compile_error))
        return ATTEMPT_DONE;
    char import[256];
    import_describe(&module, compile_error.import, import, sizeof import);
    snprintf(job->text, sizeof job->text, "refused byte %u: %s%s", compile_error.offset,
             wasm_compile_status_text(compile_error.status), import);
    bool is_short = compile_error.status == WASM_COMPILE_NO_MEMORY || compile_error.status == WASM_COMPILE_IMAGE_SIZE;
    return is_short ? ATTEMPT_NO_MEMORY : ATTEMPT_FAILED;
}

static bool image_finish(struct job *job, const uint32_t *words, uint32_t bytes)
{
    if (!image_check(words, job))
        return false;
    if (job->output && !file_write(job->output, words, bytes)) {
        snprintf(job->text, sizeof job->text, "cannot write %s", job->output);
        return false;
    }
    if (job->has_dump && !image_dump(words)) {
        snprintf(job->text, sizeof job->text, "cannot run the disassembler");
        return false;
    }
    snprintf(job->text, sizeof job->text, "ok %u", bytes);
    return true;
}

static bool job_run(struct job *job)
{
    uint32_t size;
    uint8_t *bytes = file_read(job->input, &size);
    if (!bytes) {
        snprintf(job->text, sizeof job->text, "cannot read %s", job->input);
        return false;
    }
    enum attempt attempt = ATTEMPT_NO_MEMORY;
    uint64_t room = ARENA_BYTES_MIN;
    bool is_done = false;
    while (attempt == ATTEMPT_NO_MEMORY && room <= IMAGE_BYTES_MAX) { // the engine takes what it is given
        struct wasm_arena arena = {malloc(room), room, 0};
        uint32_t *words = malloc(room);
        uint32_t image_bytes = 0;
        if (!arena.bytes || !words)
            break;
        attempt = compile_attempt(job, bytes, size, &arena, words, (uint32_t)(room / 4), &image_bytes);
        if (attempt == ATTEMPT_DONE)
            is_done = image_finish(job, words, image_bytes);
        free(arena.bytes);
        free(words);
        room *= 4;
    }
    free(bytes);
    return is_done;
}

static int serve(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *space = strchr(line, ' ');
        if (space)
            *space = 0;
        struct job job = {.input = line, .output = space ? space + 1 : NULL, .stack_bytes = WASM_STACK_BYTES_DEFAULT};
        job_run(&job);
        printf("%s\n", job.text);
        fflush(stdout);
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct job job = {.stack_bytes = WASM_STACK_BYTES_DEFAULT};
    if (count < 2)
        return serve();
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "-o") == 0 && i + 1 < count)
            job.output = arguments[++i];
        else if (strcmp(arguments[i], "--stack") == 0 && i + 1 < count)
            job.stack_bytes = (uint32_t)strtoul(arguments[++i], NULL, 0);
        else if (strcmp(arguments[i], "--dump") == 0)
            job.has_dump = true;
        else if (arguments[i][0] != '-' && !job.input)
            job.input = arguments[i];
        else
            job.input = NULL, i = count;
    }
    if (!job.input) {
        fprintf(stderr, "usage: njc MODULE.wasm [-o IMAGE] [--stack BYTES] [--dump]\n");
        return 2;
    }
    bool is_done = job_run(&job);
    fprintf(is_done ? stdout : stderr, "%s: %s\n", job.input, job.text);
    return is_done ? 0 : 1;
}
