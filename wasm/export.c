// SPDX-License-Identifier: Apache-2.0
// Exports, and finding them by name. Names must differ: sorting them tells in a bounded time, whatever a module chose.
#include "decode.h"

// Ascending by bytes; the shorter first if one begins with the other. Negative, 0 or positive.
static int name_compare(const struct wasm_module *module, const struct wasm_span *name, const uint8_t *bytes,
                        uint32_t length)
{
    const uint8_t *mine = module->bytes + name->offset;
    for (uint32_t i = 0; i < name->length && i < length; i++) {
        if (mine[i] != bytes[i]) {
            return mine[i] < bytes[i] ? -1 : 1;
        }
    }
    return name->length == length ? 0 : name->length < length ? -1 : 1;
}

// The same for two exports in the order being made.
static int order_compare(const struct wasm_module *module, uint32_t a, uint32_t b)
{
    const struct wasm_span *name = &module->exports[module->exports_by_name[b]].name;
    return name_compare(module, &module->exports[module->exports_by_name[a]].name, module->bytes + name->offset,
                        name->length);
}

static void order_swap(struct wasm_module *module, uint32_t a, uint32_t b)
{
    uint32_t index = module->exports_by_name[a];
    module->exports_by_name[a] = module->exports_by_name[b];
    module->exports_by_name[b] = index;
}

// Lets the element at `root` sink until no child in [0, count) is greater.
static void heap_sink(struct wasm_module *module, uint32_t root, uint32_t count)
{
    while (root < count / 2) {
        uint32_t child = 2 * root + 1;
        if (child + 1 < count && order_compare(module, child, child + 1) < 0) {
            child++;
        }
        if (order_compare(module, root, child) >= 0) {
            return;
        }
        order_swap(module, root, child);
        root = child;
    }
}

// Heap sort: n log n at worst, no recursion, no memory.
static void exports_sort(struct wasm_module *module)
{
    uint32_t count = module->count.exports;
    for (uint32_t i = 0; i < count; i++) {
        module->exports_by_name[i] = i;
    }
    for (uint32_t i = count / 2; i > 0; i--) {
        heap_sink(module, i - 1, count);
    }
    for (uint32_t i = count; i > 1; i--) {
        order_swap(module, 0, i - 1);
        heap_sink(module, 0, i - 1);
    }
}

static enum wasm_status export_index_read(struct wasm_module *module, struct wasm_reader *reader,
                                          struct wasm_export *export)
{
    enum wasm_status status = WASM_OK;
    switch (export->kind) {
    case WASM_KIND_FUNCTION:
        status = wasm_read_index(reader, module->count.functions, WASM_UNKNOWN_FUNCTION, &export->index);
        if (status == WASM_OK) {
            module->functions[export->index].is_referable = true;
        }
        return status;
    case WASM_KIND_TABLE:
        return wasm_read_index(reader, module->count.tables, WASM_UNKNOWN_TABLE, &export->index);
    case WASM_KIND_MEMORY:
        return wasm_read_index(reader, module->count.memories, WASM_UNKNOWN_MEMORY, &export->index);
    case WASM_KIND_GLOBAL:
        return wasm_read_index(reader, module->count.globals, WASM_UNKNOWN_GLOBAL, &export->index);
    default:
        return wasm_reader_reject(reader, reader->position - 1, WASM_EXPORT_KIND);
    }
}

enum wasm_status wasm_exports_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        if (module->count.exports == module->capacity.exports) {
            return WASM_NO_MEMORY;
        }
        struct wasm_export *export = &module->exports[module->count.exports];
        status = wasm_read_name(reader, &export->name);
        status = status ? status : wasm_read_byte(reader, &export->kind);
        status = status ? status : export_index_read(module, reader, export);
        module->count.exports += status == WASM_OK;
    }
    if (status != WASM_OK) {
        return status;
    }
    exports_sort(module);
    for (uint32_t i = 1; i < module->count.exports; i++) {
        if (order_compare(module, i - 1, i) == 0) {
            uint32_t a = module->exports[module->exports_by_name[i - 1]].name.offset;
            uint32_t b = module->exports[module->exports_by_name[i]].name.offset;
            return wasm_reader_reject(reader, a > b ? a : b, WASM_DUPLICATE_EXPORT);
        }
    }
    return WASM_OK;
}

uint32_t wasm_export_find(const struct wasm_module *module, const uint8_t *name, uint32_t length)
{
    uint32_t low = 0;
    uint32_t high = module->count.exports;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t index = module->exports_by_name[middle];
        int order = name_compare(module, &module->exports[index].name, name, length);
        if (order == 0) {
            return index;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return WASM_NONE;
}
