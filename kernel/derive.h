// SPDX-License-Identifier: Apache-2.0
// The derivation order: which capability was derived from which. One circular list of brackets; see derive.c.
#pragma once
#include "kernel/object.h"

extern uint32_t derive_root; // hidden slot whose bracket encloses all others

void derive_init(uint32_t root);

// Makes `child` (linked nowhere) the newest child of `parent`.
void derive_insert(uint32_t parent, uint32_t child);

// Takes the slot out; what was derived from it now belongs to its nearest living ancestor. O(1).
void derive_remove(uint32_t slot);

// Puts `to` (linked nowhere) in the place of `from`, descendants included; `from` is linked nowhere afterwards. O(1).
void derive_replace(uint32_t from, uint32_t to);

bool derive_has_children(uint32_t slot);
uint32_t derive_first_child(uint32_t slot); // only if it has one

// May something be derived from this slot? OK; REVOKING if it or an ancestor is being revoked; AGAIN if that took too
// many steps to find out (progress was made).
enum nj_status derive_allowed(uint32_t slot);

// Marks that a revoke works below the slot, or that it is finished.
void derive_mark(uint32_t slot);
void derive_unmark(uint32_t slot);
