// SPDX-License-Identifier: Apache-2.0
// Imports: the whole set is NJ_IMPORT_LIST (abi/sdk.h). Each becomes a function of its own with the calling convention of
// compiled code, which enters the kernel through the entry page. All caller-saved registers are lost there.
#include "abi/sdk.h"
#include "abi/syscall.h"
#include "compiler.h"
#include <string.h>

enum import_kind { IMPORT_SDK, IMPORT_SYSTEM };

struct import_row {
    const char *module;
    const char *name;
    const char *type;
    uint8_t kind;
    uint8_t number; // operation of the SDK, or system call
};

static const struct import_row import_rows[] = {
#define SDK(module, name, number, type) {module, name, type, IMPORT_SDK, number},
#define SYS(module, name, call, type) {module, name, type, IMPORT_SYSTEM, call},
    NJ_IMPORT_LIST(SDK, SYS)
#undef SDK
#undef SYS
};
#define IMPORT_ROWS (sizeof import_rows / sizeof import_rows[0])

#define SDK_EXIT 3
#define SDK_MEMORY_GROW 6
#define SDK_WASI_FIRST 32
#define SDK_PROC_EXIT 48
#define STUB_FRAME 16

static bool span_is(const struct wasm_module *module, struct wasm_span span, const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    return span.length == length && memcmp(module->bytes + span.offset, text, length) == 0;
}

static const struct import_row *import_row(const struct wasm_module *module, const struct wasm_import *import)
{
    for (uint32_t i = 0; i < IMPORT_ROWS; i++)
        if (span_is(module, import->name, import_rows[i].name) &&
            span_is(module, import->module, import_rows[i].module))
            return &import_rows[i];
    return 0;
}

static const struct import_row *function_row(const struct compiler *c, uint32_t function)
{
    return import_row(c->module, &c->module->imports[c->module->functions[function].import]);
}

// "ii:i" against a signature; the list has i and I only, and at most one result.
static bool type_is(const struct wasm_module *module, const struct wasm_signature *signature, const char *type)
{
    uint32_t i = 0;
    for (; type[i] != ':'; i++)
        if (i >= signature->param_count ||
            module->values[signature->params + i] != (type[i] == 'I' ? WASM_I64 : WASM_I32))
            return false;
    if (i != signature->param_count)
        return false;
    const char *result = type + i + 1;
    if (*result == 0)
        return signature->result_count == 0;
    return signature->result_count == 1 && module->values[signature->results] == (*result == 'I' ? WASM_I64 : WASM_I32);
}

bool imports_check(struct compiler *c)
{
    for (uint32_t i = 0; i < c->module->count.imports; i++) {
        const struct wasm_import *import = &c->module->imports[i];
        const struct import_row *row = import_row(c->module, import);
        enum wasm_compile_status status = WASM_COMPILE_OK;
        if (import->kind != WASM_KIND_FUNCTION) {
            status = WASM_COMPILE_IMPORT_KIND;
        } else if (!row) {
            status = WASM_COMPILE_IMPORT_UNKNOWN;
        } else {
            struct wasm_signature signature = function_signature(c->module, import->index);
            if (!type_is(c->module, &signature, row->type))
                status = WASM_COMPILE_IMPORT_TYPE;
        }
        if (status != WASM_COMPILE_OK) {
            c->error = (struct wasm_compile_error){status, import->offset, WASM_NONE, i};
            return false;
        }
    }
    return true;
}

bool import_is_inline(const struct compiler *c, uint32_t function, uint32_t *call)
{
    if (c->module->functions[function].import == WASM_NONE)
        return false;
    const struct import_row *row = function_row(c, function);
    *call = row->number;
    return row->kind == IMPORT_SYSTEM && row->type[0] == ':' && (row->number == NJ_SYS_TIME || row->type[1] == 0);
}

static void enter(struct compiler *c, uint32_t number)
{
    emit(c, rv_rri(RV_JALR, RV_RA, RV_TP, NJ_ENTRY_OFFSET((int32_t)number)));
    c->address_of = 0;
}

static void stub_start(struct compiler *c)
{
    emit(c, rv_rri(RV_ADDI, RV_SP, RV_SP, -STUB_FRAME));
    emit(c, rv_store(RV_SD, RV_RA, RV_SP, STUB_FRAME - 8));
}

