// SPDX-License-Identifier: Apache-2.0
// The table of instances: who there is, who ended how, how they grow and find each other. loader.c builds them.
#include "service/process/instance.h"
#include "abi/sdk.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/memory/memory.h"
#include "service/process/loader.h"
#include "service/process/outcome.h"

#define WASM_PAGE_BYTES 0x10000u
#define ID_INDEX_BITS 5      // of the index in the table
#define STARTS_MAX 0xffffffu // then ids begin anew

_Static_assert(PROCESS_INSTANCES_MAX == 1 << ID_INDEX_BITS, "an id is index and number of the start");

static struct instance instances[PROCESS_INSTANCES_MAX];
static uint32_t self_cnode;
static uint32_t memory;
static uint32_t sdk_endpoint;
static uint32_t starts;
static uint64_t ends;

void instance_init(void)
{
    self_cnode = startup_slot("self-cnode");
    memory = startup_slot("memory");
    uint32_t first = 0;
    enum nj_status status = slot_allocate_run(PROCESS_INSTANCES_MAX * INSTANCE_SLOTS, &first);
    component_assert(status == NJ_OK);
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        instances[i].slots = first + i * INSTANCE_SLOTS;
    }
    loader_init();
}

void instance_set_sdk(uint32_t endpoint)
{
    sdk_endpoint = endpoint;
}

struct instance *instance_at(uint32_t index)
{
    return index < PROCESS_INSTANCES_MAX ? &instances[index] : NULL;
}

struct instance *instance_find(const char *name)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (instances[i].name[0] && strcmp(instances[i].name, name) == 0) {
            return &instances[i];
        }
    }
    return NULL;
}

struct instance *instance_of_id(uint64_t id)
{
    struct instance *instance = &instances[id % PROCESS_INSTANCES_MAX];
    return instance->state == PROCESS_RUNNING && instance->id == id ? instance : NULL;
}

static void entry_clear(struct instance *instance)
{
    uint32_t slots = instance->slots;
    memset(instance, 0, sizeof *instance);
    instance->slots = slots;
}

static struct instance *entry_free(void)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (!instances[i].name[0]) {
            return &instances[i];
        }
    }
    return NULL;
}

static struct instance *entry_oldest(void)
{
    struct instance *oldest = NULL;
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (instances[i].state != PROCESS_RUNNING && (!oldest || instances[i].ended < oldest->ended)) {
            oldest = &instances[i];
        }
    }
    return oldest;
}

// The entry of that name, else a free one, else the one that ended longest ago; null if all run.
static struct instance *entry_take(const char *name)
{
    struct instance *entry = instance_find(name);
    entry = entry ? entry : entry_free();
    entry = entry ? entry : entry_oldest();
    if (entry) {
        entry_clear(entry);
    }
    return entry;
}

// name NUL arguments: what the program finds as argv.
static bool arguments_set(struct instance *instance, const struct process_start *start)
{
    uint64_t bytes = start->argument_bytes;
    if (bytes > PROCESS_ARGUMENTS_BYTES || (bytes > 0 && start->arguments[bytes - 1] != 0)) {
        return false;
    }
    uint32_t name_bytes = (uint32_t)strlen(instance->name) + 1;
    memcpy(instance->arguments, instance->name, name_bytes);
    memcpy(instance->arguments + name_bytes, start->arguments, bytes);
    instance->argument_bytes = name_bytes + (uint32_t)bytes;
    return true;
}

static bool start_check(const struct bundle *bundle, const struct process_start *start, const char *name,
                        struct process_outcome *outcome)
{
    const struct instance *old = instance_find(name);
    if (old && old->state == PROCESS_RUNNING) {
        return outcome_set(outcome, PROCESS_REASON_RUNNING, "%s", "");
    }
    if (sdk_endpoint == NJ_SLOT_NONE) {
        return outcome_set(outcome, PROCESS_REASON_NO_SDK, "%s", "");
    }
    uint64_t limit = start->memory_bytes ? start->memory_bytes : PROCESS_MEMORY_DEFAULT;
    uint64_t wanted = (uint64_t)bundle->image.header.memory_pages * WASM_PAGE_BYTES;
    if (wanted > limit) {
        return outcome_set(outcome, PROCESS_REASON_MEMORY_LIMIT, "%lu bytes at start, limit %lu", (unsigned long)wanted,
                           (unsigned long)limit);
    }
    return true;
}

