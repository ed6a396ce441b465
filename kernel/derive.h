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
    predicate order_holds{L} = links_exist && links_agree && links_pair; */

extern uint32_t derive_root;     // hidden slot whose bracket encloses all others
extern uint32_t revokes_pending; // slots that carry CAP_REVOKING

/*@ requires is_slot(root) && order_holds && is_unlinked(root);
    assigns derive_root, revokes_pending, slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    ensures links_exist;
    ensures links_agree;
    ensures links_pair;
    ensures derive_root == root && is_linked(root); */
void derive_init(uint32_t root);

// Makes `child` (linked nowhere) the newest child of `parent`.
/*@ requires is_slot(parent) && is_slot(child) && parent != child;
    requires order_holds && is_linked(parent) && is_unlinked(child);
    assigns slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    ensures links_exist;
    ensures links_agree;
    ensures links_pair;
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) || token == 2 * child || token == 2 * child + 1); */
void derive_insert(uint32_t parent, uint32_t child);

// Takes the slot out; what was derived from it now belongs to its nearest living ancestor. O(1).
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    ensures links_exist;
    ensures links_agree;
    ensures links_pair;
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> \old(has_links(token)) && token != 2 * slot && token != 2 * slot + 1); */
void derive_remove(uint32_t slot);

// Puts `to` (linked nowhere) in the place of `from`, descendants included; `from` is linked nowhere afterwards. O(1).
/*@ requires is_slot(from) && is_slot(to) && from != to;
    requires order_holds && is_linked(from) && is_unlinked(to);
    assigns slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    ensures links_exist;
    ensures links_agree;
    ensures links_pair;
    ensures \forall integer token; is_token(token) ==>
        (has_links(token) <==> (\old(has_links(token)) && token != 2 * from && token != 2 * from + 1) ||
            token == 2 * to || token == 2 * to + 1); */
void derive_replace(uint32_t from, uint32_t to);

/*@ requires is_slot(slot);
    assigns \nothing;
    ensures \result <==> next_of(2 * slot) != 2 * slot + 1; */
bool derive_has_children(uint32_t slot);
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns \nothing;
    ensures is_slot(\result) && is_linked(\result); */
uint32_t derive_first_child(uint32_t slot); // only if it has one

// May something be derived from this slot? OK; REVOKING if it or an ancestor is being revoked; AGAIN if that took too
// many steps to find out (progress was made).
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns slots[0 .. SLOTS_MAX - 1].end[0 .. 1];
    ensures links_exist;
    ensures links_agree;
    ensures links_pair;
    ensures \forall integer token; is_token(token) ==> (has_links(token) <==> \old(has_links(token))); */
enum nj_status derive_allowed(uint32_t slot);

// Marks that a revoke works below the slot, or that it is finished.
/*@ requires slot < SLOTS_MAX;
    assigns slots[slot].cap.rights, revokes_pending; */
void derive_mark(uint32_t slot);
/*@ requires slot < SLOTS_MAX;
    assigns slots[slot].cap.rights, revokes_pending; */
void derive_unmark(uint32_t slot);
