// SPDX-License-Identifier: Apache-2.0
// Power-on, the portable part: gives all memory a kind, makes the root server from the boot archive, and starts it.
// Everything here runs once and its own memory is handed to user space with the rest.
#include "abi/boot.h"
#include "abi/component.h"
#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
#include "kernel/frame.h"
#include "kernel/hart.h"
#include "kernel/interrupt.h"
#include "kernel/page.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/system.h"
#include "kernel/thread.h"
#include "kernel/untyped.h"

#define BOOT_DATA __attribute__((section(".init.data")))

#define ROOT_PAGES 128u // for the root server's objects and memory; all of it comes back
#define ROOT_MESSAGE_ADDRESS (NJ_COMPONENT_BASE - PAGE_BYTES)
#define ROOT_FILES_ADDRESS 0x10000000u // devicetree, and the boot archive behind it
#define ROOT_PRIORITY 255u
#define ROOT_TURN_NS 10000000u
#define HOLES_MAX 8u

uint32_t page_count;
uint32_t hart_slots; // not in hart.c, which may be given back

// The slot that encloses all others, and one to build the first capability in. Part of the kernel image, which lies in
// RAM and so has slot indices like any other memory.
static _Alignas(sizeof(struct slot)) struct slot kernel_slots[2];

struct range {
    uint32_t start, end; // pages
};

static struct machine machine BOOT_DATA;
static struct range holes[HOLES_MAX] BOOT_DATA; // what is not free memory, ascending
static uint32_t hole_count BOOT_DATA;
static uint32_t table BOOT_DATA;       // first slot of the root server's capability table
static uint32_t root_memory BOOT_DATA; // slot of the untyped memory it is made from
static uint32_t memory_count BOOT_DATA;
static uint32_t reserved_pages BOOT_DATA;

static BOOT_ONLY uint32_t slot_index(const struct slot *slot)
{
    return (uint32_t)(((uintptr_t)slot - (uintptr_t)slots) / sizeof(struct slot));
}

static BOOT_ONLY void boot_assert(bool condition, const char *text)
{
    if (!condition)
        kernel_panic(text, "boot", 0);
}

static BOOT_ONLY void add_hole(uint32_t start, uint32_t end)
{
    uint32_t at = hole_count;

    boot_assert(hole_count < HOLES_MAX, "too many reserved ranges of memory");
    for (; at > 0 && holes[at - 1u].start > start; at--)
        holes[at] = holes[at - 1u];
    holes[at] = (struct range){start, end};
    hole_count++;
}

// A range that is not free memory.
static BOOT_ONLY void exclude(uint32_t start, uint32_t end, enum page_kind kind)
{
    end = end < page_count ? end : page_count;
    if (start >= end)
        return;
    add_hole(start, end);
    uint32_t page = start;
    while (page < end) { // whole words of the table where the range has them: the boot archive is long
        bool is_word = page % PAGE_KINDS_PER_WORD == 0 && end - page >= PAGE_KINDS_PER_WORD;
        if (is_word)
            page_kinds[page / PAGE_KINDS_PER_WORD] = kind * 0x1111111111111111u;
        else
            page_set_kind(page, kind);
        page += is_word ? PAGE_KINDS_PER_WORD : 1u;
    }
    if (kind == PAGE_RESERVED)
        reserved_pages += end - start;
}

// Free memory between the holes.
static BOOT_ONLY struct range free_range(uint32_t number)
{
    uint32_t start = 0;

    for (uint32_t i = 0; i < number; i++)
        start = holes[i].end > start ? holes[i].end : start;
    uint32_t end = number < hole_count ? holes[number].start : page_count;
    return (struct range){start, end > start ? end : start};
}

static BOOT_ONLY void find_memory(void)
{
    page_count = machine.ram_pages;
    if (machine.firmware_start > 0)
        exclude(0, 1, PAGE_RESERVED); // index 0 means none
    exclude(machine.firmware_start, machine.firmware_end, PAGE_RESERVED);
    exclude(machine.kernel_start, machine.init_start, PAGE_RESERVED);
    exclude(machine.init_end, machine.unused_start, PAGE_RESERVED);
    exclude(machine.unused_end, machine.kernel_end, PAGE_RESERVED);
    exclude(machine.archive_start, machine.archive_end, PAGE_FRAME);
    exclude(machine.devicetree_start, machine.devicetree_end, PAGE_FRAME);
}

