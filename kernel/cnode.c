// SPDX-License-Identifier: Apache-2.0
// Capability nodes. The header in slot 0 is a slot whose capability has kind EMPTY, so that every lookup of slot 0
// fails by itself: `object` is the number of slots, `word` the number of capabilities to the node. Its `extra` says
// nothing; its links are unused but for one cursor, `prev` of the first: how many slots a retire has still to visit.
#include "kernel/cnode.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/derive.h"
#include "kernel/hart.h"
#include "kernel/space.h"
#include "kernel/syscall.h"

void cnode_init(uint32_t first, uint32_t count)
{
    slot_set(first, (struct cap){.object = count});
    cursor_set(first, count);
}

uint32_t cnode_reference(uint32_t first, uint32_t change)
{
    slot_set_word(first, slots[first].cap.word + (uint64_t)(int32_t)change);
    return (uint32_t)slots[first].cap.word;
}

// A table inside a table that goes is left as it is: nobody can reach it any more, and taking tables apart inside each
// other would need a stack as deep as somebody nested them. A space is stopped, and its table left, and so is the job of
// a hart, which holds a space. The revoke of the memory they were made from takes apart what is left (reset.c). What is a
// zombie already ends here like everything else: nobody else may be left to go on with it.
/*@ requires order_holds && caps_valid && \valid(steps) && \valid(is_left);
    requires object_fits(cap.kind == KIND_ZOMBIE ? cap.extra : cap.kind, cap.object, cap.word);
    requires cap.kind == NJ_KIND_CNODE || (cap.kind == KIND_ZOMBIE && cap.extra == NJ_KIND_CNODE) ==>
        slots[cap.object].cap.kind == NJ_KIND_EMPTY;
    assigns KERNEL_STATE, *steps, *is_left;
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post};
    ensures *steps <= \old(*steps); */
static enum nj_status nested_retire(struct cap cap, bool *is_left, uint32_t *steps)
{
    uint32_t kind = cap.kind == KIND_ZOMBIE ? cap.extra : cap.kind;
    bool is_table = kind == NJ_KIND_CNODE && cnode_reference(cap.object, 0) == 1;
    bool is_space = kind == NJ_KIND_SPACE && spaces[cap.object].references == 1;
    bool is_hart = kind == NJ_KIND_HART && harts[cap.object].references == 1;

    //@ assert slots_linked;
    *is_left = is_table || is_space || is_hart;
    if (is_space)
        return space_kill(cap.object, steps);
    return is_hart ? hart_park(cap.object) : NJ_OK;
}

enum nj_status cnode_retire(uint32_t first, uint32_t *steps)
{
    uint32_t rest = open_prev(first);

    /*@ loop invariant first + rest <= SLOTS_MAX;
        loop invariant slots[first].cap.kind == NJ_KIND_EMPTY;
        LOOP_KEEPS_CAPS
        loop invariant none_filled{Pre, Here};
        loop invariant *steps <= \at(*steps, Pre);
        loop assigns rest, KERNEL_STATE, *steps;
        loop variant rest; */
    while (rest > 1) {
        uint32_t slot = first + rest - 1;
        bool is_left;
        if (*steps == 0)
            return NJ_AGAIN;
        (*steps)--;
        enum nj_status status = nested_retire(slots[slot].cap, &is_left, steps);
        if (status == NJ_OK && !is_left)
            status = cap_delete(slot, steps);
        if (status != NJ_OK)
            return status;
        cursor_set(first, --rest);
    }
    return NJ_OK;
}

// All other capabilities, and errors.
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_plain(destination);
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID
    ensures \result == OK_STAYS ==> \old(slots[destination].cap.kind) == NJ_KIND_EMPTY;
    ensures \result == OK_STAYS && operation != NJ_CNODE_MOVE ==> is_derived(slots[destination].cap, \old(slots[source].cap));
    ensures \result == OK_STAYS && operation == NJ_CNODE_MOVE ==> slots[destination].cap == \old(slots[source].cap); */
static __attribute__((noinline)) enum nj_status copy_other(uint64_t operation, uint32_t source, uint32_t destination,
                                                           uint8_t rights, uint64_t badge)
{
    enum nj_status status = operation == NJ_CNODE_MOVE ? cap_move(source, destination)
                                                       : cap_derive(source, destination, rights, badge);

    return status == NJ_OK ? OK_STAYS : status;
}

