// SPDX-License-Identifier: Apache-2.0
#include "validate_internal.h"

static bool is_reference(uint8_t type)
{
    return type == WASM_FUNCREF || type == WASM_EXTERNREF;
}

static enum wasm_status drop(struct wasm_validator *v)
{
    uint8_t type = 0;
    return validator_pop_any(v, &type);
}

// Numbers only; references need the form that names the type.
static enum wasm_status select_numbers(struct wasm_validator *v)
{
    uint8_t second = 0;
    uint8_t first = 0;
    enum wasm_status status = validator_pop(v, WASM_I32);
    status = status ? status : validator_pop_any(v, &second);
    status = status ? status : validator_pop_any(v, &first);
    if (status != WASM_OK) {
        return status;
    }
    if (is_reference(first) || is_reference(second) || (first != second && first != 0 && second != 0)) {
        return WASM_TYPE_MISMATCH;
    }
    return validator_push(v, first != 0 ? first : second);
}

static enum wasm_status select_typed(struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    if (instruction->count != 1) {
        return WASM_INVALID_RESULT_ARITY;
    }
    enum wasm_status status = validator_pop(v, WASM_I32);
    status = status ? status : validator_pop(v, instruction->type);
    status = status ? status : validator_pop(v, instruction->type);
    return status ? status : validator_push(v, instruction->type);
}

static enum wasm_status global_set(struct wasm_validator *v, uint32_t index)
{
    const struct wasm_global *global = &v->module->globals[index];
    return global->is_mutable ? validator_pop(v, global->type) : WASM_GLOBAL_IMMUTABLE;
}

static enum wasm_status table_validate(struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    uint8_t type = v->module->tables[instruction->index].type;
    enum wasm_status status = WASM_OK;
    switch (instruction->opcode) {
    case WASM_OP_TABLE_GET:
        status = validator_pop(v, WASM_I32);
        return status ? status : validator_push(v, type);
    case WASM_OP_TABLE_SET:
        status = validator_pop(v, type);
        return status ? status : validator_pop(v, WASM_I32);
    case WASM_OP_TABLE_GROW:
        status = validator_pop(v, WASM_I32);
        status = status ? status : validator_pop(v, type);
        return status ? status : validator_push(v, WASM_I32);
    default: // table.fill
        status = validator_pop(v, WASM_I32);
        status = status ? status : validator_pop(v, type);
        return status ? status : validator_pop(v, WASM_I32);
    }
}

// Copies between tables, and from segments to tables: three numbers, and the elements of both sides are alike.
static enum wasm_status elements_copy(struct wasm_validator *v, uint8_t to, uint8_t from)
{
    if (to != from) {
        return WASM_TYPE_MISMATCH;
    }
    enum wasm_status status = validator_pop(v, WASM_I32);
    status = status ? status : validator_pop(v, WASM_I32);
    return status ? status : validator_pop(v, WASM_I32);
}

static enum wasm_status ref_is_null(struct wasm_validator *v)
{
    uint8_t type = 0;
    enum wasm_status status = validator_pop_any(v, &type);
    if (status == WASM_OK && type != 0 && !is_reference(type)) {
        return WASM_TYPE_MISMATCH;
    }
    return status ? status : validator_push(v, WASM_I32);
}

enum wasm_status validator_special(struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    const struct wasm_module *module = v->module;
    uint32_t index = instruction->index;
    enum wasm_status status = WASM_OK;
    switch (instruction->opcode) {
    case WASM_OP_DROP:
        return drop(v);
    case WASM_OP_SELECT:
        return select_numbers(v);
    case WASM_OP_SELECT_TYPED:
        return select_typed(v, instruction);
    case WASM_OP_LOCAL_GET:
        return validator_push(v, v->locals[index]);
    case WASM_OP_LOCAL_SET:
        return validator_pop(v, v->locals[index]);
    case WASM_OP_LOCAL_TEE:
        status = validator_pop(v, v->locals[index]);
        return status ? status : validator_push(v, v->locals[index]);
    case WASM_OP_GLOBAL_GET:
        return validator_push(v, module->globals[index].type);
    case WASM_OP_GLOBAL_SET:
        return global_set(v, index);
    case WASM_OP_TABLE_GET:
    case WASM_OP_TABLE_SET:
    case WASM_OP_TABLE_GROW:
    case WASM_OP_TABLE_FILL:
        return table_validate(v, instruction);
    case WASM_OP_TABLE_INIT:
        return elements_copy(v, module->tables[instruction->second].type, module->element_segments[index].type);
    case WASM_OP_TABLE_COPY:
        return elements_copy(v, module->tables[index].type, module->tables[instruction->second].type);
    case WASM_OP_REF_NULL:
        return validator_push(v, instruction->type);
    case WASM_OP_REF_IS_NULL:
        return ref_is_null(v);
    case WASM_OP_REF_FUNC:
        return module->functions[index].is_referable ? validator_push(v, WASM_FUNCREF) : WASM_UNDECLARED_REFERENCE;
    default:
        return WASM_OPCODE;
    }
}
