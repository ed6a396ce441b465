// SPDX-License-Identifier: Apache-2.0
// The image around the code: header, initial state, segments, tables of traps, functions and exports, and their texts.
#include "compiler.h"
#include <string.h>

struct writer {
    struct compiler *c;
    uint8_t *image;
    uint64_t at; // bytes written
    uint64_t capacity;
    struct nj_image header;
};

// Zeroed room for a table; a null pointer if the image is full.
static uint8_t *table_take(struct writer *w, struct nj_image_table *table, uint64_t count, uint32_t element_bytes)
{
    uint64_t start = (w->at + 7) & ~(uint64_t)7;
    if (start > w->capacity || count > (w->capacity - start) / element_bytes) {
        compiler_fail(w->c, WASM_COMPILE_IMAGE_SIZE);
        return 0;
    }
    memset(w->image + w->at, 0, start - w->at + count * element_bytes);
    table->offset = (uint32_t)start;
    table->count = (uint32_t)count;
    w->at = start + count * element_bytes;
    return w->image + start;
}

static uint64_t function_reference(const struct compiler *c, uint32_t function)
{
    uint32_t position = c->placed[function] - 1;
    return (uint64_t)4 * position | (uint64_t)c->type_id[c->module->functions[function].type] << 32;
}

static uint64_t constant_value(const struct compiler *c, uint8_t kind, uint64_t value)
{
    if (kind == WASM_CONSTANT_FUNCTION)
        return function_reference(c, (uint32_t)value);
    return kind == WASM_CONSTANT_VALUE ? value : 0;
}

static void elements_write(const struct compiler *c, uint8_t *to, const struct wasm_element_segment *segment)
{
    for (uint32_t i = 0; i < segment->count; i++) {
        const struct wasm_element *element = &c->module->elements[segment->first + i];
        uint64_t value = constant_value(c, element->kind, element->index);
        memcpy(to + (uint64_t)i * TABLE_ENTRY_BYTES, &value, sizeof value);
    }
}

// `end` is where G will be.
static void element_segments_write(struct writer *w, uint8_t *end)
{
    struct compiler *c = w->c;
    for (uint32_t i = 0; i < c->module->count.element_segments; i++) {
        const struct wasm_element_segment *segment = &c->module->element_segments[i];
        if (segment->mode == WASM_SEGMENT_PASSIVE) {
            memcpy(end - c->state.element_size[i], &segment->count, sizeof segment->count);
            elements_write(c, end - c->state.element[i], segment);
        } else if (segment->mode == WASM_SEGMENT_ACTIVE) {
            uint64_t start = (uint32_t)segment->start.value;
            if (start + segment->count > c->module->tables[segment->table].min) {
                compiler_fail(c, WASM_COMPILE_ELEMENT_BOUNDS);
                c->error.offset = segment->offset;
                return;
            }
            elements_write(c, end - c->state.table[segment->table] + start * TABLE_ENTRY_BYTES, segment);
        }
    }
}

static void state_fill(struct writer *w, uint8_t *end)
{
    struct compiler *c = w->c;
    const struct wasm_module *module = c->module;
    if (module->count.memories > 0)
        memcpy(end - c->state.memory_size, &module->memories[0].min, sizeof(uint32_t));
    for (uint32_t i = 0; i < module->count.tables; i++)
        memcpy(end - c->state.table_size[i], &module->tables[i].min, sizeof(uint32_t));
    for (uint32_t i = 0; i < module->count.globals; i++) {
        const struct wasm_constant *init = &module->globals[i].init;
        uint64_t value = constant_value(c, init->kind, init->value);
        memcpy(end - c->state.global[i], &value, sizeof value);
    }
    for (uint32_t i = 0; i < module->count.data_segments; i++) {
        const struct wasm_data_segment *segment = &module->data_segments[i];
        if (segment->mode != WASM_SEGMENT_PASSIVE)
            continue;
        memcpy(end - c->state.data_size[i], &segment->bytes.length, sizeof(uint32_t));
        memcpy(end - c->state.data[i], module->bytes + segment->bytes.offset, segment->bytes.length);
    }
    for (uint32_t i = 0; i < module->count.functions; i++)
        if (module->functions[i].is_referable) {
            uint64_t value = function_reference(c, i);
            memcpy(end - c->state.function[i], &value, sizeof value);
        }
    for (uint32_t i = 0; i < c->pool_count; i++)
        memcpy(end - (c->state.pool + 8 * (i + 1)), &c->pool[i], sizeof(uint64_t));
    element_segments_write(w, end);
}

