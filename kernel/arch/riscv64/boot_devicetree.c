// SPDX-License-Identifier: Apache-2.0
// One pass over the tree. The properties of a node come before the nodes in it, so a node is understood when its first
// child begins or it ends; what it says about addresses below it (cells) is on the stack of open nodes.
#include "kernel/arch/riscv64/boot_devicetree.h"

#include <stddef.h>

#include "kernel/arch/riscv64/boot_fdt.h"

#define DEPTH_MAX 8u
#define NS_PER_SECOND 1000000000u
#define NAMES_KNOWN 512u
#define CPU_EXTERNAL_INTERRUPT 9u
#define PLIC_SOURCES_MAX 1023u

// Properties that matter, of any node.
enum property {
    P_ADDRESS_CELLS,
    P_SIZE_CELLS,
    P_DEVICE_TYPE,
    P_REG,
    P_COMPATIBLE,
    P_PHANDLE,
    P_ISA,
    P_MMU,
    P_STATUS,
    P_TIMEBASE,
    P_INTERRUPTS,
    P_SOURCES,
    P_ARCHIVE_START,
    P_ARCHIVE_END,
    P_ARGUMENTS,
    P_COUNT,
};
static const char *const names[P_COUNT] = {
    "#address-cells",
    "#size-cells",
    "device_type",
    "reg",
    "compatible",
    "phandle",
    "riscv,isa",
    "mmu-type",
    "status",
    "timebase-frequency",
    "interrupts-extended",
    "riscv,ndev",
    "linux,initrd-start",
    "linux,initrd-end",
    "bootargs",
};

enum role { R_OTHER, R_ROOT, R_CHOSEN, R_CPUS, R_CPU, R_CPU_INTERRUPTS, R_RESERVED, R_RESERVED_RANGE };

struct node {
    _Alignas(8) enum role role; // cleared in words
    bool is_understood;
    bool is_boot_hart;
    uint32_t address_cells, size_cells; // of the nodes in it
    struct fdt_value property[P_COUNT];
};

static struct fdt fdt;
static struct node nodes[DEPTH_MAX + 1]; // [0] is above the root
static struct platform *found;
static uint64_t boot_hart;
static uint32_t hart_interrupts;         // phandle of the boot hart's interrupt controller
static uint32_t boot_mmu;                // what it says of its translation
static bool is_reserved_unknown;         // a range that cannot be read is reserved
static struct fdt_value plic_interrupts; // pairs (phandle, interrupt): looked at last
static struct {
    uint32_t name, is; // no name lies at offset 0
} known[NAMES_KNOWN];

// One or two big-endian cells.
static uint64_t number(uint32_t word, uint32_t cells)
{
    return cells == 2 ? (uint64_t)fdt_cell(&fdt, word) << 32 | fdt_cell(&fdt, word + 1) : fdt_cell(&fdt, word);
}

static uint64_t property_number(struct fdt_value value)
{
    return value.bytes == 4 || value.bytes == 8 ? number(value.word, value.bytes / 4) : 0;
}

// Empty if it goes round the end of all addresses.
static struct range range_whole(struct range range)
{
    if (range.start + range.bytes < range.start) {
        range.bytes = 0;
    }
    return range;
}

// Ranges in the node's "reg", in the cells of its parent; 0 if there are none, or other cells than this reader knows.
static uint32_t range_count(const struct node *node, const struct node *parent)
{
    bool is_known =
        parent->address_cells >= 1 && parent->address_cells <= 2 && parent->size_cells >= 1 && parent->size_cells <= 2;
    return is_known ? node->property[P_REG].bytes / (4 * (parent->address_cells + parent->size_cells)) : 0;
}

static struct range range_number(const struct node *node, const struct node *parent, uint32_t i)
{
    uint32_t word = node->property[P_REG].word + i * (parent->address_cells + parent->size_cells);
    return (struct range){number(word, parent->address_cells),
                          number(word + parent->address_cells, parent->size_cells)};
}

