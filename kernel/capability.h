// SPDX-License-Identifier: Apache-2.0
// Capabilities in slots: find, derive, move, delete, revoke. Slot arguments are indices in slots[], already checked.
#pragma once
#include "kernel/cnode.h"
#include "kernel/object.h"
#include "kernel/thread.h"

// Work one system call may do before it answers AGAIN, in steps of some tens of instructions.
#define STEPS_PER_CALL 64u

// Neither empty nor a zombie: neither has one of these bits in its kind, and every other kind has one.
#define CAP_KIND_USABLE_BITS (KIND_ZOMBIE - 1u)
static inline bool cap_is_usable(struct cap cap)
{
    return (cap.kind & CAP_KIND_USABLE_BITS) != 0;
}

// Slot number `number` of the thread's capability table. SLOT_RANGE, EMPTY_SLOT. Slot 0 is bookkeeping and reads as empty.
// For the ways of frequent calls; the others use cap_lookup().
static inline enum nj_status cap_find(uint32_t thread, uint64_t number, uint32_t *slot)
{
    struct cap table = thread_table(thread);

    if (number >= table.word)
        return NJ_SLOT_RANGE;
    uint32_t found = table.object + (uint32_t)number;
    *slot = found;
    return cap_is_usable(slots[found].cap) ? NJ_OK : NJ_EMPTY_SLOT;
}

// Is it a capability of this kind? For those that leave what is wrong to cap_lookup_kind().
static inline bool cap_find_kind(uint32_t thread, uint64_t number, enum nj_kind kind, uint32_t *slot)
{
    struct cap table = thread_table(thread);

    *slot = table.object + (uint32_t)number;
    return number < table.word && slots[*slot].cap.kind == kind;
}

// The same as cap_find().
enum nj_status cap_lookup(uint32_t thread, uint64_t number, uint32_t *slot);
// The same, and of this kind. WRONG_KIND.
enum nj_status cap_lookup_kind(uint32_t thread, uint64_t number, enum nj_kind kind, uint32_t *slot);
// Slot `index` of the table behind the thread's cnode capability `number`, empty or not. SLOT_RANGE, WRONG_KIND, ...
enum nj_status cap_lookup_in(uint32_t thread, uint64_t number, uint64_t index, uint32_t *slot);

// The same as cap_lookup_in(), for the ways of frequent calls.
static inline enum nj_status cap_find_in(uint32_t thread, uint64_t number, uint64_t index, uint32_t *slot)
{
    uint32_t cnode;
    enum nj_status status = cap_find(thread, number, &cnode);

    if (status != NJ_OK)
        return status;
    if (slots[cnode].cap.kind != NJ_KIND_CNODE)
        return NJ_WRONG_KIND;
    return cnode_slot(slots[cnode].cap, index, slot);
}

// Puts a capability into an empty slot as the child of another. Counts the reference.
void cap_create(uint32_t parent, uint32_t slot, struct cap cap);
// Puts `count` capabilities into consecutive empty slots; `object` grows by `stride` from one to the next.
void cap_create_run(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride);
// Copy with fewer rights and, if not 0, a badge. SLOT_USED, WRONG_KIND, IN_USE (has a badge), REVOKING, AGAIN.
enum nj_status cap_derive(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge);
// SLOT_USED, EMPTY_SLOT.
enum nj_status cap_move(uint32_t source, uint32_t destination);
// Empties the slot; the last capability of an object stops the object. AGAIN when *steps ran out.
enum nj_status cap_delete(uint32_t slot, uint32_t *steps);
// The same with the steps of a whole call.
enum nj_status cap_delete_now(uint32_t slot);
// Deletes all descendants; untyped memory is taken back. AGAIN when *steps ran out.
enum nj_status cap_revoke(uint32_t slot, uint32_t *steps);

// Untyped memory and supplies keep two numbers in the word.
uint32_t cap_pages(struct cap cap);
uint32_t cap_used(struct cap cap); // in units of 32 bytes from the start
void cap_set_used(uint32_t slot, uint32_t used);

#define UNIT_BYTES 32u
#define UNITS_PER_PAGE (PAGE_BYTES / UNIT_BYTES)
