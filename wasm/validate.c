// SPDX-License-Identifier: Apache-2.0
// The stacks and what is common to all instructions; control flow and the instructions whose types depend on something
// are in validate_control.c and validate_special.c.
#include "validate_internal.h"

#define TYPE_UNKNOWN 0 // matches every type; only dead code has such operands

enum wasm_status validator_push(struct wasm_validator *v, uint8_t type)
{
    if (v->operand_count == v->operand_capacity) {
        return WASM_TOO_MANY_OPERANDS;
    }
    v->operands[v->operand_count] = type;
    v->operand_count++;
    if (v->operand_count > v->operand_max) {
        v->operand_max = v->operand_count;
    }
    return WASM_OK;
}

enum wasm_status validator_pop_any(struct wasm_validator *v, uint8_t *type)
{
    const struct wasm_block *block = &v->blocks[v->block_count - 1];
    if (v->operand_count > block->height) {
        v->operand_count--;
        *type = v->operands[v->operand_count];
        return WASM_OK;
    }
    *type = TYPE_UNKNOWN;
    return block->is_unreachable ? WASM_OK : WASM_TYPE_MISMATCH;
}

enum wasm_status validator_pop(struct wasm_validator *v, uint8_t type)
{
    uint8_t actual = TYPE_UNKNOWN;
    enum wasm_status status = validator_pop_any(v, &actual);
    if (status == WASM_OK && actual != type && actual != TYPE_UNKNOWN) {
        return WASM_TYPE_MISMATCH;
    }
    return status;
}

enum wasm_status validator_push_list(struct wasm_validator *v, uint32_t first, uint32_t count)
{
    enum wasm_status status = WASM_OK;
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = validator_push(v, v->module->values[first + i]);
    }
    return status;
}

enum wasm_status validator_pop_list(struct wasm_validator *v, uint32_t first, uint32_t count)
{
    enum wasm_status status = WASM_OK;
    for (uint32_t i = count; status == WASM_OK && i > 0; i--) {
        status = validator_pop(v, v->module->values[first + i - 1]);
    }
    return status;
}

static uint8_t letter_type(char letter)
{
    switch (letter) {
    case 'i':
        return WASM_I32;
    case 'I':
        return WASM_I64;
    case 'f':
        return WASM_F32;
    default:
        return WASM_F64;
    }
}

// Takes and leaves what the signature of the opcode table says.
static enum wasm_status signature_apply(struct wasm_validator *v, const char *signature)
{
    uint32_t colon = 0;
    while (signature[colon] != ':') {
        colon++;
    }
    enum wasm_status status = WASM_OK;
    for (uint32_t i = colon; status == WASM_OK && i > 0; i--) {
        status = validator_pop(v, letter_type(signature[i - 1]));
    }
    for (uint32_t i = colon + 1; status == WASM_OK && signature[i] != 0; i++) {
        status = validator_push(v, letter_type(signature[i]));
    }
    return status;
}

static enum wasm_status index_check(uint32_t index, uint32_t count, enum wasm_status unknown)
{
    return index < count ? WASM_OK : unknown;
}

static enum wasm_status data_check(const struct wasm_module *module, uint32_t index)
{
    if (module->data_count == WASM_NONE) {
        return WASM_DATA_COUNT_REQUIRED;
    }
    return index_check(index, module->data_count, WASM_UNKNOWN_DATA);
}

