// SPDX-License-Identifier: Apache-2.0
#include "service/root/description.h"
#include <libfdt.h>
#include <string.h>

#define SLOTS_MIN 16u
#define SLOTS_MAX 65536u
#define SLOTS_DEFAULT 64u
#define REPLIES_LIMIT 64u
#define KIB_MAX 0x100000u // 1 GiB

#define PROPERTIES_MAX 32u

// libfdt finds a property by walking the node and a phandle by walking the tree, with every check at every step. Each node
// is walked once instead: this is most of what booting costs.
struct property {
    const char *name;
    const void *value;
    int bytes;
};

// The first error ends the reading: what follows is not looked at.
struct reader {
    const void *blob;
    struct description *description;
    struct description_error *error;
    struct component_description *component; // being read
    uint32_t property_count;                 // of the node being read
    struct property property[PROPERTIES_MAX];
    int offset[COMPONENTS_MAX]; // nodes of the components, by index
    uint32_t phandle[COMPONENTS_MAX];
    struct property uses[COMPONENTS_MAX]; // may point forward: looked at when all components are known
    bool has_failed;
};

static void fail(struct reader *reader, const char *rule)
{
    if (reader->has_failed)
        return;
    reader->has_failed = true;
    reader->error->rule = rule;
    memset(reader->error->component, 0, sizeof(reader->error->component));
    if (reader->component)
        memcpy(reader->error->component, reader->component->name, sizeof(reader->error->component));
}

static void check(struct reader *reader, bool fact, const char *rule)
{
    if (!fact)
        fail(reader, rule);
}

// Collects the properties of a component's node.
static void open_node(struct reader *reader, uint32_t index)
{
    int offset;
    reader->component = &reader->description->component[index];
    reader->property_count = 0;
    fdt_for_each_property_offset(offset, reader->blob, reader->offset[index])
    {
        if (reader->property_count == PROPERTIES_MAX) {
            fail(reader, "more than 32 properties");
            return;
        }
        struct property *p = &reader->property[reader->property_count];
        p->value = fdt_getprop_by_offset(reader->blob, offset, &p->name, &p->bytes);
        reader->property_count += p->value != NULL;
    }
}

// The value of a property of the open node, or a null pointer.
static const void *find_property(const struct reader *reader, const char *name, int *bytes)
{
    for (uint32_t i = 0; i < reader->property_count; i++) {
        if (strcmp(reader->property[i].name, name) != 0)
            continue;
        *bytes = reader->property[i].bytes;
        return reader->property[i].value;
    }
    return NULL;
}

// Cell `index` of a property of cells; `absent` if the property is absent.
static uint32_t read_cell(struct reader *reader, const char *property, uint32_t index, uint32_t absent)
{
    int bytes;
    const fdt32_t *cells = find_property(reader, property, &bytes);
    if (!cells)
        return absent;
    if (bytes % 4 != 0 || index >= (uint32_t)bytes / 4) {
        fail(reader, "a property has too few cells");
        return absent;
    }
    return fdt32_ld(&cells[index]);
}

// A text property, NUL-terminated within `room`; false if it is absent.
static bool read_text(struct reader *reader, const char *property, char *text, size_t room)
{
    int bytes;
    const char *value = find_property(reader, property, &bytes);
    if (!value)
        return false;
    if (bytes < 2 || (size_t)bytes > room || memchr(value, 0, (size_t)bytes) != value + bytes - 1) {
        fail(reader, "a text is empty, too long, or a list where one is wanted");
        return false;
    }
    memcpy(text, value, (size_t)bytes);
    return true;
}

