// SPDX-License-Identifier: Apache-2.0
#include "service/process/crash.h"

void crash_record(const uint64_t words[NJ_FAULT_WORDS], const struct image *image, struct process_crash *crash)
{
    *crash = (struct process_crash){
        .fault = (uint32_t)words[NJ_FAULT_WORD_KIND],
        .pc = words[NJ_FAULT_WORD_PC],
        .detail = words[NJ_FAULT_WORD_DETAIL],
        .extra = words[NJ_FAULT_WORD_EXTRA],
    };
    if (!(crash->extra & 2) || crash->pc >= image->header.code.count) {
        return; // not a code offset, or in the entry page: there is no function to name
    }
    if (crash->fault == NJ_FAULT_TRAP) {
        crash->trap = image_find_trap(image, (uint32_t)crash->pc);
    }
    struct nj_image_function function;
    if (image_find_function(image, (uint32_t)crash->pc, &function)) {
        crash->has_function = 1;
        crash->function_index = function.index;
        crash->function_offset = (uint32_t)crash->pc - function.code_offset;
        image_copy_text(image, function.name, crash->function, sizeof crash->function);
    }
}
