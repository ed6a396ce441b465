// SPDX-License-Identifier: Apache-2.0
// Runs one instruction at a time; before an access it asks whether the address is the capsule's own affair, after each
// instruction whether every reserved register and the pc are what doc/capsule.md says. Mapped or not is another question:
// a fault is the sandbox at work.
#include "test/fuzz/capsule_model.h"
#include "abi/capsule.h"
#include "abi/syscall.h"
#include <string.h>

// Any region will do; this one is in the kernel's half, where every escape would hit something.
#define MODEL_REGION 0xffffffd080000000ull

// How far sp may lie outside of the stack between two instructions: the farthest a probe reaches, as a multiple of 16.
#define MODEL_SP_REACH 2032

// One past the last byte that an access can name: t2 at its largest, the largest offset, a doubleword.
#define MODEL_REACH (2 * 0xffffffffull + 2047 + 8)

// Far pages, as offsets in linear memory: at 2 GiB, around 4 GiB, and the last of the window.
static const uint64_t far_page[MODEL_FAR_PAGES] = {0x7ffff000, 0xfffff000, 0x100000000, NJ_CAPSULE_WINDOW - MODEL_PAGE};

static uint64_t model_random(struct capsule_model *model)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return model->random;
}

static enum model_result violate(struct capsule_model *model, const char *what)
{
    model->violation = what;
    return MODEL_VIOLATION;
}

void model_attach(struct capsule_model *model, const uint32_t *code, uint32_t count, uint32_t window_log2)
{
    model->code = code;
    model->count = count;
    model->window = 1ull << window_log2;
    model->code_base = MODEL_REGION + model->window;
    model->stack_low = NJ_STACK_LOW(model->code_base, model->window);
    model->stack_high = model->stack_low + MODEL_STACK_BYTES;
    model->data_base = NJ_DATA_BASE(model->code_base, model->window, MODEL_STACK_BYTES, MODEL_STATE_BYTES);
    model->violation = NULL;
}

void model_start(struct capsule_model *model, uint32_t word)
{
    memset(model->x, 0, sizeof model->x);
    model->x[NJ_REG_RA] = model->code_base;
    model->x[NJ_REG_SP] = model->stack_high;
    model->x[NJ_REG_DATA] = model->data_base;
    model->x[NJ_REG_CODE] = model->code_base;
    model->x[NJ_REG_MASK] = model->window - 4;
    model->x[NJ_REG_ADDRESS] = model->data_base;
    model->x[NJ_REG_WIDE] = model->data_base;
    model->x[NJ_REG_TARGET] = 0;
    model->pc = model->code_base + 4ull * word;
    model->reservation = 0;
}

static bool is_reserved(uint32_t r)
{
    return r == NJ_REG_RA || r == NJ_REG_SP || r == NJ_REG_DATA || r == NJ_REG_CODE || r == NJ_REG_MASK ||
           r == NJ_REG_ADDRESS || r == NJ_REG_WIDE || r == NJ_REG_TARGET;
}

// A value that an attacker would choose.
static uint64_t interesting(struct capsule_model *model)
{
    uint64_t r = model_random(model);
    switch (r >> 32 & 15) {
    case 0:
        return 0;
    case 1:
        return ~0ull;
    case 2:
        return 0xffffffff;
    case 3:
        return 0x7fffffff;
    case 4:
        return 0xffffffff80200000 + (r & 0xfff);
    case 5:
        return model->code_base + (r & 0x3fff);
    case 6:
        return model->stack_low + (r & 0xfff);
    case 7:
        return model->data_base + (r & 0xffff);
    case 8:
        return 0xfffff000 + (r & 0xfff);
    case 9:
        return 0 - (r & 0xffff);
    case 10:
        return MODEL_REGION - (r & 0xffff);
    case 11:
        return r & 0x3fff;
    case 12:
        return 1ull << (r & 63);
    case 13:
        return model->code_base - 2048 + (r & 0x7ff);
    default:
        return model_random(model);
    }
}

// A 32-bit number, often at an end.
static uint64_t extreme(struct capsule_model *model)
{
    uint64_t r = model_random(model);
    uint64_t number = r >> 32;
    return (r & 3) == 0 ? 0xffffffff : (r & 3) == 1 ? 0 : number;
}

