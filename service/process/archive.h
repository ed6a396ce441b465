// SPDX-License-Identifier: Apache-2.0
// Finds files in the boot archive (abi/boot.h). Every offset is checked against the archive's size.
#pragma once
#include "abi/boot.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_file {
    const char *name; // in the archive
    const uint8_t *bytes;
    uint32_t size;
};

// True if the memory holds an archive whose entries all lie inside it.
bool archive_check(const uint8_t *archive, uint64_t bytes);
// The functions below need an archive that was checked.
uint32_t archive_count(const uint8_t *archive);
bool archive_file(const uint8_t *archive, uint32_t index, struct archive_file *file);
bool archive_find(const uint8_t *archive, const char *name, struct archive_file *file);

// "package/NAME.wasm": copies NAME. False if the file is no package.
bool archive_package_name(const char *file, char *name, size_t size);
// Any other "package/NAME": a script.
bool archive_script_name(const char *file, char *name, size_t size);