// The first; empty if there is none.
static struct range node_range(const struct node *node, const struct node *parent)
{
    return range_count(node, parent) > 0 ? range_whole(range_number(node, parent, 0)) : (struct range){0};
}

// Up to the end of all addresses, if it goes round it.
static void reserved_add(struct range range)
{
    if (range.start + range.bytes < range.start) {
        range.bytes = ~range.start;
    }
    if (range.bytes != 0 && found->reserved_count < RESERVED_MAX) {
        found->reserved[found->reserved_count] = range;
    }
    found->reserved_count += range.bytes != 0;
}

// All ranges count: what is not understood might be memory that somebody else uses.
static void reserved_understand(const struct node *node, const struct node *parent)
{
    uint32_t count = range_count(node, parent), cells = parent->address_cells + parent->size_cells;
    is_reserved_unknown |= 4 * count * cells != node->property[P_REG].bytes;
    for (uint32_t i = 0; i < count; i++) {
        reserved_add(range_number(node, parent, i));
    }
}

static void chosen_understand(const struct node *node)
{
    uint64_t end = property_number(node->property[P_ARCHIVE_END]);
    struct fdt_value arguments = node->property[P_ARGUMENTS];
    found->archive.start = property_number(node->property[P_ARCHIVE_START]);
    found->archive.bytes = end > found->archive.start ? end - found->archive.start : 0;
    for (uint32_t i = 0; i + 4 < arguments.bytes; i++) {
        uint32_t byte = 4 * arguments.word + i;
        uint8_t after;
        found->wants_sv39 |= fdt_starts_with(&fdt, byte, "sv39", &after);
        found->wants_no_asid |= fdt_starts_with(&fdt, byte, "noasid", &after);
    }
}

// 1: Sv39, 2: Sv48, 3: Sv57, 0: none, or it does not say.
static uint32_t mmu_type(const struct node *node)
{
    static const char *const types[] = {"riscv,sv39", "riscv,sv48", "riscv,sv57"};
    return (fdt_find_string(&fdt, node->property[P_MMU], types, 3) + 1) % 4;
}

static bool is_letter(uint8_t byte)
{
    return byte != '_' && byte != 's' && byte != 'x' && byte != 'z';
}

// The ISA string: "rv64" and single letters, then "_extension" each; before the first of these there need not be a "_".
static struct isa isa_understand(struct fdt_value text)
{
    struct isa isa = {0};
    uint8_t after;
    static const char *const extensions[] = {"_zba", "_zbb", "_sstc", "_zfinx"};
    bool *has[] = {&isa.has_zba, &isa.has_zbb, &isa.has_sstc, &isa.has_zfinx};
    uint32_t byte = 4 * text.word + 4, end = 4 * text.word + text.bytes;
    for (; byte < end && is_letter(fdt_byte(&fdt, byte)); byte++) {
        isa.has_fp |= fdt_byte(&fdt, byte) == 'd' || fdt_byte(&fdt, byte) == 'g';
        isa.has_vector |= fdt_byte(&fdt, byte) == 'v';
    }
    isa.has_zfinx = byte < end && fdt_starts_with(&fdt, byte, "zfinx", &after);
    while (byte < end) {
        for (uint32_t i = 0; i < sizeof(has) / sizeof(has[0]); i++) {
            *has[i] |= fdt_starts_with(&fdt, byte, extensions[i], &after) && (after == '_' || after == '\0');
        }
        byte = fdt_find_byte(&fdt, byte + 1, end, '_');
    }
    return isa;
}

// Those beyond FURTHER_HARTS_MAX are left asleep, and so are those that lack what every program is compiled for.
static void hart_add(const struct node *node)
{
    static const char *const in_use[] = {"okay", "ok"};
    struct fdt_value status = node->property[P_STATUS];
    struct isa isa = isa_understand(node->property[P_ISA]);
    if (node->property[P_REG].bytes == 0 || found->hart_count == FURTHER_HARTS_MAX || !isa.has_zba || !isa.has_zbb ||
        (status.bytes != 0 && fdt_find_string(&fdt, status, in_use, 2) == 2)) {
        return;
    }
    found->harts[found->hart_count++] = (struct further_hart){
        .number = (uint32_t)property_number(node->property[P_REG]),
        .mmu = mmu_type(node),
        .has_fp = isa.has_fp,
        .has_vector = isa.has_vector,
    };
}

