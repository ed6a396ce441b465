// SPDX-License-Identifier: Apache-2.0
// Parts of the process manager that need no kernel: names, events, the archive, crash records.
#include "abi/capsule.h"
#include "service/process/archive.h"
#include "service/process/crash.h"
#include "service/process/event.h"
#include "service/process/outcome.h"
#include "test/host/test.h"
#include <stdlib.h>

TEST(names_are_plain)
{
    CHECK(name_is_valid((const char[PROCESS_NAME_BYTES]){"hello"}));
    CHECK(name_is_valid((const char[PROCESS_NAME_BYTES]){"A-z_0.9"}));
    CHECK(!name_is_valid((const char[PROCESS_NAME_BYTES]){""}));
    CHECK(!name_is_valid((const char[PROCESS_NAME_BYTES]){"a b"}));
    CHECK(!name_is_valid((const char[PROCESS_NAME_BYTES]){"a/b"}));
    CHECK(!name_is_valid((const char[PROCESS_NAME_BYTES]){"\x1b[1m"}));
    char full[PROCESS_NAME_BYTES];
    memset(full, 'a', sizeof full);
    CHECK(!name_is_valid(full));
    full[PROCESS_NAME_BYTES - 1] = 0;
    CHECK(name_is_valid(full));
}

TEST(events_keep_order_and_count_what_is_lost)
{
    static struct event_queue queue;
    struct process_event event = {0};
    CHECK(!event_take(&queue, &event));
    for (uint32_t i = 0; i < EVENT_MAX + 3; i++) {
        event = (struct process_event){.kind = PROCESS_EVENT_EXITED, .value = i};
        event_put(&queue, &event);
    }
    REQUIRE(event_take(&queue, &event));
    CHECK_EQUAL(event.kind, PROCESS_EVENT_LOST);
    CHECK_EQUAL(event.value, 3);
    for (uint32_t i = 3; i < EVENT_MAX + 3; i++) {
        REQUIRE(event_take(&queue, &event));
        CHECK_EQUAL(event.value, i);
    }
    CHECK(!event_take(&queue, &event));
}

#define ARCHIVE_BYTES 1024

static uint8_t *archive_build(void)
{
    uint8_t *bytes = calloc(1, ARCHIVE_BYTES);
    struct nj_archive header = {.magic = NJ_ARCHIVE_MAGIC, .count = 3, .bytes = ARCHIVE_BYTES};
    struct nj_archive_entry entries[3] = {
        {"root", 512, 100}, {"package/hello.wasm", 640, 200}, {"package/demo", 900, 124}};
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, entries, sizeof entries);
    return bytes;
}

TEST(archive_finds_files)
{
    uint8_t *bytes = archive_build();
    struct archive_file file;
    char name[PROCESS_NAME_BYTES];
    CHECK(archive_check(bytes, ARCHIVE_BYTES));
    REQUIRE(archive_find(bytes, "package/hello.wasm", &file));
    CHECK_EQUAL(file.bytes - bytes, 640);
    CHECK_EQUAL(file.size, 200);
    CHECK(archive_package_name(file.name, name, sizeof name));
    CHECK_TEXT(name, "hello");
    CHECK(!archive_script_name(file.name, name, sizeof name));
    CHECK(!archive_find(bytes, "hello", &file));
    REQUIRE(archive_file(bytes, 2, &file));
    CHECK(archive_script_name(file.name, name, sizeof name));
    CHECK_TEXT(name, "demo");
    CHECK(!archive_file(bytes, 3, &file));
    CHECK(!archive_package_name("package/.wasm", name, sizeof name));
    CHECK(!archive_package_name("package/0123456789012345678901234567890123456789.wasm", name, sizeof name));
    free(bytes);
}

static bool archive_with(size_t offset, uint32_t value)
{
    uint8_t *bytes = archive_build();
    memcpy(bytes + offset, &value, sizeof value);
    bool is_good = archive_check(bytes, ARCHIVE_BYTES);
    free(bytes);
    return is_good;
}

TEST(archive_refuses_what_lies_outside)
{
    uint8_t *bytes = archive_build();
    CHECK(!archive_check(bytes, ARCHIVE_BYTES - 1));
    CHECK(!archive_check(bytes, 3));
    free(bytes);
    size_t entry = sizeof(struct nj_archive) + 2 * sizeof(struct nj_archive_entry);
    CHECK(!archive_with(0, 0));
    CHECK(!archive_with(4, NJ_ARCHIVE_FILES_MAX + 1));
    CHECK(!archive_with(4, 72)); // more entries than bytes
    CHECK(!archive_with(entry + NJ_ARCHIVE_NAME_BYTES, 901));
    CHECK(!archive_with(entry + NJ_ARCHIVE_NAME_BYTES, 0xfffffff0));
    CHECK(!archive_with(entry + NJ_ARCHIVE_NAME_BYTES + 4, 0xffffffff));
    CHECK(archive_with(entry + NJ_ARCHIVE_NAME_BYTES + 4, 0));
}

TEST(crash_names_function_and_trap)
{
    // traps at 0, functions at 8, strings at 32
    uint32_t words[16] = {20, NJ_TRAP_DIVIDE_BY_ZERO, 0, 7, 0, 16, 8, 1};
    uint8_t bytes[64];
    memcpy(bytes, words, sizeof bytes);
    memcpy(bytes + 32, "\0di\033ide", 8);
    struct image image = {.header = {.code = {0, 64}, .traps = {0, 1}, .functions = {8, 2}, .strings = {32, 8}},
                          .bytes = bytes,
                          .size = sizeof bytes};
    struct process_crash crash;
    crash_record((const uint64_t[4]){NJ_FAULT_TRAP, 20, 0, 2}, &image, &crash);
    CHECK_EQUAL(crash.trap, NJ_TRAP_DIVIDE_BY_ZERO);
    REQUIRE(crash.has_function);
    CHECK_EQUAL(crash.function_index, 8);
    CHECK_EQUAL(crash.function_offset, 4);
    CHECK_TEXT(crash.function, "di?ide");
    crash_record((const uint64_t[4]){NJ_FAULT_READ, 12, 0xfffffff0, 3}, &image, &crash);
    CHECK_EQUAL(crash.trap, 0);
    CHECK_EQUAL(crash.function_index, 7);
    CHECK_TEXT(crash.function, "");
    crash_record((const uint64_t[4]){NJ_FAULT_FETCH, 64, 0, 2}, &image, &crash);
    CHECK(!crash.has_function);
    crash_record((const uint64_t[4]){NJ_FAULT_TRAP, 20, 0, 0}, &image, &crash);
    CHECK(!crash.has_function && crash.trap == 0);
}
