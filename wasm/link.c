// SPDX-License-Identifier: Apache-2.0
// Where functions and routines are, and calls between them. A call of something not yet compiled waits in a chain that
// runs through the code itself: the word of the call holds the position of the one before it. Chains that would grow
// beyond the reach of a jump are gathered at islands between functions: one jump each, which then waits in their place.
#include "compiler.h"

#define LINK_REACH_WORDS 0x3c000u // of the 0x40000 a jump reaches
#define LINK_TAIL 0x80000000u     // the waiting word is an island's jump, not a call
#define LINK_POSITION 0x7fffffffu

void emit_indirect_jump(struct compiler *c, uint32_t offset_register, uint32_t link)
{
    emit(c, rv_rrr(RV_AND, RV_T6, offset_register, RV_S11));
    emit(c, rv_rrr(RV_OR, RV_RA, RV_T6, RV_TP));
    emit(c, rv_rri(RV_JALR, link, RV_RA, 0));
}

static void chain_resolve(struct compiler *c, uint32_t target, uint32_t at)
{
    uint32_t waiting = c->pending[target];
    while (waiting != 0 && compiler_is_ok(c)) {
        uint32_t position = waiting - 1;
        uint32_t word = c->code[position];
        int64_t bytes = 4 * ((int64_t)at - position);
        if (!rv_jal_reaches(bytes))
            compiler_fail(c, WASM_COMPILE_CODE_SIZE);
        c->code[position] = rv_jal(word & LINK_TAIL ? RV_X0 : RV_RA, (int32_t)bytes);
        waiting = word & LINK_POSITION;
    }
    c->pending[target] = 0;
}

void link_place_at(struct compiler *c, uint32_t target, uint32_t at)
{
    chain_resolve(c, target, at);
    c->placed[target] = at + 1;
}

void link_call(struct compiler *c, uint32_t target)
{
    if (c->placed[target] == 0) {
        uint32_t before = c->pending[target];
        c->pending[target] = c->at + 1;
        if (c->oldest_pending > c->at)
            c->oldest_pending = c->at;
        list_add(c, &c->calls, target);
        emit(c, before);
        return;
    }
    uint32_t position = c->placed[target] - 1;
    int64_t bytes = 4 * ((int64_t)position - c->at);
    if (rv_jal_reaches(bytes)) {
        emit(c, rv_jal(RV_RA, (int32_t)bytes));
        return;
    }
    emit_constant(c, RV_T4, 4 * (int64_t)position);
    emit_indirect_jump(c, RV_T4, RV_RA);
}

void link_rewind(struct compiler *c, uint32_t at)
{
    const struct list_chunk *chunk = c->calls.first;
    for (uint32_t i = 0; i < c->calls.count; i++) {
        if (i != 0 && i % LIST_CHUNK_VALUES == 0)
            chunk = chunk->next;
        uint32_t target = chunk->values[i % LIST_CHUNK_VALUES];
        while (c->pending[target] > at)
            c->pending[target] = c->code[c->pending[target] - 1] & LINK_POSITION;
    }
}

void link_island(struct compiler *c)
{
    // The function to come is at most half of the reach long.
    if (c->oldest_pending == COMPILER_NONE || c->at - c->oldest_pending < LINK_REACH_WORDS / 2)
        return;
    uint32_t start = c->at;
    for (uint32_t target = 0; target < c->link_count && compiler_is_ok(c); target++) {
        if (c->pending[target] == 0)
            continue;
        chain_resolve(c, target, c->at);
        c->pending[target] = c->at + 1;
        emit(c, LINK_TAIL);
    }
    c->oldest_pending = start;
}
