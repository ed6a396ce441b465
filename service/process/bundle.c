// SPDX-License-Identifier: Apache-2.0
// The image is read out of the compiler's space while the compiler waits for its next job, and never looked at there
// again: the header is checked in a copy, the code is checked by the kernel in the code object, the rest in our frames.
#include "service/process/bundle.h"
#include "abi/check.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/memory/memory.h"
#include "service/process/outcome.h"
#include <stdio.h>

#define PAGE_BYTES 4096u
#define FRAME_PAGES 512u // of one frame, at most
#define OBJECT_PAGES 1u  // the code object

static struct bundle bundles[PROCESS_BUNDLES_MAX];
static uint32_t self_cnode;
static uint32_t self_space;
static uint32_t memory;

void bundle_init(void)
{
    self_cnode = startup_slot("self-cnode");
    self_space = startup_slot("self-space");
    memory = startup_slot("memory");
    uint32_t first = 0;
    enum nj_status status = slot_allocate_run(PROCESS_BUNDLES_MAX * BUNDLE_SLOTS, &first);
    component_assert(status == NJ_OK);
    for (uint32_t i = 0; i < PROCESS_BUNDLES_MAX; i++) {
        bundles[i].slots = first + i * BUNDLE_SLOTS;
    }
}

struct bundle *bundle_at(uint32_t index)
{
    return index < PROCESS_BUNDLES_MAX ? &bundles[index] : NULL;
}

struct bundle *bundle_find(const char *name)
{
    for (uint32_t i = 0; i < PROCESS_BUNDLES_MAX; i++) {
        if (bundles[i].name[0] && strcmp(bundles[i].name, name) == 0) {
            return &bundles[i];
        }
    }
    return NULL;
}

static struct bundle *bundle_free_entry(void)
{
    for (uint32_t i = 0; i < PROCESS_BUNDLES_MAX; i++) {
        if (!bundles[i].name[0]) {
            return &bundles[i];
        }
    }
    return NULL;
}

bool bundle_has_room(void)
{
    return bundle_free_entry() != NULL;
}

