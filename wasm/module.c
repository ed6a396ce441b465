// SPDX-License-Identifier: Apache-2.0
#include "module.h"
#include "decode.h"
#include "validate.h"

static bool fail(struct wasm_error *error, uint32_t offset, enum wasm_status status)
{
    error->offset = offset;
    error->status = status;
    return false;
}

// Adds what a section announces. All counts together stay below the bytes of the module, so that no sum overflows.
static enum wasm_status section_measure(struct wasm_section *section, struct wasm_counts *counts)
{
    struct wasm_reader *content = &section->content;
    uint32_t length = content->end - content->position;
    uint32_t count = 0;
    bool is_vector = section->id != WASM_SECTION_CUSTOM && section->id != WASM_SECTION_START &&
                     section->id != WASM_SECTION_CODE && section->id != WASM_SECTION_DATA_COUNT;
    enum wasm_status status = is_vector ? wasm_read_count(content, &count) : WASM_OK;
    if (status != WASM_OK) {
        return status;
    }
    switch (section->id) {
    case WASM_SECTION_TYPE:
        counts->types += count;
        counts->values += length;
        break;
    case WASM_SECTION_IMPORT: // of which kind is seen later
        counts->imports += count;
        counts->functions += count;
        counts->tables += count;
        counts->memories += count;
        counts->globals += count;
        break;
    case WASM_SECTION_FUNCTION:
        counts->functions += count;
        break;
    case WASM_SECTION_TABLE:
        counts->tables += count;
        break;
    case WASM_SECTION_MEMORY:
        counts->memories += count;
        break;
    case WASM_SECTION_GLOBAL:
        counts->globals += count;
        break;
    case WASM_SECTION_EXPORT:
        counts->exports += count;
        break;
    case WASM_SECTION_ELEMENT:
        counts->element_segments += count;
        counts->elements += length;
        break;
    case WASM_SECTION_DATA:
        counts->data_segments += count;
        break;
    default:
        break;
    }
    return WASM_OK;
}

bool wasm_module_measure(const uint8_t *bytes, uint32_t size, struct wasm_counts *counts, struct wasm_error *error)
{
    struct wasm_reader reader = {bytes, 0, size};
    *counts = (struct wasm_counts){.values = WASM_SINGLES};
    if (size > WASM_MODULE_BYTES_MAX) {
        return fail(error, 0, WASM_MODULE_SIZE);
    }
    enum wasm_status status = wasm_header_read(&reader);
    while (status == WASM_OK && reader.position < reader.end) {
        struct wasm_section section = {0};
        status = wasm_section_next(&reader, &section);
        if (status == WASM_OK) {
            status = section_measure(&section, counts);
            if (status != WASM_OK) {
                return fail(error, section.content.position, status);
            }
        }
    }
    return status == WASM_OK || fail(error, reader.position, status);
}

bool wasm_module_place(struct wasm_module *module, const struct wasm_counts *counts, struct wasm_arena *arena)
{
    uint64_t used = arena->used;
    *module = (struct wasm_module){.capacity = *counts, .start = WASM_NONE, .data_count = WASM_NONE};
    if (counts->memories > 1) {
        module->capacity.memories = 1;
    }
    const struct wasm_counts *capacity = &module->capacity;
    module->types = wasm_arena_allocate(arena, capacity->types, sizeof *module->types);
    module->values = wasm_arena_allocate(arena, capacity->values, sizeof *module->values);
    module->imports = wasm_arena_allocate(arena, capacity->imports, sizeof *module->imports);
    module->functions = wasm_arena_allocate(arena, capacity->functions, sizeof *module->functions);
    module->tables = wasm_arena_allocate(arena, capacity->tables, sizeof *module->tables);
    module->memories = wasm_arena_allocate(arena, capacity->memories, sizeof *module->memories);
    module->globals = wasm_arena_allocate(arena, capacity->globals, sizeof *module->globals);
    module->exports = wasm_arena_allocate(arena, capacity->exports, sizeof *module->exports);
    module->exports_by_name = wasm_arena_allocate(arena, capacity->exports, sizeof *module->exports_by_name);
    module->element_segments = wasm_arena_allocate(arena, capacity->element_segments, sizeof *module->element_segments);
    module->elements = wasm_arena_allocate(arena, capacity->elements, sizeof *module->elements);
    module->data_segments = wasm_arena_allocate(arena, capacity->data_segments, sizeof *module->data_segments);
    bool is_placed = module->types && module->values && module->imports && module->functions && module->tables &&
                     module->memories && module->globals && module->exports && module->exports_by_name &&
                     module->element_segments && module->elements && module->data_segments;
    if (!is_placed) {
        arena->used = used;
    }
    return is_placed;
}

static bool is_name_section(const struct wasm_module *module, const struct wasm_span *name)
{
    const uint8_t *text = module->bytes + name->offset;
    return name->length == 4 && text[0] == 'n' && text[1] == 'a' && text[2] == 'm' && text[3] == 'e';
}

