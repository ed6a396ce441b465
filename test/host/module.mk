# SPDX-License-Identifier: Apache-2.0
# The portable kernel on the build machine: object arrays overlay one array that plays RAM (kernel/arch/host).
KERNEL_HOST_SOURCES := $(filter-out kernel/main.c,$(wildcard kernel/*.c)) kernel/check/check.c $(wildcard kernel/arch/host/*.c)
KERNEL_HOST_FLAGS := -Wno-unused-command-line-argument -Ikernel/arch/host -Ikernel/arch/riscv64 -fno-pie -no-pie -fno-strict-aliasing
# Not libFuzzer's: a generator of its own, and counters that llvm-cov reads.
LONG_CFLAGS := $(filter-out -fsanitize=fuzzer%,$(FUZZ_CFLAGS)) -fsanitize=address,undefined -fprofile-instr-generate \
    -fcoverage-mapping
$(eval $(call unit_test,kernel_capability,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_memory,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_code,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_sched,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_donate,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_hart,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_gate,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,kernel_message,$(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call unit_test,wakeup,kernel/wakeup.c,$(KERNEL_HOST_FLAGS)))
$(eval $(call fuzz_target,kernel,test/fuzz/kernel_setting.c test/fuzz/kernel_steps.c test/fuzz/kernel_calls.c $(KERNEL_HOST_SOURCES),$(KERNEL_HOST_FLAGS)))
$(eval $(call host_program,$(BUILD)/fuzz/kernel_long,$(BUILD)/fuzz/kernel_long.objects,test/fuzz/kernel_long.c \
    test/fuzz/kernel_setting.c test/fuzz/kernel_steps.c test/fuzz/kernel_calls.c $(KERNEL_HOST_SOURCES),$(LONG_CFLAGS) $(KERNEL_HOST_FLAGS),,$(FUZZ_CC)))
# What the kernel reads at boot, from QEMU's own tree on.
$(BUILD)/fuzz/virt.dtb:
	$(call say,DTB,$@) mkdir -p $(@D) && \
	    qemu-system-riscv64 -M virt,dumpdtb=$@ -smp 2 -nographic 2>$@.log && truncate -s 8192 $@
$(eval $(call fuzz_target,devicetree,kernel/arch/riscv64/boot_fdt.c,,$(BUILD)/fuzz/virt.dtb))
