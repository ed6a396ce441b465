// SPDX-License-Identifier: Apache-2.0
#include "kernel/arch/riscv64/boot_devicetree.h"

#include <libfdt.h>
#include <string.h>

#define CPU_EXTERNAL_INTERRUPT 9
#define CELLS_MAX 2

// One or two big-endian cells.
static uint64_t cells_read(const fdt32_t *cell, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_to_cpu(cell[i]);
    }
    return value;
}

static bool property_u32(const void *tree, int node, const char *name, uint32_t *value)
{
    int bytes = 0;
    const fdt32_t *cell = fdt_getprop(tree, node, name, &bytes);
    if (cell == NULL || bytes != 4) {
        return false;
    }
    *value = fdt32_to_cpu(cell[0]);
    return true;
}

// Element `index` of the node's "reg", in the cell sizes of its parent.
static bool node_range(const void *tree, int parent, int node, int index, struct range *range)
{
    int address_cells = fdt_address_cells(tree, parent);
    int size_cells = fdt_size_cells(tree, parent);
    int bytes = 0;
    const fdt32_t *cell = fdt_getprop(tree, node, "reg", &bytes);
    if (cell == NULL || address_cells < 1 || address_cells > CELLS_MAX || size_cells < 1 || size_cells > CELLS_MAX ||
        bytes / 4 < (index + 1) * (address_cells + size_cells)) {
        return false;
    }
    cell += index * (address_cells + size_cells);
    range->start = cells_read(cell, address_cells);
    range->bytes = cells_read(cell + address_cells, size_cells);
    return range->start + range->bytes >= range->start;
}

static bool is_type(const void *tree, int node, const char *type)
{
    int bytes = 0;
    const char *value = fdt_getprop(tree, node, "device_type", &bytes);
    return value != NULL && bytes > 0 && fdt_stringlist_contains(value, bytes, type);
}

static bool memory_read(const void *tree, struct platform *platform)
{
    int node;
    fdt_for_each_subnode(node, tree, 0)
    {
        struct range range;
        if (is_type(tree, node, "memory") && node_range(tree, 0, node, 0, &range) &&
            (platform->ram.bytes == 0 || range.start < platform->ram.start)) {
            platform->ram = range;
        }
    }
    return platform->ram.bytes != 0;
}

static bool reserved_add(struct platform *platform, struct range range)
{
    if (platform->reserved_count == RESERVED_MAX) {
        return false;
    }
    platform->reserved[platform->reserved_count++] = range;
    return true;
}

static bool reserved_read(const void *tree, struct platform *platform)
{
    int count = fdt_num_mem_rsv(tree);
    for (int i = 0; i < count; i++) {
        struct range range;
        if (fdt_get_mem_rsv(tree, i, &range.start, &range.bytes) != 0 || !reserved_add(platform, range)) {
            return false;
        }
    }
    int parent = fdt_path_offset(tree, "/reserved-memory");
    if (parent < 0) {
        return true;
    }
    int node;
    fdt_for_each_subnode(node, tree, parent)
    {
        struct range range;
        if (node_range(tree, parent, node, 0, &range) && !reserved_add(platform, range)) {
            return false;
        }
    }
    return true;
}

static void chosen_read(const void *tree, struct platform *platform)
{
    int node = fdt_path_offset(tree, "/chosen");
    int start_bytes = 0, end_bytes = 0, bytes = 0;
    const fdt32_t *start = fdt_getprop(tree, node, "linux,initrd-start", &start_bytes);
    const fdt32_t *end = fdt_getprop(tree, node, "linux,initrd-end", &end_bytes);
    if (start != NULL && end != NULL && (start_bytes == 4 || start_bytes == 8) && (end_bytes == 4 || end_bytes == 8)) {
        platform->archive.start = cells_read(start, start_bytes / 4);
        uint64_t last = cells_read(end, end_bytes / 4);
        platform->archive.bytes = last > platform->archive.start ? last - platform->archive.start : 0;
    }
    const char *arguments = fdt_getprop(tree, node, "bootargs", &bytes);
    for (int i = 0; arguments != NULL && i + 4 < bytes; i++) {
        if (arguments[i] == 's' && arguments[i + 1] == 'v' && arguments[i + 2] == '3' && arguments[i + 3] == '9') {
            platform->wants_sv39 = true;
        }
    }
}

// The ISA string is "rv64" and single letters, then "_extension" each.
static bool isa_has(const char *isa, int bytes, const char *extension)
{
    int length = (int)strlen(extension);
    for (int i = 4; i + length < bytes; i++) {
        bool is_end = isa[i + length] == '_' || isa[i + length] == '\0';
        if (isa[i - 1] == '_' && is_end && memcmp(isa + i, extension, (size_t)length) == 0) {
            return true;
        }
    }
    return false;
}

static bool isa_has_letter(const char *isa, int bytes, char letter)
{
    for (int i = 4; i < bytes && isa[i] != '_' && isa[i] != '\0'; i++) {
        if (isa[i] == letter) {
            return true;
        }
    }
    return false;
}