static void read_numbers(struct reader *reader)
{
    struct component_description *c = reader->component;
    c->priority = read_cell(reader, "priority", 0, UINT32_MAX);
    c->priority_max = read_cell(reader, "priority-max", 0, 0);
    c->budget_us = read_cell(reader, "budget-us", 0, 0);
    c->period_us = read_cell(reader, "budget-us", 1, 0);
    c->slots = read_cell(reader, "slots", 0, SLOTS_DEFAULT);
    c->replies = read_cell(reader, "replies", 0, c->serves[0] != '\0');
    c->supply_kib = read_cell(reader, "supply-kib", 0, 0);
    c->grow_kib = read_cell(reader, "grow-kib", 0, 0);
    c->heap_kib = read_cell(reader, "heap-kib", 0, DESCRIPTION_DEFAULT);
    c->stack_kib = read_cell(reader, "stack-kib", 0, DESCRIPTION_DEFAULT);
    check(reader, c->priority <= 254, "priority: write 0 to 254");
    check(reader, c->priority_max <= 254, "priority-max: write 0 to 254");
    check(reader, c->budget_us >= 10 && c->budget_us <= c->period_us && c->period_us <= 3600000000u,
          "budget-us: write <budget period>, 10 us to the period, which is at most an hour");
    check(reader, c->slots >= SLOTS_MIN && c->slots <= SLOTS_MAX, "slots: write 16 to 65536");
    check(reader, c->replies <= REPLIES_LIMIT, "replies: at most 64");
    check(reader, c->supply_kib >= 4 && c->supply_kib % 4 == 0 && c->supply_kib <= KIB_MAX,
          "supply-kib: write a multiple of 4, at least 4");
    check(reader, c->grow_kib % 4 == 0 && c->grow_kib <= KIB_MAX, "grow-kib: write a multiple of 4");
    check(reader, c->heap_kib == DESCRIPTION_DEFAULT || (c->heap_kib % 4 == 0 && c->heap_kib <= KIB_MAX),
          "heap-kib: write a multiple of 4");
    check(reader,
          c->stack_kib == DESCRIPTION_DEFAULT ||
              (c->stack_kib >= 4 && c->stack_kib % 4 == 0 && c->stack_kib <= KIB_MAX),
          "stack-kib: write a multiple of 4, at least 4");
}

static void read_authority(struct reader *reader)
{
    static const struct {
        const char *name;
        enum authority authority;
    } names[] = {
        {"system", AUTHORITY_SYSTEM},
        {"sched-control", AUTHORITY_SCHED_CONTROL},
        {"interrupt-control", AUTHORITY_INTERRUPT_CONTROL},
        {"interrupt-timer", AUTHORITY_INTERRUPT_TIMER},
        {"archive", AUTHORITY_ARCHIVE},
        {"components", AUTHORITY_COMPONENTS},
        {"boot-memory", AUTHORITY_BOOT_MEMORY},
    };
    int bytes = 0;
    const char *list = find_property(reader, "authority", &bytes);
    const char *end = list + bytes;
    check(reader, !list || (bytes > 0 && end[-1] == '\0'), "authority: write a list of texts");
    for (const char *text = list; text && text < end && !reader->has_failed; text += strlen(text) + 1) {
        bool is_known = false;
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            if (strcmp(text, names[n].name) != 0)
                continue;
            reader->component->authority |= names[n].authority;
            is_known = true;
        }
        check(reader, is_known, "authority: an unknown name");
    }
}

static uint64_t load_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 32 | fdt32_ld(&cells[i]);
    return value;
}

static void read_device(struct reader *reader)
{
    struct device_description *device = &reader->component->device;
    int bytes;
    uint32_t phandle = read_cell(reader, "device", 0, 0);
    if (phandle == 0)
        return;
    int node = fdt_node_offset_by_phandle(reader->blob, phandle);
    int parent = node >= 0 ? fdt_parent_offset(reader->blob, node) : -1;
    int address_cells = parent >= 0 ? fdt_address_cells(reader->blob, parent) : 0;
    int size_cells = parent >= 0 ? fdt_size_cells(reader->blob, parent) : 0;
    const fdt32_t *reg = node >= 0 ? fdt_getprop(reader->blob, node, "reg", &bytes) : NULL;
    if (!reg || address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2 ||
        bytes < 4 * (address_cells + size_cells)) {
        fail(reader, "device: the node has no registers (reg)");
        return;
    }
    device->address = load_cells(reg, address_cells);
    device->bytes = load_cells(reg + address_cells, size_cells);
    const fdt32_t *interrupts = fdt_getprop(reader->blob, node, "interrupts", &bytes);
    device->interrupt = interrupts && bytes >= 4 ? fdt32_ld(interrupts) : 0;
    check(reader, device->bytes > 0 && device->address % 4096 == 0, "device: registers must begin at a page");
}

static void read_component(struct reader *reader)
{
    struct component_description *c = reader->component;
    char isolation[16] = "", compatible[24] = "";
    int bytes;
    check(reader,
          read_text(reader, "compatible", compatible, sizeof(compatible)) &&
              strcmp(compatible, "nightjar,component") == 0,
          "compatible: write \"nightjar,component\"");
    check(reader, read_text(reader, "image", c->image, sizeof(c->image)), "image: write the name of an archive file");
    check(reader, read_text(reader, "isolation", isolation, sizeof(isolation)), "isolation: write \"process\"");
    check(reader, strcmp(isolation, "process") == 0, "isolation: only \"process\" can be started at boot");
    (void)read_text(reader, "serves", c->serves, sizeof(c->serves));
    read_numbers(reader);
    read_authority(reader);
    read_device(reader);
    c->has_notification = find_property(reader, "notification", &bytes) != NULL || c->device.interrupt != 0 ||
                          (c->authority & AUTHORITY_INTERRUPT_TIMER) != 0;
    check(reader, c->device.interrupt == 0 || (c->authority & AUTHORITY_INTERRUPT_TIMER) == 0,
          "a component drives a device with an interrupt or the timer, not both");
}