static BOOT_ONLY struct cap untyped_cap(uint32_t start, uint32_t end)
{
    return (struct cap){.kind = NJ_KIND_UNTYPED, .rights = NJ_RIGHT_ALL, .object = start, .word = end - start};
}

static BOOT_ONLY struct cap frame_cap(uint32_t start, uint32_t end, uint8_t rights)
{
    return (struct cap){.kind = NJ_KIND_FRAME, .rights = rights, .extra = (uint16_t)(end - start), .object = start};
}

// Pages for the root server, in order, from its untyped memory.
static BOOT_ONLY uint32_t take(enum page_kind kind)
{
    uint32_t page = untyped_take_page(root_memory, kind);

    boot_assert(page != NIL, "root memory is too small");
    return page;
}

static BOOT_ONLY void give(uint32_t number, struct cap cap, uint32_t parent)
{
    cap_create(parent, table + number, cap);
}

static BOOT_ONLY void make_table(void)
{
    uint32_t slots_per_page = PAGE_BYTES / sizeof(struct slot);
    uint32_t first = take(PAGE_SLOT);

    for (uint32_t i = 1; i < NJ_BOOT_SLOTS / slots_per_page; i++)
        take(PAGE_SLOT);
    table = first * slots_per_page;
    cnode_init(table, NJ_BOOT_SLOTS);
}

static BOOT_ONLY void make_root_memory(void)
{
    struct range largest = {0, 0};
    uint32_t first = slot_index(&kernel_slots[0]);

    derive_init(first);
    root_memory = first + 1u;
    for (uint32_t i = 0; i <= hole_count; i++) {
        struct range range = free_range(i);
        if (range.end - range.start > largest.end - largest.start)
            largest = range;
    }
    boot_assert(largest.end - largest.start > ROOT_PAGES, "too little memory");
    cap_create(derive_root, root_memory, untyped_cap(largest.end - ROOT_PAGES, largest.end));
    make_table();
    boot_assert(cap_move(root_memory, table + NJ_BOOT_SLOT_ROOT_MEMORY) == NJ_OK, "root memory");
    root_memory = table + NJ_BOOT_SLOT_ROOT_MEMORY;
    add_hole(largest.end - ROOT_PAGES, largest.end);
}

static BOOT_ONLY void give_memory(void)
{
    for (uint32_t i = 0; i <= hole_count && memory_count < NJ_BOOT_MEMORY_MAX; i++) {
        struct range range = free_range(i);
        if (range.start < range.end)
            give(NJ_BOOT_SLOT_MEMORY + memory_count++, untyped_cap(range.start, range.end), derive_root);
    }
}

static BOOT_ONLY uint32_t archive_word(uint64_t offset)
{
    uint32_t page = machine.archive_start + (uint32_t)(offset / PAGE_BYTES);

    boot_assert(offset % 4u == 0 && offset + 4u <= machine.archive_bytes, "the boot archive is cut short");
    return code_words[page][offset % PAGE_BYTES / 4u];
}

static BOOT_ONLY struct nj_component read_component(uint32_t offset)
{
    struct nj_component component = {
        .magic = archive_word(offset),
        .text_bytes = archive_word(offset + 4u),
        .entry = archive_word(offset + 8u),
        .data_address = archive_word(offset + 12u),
        .data_bytes = archive_word(offset + 16u),
        .bss_bytes = archive_word(offset + 20u),
        .heap_bytes = archive_word(offset + 24u),
        .stack_bytes = archive_word(offset + 28u),
    };

    boot_assert(component.magic == NJ_COMPONENT_MAGIC, "the root server is not a component");
    boot_assert(component.text_bytes % PAGE_BYTES == 0 && component.data_address % PAGE_BYTES == 0,
                "the root server's header is damaged");
    return component;
}

