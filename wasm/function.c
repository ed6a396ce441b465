// SPDX-License-Identifier: Apache-2.0
// One function: prologue, body, epilogue.
//
// The frame, from sp upwards: arguments of calls that do not fit in registers; callee-saved registers; locals without a
// register; slots of operands; and in the last 8 bytes ra. Its size is known only at the end, so the two words of the
// prologue that depend on it are left open. They are the step of sp and its probe, the store of ra.
#include "compiler.h"

#define FRAME_STEP_MAX 2032u
#define FRAME_BYTES_MAX 0x10000u
#define PROLOGUE_WORDS 2
#define FUNCTION_WORDS_MAX 0x18000u // well below what a jump reaches, see link.c

// How many bytes of code a byte of WebAssembly is expected to take: decides between branches of one and two words. When
// an expectation fails, the function is compiled again with the next.
static const uint32_t expansions[] = {4, 16, 0x10000};

struct wasm_signature function_signature(const struct wasm_module *module, uint32_t index)
{
    return module->types[module->functions[index].type];
}

static bool has_stack_values(const struct compiler *c, const struct wasm_signature *signature)
{
    return call_stack_bytes(c->module, signature) > 0;
}

// Stores or loads the callee-saved registers in use; the offset behind them.
static uint32_t emit_saved(struct compiler *c, bool is_store)
{
    uint32_t offset = c->outgoing;
    for (uint32_t is_float = 0; is_float < 2; is_float++)
        for (uint32_t reg = 0; reg < 32; reg++) {
            if (!(c->saved[is_float] >> reg & 1))
                continue;
            if (is_store)
                emit_frame_store(c, is_float ? RV_FSD : RV_SD, reg, offset);
            else
                emit_frame_load(c, is_float ? RV_FLD : RV_LD, reg, offset);
            offset += 8;
        }
    return offset;
}

static void frame_place_locals(struct compiler *c, uint32_t offset)
{
    for (uint32_t i = 0; i < c->local_count; i++)
        if (!c->locals[i].is_assigned && c->locals[i].weight > 0) {
            c->locals[i].home = offset;
            offset += 8;
            if (offset > FRAME_BYTES_MAX) {
                compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
                return;
            }
        }
    c->slots = offset;
}

static uint32_t frame_bytes(const struct compiler *c)
{
    uint32_t bytes = c->slots + 8 * c->slot_count;
    if (bytes == 0 && c->is_leaf)
        return 0;
    return (bytes + 8 + 15) & ~15u;
}

static void parameter_take(struct compiler *c, const struct local *local, struct place place, uint32_t frame)
{
    uint32_t load = place.is_float ? RV_FLD : RV_LD;
    uint32_t store = place.is_float ? RV_FSD : RV_SD;
    if (!place.is_stack) {
        emit_frame_store(c, store, place.reg, local->home);
    } else if (local->is_assigned) {
        emit_frame_load(c, load, local->reg, frame + place.offset);
    } else { // a0 and fa0 are at their place by now: use what no argument is in
        uint32_t reg = place.is_float ? RV_FT0 : RV_T0;
        emit_frame_load(c, load, reg, frame + place.offset);
        emit_frame_store(c, store, reg, local->home);
    }
}

// Moves the parameters to where their locals live.
static void parameters_take(struct compiler *c, const struct wasm_signature *signature)
{
    uint8_t to[2][8];
    uint8_t from[2][8];
    uint32_t count[2] = {0, 0};
    uint32_t frame = frame_bytes(c);
    for (uint32_t pass = 0; pass < 2; pass++) { // register parameters first: they free registers and are in the way
        struct places places = {0};
        for (uint32_t i = 0; i < signature->param_count; i++) {
            const struct local *local = &c->locals[i];
            struct place place = places_next(&places, local->type);
            if (local->weight == 0 || place.is_stack != (pass == 1))
                continue;
            if (place.is_stack || !local->is_assigned) {
                parameter_take(c, local, place, frame);
                continue;
            }
            to[place.is_float][count[place.is_float]] = local->reg;
            from[place.is_float][count[place.is_float]++] = (uint8_t)place.reg;
        }
        if (pass == 0) {
            registers_move(c, false, to[0], from[0], count[0]);
            registers_move(c, true, to[1], from[1], count[1]);
        }
    }
}

