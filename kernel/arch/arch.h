// SPDX-License-Identifier: Apache-2.0
// All that the portable kernel asks of an architecture. Everything here is called with interrupts off, on the boot hart.
#pragma once
#include "abi/fault.h"
#include "kernel/object.h"

// ---- Boot and the machine -------------------------------------------------------------------------------------------
// The architecture starts on any hart, finds memory and devices in the devicetree, builds the kernel's page table and
// calls kernel_main() once with this. Page numbers count from the start of RAM.
struct machine {
    uint64_t ram_start; // physical
    uint32_t ram_pages; // of the first memory bank, what the direct map can reach
    uint32_t kernel_end; // first page after kernel image, page-kind table and boot tables
    uint32_t kernel_start;
    uint32_t firmware_start, firmware_end; // reserved by firmware
    uint32_t archive_start, archive_end;   // boot archive (initial ramdisk)
    uint32_t devicetree_start, devicetree_end;
    uint64_t archive_bytes, devicetree_bytes;
    uint64_t entry_ns; // time at kernel entry
    uint32_t hart;
    uint32_t init_start, init_end; // pages of boot-only code and data, free once user space runs
    uint32_t unused_start, unused_end; // further pages of the image that this machine has no use for
    uint32_t hart_count; // further harts
    uint32_t hart_numbers[HARTS_MAX], hart_features[HARTS_MAX]; // from 0 on; enum nj_hart_feature
};
_Noreturn void kernel_main(const struct machine *machine); // portable, main.c: ends in arch_enter()
// Boot-only pages of the machine are plain memory from now on, writable and not executable. Called once, before anything
// is written there; `machine` itself lies in them.
void arch_init_release(void);

_Noreturn void arch_poweroff(uint32_t code); // 0: clean; else tells the outside that it was not
_Noreturn void arch_reboot(void);
void arch_console_write(char c); // firmware console: boot lines, panic, root server in trouble

// Unrecoverable kernel bug: prints "KERNEL PANIC: text (file:line)" and powers off with code 1.
_Noreturn void kernel_panic(const char *text, const char *file, int line);
#define KERNEL_ASSERT(condition) ((condition) ? (void)0 : kernel_panic(#condition, __FILE__, __LINE__))

// ---- Time -----------------------------------------------------------------------------------------------------------
/*@ assigns \nothing;
    exits \false; */
uint64_t arch_time_ns(void);               // since an arbitrary start, never goes back
/*@ assigns \nothing;
    exits \false; */
void arch_timer_set(uint64_t deadline_ns); // one shot: kernel_timer() at or after it, again and again; UINT64_MAX: never

// ---- Interrupt controller. Source numbers are the controller's; 0 (the timer) never reaches these. -------------------
bool arch_interrupt_exists(uint32_t source);
void arch_interrupt_unmask(uint32_t source);
void arch_interrupt_mask(uint32_t source);

// Is any of this physical range the kernel's own device (interrupt controller, timer, power)?
bool arch_device_is_reserved(uint64_t start, uint64_t end);

// ---- Saved registers -------------------------------------------------------------------------------------------------
// Ready to start at pc with sp and first argument; all other registers 0, but those that the space's image reserves.
// pc: an address, or for spaces with an image a code offset, checked: BAD_ARGUMENT (misaligned or outside the code).
enum nj_status arch_context_start(uint32_t thread, uint64_t pc, uint64_t sp, uint64_t argument);
// Clobbers what a finished system call does not return: caller-saved registers 0, sandbox registers valid.
/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.reg[0 .. 31];
    ensures \forall integer i; REG_WORD <= i < REG_WORD + NJ_MESSAGE_REGISTERS || i == REG_BADGE || i == REG_TAG ==>
        threads[thread].context.reg[i] == \old(threads[thread].context.reg[i]); */
void arch_context_finish_call(uint32_t thread);
// Makes the saved pc point at the system-call instruction again, so that resuming repeats the call whose number is in the
// context.
void arch_context_restart_call(uint32_t thread);
// Register writes by a debugger: number 0 is the pc, an address. BAD_ARGUMENT for what would break the sandbox.
enum nj_status arch_context_write(uint32_t thread, uint32_t number, uint64_t value);
uint64_t arch_context_read(uint32_t thread, uint32_t number);
// The thread has another space, or none, and is not inside a gate: root, table and status in the context follow.
void arch_context_bind(uint32_t thread);
// Floating-point state of this thread is dead: thread destroyed, or in another space from now on.
void arch_context_drop_fp(uint32_t thread);

// Vector registers of this thread are dead: it leaves its space. (The unit may hold them; who has a page for them is the
// portable kernel's affair, vector.h.)
/*@ requires thread < THREADS_MAX;
    assigns threads[thread].context.status, threads[thread].slow; */
void arch_vector_forget(uint32_t thread);

// Gates. The thread, whose call has its arguments in the saved registers, goes into the capsule's code at `where` (code
// offset | badge << 32): the gate's record keeps what it returns to, nothing else of its registers is left.
void arch_gate_enter(uint32_t thread, uint32_t callee, uint64_t where);
// Out of the space it is in, back to the one it came from, with this tag; message words survive unless it is a status.
void arch_gate_leave(uint32_t thread, uint64_t tag);

// Boot, before the first thread runs: maps pages `first` to `end` of RAM for reading in a process, at an address where
// nothing is. The space has the supply it takes.
void arch_boot_map(uint32_t space, uint64_t address, uint32_t first, uint32_t end);

