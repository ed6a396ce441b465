// SPDX-License-Identifier: Apache-2.0
// Inside the decoder: one function for the content of each section. The reader spans the content; on failure its
// position is the offending byte.
#pragma once
#include "module.h"

enum wasm_section_id {
    WASM_SECTION_CUSTOM = 0,
    WASM_SECTION_TYPE = 1,
    WASM_SECTION_IMPORT = 2,
    WASM_SECTION_FUNCTION = 3,
    WASM_SECTION_TABLE = 4,
    WASM_SECTION_MEMORY = 5,
    WASM_SECTION_GLOBAL = 6,
    WASM_SECTION_EXPORT = 7,
    WASM_SECTION_START = 8,
    WASM_SECTION_ELEMENT = 9,
    WASM_SECTION_CODE = 10,
    WASM_SECTION_DATA = 11,
    WASM_SECTION_DATA_COUNT = 12,
    WASM_SECTION_COUNT = 13,
};

struct wasm_section {
    uint8_t id;                 // enum wasm_section_id
    struct wasm_reader content; // all that follows its size
};

// section.c. The first eight bytes; then a section at a time, stepped over.
/*@ requires wasm_reader_valid(reader);
    assigns reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_header_read(struct wasm_reader *reader);

/*@ requires wasm_reader_valid(reader) && \valid(section);
    requires \separated(reader, section, reader->bytes + (0 .. reader->end - 1));
    assigns *section, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position) &&
            section->id < WASM_SECTION_COUNT && section->content.bytes == reader->bytes &&
            section->content.position <= section->content.end == reader->position; */
WASM_MUST_CHECK enum wasm_status wasm_section_next(struct wasm_reader *reader, struct wasm_section *section);

// type.c
/*@ requires wasm_reader_valid(reader) && \valid(type);
    requires \separated(reader, type, reader->bytes + (0 .. reader->end - 1));
    assigns *type, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_value_type(struct wasm_reader *reader, uint8_t *type);

/*@ requires wasm_reader_valid(reader) && \valid(type);
    requires \separated(reader, type, reader->bytes + (0 .. reader->end - 1));
    assigns *type, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_reference_type(struct wasm_reader *reader, uint8_t *type);

/*@ requires wasm_reader_valid(reader) && \valid(table);
    requires \separated(reader, table, reader->bytes + (0 .. reader->end - 1));
    assigns *table, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_table_type(struct wasm_reader *reader, struct wasm_table *table);

/*@ requires wasm_reader_valid(reader) && \valid(memory);
    requires \separated(reader, memory, reader->bytes + (0 .. reader->end - 1));
    assigns *memory, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_memory_type(struct wasm_reader *reader, struct wasm_memory *memory);

/*@ requires wasm_reader_valid(reader) && \valid(global);
    requires \separated(reader, global, reader->bytes + (0 .. reader->end - 1));
    assigns *global, reader->position;
    ensures wasm_reader_valid(reader) && reader->position >= \old(reader->position);
    ensures \result == WASM_OK ==> reader->position > \old(reader->position); */
WASM_MUST_CHECK enum wasm_status wasm_read_global_type(struct wasm_reader *reader, struct wasm_global *global);

// signature.c
void wasm_singles_create(struct wasm_module *module); // the value types that wasm_module_single() finds
WASM_MUST_CHECK enum wasm_status wasm_types_decode(struct wasm_module *module, struct wasm_reader *reader);

// constant.c. A constant expression that leaves a value of `type`; functions it names become referable.
WASM_MUST_CHECK enum wasm_status wasm_constant_decode(struct wasm_module *module, struct wasm_reader *reader,
                                                      uint8_t type, struct wasm_constant *constant);

// declaration.c
WASM_MUST_CHECK enum wasm_status wasm_imports_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_functions_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_tables_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_memories_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_globals_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_start_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_code_decode(struct wasm_module *module, struct wasm_reader *reader);

// export.c
WASM_MUST_CHECK enum wasm_status wasm_exports_decode(struct wasm_module *module, struct wasm_reader *reader);

// segment.c
WASM_MUST_CHECK enum wasm_status wasm_elements_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_data_count_decode(struct wasm_module *module, struct wasm_reader *reader);
WASM_MUST_CHECK enum wasm_status wasm_data_decode(struct wasm_module *module, struct wasm_reader *reader);

// names.c. The content of a custom section, behind its name. What cannot be read is left out.
void wasm_names_decode(struct wasm_module *module, struct wasm_reader *reader);