// The boot hart runs the kernel with the longest addresses it has; others must have them too.
static void harts_choose(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < found->hart_count; i++) {
        if (found->harts[i].mmu >= boot_mmu) {
            found->harts[count++] = found->harts[i];
        }
    }
    found->hart_count = count;
}

static void cpu_understand(struct node *node)
{
    struct fdt_value reg = node->property[P_REG];
    node->is_boot_hart = reg.bytes != 0 && property_number(reg) == boot_hart;
    if (!node->is_boot_hart) {
        hart_add(node);
    } else {
        found->isa = isa_understand(node->property[P_ISA]);
        boot_mmu = mmu_type(node);
        if (node->property[P_TIMEBASE].bytes == 4) {
            found->ticks_per_second = fdt_cell(&fdt, node->property[P_TIMEBASE].word);
        }
    }
}

enum device { D_PLIC, D_FINISHER, D_MACHINE_TIMER, D_COUNT };
static const char *const compatible[2 * D_COUNT] = {
    "sifive,plic-1.0.0", "riscv,plic0", "sifive,test0", "sifive,test1", "sifive,clint0", "riscv,clint0",
};

static void device_understand(const struct node *node, const struct node *parent)
{
    uint32_t i = fdt_find_string(&fdt, node->property[P_COMPATIBLE], compatible, 2 * D_COUNT);
    if (i == 2 * D_COUNT) {
        return;
    }
    struct range range = node_range(node, parent);
    switch (i / 2) {
    case D_PLIC:
        found->plic = range;
        found->plic_sources = (uint32_t)property_number(node->property[P_SOURCES]);
        plic_interrupts = node->property[P_INTERRUPTS];
        break;
    case D_FINISHER:
        found->finisher = range;
        break;
    default:
        found->machine_timer = range;
        break;
    }
}

static void memory_understand(const struct node *node, const struct node *parent)
{
    for (uint32_t i = 0; i < range_count(node, parent); i++) {
        struct range range = range_whole(range_number(node, parent, i));
        if (range.bytes == 0) {
            continue;
        }
        if (found->memory_count < MEMORY_MAX) {
            found->memory[found->memory_count] = range;
        }
        found->memory_count++;
        if (found->ram.bytes == 0 || range.start < found->ram.start) {
            found->ram = range;
        }
    }
}

static void node_understand(struct node *node, const struct node *parent)
{
    static const char *const memory = "memory";
    const struct fdt_value *property = node->property;
    if (node->is_understood) {
        return;
    }
    node->is_understood = true;
    node->address_cells = property[P_ADDRESS_CELLS].bytes == 4 ? fdt_cell(&fdt, property[P_ADDRESS_CELLS].word) : 2;
    node->size_cells = property[P_SIZE_CELLS].bytes == 4 ? fdt_cell(&fdt, property[P_SIZE_CELLS].word) : 1;
    switch (node->role) {
    case R_CHOSEN:
        chosen_understand(node);
        break;
    case R_CPUS:
        found->ticks_per_second = (uint32_t)property_number(property[P_TIMEBASE]);
        break;
    case R_CPU:
        cpu_understand(node);
        break;
    case R_CPU_INTERRUPTS:
        if (parent->is_boot_hart) {
            hart_interrupts = (uint32_t)property_number(property[P_PHANDLE]);
        }
        break;
    case R_RESERVED_RANGE:
        reserved_understand(node, parent);
        break;
    case R_OTHER:
        if (parent->role == R_ROOT && fdt_find_string(&fdt, property[P_DEVICE_TYPE], &memory, 1) == 0) {
            memory_understand(node, parent);
        } else {
            device_understand(node, parent);
        }
        break;
    default:
        break;
    }
}

