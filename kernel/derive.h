// SPDX-License-Identifier: Apache-2.0
// The derivation order: which capability was derived from which. One circular list of brackets; see derive.c.
#pragma once
#include "kernel/object.h"

/*@ // Slot s puts the tokens 2s (open) and 2s + 1 (close) into the list. What their neighbours are is defined in derive.c.
    axiomatic Tokens {
        logic integer next_of{L}(integer token) reads slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
        logic integer prev_of{L}(integer token) reads slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    }
    predicate is_slot(integer slot) = 0 < slot < SLOTS_MAX;
    predicate is_token(integer token) = 2 <= token < 2 * SLOTS_MAX;
    predicate has_links{L}(integer token) = next_of(token) != NIL;
    predicate is_linked{L}(integer slot) = has_links(2 * slot) && has_links(2 * slot + 1);
    predicate is_unlinked{L}(integer slot) = !has_links(2 * slot) && !has_links(2 * slot + 1);

    // The derivation order: the neighbours of a token exist and have links, they point back, and a slot is linked with
    // both its tokens or with none.
    predicate links_exist{L} = \forall integer token; is_token(token) && has_links(token) ==>
        is_token(next_of(token)) && is_token(prev_of(token)) && has_links(next_of(token));
    predicate links_agree{L} = \forall integer token; is_token(token) && has_links(token) ==>
        prev_of(next_of(token)) == token && next_of(prev_of(token)) == token;
    predicate links_pair{L} = \forall integer slot; is_slot(slot) ==> is_linked(slot) || is_unlinked(slot);
    predicate order_holds{L} = links_exist && links_agree && links_pair;

    // Between two states: no link was changed; and tokens without links have none now, or still hold what they held (a
    // cursor, cnode.c).
    predicate links_stay{L, M} = \forall integer token; is_token(token) ==>
        next_of{M}(token) == next_of{L}(token) && prev_of{M}(token) == prev_of{L}(token);
    predicate cursors_stay{L, M} = \forall integer token; is_token(token) && !has_links{M}(token) ==>
        (has_links{L}(token) ==> prev_of{M}(token) == NIL) &&
        (!has_links{L}(token) ==> prev_of{M}(token) == prev_of{L}(token)); */

// In contracts, to have each proved by itself.
#define KEEPS_ORDER                                                                                                    \
    ensures links_exist;                                                                                               \
    ensures links_agree;                                                                                               \
    ensures links_pair;

extern uint32_t derive_root;     // hidden slot whose bracket encloses all others
extern uint32_t revokes_pending; // slots that carry CAP_REVOKING

/*@ requires is_slot(root) && order_holds && is_unlinked(root);
    assigns derive_root, revokes_pending, slots[root].cap, slots[..].end[..];
    ensures slots[root].cap.kind == KIND_ROOT;
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures derive_root == root && is_linked(root); */
void derive_init(uint32_t root);

// Only the functions that touch links are proved with this definition in sight (tool/proved.txt); what is proved of the
// others follows from their contracts.
#ifdef PROVE_LEAVES
/*@ axiomatic Links {
        axiom next_is{L}: \forall integer token; next_of(token) == slots[token / 2].end[token % 2].next;
        axiom prev_is{L}: \forall integer token; prev_of(token) == slots[token / 2].end[token % 2].prev;
    } */
#endif

// What slots hold is written by these alone: links stay as they are.
/*@ requires is_slot(slot);
    assigns slots[slot].cap;
    ensures slots[slot].cap == cap;
    ensures links_stay{Pre, Post}; */
static inline void slot_set(uint32_t slot, struct cap cap)
{
    slots[slot].cap = cap;
}

// The same for one that is passed on: given by value, the compiler takes it apart and stores it piece by piece.
/*@ requires is_slot(slot) && \valid_read(cap);
    assigns slots[slot].cap;
    ensures slots[slot].cap == \old(*cap);
    ensures links_stay{Pre, Post}; */
static inline void slot_set_from(uint32_t slot, const struct cap *cap)
{
    slots[slot].cap = *cap;
}

// With another object in it.
/*@ requires is_slot(slot) && \valid_read(cap);
    assigns slots[slot].cap;
    ensures slots[slot].cap.kind == \old(cap->kind) && slots[slot].cap.rights == \old(cap->rights);
    ensures slots[slot].cap.extra == \old(cap->extra) && slots[slot].cap.word == \old(cap->word);
    ensures slots[slot].cap.object == object;
    ensures links_stay{Pre, Post}; */
static inline void slot_set_object(uint64_t slot, const struct cap *cap, uint32_t object)
{
    slots[slot].cap = *cap;
    slots[slot].cap.object = object;
}