// Node of the boot hart below /cpus, or negative.
static int hart_find(const void *tree, int cpus, uint32_t hart)
{
    int node;
    fdt_for_each_subnode(node, tree, cpus)
    {
        int bytes = 0;
        const fdt32_t *reg = fdt_getprop(tree, node, "reg", &bytes);
        if (is_type(tree, node, "cpu") && reg != NULL && (bytes == 4 || bytes == 8) &&
            cells_read(reg, bytes / 4) == hart) {
            return node;
        }
    }
    return -FDT_ERR_NOTFOUND;
}

static const char *hart_read(const void *tree, uint32_t hart, struct platform *platform, uint32_t *interrupts)
{
    int cpus = fdt_path_offset(tree, "/cpus");
    int node = cpus < 0 ? cpus : hart_find(tree, cpus, hart);
    if (node < 0) {
        return "the devicetree does not describe the boot hart";
    }
    int bytes = 0;
    const char *isa = fdt_getprop(tree, node, "riscv,isa", &bytes);
    if (isa == NULL || bytes < 5 || isa[bytes - 1] != '\0') {
        return "the boot hart has no riscv,isa in the devicetree";
    }
    platform->has_zba = isa_has(isa, bytes, "zba");
    platform->has_zbb = isa_has(isa, bytes, "zbb");
    platform->has_sstc = isa_has(isa, bytes, "sstc");
    platform->has_fp = isa_has_letter(isa, bytes, 'd') || isa_has_letter(isa, bytes, 'g');
    if (!property_u32(tree, cpus, "timebase-frequency", &platform->ticks_per_second) &&
        !property_u32(tree, node, "timebase-frequency", &platform->ticks_per_second)) {
        return "the devicetree has no timebase-frequency";
    }
    int controller = fdt_subnode_offset(tree, node, "interrupt-controller");
    *interrupts = controller < 0 ? 0 : fdt_get_phandle(tree, controller);
    return *interrupts == 0 ? "the boot hart has no interrupt controller in the devicetree" : NULL;
}

static int compatible_find(const void *tree, const char *first, const char *second)
{
    int node = fdt_node_offset_by_compatible(tree, -1, first);
    return node >= 0 ? node : fdt_node_offset_by_compatible(tree, -1, second);
}

// The PLIC lists (hart's controller, interrupt) pairs; the place of the boot hart's supervisor pair is its context.
static const char *plic_read(const void *tree, uint32_t hart_interrupts, struct platform *platform)
{
    int node = compatible_find(tree, "riscv,plic0", "sifive,plic-1.0.0");
    int parent = node < 0 ? node : fdt_parent_offset(tree, node);
    int bytes = 0;
    const fdt32_t *pair = node < 0 ? NULL : fdt_getprop(tree, node, "interrupts-extended", &bytes);
    if (parent < 0 || pair == NULL || !node_range(tree, parent, node, 0, &platform->plic) ||
        !property_u32(tree, node, "riscv,ndev", &platform->plic_sources) || platform->plic_sources > 1023) {
        return "the devicetree has no usable PLIC";
    }
    for (int i = 0; i < bytes / 8; i++) {
        if (fdt32_to_cpu(pair[2 * i]) == hart_interrupts && fdt32_to_cpu(pair[2 * i + 1]) == CPU_EXTERNAL_INTERRUPT) {
            platform->plic_context = (uint32_t)i;
            return NULL;
        }
    }
    return "the PLIC does not reach the boot hart";
}

// A device that is not there has a range of 0 bytes.
static struct range device_read(const void *tree, const char *first, const char *second)
{
    struct range range = {0};
    int node = compatible_find(tree, first, second);
    int parent = node < 0 ? node : fdt_parent_offset(tree, node);
    if (parent < 0 || !node_range(tree, parent, node, 0, &range)) {
        range.bytes = 0;
    }
    return range;
}

const char *boot_devicetree_read(const void *tree, uint64_t bytes_max, uint32_t hart, struct platform *platform)
{
    uint32_t hart_interrupts = 0;
    if (bytes_max < sizeof(struct fdt_header) || fdt_check_header(tree) != 0 || fdt_totalsize(tree) > bytes_max ||
        fdt_check_full(tree, fdt_totalsize(tree)) != 0) {
        return "there is no valid devicetree";
    }
    platform->tree_bytes = fdt_totalsize(tree);
    if (!memory_read(tree, platform)) {
        return "the devicetree has no memory";
    }
    if (!reserved_read(tree, platform)) {
        return "the devicetree reserves too many ranges of memory";
    }
    chosen_read(tree, platform);
    const char *problem = hart_read(tree, hart, platform, &hart_interrupts);
    if (problem == NULL) {
        problem = plic_read(tree, hart_interrupts, platform);
    }
    platform->finisher = device_read(tree, "sifive,test0", "sifive,test1");
    platform->machine_timer = device_read(tree, "sifive,clint0", "riscv,clint0");
    return problem;
}
