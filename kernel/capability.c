// SPDX-License-Identifier: Apache-2.0
// Capabilities in slots. Every operation decodes and checks first and then commits; nothing fails after the commit.
//
// Objects count the capabilities that name them. Deleting the last one stops the object (its threads, peers and
// mappings let go), in bounded steps: meanwhile the slot holds a zombie that nothing but delete accepts. The memory of
// the object comes back when the untyped memory it was made from is revoked.
#include "kernel/capability.h"

#include "kernel/arch/arch.h"
#include "kernel/cnode.h"
#include "kernel/code.h"
#include "kernel/derive.h"
#include "kernel/endpoint.h"
#include "kernel/frame.h"
#include "kernel/hart.h"
#include "kernel/interrupt.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched.h"
#include "kernel/space.h"
#include "kernel/thread.h"
#include "kernel/untyped.h"

enum nj_status cap_lookup(uint32_t thread, uint64_t number, uint32_t *slot)
{
    struct cap table = thread_table(thread);

    return cap_find(table.object, table.word, number, slot);
}

enum nj_status cap_lookup_kind(uint32_t thread, uint64_t number, enum nj_kind kind, uint32_t *slot)
{
    enum nj_status status = cap_lookup(thread, number, slot);

    if (status == NJ_OK && slots[*slot].cap.kind != kind)
        return NJ_WRONG_KIND;
    return status;
}

enum nj_status cap_lookup_in(uint32_t thread, uint64_t number, uint64_t index, uint32_t *slot)
{
    struct cap table = thread_table(thread);

    return cap_find_in(table.object, table.word, number, index, slot);
}

// Counts a capability of an object in (+1) or out (-1) and returns how many there are. Kinds without an object to stop
// (memory, authorities) always have "another one".
/*@ requires object_fits(cap.kind, cap.object, cap.word);
    requires cap.kind == NJ_KIND_CNODE ==> slots[cap.object].cap.kind == NJ_KIND_EMPTY;
    assigns slots[cap.object].cap.word, REFERENCES(cap.object);
    ensures links_stay{Pre, Post};
    ensures caps_stay{Pre, Post};
    ensures \result == 1 ==> is_counted(cap.kind); */
static uint32_t reference_count(struct cap cap, uint32_t change)
{
    switch (cap.kind) {
    case NJ_KIND_CNODE:
        return cnode_reference(cap.object, change);
    case NJ_KIND_ENDPOINT:
        return endpoints[cap.object].references += change;
    case NJ_KIND_NOTIFICATION:
        return notifications[cap.object].references += change;
    case NJ_KIND_REPLY:
        return replies[cap.object].references += change;
    case NJ_KIND_THREAD:
        return threads[cap.object].references += change;
    case NJ_KIND_SCHED:
        return scheds[cap.object].references += change;
    case NJ_KIND_SPACE:
        return spaces[cap.object].references += change;
    case NJ_KIND_CODE:
        return codes[cap.object].references += change;
    case NJ_KIND_INTERRUPT:
        return interrupts[cap.object].references += change;
    case NJ_KIND_HART:
        return harts[cap.object].references += change;
    default:
        return 2;
    }
}

// The object's last capability goes, or the capability itself is a tie (a mapping, a supply) that must be undone first.
/*@ requires is_slot(slot) && object_fits(cap.kind, cap.object, cap.word);
    requires cap.kind == NJ_KIND_CNODE ==> slots[cap.object].cap.kind == NJ_KIND_EMPTY;
    requires cap.kind == NJ_KIND_FRAME || cap.kind == KIND_SUPPLY ==> slots[slot].cap.kind == cap.kind;
    STOPS_IN_STEPS */
static enum nj_status object_retire(struct cap cap, uint32_t slot, uint32_t *steps)
{
    switch (cap.kind) {
    case NJ_KIND_CNODE:
        return cnode_retire(cap.object, steps);
    case NJ_KIND_ENDPOINT:
        return endpoint_retire(cap.object, steps);
    case NJ_KIND_NOTIFICATION:
        return notification_retire(cap.object, steps);
    case NJ_KIND_REPLY:
        return reply_retire(cap.object);
    case NJ_KIND_THREAD:
        return thread_retire(cap.object, steps);
    case NJ_KIND_SCHED:
        return sched_retire(cap.object);
    case NJ_KIND_SPACE:
        return space_retire(cap.object, steps);
    case NJ_KIND_CODE:
        return code_retire(cap.object, steps);
    case NJ_KIND_INTERRUPT:
        return interrupt_retire(cap.object, steps);
    case NJ_KIND_HART:
        return hart_retire(cap.object, steps);
    case NJ_KIND_FRAME:
        return frame_retire(slot, steps);
    case KIND_SUPPLY:
        return space_supply_retire(slot, steps);
    default:
        return NJ_OK;
    }
}

