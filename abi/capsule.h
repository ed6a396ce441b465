// SPDX-License-Identifier: Apache-2.0
// The sandbox of checked code: register map, address layout, entry page. doc/capsule.md argues why it holds.
//
// The same image runs in a capsule (supervisor mode, kernel half of the address space) and in a process (user mode);
// only the base address and what the entry page executes differ. Changing anything here changes every image: raise
// NJ_CHECKER_VERSION or NJ_ENTRY_VERSION. Usable from C and assembly.
#pragma once

#define NJ_CHECKER_VERSION 1
#define NJ_ENTRY_VERSION 1

// Reserved registers (riscv64 numbers). Only the instruction forms in the checker's table write them.
#define NJ_REG_RA 1        // checked code address: in the code window, a multiple of 4 (or the instruction after it)
#define NJ_REG_SP 2        // in the stack or within its guards, a multiple of 16
#define NJ_REG_DATA 3      // gp: data base, constant
#define NJ_REG_CODE 4      // tp: code base, constant
#define NJ_REG_WIDE 7      // t2: checked address, add.uw t2, x, t5: in [code base, data base + 8 GiB)
#define NJ_REG_MASK 27     // s11: code mask, constant: window size - 4
#define NJ_REG_ADDRESS 30  // t5: checked address, add.uw t5, x, gp|tp: in [code base, data base + 4 GiB)
#define NJ_REG_TARGET 31   // t6: masked code offset, and t6, x, s11
// The other 23 registers are the program's: t0 t1 t3 t4 a0-a7 s0-s10.

// Memory may be addressed (12-bit signed offset) from gp, sp, t5 and t2 only.

// The one trap instruction: always illegal (CSRRW x0, cycle, x0). The image's trap table says what it means where.
#define NJ_TRAP_WORD 0xC0001073

// Layout, as offsets from the region base H, which is aligned to the larger of 2 MiB and the code window:
//
//   code base C = H + window     entry page at C - 4096, code window [C, C + window), window a power of two
//   C + window                   guard, NJ_CAPSULE_GUARD bytes
//   stack low                    stack, stack bytes (pages)
//   stack high                   guard, NJ_CAPSULE_GUARD bytes
//   state                        state area: globals, tables, memory size; state bytes (pages, at least one)
//   data base G                  linear memory; window of 8 GiB and a guard; only pages that are owned are mapped
//
// The state area ends at G: its last 2 KiB are reached from gp directly, all of it by add.uw t5, x, tp.
#define NJ_CODE_WINDOW_LOG2_MIN 16
#define NJ_CODE_WINDOW_LOG2_MAX 26
#define NJ_CAPSULE_GUARD 8192
#define NJ_STACK_BYTES_MAX 0x1000000
#define NJ_STATE_BYTES_MAX 0x4000000
#define NJ_CAPSULE_HEAD 0x40000000    // 1 GiB: room for code window, stack, state at their largest, and the last guard
#define NJ_CAPSULE_WINDOW 0x200000000 // 8 GiB
#define NJ_CAPSULE_STRIDE 0x240000000 // least distance of two regions: whole entries of an Sv39 root table
#define NJ_STACK_LOW(code_base, window) ((code_base) + (window) + NJ_CAPSULE_GUARD)
#define NJ_DATA_BASE(code_base, window, stack, state)                                                                  \
    (NJ_STACK_LOW(code_base, window) + (stack) + NJ_CAPSULE_GUARD + (state))

// In a process an image lies in a region whose base is:
#define NJ_IMAGE_PROCESS_BASE 0x100000000

// Entry page, one page just below the code base. Call number n enters at this offset from tp: jalr ra, offset(tp).
// 16 bytes a slot, numbers of syscall.h. Slots without a call trap.
#define NJ_ENTRY_OFFSET(number) (-2048 + 16 * (number))
#define NJ_ENTRY_SLOTS 128

// A program starts at a code offset with gp, tp, s11, sp, t5, t2, t6 set, a0 = argument, all else 0, ra = code base.