// Every register, the reserved ones within what doc/capsule.md says of them: each instruction has to hold from there.
void model_scramble(struct capsule_model *model)
{
    int64_t highest = (int64_t)(MODEL_STACK_BYTES + 2 * MODEL_SP_REACH) / 16;
    int64_t above = (int64_t)(model_random(model) >> 8) % (highest + 1) * 16;
    uint64_t base = model_random(model) & 1 ? model->data_base : model->code_base;
    model->x[NJ_REG_SP] = model->stack_low - MODEL_SP_REACH + (uint64_t)above;
    model->x[NJ_REG_ADDRESS] = base + extreme(model);
    model->x[NJ_REG_WIDE] = base + extreme(model) + extreme(model);
    model->x[NJ_REG_TARGET] = extreme(model) & (model->window - 4);
    model->x[NJ_REG_RA] = model->code_base + model->x[NJ_REG_TARGET] + (model_random(model) & 4);
    for (uint32_t r = 1; r < 32; r++) {
        if (!is_reserved(r))
            model->x[r] = interesting(model);
    }
    for (uint32_t r = 0; r < 32; r++)
        model->f[r] = interesting(model);
}

void model_resume(struct capsule_model *model, uint32_t word)
{
    uint64_t sp = model->x[NJ_REG_SP];
    model->pc = model->code_base + 4ull * word;
    if (sp < model->stack_low || sp > model->stack_high)
        model->x[NJ_REG_SP] = model->stack_low + (model_random(model) % (MODEL_STACK_BYTES + 1)) / 16 * 16;
}

// ---- what must hold between any two instructions

static bool in_window(const struct capsule_model *model, uint64_t address) // or at its end, where only a fault waits
{
    return address >= model->code_base && address <= model->code_base + model->window && address % 4 == 0;
}

static bool is_entry(const struct capsule_model *model, uint64_t address)
{
    return address >= model->code_base - 2048 && address < model->code_base && address % 16 == 0;
}

static const char *broken_invariant(const struct capsule_model *model)
{
    const uint64_t *x = model->x;
    if (x[0] != 0)
        return "x0 is not 0";
    if (x[NJ_REG_DATA] != model->data_base)
        return "gp is not the data base";
    if (x[NJ_REG_CODE] != model->code_base)
        return "tp is not the code base";
    if (x[NJ_REG_MASK] != model->window - 4)
        return "s11 is not the code mask";
    if (x[NJ_REG_ADDRESS] < model->code_base || x[NJ_REG_ADDRESS] - model->data_base + 0x100000000 >= 0x200000000)
        return "t5 is out of the window";
    if (x[NJ_REG_WIDE] < model->code_base || x[NJ_REG_WIDE] - model->data_base + 0x100000000 >= 0x300000000)
        return "t2 is out of the window";
    if (x[NJ_REG_TARGET] & ~(model->window - 4))
        return "t6 is not a code offset";
    if (!in_window(model, x[NJ_REG_RA]))
        return "ra is out of the code";
    if (x[NJ_REG_SP] % 16 != 0 || x[NJ_REG_SP] < model->stack_low - 4096 || x[NJ_REG_SP] > model->stack_high + 4096)
        return "sp is out of the stack";
    if (!in_window(model, model->pc) && !is_entry(model, model->pc))
        return "pc is out of the code";
    return NULL;
}

// ---- memory

// The byte behind an address, NULL if none is mapped with this access. Entry page and code can be read, not written.
static uint8_t *byte_at(struct capsule_model *model, uint64_t address, bool is_write)
{
    static uint8_t read_only[8];
    uint64_t offset = address - model->data_base;
    uint64_t code_bytes = ((uint64_t)model->count * 4 + MODEL_PAGE - 1) / MODEL_PAGE * MODEL_PAGE;
    if (address >= model->stack_low && address < model->stack_high)
        return &model->stack[address - model->stack_low];
    if (address < model->data_base && address >= model->data_base - MODEL_STATE_BYTES)
        return &model->state[address - (model->data_base - MODEL_STATE_BYTES)];
    if (address >= model->data_base && offset < MODEL_MEMORY_BYTES)
        return &model->memory[offset];
    for (uint32_t page = 0; address >= model->data_base && page < MODEL_FAR_PAGES; page++) {
        if (offset - far_page[page] < MODEL_PAGE)
            return &model->far[page][offset - far_page[page]];
    }
    if (!is_write && address >= model->code_base - MODEL_PAGE && address < model->code_base + code_bytes) {
        uint64_t word = (address - model->code_base) / 4;
        memset(read_only, 0, sizeof read_only);
        if (address >= model->code_base && word < model->count)
            memcpy(read_only, &model->code[word], 4);
        return &read_only[address % 4];
    }
    return NULL;
}

