// SPDX-License-Identifier: Apache-2.0
// A flattened devicetree, read once from front to back. Boot only. Nothing is read outside the bytes the header claims,
// which are bounded by FDT_BYTES_MAX; a tree that is not well-formed ends in FDT_BROKEN.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define FDT_BYTES_MAX 0x100000u

struct fdt {
    const uint32_t *words; // big-endian, as they lie in memory
    const uint8_t *text;   // the same memory
    uint32_t bytes;        // whole tree
    uint32_t next, end;    // of the structure block, in words
    uint32_t strings;      // byte offset of the names of properties
    uint32_t reserved;     // of the reservation block, in words
};

struct fdt_value {
    uint32_t word;  // where it begins
    uint32_t bytes; // 0: there is none
};

struct fdt_property {
    uint32_t name; // byte offset
    struct fdt_value value;
};

enum fdt_token { FDT_BEGIN, FDT_END_NODE, FDT_PROPERTY, FDT_END, FDT_BROKEN };

bool fdt_open(struct fdt *fdt, const uint32_t *words);
// The next token. Of FDT_BEGIN, `property->name` is the node's name; of FDT_PROPERTY, all of it is set.
enum fdt_token fdt_next(struct fdt *fdt, struct fdt_property *property);
// Entry `number` of the reservation block; false at its end.
bool fdt_reserved(const struct fdt *fdt, uint32_t number, uint64_t *start, uint64_t *bytes);

uint32_t fdt_cell(const struct fdt *fdt, uint32_t word);
uint8_t fdt_byte(const struct fdt *fdt, uint32_t byte);
// Does the text at this byte offset begin with `name`? `after` is then the character behind.
bool fdt_starts_with(const struct fdt *fdt, uint32_t byte, const char *name, uint8_t *after);
// Is it exactly `name`, or `name@...` ?
bool fdt_is(const struct fdt *fdt, uint32_t byte, const char *name);
bool fdt_is_unit(const struct fdt *fdt, uint32_t byte, const char *name);
// Which of the names is it? `count` if none.
uint32_t fdt_find(const struct fdt *fdt, uint32_t byte, const char *const *names, uint32_t count);
// Which of the names is the first that is among the strings of the value? `count` if none.
uint32_t fdt_find_string(const struct fdt *fdt, struct fdt_value value, const char *const *names, uint32_t count);
// First place from `byte` on where this character is, or `end`.
uint32_t fdt_find_byte(const struct fdt *fdt, uint32_t byte, uint32_t end, uint8_t c);