/*@ requires is_slot(to) && is_slot(from);
    assigns slots[to].cap;
    ensures slots[to].cap == \old(slots[from].cap);
    ensures links_stay{Pre, Post}; */
static inline void slot_copy(uint32_t to, uint32_t from)
{
    slots[to].cap = slots[from].cap;
}

// It is being deleted; this is its kind.
/*@ requires is_slot(slot);
    assigns slots[slot].cap.kind, slots[slot].cap.extra;
    ensures slots[slot].cap.kind == KIND_ZOMBIE && slots[slot].cap.extra == kind;
    ensures links_stay{Pre, Post}; */
static inline void slot_set_zombie(uint32_t slot, uint8_t kind)
{
    slots[slot].cap.extra = kind;
    slots[slot].cap.kind = KIND_ZOMBIE;
}

/*@ requires is_slot(slot);
    assigns slots[slot].cap.rights;
    ensures slots[slot].cap.rights == rights;
    ensures links_stay{Pre, Post}; */
static inline void slot_set_rights(uint32_t slot, uint8_t rights)
{
    slots[slot].cap.rights = rights;
}

/*@ requires is_slot(slot);
    assigns slots[slot].cap.word;
    ensures slots[slot].cap.word == word;
    ensures links_stay{Pre, Post}; */
static inline void slot_set_word(uint32_t slot, uint64_t word)
{
    slots[slot].cap.word = word;
}

/*@ requires slot < SLOTS_MAX;
    assigns \nothing;
    ensures \result == 2 * slot; */
static inline uint32_t token_open(uint32_t slot)
{
    return slot * 2u + OPEN;
}

/*@ requires slot < SLOTS_MAX;
    assigns \nothing;
    ensures \result == 2 * slot + 1; */
static inline uint32_t token_close(uint32_t slot)
{
    return slot * 2u + CLOSE;
}

/*@ requires is_token(token);
    assigns \nothing;
    ensures \result == next_of(token); */
static inline uint32_t token_next(uint32_t token)
{
    return slots[token / 2u].end[token % 2u].next;
}

/*@ requires is_token(token);
    assigns \nothing;
    ensures \result == prev_of(token); */
static inline uint32_t token_prev(uint32_t token)
{
    return slots[token / 2u].end[token % 2u].prev;
}

/*@ requires is_token(left) && is_token(right);
    assigns slots[..].end[..];
    ensures next_of(left) == right && prev_of(right) == left;
    ensures \forall integer token; is_token(token) && token != left ==> next_of(token) == \old(next_of(token));
    ensures \forall integer token; is_token(token) && token != right ==> prev_of(token) == \old(prev_of(token)); */
static inline void link_tokens(uint32_t left, uint32_t right)
{
    slots[left / 2u].end[left % 2u].next = right;
    slots[right / 2u].end[right % 2u].prev = left;
}

/*@ requires is_token(token) && is_token(next_of(token)) && is_token(prev_of(token));
    assigns slots[..].end[..];
    ensures next_of(\old(prev_of(token))) == \old(next_of(token));
    ensures prev_of(\old(next_of(token))) == \old(prev_of(token));
    ensures \forall integer other; is_token(other) && other != \old(prev_of(token)) ==>
        next_of(other) == \old(next_of(other));
    ensures \forall integer other; is_token(other) && other != \old(next_of(token)) ==>
        prev_of(other) == \old(prev_of(other)); */
static inline void token_remove(uint32_t token)
{
    link_tokens(token_prev(token), token_next(token));
}

/*@ requires is_slot(slot);
    assigns slots[..].end[..];
    ensures is_unlinked(slot) && prev_of(2 * slot) == NIL && prev_of(2 * slot + 1) == NIL;
    ensures \forall integer token; is_token(token) && token != 2 * slot && token != 2 * slot + 1 ==>
        next_of(token) == \old(next_of(token)) && prev_of(token) == \old(prev_of(token)); */
static inline void slot_unlink(uint32_t slot)
{
    slots[slot].end[OPEN] = (struct link){NIL, NIL};
    slots[slot].end[CLOSE] = (struct link){NIL, NIL};
}

// The same for tokens whose slot is known, which costs no arithmetic.
/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result == next_of(2 * slot); */
static inline uint32_t open_next(uint32_t slot)
{
    return slots[slot].end[OPEN].next;
}

/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result == prev_of(2 * slot); */
static inline uint32_t open_prev(uint32_t slot)
{
    return slots[slot].end[OPEN].prev;
}

/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result == next_of(2 * slot + 1); */
static inline uint32_t close_next(uint32_t slot)
{
    return slots[slot].end[CLOSE].next;
}