// Whether any access to these bytes is the capsule's own affair. Everything else may be the kernel or another capsule.
static const char *forbidden(const struct capsule_model *model, uint32_t base, uint64_t address, uint32_t bytes)
{
    if (address < model->code_base - 2048 || address + bytes > model->data_base + MODEL_REACH)
        return "memory access out of the region";
    if (base == NJ_REG_SP &&
        (address < model->stack_low - NJ_CAPSULE_GUARD || address + bytes > model->stack_high + NJ_CAPSULE_GUARD))
        return "stack access past the guards";
    return NULL;
}

static enum model_result access_memory(struct capsule_model *model, const struct rv64 *i, uint64_t address,
                                       bool is_write, uint64_t *value)
{
    const char *what = forbidden(model, i->rs1, address, i->bytes);
    uint8_t *at[8];
    if (what != NULL)
        return violate(model, what);
    for (uint32_t n = 0; n < i->bytes; n++) {
        at[n] = byte_at(model, address + n, is_write);
        if (at[n] == NULL)
            return MODEL_FAULT;
    }
    model->accesses++;
    if (!is_write)
        *value = 0;
    for (uint32_t n = 0; n < i->bytes; n++) {
        at[n] = byte_at(model, address + n, is_write);
        if (is_write)
            *at[n] = (uint8_t)(*value >> (8 * n));
        else
            *value |= (uint64_t)*at[n] << (8 * n);
    }
    return MODEL_RUNS;
}

static uint64_t sign_extend(uint64_t value, uint32_t bytes)
{
    unsigned shift = 64 - 8 * bytes;
    return (uint64_t)((int64_t)(value << shift) >> shift);
}

static enum model_result load(struct capsule_model *model, const struct rv64 *i)
{
    uint64_t value;
    enum model_result result = access_memory(model, i, model->x[i->rs1] + (uint64_t)i->immediate, false, &value);
    if (result != MODEL_RUNS)
        return result;
    if (i->kind == RV64_LOAD_FP)
        model->f[i->rd] = i->bytes == 4 ? 0xffffffff00000000 | value : value;
    else
        model->x[i->rd] = i->is_unsigned ? value : sign_extend(value, i->bytes);
    return MODEL_RUNS;
}

static enum model_result store(struct capsule_model *model, const struct rv64 *i)
{
    uint64_t value = i->kind == RV64_STORE_FP ? model->f[i->rs2] : model->x[i->rs2];
    return access_memory(model, i, model->x[i->rs1] + (uint64_t)i->immediate, true, &value);
}

static enum model_result atomic(struct capsule_model *model, const struct rv64 *i)
{
    uint64_t address = model->x[i->rs1];
    uint64_t operand = sign_extend(model->x[i->rs2], i->bytes);
    bool is_write = i->operation != RV64_LR;
    uint64_t old, new;
    if (i->operation == RV64_SC && (model->reservation != address || model_random(model) % 8 == 0)) {
        const char *what = forbidden(model, i->rs1, address, i->bytes);
        model->reservation = 0;
        model->x[i->rd] = 1;
        return what != NULL ? violate(model, what) : address % i->bytes != 0 ? MODEL_FAULT : MODEL_RUNS;
    }
    enum model_result result = access_memory(model, i, address, false, &old);
    if (result != MODEL_RUNS || address % i->bytes != 0)
        return result == MODEL_VIOLATION ? result : MODEL_FAULT;
    old = sign_extend(old, i->bytes);
    new = i->operation == RV64_SC ? operand : rv64_integer(i->operation, old, operand);
    if (is_write) {
        result = access_memory(model, i, address, true, &new);
        if (result != MODEL_RUNS)
            return result;
    }
    model->reservation = i->operation == RV64_LR ? address : 0;
    model->x[i->rd] = i->operation == RV64_SC ? 0 : old;
    return MODEL_RUNS;
}

// ---- instructions