/*@ assigns \nothing;
    ensures (\result & rights) == \result;
    ensures (wanted & NJ_RIGHT_SEND) == 0 ==> (\result & NJ_RIGHT_SEND) == 0;
    ensures (wanted & NJ_RIGHT_RECV) == 0 ==> (\result & NJ_RIGHT_RECV) == 0;
    ensures (wanted & NJ_RIGHT_GRANT) == 0 ==> (\result & NJ_RIGHT_GRANT) == 0;
    ensures (wanted & NJ_RIGHT_GRANT_REPLY) == 0 ==> (\result & NJ_RIGHT_GRANT_REPLY) == 0;
    ensures (wanted & NJ_RIGHT_EXECUTE) == 0 ==> (\result & NJ_RIGHT_EXECUTE) == 0; */
static inline uint8_t rights_common(uint8_t rights, uint8_t wanted)
{
    return rights & (wanted & UINT8_MAX); // the mask is for provers
}

// The one or the other: not both have a badge.
/*@ assigns \nothing;
    ensures badge == 0 ==> \result == word;
    ensures word == 0 ==> \result == badge; */
static inline uint64_t word_with(uint64_t word, uint64_t badge)
{
    return word | badge;
}

/*@ assigns \nothing;
    ensures bits == UINT64_MAX && \result ==> word == 0; */
static inline bool has_none_of(uint64_t word, uint64_t bits)
{
    return (word & bits) == 0;
}

// What is copied most are capabilities of endpoints: one counter, and nothing to search while no revoke is pending.
// `badge_bits`: those that it must not have; all, if it gets others.
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_free(destination);
    requires badge == 0 && badge_bits == 0 || badge_bits == UINT64_MAX;
    assigns slots[..], endpoints[slots[source].cap.object].references;
    CAPS_ARE_VALID
    ensures \result ==> is_derived(slots[destination].cap, \old(slots[source].cap));
    ensures \result ==> are_wanted(slots[destination].cap.rights, rights);
    ensures \forall integer other; is_slot(other) && other != destination ==> cap_stays{Pre, Post}(other);
    ensures !\result ==> cap_stays{Pre, Post}(destination); */
static inline bool copy_endpoint(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge, uint64_t badge_bits)
{
    if (slots[source].cap.kind != NJ_KIND_ENDPOINT || revokes_pending != 0 ||
        !has_none_of(slots[source].cap.word, badge_bits))
        return false;
    slot_copy(destination, source);
    slot_set_rights(destination, rights_common(slots[source].cap.rights, rights));
    slot_set_word(destination, word_with(slots[source].cap.word, badge));
    derive_insert(source, destination);
    endpoints[slots[source].cap.object].references++;
    return true;
}

// Mostly nothing was derived from it.
/*@ requires order_holds && caps_valid && root_encloses;
    requires is_slot(source) && is_slot(destination) && is_free(destination);
    assigns slots[..];
    CAPS_ARE_VALID
    ensures \result ==> slots[destination].cap == \old(slots[source].cap);
    ensures \result ==> slots[source].cap.kind == NJ_KIND_EMPTY;
    ensures \forall integer other; is_slot(other) && other != source && other != destination ==>
        slots[other].cap == \old(slots[other].cap);
    ensures !\result ==> \forall integer other; is_slot(other) ==> slots[other].cap == \old(slots[other].cap); */
static inline bool move_leaf(uint32_t source, uint32_t destination)
{
    if (!cap_is_usable(slots[source].cap) || derive_has_children(source))
        return false;
    slot_copy(destination, source);
    slot_set(source, (struct cap){0});
    derive_replace_leaf(source, destination);
    return true;
}

// COPY, MINT and MOVE.
/*@ requires thread < THREADS_MAX && order_holds && caps_valid && root_encloses && run_fits(table, count);
    requires is_node(first, size);
    assigns KERNEL_STATE;
    CAPS_ARE_VALID */
static inline enum nj_status cnode_copy(uint32_t thread, uint64_t operation, uint32_t table, uint64_t count,
                                        uint32_t first, uint64_t size)
{
    uint64_t badge = 0, badge_bits = 0, index = argument(thread, 0);
    uint32_t source;

    if (operation == NJ_CNODE_MINT) {
        badge = argument(thread, 4);
        if (badge == 0)
            return NJ_BAD_ARGUMENT;
        badge_bits = UINT64_MAX;
    }
    if (!cnode_has(size, index))
        return NJ_SLOT_RANGE;
    enum nj_status status = cap_find_in(table, count, argument(thread, 1), argument(thread, 2), &source);
    if (status != NJ_OK)
        return status;
    uint32_t destination = first + (uint32_t)index;
    //@ assert is_slot(destination) && is_plain(destination);
    uint8_t rights = (uint8_t)argument(thread, 3);
    if (slots[destination].cap.kind == NJ_KIND_EMPTY &&
        (operation == NJ_CNODE_MOVE ? move_leaf(source, destination)
                                    : copy_endpoint(source, destination, rights, badge, badge_bits)))
        return OK_STAYS;
    return copy_other(operation, source, destination, rights, badge);
}