bool instance_start(struct bundle *bundle, const struct process_start *start, struct process_outcome *outcome)
{
    const char *name = start->name[0] ? start->name : bundle->name;
    if (!start_check(bundle, start, name, outcome)) {
        return false;
    }
    struct instance *instance = entry_take(name);
    if (!instance) {
        return outcome_set(outcome, PROCESS_REASON_INSTANCES_FULL, "%s", "");
    }
    memcpy(instance->name, name, PROCESS_NAME_BYTES);
    memcpy(instance->bundle_name, bundle->name, PROCESS_NAME_BYTES);
    instance->bundle = bundle;
    instance->space_type = (enum nj_space_type)start->space_type;
    uint64_t limit = (start->memory_bytes ? start->memory_bytes : PROCESS_MEMORY_DEFAULT) / WASM_PAGE_BYTES;
    uint32_t declared = bundle->image.header.memory_pages_max;
    instance->linear_pages_max = limit < declared ? (uint32_t)limit : declared;
    starts = starts % STARTS_MAX + 1;
    instance->id = starts << ID_INDEX_BITS | (uint32_t)(instance - instances);
    if (!arguments_set(instance, start)) {
        entry_clear(instance);
        return outcome_set(outcome, PROCESS_REASON_ARGUMENTS, "%s", "");
    }
    if (!loader_build(instance, sdk_endpoint, outcome)) {
        entry_clear(instance);
        return false;
    }
    instance->state = PROCESS_RUNNING;
    bundle->instances++;
    return true;
}

void instance_end(struct instance *instance, enum process_state state)
{
    struct thread_info info = {0};
    if (thread_info(instance->slots + INSTANCE_SLOT_THREAD, &info) == NJ_OK) {
        instance->cpu_ns = info.cpu_ns;
    }
    loader_release(instance);
    instance->state = state;
    instance->ended = ++ends;
    instance->bundle->instances--;
    instance->bundle = NULL;
}

void instance_forget(const char *bundle_name)
{
    for (uint32_t i = 0; i < PROCESS_INSTANCES_MAX; i++) {
        if (instances[i].name[0] && strcmp(instances[i].bundle_name, bundle_name) == 0) {
            entry_clear(&instances[i]);
        }
    }
}

bool instance_grow(struct instance *instance, uint64_t pages, uint32_t *old_pages)
{
    *old_pages = instance->linear_pages;
    if (pages > instance->linear_pages_max || instance->linear_pages + pages > instance->linear_pages_max) {
        return false;
    }
    uint64_t bytes = (instance->linear_pages + pages) * WASM_PAGE_BYTES;
    if (pages > 0 && !loader_extend(instance, bytes)) {
        return false;
    }
    instance->linear_pages += (uint32_t)pages;
    return true;
}

// The first empty slot of the application's table that serve and connect may fill.
static bool table_slot(const struct instance *instance, uint32_t *slot)
{
    for (uint32_t i = NJ_APP_SLOT_FREE; i < NJ_APP_SLOTS; i++) {
        struct cnode_slot held;
        if (cnode_inspect(instance->slots + INSTANCE_SLOT_CNODE, i, &held) == NJ_OK && held.kind == NJ_KIND_EMPTY) {
            *slot = i;
            return true;
        }
    }
    return false;
}

bool instance_serve(struct instance *instance, uint32_t *slot, uint32_t *number)
{
    if (instance->servers == INSTANCE_SERVERS_MAX || !table_slot(instance, slot)) {
        return false;
    }
    *number = instance->servers;
    if (cnode_copy(instance->slots + INSTANCE_SLOT_CNODE, *slot, self_cnode,
                   instance->slots + INSTANCE_SLOT_SERVER + *number, NJ_RIGHT_RECV) != NJ_OK) {
        return false;
    }
    instance->servers++;
    return true;
}

bool instance_connect(struct instance *client, struct instance *server, uint64_t number, uint32_t *slot)
{
    if (number >= server->servers || !table_slot(client, slot)) {
        return false;
    }
    return cnode_mint(client->slots + INSTANCE_SLOT_CNODE, *slot, self_cnode,
                      server->slots + INSTANCE_SLOT_SERVER + (uint32_t)number, NJ_RIGHT_SEND, client->id) == NJ_OK;
}

void instance_describe(const struct instance *instance, struct process_instance *description)
{
    *description = (struct process_instance){
        .id = instance->id,
        .state = instance->state,
        .exit_code = (uint32_t)instance->exit_code,
        .space_type = instance->space_type,
        .memory_bytes = instance->memory_bytes,
        .linear_pages = instance->linear_pages,
        .cpu_ns = instance->cpu_ns,
    };
    memcpy(description->name, instance->name, PROCESS_NAME_BYTES);
    memcpy(description->bundle, instance->bundle_name, PROCESS_NAME_BYTES);
    struct thread_info thread;
    struct space_info space;
    if (instance->state != PROCESS_RUNNING || thread_info(instance->slots + INSTANCE_SLOT_THREAD, &thread) != NJ_OK ||
        space_info(instance->slots + INSTANCE_SLOT_SPACE, &space) != NJ_OK) {
        return;
    }
    description->thread_state = thread.state;
    description->priority = thread.priority;
    description->cpu_ns = thread.cpu_ns;
    description->pages_supplied = space.pages_supplied;
    description->pages_used = space.pages_used;
}