static BOOT_ONLY void give_authorities(uint32_t root_file_page)
{
    uint8_t read = NJ_RIGHT_READ, run = NJ_RIGHT_READ | NJ_RIGHT_EXECUTE;

    give(NJ_BOOT_SLOT_SCHED_CONTROL, (struct cap){.kind = NJ_KIND_SCHED_CONTROL, .rights = NJ_RIGHT_ALL}, derive_root);
    give(NJ_BOOT_SLOT_INTERRUPT_CONTROL, (struct cap){.kind = NJ_KIND_INTERRUPT_CONTROL, .rights = NJ_RIGHT_ALL},
         derive_root);
    give(NJ_BOOT_SLOT_SYSTEM, (struct cap){.kind = NJ_KIND_SYSTEM, .rights = NJ_RIGHT_ALL}, derive_root);
    give(NJ_BOOT_SLOT_ARCHIVE, frame_cap(machine.archive_start, root_file_page, run), derive_root);
    give(NJ_BOOT_SLOT_DEVICETREE, frame_cap(machine.devicetree_start, machine.devicetree_end, read), derive_root);
    struct cap file = untyped_cap(root_file_page, machine.archive_end);
    file.word |= (uint64_t)(machine.archive_end - root_file_page) * UNITS_PER_PAGE << 32; // in use to the last page
    give(NJ_BOOT_SLOT_ROOT_FILE, file, derive_root);
}

static BOOT_ONLY void give_harts(void)
{
    uint32_t count = machine.hart_count;

    if (count == 0)
        return; // their table is given back
    hart_slots = slot_index(&harts[0].space);
    for (uint32_t i = 0; i < count; i++) {
        harts[i + 1].number = machine.hart_numbers[i];
        harts[i + 1].mail.boot_hart = machine.hart;
        harts[i + 1].mail.features = machine.hart_features[i];
        give(NJ_BOOT_SLOT_HART + i, (struct cap){.kind = NJ_KIND_HART, .rights = NJ_RIGHT_ALL, .object = i + 1}, derive_root);
    }
}

static BOOT_ONLY uint64_t archive_address(void)
{
    return ROOT_FILES_ADDRESS + (uint64_t)(machine.devicetree_end - machine.devicetree_start) * PAGE_BYTES;
}

static BOOT_ONLY uint32_t make_space(void)
{
    uint32_t space = take(PAGE_SPACE) * (PAGE_BYTES / (uint32_t)sizeof(struct space));
    struct cap memory = slots[root_memory].cap;
    uint32_t used = cap_used(memory) / UNITS_PER_PAGE;
    struct cap supply = untyped_cap(memory.object + used, memory.object + cap_pages(memory));

    supply.kind = KIND_SUPPLY;
    cap_set_used(root_memory, cap_pages(memory) * UNITS_PER_PAGE);
    cap_create(root_memory, space_code_slot(space) + 1u, supply);
    give(NJ_BOOT_SLOT_SPACE, (struct cap){.kind = NJ_KIND_SPACE, .rights = NJ_RIGHT_ALL, .object = space}, root_memory);
    boot_assert(cap_derive(table + NJ_BOOT_SLOT_CNODE, space_cnode_slot(space), NJ_RIGHT_ALL, 0) == NJ_OK, "root cnode");
    boot_assert(arch_space_create(space, NJ_SPACE_PROCESS) == NJ_OK, "root space");
    spaces[space].type = NJ_SPACE_PROCESS;
    return space;
}

// Text is mapped from the archive, data copied; the rest of its memory is backed on first touch.
static BOOT_ONLY uint64_t load(uint32_t space, struct nj_component component, uint32_t file_page)
{
    uint32_t text_pages = component.text_bytes / PAGE_BYTES;
    uint64_t bytes = (uint64_t)component.data_bytes + component.bss_bytes + component.heap_bytes + component.stack_bytes;
    uint64_t end = (component.data_address + bytes + PAGE_BYTES - 1u) & ~(uint64_t)(PAGE_BYTES - 1u);

    give(NJ_BOOT_SLOT_ROOT_TEXT, frame_cap(file_page, file_page + text_pages, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE),
         table + NJ_BOOT_SLOT_ROOT_FILE);
    enum nj_status status;
    do {
        status = frame_map(table + NJ_BOOT_SLOT_ROOT_TEXT, space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE);
    } while (status == NJ_AGAIN);
    boot_assert(status == NJ_OK, "cannot map the root server");
    spaces[space].memory_start = component.data_address;
    spaces[space].memory_bytes = end - component.data_address;
    for (uint32_t done = 0; done < component.data_bytes; done += PAGE_BYTES) {
        uint32_t page, left = component.data_bytes - done;
        boot_assert(space_write_page(space, component.data_address + done, &page) == NJ_OK, "no memory for root's data");
        page_copy(page, 0, file_page + text_pages + done / PAGE_BYTES, 0, left < PAGE_BYTES ? left : PAGE_BYTES);
    }
    arch_boot_map(space, ROOT_FILES_ADDRESS, machine.devicetree_start, machine.devicetree_end);
    arch_boot_map(space, archive_address(), machine.archive_start, file_page);
    return end;
}