/*@ requires thread < THREADS_MAX && order_holds && caps_valid && is_node(first, size);
    assigns KERNEL_STATE;
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post}; */
static inline enum nj_status cnode_delete(uint32_t thread, uint32_t first, uint64_t size)
{
    uint64_t index = argument(thread, 0);

    return cnode_has(size, index) ? cap_delete_now(first + (uint32_t)index) : NJ_SLOT_RANGE;
}

/*@ requires thread < THREADS_MAX && order_holds && caps_valid;
    requires object_fits(NJ_KIND_CNODE, cnode.object, cnode.word);
    assigns KERNEL_STATE;
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post}; */
static enum nj_status cnode_revoke(uint32_t thread, struct cap cnode)
{
    uint32_t slot, steps = STEPS_PER_CALL;
    enum nj_status status = cnode_slot(cnode, argument(thread, 0), &slot);

    if (status != NJ_OK)
        return status;
    return cap_revoke(slot, &steps);
}

//@ assigns \nothing;
static uint64_t cap_size_or_badge(struct cap cap)
{
    switch (cap.kind) {
    case NJ_KIND_UNTYPED:
        return (uint64_t)cap_pages(cap) * PAGE_BYTES;
    case NJ_KIND_FRAME:
        return (uint64_t)cap.extra * PAGE_BYTES;
    case NJ_KIND_CNODE:
        return cap.word * sizeof(struct slot);
    case NJ_KIND_ENDPOINT:
    case NJ_KIND_NOTIFICATION:
        return cap.word;
    case NJ_KIND_GATE:
        return cap.word >> 32;
    default:
        return 0;
    }
}

/*@ requires thread < THREADS_MAX && object_fits(NJ_KIND_CNODE, cnode.object, cnode.word);
    assigns threads[thread].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1]; */
static enum nj_status cnode_inspect(uint32_t thread, struct cap cnode)
{
    uint32_t slot;
    enum nj_status status = cnode_slot(cnode, argument(thread, 0), &slot);

    if (status != NJ_OK)
        return status;
    struct cap cap = slots[slot].cap;
    if (cap.kind >= KIND_ZOMBIE)
        cap = (struct cap){0};
    set_result(thread, 0, cap.kind);
    set_result(thread, 1, cap.rights & NJ_RIGHT_ALL);
    set_result(thread, 2, cap_size_or_badge(cap));
    return NJ_OK;
}

/*@ requires thread < THREADS_MAX && object_fits(NJ_KIND_CNODE, cnode.object, cnode.word);
    assigns threads[thread].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1]; */
static enum nj_status cnode_info(uint32_t thread, struct cap cnode)
{
    uint64_t index = argument(thread, 0), used = 0, i = index;

    if (index > cnode.word)
        return NJ_SLOT_RANGE;
    /*@ loop invariant step <= STEPS_PER_CALL && i <= cnode.word;
        loop assigns step, i, used;
        loop variant STEPS_PER_CALL - step; */
    for (uint32_t step = 0; step < STEPS_PER_CALL && i < cnode.word; step++, i++)
        used += slots[cnode.object + (uint32_t)i].cap.kind != NJ_KIND_EMPTY;
    set_result(thread, 0, cnode.word);
    set_result(thread, 1, used);
    set_result(thread, 2, i);
    return NJ_OK;
}

// Apart from the frequent ones, so that these need no stack.
/*@ requires thread < THREADS_MAX && order_holds && caps_valid;
    requires is_slot(slot) && slots[slot].cap.kind == NJ_KIND_CNODE;
    assigns KERNEL_STATE;
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post}; */
static __attribute__((noinline)) enum nj_status other_operation(uint32_t thread, uint32_t slot, uint64_t operation)
{
    struct cap cnode = slots[slot].cap;

    switch (operation) {
    case NJ_CNODE_REVOKE:
        return cnode_revoke(thread, cnode);
    case NJ_CNODE_INSPECT:
        return cnode_inspect(thread, cnode);
    case NJ_CNODE_INFO:
        return cnode_info(thread, cnode);
    default:
        return NJ_BAD_OPERATION;
    }
}

enum nj_status cnode_invoke(uint32_t thread, uint32_t slot, uint64_t operation, uint32_t table, uint64_t count,
                            uint32_t first, uint64_t size)
{
    if (operation <= NJ_CNODE_MOVE)
        return cnode_copy(thread, operation, table, count, first, size);
    if (operation == NJ_CNODE_DELETE)
        return cnode_delete(thread, first, size);
    return other_operation(thread, slot, operation);
}
