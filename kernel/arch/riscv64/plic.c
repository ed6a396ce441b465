// SPDX-License-Identifier: Apache-2.0
// A source is masked by priority 0, not by its enable bit: the completion of a source that is not enabled is ignored by
// the controller, and a claimed source is completed at once here. So whoever handles a level-triggered interrupt may
// take its time: it comes again only when it is unmasked.
#include "kernel/arch/riscv64/plic.h"

#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"

#define PRIORITY(source) (DEVICE_PLIC + 4ull * (source))
#define ENABLE(context, word) (DEVICE_PLIC + 0x2000 + 0x80ull * (context) + 4ull * (word))
#define THRESHOLD(context) (DEVICE_PLIC_CONTEXT + 0x1000ull * (context))
#define CLAIM(context) (THRESHOLD(context) + 4)

static uint32_t plic_context;
static uint32_t plic_sources;

static void device_write(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static uint32_t device_read(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

BOOT_ONLY void plic_init(uint32_t context, uint32_t sources)
{
    plic_context = context;
    plic_sources = sources;
    for (uint32_t source = 1; source <= sources; source++) {
        device_write(PRIORITY(source), 0);
    }
    for (uint32_t word = 0; word <= sources / 32; word++) {
        device_write(ENABLE(context, word), UINT32_MAX);
    }
    device_write(THRESHOLD(context), 0);
    csr_set(sie, SIE_EXTERNAL);
}

uint32_t plic_claim(void)
{
    uint32_t source = device_read(CLAIM(plic_context));
    if (source != 0) {
        device_write(PRIORITY(source), 0);
        device_write(CLAIM(plic_context), source);
    }
    return source;
}

bool arch_interrupt_exists(uint32_t source)
{
    return source >= 1 && source <= plic_sources;
}

void arch_interrupt_unmask(uint32_t source)
{
    device_write(PRIORITY(source), 1);
}

void arch_interrupt_mask(uint32_t source)
{
    device_write(PRIORITY(source), 0);
}
