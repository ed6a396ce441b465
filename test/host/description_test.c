// SPDX-License-Identifier: Apache-2.0
// The root server's reader of the system description: a good one, and every rule broken once.
#include "service/root/description.h"
#include "test/host/test.h"
#include <libfdt.h>
#include <string.h>

#define BLOB_BYTES 8192
static char blob[BLOB_BYTES];
static struct description description;
static struct description_error error;

static int node_of(const char *path)
{
    return fdt_path_offset(blob, path);
}

static void set_cells(const char *path, const char *property, const uint32_t *cells, int count)
{
    fdt32_t big[8];
    for (int i = 0; i < count; i++)
        big[i] = cpu_to_fdt32(cells[i]);
    CHECK(fdt_setprop(blob, node_of(path), property, big, count * 4) == 0);
}

static void set_cell(const char *path, const char *property, uint32_t value)
{
    set_cells(path, property, &value, 1);
}

static void set_text(const char *path, const char *property, const char *text)
{
    CHECK(fdt_setprop_string(blob, node_of(path), property, text) == 0);
}

static void add_component(const char *name, const char *serves, uint32_t phandle)
{
    char path[64] = "/components/";
    CHECK(fdt_add_subnode(blob, node_of("/components"), name) >= 0);
    strcat(path, name);
    set_text(path, "compatible", "nightjar,component");
    set_text(path, "image", name);
    set_text(path, "isolation", "process");
    set_cell(path, "priority", 100);
    set_cells(path, "budget-us", (const uint32_t[]){5000, 10000}, 2);
    set_cell(path, "supply-kib", 40);
    set_cell(path, "phandle", phandle);
    if (serves)
        set_text(path, "serves", serves);
}

// Two components, a device; "b" uses "a". fdt_add_subnode puts new nodes first, so "b" is added before "a".
static void setup(void)
{
    CHECK(fdt_create_empty_tree(blob, sizeof(blob)) == 0);
    set_cell("/", "#address-cells", 2);
    set_cell("/", "#size-cells", 2);
    CHECK(fdt_add_subnode(blob, 0, "components") >= 0);
    CHECK(fdt_add_subnode(blob, 0, "serial@10000000") >= 0);
    set_cells("/serial@10000000", "reg", (const uint32_t[]){0, 0x10000000, 0, 0x1000}, 4);
    set_cell("/serial@10000000", "interrupts", 10);
    set_cell("/serial@10000000", "phandle", 7);
    add_component("b", "beta", 2);
    add_component("a", "alpha", 1);
    set_cell("/components/b", "uses", 1);
    set_cell("/components/a", "device", 7);
    CHECK(fdt_setprop(blob, node_of("/components/a"), "authority", "components\0boot-memory", 23) == 0);
}

static bool read_blob(void)
{
    return description_read(blob, sizeof(blob), &description, &error);
}

TEST(description_reads_a_good_one)
{
    setup();
    set_cell("/components/b", "heap-kib", 64);
    if (!CHECK(read_blob()))
        test_fail(__FILE__, __LINE__, "%s: %s", error.component, error.rule);
    REQUIRE(description.count == 2);
    const struct component_description *a = &description.component[0], *b = &description.component[1];
    CHECK_TEXT(a->name, "a");
    CHECK_TEXT(a->serves, "alpha");
    CHECK_EQUAL(a->authority, AUTHORITY_COMPONENTS | AUTHORITY_BOOT_MEMORY);
    CHECK_EQUAL(a->device.address, 0x10000000);
    CHECK_EQUAL(a->device.bytes, 0x1000);
    CHECK_EQUAL(a->device.interrupt, 10);
    CHECK(a->has_notification);
    CHECK_EQUAL(a->replies, 1);
    CHECK_EQUAL(a->slots, 64);
    CHECK_EQUAL(a->heap_kib, DESCRIPTION_DEFAULT);
    CHECK_TEXT(b->image, "b");
    CHECK_EQUAL(b->use_count, 1);
    CHECK_EQUAL(b->uses[0], 0);
    CHECK_EQUAL(b->budget_us, 5000);
    CHECK_EQUAL(b->period_us, 10000);
    CHECK_EQUAL(b->heap_kib, 64);
    CHECK(!b->has_notification);
}

static void refused(const char *component, const char *rule_begins)
{
    REQUIRE(!read_blob());
    CHECK_TEXT(error.component, component);
    if (strncmp(error.rule, rule_begins, strlen(rule_begins)) != 0)
        test_fail(__FILE__, __LINE__, "the rule is \"%s\", not \"%s...\"", error.rule, rule_begins);
}

