// SPDX-License-Identifier: Apache-2.0
// Code objects: machine code that the checker has passed, and that may therefore run in ring 0.
#pragma once
#include "kernel/invariant.h"
#include "kernel/object.h"

enum nj_status code_invoke(uint32_t thread, uint32_t slot, uint64_t operation);

// A space begins, or stops, to run this code.
void code_join(uint32_t code, uint32_t space);
void code_leave(uint32_t space);

// Its supply is to be taken away: the spaces that run it are killed first. AGAIN.
enum nj_status code_lose_pages(uint32_t code, uint32_t *steps);
/*@ requires code < CODES_MAX;
    STOPS_IN_STEPS */
enum nj_status code_retire(uint32_t code, uint32_t *steps);
