// SPDX-License-Identifier: Apache-2.0
// The architecture contract on the build machine.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/capsule.h"
#include "kernel/arch/host/host.h"
#include "kernel/hart.h"
#include "kernel/thread.h"

uint64_t host_ram[HOST_PAGES][PAGE_BYTES / 8u] __attribute__((aligned(4096)));
uint64_t page_kinds[HOST_PAGES / PAGE_KINDS_PER_WORD];
uint32_t page_count;
uint32_t hart_slots;
uint64_t host_time_ns, host_deadline;
uint64_t arch_user_end = 1ull << 38;
char text_start[1], text_used_end[1], init_start[1], init_text_end[1]; // the linker script's, for sizes

// Every object array overlays RAM, as the linker script of a real machine has it.
__asm__(".globl slots, threads, endpoints, notifications, replies, scheds, spaces, codes, pages, code_words\n"
        ".set slots, host_ram\n.set threads, host_ram\n.set endpoints, host_ram\n.set notifications, host_ram\n"
        ".set replies, host_ram\n.set scheds, host_ram\n.set spaces, host_ram\n.set codes, host_ram\n"
        ".set pages, host_ram\n.set code_words, host_ram\n");

// The kernel has no heap, and a search for leaks stumbles over the page that nobody may read.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

struct mapping {
    uint32_t space, page, access, pages;
    uint64_t address;
};
#define MAPPINGS_MAX 8192u
static struct mapping mappings[MAPPINGS_MAX];
static uint32_t mapping_count;
static uint64_t masked[2]; // sources 0 to 127

void host_arch_reset(void)
{
    memset(host_ram[1], 0, sizeof(host_ram) - PAGE_BYTES);
    mprotect(host_ram[NIL], PAGE_BYTES, PROT_NONE); // nothing may look at index 0: on a machine it is firmware's
    memset(page_kinds, 0, sizeof(page_kinds));
    mapping_count = 0;
    host_vector_reset();
    page_count = HOST_PAGES;
    host_time_ns = 1000;
    host_deadline = UINT64_MAX;
}

_Noreturn void kernel_panic(const char *text, const char *file, int line)
{
    fprintf(stderr, "KERNEL PANIC: %s (%s:%d)\n", text, file, line);
    abort();
}

_Noreturn void arch_poweroff(uint32_t code)
{
    exit((int)code);
}

_Noreturn void arch_reboot(void)
{
    exit(0);
}

void arch_console_write(char c)
{
    (void)c;
}

uint64_t arch_time_ns(void)
{
    host_time_ns += 100; // time passes inside the kernel too
    return host_time_ns;
}

void arch_timer_set(uint64_t deadline_ns)
{
    host_deadline = deadline_ns;
}

bool arch_interrupt_exists(uint32_t source)
{
    return source > 0 && source < 128u;
}

void arch_interrupt_unmask(uint32_t source)
{
    masked[source / 64u] &= ~(1ull << source % 64u);
}

void arch_interrupt_mask(uint32_t source)
{
    masked[source / 64u] |= 1ull << source % 64u;
}

bool arch_device_is_reserved(uint64_t start, uint64_t end)
{
    return start < 0x1000 && end > 0;
}

enum nj_status arch_context_start(uint32_t thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    memset(threads[thread].context.reg, 0, sizeof(threads[thread].context.reg));
    threads[thread].context.pc = pc;
    threads[thread].context.reg[2] = sp;
    threads[thread].context.reg[REG_WORD] = argument;
    return NJ_OK;
}

void arch_context_finish_call(uint32_t thread)
{
    threads[thread].context.reg[REG_REPLY] = 0;
}

void arch_context_restart_call(uint32_t thread)
{
    threads[thread].context.pc -= 4;
}

enum nj_status arch_context_write(uint32_t thread, uint32_t number, uint64_t value)
{
    if (number > 31)
        return NJ_BAD_ARGUMENT;
    if (number == 0)
        threads[thread].context.pc = value;
    else
        threads[thread].context.reg[number] = value;
    return NJ_OK;
}

uint64_t arch_context_read(uint32_t thread, uint32_t number)
{
    return number == 0 || number > 31 ? threads[thread].context.pc : threads[thread].context.reg[number];
}

// No addresses here: a table is named by where it lies in RAM, as is the context of a thread.
void arch_context_bind(uint32_t thread)
{
    threads[thread].context.table = (uint64_t)threads[thread].space * sizeof(struct space);
    threads[thread].context.home = threads[thread].context.table;
}