// Locals that are no parameters start as zero; those that are written first need not.
static void locals_clear(struct compiler *c, uint32_t first)
{
    for (uint32_t i = first; i < c->local_count; i++) {
        const struct local *local = &c->locals[i];
        if (local->weight == 0 || local->is_first_set)
            continue;
        uint32_t zero = RV_FMV_W_X | (local->type == WASM_F64 ? RV_DOUBLE : 0);
        if (!type_is_float(local->type)) {
            if (local->is_assigned)
                emit_constant(c, local->reg, 0);
            else
                emit_frame_store(c, RV_SD, RV_X0, local->home);
        } else if (local->is_assigned) {
            emit(c, rv_rrr(zero, local->reg, RV_X0, 0));
        } else {
            emit(c, rv_rrr(zero, RV_FT11, RV_X0, 0));
            emit_frame_store(c, RV_FSD, RV_FT11, local->home);
        }
    }
}

static void function_start(struct compiler *c, const struct wasm_signature *signature)
{
    c->calls = (struct list){0};
    c->operand_count = 0;
    c->unflushed = 0;
    c->block_count = 0;
    c->block_next = 0;
    c->used[0] = c->used[1] = 0;
    c->fixup_count = 0;
    c->fixup_free = COMPILER_NONE;
    c->condition.is_pending = false;
    c->has_overflown = false;
    c->is_dead = false;
    c->dead_depth = 0;
    c->address_of = 0;
    // Parameters and results on the stack are found from the far end of the frame: its size has to be known now.
    c->slot_count = has_stack_values(c, signature) ? c->module->functions[c->function].operand_max : 0;
    for (uint32_t i = 0; i < c->local_count; i++)
        c->locals[i].references = 0;
    for (uint32_t i = 0; i < PROLOGUE_WORDS; i++)
        emit(c, rv_rri(RV_ADDI, RV_X0, RV_X0, 0));
    frame_place_locals(c, emit_saved(c, true));
    parameters_take(c, signature);
    locals_clear(c, signature->param_count);
    control_start(c);
}

static void instruction_compile(struct compiler *c)
{
    bool is_known = control_compile(c) || variable_compile(c) || memory_access_compile(c) || number_compile(c) ||
                    float_compile(c) || convert_compile(c) || call_compile(c) || table_compile(c);
    if (!is_known)
        compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
}

// The results are in a0 or fa0, or in the slots if there are several.
static void results_give(struct compiler *c, const struct wasm_signature *signature)
{
    if (signature->result_count < 2)
        return;
    uint32_t frame = frame_bytes(c);
    struct places places = {.stack = 0};
    struct places parameters = {0};
    for (uint32_t i = 0; i < signature->param_count; i++)
        places_next(&parameters, c->module->values[signature->params + i]);
    places.stack = parameters.stack;
    for (uint32_t i = 0; i < signature->result_count; i++) {
        struct place place = places_next(&places, c->module->values[signature->results + i]);
        uint32_t reg = !place.is_stack ? place.reg : place.is_float ? RV_FT0 : RV_T0;
        emit_frame_load(c, place.is_float ? RV_FLD : RV_LD, reg, slot_offset(c, i));
        if (place.is_stack)
            emit_frame_store(c, place.is_float ? RV_FSD : RV_SD, reg, frame + place.offset);
    }
}

static void emit_return(struct compiler *c)
{
    emit(c, rv_rri(RV_JALR, RV_X0, RV_RA, 0));
}