// A slot that is linked nowhere may keep a number in the place of this link.
/*@ requires is_slot(slot);
    assigns slots[slot].end[OPEN].prev;
    ensures prev_of(2 * slot) == count;
    ensures \forall integer token; is_token(token) ==> next_of(token) == \old(next_of(token));
    ensures \forall integer token; is_token(token) && token != 2 * slot ==> prev_of(token) == \old(prev_of(token)); */
static inline void cursor_set(uint32_t slot, uint32_t count)
{
    slots[slot].end[OPEN].prev = count;
}

// Links a bracket with nothing inside between a token whose slot is known and one of any slot.
/*@ requires is_slot(parent) && is_slot(slot) && parent != slot && is_token(after);
    requires after != 2 * slot && after != 2 * slot + 1;
    assigns slots[..].end[..];
    ensures next_of(2 * parent) == 2 * slot && prev_of(2 * slot) == 2 * parent;
    ensures next_of(2 * slot) == 2 * slot + 1 && prev_of(2 * slot + 1) == 2 * slot;
    ensures next_of(2 * slot + 1) == after && prev_of(after) == 2 * slot + 1;
    ensures \forall integer token; is_token(token) && token != 2 * parent && token != 2 * slot &&
        token != 2 * slot + 1 ==> next_of(token) == \old(next_of(token));
    ensures \forall integer token; is_token(token) && token != after && token != 2 * slot &&
        token != 2 * slot + 1 ==> prev_of(token) == \old(prev_of(token)); */
static inline void link_first(uint32_t parent, uint32_t slot, uint32_t after)
{
    slots[parent].end[OPEN].next = token_open(slot);
    slots[slot].end[OPEN].prev = token_open(parent);
    slots[slot].end[OPEN].next = token_close(slot);
    slots[slot].end[CLOSE].prev = token_open(slot);
    slots[slot].end[CLOSE].next = after;
    slots[after / 2u].end[after % 2u].prev = token_close(slot);
}

// The same where `after` opens the bracket of a slot that is known. In 64 bits, neighbours in slots[] are one address and
// an offset.
/*@ requires is_slot(parent) && is_slot(slot) && is_slot(newest) && parent != slot && slot != newest;
    assigns slots[..].end[..];
    ensures next_of(2 * parent) == 2 * slot && prev_of(2 * slot) == 2 * parent;
    ensures next_of(2 * slot) == 2 * slot + 1 && prev_of(2 * slot + 1) == 2 * slot;
    ensures next_of(2 * slot + 1) == 2 * newest && prev_of(2 * newest) == 2 * slot + 1;
    ensures \forall integer token; is_token(token) && token != 2 * parent && token != 2 * slot &&
        token != 2 * slot + 1 ==> next_of(token) == \old(next_of(token));
    ensures \forall integer token; is_token(token) && token != 2 * newest && token != 2 * slot &&
        token != 2 * slot + 1 ==> prev_of(token) == \old(prev_of(token)); */
static inline void link_next(uint32_t parent, uint64_t slot, uint64_t newest)
{
    slots[parent].end[OPEN].next = token_open((uint32_t)slot);
    slots[slot].end[OPEN].prev = token_open(parent);
    slots[slot].end[OPEN].next = token_close((uint32_t)slot);
    slots[slot].end[CLOSE].prev = token_open((uint32_t)slot);
    slots[slot].end[CLOSE].next = token_open((uint32_t)newest);
    slots[newest].end[OPEN].prev = token_close((uint32_t)slot);
}

// The same between two tokens of any slots.
/*@ requires is_token(before) && is_slot(slot) && is_token(after);
    requires before != 2 * slot && before != 2 * slot + 1 && after != 2 * slot && after != 2 * slot + 1;
    assigns slots[..].end[..];
    ensures next_of(before) == 2 * slot && prev_of(2 * slot) == before;
    ensures next_of(2 * slot) == 2 * slot + 1 && prev_of(2 * slot + 1) == 2 * slot;
    ensures next_of(2 * slot + 1) == after && prev_of(after) == 2 * slot + 1;
    ensures \forall integer token; is_token(token) && token != before && token != 2 * slot &&
        token != 2 * slot + 1 ==> next_of(token) == \old(next_of(token));
    ensures \forall integer token; is_token(token) && token != after && token != 2 * slot &&
        token != 2 * slot + 1 ==> prev_of(token) == \old(prev_of(token)); */
static inline void link_between(uint32_t before, uint32_t slot, uint32_t after)
{
    slots[before / 2u].end[before % 2u].next = token_open(slot);
    slots[slot].end[OPEN].prev = before;
    slots[slot].end[OPEN].next = token_close(slot);
    slots[slot].end[CLOSE].prev = token_open(slot);
    slots[slot].end[CLOSE].next = after;
    slots[after / 2u].end[after % 2u].prev = token_close(slot);
}

