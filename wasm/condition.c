// SPDX-License-Identifier: Apache-2.0
// A comparison directly before a branch, if or select becomes the branch itself. Until that instruction comes, the
// compared registers wait here.
#include "compiler.h"

void condition_set(struct compiler *c, uint32_t branch, struct operand *left, struct operand *right, bool is_flag)
{
    struct condition *condition = &c->condition;
    condition->left = operand_register(c, left);
    condition->right = right ? operand_register(c, right) : RV_X0;
    condition->operands[0] = *left;
    condition->operands[1] = right ? *right : (struct operand){.kind = OPERAND_CONSTANT, .type = WASM_I32};
    condition->branch = branch;
    condition->is_flag = is_flag;
    condition->is_pending = true;
}

bool condition_is_awaited(const struct compiler *c)
{
    uint8_t next = next_opcode(c);
    return next == WASM_OP_BR_IF || next == WASM_OP_IF || next == WASM_OP_SELECT || next == WASM_OP_SELECT_TYPED ||
           next == WASM_OP_I32_EQZ;
}

// rd = 1 if the condition holds, else 0.
static void emit_condition(struct compiler *c, const struct condition *condition, uint8_t rd)
{
    uint8_t left = condition->left;
    bool is_inverted = (condition->branch & RV_BRANCH_INVERT) != 0;
    switch (condition->branch) {
    case RV_BEQ:
    case RV_BNE:
        if (condition->is_flag) {
            if (is_inverted)
                emit_move(c, rd, left);
            else
                emit(c, rv_rri(RV_XORI, rd, left, 1));
            return;
        }
        if (condition->right != RV_X0) {
            emit(c, rv_rrr(RV_XOR, rd, left, condition->right));
            left = rd;
        }
        emit(c, is_inverted ? rv_rrr(RV_SLTU, rd, RV_X0, left) : rv_rri(RV_SLTIU, rd, left, 1));
        return;
    case RV_BLT:
    case RV_BGE:
        emit(c, rv_rrr(RV_SLT, rd, left, condition->right));
        break;
    default:
        emit(c, rv_rrr(RV_SLTU, rd, left, condition->right));
        break;
    }
    if (is_inverted)
        emit(c, rv_rri(RV_XORI, rd, rd, 1));
}

void condition_settle(struct compiler *c)
{
    if (condition_is_awaited(c))
        return;
    uint8_t rd = result_register(c, WASM_I32);
    emit_condition(c, &c->condition, rd);
    condition_done(c);
    operand_push_register(c, WASM_I32, rd);
}

void condition_pop(struct compiler *c)
{
    if (c->condition.is_pending)
        return;
    struct operand operand = operand_pop(c);
    condition_set(c, RV_BNE, &operand, 0, false);
}

void condition_done(struct compiler *c)
{
    operand_release(c, &c->condition.operands[0]);
    operand_release(c, &c->condition.operands[1]);
    c->condition.is_pending = false;
}
