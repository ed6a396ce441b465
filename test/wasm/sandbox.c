// SPDX-License-Identifier: Apache-2.0
// Switching between harness and image is done in signal handlers, by exchanging the saved registers. The image's gp and tp
// are its own, so handlers first put back those of C.
#include "test/wasm/sandbox.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define SIGNAL_ENTER SIGUSR1
#define SIGNAL_STACK_BYTES 0x10000
#define PAGE 4096
#define WASM_PAGE 0x10000ULL
#define NO_INSTRUCTION 0xffffffffu // in the entry page
#define NAN_BOX 0xffffffff00000000ULL
#define REG_RA 1
#define REG_SP 2
#define REG_GP 3
#define REG_TP 4
#define REG_A0 10
#define REG_S11 27
#define REG_T5 30

static mcontext_t host;  // while the image runs
static mcontext_t image; // while it does not
static int fault_signal;
static uint64_t fault_address;
uint64_t sandbox_host_tp; // for the handler's first words

void sandbox_handle(int number, siginfo_t *information, void *context);
void sandbox_signal(int number, siginfo_t *information, void *context);
__asm__(".globl sandbox_signal\n"
        "sandbox_signal:\n"
        ".option push\n"
        ".option norelax\n"
        "    la gp, __global_pointer$\n"
        "    la t0, sandbox_host_tp\n"
        "    ld tp, 0(t0)\n"
        ".option pop\n"
        "    tail sandbox_handle\n");

void sandbox_handle(int number, siginfo_t *information, void *context)
{
    mcontext_t *registers = &((ucontext_t *)context)->uc_mcontext;
    if (number == SIGNAL_ENTER) {
        host = *registers;
        *registers = image;
        return;
    }
    uint64_t pc = registers->__gregs[0];
    if (pc < NJ_IMAGE_PROCESS_BASE || pc > NJ_IMAGE_PROCESS_BASE + NJ_CAPSULE_STRIDE) {
        static const char text[] = "the harness itself failed\n";
        fputs(text, stderr);
        _Exit(3);
    }
    image = *registers;
    fault_signal = number;
    fault_address = (uint64_t)information->si_addr;
    *registers = host;
}