void cap_create(uint32_t parent, uint32_t slot, struct cap cap)
{
    cap_insert(parent, slot, cap);
    reference_count(cap, 1);
}

/*@ requires order_holds && caps_valid && 0 < slot <= end <= SLOTS_MAX;
    assigns ALL_OBJECTS;
    CAPS_ARE_VALID
    ensures caps_stay{Pre, Post};
    ensures \result == OK_STAYS; */
static __attribute__((noinline)) enum nj_status count_run(uint32_t slot, uint32_t end)
{
    /*@ loop invariant \at(slot, Pre) <= slot <= end;
        LOOP_KEEPS_CAPS
        loop invariant caps_stay{Pre, Here};
        loop assigns slot, ALL_OBJECTS;
        loop variant end - slot; */
    for (; slot != end; slot++)
        reference_count(slots[slot].cap, 1);
    return OK_STAYS;
}

// The next one of a run, which names another object.
/*@ requires order_holds && caps_valid && is_slot(parent) && is_slot(slot) && is_slot(slot - 1) && \valid_read(cap);
    requires slots[parent].cap.kind != NJ_KIND_EMPTY && next_of(2 * parent) == 2 * (slot - 1);
    requires is_free(slot) && may_name(slot, cap->kind, object, cap->word);
    assigns slots[..];
    CAPS_ARE_VALID
    ensures next_of(2 * parent) == 2 * slot;
    ensures slots[slot].cap.kind == \old(cap->kind) && slots[slot].cap.rights == \old(cap->rights);
    ensures slots[slot].cap.extra == \old(cap->extra) && slots[slot].cap.word == \old(cap->word);
    ensures slots[slot].cap.object == object;
    ensures \forall integer other; is_slot(other) && other != slot ==> slots[other].cap == \old(slots[other].cap); */
static inline void cap_insert_next(uint32_t parent, uint64_t slot, const struct cap *cap, uint32_t object)
{
    slot_set_object(slot, cap, object);
    derive_insert_next(parent, slot, slot - 1u);
}

/*@ ghost
    /@ requires fewer <= more;
       assigns \nothing;
       ensures (integer)fewer * one <= (integer)more * one; @/
    void product_grows(uint64_t fewer, uint64_t more, uint64_t one)
    {
    } */
enum nj_status cap_create_rest(uint32_t parent, uint32_t slot, uint32_t count, struct cap cap, uint32_t stride)
{
    uint64_t end = (uint64_t)slot + count;
    uint32_t object = slots[slot].cap.object;

    /*@ loop invariant slot < next <= end && next_of(2 * parent) == 2 * (next - 1);
        loop invariant object == cap.object + (next - 1 - slot) * stride;
        loop invariant next < end ==> run_is_free((integer)next, end - next);
        loop invariant nodes_have_room(slot, count, cap, object + stride, cap.object + count * stride);
        LOOP_KEEPS_CAPS
        loop invariant run_holds(slot, next - slot, cap, stride);
        loop invariant \forall integer other; is_slot(other) && !(slot <= other < slot + count) ==>
            cap_stays{Pre, Here}(other);
        loop assigns next, object, slots[..];
        loop variant end - next; */
    for (uint64_t next = slot + 1ull; next != end; next++) {
        //@ assert object + stride == cap.object + (next - slot) * stride;
        //@ ghost product_grows(next - slot, count - 1, stride);
        //@ assert (next - slot) * stride <= (count - 1) * stride;
        object += stride;
        //@ assert object == cap.object + (next - slot) * stride;
        //@ assert cap.object <= object <= cap.object + (count - 1) * stride;
        //@ assert object_fits(cap.kind, object, cap.word);
        //@ assert is_free((integer)next);
        //@ assert cap.kind == NJ_KIND_CNODE ==> slots[object].cap.kind == NJ_KIND_EMPTY && object != next;
        //@ assert may_name((integer)next, cap.kind, object, cap.word);
        cap_insert_next(parent, next, &cap, object);
        //@ assert run_holds(slot, next - slot, cap, stride);
        //@ assert slots[next].cap.object == cap.object + (next - slot) * stride;
        //@ assert run_holds(slot, next + 1 - slot, cap, stride);
    }
    return cap_is_counted(slots[slot].cap) ? count_run(slot, (uint32_t)end) : OK_STAYS;
}

