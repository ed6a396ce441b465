// SPDX-License-Identifier: Apache-2.0
// Any bytes as a module; or, if they do not begin like one, as a function's body in a module that has something of each
// kind. What is accepted must keep the promises on which a compiler relies: it walks the bodies without checking again.
// Linked without wasm/arena.c: here each array is an allocation of its own, so that the sanitizer sees every step outside.
#include "wasm/instruction.h"
#include "wasm/validate.h"
#include <stdlib.h>
#include <string.h>

#define ALLOCATIONS_MAX 64
#define ALLOCATION_BYTES_MAX 0x4000000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *allocations[ALLOCATIONS_MAX];
static uint32_t allocation_count;

void *wasm_arena_allocate(struct wasm_arena *arena, uint64_t count, uint32_t element_bytes)
{
    uint64_t bytes = count * element_bytes;
    if (allocation_count == ALLOCATIONS_MAX || bytes > ALLOCATION_BYTES_MAX || bytes > arena->size - arena->used) {
        return 0;
    }
    arena->used += bytes;
    allocations[allocation_count] = calloc(1, bytes);
    return allocations[allocation_count++];
}

static void promise(bool is_kept)
{
    if (!is_kept) {
        abort();
    }
}

static void span_check(const struct wasm_module *module, const struct wasm_span *span)
{
    promise(span->offset <= module->size && span->length <= module->size - span->offset);
}

static void constant_check(const struct wasm_module *module, const struct wasm_constant *constant, uint8_t type)
{
    promise(constant->type == type);
    promise(constant->kind != WASM_CONSTANT_GLOBAL || constant->value < module->imported.globals);
    promise(constant->kind != WASM_CONSTANT_FUNCTION || constant->value < module->count.functions);
}

static void declarations_check(const struct wasm_module *module)
{
    const struct wasm_counts *count = &module->count;
    for (uint32_t i = 0; i < count->types; i++) {
        const struct wasm_signature *type = &module->types[i];
        promise(type->params + type->param_count <= count->values);
        promise(type->results + type->result_count <= count->values);
    }
    for (uint32_t i = 0; i < count->imports; i++) {
        const struct wasm_import *import = &module->imports[i];
        const uint32_t limits[] = {count->functions, count->tables, count->memories, count->globals};
        span_check(module, &import->module);
        span_check(module, &import->name);
        promise(import->kind <= WASM_KIND_GLOBAL && import->index < limits[import->kind]);
    }
    for (uint32_t i = 0; i < count->exports; i++) {
        const struct wasm_export *export = &module->exports[i];
        const uint32_t limits[] = {count->functions, count->tables, count->memories, count->globals};
        span_check(module, &export->name);
        promise(export->kind <= WASM_KIND_GLOBAL && export->index < limits[export->kind]);
        promise(wasm_export_find(module, module->bytes + export->name.offset, export->name.length) == i);
    }
    for (uint32_t i = 0; i < count->globals; i++) {
        const struct wasm_global *global = &module->globals[i];
        promise((global->import == WASM_NONE) == (i >= module->imported.globals));
        if (global->import == WASM_NONE) {
            constant_check(module, &global->init, global->type);
        }
    }
    span_check(module, &module->name);
    promise(module->start == WASM_NONE || module->start < count->functions);
}

static void segments_check(const struct wasm_module *module)
{
    const struct wasm_counts *count = &module->count;
    for (uint32_t i = 0; i < count->element_segments; i++) {
        const struct wasm_element_segment *segment = &module->element_segments[i];
        promise(segment->first + segment->count <= count->elements);
        for (uint32_t j = 0; j < segment->count; j++) {
            const struct wasm_element *element = &module->elements[segment->first + j];
            promise(element->kind != WASM_CONSTANT_VALUE);
            promise(element->kind != WASM_CONSTANT_FUNCTION || element->index < count->functions);
            promise(element->kind != WASM_CONSTANT_GLOBAL || element->index < module->imported.globals);
        }
        if (segment->mode == WASM_SEGMENT_ACTIVE) {
            promise(segment->table < count->tables && module->tables[segment->table].type == segment->type);
            constant_check(module, &segment->start, WASM_I32);
        }
    }
    for (uint32_t i = 0; i < count->data_segments; i++) {
        const struct wasm_data_segment *segment = &module->data_segments[i];
        span_check(module, &segment->bytes);
        if (segment->mode == WASM_SEGMENT_ACTIVE) {
            promise(segment->memory < count->memories);
            constant_check(module, &segment->start, WASM_I32);
        }
    }
}