static void stub_finish(struct compiler *c)
{
    emit(c, rv_rri(RV_ADDI, RV_SP, RV_SP, STUB_FRAME));
    emit(c, rv_load(RV_LD, RV_T0, RV_SP, -8));
    emit_indirect_jump(c, RV_T0, RV_X0);
}

static void emit_zero_extended(struct compiler *c, uint32_t rd, uint32_t rs)
{
    emit(c, rv_rrr(RV_ADD_UW, rd, rs, RV_X0));
}

static void emit_sdk_call(struct compiler *c, uint32_t operation, uint32_t parameters)
{
    emit_constant(c, RV_A0, operation);
    emit_constant(c, RV_T0, NJ_APP_SLOT_SDK);
    emit_constant(c, RV_T1, parameters + 1);
    emit_constant(c, RV_T3, NJ_SLOT_NONE);
    enter(c, NJ_SYS_CALL);
}

static void sdk_stub(struct compiler *c, const struct import_row *row)
{
    uint32_t parameters = 0;
    while (row->type[parameters] != ':')
        parameters++;
    stub_start(c);
    for (uint32_t i = parameters; i > 0; i--) { // one register up, the last first
        if (row->type[i - 1] == 'i')
            emit_zero_extended(c, RV_A0 + i, RV_A0 + i - 1);
        else
            emit_move(c, RV_A0 + i, RV_A0 + i - 1);
    }
    emit_sdk_call(c, row->number, parameters);
    if (row->number == SDK_EXIT || row->number == SDK_PROC_EXIT) {
        emit_trap(c, NJ_TRAP_EXITED);
        return;
    }
    struct label is_answered = label_new();
    emit_branch(c, RV_BGE, RV_T1, RV_X0, &is_answered, true);
    if (row->number >= SDK_WASI_FIRST)
        emit_constant(c, RV_A0, NJ_WASI_EIO);
    else
        emit_move(c, RV_A0, RV_T1);
    label_bind(c, &is_answered);
    emit(c, rv_rri(RV_ADDIW, RV_A0, RV_A0, 0));
    stub_finish(c);
}

// The message travels between linear memory, at a1, and a0-a7. Its address waits at sp.
static void message_load(struct compiler *c)
{
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_A1, RV_GP));
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        emit(c, rv_load(RV_LD, RV_A0 + i, RV_T5, 8 * (int32_t)i));
}

static void message_store(struct compiler *c, bool has_sender)
{
    emit(c, rv_load(RV_LD, RV_T3, RV_SP, 0));
    emit(c, rv_rrr(RV_ADD_UW, RV_T5, RV_T3, RV_GP));
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        emit(c, rv_store(RV_SD, RV_A0 + i, RV_T5, 8 * (int32_t)i));
    if (has_sender)
        emit(c, rv_store(RV_SD, RV_T0, RV_T5, 8 * NJ_MESSAGE_REGISTERS));
}

// call, send, recv and their relatives: (slot, message, words) or (slot, message).
static void message_stub(struct compiler *c, const struct import_row *row)
{
    bool is_sending = row->type[2] == 'i';
    bool is_receiving =
        row->number == NJ_SYS_RECV || row->number == NJ_SYS_TRY_RECV || row->number == NJ_SYS_REPLY_RECV;
    bool has_answer = is_receiving || row->number == NJ_SYS_CALL;
    stub_start(c);
    emit(c, rv_store(RV_SD, RV_A1, RV_SP, 0));
    emit_zero_extended(c, RV_T0, RV_A0);
    if (is_sending)
        emit_zero_extended(c, RV_T1, RV_A2);
    else
        emit_constant(c, RV_T1, 0);
    emit_constant(c, RV_T3, is_receiving ? NJ_APP_SLOT_REPLY : NJ_SLOT_NONE);
    if (is_sending)
        message_load(c);
    enter(c, row->number);
    struct label is_failed = label_new();
    struct label is_done = label_new();
    emit_branch(c, RV_BLT, RV_T1, RV_X0, &is_failed, true);
    if (has_answer)
        message_store(c, is_receiving);
    emit(c, rv_rri(RV_ANDI, RV_A0, RV_T1, has_answer ? NJ_TAG_WORDS_MASK : 0));
    emit_jump(c, &is_done);
    label_bind(c, &is_failed);
    emit_move(c, RV_A0, RV_T1);
    label_bind(c, &is_done);
    stub_finish(c);
}

