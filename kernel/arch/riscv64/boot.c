// SPDX-License-Identifier: Apache-2.0
// From boot.S, running at its final address on a rough page table, to kernel_main(): reads the devicetree, builds the
// kernel's page table, starts timer and interrupt controller. All of it is given back to user space afterwards.
#include <stddef.h>

#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/boot_devicetree.h"
#include "kernel/arch/riscv64/boot_fdt.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/device.h"
#include "kernel/arch/riscv64/hart.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/arch/riscv64/mmu.h"
#include "kernel/arch/riscv64/plic.h"
#include "kernel/arch/riscv64/timer.h"
#include "kernel/page.h"
#include "kernel/untyped.h"

#define PTE_RAM (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_G)
#define EARLY_TREE 508 // entries of the first page table
#define EARLY_COPY 510
#define TABLES 4 // image, large, upper, root

extern uint64_t early_leaves[TABLE_ENTRIES]; // boot.S
extern const uint8_t trap_vector[], init_start[], init_text_end[], hart_start[], hart_text_start[], vector_start[],
    text_start[], text_end[], rodata_end[], _end[];
_Noreturn void boot_main(uint64_t hart, uint64_t tree, uint64_t ram_start, uint64_t entry_ticks);

static struct platform platform;
static struct machine machine;

static uint32_t page_of(const uint8_t *address)
{
    return (uint32_t)(((uint64_t)address - DIRECT_MAP) / PAGE_BYTES);
}

static uint64_t large_entry(uint64_t physical)
{
    return physical / PAGE_BYTES << PTE_PPN_SHIFT | PTE_RAM;
}

// Two large pages of physical memory, seen through entries of the first page table that nothing else uses.
static uint64_t early_window(uint64_t physical, uint32_t entry)
{
    for (uint32_t i = 0; i < 2; i++) {
        early_leaves[entry + i] = large_entry((physical & ~(LARGE_PAGE - 1ull)) + i * LARGE_PAGE);
    }
    __asm__ volatile("sfence.vma" : : : "memory");
    return DIRECT_MAP + (uint64_t)entry * LARGE_PAGE + physical % LARGE_PAGE;
}

// While the first page table is in use.
_Noreturn static void boot_refuse(const char *problem)
{
    console_text("nightjar cannot start: ");
    console_text(problem);
    console_text("\n");
    if (platform.finisher.bytes != 0) { // QEMU's firmware reports a failure with code 0
        finisher_address = early_window(platform.finisher.start, EARLY_TREE);
    }
    arch_poweroff(1);
}

static uint32_t table_new(void)
{
    uint32_t page = machine.kernel_end++;
    page_clear(page);
    return page;
}

static uint64_t table_entry(uint32_t page)
{
    return (mmu_ram_frame + page) << PTE_PPN_SHIFT | PTE_V;
}

static void map_pages(uint32_t table, uint32_t first, uint32_t end, uint64_t bits)
{
    uint64_t entry = (mmu_ram_frame + first) << PTE_PPN_SHIFT | bits;
    uint64_t *next = &pages[table][first % TABLE_ENTRIES];
    for (const uint64_t *last = next + (end - first); next < last; next++) {
        *next = entry;
        entry += 1u << PTE_PPN_SHIFT;
    }
}

static void map_text(uint32_t table, const uint8_t *start, const uint8_t *end)
{
    map_pages(table, page_of(start), page_of(end), (PTE_RAM & ~PTE_W) | PTE_X);
}

// The 2 MiB around the kernel image, page by page: text may not be written, nothing else executed. Text of what is not
// there is plain memory.
static void map_image(uint32_t table)
{
    uint32_t first = KERNEL_OFFSET / PAGE_BYTES;
    map_pages(table, first, first + TABLE_ENTRIES, PTE_RAM);
    map_text(table, init_start, init_text_end);
    if (platform.hart_count > 0) {
        map_text(table, hart_text_start, vector_start);
    }
    map_text(table, has_vector ? vector_start : text_start, text_end);
    map_pages(table, page_of(text_end), page_of(rodata_end), PTE_RAM & ~PTE_W);
}