static BOOT_ONLY void write_boot_page(uint32_t page, uint32_t file_page)
{
    uint64_t *word = &pages[page][NJ_MESSAGE_BYTES / 8u]; // struct nj_boot

    word[0] = NJ_ABI_VERSION | (uint64_t)memory_count << 32;
    word[1] = archive_address();
    word[2] = (uint64_t)(file_page - machine.archive_start) * PAGE_BYTES;
    word[3] = ROOT_FILES_ADDRESS;
    word[4] = machine.devicetree_bytes;
    word[6] = NJ_BOOT_SLOT_FREE | (uint64_t)machine.hart << 32;
    word[7] = machine.hart_count;
}

static BOOT_ONLY void make_thread(uint32_t thread, uint32_t sched, uint32_t space)
{
    uint32_t page;

    give(NJ_BOOT_SLOT_THREAD, (struct cap){.kind = NJ_KIND_THREAD, .rights = NJ_RIGHT_ALL, .object = thread}, root_memory);
    give(NJ_BOOT_SLOT_SCHED, (struct cap){.kind = NJ_KIND_SCHED, .rights = NJ_RIGHT_ALL, .object = sched}, root_memory);
    boot_assert(space_map_message_page(space, ROOT_MESSAGE_ADDRESS, &page) == NJ_OK, "root's message page");
    thread_join_space(thread, space);
    threads[thread].message_page = page;
    threads[thread].priority = ROOT_PRIORITY;
    threads[thread].priority_max = ROOT_PRIORITY;
    threads[thread].is_configured = true;
    boot_assert(sched_configure(sched, ROOT_TURN_NS, ROOT_TURN_NS) == NJ_OK, "root's time");
    boot_assert(sched_bind(sched, thread) == NJ_OK, "root's time");
}

// The last of boot; not boot-only itself, because it gives that memory away.
static _Noreturn __attribute__((noinline)) void start_user(uint32_t thread, uint64_t entry_ns)
{
    arch_init_release();
    sched_make_ready(thread, false);
    uint64_t now = arch_time_ns();
    system_user_starts(now);
    pages[threads[thread].message_page][NJ_MESSAGE_BYTES / 8u + 5u] = now - entry_ns;
    arch_enter(sched_choose());
}

_Noreturn BOOT_ONLY void kernel_main(const struct machine *found)
{
    machine = *found;
    sched_init();
    find_memory();
    make_root_memory();
    uint32_t thread = take(PAGE_THREAD) * (PAGE_BYTES / (uint32_t)sizeof(struct thread));
    uint32_t sched = take(PAGE_SCHED) * (PAGE_BYTES / (uint32_t)sizeof(struct sched));
    struct cap cnode = {.kind = NJ_KIND_CNODE, .rights = NJ_RIGHT_ALL, .object = table, .word = NJ_BOOT_SLOTS};

    interrupt_init(slot_index(&interrupts[0].notification));
    give(NJ_BOOT_SLOT_CNODE, cnode, root_memory);
    give_memory();
    uint32_t space = make_space();
    boot_assert(archive_word(0) == NJ_ARCHIVE_MAGIC, "there is no boot archive");
    uint32_t file_offset = archive_word(sizeof(struct nj_archive) + NJ_ARCHIVE_NAME_BYTES);
    struct nj_component component = read_component(file_offset);
    uint32_t file_page = machine.archive_start + file_offset / PAGE_BYTES;
    give_authorities(file_page);
    give_harts();
    uint64_t stack = load(space, component, file_page);
    make_thread(thread, sched, space);
    write_boot_page(threads[thread].message_page, file_page);
    boot_assert(arch_context_start(thread, component.entry, stack, ROOT_MESSAGE_ADDRESS) == NJ_OK, "root's entry");
    system_init(&machine, reserved_pages);
    start_user(thread, machine.entry_ns);
}
