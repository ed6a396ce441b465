// SPDX-License-Identifier: Apache-2.0
#include "validate_internal.h"

bool validator_is_control(uint16_t opcode)
{
    return opcode <= WASM_OP_CALL_INDIRECT; // and above no-operation, which the opcode table describes
}

static enum wasm_status block_open(struct wasm_validator *v, uint16_t opcode, const struct wasm_signature *signature)
{
    if (v->block_count == v->block_capacity) {
        return WASM_TOO_DEEP;
    }
    struct wasm_block *block = &v->blocks[v->block_count];
    block->signature = *signature;
    block->height = v->operand_count;
    block->opcode = opcode;
    block->is_unreachable = false;
    v->block_count++;
    if (v->block_count > v->block_max) {
        v->block_max = v->block_count;
    }
    return WASM_OK;
}

enum wasm_status validator_open_body(struct wasm_validator *v, const struct wasm_signature *signature)
{
    return block_open(v, WASM_OP_BLOCK, signature); // parameters are locals, not operands
}

static struct wasm_block *block_innermost(const struct wasm_validator *v)
{
    return &v->blocks[v->block_count - 1];
}

// What follows a branch that is always taken is dead until the block ends.
static void block_leave(struct wasm_validator *v)
{
    struct wasm_block *block = block_innermost(v);
    v->operand_count = block->height;
    block->is_unreachable = true;
}

// The results are on the stack, and nothing else of this block: takes them.
static enum wasm_status results_take(struct wasm_validator *v)
{
    const struct wasm_block *block = block_innermost(v);
    enum wasm_status status = validator_pop_list(v, block->signature.results, block->signature.result_count);
    if (status == WASM_OK && v->operand_count != block->height) {
        return WASM_TYPE_MISMATCH;
    }
    return status;
}

static enum wasm_status block_begin(struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    struct wasm_signature signature = wasm_block_signature(v->module, instruction);
    enum wasm_status status = WASM_OK;
    if (instruction->opcode == WASM_OP_IF) {
        status = validator_pop(v, WASM_I32);
    }
    status = status ? status : validator_pop_list(v, signature.params, signature.param_count);
    status = status ? status : block_open(v, instruction->opcode, &signature);
    return status ? status : validator_push_list(v, signature.params, signature.param_count);
}

static enum wasm_status block_else(struct wasm_validator *v)
{
    struct wasm_block *block = block_innermost(v);
    if (block->opcode != WASM_OP_IF) {
        return WASM_OPCODE;
    }
    enum wasm_status status = results_take(v);
    block->opcode = WASM_OP_ELSE;
    block->is_unreachable = false;
    return status ? status : validator_push_list(v, block->signature.params, block->signature.param_count);
}

static enum wasm_status block_end(struct wasm_validator *v)
{
    const struct wasm_block *block = block_innermost(v);
    const struct wasm_signature *signature = &block->signature;
    enum wasm_status status = results_take(v);
    if (status != WASM_OK) {
        return status;
    }
    bool passes_params = signature->param_count == signature->result_count &&
                         wasm_values_equal(v->module, signature->params, signature->results, signature->param_count);
    if (block->opcode == WASM_OP_IF && !passes_params) {
        return WASM_TYPE_MISMATCH; // the missing else would hand the parameters on as results
    }
    v->block_count--;
    if (v->block_count == 0) {
        return WASM_OK; // the body's results go to the caller
    }
    return validator_push_list(v, signature->results, signature->result_count);
}

// What a branch to the block `depth` levels out takes.
static void label_types(const struct wasm_validator *v, uint32_t depth, uint32_t *first, uint32_t *count)
{
    const struct wasm_block *block = &v->blocks[v->block_count - 1 - depth];
    bool is_loop = block->opcode == WASM_OP_LOOP;
    *first = is_loop ? block->signature.params : block->signature.results;
    *count = is_loop ? block->signature.param_count : block->signature.result_count;
}

