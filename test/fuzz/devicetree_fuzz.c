// SPDX-License-Identifier: Apache-2.0
// Any bytes as the devicetree that the kernel reads at boot: nothing outside them is touched, and what is accepted keeps
// what boot.c relies on.
#include <stdlib.h>
#include <string.h>

#include "kernel/arch/riscv64/boot_devicetree.c" // all of it: its state has to be as at power-on in each run

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void range_require(struct range range)
{
    require(range.start + range.bytes >= range.start);
}

static void platform_require(const struct platform *platform, size_t size)
{
    require(platform->tree_bytes == size);
    require(platform->ram.bytes != 0);
    require(platform->ticks_per_second != 0 && platform->ticks_per_second <= NS_PER_SECOND);
    require(platform->plic.bytes != 0 && platform->plic_sources <= PLIC_SOURCES_MAX);
    require(platform->plic_context < size / 8);
    require(platform->reserved_count <= RESERVED_MAX);
    range_require(platform->ram);
    require(platform->memory_count >= 1 && platform->memory_count <= MEMORY_MAX);
    for (uint32_t i = 0; i < platform->memory_count; i++) {
        range_require(platform->memory[i]);
        require(platform->memory[i].bytes != 0 && platform->memory[i].start >= platform->ram.start);
    }
    range_require(platform->archive);
    range_require(platform->plic);
    range_require(platform->finisher);
    range_require(platform->machine_timer);
    for (uint32_t i = 0; i < platform->reserved_count; i++) {
        range_require(platform->reserved[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    // A fuzzer cannot guess these: magic, size, version, compatible version.
    const uint32_t head[] = {0xd00dfeed, (uint32_t)size, 17, 16};
    const uint32_t at[] = {0, 1, 5, 6};
    if (size < 40) {
        return 0;
    }
    uint32_t *tree = malloc(size); // exactly as large, so that the sanitizer sees every step outside
    if (!tree) {
        return 0;
    }
    memcpy(tree, data, size);
    for (uint32_t i = 0; i < 4; i++) {
        tree[at[i]] = __builtin_bswap32(head[i]);
    }
    memset(nodes, 0, sizeof nodes);
    memset(known, 0, sizeof known);
    hart_interrupts = 0;
    plic_interrupts = (struct fdt_value){0};
    struct platform platform = {0};
    if (boot_devicetree_read(tree, 0, &platform) == NULL) {
        platform_require(&platform, size);
    }
    free(tree);
    return 0;
}
