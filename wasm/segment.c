// SPDX-License-Identifier: Apache-2.0
// Element and data segments.
#include "decode.h"

// Flags of an element segment.
#define ELEMENTS_NOT_ACTIVE 1u  // passive; with bit 1, declarative
#define ELEMENTS_EXPLICIT 2u    // active: the table index is written
#define ELEMENTS_EXPRESSIONS 4u // constant expressions instead of function indices
#define ELEMENTS_FLAGS_MAX 7u

// The byte that says what the indices are; only functions exist.
static enum wasm_status element_kind_read(struct wasm_reader *reader)
{
    uint32_t start = reader->position;
    uint8_t kind = 0;
    enum wasm_status status = wasm_read_byte(reader, &kind);
    if (status == WASM_OK && kind != 0) {
        return wasm_reader_reject(reader, start, WASM_ELEMENT_KIND);
    }
    return status;
}

static enum wasm_status element_decode(struct wasm_module *module, struct wasm_reader *reader, uint32_t flags,
                                       uint8_t type)
{
    if (module->count.elements == module->capacity.elements) {
        return WASM_NO_MEMORY;
    }
    struct wasm_element *element = &module->elements[module->count.elements];
    enum wasm_status status = WASM_OK;
    if ((flags & ELEMENTS_EXPRESSIONS) != 0) {
        struct wasm_constant constant = {0};
        status = wasm_constant_decode(module, reader, type, &constant);
        element->kind = constant.kind;
        element->index = (uint32_t)(constant.value & 0xffffffffu);
    } else {
        element->kind = WASM_CONSTANT_FUNCTION;
        status = wasm_read_index(reader, module->count.functions, WASM_UNKNOWN_FUNCTION, &element->index);
        if (status == WASM_OK) {
            module->functions[element->index].is_referable = true;
        }
    }
    module->count.elements += status == WASM_OK;
    return status;
}

// Table and offset of an active segment.
static enum wasm_status element_start_decode(struct wasm_module *module, struct wasm_reader *reader, uint32_t flags,
                                             struct wasm_element_segment *segment)
{
    uint32_t start = reader->position;
    enum wasm_status status = WASM_OK;
    if ((flags & ELEMENTS_EXPLICIT) != 0) {
        status = wasm_read_u32(reader, &segment->table);
    }
    if (status == WASM_OK && segment->table >= module->count.tables) {
        return wasm_reader_reject(reader, start, WASM_UNKNOWN_TABLE);
    }
    return status ? status : wasm_constant_decode(module, reader, WASM_I32, &segment->start);
}

static enum wasm_status element_segment_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    if (module->count.element_segments == module->capacity.element_segments) {
        return WASM_NO_MEMORY;
    }
    struct wasm_element_segment *segment = &module->element_segments[module->count.element_segments];
    uint32_t flags = 0;
    uint32_t count = 0;
    segment->offset = reader->position;
    segment->type = WASM_FUNCREF;
    enum wasm_status status = wasm_read_index(reader, ELEMENTS_FLAGS_MAX + 1, WASM_SEGMENT_KIND, &flags);
    bool is_active = (flags & ELEMENTS_NOT_ACTIVE) == 0;
    if (!is_active) {
        segment->mode = (flags & ELEMENTS_EXPLICIT) != 0 ? WASM_SEGMENT_DECLARATIVE : WASM_SEGMENT_PASSIVE;
    } else {
        segment->mode = WASM_SEGMENT_ACTIVE;
        status = status ? status : element_start_decode(module, reader, flags, segment);
    }
    if (status == WASM_OK && (flags & (ELEMENTS_NOT_ACTIVE | ELEMENTS_EXPLICIT)) != 0) {
        bool has_type = (flags & ELEMENTS_EXPRESSIONS) != 0;
        status = has_type ? wasm_read_reference_type(reader, &segment->type) : element_kind_read(reader);
    }
    if (status == WASM_OK && is_active && module->tables[segment->table].type != segment->type) {
        return wasm_reader_reject(reader, segment->offset, WASM_TYPE_MISMATCH);
    }
    status = status ? status : wasm_read_count(reader, &count);
    segment->first = module->count.elements;
    segment->count = count;
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = element_decode(module, reader, flags, segment->type);
    }
    module->count.element_segments += status == WASM_OK;
    return status;
}

enum wasm_status wasm_elements_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = element_segment_decode(module, reader);
    }
    return status;
}

enum wasm_status wasm_data_count_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    return wasm_read_u32(reader, &module->data_count);
}

// Flags of a data segment: 0 active, 1 passive, 2 active with the memory's index.
static enum wasm_status data_segment_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    if (module->count.data_segments == module->capacity.data_segments) {
        return WASM_NO_MEMORY;
    }
    struct wasm_data_segment *segment = &module->data_segments[module->count.data_segments];
    uint32_t flags = 0;
    uint32_t length = 0;
    segment->offset = reader->position;
    enum wasm_status status = wasm_read_index(reader, 3, WASM_SEGMENT_KIND, &flags);
    segment->mode = flags == 1 ? WASM_SEGMENT_PASSIVE : WASM_SEGMENT_ACTIVE;
    uint32_t start = reader->position;
    if (status == WASM_OK && flags == 2) {
        status = wasm_read_u32(reader, &segment->memory);
    }
    if (status == WASM_OK && segment->mode == WASM_SEGMENT_ACTIVE) {
        if (segment->memory >= module->count.memories) {
            return wasm_reader_reject(reader, start, WASM_UNKNOWN_MEMORY);
        }
        status = wasm_constant_decode(module, reader, WASM_I32, &segment->start);
    }
    status = status ? status : wasm_read_count(reader, &length);
    status = status ? status : wasm_read_span(reader, length, &segment->bytes);
    module->count.data_segments += status == WASM_OK;
    return status;
}

enum wasm_status wasm_data_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t start = reader->position;
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    if (status == WASM_OK && module->data_count != WASM_NONE && count != module->data_count) {
        return wasm_reader_reject(reader, start, WASM_DATA_COUNT);
    }
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = data_segment_decode(module, reader);
    }
    return status;
}