static enum wasm_status branch(struct wasm_validator *v, uint32_t depth)
{
    uint32_t first = 0;
    uint32_t count = 0;
    label_types(v, depth, &first, &count);
    enum wasm_status status = validator_pop_list(v, first, count);
    block_leave(v);
    return status;
}

static enum wasm_status branch_if(struct wasm_validator *v, uint32_t depth)
{
    uint32_t first = 0;
    uint32_t count = 0;
    label_types(v, depth, &first, &count);
    enum wasm_status status = validator_pop(v, WASM_I32);
    status = status ? status : validator_pop_list(v, first, count);
    return status ? status : validator_push_list(v, first, count);
}

// That the operands on top are these, without taking them. In dead code each target of a br_table may see other types.
static enum wasm_status operands_match(const struct wasm_validator *v, uint32_t first, uint32_t count)
{
    const struct wasm_block *block = block_innermost(v);
    for (uint32_t i = 0; i < count; i++) {
        if (v->operand_count - i == block->height) {
            return block->is_unreachable ? WASM_OK : WASM_TYPE_MISMATCH;
        }
        uint8_t actual = v->operands[v->operand_count - 1 - i];
        if (actual != 0 && actual != v->module->values[first + count - 1 - i]) {
            return WASM_TYPE_MISMATCH;
        }
    }
    return WASM_OK;
}

// All targets, the default last, take as many operands, of types that are there.
static enum wasm_status branch_table(struct wasm_validator *v, const struct wasm_reader *body,
                                     const struct wasm_instruction *instruction)
{
    struct wasm_reader labels = wasm_reader_at_labels(body, instruction);
    uint32_t arity = 0;
    enum wasm_status status = validator_pop(v, WASM_I32);
    for (uint32_t i = 0; status == WASM_OK && i <= instruction->count; i++) {
        uint32_t depth = 0;
        uint32_t first = 0;
        uint32_t count = 0;
        status = wasm_read_index(&labels, v->block_count, WASM_UNKNOWN_LABEL, &depth);
        if (status != WASM_OK) {
            return status;
        }
        label_types(v, depth, &first, &count);
        if (i > 0 && count != arity) {
            return WASM_TYPE_MISMATCH;
        }
        arity = count;
        status = operands_match(v, first, count);
    }
    block_leave(v);
    return status;
}

static enum wasm_status call(struct wasm_validator *v, const struct wasm_signature *signature)
{
    enum wasm_status status = validator_pop_list(v, signature->params, signature->param_count);
    return status ? status : validator_push_list(v, signature->results, signature->result_count);
}

static enum wasm_status call_indirect(struct wasm_validator *v, const struct wasm_instruction *instruction)
{
    if (v->module->tables[instruction->second].type != WASM_FUNCREF) {
        return WASM_TYPE_MISMATCH;
    }
    enum wasm_status status = validator_pop(v, WASM_I32);
    return status ? status : call(v, &v->module->types[instruction->index]);
}

enum wasm_status validator_control(struct wasm_validator *v, const struct wasm_reader *body,
                                   const struct wasm_instruction *instruction)
{
    switch (instruction->opcode) {
    case WASM_OP_UNREACHABLE:
        block_leave(v);
        return WASM_OK;
    case WASM_OP_BLOCK:
    case WASM_OP_LOOP:
    case WASM_OP_IF:
        return block_begin(v, instruction);
    case WASM_OP_ELSE:
        return block_else(v);
    case WASM_OP_END:
        return block_end(v);
    case WASM_OP_BR:
        return branch(v, instruction->index);
    case WASM_OP_BR_IF:
        return branch_if(v, instruction->index);
    case WASM_OP_BR_TABLE:
        return branch_table(v, body, instruction);
    case WASM_OP_RETURN:
        return branch(v, v->block_count - 1);
    case WASM_OP_CALL:
        return call(v, &v->module->types[v->module->functions[instruction->index].type]);
    case WASM_OP_CALL_INDIRECT:
        return call_indirect(v, instruction);
    default:
        return WASM_OPCODE;
    }
}
