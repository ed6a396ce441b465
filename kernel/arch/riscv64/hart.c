// SPDX-License-Identifier: Apache-2.0
// The boot hart's side of further harts; theirs is hart.S. What lies here is given back on a machine with one hart.
#include "kernel/arch/riscv64/hart.h"

#include <stddef.h>

#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/mmu.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/timer.h"

#define SBI_HART_STATE 0x48534d
#define SBI_IPI 0x735049
#define WAIT_NS 20000u

_Static_assert(offsetof(struct hart_mail, pc) == MAIL_PC && offsetof(struct hart_mail, sp) == MAIL_SP, "offsets.h");
_Static_assert(offsetof(struct hart_mail, argument) == MAIL_ARGUMENT, "offsets.h");
_Static_assert(offsetof(struct hart_mail, root) == MAIL_ROOT && offsetof(struct hart_mail, home) == MAIL_HOME, "offsets.h");
_Static_assert(offsetof(struct hart_mail, order) == MAIL_ORDER && offsetof(struct hart_mail, abort) == MAIL_ABORT,
               "offsets.h");
_Static_assert(offsetof(struct hart_mail, boot_hart) == MAIL_BOOT_HART, "offsets.h");
_Static_assert(offsetof(struct hart_mail, features) == MAIL_FEATURES, "offsets.h");
_Static_assert(offsetof(struct hart_mail, done) == MAIL_DONE && offsetof(struct hart_mail, is_up) == MAIL_IS_UP, "offsets.h");
_Static_assert(offsetof(struct hart_mail, vector_bytes) == MAIL_VECTOR_BYTES, "offsets.h");
_Static_assert(offsetof(struct hart_mail, cause) == MAIL_CAUSE && offsetof(struct hart_mail, end_pc) == MAIL_END_PC,
               "offsets.h");
_Static_assert(offsetof(struct hart_mail, value) == MAIL_VALUE && offsetof(struct hart_mail, saved) == MAIL_SAVED,
               "offsets.h");
_Static_assert(NJ_HART_FP == FEATURE_FP && NJ_HART_VECTOR == FEATURE_VECTOR, "offsets.h");

_Static_assert(sizeof(struct hart) == HART_BYTES && HARTS_MAX - 1 == HART_LAST, "offsets.h");
_Static_assert(offsetof(struct hart, mail) == HART_MAIL && offsetof(struct hart, number) == HART_NUMBER, "offsets.h");

extern const uint8_t init_start[]; // kernel.ld: boot.S

// What harts are parked on: nothing but the kernel's own part, so that no capsule lies where the firmware starts a hart.
_Alignas(4096) __attribute__((section(".hart.data"))) uint64_t hart_root[TABLE_ENTRIES] = {0};

static uint64_t physical(const void *address)
{
    return (uint64_t)address - DIRECT_MAP + mmu_ram_frame * PAGE_BYTES;
}

enum nj_status arch_hart_start(uint32_t hart)
{
    struct hart_mail *mail = &harts[hart].mail;
    mail->home = mmu_satp_mode | physical(hart_root) / PAGE_BYTES;
    __asm__ volatile("fence" : : : "memory");
    uint64_t error = hart_firmware_call(harts[hart].number, physical(init_start), 0, SBI_HART_STATE);
    return error == 0 ? NJ_OK : NJ_NOT_AVAILABLE;
}

void arch_hart_call(uint32_t hart)
{
    __asm__ volatile("fence" : : : "memory");
    hart_firmware_call(1, harts[hart].number, 0, SBI_IPI);
}

// The hart's answer is an interrupt, and so is anything else that is worth doing now. Where the timer is the firmware's,
// its deadline cannot be put aside: harts answer there while the caller asks again.
void arch_hart_wait(void)
{
    if (!timer_has_compare) {
        return;
    }
    uint64_t deadline = csr_read(CSR_STIMECMP);
    arch_timer_set(arch_time_ns() + WAIT_NS);
    if (csr_read(CSR_STIMECMP) > deadline) {
        csr_write(CSR_STIMECMP, deadline);
    }
    __asm__ volatile("wfi" : : : "memory");
    csr_write(CSR_STIMECMP, deadline);
}

bool arch_hart_is_up(uint32_t hart)
{
    return __atomic_load_n(&harts[hart].mail.is_up, __ATOMIC_ACQUIRE) != 0;
}

uint32_t arch_hart_done(uint32_t hart)
{
    return __atomic_load_n(&harts[hart].mail.done, __ATOMIC_ACQUIRE);
}

static enum nj_fault fault_of(uint64_t cause)
{
    switch (cause) {
    case CAUSE_BREAKPOINT:
        return NJ_FAULT_BREAKPOINT;
    case CAUSE_LOAD_ACCESS:
    case CAUSE_LOAD_PAGE:
        return NJ_FAULT_READ;
    case CAUSE_STORE_ACCESS:
    case CAUSE_STORE_PAGE:
        return NJ_FAULT_WRITE;
    case CAUSE_FETCH_ACCESS:
    case CAUSE_FETCH_PAGE:
        return NJ_FAULT_FETCH;
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        return NJ_FAULT_MISALIGNED;
    default:
        return NJ_FAULT_ILLEGAL;
    }
}

struct hart_end arch_hart_end(uint32_t hart)
{
    const struct hart_mail *mail = &harts[hart].mail;
    if (mail->cause & CAUSE_INTERRUPT) {
        return (struct hart_end){NJ_HART_ABORTED, 0, mail->end_pc, 0};
    }
    if (mail->cause == CAUSE_CALL) {
        return (struct hart_end){NJ_HART_FINISHED, mail->value, mail->end_pc, 0};
    }
    return (struct hart_end){NJ_HART_FAULTED, fault_of(mail->cause), mail->end_pc, mail->value};
}