// That what the immediates name is there.
static enum wasm_status immediates_check(const struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    const struct wasm_counts *count = &v->module->count;
    const struct wasm_opcode_info *info = &wasm_opcodes[instruction->opcode];
    uint32_t index = instruction->index;
    enum wasm_status status = WASM_OK;
    switch ((enum wasm_immediates)info->immediates) {
    case WASM_IMMEDIATE_BLOCK:
        return index == WASM_NONE ? WASM_OK : index_check(index, count->types, WASM_UNKNOWN_TYPE);
    case WASM_IMMEDIATE_LABEL:
        return index_check(index, v->block_count, WASM_UNKNOWN_LABEL);
    case WASM_IMMEDIATE_FUNCTION:
        return index_check(index, count->functions, WASM_UNKNOWN_FUNCTION);
    case WASM_IMMEDIATE_INDIRECT:
        status = index_check(instruction->second, count->tables, WASM_UNKNOWN_TABLE);
        return status ? status : index_check(index, count->types, WASM_UNKNOWN_TYPE);
    case WASM_IMMEDIATE_LOCAL:
        return index_check(index, v->local_count, WASM_UNKNOWN_LOCAL);
    case WASM_IMMEDIATE_GLOBAL:
        return index_check(index, count->globals, WASM_UNKNOWN_GLOBAL);
    case WASM_IMMEDIATE_TABLE:
        return index_check(index, count->tables, WASM_UNKNOWN_TABLE);
    case WASM_IMMEDIATE_TABLES:
        status = index_check(instruction->second, count->tables, WASM_UNKNOWN_TABLE);
        return status ? status : index_check(index, count->tables, WASM_UNKNOWN_TABLE);
    case WASM_IMMEDIATE_ELEMENT:
        return index_check(index, count->element_segments, WASM_UNKNOWN_ELEMENT);
    case WASM_IMMEDIATE_ELEMENT_TABLE:
        status = index_check(instruction->second, count->tables, WASM_UNKNOWN_TABLE);
        return status ? status : index_check(index, count->element_segments, WASM_UNKNOWN_ELEMENT);
    case WASM_IMMEDIATE_MEMORY:
    case WASM_IMMEDIATE_MEMORIES:
        return index_check(0, count->memories, WASM_UNKNOWN_MEMORY);
    case WASM_IMMEDIATE_DATA:
        return data_check(v->module, index);
    case WASM_IMMEDIATE_DATA_MEMORY:
        status = index_check(0, count->memories, WASM_UNKNOWN_MEMORY);
        return status ? status : data_check(v->module, index);
    case WASM_IMMEDIATE_ACCESS:
        status = index_check(0, count->memories, WASM_UNKNOWN_MEMORY);
        if (status == WASM_OK && (info->access_bytes >> index) == 0) {
            return WASM_ALIGNMENT;
        }
        return status;
    case WASM_IMMEDIATE_NONE:
    case WASM_IMMEDIATE_LABELS: // each is checked where they are read
    case WASM_IMMEDIATE_I32:
    case WASM_IMMEDIATE_I64:
    case WASM_IMMEDIATE_F32:
    case WASM_IMMEDIATE_F64:
    case WASM_IMMEDIATE_TYPES:
    case WASM_IMMEDIATE_REFERENCE:
        return WASM_OK;
    }
    return WASM_OPCODE;
}

static enum wasm_status instruction_validate(struct wasm_validator *v, const struct wasm_reader *body,
                                             const struct wasm_instruction *instruction)
{
    const char *signature = wasm_opcodes[instruction->opcode].signature;
    enum wasm_status status = immediates_check(v, instruction);
    if (status != WASM_OK) {
        return status;
    }
    if (signature[0] != '-') {
        return signature_apply(v, signature);
    }
    return validator_is_control(instruction->opcode) ? validator_control(v, body, instruction)
                                                     : validator_special(v, instruction);
}

// From the first instruction to the END that closes the body, which must be its last byte.
static enum wasm_status body_validate(struct wasm_validator *v, struct wasm_reader *body, uint32_t *offset)
{
    while (v->block_count > 0) {
        struct wasm_instruction instruction;
        enum wasm_status status = wasm_instruction_next(body, &instruction);
        *offset = body->position;
        if (status != WASM_OK) {
            return status;
        }
        status = instruction_validate(v, body, &instruction);
        if (status != WASM_OK) {
            *offset = instruction.offset;
            return status;
        }
    }
    return body->position == body->end ? WASM_OK : WASM_END_EXPECTED;
}

bool wasm_function_validate(struct wasm_validator *validator, uint32_t index, struct wasm_error *error)
{
    struct wasm_function *function = &validator->module->functions[index];
    struct wasm_reader body = {validator->module->bytes, function->body.offset,
                               function->body.offset + function->body.length};
    validator->operand_count = 0;
    validator->block_count = 0;
    validator->operand_max = 0;
    validator->block_max = 0;
    enum wasm_status status =
        wasm_locals_read(validator->module, function, &body, validator->locals, &validator->local_count);
    uint32_t offset = body.position;
    function->code = body.position;
    function->local_count = validator->local_count;
    status = status ? status : validator_open_body(validator, &validator->module->types[function->type]);
    status = status ? status : body_validate(validator, &body, &offset);
    function->operand_max = validator->operand_max;
    function->block_max = validator->block_max;
    if (status != WASM_OK) {
        error->offset = offset;
        error->status = status;
    }
    return status == WASM_OK;
}

bool wasm_validator_create(struct wasm_validator *validator, struct wasm_module *module, struct wasm_arena *arena)
{
    uint32_t blocks = module->largest_body / 2 + 1; // the shortest block takes three bytes
    *validator = (struct wasm_validator){.module = module, .operand_capacity = WASM_OPERANDS_MAX};
    validator->block_capacity = blocks < WASM_BLOCKS_MAX ? blocks : WASM_BLOCKS_MAX;
    validator->locals = wasm_arena_allocate(arena, WASM_LOCALS_MAX, sizeof *validator->locals);
    validator->operands = wasm_arena_allocate(arena, WASM_OPERANDS_MAX, sizeof *validator->operands);
    validator->blocks = wasm_arena_allocate(arena, validator->block_capacity, sizeof *validator->blocks);
    return validator->locals && validator->operands && validator->blocks;
}
