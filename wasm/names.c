// SPDX-License-Identifier: Apache-2.0
// The name section: for messages only, so that nothing in it can make a module fail.
#include "decode.h"

#define NAMES_MODULE 0
#define NAMES_FUNCTIONS 1

static void function_names_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    uint32_t count = 0;
    enum wasm_status status = wasm_read_count(reader, &count);
    for (uint32_t i = 0; status == WASM_OK && i < count; i++) {
        uint32_t index = 0;
        struct wasm_span name = {0};
        status = wasm_read_u32(reader, &index);
        status = status ? status : wasm_read_name(reader, &name);
        if (status == WASM_OK && index < module->count.functions) {
            module->functions[index].name = name;
        }
    }
}

void wasm_names_decode(struct wasm_module *module, struct wasm_reader *reader)
{
    while (reader->position < reader->end) {
        uint8_t id = 0;
        uint32_t length = 0;
        enum wasm_status status = wasm_read_byte(reader, &id);
        status = status ? status : wasm_read_count(reader, &length);
        if (status != WASM_OK) {
            return;
        }
        struct wasm_reader content = {reader->bytes, reader->position, reader->position + length};
        reader->position = content.end;
        if (id == NAMES_FUNCTIONS) {
            function_names_decode(module, &content);
        } else if (id == NAMES_MODULE) {
            struct wasm_span name = {0};
            if (wasm_read_name(&content, &name) == WASM_OK) {
                module->name = name;
            }
        }
    }
}
