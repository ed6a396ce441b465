// SPDX-License-Identifier: Apache-2.0
// All objects come from the instance's own block, so its end is one call to the memory manager. Pages are counted
// beforehand: tables, stack, state and linear memory must fit the supply, or an application could fault on memory it was
// promised.
#include "service/process/loader.h"
#include "abi/capsule.h"
#include "abi/sdk.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/startup.h"
#include "service/memory/memory.h"
#include "service/process/outcome.h"

#define PAGE_BYTES 4096u
#define WASM_PAGE_BYTES 0x10000u
#define TABLE_SPAN 0x200000u // bytes that one page table of the last level maps
#define OBJECT_PAGES 6u      // one per kind: cnode, space, thread, scheduling context, reply, endpoints
#define TABLE_PAGES 12u      // upper levels, and the last one of code, stack and state where they begin
#define PRIORITY 64u         // of applications: below all components
#define TURN_NS 10000000u    // round robin
#define GROWTH_FACTOR 8u     // between one growth and the next
#define GROWTH_FIRST 0x40000u

static uint32_t self_cnode;
static uint32_t self_space;
static uint32_t memory;
static uint32_t sched_control;
static uint32_t fault_endpoint;

void loader_init(void)
{
    self_cnode = startup_slot("self-cnode");
    self_space = startup_slot("self-space");
    memory = startup_slot("memory");
    sched_control = startup_slot("sched-control");
    fault_endpoint = startup_slot("serve");
}

static uint64_t pages_of(uint64_t bytes)
{
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

// Page tables of the last level for a range that may begin anywhere.
static uint64_t tables_of(uint64_t bytes)
{
    return bytes / TABLE_SPAN + 1;
}

// Pages the space needs apart from linear memory and its tables.
static uint64_t pages_fixed(const struct nj_image *header)
{
    uint64_t fixed = pages_of(header->stack_bytes) + pages_of(header->state_bytes);
    return fixed + TABLE_PAGES + tables_of(header->code.count) + tables_of(header->stack_bytes) +
           tables_of(header->state_bytes);
}

// Linear memory that so many pages can back, their tables taken off.
static uint64_t capacity_of(uint64_t pages)
{
    uint64_t tables = pages / (TABLE_SPAN / PAGE_BYTES) + 1;
    return pages > tables ? (pages - tables) * PAGE_BYTES : 0;
}

static enum nj_status objects_make(struct instance *instance, uint64_t *supply_pages)
{
    static const struct {
        enum nj_kind kind;
        uint32_t count;
        uint32_t size;
        uint32_t slot;
    } objects[] = {
        {NJ_KIND_CNODE, 1, NJ_APP_SLOTS, INSTANCE_SLOT_CNODE},
        {NJ_KIND_SPACE, 1, 0, INSTANCE_SLOT_SPACE},
        {NJ_KIND_THREAD, 1, 0, INSTANCE_SLOT_THREAD},
        {NJ_KIND_SCHED, 1, 0, INSTANCE_SLOT_SCHED},
        {NJ_KIND_REPLY, 1, 0, INSTANCE_SLOT_REPLY},
        {NJ_KIND_ENDPOINT, INSTANCE_SERVERS_MAX, 0, INSTANCE_SLOT_SERVER},
    };
    uint32_t block = instance->slots + INSTANCE_SLOT_MEMORY;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < sizeof objects / sizeof objects[0] && status == NJ_OK; i++) {
        status = untyped_retype(block, objects[i].kind, objects[i].count, objects[i].size, self_cnode,
                                instance->slots + objects[i].slot);
    }
    uint64_t bytes = 0;
    uint64_t left = 0;
    if (status == NJ_OK) {
        status = untyped_info(block, &bytes, &left);
    }
    *supply_pages = left / PAGE_BYTES;
    if (status == NJ_OK) {
        status = untyped_retype(block, NJ_KIND_UNTYPED, 1, *supply_pages, self_cnode,
                                instance->slots + INSTANCE_SLOT_SUPPLY);
    }
    return status;
}