// A custom section has a name; the rest belongs to whoever knows it.
static enum wasm_status custom_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    struct wasm_span name = {0};
    enum wasm_status status = wasm_read_name(reader, &name);
    if (status == WASM_OK) {
        if (is_name_section(module, &name)) {
            wasm_names_decode(module, reader);
        }
        reader->position = reader->end;
    }
    return status;
}

static enum wasm_status section_decode(struct wasm_module *module, struct wasm_section *section)
{
    switch (section->id) {
    case WASM_SECTION_CUSTOM:
        return custom_decode(module, &section->content);
    case WASM_SECTION_TYPE:
        return wasm_types_decode(module, &section->content);
    case WASM_SECTION_IMPORT:
        return wasm_imports_decode(module, &section->content);
    case WASM_SECTION_FUNCTION:
        return wasm_functions_decode(module, &section->content);
    case WASM_SECTION_TABLE:
        return wasm_tables_decode(module, &section->content);
    case WASM_SECTION_MEMORY:
        return wasm_memories_decode(module, &section->content);
    case WASM_SECTION_GLOBAL:
        return wasm_globals_decode(module, &section->content);
    case WASM_SECTION_EXPORT:
        return wasm_exports_decode(module, &section->content);
    case WASM_SECTION_START:
        return wasm_start_decode(module, &section->content);
    case WASM_SECTION_ELEMENT:
        return wasm_elements_decode(module, &section->content);
    case WASM_SECTION_CODE:
        return wasm_code_decode(module, &section->content);
    case WASM_SECTION_DATA:
        return wasm_data_decode(module, &section->content);
    case WASM_SECTION_DATA_COUNT:
        return wasm_data_count_decode(module, &section->content);
    default:
        return WASM_SECTION_ID;
    }
}

// Where a section stands in the module: the data count, made last, comes before the code.
static const uint8_t section_rank[WASM_SECTION_COUNT] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10};

bool wasm_module_decode(struct wasm_module *module, const uint8_t *bytes, uint32_t size, struct wasm_error *error)
{
    struct wasm_reader reader = {bytes, 0, size};
    struct wasm_section section = {0};
    uint8_t last_rank = 0;
    bool has_code = false;
    bool has_data = false;
    module->bytes = bytes;
    module->size = size;
    wasm_singles_create(module);
    enum wasm_status status = wasm_header_read(&reader);
    while (status == WASM_OK && reader.position < reader.end) {
        uint32_t start = reader.position;
        status = wasm_section_next(&reader, &section);
        if (status != WASM_OK) {
            break;
        }
        if (section.id != WASM_SECTION_CUSTOM && section_rank[section.id] <= last_rank) {
            return fail(error, start, WASM_SECTION_ORDER);
        }
        if (section.id != WASM_SECTION_CUSTOM) {
            last_rank = section_rank[section.id];
        }
        has_code = has_code || section.id == WASM_SECTION_CODE;
        has_data = has_data || section.id == WASM_SECTION_DATA;
        status = section_decode(module, &section);
        if (status == WASM_OK && section.content.position != section.content.end) {
            status = WASM_SECTION_SIZE;
        }
        if (status != WASM_OK) {
            return fail(error, section.content.position, status);
        }
    }
    if (status == WASM_OK && !has_code && module->count.functions != module->imported.functions) {
        status = WASM_FUNCTION_CODE_COUNT;
    }
    if (status == WASM_OK && !has_data && module->data_count != WASM_NONE && module->data_count != 0) {
        status = WASM_DATA_COUNT;
    }
    return status == WASM_OK || fail(error, reader.position, status);
}

static bool functions_validate(struct wasm_module *module, struct wasm_arena *arena, struct wasm_error *error)
{
    struct wasm_validator validator;
    if (!wasm_validator_create(&validator, module, arena)) {
        return fail(error, 0, WASM_NO_MEMORY);
    }
    for (uint32_t i = module->imported.functions; i < module->count.functions; i++) {
        if (!wasm_function_validate(&validator, i, error)) {
            return false;
        }
    }
    return true;
}

bool wasm_module_load(struct wasm_module *module, const uint8_t *bytes, uint32_t size, struct wasm_arena *arena,
                      struct wasm_error *error)
{
    struct wasm_counts counts;
    uint64_t used = arena->used;
    if (!wasm_module_measure(bytes, size, &counts, error)) {
        return false;
    }
    if (!wasm_module_place(module, &counts, arena)) {
        return fail(error, 0, WASM_NO_MEMORY);
    }
    uint64_t placed = arena->used;
    bool is_valid = wasm_module_decode(module, bytes, size, error) && functions_validate(module, arena, error);
    arena->used = is_valid ? placed : used;
    return is_valid;
}