// A call of the kernel through its entry page: results as syscall.h says, the rest as doc/capsule.md demands of an exit.
static enum model_result call_kernel(struct capsule_model *model)
{
    uint64_t slot = (model->pc - (model->code_base - 2048)) / 16;
    model->calls++;
    if (slot >= NJ_SYS_COUNT)
        return MODEL_FAULT;
    model->pc = model->code_base + (model->x[NJ_REG_RA] & (model->window - 4));
    model->x[NJ_REG_RA] = model->pc;
    for (uint32_t r = 10; r <= 17; r++)
        model->x[r] = interesting(model);
    model->x[5] = interesting(model);
    model->x[6] = interesting(model);
    model->x[28] = model->x[29] = 0;
    model->x[NJ_REG_ADDRESS] = model->x[NJ_REG_WIDE] = model->data_base;
    model->x[NJ_REG_TARGET] = 0;
    model->reservation = 0;
    return MODEL_RUNS;
}

static bool is_hint(const struct rv64 *i, uint32_t word)
{
    switch (i->kind) {
    case RV64_LUI:
    case RV64_AUIPC:
    case RV64_IMMEDIATE:
    case RV64_REGISTER:
    case RV64_FLOAT_TO_INT:
        return i->rd == 0 && word != 0x00000013;
    default:
        return false;
    }
}

static enum model_result execute(struct capsule_model *model, const struct rv64 *i, uint32_t word)
{
    uint64_t *x = model->x;
    uint64_t a = x[i->rs1], b = x[i->rs2];
    uint64_t next = model->pc + 4;
    enum model_result result = MODEL_RUNS;

    switch (i->kind) {
    case RV64_UNKNOWN:
        return violate(model, "an instruction the model does not know");
    case RV64_SHORT:
        return violate(model, "an instruction that is not 32 bits long");
    case RV64_MANAGE:
        return violate(model, "a cache or instruction fence operation");
    case RV64_SYSTEM:
        return word == NJ_TRAP_WORD ? MODEL_FAULT : violate(model, "a system instruction");
    case RV64_FENCE:
        break;
    case RV64_LUI:
        x[i->rd] = (uint64_t)i->immediate;
        break;
    case RV64_AUIPC:
        x[i->rd] = model->pc + (uint64_t)i->immediate;
        break;
    case RV64_IMMEDIATE:
        x[i->rd] = rv64_integer(i->operation, a, (uint64_t)i->immediate);
        break;
    case RV64_REGISTER:
        x[i->rd] = rv64_integer(i->operation, a, b);
        break;
    case RV64_LOAD:
    case RV64_LOAD_FP:
        result = load(model, i);
        break;
    case RV64_STORE:
    case RV64_STORE_FP:
        result = store(model, i);
        break;
    case RV64_ATOMIC:
        result = atomic(model, i);
        break;
    case RV64_BRANCH:
        next = rv64_integer(i->operation, a, b) ? model->pc + (uint64_t)i->immediate : next;
        break;
    case RV64_JAL:
        x[i->rd] = next;
        next = model->pc + (uint64_t)i->immediate;
        break;
    case RV64_JALR:
        x[i->rd] = next;
        next = (a + (uint64_t)i->immediate) & ~1ull;
        break;
    case RV64_FLOAT:
        model->f[i->rd] = rv64_float(i, model->f[i->rs1], model->f[i->rs2], model->f[i->rs3], a);
        break;
    case RV64_FLOAT_TO_INT:
        x[i->rd] = rv64_float(i, model->f[i->rs1], model->f[i->rs2], 0, a);
        break;
    }
    x[0] = 0;
    if (result == MODEL_RUNS)
        model->pc = next;
    return result;
}

enum model_result model_step(struct capsule_model *model)
{
    enum model_result result;
    if (is_entry(model, model->pc)) {
        result = call_kernel(model);
    } else {
        uint64_t number = (model->pc - model->code_base) / 4;
        if (number >= model->count) {
            model->faults++;
            return MODEL_FAULT; // not mapped, or the zeros behind the last word
        }
        uint32_t word = model->code[number];
        struct rv64 i = rv64_decode(word);
        model->instructions++;
        if (is_hint(&i, word))
            return violate(model, "a hint");
        if (i.has_rounding && i.rounding == 7)
            return violate(model, "a dynamic rounding mode");
        result = execute(model, &i, word);
    }
    if (result == MODEL_VIOLATION)
        return result;
    model->faults += result == MODEL_FAULT;
    const char *broken = broken_invariant(model);
    return broken != NULL ? violate(model, broken) : result;
}
