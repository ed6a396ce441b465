// SPDX-License-Identifier: Apache-2.0
#include "service/compiler/workspace.h"
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/memory/memory.h"

#define PAGE_BYTES 4096u
#define FRAME_PAGES 512u // of one frame, at most
#define FRAME_BYTES (FRAME_PAGES * PAGE_BYTES)
#define FRAMES_MAX (WORKSPACE_BYTES_MAX / FRAME_BYTES)
#define SIZE_LEAST 0x40000u
#define BYTES_PER_MODULE_BYTE 8u // of working memory and image, seen with C programs

static uint32_t self_cnode;
static uint32_t self_space;
static uint32_t memory;
static uint32_t block_slot;
static uint32_t frame_slots;
static uint64_t block_id;

void workspace_init(void)
{
    self_cnode = startup_slot("self-cnode");
    self_space = startup_slot("self-space");
    memory = startup_slot("memory");
    enum nj_status status = slot_allocate_run(1 + FRAMES_MAX, &block_slot);
    component_assert(status == NJ_OK);
    frame_slots = block_slot + 1;
}

uint64_t workspace_first_size(uint32_t module_bytes)
{
    uint64_t size = SIZE_LEAST;
    while (size < (uint64_t)module_bytes * BYTES_PER_MODULE_BYTE && size < WORKSPACE_BYTES_MAX) {
        size *= 2;
    }
    return size;
}

bool workspace_open(uint64_t size)
{
    uint64_t granted = 0;
    if (size > WORKSPACE_BYTES_MAX ||
        memory_allocate(memory, size, "", block_slot, &block_id, &granted) != SERVICE_OK) {
        return false;
    }
    uint64_t left = size / PAGE_BYTES;
    enum nj_status status = NJ_OK;
    for (uint32_t i = 0; left > 0 && status == NJ_OK; i++) {
        uint64_t pages = left < FRAME_PAGES ? left : FRAME_PAGES;
        status = untyped_retype(block_slot, NJ_KIND_FRAME, 1, pages, self_cnode, frame_slots + i);
        if (status == NJ_OK) {
            status = frame_map(frame_slots + i, self_space, WORKSPACE_ADDRESS + (uint64_t)i * FRAME_BYTES,
                               NJ_RIGHT_READ | NJ_RIGHT_WRITE);
        }
        left -= pages;
    }
    if (status != NJ_OK) {
        workspace_close();
    }
    return status == NJ_OK;
}

void workspace_close(void)
{
    enum service_status status = memory_free(memory, block_id);
    component_assert(status == SERVICE_OK);
}