static uint32_t pages_of(uint32_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

// The first of the installed bundles in whose way `pages` at `address` would be.
static const struct bundle *bundle_in_way(uint64_t address, uint32_t pages)
{
    for (uint32_t i = 0; i < PROCESS_BUNDLES_MAX; i++) {
        const struct bundle *other = &bundles[i];
        if (other->name[0] && address < other->address + (uint64_t)other->rest_pages * PAGE_BYTES &&
            other->address < address + (uint64_t)pages * PAGE_BYTES) {
            return other;
        }
    }
    return NULL;
}

// The lowest address with room; there always is, for each bundle is counted with the most it may have. Every round passes
// one bundle for good.
static uint64_t address_find(uint32_t pages)
{
    uint64_t address = BUNDLE_ADDRESS_FIRST;
    const struct bundle *other = bundle_in_way(address, pages);
    for (uint32_t i = 0; i < PROCESS_BUNDLES_MAX && other; i++) {
        address = other->address + (uint64_t)other->rest_pages * PAGE_BYTES;
        other = bundle_in_way(address, pages);
    }
    component_assert(!other);
    return address;
}

// Code object, its memory, and the frames of the rest.
static bool objects_make(const struct bundle *bundle, uint32_t code_pages, uint32_t rest_pages,
                         struct process_outcome *outcome)
{
    uint32_t block = bundle->slots + BUNDLE_SLOT_MEMORY;
    enum nj_status status = untyped_retype(block, NJ_KIND_CODE, 1, 0, self_cnode, bundle->slots + BUNDLE_SLOT_CODE);
    if (status == NJ_OK) {
        status = untyped_retype(block, NJ_KIND_UNTYPED, 1, code_pages, self_cnode, bundle->slots + BUNDLE_SLOT_SUPPLY);
    }
    uint32_t frame = bundle->slots + BUNDLE_SLOT_FRAME;
    uint64_t address = bundle->address;
    for (uint32_t left = rest_pages; left > 0 && status == NJ_OK; frame++) {
        uint32_t pages = left < FRAME_PAGES ? left : FRAME_PAGES;
        status = untyped_retype(block, NJ_KIND_FRAME, 1, pages, self_cnode, frame);
        if (status == NJ_OK) {
            status = frame_map(frame, self_space, address, NJ_RIGHT_READ | NJ_RIGHT_WRITE);
        }
        left -= pages;
        address += (uint64_t)pages * PAGE_BYTES;
    }
    return status == NJ_OK || outcome_kernel(outcome, status, "making the bundle's objects");
}

static bool code_load(const struct bundle *bundle, const struct nj_image *header, uint32_t compiler_space,
                      uint64_t address, struct process_outcome *outcome)
{
    uint32_t code = bundle->slots + BUNDLE_SLOT_CODE;
    enum nj_status status = code_supply(code, bundle->slots + BUNDLE_SLOT_SUPPLY);
    if (status == NJ_OK) {
        status = code_fill(code, 0, compiler_space, address + header->code.offset, header->code.count);
    }
    if (status != NJ_OK) {
        return outcome_kernel(outcome, status, "filling the code object");
    }
    uint64_t offset = 0;
    uint64_t rule = 0;
    status = code_check(code, header->code.count, &offset, &rule);
    if (status == NJ_REFUSED) {
        return outcome_set(outcome, PROCESS_REASON_CHECKER, "code offset %lu: %s", (unsigned long)offset,
                           nj_check_rule_text((enum nj_check_rule)rule));
    }
    return status == NJ_OK || outcome_kernel(outcome, status, "checking the code");
}

static bool rest_load(struct bundle *bundle, const struct nj_image *header, uint32_t compiler_space, uint64_t address,
                      struct process_outcome *outcome)
{
    uint32_t code_end = header->code.offset + header->code.count;
    uint64_t copied = 0;
    enum nj_status status =
        space_copy(self_space, bundle->address, compiler_space, address, header->code.offset, &copied);
    if (status == NJ_OK && header->bytes > code_end) {
        status = space_copy(self_space, bundle->address + header->code.offset, compiler_space, address + code_end,
                            header->bytes - code_end, &copied);
    }
    if (status != NJ_OK) {
        return outcome_kernel(outcome, status, "copying the image");
    }
    image_drop_code(header, (const uint8_t *)(uintptr_t)bundle->address, &bundle->image);
    enum image_error error = image_check_tables(&bundle->image);
    return error == IMAGE_OK || outcome_set(outcome, PROCESS_REASON_IMAGE, "%s", image_error_text(error));
}

static bool image_load(struct bundle *bundle, const char *name, const struct compiler_result *result,
                       uint32_t compiler_space, struct process_outcome *outcome)
{
    struct nj_image header = {0};
    uint64_t copied = 0;
    enum image_error error = IMAGE_SIZE;
    if (result->bytes >= sizeof header && result->bytes <= IMAGE_BYTES_MAX) {
        enum nj_status status =
            space_copy(self_space, (uintptr_t)&header, compiler_space, result->address, sizeof header, &copied);
        if (status != NJ_OK) {
            return outcome_kernel(outcome, status, "reading the image");
        }
        error = image_check_header(&header, (uint32_t)result->bytes);
    }
    if (error != IMAGE_OK) {
        return outcome_set(outcome, PROCESS_REASON_IMAGE, "%s", image_error_text(error));
    }
    uint32_t code_pages = pages_of(header.code.count);
    uint32_t rest_pages = pages_of(image_rest_bytes(&header));
    if (rest_pages > BUNDLE_FRAMES_MAX * FRAME_PAGES) {
        return outcome_set(outcome, PROCESS_REASON_IMAGE, "data and tables have %u bytes, at most %u fit",
                           (unsigned)image_rest_bytes(&header), BUNDLE_REST_BYTES_MAX);
    }
    bundle->address = address_find(rest_pages);
    bundle->rest_pages = rest_pages;
    uint64_t bytes = (uint64_t)(code_pages + rest_pages + OBJECT_PAGES) * PAGE_BYTES;
    char owner[PROCESS_NAME_BYTES + 8];
    snprintf(owner, sizeof owner, "%s (code)", name);
    enum service_status status = memory_allocate(memory, bytes, owner, bundle->slots + BUNDLE_SLOT_MEMORY,
                                                 &bundle->memory_id, &bundle->memory_bytes);
    if (status != SERVICE_OK) {
        return outcome_set(outcome, PROCESS_REASON_MEMORY, "%lu bytes wanted: %s", (unsigned long)bytes,
                           service_status_text(status));
    }
    if (objects_make(bundle, code_pages, rest_pages, outcome) &&
        code_load(bundle, &header, compiler_space, result->address, outcome) &&
        rest_load(bundle, &header, compiler_space, result->address, outcome)) {
        return true;
    }
    status = memory_free(memory, bundle->memory_id);
    component_assert(status == SERVICE_OK);
    return false;
}

bool bundle_install(const char *name, const struct compiler_result *result, uint32_t compiler_space,
                    struct process_outcome *outcome)
{
    struct bundle *bundle = bundle_free_entry();
    if (!bundle) {
        return outcome_set(outcome, PROCESS_REASON_BUNDLES_FULL, "%s", "");
    }
    if (!image_load(bundle, name, result, compiler_space, outcome)) {
        return false;
    }
    strncpy(bundle->name, name, PROCESS_NAME_BYTES - 1);
    bundle->module_bytes = result->module_bytes;
    bundle->instances = 0;
    return true;
}

void bundle_uninstall(struct bundle *bundle)
{
    enum service_status status = memory_free(memory, bundle->memory_id);
    component_assert(status == SERVICE_OK);
    memset(bundle->name, 0, sizeof bundle->name);
    memset(&bundle->image, 0, sizeof bundle->image);
}

void bundle_describe(const struct bundle *bundle, struct process_bundle *description)
{
    *description = (struct process_bundle){
        .module_bytes = bundle->module_bytes,
        .code_bytes = bundle->image.header.code.count,
        .memory_bytes = bundle->memory_bytes,
        .running = bundle->instances,
    };
    memcpy(description->name, bundle->name, PROCESS_NAME_BYTES);
}