static enum nj_status space_build(struct instance *instance)
{
    uint32_t space = instance->slots + INSTANCE_SLOT_SPACE;
    const struct nj_image *header = &instance->bundle->image.header;
    uint64_t code_base = 0;
    uint64_t stack_top = 0;
    enum nj_status status = space_supply(space, instance->slots + INSTANCE_SLOT_SUPPLY);
    if (status == NJ_OK) {
        status = space_configure(space, instance->space_type, instance->slots + INSTANCE_SLOT_CNODE);
    }
    if (status == NJ_OK) {
        status = space_attach(space, instance->bundle->slots + BUNDLE_SLOT_CODE, header->stack_bytes,
                              header->state_bytes, &code_base, &instance->data_base, &stack_top);
    }
    if (status == NJ_OK && header->memory_pages > 0) {
        status = space_memory(space, 0, (uint64_t)header->memory_pages * WASM_PAGE_BYTES);
    }
    instance->linear_pages = header->memory_pages;
    return status;
}

// Data segments and the end of the state area, straight from the bundle's frames.
static enum nj_status image_copy(const struct instance *instance)
{
    uint32_t space = instance->slots + INSTANCE_SLOT_SPACE;
    const struct image *image = &instance->bundle->image;
    uint64_t copied = 0;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; i < image->header.segments.count && status == NJ_OK; i++) {
        struct nj_image_segment segment = image_segment(image, i);
        if (segment.bytes > 0) {
            status = space_copy(space, instance->data_base + segment.address, self_space,
                                instance->bundle->address + segment.offset, segment.bytes, &copied);
        }
    }
    struct nj_image_table state = image->header.state;
    if (status == NJ_OK && state.count > 0) {
        status = space_copy(space, instance->data_base - state.count, self_space,
                            instance->bundle->address + state.offset, state.count, &copied);
    }
    return status;
}

static enum nj_status table_fill(const struct instance *instance, uint32_t sdk_endpoint)
{
    uint32_t cnode = instance->slots + INSTANCE_SLOT_CNODE;
    enum nj_status status = cnode_mint(cnode, NJ_APP_SLOT_SDK, self_cnode, sdk_endpoint, NJ_RIGHT_SEND, instance->id);
    if (status == NJ_OK) {
        status = cnode_move(cnode, NJ_APP_SLOT_REPLY, self_cnode, instance->slots + INSTANCE_SLOT_REPLY);
    }
    if (status == NJ_OK) {
        status = cnode_copy(self_cnode, instance->slots + INSTANCE_SLOT_VIEW, self_cnode,
                            instance->slots + INSTANCE_SLOT_SPACE, NJ_RIGHT_READ | NJ_RIGHT_WRITE);
    }
    return status;
}

static enum nj_status thread_build(const struct instance *instance)
{
    uint32_t thread = instance->slots + INSTANCE_SLOT_THREAD;
    uint32_t sched = instance->slots + INSTANCE_SLOT_SCHED;
    uint32_t fault = instance->slots + INSTANCE_SLOT_FAULT;
    // Not made from the instance's block, so it goes as soon as the thread has its own copy.
    enum nj_status status = cnode_mint(self_cnode, fault, self_cnode, fault_endpoint,
                                       NJ_RIGHT_SEND | NJ_RIGHT_GRANT_REPLY, INSTANCE_FAULT_BADGE | instance->id);
    if (status != NJ_OK) {
        return status;
    }
    status = thread_configure(thread, instance->slots + INSTANCE_SLOT_SPACE, PRIORITY, PRIORITY, fault, 0);
    enum nj_status deleted = cnode_delete(self_cnode, fault);
    if (status == NJ_OK) {
        status = deleted;
    }
    if (status == NJ_OK) {
        status = sched_configure(sched_control, sched, TURN_NS, TURN_NS);
    }
    return status == NJ_OK ? thread_bind_sched(thread, sched) : status;
}