void arch_gate_enter(uint32_t thread, uint32_t callee, uint64_t where)
{
    struct context *context = &threads[thread].context;
    struct gate *gate = &spaces[callee].gate;

    gate->lock = (uint64_t)thread * sizeof(struct thread);
    gate->caller = context->table;
    gate->sp = context->reg[2];
    gate->pc = context->pc;
    context->table = (uint64_t)callee * sizeof(struct space);
    context->pc = spaces[callee].layout.code_base + (uint32_t)where;
    context->reg[REG_BADGE] = where >> 32;
    context->reg[REG_TAG] = NJ_MESSAGE_REGISTERS;
}

void arch_gate_leave(uint32_t thread, uint64_t tag)
{
    struct context *context = &threads[thread].context;
    struct gate *gate = &spaces[thread_space(thread)].gate;

    context->table = gate->caller;
    context->reg[2] = gate->sp;
    context->pc = gate->pc;
    context->reg[REG_BADGE] = 0;
    context->reg[REG_TAG] = tag;
    gate->lock = 0;
}

void arch_context_drop_fp(uint32_t thread)
{
    (void)thread;
}

enum nj_status arch_space_create(uint32_t space, enum nj_space_type type)
{
    uint32_t root = type == NJ_SPACE_PROCESS ? space_take_page(space, PAGE_TABLE) : 0;

    if (type == NJ_SPACE_PROCESS && root == NIL)
        return NJ_NEEDS_SUPPLY;
    spaces[space].root_page = root;
    return NJ_OK;
}

uint64_t arch_space_image_base(uint32_t space, uint32_t window_log2)
{
    (void)window_log2;
    return spaces[space].type == NJ_SPACE_CAPSULE ? 1ull << 39 : NJ_IMAGE_PROCESS_BASE;
}

static struct mapping *find(uint32_t space, uint64_t address)
{
    for (uint32_t i = 0; i < mapping_count; i++)
        if (mappings[i].space == space && address - mappings[i].address < (uint64_t)mappings[i].pages * PAGE_BYTES)
            return &mappings[i];
    return NULL;
}

// One table page for every 2 MiB that has a mapping of single pages, kept as a mapping of no access at an odd address.
static uint64_t table_key(uint64_t address)
{
    return (address >> 21 << 21) + (1ull << 60);
}

static enum nj_status space_prepare(uint32_t space, uint64_t address)
{
    uint64_t key = table_key(address);

    if (find(space, address) != NULL)
        return NJ_ALREADY_MAPPED;
    if (find(space, key) != NULL)
        return NJ_OK;
    uint32_t table = mapping_count < MAPPINGS_MAX - 1u ? space_take_page(space, PAGE_TABLE) : NIL;
    if (table == NIL)
        return NJ_NEEDS_SUPPLY;
    mappings[mapping_count++] = (struct mapping){space, table, 0, 1, key};
    return NJ_OK;
}

enum nj_status arch_space_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    enum nj_status status = space_prepare(space, address);

    if (status != NJ_OK)
        return status;
    if (mapping_count == MAPPINGS_MAX)
        return NJ_NEEDS_SUPPLY;
    mappings[mapping_count++] = (struct mapping){space, page, access, 1, address};
    return NJ_OK;
}

enum nj_status arch_space_back(uint32_t space, uint64_t address, uint32_t *page)
{
    enum nj_status status = space_prepare(space, address);

    if (status != NJ_OK)
        return status;
    *page = space_take_page(space, PAGE_OWNED);
    return *page != NIL ? arch_space_map(space, address, *page, MAP_READ | MAP_WRITE) : NJ_NEEDS_SUPPLY;
}

enum nj_status arch_space_map_large(uint32_t space, uint64_t address, uint32_t page, uint32_t access)
{
    const struct mapping *there = find(space, address);

    if (address % (LARGE_PAGES * PAGE_BYTES) != 0 || page % LARGE_PAGES != 0 || find(space, table_key(address)) != NULL)
        return NJ_NOT_AVAILABLE;
    if (there != NULL)
        return NJ_ALREADY_MAPPED;
    if (mapping_count >= MAPPINGS_MAX - 1u)
        return NJ_NEEDS_SUPPLY;
    mappings[mapping_count++] = (struct mapping){space, page, access, LARGE_PAGES, address};
    return NJ_OK;
}

enum nj_status arch_space_map_entry(uint32_t space, uint64_t address)
{
    enum nj_status status = arch_space_map(space, address, 1, MAP_EXECUTE);

    return status == NJ_ALREADY_MAPPED ? NJ_OK : status;
}

static bool unmap(uint32_t space, uint64_t address, uint32_t page, uint32_t pages_mapped, bool device)
{
    struct mapping *mapping = find(space, address);

    if (mapping == NULL || mapping->pages != pages_mapped || mapping->address != address || mapping->page != page ||
        ((mapping->access & MAP_DEVICE) != 0) != device)
        return false;
    *mapping = mappings[--mapping_count];
    return true;
}