/*@ assigns \nothing;
    ensures \result <==> cap.kind == NJ_KIND_ENDPOINT || cap.kind == NJ_KIND_NOTIFICATION; */
static inline bool can_have_badge(struct cap cap)
{
    return cap.kind == NJ_KIND_ENDPOINT || cap.kind == NJ_KIND_NOTIFICATION;
}

// Counts a capability out if it is not the last one, and if deleting it takes no more than that.
/*@ requires object_fits(cap.kind, cap.object, cap.word);
    assigns REFERENCES(cap.object); */
static inline bool count_down(struct cap cap)
{
    if (cap.kind == NJ_KIND_ENDPOINT) // mostly
        return endpoints[cap.object].references >= 2 && endpoints[cap.object].references-- != 0;
    switch (cap.kind) {
    case NJ_KIND_NOTIFICATION:
        return notifications[cap.object].references >= 2 && notifications[cap.object].references-- != 0;
    case NJ_KIND_REPLY:
        return replies[cap.object].references >= 2 && replies[cap.object].references-- != 0;
    case NJ_KIND_THREAD:
        return threads[cap.object].references >= 2 && threads[cap.object].references-- != 0;
    case NJ_KIND_SCHED:
        return scheds[cap.object].references >= 2 && scheds[cap.object].references-- != 0;
    case NJ_KIND_SPACE:
        return spaces[cap.object].references >= 2 && spaces[cap.object].references-- != 0;
    case NJ_KIND_INTERRUPT:
        return interrupts[cap.object].references >= 2 && interrupts[cap.object].references-- != 0;
    case NJ_KIND_HART:
        return harts[cap.object].references >= 2 && harts[cap.object].references-- != 0;
    default:
        return false;
    }
}

// Those of the rights that are wanted.
/*@ assigns \nothing;
    ensures (\result & rights) == \result;
    ensures (wanted & NJ_RIGHT_SEND) == 0 ==> (\result & NJ_RIGHT_SEND) == 0;
    ensures (wanted & NJ_RIGHT_RECV) == 0 ==> (\result & NJ_RIGHT_RECV) == 0;
    ensures (wanted & NJ_RIGHT_GRANT) == 0 ==> (\result & NJ_RIGHT_GRANT) == 0;
    ensures (wanted & NJ_RIGHT_GRANT_REPLY) == 0 ==> (\result & NJ_RIGHT_GRANT_REPLY) == 0;
    ensures (wanted & NJ_RIGHT_EXECUTE) == 0 ==> (\result & NJ_RIGHT_EXECUTE) == 0;
    ensures (\result & CAP_REVOKING) == 0 && (\result & CAP_HART) == 0; */
static inline uint8_t rights_within(uint8_t rights, uint8_t wanted)
{
    return rights & (uint8_t)((wanted & NJ_RIGHT_ALL) | CAP_DEVICE);
}

enum nj_status cap_derive_allowed(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge)
{
    struct cap cap = slots[source].cap;

    cap.rights = rights_within(cap.rights, rights);
    if (badge != 0)
        cap.word = badge;
    if (cap.kind == NJ_KIND_FRAME)
        cap.word = 0; // the copy is not mapped anywhere
    slot_set(destination, cap);
    derive_insert(source, destination);
    reference_count(cap, 1);
    return NJ_OK;
}

// Some revoke is pending: is it one of the source's ancestors that is revoked?
/*@ requires order_holds && caps_valid && is_slot(source) && is_slot(destination) && is_free(destination);
    requires NJ_KIND_UNTYPED < slots[source].cap.kind < KIND_ZOMBIE;
    requires badge == 0 || (slots[source].cap.word == 0 &&
        (slots[source].cap.kind == NJ_KIND_ENDPOINT || slots[source].cap.kind == NJ_KIND_NOTIFICATION));
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID
    ensures \result == NJ_OK || \result == NJ_REVOKING || \result == NJ_AGAIN || \result == NJ_TOO_DEEP;
    ensures \result == NJ_OK ==> is_derived(slots[destination].cap, \old(slots[source].cap));
    ensures \result == NJ_OK ==> are_wanted(slots[destination].cap.rights, rights);
    ensures \result == NJ_OK ==> is_unmarked(slots[destination].cap.rights);
    ensures \result == NJ_OK && badge != 0 ==> slots[destination].cap.word == badge;
    ensures \result == NJ_OK && badge == 0 && slots[destination].cap.kind != NJ_KIND_FRAME ==>
        slots[destination].cap.word == \old(slots[source].cap.word);
    ensures \result != NJ_OK ==> cap_stays{Pre, Post}(destination);
    ensures \forall integer other; is_slot(other) && other != destination ==> cap_stays{Pre, Post}(other); */
