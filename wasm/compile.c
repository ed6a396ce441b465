// SPDX-License-Identifier: Apache-2.0
// From module to image: room, then the start code, imports, functions, routines, and all that surrounds them.
#include "compile.h"
#include "compiler.h"

#define TYPE_HASH_SEED 0x811c9dc5u
#define TYPE_HASH_FACTOR 0x01000193u

static uint32_t signature_hash(const struct wasm_module *module, const struct wasm_signature *signature)
{
    uint32_t hash = TYPE_HASH_SEED;
    for (uint32_t i = 0; i < signature->param_count; i++)
        hash = (hash ^ module->values[signature->params + i]) * TYPE_HASH_FACTOR;
    hash = (hash ^ 0) * TYPE_HASH_FACTOR;
    for (uint32_t i = 0; i < signature->result_count; i++)
        hash = (hash ^ module->values[signature->results + i]) * TYPE_HASH_FACTOR;
    return hash;
}

// Equal types get the same number, so that an indirect call compares one word.
static bool types_number(struct compiler *c)
{
    const struct wasm_module *module = c->module;
    uint32_t count = module->count.types;
    c->type_id = wasm_arena_allocate(c->arena, count, sizeof(uint32_t));
    uint64_t used = c->arena->used;
    uint32_t buckets = 16;
    while (buckets < 2 * count)
        buckets *= 2;
    uint32_t *table = wasm_arena_allocate(c->arena, buckets, sizeof(uint32_t));
    if (!c->type_id || !table)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bucket = signature_hash(module, &module->types[i]) & (buckets - 1);
        while (table[bucket] != 0 &&
               !wasm_signature_equal(module, &module->types[table[bucket] - 1], &module->types[i]))
            bucket = (bucket + 1) & (buckets - 1);
        if (table[bucket] == 0)
            table[bucket] = i + 1;
        c->type_id[i] = table[bucket];
    }
    c->arena->used = used;
    return true;
}

// Room for the largest function of the module.
static bool function_room_create(struct compiler *c)
{
    uint32_t locals = 0;
    uint32_t operands = 0;
    uint32_t blocks = 0;
    for (uint32_t i = c->module->imported.functions; i < c->module->count.functions; i++) {
        const struct wasm_function *function = &c->module->functions[i];
        locals = function->local_count > locals ? function->local_count : locals;
        operands = function->operand_max > operands ? function->operand_max : operands;
        blocks = function->block_max > blocks ? function->block_max : blocks;
    }
    uint32_t body = c->module->largest_body;
    c->local_types = wasm_arena_allocate(c->arena, locals + 1, 1);
    c->locals = wasm_arena_allocate(c->arena, locals + 1, sizeof *c->locals);
    c->operands = wasm_arena_allocate(c->arena, operands + 1, sizeof *c->operands);
    c->blocks = wasm_arena_allocate(c->arena, blocks + 1, sizeof *c->blocks);
    c->block_ends = wasm_arena_allocate(c->arena, body / 3 + 2, sizeof(uint32_t)); // opcode, type, END
    c->fixup_capacity = body + 16; // at most one for a byte: a label of br_table
    c->fixups = wasm_arena_allocate(c->arena, c->fixup_capacity, sizeof *c->fixups);
    c->link_count = c->module->count.functions + ROUTINE_COUNT;
    c->placed = wasm_arena_allocate(c->arena, c->link_count, sizeof(uint32_t));
    c->pending = wasm_arena_allocate(c->arena, c->link_count, sizeof(uint32_t));
    return c->local_types && c->locals && c->operands && c->blocks && c->block_ends && c->fixups && c->placed &&
           c->pending;
}

static void code_compile(struct compiler *c)
{
    const struct wasm_counts *count = &c->module->count;
    c->function = WASM_NONE;
    c->instruction = (struct wasm_instruction){0};
    entry_compile(c);
    for (uint32_t i = 0; i < c->module->imported.functions; i++)
        import_compile(c, i);
    for (uint32_t i = c->module->imported.functions; i < count->functions && compiler_is_ok(c); i++) {
        link_island(c);
        function_compile(c, i);
    }
    c->function = WASM_NONE;
    c->address_of = 0;
    routines_compile(c);
}

static bool compiler_run(struct compiler *c, uint32_t *bytes)
{
    if (c->stack_bytes == 0 || c->stack_bytes % 4096 != 0 || c->stack_bytes > NJ_STACK_BYTES_MAX) {
        compiler_fail(c, WASM_COMPILE_OPTION);
        return false;
    }
    if (!imports_check(c))
        return false;
    if (!types_number(c) || !function_room_create(c)) {
        compiler_fail(c, WASM_COMPILE_NO_MEMORY);
        return false;
    }
    if (!state_create(c))
        return false;
    code_compile(c);
    return compiler_is_ok(c) && image_write(c, bytes);
}

bool wasm_compile(const struct wasm_module *module, uint32_t stack_bytes, struct wasm_arena *arena, uint32_t *words,
                  uint32_t capacity, uint32_t *bytes, struct wasm_compile_error *error)
{
    struct compiler compiler = {
        .module = module,
        .arena = arena,
        .error = {WASM_COMPILE_OK, 0, WASM_NONE, WASM_NONE},
        .stack_bytes = stack_bytes,
        .words = words,
        .capacity = capacity,
        .code_start = sizeof(struct nj_image) / sizeof(uint32_t),
        .oldest_pending = COMPILER_NONE,
        .fixup_free = COMPILER_NONE,
        .function = WASM_NONE,
    };
    uint64_t used = arena->used;
    if (capacity > compiler.code_start) {
        compiler.code = words + compiler.code_start;
        compiler.code_capacity = capacity - compiler.code_start;
    }
    uint32_t most = (1u << NJ_CODE_WINDOW_LOG2_MAX) / 4;
    if (compiler.code_capacity > most)
        compiler.code_capacity = most;
    bool is_done = compiler_run(&compiler, bytes);
    arena->used = used;
    *error = compiler.error;
    return is_done;
}
