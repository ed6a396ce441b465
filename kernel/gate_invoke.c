// SPDX-License-Identifier: Apache-2.0
// Operations on a space capability that are about gates: making them, and what became of those who entered.
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/gate.h"
#include "kernel/syscall.h"

// Derived from the space capability, so that revoke takes it back. It does not count as a reference.
static enum nj_status make(uint32_t caller, uint32_t slot)
{
    uint64_t offset = argument(caller, 0), badge = argument(caller, 1);
    uint32_t destination, space = slots[slot].cap.object;

    if (spaces[space].type != NJ_SPACE_CAPSULE || spaces[space].attach_progress != UINT32_MAX || spaces[space].is_dead)
        return NJ_WRONG_STATE;
    if (offset % 4u != 0 || offset >= codes[spaces[space].code.cap.object].bytes || badge > UINT32_MAX)
        return NJ_BAD_ARGUMENT;
    enum nj_status status = cap_lookup_in(caller, argument(caller, 2), argument(caller, 3), &destination);
    if (status != NJ_OK)
        return status;
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return NJ_SLOT_USED;
    status = derive_allowed(slot);
    if (status != NJ_OK)
        return status;
    cap_create(slot, destination,
               (struct cap){
                   .kind = NJ_KIND_GATE, .rights = NJ_RIGHT_SEND, .object = space, .word = offset | badge << 32});
    return NJ_OK;
}

static enum nj_gate_state state_of(uint32_t space)
{
    if (spaces[space].is_dead)
        return NJ_GATE_ENDED;
    if (spaces[space].gate.broken != 0)
        return NJ_GATE_BROKEN;
    return gate_thread(space) != NIL ? NJ_GATE_ACTIVE : NJ_GATE_IDLE;
}

static enum nj_status info(uint32_t caller, uint32_t space)
{
    set_result(caller, 0, state_of(space));
    set_result(caller, 1, spaces[space].gate.broken);
    set_result(caller, 2, spaces[space].gate.fault_kind);
    set_result(caller, 3, spaces[space].gate.fault_pc);
    set_result(caller, 4, spaces[space].gate.fault_detail);
    return NJ_OK;
}

static enum nj_status reset(uint32_t space)
{
    if (state_of(space) != NJ_GATE_BROKEN || gate_thread(space) != NIL)
        return NJ_WRONG_STATE;
    spaces[space].gate.broken = 0;
    spaces[space].gate.fault_kind = 0;
    spaces[space].gate.fault_pc = 0;
    spaces[space].gate.fault_detail = 0;
    spaces[space].gate.lock = 0;
    return NJ_OK;
}

enum nj_status gate_invoke(uint32_t caller, uint32_t slot, uint64_t operation)
{
    switch (operation) {
    case NJ_SPACE_GATE:
        return make(caller, slot);
    case NJ_SPACE_GATE_STATE:
        return info(caller, slots[slot].cap.object);
    case NJ_SPACE_GATE_RESET:
        return reset(slots[slot].cap.object);
    default:
        return NJ_BAD_OPERATION;
    }
}