TEST(description_refuses_numbers_out_of_range)
{
    static const struct {
        const char *property;
        uint32_t value;
    } wrong[] = {{"priority", 255},     {"priority-max", 255},   {"slots", 15},      {"slots", 65537},
                 {"replies", 65},       {"supply-kib", 0},       {"supply-kib", 41}, {"grow-kib", 3},
                 {"heap-kib", 1},       {"stack-kib", 0},        {"stack-kib", 5},   {"supply-kib", 0x80000000},
                 {"heap-kib", 1 << 30}, {"priority", UINT32_MAX}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        setup();
        set_cell("/components/b", wrong[i].property, wrong[i].value);
        refused("b", wrong[i].property);
    }
}

TEST(description_refuses_budgets)
{
    static const uint32_t wrong[][2] = {{9, 10000}, {10001, 10000}, {5000, 3600000001u}};
    for (size_t i = 0; i < 3; i++) {
        setup();
        set_cells("/components/b", "budget-us", wrong[i], 2);
        refused("b", "budget-us");
    }
    setup();
    set_cell("/components/b", "budget-us", 5000);
    refused("b", "a property has too few cells");
}

TEST(description_refuses_what_is_missing)
{
    static const char *const required[] = {"compatible", "image", "isolation", "priority", "budget-us", "supply-kib"};
    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        setup();
        CHECK(fdt_delprop(blob, node_of("/components/b"), required[i]) == 0);
        refused("b", required[i]);
    }
    setup();
    CHECK(fdt_setprop(blob, node_of("/components/a"), "authority", "boot-memory", 12) == 0);
    refused("", "no component has the authority \"components\"");
}

TEST(description_refuses_connections)
{
    setup();
    set_cell("/components/b", "uses", 2);
    refused("b", "uses: a component cannot call itself");
    setup();
    set_cell("/components/b", "uses", 7); // a device
    refused("b", "uses: names something");
    setup();
    set_cell("/components/b", "uses", 99);
    refused("b", "uses: names something");
    setup();
    CHECK(fdt_delprop(blob, node_of("/components/a"), "serves") == 0);
    refused("b", "uses: names something");
    setup();
    CHECK(fdt_setprop(blob, node_of("/components/b"), "uses", "abc", 3) == 0);
    refused("b", "uses: at most");
}

TEST(description_refuses_two_owners)
{
    setup();
    set_text("/components/b", "serves", "alpha");
    refused("b", "serves: another");
    setup();
    set_text("/components/b", "authority", "components");
    refused("b", "authority: another");
    setup();
    set_cell("/components/b", "device", 7);
    refused("b", "device: another");
}

TEST(description_refuses_odd_texts)
{
    setup();
    set_text("/components/b", "isolation", "capsule");
    refused("b", "isolation: only");
    setup();
    set_text("/components/b", "authority", "everything");
    refused("b", "authority: an unknown");
    setup();
    set_text("/components/b", "serves", "an interface with a name that is too long");
    refused("b", "a text is empty");
    setup();
    CHECK(fdt_setprop(blob, node_of("/components/b"), "image", "b\0c", 4) == 0);
    refused("b", "a text is empty");
    setup();
    CHECK(fdt_setprop(blob, node_of("/components/b"), "image", "b", 1) == 0); // no NUL
    refused("b", "a text is empty");
}

TEST(description_refuses_what_is_no_tree)
{
    memset(blob, 0, sizeof(blob));
    refused("", "the system description is no devicetree");
    setup();
    CHECK(!description_read(blob, 100, &description, &error)); // cut off
    CHECK(fdt_del_node(blob, node_of("/components")) == 0);
    refused("", "the system description has no node /components");
    setup();
    for (char name[] = "c00"; name[1] < '4'; name[2] == '9' ? (name[1]++, name[2] = '0') : name[2]++)
        CHECK(fdt_add_subnode(blob, node_of("/components"), name) >= 0);
    CHECK(!read_blob());
    CHECK_TEXT(error.rule, "more than 24 components");
}

// Every byte of a good description changed to some others: never a crash, and what passes is in range.
TEST(description_survives_damage)
{
    static char good[BLOB_BYTES];
    setup();
    CHECK(fdt_pack(blob) == 0);
    memcpy(good, blob, sizeof(blob));
    uint32_t bytes = fdt_totalsize(blob);
    for (uint32_t at = 0; at < bytes; at++) {
        static const char masks[] = {1, 2, 4, 0x40, (char)0x80, (char)0xff};
        for (size_t m = 0; m < sizeof(masks); m++) {
            memcpy(blob, good, bytes);
            blob[at] ^= masks[m];
            if (!description_read(blob, bytes, &description, &error))
                continue;
            REQUIRE(description.count <= COMPONENTS_MAX);
            for (uint32_t i = 0; i < description.count; i++) {
                const struct component_description *c = &description.component[i];
                REQUIRE(memchr(c->name, 0, sizeof(c->name)) && memchr(c->image, 0, sizeof(c->image)));
                REQUIRE(memchr(c->serves, 0, sizeof(c->serves)) && c->use_count <= USES_MAX && c->priority <= 254);
                for (uint32_t u = 0; u < c->use_count; u++)
                    REQUIRE(c->uses[u] < description.count);
            }
        }
    }
}
