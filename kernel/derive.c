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

#define SIBLINGS_PER_STEP 64  // elder siblings passed in one call of derive_allowed()
#define LEVELS_PER_STEP 256   // ancestors visited in one call

uint32_t derive_root;
static uint32_t revokes_pending; // slots that carry CAP_REVOKING

static uint32_t token_open(uint32_t slot)
{
    return slot * 2u + OPEN;
}

static uint32_t token_close(uint32_t slot)
{
    return slot * 2u + CLOSE;
}

static uint32_t token_next(uint32_t token)
{
    return slots[token / 2u].end[token % 2u].next;
}

static uint32_t token_prev(uint32_t token)
{
    return slots[token / 2u].end[token % 2u].prev;
}

static void link_tokens(uint32_t left, uint32_t right)
{
    slots[left / 2u].end[left % 2u].next = right;
    slots[right / 2u].end[right % 2u].prev = left;
}

static void token_remove(uint32_t token)
{
    link_tokens(token_prev(token), token_next(token));
}

static void slot_unlink(uint32_t slot)
{
    slots[slot].end[OPEN] = (struct link){NIL, NIL};
    slots[slot].end[CLOSE] = (struct link){NIL, NIL};
}

void derive_init(uint32_t root)
{
    derive_root = root;
    revokes_pending = 0;
    link_tokens(token_open(root), token_close(root));
    link_tokens(token_close(root), token_open(root));
}

void derive_insert(uint32_t parent, uint32_t child)
{
    uint32_t after = token_next(token_open(parent));

    link_tokens(token_open(parent), token_open(child));
    link_tokens(token_open(child), token_close(child));
    link_tokens(token_close(child), after);
}

void derive_remove(uint32_t slot)
{
    token_remove(token_open(slot));
    token_remove(token_close(slot));
    slot_unlink(slot);
}

void derive_replace(uint32_t from, uint32_t to)
{
    bool had_children = derive_has_children(from);
    uint32_t first = token_next(token_open(from));
    uint32_t last = token_prev(token_close(from));

    link_tokens(token_prev(token_open(from)), token_open(to));
    link_tokens(token_close(to), token_next(token_close(from)));
    if (had_children) {
        link_tokens(token_open(to), first);
        link_tokens(last, token_close(to));
    } else {
        link_tokens(token_open(to), token_close(to));
    }
    slot_unlink(from);
}

bool derive_has_children(uint32_t slot)
{
    return token_next(token_open(slot)) != token_close(slot);
}

uint32_t derive_first_child(uint32_t slot)
{
    return token_next(token_open(slot)) / 2u;
}

void derive_mark(uint32_t slot)
{
    if ((slots[slot].cap.rights & CAP_REVOKING) == 0) {
        slots[slot].cap.rights |= CAP_REVOKING;
        revokes_pending++;
    }
}

void derive_unmark(uint32_t slot)
{
    if ((slots[slot].cap.rights & CAP_REVOKING) != 0) {
        slots[slot].cap.rights &= (uint8_t)~CAP_REVOKING;
        revokes_pending--;
    }
}

// Moves the bracket of `slot` in front of the bracket of its elder sibling. Order among siblings means nothing.
static void bracket_move_before(uint32_t slot, uint32_t sibling)
{
    uint32_t open = token_open(slot), close = token_close(slot);
    uint32_t target = token_open(sibling);

    link_tokens(token_prev(open), token_next(close));
    link_tokens(token_prev(target), open);
    link_tokens(close, target);
}

// Passes the elder siblings of `slot` up to its parent's token. False: too many; the slot then stands further in front,
// so that the next attempt is shorter by as much.
static bool find_parent(uint32_t slot, uint32_t *parent)
{
    uint32_t token = token_prev(token_open(slot));

    for (uint32_t i = 0; i < SIBLINGS_PER_STEP; i++) {
        uint32_t other = token / 2u;
        if (token % 2u == OPEN) {
            *parent = other;
            return true;
        }
        token = token_prev(token_open(other));
        if (i == SIBLINGS_PER_STEP - 1u)
            bracket_move_before(slot, other);
    }
    return false;
}

enum nj_status derive_allowed(uint32_t slot)
{
    if (revokes_pending == 0)
        return NJ_OK;
    for (uint32_t i = 0; i < LEVELS_PER_STEP; i++) {
        uint32_t parent;
        if ((slots[slot].cap.rights & CAP_REVOKING) != 0)
            return NJ_REVOKING;
        if (slot == derive_root)
            return NJ_OK;
        if (!find_parent(slot, &parent))
            return NJ_AGAIN;
        slot = parent;
    }
    return NJ_AGAIN;
}
