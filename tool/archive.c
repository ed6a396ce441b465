// SPDX-License-Identifier: Apache-2.0
// Makes a boot archive (abi/boot.h): archive OUT root=PATH [NAME=PATH]...
// The files go in as they are; the kernel starts the first, so it must be called "root". Its bytes lie last, so that their
// memory can be given back when it has ended.
#include "abi/boot.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_ALIGN 4096u

struct input {
    const char *path;
    uint8_t *bytes;
    size_t count;
};

static struct input inputs[NJ_ARCHIVE_FILES_MAX];
static struct nj_archive_entry entries[NJ_ARCHIVE_FILES_MAX];

static void fail(const char *subject, const char *reason)
{
    fprintf(stderr, "archive: %s: %s\n", subject, reason);
    exit(1);
}

static void input_read(struct input *input)
{
    FILE *file = fopen(input->path, "rb");
    if (!file) {
        fail(input->path, strerror(errno));
    }
    size_t capacity = 1 << 16;
    input->bytes = malloc(capacity);
    while (input->bytes) {
        input->count += fread(input->bytes + input->count, 1, capacity - input->count, file);
        if (input->count < capacity) {
            break;
        }
        capacity *= 2;
        input->bytes = realloc(input->bytes, capacity);
    }
    if (!input->bytes || ferror(file)) {
        fail(input->path, "cannot be read");
    }
    fclose(file);
}

// Splits NAME=PATH in place; names must be new, fit their field, and the first must be the root server.
static void input_name(int index, char *pair)
{
    char *equals = strchr(pair, '=');
    if (!equals || equals == pair || !equals[1]) {
        fail(pair, "is not NAME=PATH");
    }
    *equals = '\0';
    if (strlen(pair) >= NJ_ARCHIVE_NAME_BYTES) {
        fail(pair, "name is too long");
    }
    if ((index == 0) != (strcmp(pair, "root") == 0)) {
        fail(pair, "the root server is the first file, and no other has its name");
    }
    for (int i = 0; i < index; i++) {
        if (strcmp(entries[i].name, pair) == 0) {
            fail(pair, "is in the archive twice");
        }
    }
    snprintf(entries[index].name, sizeof entries[index].name, "%s", pair);
    inputs[index].path = equals + 1;
}

static uint64_t align(uint64_t bytes)
{
    return (bytes + FILE_ALIGN - 1) / FILE_ALIGN * FILE_ALIGN;
}

static void write_at(FILE *out, uint64_t offset, const void *bytes, size_t count)
{
    if (fseek(out, (long)offset, SEEK_SET) != 0 || fwrite(bytes, 1, count, out) != count) {
        fail("output", strerror(errno));
    }
}

static void place(int index, uint64_t *end, const char *archive)
{
    uint64_t offset = align(*end);

    *end = offset + inputs[index].count;
    if (align(*end) > UINT32_MAX) {
        fail(archive, "is larger than 4 GiB");
    }
    entries[index].offset = (uint32_t)offset;
    entries[index].bytes = (uint32_t)inputs[index].count;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 3) {
        fail("usage", "archive OUT root=PATH [NAME=PATH]...");
    }
    int count = argument_count - 2;
    if (count > NJ_ARCHIVE_FILES_MAX) {
        fail(arguments[1], "too many files");
    }
    struct nj_archive head = {.magic = NJ_ARCHIVE_MAGIC, .count = (uint32_t)count};
    uint64_t end = sizeof head + (uint64_t)count * sizeof entries[0];
    for (int i = 0; i < count; i++) {
        input_name(i, arguments[i + 2]);
        input_read(&inputs[i]);
    }
    for (int i = 1; i <= count; i++) {
        place(i % count, &end, arguments[1]);
    }
    head.bytes = (uint32_t)align(end);

    FILE *out = fopen(arguments[1], "wb");
    if (!out) {
        fail(arguments[1], strerror(errno));
    }
    static const uint8_t zero;
    write_at(out, head.bytes - 1, &zero, 1); // the last page is whole
    write_at(out, 0, &head, sizeof head);
    write_at(out, sizeof head, entries, (size_t)count * sizeof entries[0]);
    for (int i = 0; i < count; i++) {
        write_at(out, entries[i].offset, inputs[i].bytes, inputs[i].count);
    }
    if (fclose(out) != 0) {
        fail(arguments[1], strerror(errno));
    }
    return 0;
}
