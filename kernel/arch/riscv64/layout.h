// SPDX-License-Identifier: Apache-2.0
// The kernel's address space. For C and assembly; kernel.ld repeats DIRECT_MAP and KERNEL_OFFSET.
//
//   lower half, and the upper half up to DIRECT_MAP: regions of capsules (kernel root), or of one process
//   DIRECT_MAP       RAM from its first byte on, at most DIRECT_MAP_BYTES; never executable but the kernel's text
//   DEVICE_MAP       what the kernel itself drives: one 2 MiB page each
//
// Everything lies in the last 2 GiB, so that one LUI reaches any of it.
#pragma once

#define DIRECT_MAP 0xffffffff80000000
#define DIRECT_MAP_BYTES (DEVICE_MAP - DIRECT_MAP)
#define KERNEL_OFFSET 0x200000 // kernel image from the start of RAM: where OpenSBI jumps to
#define LARGE_PAGE 0x200000

#define DEVICE_MAP 0xffffffffbfa00000
#define DEVICE_PLIC (DEVICE_MAP)                    // priorities and enable bits
#define DEVICE_PLIC_CONTEXT (DEVICE_MAP + 0x200000) // threshold and claim registers
#define DEVICE_FINISHER (DEVICE_MAP + 0x400000)

#define DIRECT_MAP_ROOT_INDEX 510 // of an Sv39 root; in Sv48 of the table below entry 511