static enum role child_role(const struct node *parent, uint32_t depth, uint32_t name)
{
    switch (parent->role) {
    case R_ROOT:
        return fdt_is(&fdt, name, "chosen")            ? R_CHOSEN
               : fdt_is(&fdt, name, "cpus")            ? R_CPUS
               : fdt_is(&fdt, name, "reserved-memory") ? R_RESERVED
                                                       : R_OTHER;
    case R_CPUS:
        return fdt_is_unit(&fdt, name, "cpu") ? R_CPU : R_OTHER;
    case R_CPU:
        return fdt_is_unit(&fdt, name, "interrupt-controller") ? R_CPU_INTERRUPTS : R_OTHER;
    case R_RESERVED:
        return R_RESERVED_RANGE;
    default:
        return depth == 1 ? R_ROOT : R_OTHER;
    }
}

// Nodes repeat the names of their properties, and a name is stored once: where it lies says which one it is.
static void property_keep(struct node *node, struct fdt_property property)
{
    uint32_t k = property.name % NAMES_KNOWN;
    if (known[k].name != property.name) {
        known[k].name = property.name;
        known[k].is = fdt_find(&fdt, property.name, names, P_COUNT);
    }
    if (known[k].is < P_COUNT) {
        node->property[known[k].is] = property.value;
    }
}

// The whole tree; false if it is broken or too deep.
static bool tree_read(void)
{
    uint32_t depth = 0;
    for (;;) {
        struct fdt_property property;
        switch (fdt_next(&fdt, &property)) {
        case FDT_BEGIN:
            if (depth == DEPTH_MAX) {
                return false;
            }
            if (depth > 0) {
                node_understand(&nodes[depth], &nodes[depth - 1]);
            }
            nodes[depth + 1] = (struct node){.role = child_role(&nodes[depth], depth + 1, property.name)};
            depth++;
            break;
        case FDT_PROPERTY:
            property_keep(&nodes[depth], property);
            break;
        case FDT_END_NODE:
            if (depth == 0) {
                return false;
            }
            node_understand(&nodes[depth], &nodes[depth - 1]);
            depth--;
            break;
        case FDT_END:
            return depth == 0;
        default:
            return false;
        }
    }
}

static bool plic_context_find(void)
{
    for (uint32_t i = 0; i < plic_interrupts.bytes / 8; i++) {
        uint32_t word = plic_interrupts.word + 2 * i;
        if (fdt_cell(&fdt, word) == hart_interrupts && fdt_cell(&fdt, word + 1) == CPU_EXTERNAL_INTERRUPT) {
            found->plic_context = i;
            return true;
        }
    }
    return false;
}

const char *boot_devicetree_read(const uint32_t *tree, uint64_t hart, struct platform *platform)
{
    found = platform;
    boot_hart = hart;
    if (!fdt_open(&fdt, tree)) {
        return "there is no valid devicetree";
    }
    platform->tree_bytes = fdt.bytes;
    boot_mmu = 0;
    is_reserved_unknown = false;
    struct range range;
    for (uint32_t i = 0; fdt_reserved(&fdt, i, &range.start, &range.bytes); i++) { // which ends with the tree
        reserved_add(range);
    }
    if (!tree_read()) {
        return "the devicetree is broken";
    }
    harts_choose();
    if (platform->ram.bytes == 0) {
        return "the devicetree has no memory";
    }
    if (platform->memory_count > MEMORY_MAX || platform->reserved_count > RESERVED_MAX) {
        return "the devicetree has or reserves too many ranges of memory";
    }
    if (is_reserved_unknown) {
        return "the devicetree reserves memory in cells that are not understood";
    }
    if (platform->ticks_per_second == 0 || platform->ticks_per_second > NS_PER_SECOND) {
        return "the devicetree has no usable timebase-frequency";
    }
    if (hart_interrupts == 0) {
        return "the devicetree does not describe the boot hart";
    }
    if (platform->plic.bytes == 0 || platform->plic_sources > PLIC_SOURCES_MAX || !plic_context_find()) {
        return "the devicetree has no interrupt controller that reaches the boot hart";
    }
    return NULL;
}
