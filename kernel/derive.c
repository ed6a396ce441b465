// SPDX-License-Identifier: Apache-2.0
// Derivation as brackets. Every slot in use puts two tokens, "(" and ")", into one circular list; what was derived from
// a capability stands between its tokens:
//
//     root( untyped( endpoint( badged() badged() ) thread() ) )
//
// Taking a slot out removes its two tokens, and its descendants stand directly inside the next enclosing bracket: they
// belong to the nearest living ancestor without anybody visiting them. A list ordered by depth (tried first) gives the
// children of a deleted capability to its elder sibling; links to the parent must be rewritten for every child.
// Each link is changed by link_tokens() alone, so symmetry of the links is a matter of one function.
#include "kernel/derive.h"

#define SIBLINGS_PER_STEP 4 // elder siblings passed on each level in one call of derive_search()
#define LEVELS_PER_STEP 256 // ancestors visited in one call

uint32_t derive_root;
uint32_t revokes_pending;

BOOT_ONLY void derive_init(uint32_t root)
{
    derive_root = root;
    revokes_pending = 0;
    slot_set(root, (struct cap){.kind = KIND_ROOT});
    link_tokens(token_open(root), token_close(root));
    link_tokens(token_close(root), token_open(root));
}

void derive_remove(uint32_t slot)
{
    token_remove(token_open(slot));
    token_remove(token_close(slot));
    slot_unlink(slot);
}

void derive_replace(uint32_t from, uint32_t to)
{
    // Each neighbour is asked for when what came before is linked: where both are one token, that is the new one.
    link_tokens(token_prev(token_open(from)), token_open(to));
    link_tokens(token_open(to), token_next(token_open(from)));
    link_tokens(token_prev(token_close(from)), token_close(to));
    link_tokens(token_close(to), token_next(token_close(from)));
    //@ assert is_linked(to);
    slot_unlink(from);
    //@ assert is_linked(to) && is_unlinked(from);
    /*@ assert \forall integer slot; is_slot(slot) && slot != from && slot != to ==>
            (has_links(2 * slot) <==> \at(has_links(2 * slot), Pre)) &&
            (has_links(2 * slot + 1) <==> \at(has_links(2 * slot + 1), Pre)); */
}

// Moves the bracket of `slot` in front of the bracket of its elder sibling. Order among siblings means nothing.
/*@ requires is_slot(slot) && is_slot(sibling) && slot != sibling;
    requires order_holds && is_linked(slot) && is_linked(sibling);
    assigns slots[..].end[..];
    KEEPS_ORDER
    ensures cursors_stay{Pre, Post};
    ensures \forall integer token; is_token(token) ==> (has_links(token) <==> \old(has_links(token))); */
static void bracket_move_before(uint32_t slot, uint32_t sibling)
{
    uint32_t open = token_open(slot), close = token_close(slot);
    uint32_t target = token_open(sibling);

    link_tokens(token_prev(open), token_next(close));
    link_tokens(token_prev(target), open);
    link_tokens(close, target);
}

// Passes elder siblings of `slot`. The parent's open token, or the close token of the sibling that was too many.
/*@ requires is_slot(slot) && order_holds && is_linked(slot);
    assigns \nothing;
    ensures is_token(\result) && is_linked(\result / 2); */
static uint32_t find_parent(uint32_t slot)
{
    uint32_t token = token_prev(token_open(slot));

    //@ assert is_linked(token / 2) || is_unlinked(token / 2);
    /*@ loop invariant 1 <= i <= SIBLINGS_PER_STEP;
        loop invariant is_token(token) && has_links(token) && is_linked(token / 2);
        loop assigns i, token;
        loop variant SIBLINGS_PER_STEP - i; */
    for (uint32_t i = 1; i < SIBLINGS_PER_STEP && token % 2u == CLOSE; i++) {
        token = token_prev(token_open(token / 2u));
        //@ assert token == 2 * (token / 2) || token == 2 * (token / 2) + 1;
        //@ assert is_slot(token / 2) && has_links(token);
        //@ assert is_linked(token / 2) || is_unlinked(token / 2);
    }
    return token;
}

enum nj_status derive_search(uint32_t slot)
{
    /*@ loop invariant i <= LEVELS_PER_STEP;
        loop invariant is_slot(slot) && is_linked(slot);
        loop assigns i, slot;
        loop variant LEVELS_PER_STEP - i; */
    for (uint32_t i = 0; i < LEVELS_PER_STEP; i++) {
        if ((slots[slot].cap.rights & CAP_REVOKING) != 0)
            return NJ_REVOKING;
        if (slot == derive_root)
            return NJ_OK;
        uint32_t token = find_parent(slot), other = token / 2u;
        if (token % 2u == CLOSE && other != slot) {
            bracket_move_before(slot, other); // the next attempt is shorter by as much
            return NJ_AGAIN;
        }
        slot = other;
    }
    return NJ_TOO_DEEP;
}
