// SPDX-License-Identifier: Apache-2.0
// Any bytes as an image: whatever passes the checks must be readable to the last element without leaving the bytes.
#include "abi/capsule.h"
#include "service/process/image.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void image_read_all(const struct image *image)
{
    volatile uint64_t sum = 0;
    for (uint32_t i = 0; i < image->header.segments.count; i++) {
        struct nj_image_segment segment = image_segment(image, i);
        if ((uint64_t)segment.address + segment.bytes > (uint64_t)image->header.memory_pages * 65536) {
            abort();
        }
        for (uint32_t at = 0; at < segment.bytes; at++) {
            sum += image->bytes[segment.offset + at];
        }
    }
    for (uint32_t at = 0; at < image->header.state.count; at++) {
        sum += image->bytes[image->header.state.offset + at];
    }
    for (uint32_t offset = 0; offset < image->header.code.count && offset < 4096; offset += 4) {
        struct nj_image_function function;
        sum += image_find_trap(image, offset);
        if (image_find_function(image, offset, &function)) {
            char text[IMAGE_NAME_MAX];
            image_copy_text(image, function.name, text, sizeof text);
            sum += strlen(text);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nj_image header;
    if (size < sizeof header) {
        return 0;
    }
    memcpy(&header, data, sizeof header);
    // A fuzzer cannot guess these; they are checked by the unit tests.
    header.magic = NJ_IMAGE_MAGIC;
    header.bytes = (uint32_t)size;
    header.checker_version = NJ_CHECKER_VERSION;
    header.entry_version = NJ_ENTRY_VERSION;
    if (image_check_header(&header, (uint32_t)size) != IMAGE_OK) {
        return 0;
    }
    uint32_t code_end = header.code.offset + header.code.count;
    uint8_t *rest =
        malloc(image_rest_bytes(&header)); // exactly as large, so that the sanitizer sees every step outside
    if (!rest) {
        return 0;
    }
    memcpy(rest, data, header.code.offset);
    memcpy(rest + header.code.offset, data + code_end, size - code_end);
    struct image image;
    image_drop_code(&header, rest, &image);
    if (image_check_tables(&image) == IMAGE_OK) {
        image_read_all(&image);
    }
    free(rest);
    return 0;
}