static void map_device(uint32_t table, uint64_t address, struct range device, uint64_t offset)
{
    pages[table][(address - DIRECT_MAP) / LARGE_PAGE] = large_entry((device.start + offset) & ~(LARGE_PAGE - 1ull));
}

// Image and large: the direct map, a leaf for each 2 MiB of RAM and the kernel's devices in the last ones. Upper: the
// root of an Sv39 table, or the table below the root of Sv48.
static uint32_t direct_map_build(void)
{
    uint32_t image = machine.kernel_end++; // map_image() writes all of it
    uint32_t large = table_new();
    uint32_t upper = table_new();
    map_image(image);
    for (uint64_t offset = 0; offset < (uint64_t)machine.ram_pages * PAGE_BYTES; offset += LARGE_PAGE) {
        pages[large][offset / LARGE_PAGE] = large_entry(machine.ram_start + offset);
    }
    pages[large][KERNEL_OFFSET / LARGE_PAGE] = table_entry(image);
    map_device(large, DEVICE_PLIC, platform.plic, 0);
    map_device(large, DEVICE_PLIC_CONTEXT, platform.plic, LARGE_PAGE);
    if (platform.finisher.bytes != 0) {
        map_device(large, DEVICE_FINISHER, platform.finisher, 0);
    }
    pages[upper][DIRECT_MAP_ROOT_INDEX] = table_entry(large);
    mmu_image_table = image;
    return upper;
}

static bool root_activate(uint32_t root, uint64_t mode)
{
    uint64_t satp = mode << SATP_MODE_SHIFT | (mmu_ram_frame + root);
    csr_write(satp, satp); // a mode that the hart does not have leaves everything as it was
    __asm__ volatile("sfence.vma" : : : "memory");
    if (csr_read(satp) != satp) {
        return false;
    }
    mmu_kernel_root = root;
    mmu_satp_mode = mode << SATP_MODE_SHIFT;
    return true;
}

static void mmu_start(void)
{
    uint32_t upper = direct_map_build();
    mmu_levels = 4;
    if (!platform.wants_sv39) {
        uint32_t root = table_new();
        pages[root][TABLE_ENTRIES - 1] = table_entry(upper);
        if (root_activate(root, SATP_SV48)) {
            return;
        }
        machine.kernel_end = root; // the last page taken
    }
    mmu_levels = 3;
    if (!root_activate(upper, SATP_SV39)) {
        boot_refuse("the hart has neither Sv48 nor Sv39");
    }
}

// Tells of further harts. The firmware keeps them until they are needed.
static void harts_note(uint64_t boot_hart)
{
    machine.hart = (uint32_t)boot_hart;
    machine.hart_count = platform.hart_count;
    if (platform.hart_count == 0) {
        return;
    }
    uint32_t kernel = mmu_levels == 4 ? TABLE_ENTRIES - 1 : DIRECT_MAP_ROOT_INDEX;
    hart_root[kernel] = pages[mmu_kernel_root][kernel];
    for (uint32_t i = 0; i < platform.hart_count; i++) {
        machine.hart_numbers[i] = platform.harts[i].number;
        machine.hart_features[i] =
            (platform.harts[i].has_fp ? NJ_HART_FP : 0) | (platform.harts[i].has_vector ? NJ_HART_VECTOR : 0);
    }
    csr_set(sie, SIE_SOFTWARE);
}

static void platform_check(uint64_t ram_start)
{
    if (!platform.isa.has_zba || !platform.isa.has_zbb) {
        boot_refuse("the hart lacks the extensions Zba and Zbb");
    }
    if (platform.isa.has_zfinx) { // checked code could write its reserved registers by them
        boot_refuse("the hart has floating-point instructions that write integer registers");
    }
    if (platform.ram.start != ram_start) {
        boot_refuse("the kernel was not loaded 2 MiB above the start of RAM");
    }
    if (platform.plic.start % LARGE_PAGE != 0 || platform.plic_context >= 512) {
        boot_refuse("the PLIC is not where this kernel can map it");
    }
}