// The component with this phandle, or -1.
static int component_at(const struct reader *reader, uint32_t phandle)
{
    for (uint32_t i = 0; i < reader->description->count; i++)
        if (phandle != 0 && reader->phandle[i] == phandle)
            return (int)i;
    return -1;
}

static void read_uses(struct reader *reader, uint32_t index)
{
    struct component_description *c = reader->component;
    const fdt32_t *cells = reader->uses[index].value;
    int bytes = reader->uses[index].bytes;
    if (!cells)
        return;
    uint32_t count = (uint32_t)bytes / 4;
    if (count > USES_MAX || bytes % 4 != 0) {
        fail(reader, "uses: at most 16 phandles");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        int used = component_at(reader, fdt32_ld(&cells[i]));
        if (used < 0 || reader->description->component[used].serves[0] == '\0') {
            fail(reader, "uses: names something that is no component or serves no interface");
            return;
        }
        check(reader, &reader->description->component[used] != c, "uses: a component cannot call itself");
        c->uses[i] = (uint8_t)used;
    }
    c->use_count = count;
}

// Rules that need all components.
static void check_together(struct reader *reader)
{
    const struct description *d = reader->description;
    for (uint32_t i = 0; i < d->count; i++) {
        reader->component = &reader->description->component[i];
        for (uint32_t j = 0; j < i; j++) {
            const struct component_description *a = &d->component[i], *b = &d->component[j];
            uint32_t single = AUTHORITY_INTERRUPT_TIMER | AUTHORITY_COMPONENTS | AUTHORITY_BOOT_MEMORY;
            check(reader, a->serves[0] == '\0' || strcmp(a->serves, b->serves) != 0,
                  "serves: another component serves this interface");
            check(reader, (a->authority & b->authority & single) == 0,
                  "authority: another component has what only one can have");
            check(reader, a->device.interrupt == 0 || a->device.interrupt != b->device.interrupt,
                  "device: another component owns its interrupt");
            check(reader, a->device.bytes == 0 || b->device.bytes == 0 || a->device.address != b->device.address,
                  "device: another component owns it");
        }
    }
    reader->component = NULL;
    uint32_t all = 0;
    for (uint32_t i = 0; i < d->count; i++)
        all |= d->component[i].authority;
    check(reader, (all & AUTHORITY_COMPONENTS) != 0, "no component has the authority \"components\"");
    check(reader, (all & AUTHORITY_BOOT_MEMORY) != 0, "no component has the authority \"boot-memory\"");
}

// Names and node offsets first.
static void read_names(struct reader *reader, int components)
{
    int node;
    fdt_for_each_subnode(node, reader->blob, components)
    {
        uint32_t index = reader->description->count;
        const char *name = fdt_get_name(reader->blob, node, NULL);
        if (index == COMPONENTS_MAX) {
            fail(reader, "more than 24 components");
            return;
        }
        reader->component = &reader->description->component[index];
        if (!name || strlen(name) >= COMPONENT_NAME_BYTES) {
            fail(reader, "a component's name has more than 15 characters");
            return;
        }
        memcpy(reader->component->name, name, strlen(name) + 1);
        reader->offset[index] = node;
        reader->description->count++;
    }
}

bool description_read(const void *blob, size_t bytes, struct description *description, struct description_error *error)
{
    struct reader reader = {.blob = blob, .description = description, .error = error};
    memset(description, 0, sizeof(*description));
    if (fdt_check_full(blob, bytes) != 0) {
        fail(&reader, "the system description is no devicetree blob");
        return false;
    }
    int components = fdt_path_offset(blob, "/components");
    if (components < 0) {
        fail(&reader, "the system description has no node /components");
        return false;
    }
    read_names(&reader, components);
    for (uint32_t i = 0; i < description->count && !reader.has_failed; i++) {
        open_node(&reader, i);
        reader.phandle[i] = read_cell(&reader, "phandle", 0, 0);
        reader.uses[i].value = find_property(&reader, "uses", &reader.uses[i].bytes);
        read_component(&reader);
    }
    for (uint32_t i = 0; i < description->count && !reader.has_failed; i++) {
        reader.component = &description->component[i];
        read_uses(&reader, i);
    }
    if (!reader.has_failed)
        check_together(&reader);
    return !reader.has_failed;
}
