// SPDX-License-Identifier: Apache-2.0
#include "service/process/archive.h"
#include <string.h>

static struct nj_archive_entry entry_read(const uint8_t *archive, uint32_t index)
{
    struct nj_archive_entry entry;
    memcpy(&entry, archive + sizeof(struct nj_archive) + (size_t)index * sizeof entry, sizeof entry);
    return entry;
}

uint32_t archive_count(const uint8_t *archive)
{
    struct nj_archive header;
    memcpy(&header, archive, sizeof header);
    return header.count;
}

bool archive_check(const uint8_t *archive, uint64_t bytes)
{
    struct nj_archive header;
    if (bytes < sizeof header) {
        return false;
    }
    memcpy(&header, archive, sizeof header);
    if (header.magic != NJ_ARCHIVE_MAGIC || header.bytes > bytes || header.count > NJ_ARCHIVE_FILES_MAX ||
        sizeof header + header.count * sizeof(struct nj_archive_entry) > header.bytes) {
        return false;
    }
    for (uint32_t i = 0; i < header.count; i++) {
        struct nj_archive_entry entry = entry_read(archive, i);
        if ((uint64_t)entry.offset + entry.bytes > header.bytes || !memchr(entry.name, 0, sizeof entry.name)) {
            return false;
        }
    }
    return true;
}

bool archive_file(const uint8_t *archive, uint32_t index, struct archive_file *file)
{
    if (index >= archive_count(archive)) {
        return false;
    }
    struct nj_archive_entry entry = entry_read(archive, index);
    size_t name = sizeof(struct nj_archive) + (size_t)index * sizeof entry + offsetof(struct nj_archive_entry, name);
    *file = (struct archive_file){
        .name = (const char *)archive + name,
        .bytes = archive + entry.offset,
        .size = entry.bytes,
    };
    return true;
}

bool archive_find(const uint8_t *archive, const char *name, struct archive_file *file)
{
    for (uint32_t i = 0; archive_file(archive, i, file); i++) {
        if (strcmp(file->name, name) == 0) {
            return true;
        }
    }
    return false;
}

// file = prefix NAME suffix, with a NAME of 1 to size - 1 characters.
static bool middle_take(const char *file, const char *prefix, const char *suffix, char *name, size_t size)
{
    size_t length = strlen(file);
    size_t before = strlen(prefix);
    size_t after = strlen(suffix);
    if (length <= before + after || length - before - after >= size || strncmp(file, prefix, before) != 0 ||
        strcmp(file + length - after, suffix) != 0) {
        return false;
    }
    memcpy(name, file + before, length - before - after);
    name[length - before - after] = 0;
    return true;
}

bool archive_package_name(const char *file, char *name, size_t size)
{
    return middle_take(file, "package/", ".wasm", name, size);
}

bool archive_script_name(const char *file, char *name, size_t size)
{
    return !archive_package_name(file, name, size) && middle_take(file, "package/", "", name, size);
}
