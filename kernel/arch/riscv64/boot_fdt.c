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
    return byte < fdt->bytes ? fdt->text[byte] : 0;
}

bool fdt_open(struct fdt *fdt, const uint32_t *words)
{
    fdt->words = words;
    fdt->text = (const uint8_t *)words;
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
        structure_bytes > bytes - structure || fdt->strings < 4 * HEADER_WORDS || fdt->strings > bytes) {
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

// Behind the name of a node that begins at `word`: up to the word with its end.
static uint32_t skip_name(const struct fdt *fdt, uint32_t word)
{
    while (word < fdt->end) {
        uint32_t cell = fdt->words[word++];
        if (((cell - 0x01010101u) & ~cell & 0x80808080u) != 0) { // one of the four bytes is 0
            break;
        }
    }
    return word;
}

static enum fdt_token property_next(struct fdt *fdt, uint32_t word, struct fdt_property *property)
{
    if (fdt->end - word < 2) {
        return FDT_BROKEN;
    }
    uint32_t bytes = __builtin_bswap32(fdt->words[word]);
    uint32_t name = __builtin_bswap32(fdt->words[word + 1]);
    uint32_t words = words_of(bytes);
    if (words > fdt->end - word - 2 || name > fdt->bytes - fdt->strings) {
        return FDT_BROKEN;
    }
    property->name = fdt->strings + name;
    property->value = (struct fdt_value){word + 2, bytes};
    fdt->next = word + 2 + words;
    return FDT_PROPERTY;
}

enum fdt_token fdt_next(struct fdt *fdt, struct fdt_property *property)
{
    while (fdt->next < fdt->end) { // which lies inside the tree
        uint32_t word = fdt->next;
        uint32_t token = __builtin_bswap32(fdt->words[word++]);
        if (token == TOKEN_PROPERTY) {
            return property_next(fdt, word, property);
        }
        fdt->next = word;
        switch (token) {
        case TOKEN_NOP:
            break;
        case TOKEN_BEGIN:
            property->name = word * 4;
            fdt->next = skip_name(fdt, word);
            return FDT_BEGIN;
        case TOKEN_END_NODE:
            return FDT_END_NODE;
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

bool fdt_starts_with(const struct fdt *fdt, uint32_t byte, const char *name, uint8_t *after)
{
    const uint8_t *text = fdt->text + (byte < fdt->bytes ? byte : fdt->bytes);
    uint32_t left = byte < fdt->bytes ? fdt->bytes - byte : 0;
    uint32_t i = 0;
    while (i < left && name[i] != '\0' && text[i] == (uint8_t)name[i]) {
        i++;
    }
    *after = i < left ? text[i] : 0;
    return name[i] == '\0';
}

bool fdt_is(const struct fdt *fdt, uint32_t byte, const char *name)
{
    uint8_t after;
    return fdt_starts_with(fdt, byte, name, &after) && after == '\0';
}

bool fdt_is_unit(const struct fdt *fdt, uint32_t byte, const char *name)
{
    uint8_t after;
    return fdt_starts_with(fdt, byte, name, &after) && (after == '\0' || after == '@');
}

// Most texts are none of the names: their first characters decide.
uint32_t fdt_find(const struct fdt *fdt, uint32_t byte, const char *const *names, uint32_t count)
{
    char first = (char)fdt_byte(fdt, byte);
    uint32_t i = 0;
    while (i < count && !(names[i][0] == first && fdt_is(fdt, byte, names[i]))) {
        i++;
    }
    return i;
}

uint32_t fdt_find_byte(const struct fdt *fdt, uint32_t byte, uint32_t end, uint8_t c)
{
    uint32_t limit = end < fdt->bytes ? end : fdt->bytes;
    while (byte < limit && fdt->text[byte] != c) {
        byte++;
    }
    return byte < limit ? byte : end;
}

uint32_t fdt_find_string(const struct fdt *fdt, struct fdt_value value, const char *const *names, uint32_t count)
{
    uint32_t end = 4 * value.word + value.bytes;
    for (uint32_t byte = 4 * value.word; byte < end; byte = fdt_find_byte(fdt, byte, end, 0) + 1) {
        uint32_t name = fdt_find(fdt, byte, names, count);
        if (name < count) {
            return name;
        }
    }
    return count;
}
