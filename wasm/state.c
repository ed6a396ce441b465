// SPDX-License-Identifier: Apache-2.0
// The state area: what compiled code keeps outside of linear memory. It is laid out downwards from its end G, where gp
// points: what is used most lies within reach of gp's signed 12-bit offset, the rest is reached from tp. The distance
// from tp depends on the size of the code window, so the LUI words that hold it are noted and completed at the end.
#include "compiler.h"

#define STATE_NEAR 2048u
#define TABLE_GROWTH_MAX 4096u // elements a table may get beyond its minimum

static uint32_t take(uint64_t *used, uint64_t bytes)
{
    *used += (bytes + 7) & ~(uint64_t)7;
    if (*used > NJ_STATE_BYTES_MAX) // reported at the end
        *used = NJ_STATE_BYTES_MAX + 1;
    return (uint32_t)*used;
}

static uint32_t *numbers(struct compiler *c, uint32_t count)
{
    return wasm_arena_allocate(c->arena, count, sizeof(uint32_t));
}

static bool arrays_create(struct compiler *c)
{
    const struct wasm_counts *count = &c->module->count;
    struct state_layout *s = &c->state;
    s->global = numbers(c, count->globals);
    s->table_size = numbers(c, count->tables);
    s->table = numbers(c, count->tables);
    s->table_capacity = numbers(c, count->tables);
    s->data_size = numbers(c, count->data_segments);
    s->data = numbers(c, count->data_segments);
    s->element_size = numbers(c, count->element_segments);
    s->element = numbers(c, count->element_segments);
    s->function = numbers(c, count->functions);
    c->pool = wasm_arena_allocate(c->arena, STATE_NEAR / 8, sizeof(uint64_t));
    return s->global && s->table_size && s->table && s->table_capacity && s->data_size && s->data && s->element_size &&
           s->element && s->function && c->pool;
}

static void near_layout(struct compiler *c, uint64_t *used)
{
    const struct wasm_counts *count = &c->module->count;
    struct state_layout *s = &c->state;
    s->memory_size = take(used, 8);
    for (uint32_t i = 0; i < count->tables; i++)
        s->table_size[i] = take(used, 4);
    for (uint32_t i = 0; i < count->globals; i++)
        s->global[i] = take(used, 8);
    for (uint32_t i = 0; i < count->data_segments; i++)
        s->data_size[i] = take(used, 4);
    for (uint32_t i = 0; i < count->element_segments; i++)
        s->element_size[i] = take(used, 4);
}

static void far_layout(struct compiler *c, uint64_t *used)
{
    const struct wasm_module *module = c->module;
    struct state_layout *s = &c->state;
    for (uint32_t i = 0; i < module->count.tables; i++) {
        const struct wasm_table *table = &module->tables[i];
        uint64_t most = (uint64_t)table->min + TABLE_GROWTH_MAX;
        s->table_capacity[i] = most < table->max ? (uint32_t)most : table->max;
        s->table[i] = take(used, (uint64_t)s->table_capacity[i] * TABLE_ENTRY_BYTES);
    }
    for (uint32_t i = 0; i < module->count.data_segments; i++)
        if (module->data_segments[i].mode == WASM_SEGMENT_PASSIVE)
            s->data[i] = take(used, module->data_segments[i].bytes.length);
    for (uint32_t i = 0; i < module->count.element_segments; i++)
        if (module->element_segments[i].mode == WASM_SEGMENT_PASSIVE)
            s->element[i] = take(used, (uint64_t)module->element_segments[i].count * TABLE_ENTRY_BYTES);
    for (uint32_t i = 0; i < module->count.functions; i++)
        if (module->functions[i].is_referable)
            s->function[i] = take(used, TABLE_ENTRY_BYTES);
}

bool state_create(struct compiler *c)
{
    if (!arrays_create(c)) {
        compiler_fail(c, WASM_COMPILE_NO_MEMORY);
        return false;
    }
    uint64_t used = 0;
    near_layout(c, &used);
    c->state.pool = (uint32_t)used;
    c->state.pool_end = used < STATE_NEAR ? STATE_NEAR : (uint32_t)used;
    used = c->state.pool_end;
    far_layout(c, &used);
    c->state.used = (uint32_t)used;
    c->state.bytes = ((uint32_t)used + 4095) & ~4095u;
    if (used > NJ_STATE_BYTES_MAX)
        compiler_fail(c, WASM_COMPILE_STATE_SIZE);
    return compiler_is_ok(c);
}

// LUI of the upper part of the offset from tp; the lower part is returned.
static int32_t offset_upper(struct compiler *c, uint32_t rd, uint32_t below)
{
    uint32_t offset = 2 * NJ_CAPSULE_GUARD + c->stack_bytes + c->state.bytes - below; // and the code window
    int32_t low = (int32_t)(offset << 20) >> 20;
    list_add(c, &c->state_references, c->at);
    emit(c, rv_lui(rd, (offset - (uint32_t)low) >> 12));
    return low;
}

static int32_t state_address(struct compiler *c, uint32_t below, uint32_t *base)
{
    if (below <= STATE_NEAR) {
        *base = RV_GP;
        return -(int32_t)below;
    }
    int32_t low = offset_upper(c, RV_T4, below);
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_T4, RV_TP));
    *base = RV_T5;
    return low;
}

void state_load(struct compiler *c, uint32_t word, uint32_t rd, uint32_t below)
{
    uint32_t base;
    int32_t low = state_address(c, below, &base);
    emit(c, rv_load(word, rd, base, low));
}

void state_store(struct compiler *c, uint32_t word, uint32_t source, uint32_t below)
{
    uint32_t base;
    int32_t low = state_address(c, below, &base);
    emit(c, rv_store(word, source, base, low));
}

void state_offset(struct compiler *c, uint32_t rd, uint32_t below)
{
    int32_t low = offset_upper(c, rd, below);
    emit(c, rv_rri(RV_ADDI, rd, rd, low));
}

void state_element(struct compiler *c, uint32_t index, uint32_t below, int32_t *low)
{
    *low = offset_upper(c, RV_T4, below);
    emit(c, rv_rrr(RV_SH3ADD, RV_T4, index, RV_T4));
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_T4, RV_TP));
}

bool state_pool(struct compiler *c, uint64_t value, uint32_t *below)
{
    uint32_t index = 0;
    while (index < c->pool_count && c->pool[index] != value)
        index++;
    if (index == c->pool_count) {
        if (c->state.pool + 8 * (index + 1) > c->state.pool_end)
            return false;
        c->pool[c->pool_count++] = value;
    }
    *below = c->state.pool + 8 * (index + 1);
    return true;
}
