// SPDX-License-Identifier: Apache-2.0
// Capabilities in slots: find, derive, move, delete, revoke. Slot arguments are indices in slots[], already checked.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/cnode.h"
#include "kernel/derive.h"
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

// Slot number `number` of a thread's capability table, which is `count` slots from `table` on. SLOT_RANGE, EMPTY_SLOT.
// Slot 0 is bookkeeping and reads as empty.
// For the ways of frequent calls; the others use cap_lookup().
static inline enum nj_status cap_find(uint32_t table, uint64_t count, uint64_t number, uint32_t *slot)
{
    if (number >= count)
        return NJ_SLOT_RANGE;
    uint32_t found = table + (uint32_t)number;
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
static inline enum nj_status cap_find_in(uint32_t table, uint64_t count, uint64_t number, uint64_t index,
                                         uint32_t *slot)
{
    if (number >= count)
        return NJ_SLOT_RANGE;
    struct cap cnode = slots[table + (uint32_t)number].cap;
    if (cnode.kind != NJ_KIND_CNODE)
        return cap_is_usable(cnode) ? NJ_WRONG_KIND : NJ_EMPTY_SLOT;
    return cnode_slot(cnode, index, slot);
}

// Puts a capability into an empty slot as the child of another. Counts the reference.
void cap_create(uint32_t parent, uint32_t slot, struct cap cap);
// Is there an object to stop when its last capability goes, of those that retype makes?
static inline bool cap_is_counted(struct cap cap)
{
    return cap.kind != NJ_KIND_FRAME && cap.kind != NJ_KIND_UNTYPED;
}

// Puts `count` capabilities into consecutive empty slots; `object` grows by `stride` from one to the next. OK_STAYS: the
// last thing a call does. The first one apart, because mostly there is no other.
enum nj_status cap_create_rest(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride);
static inline enum nj_status cap_create_run(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride)
{
    slots[slot].cap = cap;
    derive_insert(parent, slot);
    return count != 1 || cap_is_counted(cap) ? cap_create_rest(parent, slot, count, cap, stride) : OK_STAYS;
}

// Copy with fewer rights and, if not 0, a badge. SLOT_USED, WRONG_KIND, IN_USE (has a badge), REVOKING, AGAIN.
enum nj_status cap_derive(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge);
// SLOT_USED, EMPTY_SLOT.
enum nj_status cap_move(uint32_t source, uint32_t destination);
// Empties the slot; the last capability of an object stops the object. AGAIN when *steps ran out.
enum nj_status cap_delete(uint32_t slot, uint32_t *steps);
// The same with the steps of a whole call. OK_STAYS if there was nothing to stop.
enum nj_status cap_delete_now(uint32_t slot);
// Deletes all descendants; untyped memory is taken back. AGAIN when *steps ran out.
enum nj_status cap_revoke(uint32_t slot, uint32_t *steps);

// Untyped memory and supplies keep two numbers in the word.
static inline uint32_t cap_pages(struct cap cap)
{
    return (uint32_t)cap.word;
}

static inline uint32_t cap_used(struct cap cap) // in units of 32 bytes from the start
{
    return (uint32_t)(cap.word >> 32);
}

static inline void cap_set_used(uint32_t slot, uint32_t used)
{
    slots[slot].cap.word = (slots[slot].cap.word & 0xffffffffu) | ((uint64_t)used << 32);
}

#define UNIT_BYTES 32u
#define UNITS_PER_PAGE (PAGE_BYTES / UNIT_BYTES)