static void state_write(struct writer *w)
{
    struct nj_image_table *table = &w->header.state;
    uint32_t used = (w->c->state.used + 7) & ~7u;
    uint8_t *start = table_take(w, table, used, 1);
    if (!start)
        return;
    state_fill(w, start + used);
    uint32_t zeros = 0; // the far end is zero anyway
    while (zeros < used && start[zeros] == 0)
        zeros++;
    zeros &= ~7u;
    memmove(start, start + zeros, used - zeros);
    table->count = used - zeros;
    w->at -= zeros;
}

static void segments_write(struct writer *w)
{
    const struct wasm_module *module = w->c->module;
    uint32_t count = 0;
    for (uint32_t i = 0; i < module->count.data_segments; i++)
        count += module->data_segments[i].mode == WASM_SEGMENT_ACTIVE;
    uint8_t *to = table_take(w, &w->header.segments, count, sizeof(struct nj_image_segment));
    for (uint32_t i = 0; i < module->count.data_segments && to; i++) {
        const struct wasm_data_segment *segment = &module->data_segments[i];
        if (segment->mode != WASM_SEGMENT_ACTIVE)
            continue;
        uint64_t address = (uint32_t)segment->start.value;
        if (address + segment->bytes.length > (uint64_t)module->memories[0].min << 16) {
            compiler_fail(w->c, WASM_COMPILE_DATA_BOUNDS);
            w->c->error.offset = segment->offset;
            return;
        }
        struct nj_image_table bytes;
        uint8_t *content = table_take(w, &bytes, segment->bytes.length, 1);
        if (!content)
            return;
        memcpy(content, module->bytes + segment->bytes.offset, segment->bytes.length);
        struct nj_image_segment row = {(uint32_t)address, bytes.offset, bytes.count};
        memcpy(to, &row, sizeof row);
        to += sizeof row;
    }
}

static void traps_write(struct writer *w)
{
    const struct list *traps = &w->c->traps;
    uint8_t *to = table_take(w, &w->header.traps, traps->count / 2, sizeof(struct nj_image_trap));
    const struct list_chunk *chunk = traps->first;
    for (uint32_t i = 0; i < traps->count && to; i++) { // pairs, as in the table
        if (i != 0 && i % LIST_CHUNK_VALUES == 0)
            chunk = chunk->next;
        uint32_t value = chunk->values[i % LIST_CHUNK_VALUES];
        if (i % 2 == 0)
            value *= 4;
        memcpy(to + (uint64_t)i * sizeof value, &value, sizeof value);
    }
}

// Texts are added one behind the other, last of all tables. The empty text is at 0.
static uint32_t text_add(struct writer *w, const uint8_t *bytes, uint32_t length)
{
    if (length == 0)
        return 0;
    if (w->at + length + 1 > w->capacity) {
        compiler_fail(w->c, WASM_COMPILE_IMAGE_SIZE);
        return 0;
    }
    uint32_t offset = (uint32_t)w->at - w->header.strings.offset;
    memcpy(w->image + w->at, bytes, length);
    w->image[w->at + length] = 0;
    w->at += length + 1;
    return offset;
}

static uint8_t type_letter(uint8_t type)
{
    switch (type) {
    case WASM_I32:
        return 'i';
    case WASM_I64:
        return 'I';
    case WASM_F32:
        return 'f';
    case WASM_F64:
        return 'F';
    case WASM_FUNCREF:
        return 'r';
    default:
        return 'x';
    }
}

static uint32_t signature_text(struct writer *w, const struct wasm_signature *signature)
{
    const uint8_t *values = w->c->module->values;
    uint8_t text[2 * WASM_PARAMETERS_MAX + 1];
    uint32_t length = 0;
    for (uint32_t i = 0; i < signature->param_count; i++)
        text[length++] = type_letter(values[signature->params + i]);
    text[length++] = ':';
    for (uint32_t i = 0; i < signature->result_count; i++)
        text[length++] = type_letter(values[signature->results + i]);
    return text_add(w, text, length);
}

static void functions_write(struct writer *w, uint8_t *to)
{
    static const char *const routine_names[ROUTINE_COUNT] = {
        [ROUTINE_MEMORY_GROW] = "memory.grow", [ROUTINE_MEMORY_COPY] = "memory.copy",
        [ROUTINE_MEMORY_FILL] = "memory.fill", [ROUTINE_MEMORY_INIT] = "memory.init",
        [ROUTINE_TABLE_COPY] = "table.copy",   [ROUTINE_TABLE_FILL] = "table.fill",
        [ROUTINE_TABLE_GROW] = "table.grow",
    };
    const struct compiler *c = w->c;
    const struct wasm_module *module = c->module;
    for (uint32_t i = 0; i < c->link_count; i++) {
        if (c->placed[i] == 0)
            continue;
        struct nj_image_function row = {4 * (c->placed[i] - 1), i, 0};
        if (i < module->count.functions) {
            struct wasm_span name = module->functions[i].name;
            if (name.length == 0 && module->functions[i].import != WASM_NONE)
                name = module->imports[module->functions[i].import].name;
            row.name = text_add(w, module->bytes + name.offset, name.length);
        } else {
            const char *name = routine_names[i - module->count.functions];
            row.index = NJ_FUNCTION_NONE;
            row.name = text_add(w, (const uint8_t *)name, (uint32_t)strlen(name));
        }
        memcpy(to, &row, sizeof row);
        to += sizeof row;
    }
}

