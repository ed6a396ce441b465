// SPDX-License-Identifier: Apache-2.0
// Running applications. Everything an instance has is made from one block of memory, and up to INSTANCE_GROWTHS more
// that its linear memory grew into: freeing them frees the instance, whatever it was doing.
#pragma once
#include "service/process/bundle.h"

#define INSTANCE_SERVERS_MAX 4 // endpoints it may serve
#define INSTANCE_GROWTHS 3     // NJ_SPACE_SUPPLIES less the first

// An instance's run of slots in the process manager's table.
enum {
    INSTANCE_SLOT_MEMORY,
    INSTANCE_SLOT_CNODE,
    INSTANCE_SLOT_SPACE,
    INSTANCE_SLOT_THREAD,
    INSTANCE_SLOT_SCHED,
    INSTANCE_SLOT_REPLY,  // empty once it lies in the application's table
    INSTANCE_SLOT_VIEW,   // its space with the rights the SDK runtime needs
    INSTANCE_SLOT_FAULT,  // empty once the thread is configured
    INSTANCE_SLOT_SUPPLY, // empty once supplied
    INSTANCE_SLOT_SERVER,
    INSTANCE_SLOTS = INSTANCE_SLOT_SERVER + INSTANCE_SERVERS_MAX,
};

// Life: instance_start() to instance_end(); then it remembers how it ended until its name is started again, its bundle
// is uninstalled, or the entry is needed.
struct instance {
    char name[PROCESS_NAME_BYTES]; // empty: free
    enum process_state state;
    uint32_t id;    // badge of its SDK endpoint: never 0, not used again for 2^24 starts
    uint32_t slots; // first of INSTANCE_SLOTS, for ever
    struct bundle *bundle;
    char bundle_name[PROCESS_NAME_BYTES];
    enum nj_space_type space_type;
    uint64_t data_base;
    uint32_t linear_pages;     // of 64 KiB
    uint32_t linear_pages_max; // what the module declares or the start allows
    uint64_t linear_capacity;  // bytes of linear memory that its supplies can back
    uint32_t servers;          // endpoints given out
    uint32_t blocks;           // of memory
    uint64_t memory_id[1 + INSTANCE_GROWTHS];
    uint64_t memory_bytes;
    uint32_t argument_bytes;
    char arguments[PROCESS_NAME_BYTES + PROCESS_ARGUMENTS_BYTES];
    uint64_t cpu_ns; // when it ended
    uint64_t ended;  // counts ends: which entry is the oldest
    int32_t exit_code;
    struct process_crash crash;
};

// The badge of a fault of an application: its id with this bit.
#define INSTANCE_FAULT_BADGE 0x40000000u

void instance_init(void);
// The SDK runtime's endpoint, which new instances get; NJ_SLOT_NONE: there is none.
void instance_set_sdk(uint32_t endpoint);

struct instance *instance_find(const char *name); // running or ended; null if there is none
struct instance *instance_of_id(uint64_t id);     // running only; null otherwise
struct instance *instance_at(uint32_t index);     // free or not; null beyond the table

bool instance_start(struct bundle *bundle, const struct process_start *start, struct process_outcome *outcome);
// Takes everything back, at once and to the byte. `state` says why; exit_code and crash are the caller's to fill in.
void instance_end(struct instance *instance, enum process_state state);
// Frees the entries of instances of this bundle, which have all ended.
void instance_forget(const char *bundle_name);

// memory.grow by `pages`: the old size, or false if the limit or the machine's memory forbids it.
bool instance_grow(struct instance *instance, uint64_t pages, uint32_t *old_pages);
// Gives it the receiving end of one of its endpoints: slot in its table, number of the endpoint.
bool instance_serve(struct instance *instance, uint32_t *slot, uint32_t *number);
// Gives `client` the sending end of the server's endpoint, badged with the client's id.
bool instance_connect(struct instance *client, struct instance *server, uint64_t number, uint32_t *slot);

void instance_describe(const struct instance *instance, struct process_instance *description);