static __attribute__((noinline)) enum nj_status derive_checked(uint32_t source, uint32_t destination, uint8_t rights,
                                                               uint64_t badge)
{
    enum nj_status status = derive_search(source);

    return status != NJ_OK ? status : cap_derive_allowed(source, destination, rights, badge);
}

enum nj_status cap_derive(uint32_t source, uint32_t destination, uint8_t rights, uint64_t badge)
{
    struct cap cap = slots[source].cap;

    if (cap.kind <= NJ_KIND_UNTYPED || cap.kind >= KIND_ZOMBIE)
        return cap.kind == NJ_KIND_EMPTY ? NJ_EMPTY_SLOT : NJ_WRONG_KIND;
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return NJ_SLOT_USED;
    if (badge != 0 && !can_have_badge(cap))
        return NJ_WRONG_KIND;
    if (badge != 0 && cap.word != 0)
        return NJ_IN_USE;
    if (revokes_pending != 0)
        return derive_checked(source, destination, rights, badge);
    return cap_derive_allowed(source, destination, rights, badge);
}

enum nj_status cap_move(uint32_t source, uint32_t destination)
{
    struct cap cap = slots[source].cap;

    if (!cap_is_usable(cap))
        return NJ_EMPTY_SLOT;
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return NJ_SLOT_USED;
    slot_copy(destination, source);
    slot_set(source, (struct cap){0});
    derive_replace(source, destination);
    return NJ_OK;
}

// Most capabilities that are deleted are copies: nothing was derived from them, and others of the object are left.
/*@ requires order_holds && caps_valid && is_slot(slot);
    assigns slots[..], REFERENCES(slots[slot].cap.object);
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post};
    ensures \result ==> slots[slot].cap.kind == NJ_KIND_EMPTY && \old(slots[slot].cap.kind) != NJ_KIND_EMPTY;
    ensures \result ==> \old(next_of(2 * slot)) == 2 * slot + 1;
    ensures !\result ==> slots[slot].cap == \old(slots[slot].cap);
    ensures \forall integer other; is_slot(other) && other != slot ==> slots[other].cap == \old(slots[other].cap); */
static __attribute__((noinline)) bool delete_copy(uint32_t slot)
{
    if (derive_has_children(slot) || (slots[slot].cap.rights & (CAP_REVOKING | CAP_HART)) != 0 ||
        !count_down(slots[slot].cap))
        return false;
    derive_remove_leaf(slot);
    slot_set(slot, (struct cap){0});
    return true;
}

/*@ requires is_slot(slot);
    STOPS
    ensures \result == NJ_OK ==> slots[slot].cap.kind == NJ_KIND_EMPTY; */
static __attribute__((noinline)) enum nj_status delete_other(uint32_t slot)
{
    uint32_t steps = STEPS_PER_CALL;

    return cap_delete(slot, &steps);
}

enum nj_status cap_delete_now(uint32_t slot)
{
    return delete_copy(slot) ? OK_STAYS : delete_other(slot);
}

// Nothing stands in the way any more: the slot is emptied.
/*@ requires order_holds && caps_valid && is_slot(slot) && slots[slot].cap.kind != NJ_KIND_EMPTY;
    requires object_fits(cap.kind, cap.object, cap.word);
    requires cap.kind == NJ_KIND_CNODE ==> slots[cap.object].cap.kind == NJ_KIND_EMPTY;
    assigns slots[..], REFERENCES(cap.object), revokes_pending;
    CAPS_ARE_VALID
    ensures none_filled{Pre, Post};
    ensures slots[slot].cap.kind == NJ_KIND_EMPTY; */