// ---- Spaces. Page tables come from the space's supply (space_take_page); NEEDS_SUPPLY leaves everything as it was or
// adds tables that stay useful. ------------------------------------------------------------------------------------------
enum map_access { MAP_READ = 1, MAP_WRITE = 2, MAP_EXECUTE = 4, MAP_DEVICE = 8 };
// Process: root table and address-space ID. Capsule: a region of the kernel's address space. NOT_AVAILABLE: none left.
enum nj_status arch_space_create(uint32_t space, enum nj_space_type type);
// Lowest address of the region that an image in this space gets, aligned for the code window.
uint64_t arch_space_image_base(uint32_t space, uint32_t window_log2);
// May user-chosen mappings of a process go here? (user half, not page 0)
extern uint64_t arch_user_end; // the first address behind the user half, fixed at boot
static inline bool arch_space_address_ok(uint32_t space, uint64_t address, uint64_t bytes)
{
    return spaces[space].type == NJ_SPACE_PROCESS && address >= PAGE_BYTES && address < arch_user_end &&
           bytes <= arch_user_end - address;
}
// Backs an address with a page of the space's supply, to read and write. BAD_ARGUMENT, NEEDS_SUPPLY, ALREADY_MAPPED.
enum nj_status arch_space_back(uint32_t space, uint64_t address, uint32_t *page);
// In what follows an address is one that arch_space_address_ok() allows, or lies in the region of the space's image.
// Maps one page. `page` counts from the start of RAM, or is an absolute physical page with MAP_DEVICE. ALREADY_MAPPED.
enum nj_status arch_space_map(uint32_t space, uint64_t address, uint32_t page, uint32_t access);
// Maps LARGE_PAGES pages that follow each other, at once. NOT_AVAILABLE: address or pages are not aligned to that size, or
// pages are mapped one by one around there, or once were: map these one by one. NEEDS_SUPPLY, ALREADY_MAPPED.
#define LARGE_PAGES 512u
enum nj_status arch_space_map_large(uint32_t space, uint64_t address, uint32_t page, uint32_t access);
// Maps the shared entry page at `address` (kernel stubs for capsules, system-call stubs for processes).
enum nj_status arch_space_map_entry(uint32_t space, uint64_t address);
// Unmaps the page if exactly this page is mapped at the address, and makes sure no hart still uses the translation.
void arch_space_unmap(uint32_t space, uint64_t address, uint32_t page, bool device);
// The same for a large mapping that starts at exactly this page. False: there is none.
bool arch_space_unmap_large(uint32_t space, uint64_t address, uint32_t page, bool device);
// Is exactly this page mapped at the address, alone or as the first of a large mapping?
bool arch_space_has(uint32_t space, uint64_t address, uint32_t page, bool device);
// Page of RAM mapped at the address with at least this access, or NIL. Device pages are never returned.
uint32_t arch_space_lookup(uint32_t space, uint64_t address, uint32_t access);
// Takes the whole space away: it is not the active one afterwards, no translation of it survives, its ID or region is
// free again. Its table pages may be reused at once.
void arch_space_destroy(uint32_t space);
// Code was written: every hart sees it from now on.
void arch_code_sync(void);

// ---- Further harts: jobs in spaces, orders through harts[].mail ------------------------------------------------------
// Has the firmware start it: is_up is set later. NOT_AVAILABLE.
enum nj_status arch_hart_start(uint32_t hart);
// The hart looks at its mail, and sees all that was written before.
void arch_hart_call(uint32_t hart);
// Lets harts answer: some microseconds, or until anything else happens.
void arch_hart_wait(void);
// Whether the hart has come up; the number of the last job it ended. What it wrote before can be read then.
bool arch_hart_is_up(uint32_t hart);
uint32_t arch_hart_done(uint32_t hart);
// How the last job ended.
struct hart_end {
    enum nj_hart_state state;
    uint64_t result, pc, detail; // result: or enum nj_fault
};
struct hart_end arch_hart_end(uint32_t hart);

// ---- Running -----------------------------------------------------------------------------------------------------------
// Leaves the kernel into a thread (kernel stack is reset), or sleeps until an interrupt when `thread` is NIL.
_Noreturn void arch_enter(uint32_t thread);

// Entered from the trap code, with all registers of the current thread saved, in kernel_syscall() perhaps only those that C
// does not keep; each returns the thread to run next, NIL to idle. `current` is the thread that was running, NIL when idle.
// (portable, syscall.c)
uint32_t kernel_syscall(uint32_t current, uint64_t number); // every call but NJ_SYS_INVOKE
// NJ_SYS_INVOKE, in two parts; only the words need be saved. `table`, `count`: the thread's capability table, its first slot
// and how many there are. The second may be left out where the status is OK_STAYS, or OK and sched_stays() says that the
// same thread goes on: the entry then returns OK and the saved words, and clears what a finished call does not return.
enum nj_status kernel_invoke(uint32_t current, uint64_t capability, uint64_t operation, uint32_t table, uint64_t count);
#define OK_STAYS NJ_STATUS_NONE // OK, and nothing was done that has a say in who runs; negative in a register
uint32_t kernel_invoke_end(uint32_t current, enum nj_status status);
uint32_t kernel_fault(uint32_t current, enum nj_fault kind, uint64_t detail);
uint32_t kernel_timer(uint32_t current);
uint32_t kernel_interrupt(uint32_t current, uint32_t source);
uint32_t kernel_harts(uint32_t current); // a further hart has news (hart.c)