static bool memory_take(struct instance *instance, struct process_outcome *outcome)
{
    const struct nj_image *header = &instance->bundle->image.header;
    uint64_t linear = (uint64_t)header->memory_pages * WASM_PAGE_BYTES;
    uint64_t pages = OBJECT_PAGES + pages_fixed(header) + pages_of(linear) + tables_of(linear) + 1;
    uint64_t granted = 0;
    enum service_status status =
        memory_allocate(memory, pages * PAGE_BYTES, instance->name, instance->slots + INSTANCE_SLOT_MEMORY,
                        &instance->memory_id[0], &granted);
    if (status != SERVICE_OK) {
        return outcome_set(outcome, PROCESS_REASON_MEMORY, "%lu bytes wanted: %s", (unsigned long)pages * PAGE_BYTES,
                           service_status_text(status));
    }
    instance->blocks = 1;
    instance->memory_bytes = granted;
    return true;
}

static enum nj_status instance_build(struct instance *instance, uint32_t sdk_endpoint, const char **step)
{
    uint64_t supply_pages = 0;
    *step = "making the application's objects";
    enum nj_status status = objects_make(instance, &supply_pages);
    if (status == NJ_OK) {
        *step = "making the application's space";
        instance->linear_capacity = capacity_of(supply_pages - pages_fixed(&instance->bundle->image.header));
        status = space_build(instance);
    }
    if (status == NJ_OK) {
        *step = "copying the application's data";
        status = image_copy(instance);
    }
    if (status == NJ_OK) {
        *step = "filling the application's capability table";
        status = table_fill(instance, sdk_endpoint);
    }
    if (status == NJ_OK) {
        *step = "making the application's thread";
        status = thread_build(instance);
    }
    if (status == NJ_OK) {
        *step = "starting the application";
        status = thread_start(instance->slots + INSTANCE_SLOT_THREAD, instance->bundle->image.header.entry, 0, 0);
    }
    return status;
}

bool loader_build(struct instance *instance, uint32_t sdk_endpoint, struct process_outcome *outcome)
{
    if (!memory_take(instance, outcome)) {
        return false;
    }
    const char *step = "";
    enum nj_status status = instance_build(instance, sdk_endpoint, &step);
    if (status != NJ_OK) {
        loader_release(instance);
        return outcome_kernel(outcome, status, step);
    }
    return true;
}

// Each block is several times as large as the last, for there are few; what is asked for now always counts.
static bool growth_take(struct instance *instance, uint64_t bytes)
{
    uint32_t slot = instance->slots + INSTANCE_SLOT_SUPPLY;
    uint32_t number = instance->blocks - 1;
    if (number == INSTANCE_GROWTHS) {
        return false;
    }
    uint64_t wanted = bytes - instance->linear_capacity;
    uint64_t least = (pages_of(wanted) + tables_of(wanted) + 1) * PAGE_BYTES;
    uint64_t size = GROWTH_FIRST;
    for (uint32_t i = 0; i < number; i++) {
        size *= GROWTH_FACTOR;
    }
    uint64_t *id = &instance->memory_id[instance->blocks];
    uint64_t granted = 0;
    enum service_status status =
        memory_allocate(memory, size > least ? size : least, instance->name, slot, id, &granted);
    if (status != SERVICE_OK && size > least) {
        status = memory_allocate(memory, least, instance->name, slot, id, &granted);
    }
    if (status != SERVICE_OK) {
        return false;
    }
    if (space_supply(instance->slots + INSTANCE_SLOT_SPACE, slot) != NJ_OK) {
        status = memory_free(memory, *id);
        component_assert(status == SERVICE_OK);
        return false;
    }
    instance->blocks++;
    instance->memory_bytes += granted;
    instance->linear_capacity += capacity_of(granted / PAGE_BYTES);
    return true;
}

bool loader_extend(struct instance *instance, uint64_t bytes)
{
    if (bytes > instance->linear_capacity && !growth_take(instance, bytes)) {
        return false;
    }
    return space_memory(instance->slots + INSTANCE_SLOT_SPACE, 0, bytes) == NJ_OK;
}

void loader_release(struct instance *instance)
{
    // The first block holds the space: the others are free of it once that is gone.
    for (uint32_t i = 0; i < instance->blocks; i++) {
        enum service_status status = memory_free(memory, instance->memory_id[i]);
        component_assert(status == SERVICE_OK);
    }
    instance->blocks = 0;
    instance->memory_bytes = 0;
}
