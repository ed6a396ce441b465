// SPDX-License-Identifier: Apache-2.0
// Operations on space capabilities.
#include "kernel/arch/arch.h"
#include "kernel/attach.h"
#include "kernel/capability.h"
#include "kernel/gate.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

static uint8_t next_serial;

static enum nj_status configure(uint32_t caller, uint32_t space)
{
    uint64_t type = argument(caller, 0);
    uint32_t cnode;

    if (type != NJ_SPACE_PROCESS && type != NJ_SPACE_CAPSULE)
        return NJ_BAD_ARGUMENT;
    if (spaces[space].type != NJ_SPACE_NONE || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    enum nj_status status = cap_lookup_kind(caller, argument(caller, 1), NJ_KIND_CNODE, &cnode);
    if (status != NJ_OK)
        return status;
    if (slots[space_cnode_slot(space)].cap.kind == NJ_KIND_EMPTY) {
        status = cap_derive(cnode, space_cnode_slot(space), NJ_RIGHT_ALL, 0);
        if (status != NJ_OK)
            return status;
    }
    status = arch_space_create(space, (enum nj_space_type)type);
    if (status != NJ_OK)
        return status;
    spaces[space].type = (uint8_t)type;
    spaces[space].serial = next_serial++;
    return NJ_OK;
}

static enum nj_status set_memory(uint32_t caller, uint32_t space)
{
    uint64_t start = argument(caller, 0), bytes = argument(caller, 1), resolved;

    if (bytes % PAGE_BYTES != 0)
        return NJ_BAD_ARGUMENT;
    enum nj_status status = space_resolve(space, start, bytes, &resolved);
    if (status != NJ_OK)
        return status;
    bool is_image = spaces[space].layout.data_base != 0;
    bool may_move = spaces[space].memory_bytes == 0 || resolved == spaces[space].memory_start;
    if (!may_move || bytes < spaces[space].memory_bytes || (is_image && start != 0) ||
        (!is_image && spaces[space].type == NJ_SPACE_CAPSULE))
        return NJ_BAD_ARGUMENT;
    spaces[space].memory_start = resolved;
    spaces[space].memory_bytes = bytes;
    return NJ_OK;
}

static uint64_t until_page_end(uint64_t address)
{
    return PAGE_BYTES - address % PAGE_BYTES;
}

static enum nj_status copy(uint32_t caller, uint32_t slot)
{
    uint64_t to = argument(caller, 0), from = argument(caller, 2), bytes = argument(caller, 3);
    uint32_t source, to_page, from_page;

    enum nj_status status = cap_lookup_kind(caller, argument(caller, 1), NJ_KIND_SPACE, &source);
    if (status != NJ_OK)
        return status;
    if ((slots[source].cap.rights & NJ_RIGHT_READ) == 0)
        return NJ_NO_RIGHT;
    if (bytes == 0)
        return NJ_BAD_ARGUMENT;
    status = space_write_page(slots[slot].cap.object, to, &to_page);
    if (status == NJ_OK)
        status = space_read_page(slots[source].cap.object, from, &from_page);
    if (status != NJ_OK)
        return status;
    if (bytes > until_page_end(to))
        bytes = until_page_end(to);
    if (bytes > until_page_end(from))
        bytes = until_page_end(from);
    page_copy(to_page, (uint32_t)(to % PAGE_BYTES), from_page, (uint32_t)(from % PAGE_BYTES), (uint32_t)bytes);
    set_result(caller, 0, bytes);
    return NJ_OK;
}

static enum nj_status info(uint32_t caller, uint32_t space)
{
    uint64_t supplied = 0, used = 0;

    for (uint32_t i = 0; i < NJ_SPACE_SUPPLIES; i++) {
        struct cap cap = slots[space_code_slot(space) + 1u + i].cap;
        supplied += cap_pages(cap);
        used += cap_used(cap) / UNITS_PER_PAGE;
    }
    set_result(caller, 0, spaces[space].type);
    set_result(caller, 1, supplied);
    set_result(caller, 2, used);
    set_result(caller, 3, spaces[space].memory_bytes);
    set_result(caller, 4, spaces[space].thread_count);
    return NJ_OK;
}

// Who may only read a space, or only knows of it, may not change it.
enum nj_status space_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    uint32_t space = slots[slot].cap.object;
    bool changes = operation != NJ_SPACE_INFO && operation != NJ_SPACE_GATE_STATE;

    if (changes && (slots[slot].cap.rights & NJ_RIGHT_WRITE) == 0)
        return NJ_NO_RIGHT;
    switch (operation) {
    case NJ_SPACE_CONFIGURE:
        return configure(caller, space);
    case NJ_SPACE_SUPPLY:
        if (spaces[space].is_dead)
            return NJ_WRONG_STATE;
        return supply_take(caller, argument(caller, 0), space_code_slot(space) + 1u, NJ_SPACE_SUPPLIES);
    case NJ_SPACE_MEMORY:
        return set_memory(caller, space);
    case NJ_SPACE_ATTACH:
        return space_attach(caller, space);
    case NJ_SPACE_COPY:
        return copy(caller, slot);
    case NJ_SPACE_INFO:
        return info(caller, space);
    default:
        return gate_invoke(caller, slot, operation);
    }
}
