// SPDX-License-Identifier: Apache-2.0
// libfdt is what user space reads the tree with. Here it would cost most of the boot time: it starts from the front for
// every question, and the kernel has a dozen.
#include "kernel/arch/riscv64/boot_fdt.h"

#define MAGIC 0xd00dfeedu
#define VERSION 17u
#define HEADER_WORDS 10u
#define TOKEN_BEGIN 1u
#define TOKEN_END_NODE 2u
#define TOKEN_PROPERTY 3u
#define TOKEN_NOP 4u
#define TOKEN_END 9u

enum header {
    H_MAGIC,
    H_BYTES,
    H_STRUCTURE,
    H_STRINGS,
    H_RESERVED,
    H_VERSION,
    H_COMPATIBLE,
    H_HART,
    H_STRINGS_BYTES,
    H_STRUCTURE_BYTES
};

uint32_t fdt_cell(const struct fdt *fdt, uint32_t word)
{
    return word < fdt->bytes / 4 ? __builtin_bswap32(fdt->words[word]) : 0;
}

uint8_t fdt_byte(const struct fdt *fdt, uint32_t byte)
{
    return byte / 4 < fdt->bytes / 4 ? (uint8_t)(fdt->words[byte / 4] >> (byte % 4 * 8)) : 0;
}

bool fdt_open(struct fdt *fdt, const uint32_t *words)
{
    fdt->words = words;
    fdt->bytes = 4 * HEADER_WORDS;
    if (fdt_cell(fdt, H_MAGIC) != MAGIC || fdt_cell(fdt, H_VERSION) < VERSION ||
        fdt_cell(fdt, H_COMPATIBLE) > VERSION) {
        return false;
    }
    uint32_t bytes = fdt_cell(fdt, H_BYTES), structure = fdt_cell(fdt, H_STRUCTURE);
    uint32_t structure_bytes = fdt_cell(fdt, H_STRUCTURE_BYTES);
    fdt->strings = fdt_cell(fdt, H_STRINGS);
    fdt->reserved = fdt_cell(fdt, H_RESERVED) / 4;
    if (bytes > FDT_BYTES_MAX || bytes < 4 * HEADER_WORDS || structure % 4 != 0 || structure > bytes ||
        structure_bytes > bytes - structure || fdt->strings > bytes) {
        return false;
    }
    fdt->bytes = bytes;
    fdt->next = structure / 4;
    fdt->end = (structure + structure_bytes) / 4;
    return true;
}

static uint32_t words_of(uint32_t bytes)
{
    return bytes / 4 + (bytes % 4 != 0);
}

// Behind the name of a node that begins at `word`.
static uint32_t skip_name(const struct fdt *fdt, uint32_t word)
{
    while (word < fdt->end) {
        uint32_t cell = fdt->words[word++];
        if ((uint8_t)cell == 0 || (uint8_t)(cell >> 8) == 0 || (uint8_t)(cell >> 16) == 0 || cell >> 24 == 0) {
            return word;
        }
    }
    return word;
}

static enum fdt_token property_next(struct fdt *fdt, struct fdt_property *property)
{
    if (fdt->end - fdt->next < 2) {
        return FDT_BROKEN;
    }
    property->bytes = fdt_cell(fdt, fdt->next);
    uint32_t name = fdt_cell(fdt, fdt->next + 1);
    property->value = fdt->next + 2;
    if (words_of(property->bytes) > fdt->end - property->value || name > fdt->bytes - fdt->strings) {
        return FDT_BROKEN;
    }
    property->name = fdt->strings + name;
    fdt->next = property->value + words_of(property->bytes);
    return FDT_PROPERTY;
}

enum fdt_token fdt_next(struct fdt *fdt, struct fdt_property *property)
{
    while (fdt->next < fdt->end) {
        switch (fdt_cell(fdt, fdt->next++)) {
        case TOKEN_NOP:
            break;
        case TOKEN_BEGIN:
            property->name = fdt->next * 4;
            fdt->next = skip_name(fdt, fdt->next);
            return FDT_BEGIN;
        case TOKEN_END_NODE:
            return FDT_END_NODE;
        case TOKEN_PROPERTY:
            return property_next(fdt, property);
        case TOKEN_END:
            return FDT_END;
        default:
            return FDT_BROKEN;
        }
    }
    return FDT_BROKEN;
}

bool fdt_reserved(const struct fdt *fdt, uint32_t number, uint64_t *start, uint64_t *bytes)
{
    uint32_t word = fdt->reserved + 4 * number;
    *start = (uint64_t)fdt_cell(fdt, word) << 32 | fdt_cell(fdt, word + 1);
    *bytes = (uint64_t)fdt_cell(fdt, word + 2) << 32 | fdt_cell(fdt, word + 3);
    return *start != 0 || *bytes != 0;
}

// Compares up to the end of `name`; `after` is then the next character in the tree.
static bool starts_with(const struct fdt *fdt, uint32_t byte, const char *name, uint8_t *after)
{
    uint32_t i = 0;
    while (name[i] != '\0' && fdt_byte(fdt, byte + i) == (uint8_t)name[i]) {
        i++;
    }
    *after = fdt_byte(fdt, byte + i);
    return name[i] == '\0';
}

bool fdt_is(const struct fdt *fdt, uint32_t byte, const char *name)
{
    uint8_t after;
    return starts_with(fdt, byte, name, &after) && after == '\0';
}

bool fdt_is_unit(const struct fdt *fdt, uint32_t byte, const char *name)
{
    uint8_t after;
    return starts_with(fdt, byte, name, &after) && (after == '\0' || after == '@');
}

uint32_t fdt_find(const struct fdt *fdt, uint32_t byte, const char *const *names, uint32_t count)
{
    char first = (char)fdt_byte(fdt, byte);
    uint32_t i = 0;
    while (i < count && !(names[i][0] == first && fdt_is(fdt, byte, names[i]))) {
        i++;
    }
    return i;
}

uint32_t fdt_find_string(const struct fdt *fdt, struct fdt_property property, const char *const *names, uint32_t count)
{
    bool is_start = true;
    for (uint32_t i = 0; i < property.bytes; i++) {
        uint32_t byte = 4 * property.value + i;
        uint32_t name = is_start ? fdt_find(fdt, byte, names, count) : count;
        if (name < count) {
            return name;
        }
        is_start = fdt_byte(fdt, byte) == 0;
    }
    return count;
}
