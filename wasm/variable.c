// SPDX-License-Identifier: Apache-2.0
// Locals, globals, drop and select.
#include "compiler.h"

static void drop(struct compiler *c)
{
    struct operand operand = operand_pop(c);
    operand_release(c, &operand);
}

// One of the two is in the result's register already, if it can be; the other is moved there if the condition says so.
static void select_compile(struct compiler *c)
{
    condition_pop(c);
    struct operand otherwise = operand_pop(c);
    struct operand chosen = operand_pop(c);
    uint32_t branch = c->condition.branch;
    uint8_t rd;
    if (chosen.kind != OPERAND_REGISTER && otherwise.kind == OPERAND_REGISTER) {
        struct operand other = chosen;
        chosen = otherwise;
        otherwise = other;
        branch ^= RV_BRANCH_INVERT;
    }
    if (chosen.kind == OPERAND_REGISTER) {
        rd = chosen.reg;
    } else {
        rd = register_take(c, type_is_float(chosen.type));
        operand_into(c, &chosen, rd);
    }
    struct label skip = label_new();
    emit_branch(c, branch, c->condition.left, c->condition.right, &skip, true);
    operand_into(c, &otherwise, rd);
    label_bind(c, &skip);
    operand_release(c, &otherwise);
    condition_done(c);
    operand_push_register(c, chosen.type, rd);
}

static void local_get(struct compiler *c)
{
    uint32_t index = c->instruction.index;
    operand_push(c, (struct operand){.kind = OPERAND_LOCAL, .type = c->locals[index].type, .index = index});
}

static void local_set(struct compiler *c, bool is_tee)
{
    uint32_t index = c->instruction.index;
    const struct local *local = &c->locals[index];
    struct operand value = operand_pop(c);
    local_detach(c, index);
    if (local->is_assigned)
        operand_into(c, &value, local->reg);
    else
        operand_store(c, &value, local->home);
    if (is_tee && !local->is_assigned && value.kind == OPERAND_REGISTER) {
        operand_push(c, value); // still at hand
        return;
    }
    operand_release(c, &value);
    if (is_tee)
        local_get(c);
}

static uint32_t load_word(uint8_t type)
{
    return type == WASM_I32 ? RV_LW : type == WASM_F32 ? RV_FLW : type == WASM_F64 ? RV_FLD : RV_LD;
}

static uint32_t store_word(uint8_t type)
{
    return type == WASM_I32 ? RV_SW : type == WASM_F32 ? RV_FSW : type == WASM_F64 ? RV_FSD : RV_SD;
}

static void global_get(struct compiler *c)
{
    const struct wasm_global *global = &c->module->globals[c->instruction.index];
    if (!global->is_mutable && global->init.kind == WASM_CONSTANT_VALUE) {
        uint64_t value = global->init.value;
        operand_push_constant(c, global->type,
                              global->type == WASM_I32 ? (uint64_t)(int64_t)(int32_t)(uint32_t)value : value);
        return;
    }
    uint8_t rd = result_register(c, global->type);
    state_load(c, load_word(global->type), rd, c->state.global[c->instruction.index]);
    operand_push_register(c, global->type, rd);
}

static void global_set(struct compiler *c)
{
    uint8_t type = c->module->globals[c->instruction.index].type;
    struct operand value = operand_pop(c);
    uint8_t source = operand_register(c, &value);
    state_store(c, store_word(type), source, c->state.global[c->instruction.index]);
    operand_release(c, &value);
}

bool variable_compile(struct compiler *c)
{
    switch (c->instruction.opcode) {
    case WASM_OP_DROP:
        drop(c);
        return true;
    case WASM_OP_SELECT:
    case WASM_OP_SELECT_TYPED:
        select_compile(c);
        return true;
    case WASM_OP_LOCAL_GET:
        local_get(c);
        return true;
    case WASM_OP_LOCAL_SET:
        local_set(c, false);
        return true;
    case WASM_OP_LOCAL_TEE:
        local_set(c, true);
        return true;
    case WASM_OP_GLOBAL_GET:
        global_get(c);
        return true;
    case WASM_OP_GLOBAL_SET:
        global_set(c);
        return true;
    default:
        return false;
    }
}