// signal and wait: (slot). A failure is its status, but the word of a wait is 0 then.
static void notification_stub(struct compiler *c, const struct import_row *row)
{
    stub_start(c);
    emit_zero_extended(c, RV_T0, RV_A0);
    emit_constant(c, RV_T1, 0);
    enter(c, row->number);
    struct label is_done = label_new();
    if (row->number == NJ_SYS_SIGNAL) {
        emit_move(c, RV_A0, RV_T1);
        emit_branch(c, RV_BLT, RV_T1, RV_X0, &is_done, true);
    } else {
        emit_branch(c, RV_BGE, RV_T1, RV_X0, &is_done, true);
    }
    emit_constant(c, RV_A0, 0);
    label_bind(c, &is_done);
    stub_finish(c);
}

static void plain_stub(struct compiler *c, const struct import_row *row)
{
    stub_start(c);
    enter(c, row->number);
    if (row->number != NJ_SYS_TIME)
        emit_constant(c, RV_A0, 0);
    stub_finish(c);
}

void import_compile(struct compiler *c, uint32_t function)
{
    const struct import_row *row = function_row(c, function);
    c->function = function;
    link_place_at(c, function, c->at);
    if (row->kind == IMPORT_SDK && row->number == SDK_MEMORY_GROW)
        memory_grow_compile(c); // the same as the instruction, so that memory.size stays true
    else if (row->kind == IMPORT_SDK)
        sdk_stub(c, row);
    else if (row->type[0] == ':')
        plain_stub(c, row);
    else if (row->type[1] == ':')
        notification_stub(c, row);
    else
        message_stub(c, row);
}

#define START_NAME "_start"

// The program's start. What returns to the code base, position 0, has returned after its end.
void entry_compile(struct compiler *c)
{
    emit_trap(c, NJ_TRAP_EXITED);
    c->entry = c->at;
    if (c->module->start != WASM_NONE)
        link_call(c, c->module->start);
    uint32_t index = wasm_export_find(c->module, (const uint8_t *)START_NAME, sizeof START_NAME - 1);
    if (index != WASM_NONE && c->module->exports[index].kind == WASM_KIND_FUNCTION) {
        uint32_t function = c->module->exports[index].index;
        struct wasm_signature signature = function_signature(c->module, function);
        if (signature.param_count == 0 && signature.result_count == 0)
            link_call(c, function);
    }
    emit_constant(c, RV_A1, 0);
    emit_sdk_call(c, SDK_EXIT, 1);
    emit_trap(c, NJ_TRAP_EXITED);
}

// memory.grow: a0 = pages, the old size or -1 comes back. Never beyond the maximum, which the SDK need not know.
void memory_grow_compile(struct compiler *c)
{
    struct label is_within = label_new();
    struct label is_failed = label_new();
    struct label is_done = label_new();
    uint32_t max = c->module->count.memories > 0 ? c->module->memories[0].max : 0;
    stub_start(c);
    emit_zero_extended(c, RV_A1, RV_A0);
    state_load(c, RV_LW, RV_A0, c->state.memory_size);
    emit_branch(c, RV_BEQ, RV_A1, RV_X0, &is_done, true);
    emit(c, rv_rrr(RV_ADD, RV_T1, RV_A0, RV_A1));
    emit_constant(c, RV_T3, max < WASM_MEMORY_PAGES_MAX ? max : WASM_MEMORY_PAGES_MAX);
    emit_branch(c, RV_BGEU, RV_T3, RV_T1, &is_within, true);
    label_bind(c, &is_failed);
    emit_constant(c, RV_A0, -1);
    emit_jump(c, &is_done);
    label_bind(c, &is_within);
    emit(c, rv_store(RV_SD, RV_A1, RV_SP, 0));
    emit_sdk_call(c, SDK_MEMORY_GROW, 1);
    emit_branch(c, RV_BLT, RV_T1, RV_X0, &is_failed, true);
    emit(c, rv_rri(RV_ADDIW, RV_A0, RV_A0, 0));
    emit_branch(c, RV_BLT, RV_A0, RV_X0, &is_failed, true);
    emit(c, rv_load(RV_LD, RV_A1, RV_SP, 0));
    emit(c, rv_rrr(RV_ADDW, RV_A1, RV_A1, RV_A0));
    state_store(c, RV_SW, RV_A1, c->state.memory_size);
    label_bind(c, &is_done);
    stub_finish(c);
}