// A name with a NUL byte in it cannot be told from a shorter one: nobody can ask for such an export.
static bool export_is_listed(const struct wasm_module *module, const struct wasm_export *export)
{
    return export->name.length == 0 || !memchr(module->bytes + export->name.offset, 0, export->name.length);
}

static void exports_write(struct writer *w, uint8_t *to)
{
    const struct compiler *c = w->c;
    const struct wasm_module *module = c->module;
    for (uint32_t i = 0; i < module->count.exports; i++) {
        const struct wasm_export *export = &module->exports[i];
        if (!export_is_listed(module, export))
            continue;
        struct nj_image_export row = {0, export->kind, 0, 0};
        row.name = text_add(w, module->bytes + export->name.offset, export->name.length);
        if (export->kind == WASM_KIND_FUNCTION) {
            struct wasm_signature signature = function_signature(module, export->index);
            row.value = 4 * (c->placed[export->index] - 1);
            row.type = signature_text(w, &signature);
        } else if (export->kind == WASM_KIND_GLOBAL) {
            uint8_t letter = type_letter(module->globals[export->index].type);
            row.value = c->state.global[export->index];
            row.type = text_add(w, &letter, 1);
        }
        memcpy(to, &row, sizeof row);
        to += sizeof row;
    }
}

static void names_write(struct writer *w)
{
    const struct compiler *c = w->c;
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->link_count; i++)
        count += c->placed[i] != 0;
    uint32_t listed = 0;
    for (uint32_t i = 0; i < c->module->count.exports; i++)
        listed += export_is_listed(c->module, &c->module->exports[i]);
    uint8_t *functions = table_take(w, &w->header.functions, count, sizeof(struct nj_image_function));
    uint8_t *exports = table_take(w, &w->header.exports, listed, sizeof(struct nj_image_export));
    if (!functions || !exports || !table_take(w, &w->header.strings, 1, 1))
        return;
    functions_write(w, functions);
    exports_write(w, exports);
    w->header.strings.count = (uint32_t)w->at - w->header.strings.offset;
}

// The size of the code window is known now: complete the words that depend on it.
static void code_complete(struct compiler *c, struct nj_image *header)
{
    uint32_t log2 = NJ_CODE_WINDOW_LOG2_MIN;
    while ((1u << log2) < 4 * c->at)
        log2++;
    const struct list_chunk *chunk = c->state_references.first;
    for (uint32_t i = 0; i < c->state_references.count; i++) {
        if (i != 0 && i % LIST_CHUNK_VALUES == 0)
            chunk = chunk->next;
        c->code[chunk->values[i % LIST_CHUNK_VALUES]] += 1u << log2; // the upper 20 bits, in place
    }
    header->code_window_log2 = log2;
    header->code = (struct nj_image_table){4 * c->code_start, 4 * c->at};
}

bool image_write(struct compiler *c, uint32_t *bytes)
{
    struct writer w = {
        .c = c,
        .image = (uint8_t *)c->words,
        .at = 4 * ((uint64_t)c->code_start + c->at),
        .capacity = 4 * (uint64_t)c->capacity,
        .header = {.magic = NJ_IMAGE_MAGIC,
                   .checker_version = NJ_CHECKER_VERSION,
                   .entry_version = NJ_ENTRY_VERSION,
                   .entry = 4 * c->entry,
                   .stack_bytes = c->stack_bytes,
                   .state_bytes = c->state.bytes},
    };
    if (w.capacity > 0xfffffff0) // offsets are 32 bits
        w.capacity = 0xfffffff0;
    if (c->module->count.memories > 0) {
        w.header.memory_pages = c->module->memories[0].min;
        w.header.memory_pages_max = c->module->memories[0].max;
    }
    code_complete(c, &w.header);
    state_write(&w);
    segments_write(&w);
    traps_write(&w);
    names_write(&w);
    w.header.bytes = (uint32_t)w.at;
    if (compiler_is_ok(c))
        memcpy(w.image, &w.header, sizeof w.header);
    *bytes = w.header.bytes;
    return compiler_is_ok(c);
}