static void epilogue(struct compiler *c)
{
    emit_saved(c, false);
    uint32_t frame = frame_bytes(c);
    for (uint32_t left = frame; left > 0;) {
        uint32_t step = left < FRAME_STEP_MAX ? left : FRAME_STEP_MAX;
        left -= step;
        emit(c, rv_rri(RV_ADDI, RV_SP, RV_SP, (int32_t)step));
        emit(c, rv_load(RV_LD, left == 0 && !c->is_leaf ? RV_T0 : RV_X0, RV_SP, -8)); // the probe
    }
    if (!c->is_leaf) {
        emit(c, rv_rrr(RV_AND, RV_T6, RV_T0, RV_S11));
        emit(c, rv_rrr(RV_OR, RV_RA, RV_T6, RV_TP));
    }
    emit_return(c);
}

// Fills in the prologue. A frame of several steps does them behind the function and comes back.
static void prologue_patch(struct compiler *c, uint32_t start)
{
    uint32_t frame = frame_bytes(c);
    if (frame == 0 || !compiler_is_ok(c))
        return;
    if (frame > FRAME_BYTES_MAX) {
        compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
        return;
    }
    if (frame <= FRAME_STEP_MAX) {
        c->code[start] = rv_rri(RV_ADDI, RV_SP, RV_SP, -(int32_t)frame);
        c->code[start + 1] = rv_store(RV_SD, RV_RA, RV_SP, (int32_t)frame - 8);
        return;
    }
    c->code[start] = rv_jal(RV_X0, 4 * (int32_t)(c->at - start));
    for (uint32_t left = frame; left > 0;) {
        uint32_t step = left < FRAME_STEP_MAX ? left : FRAME_STEP_MAX;
        emit(c, rv_rri(RV_ADDI, RV_SP, RV_SP, -(int32_t)step));
        // The first step stores ra where it belongs; the others only probe.
        emit(c, left == frame ? rv_store(RV_SD, RV_RA, RV_SP, (int32_t)step - 8)
                              : rv_load(RV_LD, RV_X0, RV_SP, (int32_t)step - 8));
        left -= step;
    }
    emit(c, rv_jal(RV_X0, 4 * ((int32_t)(start + PROLOGUE_WORDS) - (int32_t)c->at)));
}

static void function_attempt(struct compiler *c)
{
    struct wasm_signature signature = function_signature(c->module, c->function);
    uint32_t start = c->at;
    function_survey(c);
    function_start(c, &signature);
    while (c->reader.position < c->reader.end && compiler_is_ok(c)) {
        if (wasm_instruction_next(&c->reader, &c->instruction) != WASM_OK)
            compiler_fail(c, WASM_COMPILE_UNSUPPORTED);
        else
            instruction_compile(c);
        if (c->at - start > FUNCTION_WORDS_MAX)
            compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
    }
    results_give(c, &signature);
    epilogue(c);
    prologue_patch(c, start);
}

static void list_rewind(struct list *list, struct list saved)
{
    *list = saved;
    if (list->last)
        list->last->next = 0;
}

void function_compile(struct compiler *c, uint32_t index)
{
    uint32_t start = c->at;
    uint64_t used = c->arena->used;
    struct list traps = c->traps;
    struct list references = c->state_references;
    c->function = index;
    for (uint32_t i = 0; i < sizeof expansions / sizeof expansions[0]; i++) {
        c->expansion = expansions[i];
        function_attempt(c);
        if (!c->has_overflown || !compiler_is_ok(c))
            break;
        link_rewind(c, start);
        list_rewind(&c->traps, traps);
        list_rewind(&c->state_references, references);
        c->arena->used = used;
        c->at = start;
    }
    if (c->has_overflown) // even without short branches
        compiler_fail(c, WASM_COMPILE_FUNCTION_SIZE);
    // Without a frame the function starts behind the prologue's place.
    link_place_at(c, index, frame_bytes(c) == 0 ? start + PROLOGUE_WORDS : start);
}
