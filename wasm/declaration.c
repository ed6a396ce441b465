// SPDX-License-Identifier: Apache-2.0
// Imports, and what the module declares: functions, tables, memories, globals, the start function, bodies.
// The arrays have room for what wasm_module_measure() counted; a section beyond that is refused, never written.
#include "decode.h"

static enum wasm_status function_append(struct wasm_module *module, struct wasm_reader *reader, uint32_t import)
{
    if (module->count.functions == module->capacity.functions) {
        return WASM_NO_MEMORY;
    }
    struct wasm_function *function = &module->functions[module->count.functions];
    function->import = import;
    enum wasm_status status = wasm_read_index(reader, module->count.types, WASM_UNKNOWN_TYPE, &function->type);
    module->count.functions += status == WASM_OK;
    return status;
}

static enum wasm_status table_append(struct wasm_module *module, struct wasm_reader *reader, uint32_t import)
{
    if (module->count.tables == module->capacity.tables) {
        return WASM_NO_MEMORY;
    }
    struct wasm_table *table = &module->tables[module->count.tables];
    enum wasm_status status = wasm_read_table_type(reader, table);
    table->import = import;
    module->count.tables += status == WASM_OK;
    return status;
}

static enum wasm_status memory_append(struct wasm_module *module, struct wasm_reader *reader, uint32_t import)
{
    if (module->count.memories == 1) {
        return WASM_MULTIPLE_MEMORIES;
    }
    if (module->count.memories == module->capacity.memories) {
        return WASM_NO_MEMORY;
    }
    struct wasm_memory *memory = &module->memories[module->count.memories];
    enum wasm_status status = wasm_read_memory_type(reader, memory);
    memory->import = import;
    module->count.memories += status == WASM_OK;
    return status;
}

static enum wasm_status global_append(struct wasm_module *module, struct wasm_reader *reader, uint32_t import)
{
    if (module->count.globals == module->capacity.globals) {
        return WASM_NO_MEMORY;
    }
    struct wasm_global *global = &module->globals[module->count.globals];
    enum wasm_status status = wasm_read_global_type(reader, global);
    global->import = import;
    if (status == WASM_OK && import == WASM_NONE) {
        status = wasm_constant_decode(module, reader, global->type, &global->init);
    }
    module->count.globals += status == WASM_OK;
    return status;
}

static enum wasm_status import_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    if (module->count.imports == module->capacity.imports) {
        return WASM_NO_MEMORY;
    }
    uint32_t number = module->count.imports;
    struct wasm_import *import = &module->imports[number];
    import->offset = reader->position;
    enum wasm_status status = wasm_read_name(reader, &import->module);
    status = status ? status : wasm_read_name(reader, &import->name);
    uint32_t start = reader->position;
    status = status ? status : wasm_read_byte(reader, &import->kind);
    if (status != WASM_OK) {
        return status;
    }
    module->count.imports++;
    switch (import->kind) {
    case WASM_KIND_FUNCTION:
        import->index = module->count.functions;
        return function_append(module, reader, number);
    case WASM_KIND_TABLE:
        import->index = module->count.tables;
        return table_append(module, reader, number);
    case WASM_KIND_MEMORY:
        import->index = module->count.memories;
        return memory_append(module, reader, number);
    case WASM_KIND_GLOBAL:
        import->index = module->count.globals;
        return global_append(module, reader, number);
    default:
        return wasm_reader_reject(reader, start, WASM_IMPORT_KIND);
    }
}

enum wasm_status wasm_imports_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = import_decode(module, reader);
    }
    module->imported = module->count;
    return status;
}

enum wasm_status wasm_functions_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = function_append(module, reader, WASM_NONE);
    }
    return status;
}

enum wasm_status wasm_tables_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = table_append(module, reader, WASM_NONE);
    }
    return status;
}

enum wasm_status wasm_memories_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = memory_append(module, reader, WASM_NONE);
    }
    return status;
}

enum wasm_status wasm_globals_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        status = global_append(module, reader, WASM_NONE);
    }
    return status;
}

enum wasm_status wasm_start_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t start = reader->position;
    uint32_t index = 0;
    enum wasm_status status = wasm_read_index(reader, module->count.functions, WASM_UNKNOWN_FUNCTION, &index);
    if (status != WASM_OK) {
        return status;
    }
    const struct wasm_signature *type = &module->types[module->functions[index].type];
    if (type->param_count != 0 || type->result_count != 0) {
        return wasm_reader_reject(reader, start, WASM_START_FUNCTION);
    }
    module->start = index;
    module->start_offset = start;
    return WASM_OK;
}

enum wasm_status wasm_code_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t start = reader->position;
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    if (status == WASM_OK && count != module->count.functions - module->imported.functions) {
        return wasm_reader_reject(reader, start, WASM_FUNCTION_CODE_COUNT);
    }
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        struct wasm_function *function = &module->functions[module->imported.functions + i];
        uint32_t length = 0;
        status = wasm_read_count(reader, &length);
        status = status ? status : wasm_read_span(reader, length, &function->body);
        if (status == WASM_OK && length > module->largest_body) {
            module->largest_body = length;
        }
    }
    return status;
}