void arch_space_unmap(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    unmap(space, address, page, 1, device);
}

bool arch_space_unmap_large(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    return unmap(space, address, page, LARGE_PAGES, device);
}

bool arch_space_has(uint32_t space, uint64_t address, uint32_t page, bool device)
{
    const struct mapping *mapping = find(space, address);

    return mapping != NULL && mapping->page + (uint32_t)((address - mapping->address) / PAGE_BYTES) == page &&
           ((mapping->access & MAP_DEVICE) != 0) == device;
}

uint32_t arch_space_lookup(uint32_t space, uint64_t address, uint32_t access)
{
    const struct mapping *mapping = find(space, address);

    if (mapping == NULL || (mapping->access & access) != access || (mapping->access & MAP_DEVICE) != 0)
        return NIL;
    return mapping->page + (uint32_t)((address - mapping->address) / PAGE_BYTES);
}

void arch_space_destroy(uint32_t space)
{
    for (uint32_t i = 0; i < mapping_count;) {
        if (mappings[i].space == space)
            mappings[i] = mappings[--mapping_count];
        else
            i++;
    }
}

uint32_t host_mapped_pages(uint32_t space)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < mapping_count; i++)
        count += mappings[i].space == space && mappings[i].access != 0 ? mappings[i].pages : 0;
    return count;
}

static bool may_be_mapped(const struct mapping *mapping, uint32_t page)
{
    enum page_kind kind = page_kind(page);

    if (mapping->access == 0)
        return kind == PAGE_TABLE;
    if (mapping->access == MAP_EXECUTE)
        return mapping->page == 1; // stands for the entry page
    if ((mapping->access & MAP_EXECUTE) != 0)
        return kind == PAGE_INSTRUCTIONS || (kind == PAGE_FRAME && (mapping->access & MAP_WRITE) == 0);
    return kind == PAGE_FRAME || kind == PAGE_OWNED;
}

uint32_t host_wrongly_mapped_page(void)
{
    for (uint32_t i = 0; i < mapping_count; i++)
        for (uint32_t page = 0; page < mappings[i].pages && (mappings[i].access & MAP_DEVICE) == 0; page++)
            if (!may_be_mapped(&mappings[i], mappings[i].page + page))
                return mappings[i].page + page;
    return NIL;
}

// A space that does not know that a page of a frame is mapped in it may get an image, and then would not find the page
// again: in an image addresses are offsets in the linear memory.
static bool is_mapping_unknown(const struct mapping *mapping)
{
    uint64_t data_base = spaces[mapping->space].layout.data_base;

    if ((mapping->access & MAP_DEVICE) == 0 && page_kind(mapping->page) != PAGE_FRAME)
        return false;
    return !spaces[mapping->space].has_frames ||
           (data_base != 0 && mapping->address - data_base >= NJ_CAPSULE_WINDOW);
}

uint32_t host_space_with_unknown_frame(void)
{
    for (uint32_t i = 0; i < mapping_count; i++)
        if (is_mapping_unknown(&mappings[i]))
            return mappings[i].space;
    return NIL;
}

void arch_code_sync(void)
{
}

// Further harts: what an order leads to comes when the kernel looks, sooner or later, as on a machine. An abort may need a
// second look too.
static uint64_t hart_chance(uint64_t of)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % of;
}

enum nj_status arch_hart_start(uint32_t hart)
{
    harts[hart].mail.vector_bytes = 32;
    return NJ_OK;
}

void arch_hart_call(uint32_t hart)
{
    (void)hart;
}

void arch_hart_wait(void)
{
    host_time_ns += 1000;
}

bool arch_hart_is_up(uint32_t hart)
{
    harts[hart].mail.is_up |= hart_chance(2) == 0;
    return harts[hart].mail.is_up;
}

uint32_t arch_hart_done(uint32_t hart)
{
    struct hart_mail *mail = &harts[hart].mail;
    bool is_aborted = mail->abort == mail->order;

    if (mail->done != mail->order && hart_chance(is_aborted ? 2 : 8) == 0) {
        mail->cause = is_aborted ? NJ_HART_ABORTED : NJ_HART_FINISHED + hart_chance(2);
        mail->value = mail->argument + 1u;
        mail->end_pc = mail->pc;
        mail->done = mail->order;
    }
    return mail->done;
}

struct hart_end arch_hart_end(uint32_t hart)
{
    const struct hart_mail *mail = &harts[hart].mail;

    return (struct hart_end){(enum nj_hart_state)mail->cause, mail->value, mail->end_pc, 0};
}