// A vector unit with longer registers than a page holds is left off.
static void vector_find(void)
{
    if (platform.isa.has_vector) {
        csr_set(sstatus, SSTATUS_VS);
        has_vector = VECTOR_REGISTERS + 32 * csr_read(CSR_VLENB) <= PAGE_BYTES;
        csr_clear(sstatus, SSTATUS_VS);
    }
}

// Of RAM, what the direct map reaches.
static uint64_t ram_bytes(void)
{
    uint64_t bytes = platform.ram.bytes < DIRECT_MAP_BYTES ? platform.ram.bytes : DIRECT_MAP_BYTES;
    return bytes & ~(PAGE_BYTES - 1ull);
}

static uint64_t page_up(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

// A range in pages of RAM; false if it is not wholly inside.
static bool range_pages(struct range range, uint32_t *first, uint32_t *end)
{
    uint64_t offset = range.start - machine.ram_start;
    if (range.start < machine.ram_start || offset > ram_bytes() || range.bytes > ram_bytes() - offset) {
        return false;
    }
    *first = (uint32_t)(offset / PAGE_BYTES);
    *end = (uint32_t)page_up(offset + range.bytes);
    return true;
}

// What of it lies in the memory that is used; empty if nothing does.
static struct range range_inside(struct range range)
{
    uint64_t start = range.start > machine.ram_start ? range.start : machine.ram_start;
    uint64_t end = range.start + range.bytes, last = machine.ram_start + ram_bytes();
    end = end < last ? end : last;
    return (struct range){start, end > start ? end - start : 0};
}

// What the firmware reserves below the kernel becomes one range; RAM ends at the first thing reserved above it, but
// for archive and devicetree, which loaders reserve too.
static void reserved_apply(void)
{
    for (uint32_t i = 0; i < platform.reserved_count; i++) {
        struct range range = range_inside(platform.reserved[i]);
        uint32_t first, end;
        if (range.bytes == 0 || !range_pages(range, &first, &end)) {
            continue;
        }
        bool is_known = (first >= machine.archive_start && end <= machine.archive_end) ||
                        (first >= machine.devicetree_start && end <= machine.devicetree_end);
        if (end <= machine.kernel_start) {
            machine.firmware_end = end > machine.firmware_end ? end : machine.firmware_end;
        } else if (!is_known && first < machine.ram_pages) {
            machine.ram_pages = first;
        }
    }
    if (machine.firmware_end == 0) {
        machine.firmware_end = machine.kernel_start; // the firmware does not say what it uses
    }
}

// Boot code, and what comes behind it in the image that this machine has no use for. Where there are further harts the
// first page stays: they come to it.
static void image_plan(void)
{
    bool has_harts = platform.hart_count > 0;
    machine.kernel_start = KERNEL_OFFSET / PAGE_BYTES;
    machine.init_start = page_of(init_start) + has_harts;
    machine.init_end = page_of(has_harts ? hart_start : has_vector ? vector_start : text_start);
    machine.unused_start = page_of(has_harts && !has_vector ? vector_start : text_start);
    machine.unused_end = page_of(text_start);
}

static void memory_plan(struct range tree)
{
    if (ram_bytes() < platform.ram.bytes) {
        console_text("nightjar: memory beyond 1018 MiB is not used\n");
    }
    machine.ram_start = platform.ram.start;
    machine.ram_pages = (uint32_t)(ram_bytes() / PAGE_BYTES);
    image_plan();
    if (!range_pages(tree, &machine.devicetree_start, &machine.devicetree_end)) {
        boot_refuse("the devicetree lies outside the memory that is used");
    }
    machine.devicetree_bytes = tree.bytes;
    if (platform.archive.bytes != 0) {
        if (!range_pages(platform.archive, &machine.archive_start, &machine.archive_end)) {
            boot_refuse("the boot archive lies outside the memory that is used");
        }
        machine.archive_bytes = platform.archive.bytes;
    }
    reserved_apply();
    if (machine.archive_end > machine.ram_pages) {
        boot_refuse("the boot archive lies behind reserved memory");
    }
    uint32_t words = (machine.ram_pages + PAGE_KINDS_PER_WORD - 1) / PAGE_KINDS_PER_WORD;
    __builtin_memset(page_kinds, 0, words * 8u);
    machine.kernel_end =
        page_of((const uint8_t *)page_kinds) + (uint32_t)page_up((uint64_t)_end % PAGE_BYTES + words * 8u);
    uint32_t tables_end = machine.kernel_end + TABLES;
    if (tables_end > (KERNEL_OFFSET + LARGE_PAGE) / PAGE_BYTES || tables_end > machine.ram_pages) {
        boot_refuse("the kernel and its tables do not fit");
    }
}

static bool has_common(struct range one, struct range other)
{
    return one.start < other.start + other.bytes && other.start < one.start + one.bytes;
}

// User space gets the devicetree too: one that is out of reach is copied to the end of RAM.
static struct range devicetree_place(const void *tree, uint64_t physical)
{
    struct range range = {.start = physical, .bytes = platform.tree_bytes};
    uint64_t end = platform.ram.start + ram_bytes();
    if (physical >= platform.ram.start && physical + range.bytes <= end) {
        return range;
    }
    range.start = end - page_up(range.bytes) * PAGE_BYTES;
    if (has_common(platform.archive, range)) {
        boot_refuse("the boot archive lies at the end of the memory that is used");
    }
    for (uint32_t i = 0; i < platform.reserved_count; i++) {
        if (has_common(platform.reserved[i], range)) {
            boot_refuse("the end of the memory that is used is reserved, and the devicetree out of reach");
        }
    }
    __builtin_memcpy((void *)early_window(range.start, EARLY_COPY), tree, range.bytes);
    return range;
}

void boot_main(uint64_t hart, uint64_t tree, uint64_t ram_start, uint64_t entry_ticks)
{
    uint64_t readable = early_window(tree, EARLY_TREE);
    const char *problem = boot_devicetree_read((const uint32_t *)readable, hart, &platform);
    if (problem != NULL) {
        boot_refuse(problem);
    }
    platform_check(ram_start);
    vector_find();
    csr_write(stvec, trap_vector);
    mmu_ram_frame = ram_start / PAGE_BYTES;
    mmu_table_offset = DIRECT_MAP - ram_start - (PTE_V << (12 - PTE_PPN_SHIFT));
    memory_plan(devicetree_place((const void *)readable, tree));
    mmu_start();
    arch_user_end = 1ull << (11 + 9 * mmu_levels);
    for (uint32_t i = 0; i < platform.memory_count; i++) {
        device_reserve(platform.memory[i].start, platform.memory[i].bytes); // also what is not used of it
    }
    device_reserve(platform.plic.start, platform.plic.bytes);
    device_reserve(platform.finisher.start, platform.finisher.bytes);
    device_reserve(platform.machine_timer.start, platform.machine_timer.bytes);
    if (platform.finisher.bytes != 0) {
        finisher_address = DEVICE_FINISHER + platform.finisher.start % LARGE_PAGE;
    }
    asid_init(!platform.wants_no_asid);
    has_fp = platform.isa.has_fp;
    csr_write(scounteren, 7); // cycle, time, instret
    csr_write(sstatus, SSTATUS_UXL64);
    plic_init(platform.plic_context, platform.plic_sources);
    machine.entry_ns = timer_init(entry_ticks, platform.ticks_per_second, platform.isa.has_sstc);
    harts_note(hart);
    kernel_main(&machine);
}