static inline void delete_commit(uint32_t slot, struct cap cap)
{
    derive_unmark(slot);
    reference_count(cap, (uint32_t)-1);
    derive_remove(slot);
    slot_set(slot, (struct cap){0});
}

// Stops what goes with the capability, and makes it a zombie while that takes more calls.
/*@ requires is_slot(slot) && slots[slot].cap.kind != NJ_KIND_EMPTY && object_fits(cap.kind, cap.object, cap.word);
    requires cap.kind == NJ_KIND_CNODE ==> slots[cap.object].cap.kind == NJ_KIND_EMPTY;
    requires cap.kind == kind_of(slot) && cap.object == slots[slot].cap.object && cap.word == slots[slot].cap.word;
    requires cap.kind != KIND_ZOMBIE;
    STOPS_IN_STEPS */
static inline enum nj_status delete_object(uint32_t slot, struct cap cap, uint32_t *steps)
{
    bool is_tie = cap.kind == NJ_KIND_FRAME || cap.kind == KIND_SUPPLY;

    if (!is_tie) {
        if (reference_count(cap, 0) != 1)
            return NJ_OK;
        slot_set_zombie(slot, cap.kind);
        //@ assert \forall integer other; is_slot(other) ==> kind_of(other) == \at(kind_of(other), Pre);
        //@ assert objects_fit;
        //@ assert slots_linked;
        //@ assert nodes_begin;
        //@ assert nodes_apart;
        //@ assert cursors_fit;
    }
    return object_retire(cap, slot, steps);
}

// What must end before a capability of code goes, or one that a hart runs by.
/*@ requires is_slot(slot) && slots[slot].cap.kind != NJ_KIND_EMPTY;
    requires cap.kind == kind_of(slot);
    STOPS_IN_STEPS
    ensures caps_stay{Pre, Post}; */
static inline enum nj_status delete_use(uint32_t slot, struct cap cap, uint32_t *steps)
{
    enum nj_status status = cap.kind == NJ_KIND_CODE ? space_code_retire(slot, steps) : NJ_OK;

    return status == NJ_OK && (cap.rights & CAP_HART) != 0 ? hart_lose(slot) : status;
}

enum nj_status cap_delete(uint32_t slot, uint32_t *steps)
{
    struct cap cap = slots[slot].cap;

    if (cap.kind == NJ_KIND_EMPTY)
        return NJ_OK;
    if (*steps == 0)
        return NJ_AGAIN;
    (*steps)--;
    if (cap.kind == KIND_ZOMBIE)
        cap.kind = (uint8_t)cap.extra;
    enum nj_status status = delete_use(slot, cap, steps);
    if (status == NJ_OK)
        status = delete_object(slot, cap, steps);
    if (status != NJ_OK)
        return status;
    if (slots[slot].cap.kind != NJ_KIND_EMPTY) // a code object and its pages going together: it may be emptied by now
        delete_commit(slot, cap);
    return NJ_OK;
}

// Nothing descends from it any more.
/*@ requires is_slot(slot);
    STOPS_IN_STEPS */
static inline enum nj_status revoke_end(uint32_t slot, uint32_t *steps)
{
    enum nj_status status = slots[slot].cap.kind == NJ_KIND_UNTYPED ? untyped_reset(slot, steps) : NJ_OK;

    if (status == NJ_OK)
        derive_unmark(slot);
    return status;
}

enum nj_status cap_revoke(uint32_t slot, uint32_t *steps)
{
    if (slots[slot].cap.kind == NJ_KIND_EMPTY || slots[slot].cap.kind == KIND_ZOMBIE)
        return NJ_EMPTY_SLOT;
    derive_mark(slot);
    /*@ loop invariant slots[slot].cap.kind != NJ_KIND_EMPTY;
        LOOP_KEEPS_CAPS
        loop invariant none_filled{Pre, Here};
        loop invariant *steps <= \at(*steps, Pre);
        loop assigns KERNEL_STATE, *steps;
        loop variant *steps; */
    while (derive_has_children(slot)) {
        uint32_t child = derive_first_child(slot);
        if (*steps != 0 && delete_copy(child)) {
            (*steps)--;
            continue;
        }
        enum nj_status status = cap_delete(child, steps);
        if (status != NJ_OK)
            return status;
        if (slots[slot].cap.kind == NJ_KIND_EMPTY)
            return NJ_OK; // it lay in a table made from itself, and went with that table
    }
    return revoke_end(slot, steps);
}
