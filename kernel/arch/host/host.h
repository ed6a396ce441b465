// SPDX-License-Identifier: Apache-2.0
// The portable kernel as a library of the build machine, for unit tests and fuzzing. The same object layout as riscv64,
// on an array that plays RAM; page tables are a list; time and interrupts are what the test says.
#pragma once
#include "kernel/arch/arch.h"
#include "kernel/page.h"

#define HOST_PAGES 512u
#define HOST_FIRST_PAGE 16u // pages before it are reserved
#define HOST_HARTS 2u       // further ones, in slots from NJ_BOOT_SLOT_HART on

extern uint64_t host_time_ns;  // what arch_time_ns() answers
extern uint64_t host_deadline; // what the timer was set to

// RAM all zero, kernel state as after power-on, one untyped capability over [start, end) in a fresh root table: a root
// thread (index returned) in a process space whose table has `slots` slots. Slot numbers are those of abi/boot.h;
// NJ_BOOT_SLOT_MEMORY is the untyped memory.
uint32_t host_boot(uint32_t table_slots);

void host_arch_reset(void); // RAM and mappings as at power-on

// One system call of the thread, as its registers would ask for it; returns the thread that runs next.
uint32_t host_syscall(uint32_t thread, uint64_t number, uint64_t capability, uint64_t tag, uint64_t reply,
                      const uint64_t words[8]);
// A vector instruction of the running thread; returns the thread that runs next. Aborts if it finds what it must not.
uint32_t host_vector_use(uint32_t thread);
uint32_t host_vector_owner(void); // NIL: nobody
void host_vector_reset(void);

// Pages mapped in the space.
uint32_t host_mapped_pages(uint32_t space);
// A page of RAM that is mapped somewhere though its kind says that it must not be; NIL if there is none.
uint32_t host_wrongly_mapped_page(void);
// A space in which a frame is mapped without has_frames, or outside the linear memory of its image; NIL if there is none.
uint32_t host_space_with_unknown_frame(void);
