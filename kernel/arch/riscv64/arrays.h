// SPDX-License-Identifier: Apache-2.0
// How the object arrays (kernel/object.h) are declared. They overlay the direct map, whose address is constant. As a
// number it is one LUI, shared by all arrays in a function; of a symbol the compiler knows neither that its low bits
// are zero nor that two arrays start at the same place. Tests and proofs have arrays of their own.
#pragma once
#include "kernel/arch/riscv64/layout.h"

#ifdef __FRAMAC__ // provers are told the lengths; the compiler makes nothing better of them
#define LENGTH(elements) elements
#else
#define LENGTH(elements)
#endif

#ifdef __riscv
#define OBJECT_ARRAY(type, name, elements) static type *const name = (type *)DIRECT_MAP
#else
#define OBJECT_ARRAY(type, name, elements) extern type name[LENGTH(elements)]
#endif