// Makes `child` (linked nowhere) the newest child of `parent`.
/*@ requires is_slot(parent) && is_slot(child) && parent != child;
    requires order_holds && is_linked(parent) && is_unlinked(child);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures next_of(2 * parent) == 2 * child;
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) || token == 2 * child || token == 2 * child + 1); */
static inline void derive_insert(uint32_t parent, uint32_t child)
{
    link_first(parent, child, open_next(parent));
}

// The same where the newest child is known: the slots of objects made in one call.
/*@ requires is_slot(parent) && is_slot(child) && is_slot(newest) && parent != child;
    requires order_holds && is_linked(parent) && is_unlinked(child) && next_of(2 * parent) == 2 * newest;
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures next_of(2 * parent) == 2 * child;
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) || token == 2 * child || token == 2 * child + 1); */
static inline void derive_insert_next(uint32_t parent, uint64_t child, uint64_t newest)
{
    link_next(parent, child, newest);
}

// Takes the slot out; what was derived from it now belongs to its nearest living ancestor. O(1).
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) && token != 2 * slot && token != 2 * slot + 1); */
void derive_remove(uint32_t slot);

// The same for a slot that has no children.
/*@ requires is_slot(slot) && order_holds && is_linked(slot) && next_of(2 * slot) == 2 * slot + 1;
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) && token != 2 * slot && token != 2 * slot + 1); */
static inline void derive_remove_leaf(uint32_t slot)
{
    link_tokens(open_prev(slot), close_next(slot));
    slot_unlink(slot);
}

// Puts `to` (linked nowhere) in the place of `from`, descendants included; `from` is linked nowhere afterwards. O(1).
/*@ requires is_slot(from) && is_slot(to) && from != to;
    requires order_holds && is_linked(from) && is_unlinked(to);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> (\old(has_links(token)) && token != 2 * from && token != 2 * from + 1) ||
            token == 2 * to || token == 2 * to + 1); */
void derive_replace(uint32_t from, uint32_t to);

// The same for a slot that has no children and is not all there is (only the root ever is).
/*@ requires is_slot(from) && is_slot(to) && from != to;
    requires order_holds && is_linked(from) && is_unlinked(to) && next_of(2 * from) == 2 * from + 1;
    requires prev_of(2 * from) != 2 * from + 1;
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> (\old(has_links(token)) && token != 2 * from && token != 2 * from + 1) ||
            token == 2 * to || token == 2 * to + 1); */
static inline void derive_replace_leaf(uint32_t from, uint32_t to)
{
    link_between(open_prev(from), to, close_next(from));
    slot_unlink(from);
}

/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result <==> next_of(2 * slot) != 2 * slot + 1; */
static inline bool derive_has_children(uint32_t slot)
{
    return open_next(slot) != token_close(slot);
}
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns \nothing;
    ensures is_slot(\result) && is_linked(\result); */
static inline uint32_t derive_first_child(uint32_t slot)
{
    return open_next(slot) / 2u;
}

// May something be derived from this slot? OK; REVOKING if it or an ancestor is being revoked; AGAIN if that took too
// many steps to find out (progress was made); TOO_DEEP if it has more ancestors than one call visits. The search is for
// when any revoke is pending at all.
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==> (has_links(token) <==> \old(has_links(token)));
    ensures \result == NJ_OK || \result == NJ_REVOKING || \result == NJ_AGAIN || \result == NJ_TOO_DEEP; */
enum nj_status derive_search(uint32_t slot);
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==> (has_links(token) <==> \old(has_links(token)));
    ensures \result == NJ_OK || \result == NJ_REVOKING || \result == NJ_AGAIN || \result == NJ_TOO_DEEP; */
static inline enum nj_status derive_allowed(uint32_t slot)
{
    return revokes_pending == 0 ? NJ_OK : derive_search(slot);
}

// Marks that a revoke works below the slot, or that it is finished.
/*@ requires is_slot(slot);
    assigns slots[slot].cap.rights, revokes_pending;
    ensures links_stay{Pre, Post}; */
static inline void derive_mark(uint32_t slot)
{
    if ((slots[slot].cap.rights & CAP_REVOKING) == 0) {
        slot_set_rights(slot, slots[slot].cap.rights | CAP_REVOKING);
        revokes_pending++;
    }
}
/*@ requires is_slot(slot);
    assigns slots[slot].cap.rights, revokes_pending;
    ensures links_stay{Pre, Post}; */
static inline void derive_unmark(uint32_t slot)
{
    if ((slots[slot].cap.rights & CAP_REVOKING) != 0) {
        slot_set_rights(slot, slots[slot].cap.rights & (uint8_t)~CAP_REVOKING);
        revokes_pending--;
    }
}