void sandbox_prepare(void)
{
    uint64_t tp;
    __asm__ volatile("mv %0, tp" : "=r"(tp));
    sandbox_host_tp = tp;
    stack_t stack = {.ss_sp = malloc(SIGNAL_STACK_BYTES), .ss_size = SIGNAL_STACK_BYTES};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = sandbox_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    static const int signals[] = {SIGNAL_ENTER, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    for (uint32_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
}

static bool map(uint64_t address, uint64_t bytes)
{
    if (bytes == 0)
        return true;
    void *place = (void *)address;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    return mmap(place, bytes, PROT_READ | PROT_WRITE, flags, -1, 0) == place;
}

static uint8_t *file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    uint8_t *bytes = length >= (long)sizeof(struct nj_image) ? malloc((size_t)length) : NULL;
    if (bytes && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

static void unload(struct sandbox *s)
{
    if (!s->image)
        return;
    munmap((void *)(s->code_base - PAGE), PAGE + s->window);
    munmap((void *)s->stack_low, s->header.stack_bytes);
    munmap((void *)(s->data_base - s->header.state_bytes), s->header.state_bytes + s->pages * WASM_PAGE);
    free(s->image);
    s->image = NULL;
}

bool sandbox_grow(struct sandbox *s, uint32_t pages)
{
    if ((uint64_t)s->pages + pages > s->header.memory_pages_max)
        return false;
    if (!map(s->data_base + s->pages * WASM_PAGE, pages * WASM_PAGE))
        return false;
    s->pages += pages;
    return true;
}

static void contents_copy(struct sandbox *s)
{
    const struct nj_image *h = &s->header;
    memcpy((void *)s->code_base, s->image + h->code.offset, h->code.count);
    memcpy((void *)(s->data_base - h->state.count), s->image + h->state.offset, h->state.count);
    for (uint32_t i = 0; i < h->segments.count; i++) {
        struct nj_image_segment segment;
        memcpy(&segment, s->image + h->segments.offset + i * sizeof segment, sizeof segment);
        memcpy((void *)(s->data_base + segment.address), s->image + segment.offset, segment.bytes);
    }
}

bool sandbox_load(struct sandbox *s, const char *path, const char **reason)
{
    unload(s);
    s->image = file_read(path);
    *reason = "cannot be read";
    if (!s->image)
        return false;
    memcpy(&s->header, s->image, sizeof s->header);
    *reason = "not an image of this version";
    if (s->header.magic != NJ_IMAGE_MAGIC || s->header.checker_version != NJ_CHECKER_VERSION ||
        s->header.entry_version != NJ_ENTRY_VERSION)
        return false;
    s->window = 1ULL << s->header.code_window_log2;
    s->code_base = NJ_IMAGE_PROCESS_BASE + s->window;
    s->stack_low = NJ_STACK_LOW(s->code_base, s->window);
    s->data_base = NJ_DATA_BASE(s->code_base, s->window, (uint64_t)s->header.stack_bytes, s->header.state_bytes);
    s->pages = s->header.memory_pages;
    *reason = "cannot be mapped";
    if (!map(s->code_base - PAGE, PAGE + s->window) || !map(s->stack_low, s->header.stack_bytes) ||
        !map(s->data_base - s->header.state_bytes, s->header.state_bytes + s->pages * WASM_PAGE))
        return false;
    contents_copy(s);
    uint32_t *entry = (uint32_t *)(s->code_base - PAGE);
    for (uint32_t i = 0; i < PAGE / sizeof *entry; i++)
        entry[i] = NO_INSTRUCTION;
    mprotect((void *)(s->code_base - PAGE), PAGE + s->window, PROT_READ | PROT_EXEC);
    __builtin___clear_cache((char *)s->code_base, (char *)s->code_base + s->window);
    *reason = NULL;
    return true;
}

static enum sandbox_outcome trapped(struct sandbox *s, const char *reason)
{
    s->trap_offset = (uint32_t)(image.__gregs[0] - s->code_base);
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    return SANDBOX_TRAPPED;
}

static const char *trap_text(const struct sandbox *s, uint32_t code_offset)
{
    for (uint32_t i = 0; i < s->header.traps.count; i++) {
        struct nj_image_trap trap;
        memcpy(&trap, s->image + s->header.traps.offset + i * sizeof trap, sizeof trap);
        if (trap.code_offset != code_offset)
            continue;
        switch (trap.trap) {
#define X(name, number, text)                                                                                          \
    case number:                                                                                                       \
        return text;
            NJ_TRAP_LIST(X)
#undef X
        default:
            return "trap of an unknown kind";
        }
    }
    return "trap word that is in no table";
}

static enum sandbox_outcome fault(struct sandbox *s)
{
    uint64_t stack_high = s->stack_low + s->header.stack_bytes;
    uint64_t offset = image.__gregs[0] - s->code_base;
    if (fault_signal == SIGILL && offset < s->header.code.count)
        return trapped(s, trap_text(s, (uint32_t)offset));
    if (fault_signal == SIGSEGV || fault_signal == SIGBUS) {
        if (fault_address >= s->stack_low - NJ_CAPSULE_GUARD && fault_address < stack_high + NJ_CAPSULE_GUARD)
            return trapped(s, "call stack exhausted");
        if (fault_address >= s->data_base && fault_address < s->data_base + NJ_CAPSULE_WINDOW + PAGE)
            return trapped(s, "out of bounds memory access");
    }
    char text[sizeof s->reason];
    snprintf(text, sizeof text, "fault %d at code %lx, address %lx", fault_signal, offset, fault_address);
    return trapped(s, text);
}

// Runs the image from the registers it has until it returns, traps or exits.
static enum sandbox_outcome run(struct sandbox *s)
{
    for (;;) {
        raise(SIGNAL_ENTER);
        uint64_t offset = image.__gregs[0] - (s->code_base - 2048);
        if (image.__gregs[0] == s->code_base)
            return SANDBOX_RETURNED;
        if (offset >= 2048)
            return fault(s);
        uint64_t registers[32];
        memcpy(registers, image.__gregs, sizeof registers);
        if (system_call(s, (uint32_t)offset / 16, registers))
            return SANDBOX_EXITED;
        memcpy(image.__gregs, registers, sizeof registers);
        image.__gregs[0] = image.__gregs[REG_RA];
        image.__gregs[REG_T5] = s->data_base;
        image.__gregs[7] = s->data_base;
    }
}

static void registers_reset(struct sandbox *s, uint32_t code_offset)
{
    memset(&image, 0, sizeof image);
    image.__gregs[0] = s->code_base + code_offset;
    image.__gregs[REG_RA] = s->code_base;
    image.__gregs[REG_SP] = s->stack_low + s->header.stack_bytes;
    image.__gregs[REG_GP] = s->data_base;
    image.__gregs[REG_TP] = s->code_base;
    image.__gregs[REG_S11] = s->window - 4;
    image.__gregs[REG_T5] = s->data_base;
    image.__gregs[7] = s->data_base;
}

enum sandbox_outcome sandbox_start(struct sandbox *s)
{
    registers_reset(s, s->header.entry);
    return run(s);
}

struct places {
    uint32_t integers;
    uint32_t floats;
    uint32_t stack;
};

// Where the next value of this type travels: see the calling convention in wasm/call.c.
static uint64_t *place_next(struct places *places, char type, uint64_t *stack)
{
    if ((type == 'f' || type == 'F') && places->floats < 8)
        return (uint64_t *)&image.__fpregs.__d.__f[10 + places->floats++];
    if (type != 'f' && type != 'F' && places->integers < 8)
        return (uint64_t *)&image.__gregs[REG_A0 + places->integers++];
    return stack + places->stack++;
}

enum sandbox_outcome sandbox_call(struct sandbox *s, uint32_t code_offset, const char *type, uint64_t *values)
{
    registers_reset(s, code_offset);
    uint32_t room = (uint32_t)((8 * strlen(type) + 15) & ~15ULL);
    image.__gregs[REG_SP] -= room;
    uint64_t *stack = (uint64_t *)image.__gregs[REG_SP];
    struct places places = {0};
    uint32_t i = 0;
    for (; type[i] != ':'; i++) {
        uint64_t value = values[i];
        if (type[i] == 'i')
            value = (uint64_t)(int64_t)(int32_t)value;
        if (type[i] == 'f')
            value |= NAN_BOX;
        *place_next(&places, type[i], stack) = value;
    }
    enum sandbox_outcome outcome = run(s);
    places.integers = places.floats = 0;
    const char *results = type + i + 1;
    for (uint32_t k = 0; results[k]; k++)
        values[k] = *place_next(&places, results[k], stack);
    return outcome;
}

const char *sandbox_text(const struct sandbox *s, uint32_t offset)
{
    return (const char *)s->image + s->header.strings.offset + offset;
}

const struct nj_image_export *sandbox_export(const struct sandbox *s, const char *name, uint32_t kind)
{
    if (!s->image)
        return NULL;
    const struct nj_image_export *exports = (const void *)(s->image + s->header.exports.offset);
    for (uint32_t i = 0; i < s->header.exports.count; i++)
        if (exports[i].kind == kind && strcmp(sandbox_text(s, exports[i].name), name) == 0)
            return &exports[i];
    return NULL;
}

const char *sandbox_function(const struct sandbox *s, uint32_t code_offset)
{
    const struct nj_image_function *functions = (const void *)(s->image + s->header.functions.offset);
    const char *name = "the start code";
    for (uint32_t i = 0; i < s->header.functions.count && functions[i].code_offset <= code_offset; i++)
        name = sandbox_text(s, functions[i].name);
    return name;
}

uint64_t sandbox_global(const struct sandbox *s, uint32_t below)
{
    return *(const uint64_t *)(s->data_base - below);
}
