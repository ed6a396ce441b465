# SPDX-License-Identifier: Apache-2.0
# The kernel: portable core, one architecture, the checker. No library but the compiler's own.
# Everything in the kernel lies in the last 2 GiB (kernel/arch/riscv64/layout.h), so one LUI reaches it: medlow.
KERNEL := $(OUT)/kernel.elf
KERNEL_SOURCES := $(wildcard kernel/*.c kernel/check/*.c kernel/arch/riscv64/*.c kernel/arch/riscv64/*.S)
KERNEL_OBJECTS := $(KERNEL_SOURCES:%=$(OUT)/kernel.objects/%.o)
KERNEL_LINKER_SCRIPT := kernel/arch/riscv64/kernel.ld
$(eval $(call riscv64_objects,$(OUT)/kernel.objects,$$(KERNEL_CFLAGS) -mcmodel=medlow $$(KERNEL_OPTIMIZE) -Ikernel/arch/riscv64))


# What runs on every call is built for speed, what sets things up or ends them for size. Four things the compiler does take
# more instructions than they save here: joining two 32-bit stores into one of 64 bits (-ftree-slp-vectorize), ordering
# instructions before registers are chosen, which spills (-fschedule-insns; they are ordered afterwards), arithmetic in the
# place of branches (-fif-conversion), and for size, saving registers around calls where one that calls keep would do.
KERNEL_OPTIMIZE := -O2 -fno-tree-slp-vectorize -fno-schedule-insns -fno-if-conversion -freorder-blocks-algorithm=simple
KERNEL_COLD := attach code donate endpoint fault frame_run gate gate_invoke hart interrupt message ready refill reply reset \
    sched space space_invoke syscall system thread thread_invoke turn vector wakeup \
    $(addprefix arch/riscv64/,asid context device fp hart mmu panic trap vector)
$(KERNEL_COLD:%=$(OUT)/kernel.objects/kernel/%.c.o): KERNEL_OPTIMIZE := -Os -msave-restore -fno-if-conversion -fno-caller-saves
# The search for an ancestor that is being revoked looks at a few siblings on each level.
$(OUT)/kernel.objects/kernel/derive.c.o: KERNEL_OPTIMIZE += -O3
# What boot needs is given back: its size does not matter, and it runs in the time to the first user instruction.
KERNEL_BOOT := boot boot_devicetree boot_fdt boot_map memory
$(KERNEL_BOOT:%=$(OUT)/kernel.objects/kernel/arch/riscv64/%.c.o): KERNEL_OPTIMIZE += -O3

$(KERNEL): $(KERNEL_OBJECTS) $(KERNEL_LINKER_SCRIPT)
	$(call say,LINK,$@) mkdir -p $(@D) && $(CROSS_CC) $(KERNEL_LDFLAGS) -T $(KERNEL_LINKER_SCRIPT) \
	    -Wl,-Map,$(@:.elf=.map) -o $@ $(filter %.o,$^) -lgcc
