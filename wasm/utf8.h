// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Whether the bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
/*@ requires \valid_read(bytes + (0 .. length - 1));
    assigns \nothing; */
bool utf8_is_valid(const uint8_t *bytes, uint32_t length);