// Every index in range, and blocks that close with the last byte.
static void body_check(const struct wasm_module *module, const struct wasm_function *function)
{
    struct wasm_reader reader = wasm_reader_at_code(module, function);
    uint32_t depth = 1;
    uint32_t depth_max = 1;
    while (reader.position < reader.end) {
        struct wasm_instruction instruction;
        promise(depth > 0);
        promise(wasm_instruction_next(&reader, &instruction) == WASM_OK);
        struct wasm_reader labels = wasm_reader_at_labels(&reader, &instruction);
        uint32_t label = 0;
        switch (instruction.opcode) {
        case WASM_OP_BLOCK:
        case WASM_OP_LOOP:
        case WASM_OP_IF:
            promise(wasm_block_signature(module, &instruction).result_count <= WASM_PARAMETERS_MAX);
            depth++;
            break;
        case WASM_OP_END:
            depth--;
            break;
        case WASM_OP_BR:
        case WASM_OP_BR_IF:
            promise(instruction.index < depth);
            break;
        case WASM_OP_BR_TABLE:
            for (uint32_t i = 0; i <= instruction.count; i++) {
                promise(wasm_read_u32(&labels, &label) == WASM_OK && label < depth);
            }
            break;
        case WASM_OP_CALL:
            promise(instruction.index < module->count.functions);
            break;
        case WASM_OP_CALL_INDIRECT:
            promise(instruction.index < module->count.types && instruction.second < module->count.tables);
            break;
        case WASM_OP_LOCAL_GET:
        case WASM_OP_LOCAL_SET:
        case WASM_OP_LOCAL_TEE:
            promise(instruction.index < function->local_count);
            break;
        case WASM_OP_GLOBAL_GET:
            promise(instruction.index < module->count.globals);
            break;
        case WASM_OP_GLOBAL_SET:
            promise(instruction.index < module->count.globals && module->globals[instruction.index].is_mutable);
            break;
        default:
            break;
        }
        depth_max = depth > depth_max ? depth : depth_max;
    }
    promise(depth == 0 && depth_max == function->block_max && function->operand_max <= WASM_OPERANDS_MAX);
}

// What lies around a body, sizes in four bytes. Types: () -> (), (i32) -> (i32), (i32 i64) -> (f32 f64), () -> (externref).
static const uint8_t before[] =
    "\0asm\1\0\0\0"
    "\x01\x14\x04\x60\x00\x00\x60\x01\x7f\x01\x7f\x60\x02\x7f\x7e\x02\x7d\x7c\x60\x00\x01\x6f"
    "\x03\x05\x04\x02\x00\x01\x03"             // the body is of type 2, for it has parameters and results
    "\x04\x08\x02\x70\x00\x02\x6f\x01\x01\x03" // funcref, externref
    "\x05\x03\x01\x00\x01"                     // memory
    "\x06\x15\x04\x7f\x01\x41\x07\x0b\x7e\x00\x42\x07\x0b\x70\x01\xd0\x70\x0b\x6f\x01\xd0\x6f\x0b" // four globals
    "\x09\x0e\x02\x03\x00\x01\x01\x05\x70\x02\xd2\x02\x0b\xd0\x70\x0b"            // declarative; passive
    "\x0c\x01\x01"                                                                // one data segment
    "\x0a";                                                                       // code
static const uint8_t after[] = "\x03\x00\x00\x0b\x03\x00\x00\x0b\x03\x00\x00\x0b" // three bodies: unreachable
                               "\x0b\x03\x01\x01\x00";                            // a passive segment

static void size_put(uint8_t *at, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (7 * i) & 0x7f) | (i < 3 ? 0x80 : 0);
    }
}

// The bytes of the module to load, exactly as large as they are.
static uint8_t *module_make(const uint8_t *data, uint32_t size, uint32_t *module_size)
{
    const uint32_t head = sizeof before - 1;
    const uint32_t tail = sizeof after - 1;
    const uint32_t frame = 9; // two sizes and the count of bodies
    bool is_module = size >= 4 && memcmp(data, "\0asm", 4) == 0;
    *module_size = is_module ? size : head + frame + size + tail;
    uint8_t *bytes = malloc(*module_size ? *module_size : 1);
    if (is_module) {
        memcpy(bytes, data, size);
        return bytes;
    }
    memcpy(bytes, before, head);
    size_put(bytes + head, size + 5 + 12);
    bytes[head + 4] = 4;
    size_put(bytes + head + 5, size);
    memcpy(bytes + head + frame, data, size);
    memcpy(bytes + head + frame + size, after, tail);
    return bytes;
}

// Returns whether the module was accepted.
static bool module_load_and_check(const uint8_t *data, size_t data_size)
{
    struct wasm_module module;
    struct wasm_error error = {0, WASM_OK};
    struct wasm_arena arena = {0, 0x10000000, 0};
    uint32_t size = 0;
    uint8_t *bytes = module_make(data, (uint32_t)data_size, &size);
    allocation_count = 0;
    bool is_valid = wasm_module_load(&module, bytes, size, &arena, &error);
    if (is_valid) {
        declarations_check(&module);
        segments_check(&module);
        for (uint32_t i = module.imported.functions; i < module.count.functions; i++) {
            body_check(&module, &module.functions[i]);
        }
    } else {
        promise(error.status != WASM_OK && error.offset <= size && arena.used == 0);
        promise(data_size < 8 || memcmp(data, "\0asm", 4) == 0 || error.offset > sizeof before - 1);
    }
    for (uint32_t i = 0; i < allocation_count; i++) {
        free(allocations[i]);
    }
    free(bytes);
    return is_valid;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    if (!is_started) { // what surrounds a body must be right, or no body is ever seen
        promise(module_load_and_check((const uint8_t *)"\x00\x00\x0b", 3));
        is_started = true;
    }
    module_load_and_check(data, size);
    return 0;
}
